"""The routes to tide, diversion and water quality: what they tell, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from tests.unit.api.small_city import DUTY, STATION_ONLY, small_city
from tests.unit.runtime.tidal.river_files import FILES, INTAKE, OUTFALL, QUALITY
from tests.unit.settings import small_site


@pytest.fixture(autouse=True)
def at_a_river(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        monkeypatch.setitem(small_site.FILES, name, text)


async def test_tide_diversion_and_quality_are_shown_to_whoever_sees_them(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        await city.soft.until(lambda: city.soft.assembly.tidal.tide.states.get("river") is not None)
        (river,) = (await lin.get("/water/tide")).json()["waters"]
        assert (river["id"], river["table_source"], len(river["outfalls"])) == ("river", "office", 2)
        (station,) = (await lin.get("/water/diversion")).json()["stations"]
        assert (station["station"], len(station["programs"])) == (INTAKE, 4)
        (gauge,) = (await lin.get("/water/quality")).json()["gauges"]
        assert gauge["gauge"] == QUALITY


async def test_who_sees_one_station_is_told_of_nothing_else(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        wei = await city.asker("wei", *STATION_ONLY)
        await city.soft.until(lambda: city.soft.assembly.tidal.tide.states.get("river") is not None)
        (river,) = (await wei.get("/water/tide")).json()["waters"]
        assert [one["station"] for one in river["outfalls"]] == [OUTFALL]
        assert [one["gauge"] for one in river["gauges"]] == [f"{OUTFALL}/outer_level_m"]
        assert (await wei.get("/water/diversion")).json()["stations"] == []
        assert (await wei.get("/water/quality")).json()["gauges"] == []
        lights = await city.asker("han", Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330105")))
        assert (await lights.get("/water/tide")).json()["waters"] == []
