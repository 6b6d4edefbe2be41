"""The routes to the waters: shown to who sees a part of them, what-if for who sees the target, and nothing is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from controller.store.journal_read import read
from tests.unit.api.small_city import DUTY, City, small_city
from tests.unit.runtime.soft_city import PS
from tests.unit.settings import small_site
from tests.unit.settings.test_network import NETWORK

ASKED = {"acts": [{"target": PS, "value": "count 1"}], "hours": 3}


@pytest.fixture
def with_waters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, "site/water/network.yaml", NETWORK)


async def looked(city: City) -> None:
    """The waters stand at 1.50 m, and have been looked at."""
    station = city.soft.field.drivers["ua-1"]
    for sensor in (1, 2):
        station.set(PS, f"inner_level_{sensor}_m", 1.50)
    station.set(PS, "outer_level_m", 3.0)
    city.soft.lamps.set("330106-LG-0001", "level_m", 1.50)
    await city.soft.clock.sleep(130.0)


@pytest.mark.usefixtures("with_waters")
async def test_the_waters_are_shown_with_level_trust_and_gauges(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        await looked(city)
        lin = await city.asker("lin", *DUTY)
        seen = (await lin.get("/water/network")).json()
        canal, creek = seen["reaches"]
        assert (seen["datum"], canal["reach"], canal["warning_m"]) == ("吴淞", "canal", 2.70)
        assert canal["trust"] in ("measured", "doubted")
        assert canal["stations"] == [PS]
        assert (creek["trust"], creek["level_m"]) == ("unknown", None)
        assert "预报" in seen["rain_zh"]


@pytest.mark.usefixtures("with_waters")
async def test_a_what_if_answers_with_and_without_and_does_nothing(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        await looked(city)
        lin = await city.asker("lin", *DUTY)
        before = [line.kind for line in read(tmp_path / "data")]
        answer = await lin.post("/water/whatif", ASKED)
        assert answer.status_code == 200, answer.text
        seen = answer.json()
        canal = seen["reaches"][0]
        assert len(seen["moments"]) == len(canal["without"]["levels"]) == len(canal["with_it"]["levels"]) == 37
        assert canal["with_it"]["levels"][-1]["likely_m"] < canal["without"]["levels"][-1]["likely_m"]
        assert seen["with_it"]["kwh"] > seen["without"]["kwh"]
        assert [line.kind for line in read(tmp_path / "data")] == before


@pytest.mark.usefixtures("with_waters")
async def test_a_level_and_a_flow_are_foretold_as_the_station_would_meet_them(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        await looked(city)
        lin = await city.asker("lin", *DUTY)

        async def ahead(value: str) -> tuple[float, float]:
            seen = (await lin.post("/water/whatif", {"acts": [{"target": PS, "value": value}], "hours": 3})).json()
            levels = seen["reaches"][0]["with_it"]["levels"]
            return levels[-1]["likely_m"], seen["with_it"]["kwh"]

        (counted_m, counted_kwh), (flowing_m, flowing_kwh) = await ahead("count 1"), await ahead("flow 10")
        assert (flowing_m, flowing_kwh) == (counted_m, counted_kwh)
        low_m, low_kwh = await ahead("level 1.3")
        high_m, high_kwh = await ahead("level 2.6")
        assert low_m < high_m
        assert low_kwh > high_kwh


@pytest.mark.usefixtures("with_waters")
async def test_a_selection_of_a_station_tells_the_predicted_levels(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        await looked(city)
        lin = await city.asker("lin", *DUTY)
        order = {"targets": [PS], "value": "count 1", "for_s": 7200, "reason": "storm", "slot": "city_manual"}
        preview = (await lin.post("/selections", order)).json()
        (canal, *_) = preview["waters"]
        assert canal["reach"] == "canal"
        assert canal["with_it"]["levels"][-1]["likely_m"] <= canal["without"]["levels"][-1]["likely_m"]


@pytest.mark.usefixtures("with_waters")
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**ASKED, "hours": 100}, ""),
        ({"acts": [{"target": PS, "value": "flood"}]}, "hand-back"),
        ({"acts": [{"target": "330106-LC-0001/K1", "value": "on"}]}, "network.yaml"),
        ({"acts": [{"target": PS, "value": "count 1"}] * 2}, "named twice"),
        ({"acts": [{"target": "330106-PS-0404", "value": "count 1"}]}, "330106-PS-0404"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_why(tmp_path: Path, body: object, words: str) -> None:
    async with small_city(tmp_path) as city:
        await looked(city)
        answer = await (await city.asker("lin", *DUTY)).post("/water/whatif", body)
        assert answer.status_code in (404, 422), answer.text
        assert words in answer.text


@pytest.mark.usefixtures("with_waters")
async def test_who_does_not_see_the_station_is_told_nothing_of_its_waters(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        await looked(city)
        stranger = await city.asker("han", Grant(Role.WATER_OPERATOR, Scope.parse("division:330105")))
        assert (await stranger.post("/water/whatif", ASKED)).status_code == 403
        nobody = {"acts": [{"target": "330106-PS-0404", "value": "count 1"}]}
        denied, unknown = await stranger.post("/water/whatif", ASKED), await stranger.post("/water/whatif", nobody)
        assert denied.json()["error"] == unknown.json()["error"]
        assert (await stranger.get("/water/network")).json()["reaches"] == []


async def test_a_site_without_waters_says_so(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        await looked(city)
        lin = await city.asker("lin", *DUTY)
        seen = (await lin.get("/water/network")).json()
        assert (seen["reaches"], seen["at"]) == ([], None)
        assert (await lin.post("/water/whatif", ASKED)).status_code == 422
