"""The routes to faults of lighting: what is open, for whom, and what circuits are compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role
from tests.unit.api.small_city import STATION_ONLY, small_city
from tests.unit.runtime.soft_city import LC1
from tests.unit.settings import small_site

DOOR = "  door_open: {table: holding, address: 20, type: bool}\n"


@pytest.fixture(autouse=True)
def with_a_door(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "profiles/cabinet.yaml"
    text = small_site.FILES[name].replace("points:\n", f"points:\n{DOOR}", 1)
    monkeypatch.setitem(small_site.FILES, name, text)


async def test_an_open_fault_is_shown_with_its_method_and_evidence_and_goes_again(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        vera = await city.asker("vera", Grant(Role.VIEWER))
        desk = city.soft.controller.desks.light_faults
        calm = (await vera.get("/lighting/faults")).json()
        assert (calm["faults"], calm["by_kind"], calm["learned"]) == ([], {}, 0)
        assert calm["circuits"] > 0
        city.soft.lamps.set(LC1, "door_open", True)
        await city.soft.until(lambda: bool(desk.open_faults(LC1)), within_s=120.0)
        shown = (await vera.get("/lighting/faults", scope=LC1)).json()
        (fault,) = shown["faults"]
        assert (fault["about"], fault["kind"], shown["by_kind"]) == (LC1, "door_open", {"door_open": 1})
        assert fault["alarm"] == f"{LC1}:door_open"
        assert fault["method_en"] == "the door contact"
        assert "箱门打开" in fault["text_zh"]
        assert (await vera.get("/lighting/faults", scope="division:330106")).json()["by_kind"] == {"door_open": 1}
        city.soft.lamps.set(LC1, "door_open", False)
        await city.soft.until(lambda: not desk.open_faults(LC1), within_s=120.0)


async def test_nothing_is_shown_of_what_the_caller_may_not_see_and_a_wrong_word_is_refused(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        water = await city.asker("wang", *STATION_ONLY)
        city.soft.lamps.set(LC1, "door_open", True)
        await city.soft.until(lambda: bool(city.soft.controller.desks.light_faults.open_faults(LC1)), within_s=120.0)
        shown = (await water.get("/lighting/faults")).json()
        assert (shown["faults"], shown["circuits"]) == ([], 0)
        assert (await water.get(f"/lighting/faults/baselines/{LC1}")).status_code == 403
        vera = await city.asker("vera", Grant(Role.VIEWER))
        assert (await vera.get("/lighting/faults", scope="rod:文一路")).status_code == 422
        assert (await vera.get("/lighting/faults/baselines/330106-LC-0404")).status_code in (403, 404)


async def test_baselines_say_that_they_still_learn(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        vera = await city.asker("vera", Grant(Role.VIEWER))
        circuits = (await vera.get(f"/lighting/faults/baselines/{LC1}")).json()
        assert {one["circuit"] for one in circuits} == {f"{LC1}/K1", f"{LC1}/K2"}
        assert all(one["learned"] is False and one["baseline_w"] is None for one in circuits)
