"""The routes to weather, photocells and tonight: who sets signals where, who is shown what."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from controller.store.journal_read import read
from tests.unit.api.small_city import DUTY, STATION_ONLY, small_city
from tests.unit.runtime.daylight.sky_city import K1, files
from tests.unit.settings import small_site

SIGNAL = {"kind": "rainstorm", "colour": "red", "scope": "division:330106", "reason": "signal no. 7"}


@pytest.fixture(autouse=True)
def with_a_sky(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in files("true").items():
        monkeypatch.setitem(small_site.FILES, name, text)


async def test_a_signal_is_set_shown_and_cleared(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        done = await lin.post("/weather/signals", SIGNAL)
        assert (done.status_code, done.json()["accepted"]) == (200, True), done.text
        (shown,) = (await lin.get("/weather")).json()["signals"]
        assert (shown["id"], shown["by"], shown["lights"]) == (done.json()["id"], "lin", 3)
        await city.soft.until(lambda: city.soft.controller.explain(K1).winner.origin == "signal")
        told = (await lin.get(f"/explain/{K1}")).json()
        assert "暴雨红色信号" in told["zh"]
        assert "weather signal rainstorm red" in told["en"]
        assert told["text_en"], "the texts of before stay"
        tonight = (await lin.get("/lighting/tonight", scope="division:330106")).json()
        assert (tonight["night"], tonight["lights"]) == ("2026-06-21", 4)
        assert [one["kind"] for one in tonight["exceptions"]] == ["signal"]
        gone = await lin.post(f"/weather/signals/{shown['id']}/clear", {"reason": "lifted"})
        assert gone.status_code == 200
        assert (await lin.get("/weather")).json()["signals"] == []
        assert (await lin.post(f"/weather/signals/{shown['id']}/clear", {"reason": "lifted"})).status_code == 404
    acts = [(line.kind, line.actor) for line in read(tmp_path / "data") if line.kind.startswith("weather_")]
    assert acts == [("weather_set", "lin"), ("weather_cleared", "lin")]


async def test_only_who_operates_every_light_of_the_scope_sets_a_signal_there(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        viewer = await city.asker("vera", Grant(Role.VIEWER))
        elsewhere = await city.asker("han", Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330105")))
        water = await city.asker("wei", *STATION_ONLY)
        for nobody in (viewer, elsewhere, water):
            assert (await nobody.post("/weather/signals", SIGNAL)).status_code == 403
        district = await city.asker("du", Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330106")))
        done = await district.post("/weather/signals", SIGNAL)
        assert done.status_code == 200
        assert (await viewer.post(f"/weather/signals/{done.json()['id']}/clear", {"reason": "x"})).status_code == 403
        assert (await water.get("/lighting/tonight")).json()["lights"] == 0
        assert (await viewer.get("/lighting/tonight")).json()["lights"] == 4


async def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        lin = await city.asker("lin", *DUTY)
        for wrong in ({"colour": "pink"}, {"kind": "hail"}, {"scope": "road:nowhere"}, {"reason": ""}, {"for_s": 10}):
            assert (await lin.post("/weather/signals", SIGNAL | wrong)).status_code == 422, wrong
        assert (await lin.get("/lighting/tonight", scope="road:nowhere")).status_code == 422
