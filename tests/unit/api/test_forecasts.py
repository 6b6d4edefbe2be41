"""Forecasts over the real routes: who may bring them, what is taken, what is told, the duty officer's screen."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from controller.domain.rights import Grant, Role, Scope
from controller.store.journal_read import read
from tests.unit.api.small_city import DUTY, small_city
from tests.unit.runtime.forecasts.rainy_city import LG, RAINY, RG, TG, csv, rain, show, tide
from tests.unit.runtime.soft_city import DUSK
from tests.unit.settings.small_site import FILES

METEO = Grant(Role.FORECASTER)


@pytest.fixture(autouse=True)
def rainy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in RAINY.items():
        monkeypatch.setitem(FILES, name, text)


def used(answer: Any) -> list[tuple[str, str, bool]]:
    return [(one["of"], one["source"], one["used"]) for one in answer.json()["forecasts"]]


async def test_a_forecast_is_taken_shown_with_its_age_and_journalled_and_an_older_issue_replaces_nothing(
    tmp_path: Path,
) -> None:
    async with small_city(tmp_path) as city:
        meteo = await city.asker("meteo-key", METEO)
        assert (await meteo.get("/forecasts")).json()["text_en"].startswith("no fresh forecast")
        done = await meteo.post("/forecasts", {"forecasts": [rain(1.0, 20.0, 20.0, 20.0)]})
        assert done.status_code == 200, done.text
        assert [one["standing"] for one in done.json()["taken"]] == ["current"]
        older = rain(9.0, 9.0, issued=DUSK - timedelta(hours=1))
        assert [
            one["standing"] for one in (await meteo.post("/forecasts", {"forecasts": [older]})).json()["taken"]
        ] == ["older"]
        again = await meteo.post("/forecasts", {"forecasts": [rain(1.0, 20.0, 20.0, 20.0)]})
        assert [one["standing"] for one in again.json()["taken"]] == ["known"]
        await city.soft.clock.sleep(60.0)
        (shown,) = (await meteo.get("/forecasts")).json()["forecasts"]
        assert shown["age_s"] == pytest.approx(60, abs=15)
        assert dict(map(tuple, shown["next_mm"]))[3] == pytest.approx(41.3, abs=0.5)
        charted = (await meteo.get("/forecasts/series", of="西湖雨量站")).json()
        assert [round(one["value"]) for one in charted["foreseen"]] == [1, 20, 20, 20]
        assert (await meteo.get("/forecasts/series", of="nowhere")).status_code == 404
    lines = [line for line in read(tmp_path / "data") if line.kind == "forecast_received"]
    assert [(line.actor, [one["of"] for one in line.data["members"]]) for line in lines] == [("meteo-key", [RG])] * 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"of": "nowhere"}, "no place"),
        ({"of": TG}, "no place"),
        ({"issued": (DUSK + timedelta(hours=2)).isoformat()}, "future"),
        ({"steps": rain(1.0, 400.0)["steps"]}, "forecast 1, step 1"),
        ({"steps": [*rain(1.0)["steps"], *rain(1.0)["steps"]]}, "before the step above"),  # type: ignore[misc]
    ],
)
async def test_one_wrong_forecast_of_a_batch_and_none_is_taken(tmp_path: Path, wrong: Any, said: str) -> None:
    async with small_city(tmp_path) as city:
        meteo = await city.asker("meteo-key", METEO)
        refused = await meteo.post("/forecasts", {"forecasts": [rain(1.0, of="城西片区"), {**rain(1.0), **wrong}]})
        assert refused.status_code == 422
        assert said in refused.json()["message"]
        assert (await meteo.get("/forecasts")).json()["forecasts"] == []
    assert not [line for line in read(tmp_path / "data") if line.kind == "forecast_received"]


async def test_the_same_issue_with_other_figures_and_one_that_stands_twice_are_refused(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        meteo = await city.asker("meteo-key", METEO)
        twice = await meteo.post("/forecasts", {"forecasts": [rain(1.0), rain(1.0)]})
        assert (twice.status_code, "stands twice" in twice.json()["message"]) == (422, True)
        assert (await meteo.post("/forecasts", {"forecasts": [rain(1.0)]})).status_code == 200
        other = await meteo.post("/forecasts", {"forecasts": [rain(2.0)]})
        assert (other.status_code, "later issue time" in other.json()["message"]) == (422, True)


async def test_only_the_right_forecast_brings_one_and_only_where_it_holds(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        body = {"forecasts": [rain(1.0)]}
        for name, grant in (
            ("viewer", Grant(Role.VIEWER)),
            ("lights", Grant(Role.LIGHTING_OPERATOR)),
            ("engineer", Grant(Role.ENGINEER)),
            ("elsewhere", Grant(Role.FORECASTER, Scope.parse("division:330105"))),
        ):
            asker = await city.asker(name, grant)
            for path, said in (("/forecasts", body), ("/forecasts/tide-table", tide(1.0, 4.0)), _file(csv(1.0))):
                assert (await asker.post(path, said)).status_code == 403, (name, path)
        district = await city.asker("district", Grant(Role.FORECASTER, Scope.parse("division:330106")))
        assert (await district.post("/forecasts", body)).status_code == 200
        assert (await district.post("/forecasts", {"forecasts": [rain(1.0, of="nowhere")]})).status_code == 403
        assert (await district.post(*_file(csv(1.0)))).status_code == 403, "a file may speak of any place"
        machine = await city.asker("machine", METEO)
        assert (await machine.post("/weather/signals", {"kind": "rainstorm"})).status_code in (403, 422)
        assert (await machine.get("/overview")).status_code == 200
        assert (await (await city.asker("elsewhere", METEO)).get("/forecasts")).status_code == 200
        west = await city.asker("west", Grant(Role.VIEWER, Scope.parse("division:330105")))
        assert used(await west.get("/forecasts")) == []
        assert (await west.get("/forecasts/series", of=RG)).status_code == 403
        assert (await west.get("/forecasts/series", of="nowhere")).status_code == 403


def _file(text: str) -> tuple[str, dict[str, str]]:
    return "/forecasts/file", {"name": "meteo_1.csv", "text": text}


async def test_a_file_is_taken_whole_or_refused_with_line_and_column(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        water = await city.asker("wei", Grant(Role.WATER_OPERATOR))
        wrong = await water.post(*_file(csv(1.0, 2.0).replace("2.0\n", "much\n")))
        assert wrong.status_code == 422
        assert "line 3, column 'mm'" in wrong.json()["message"]
        assert (await water.get("/forecasts")).json()["forecasts"] == []
        assert (await water.post(*_file(csv(1.0, 2.0)))).status_code == 200
        assert used(await water.get("/forecasts")) == [(RG, "meteo", True)]


async def test_the_screen_and_what_a_viewer_of_another_division_sees_of_it(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        duty = await city.asker("zhou", *DUTY)
        west = await city.asker("west", Grant(Role.VIEWER, Scope.parse("division:330105")))
        show(city.soft, LG, 2.75)
        assert (await duty.post("/forecasts/tide-table", tide(1.0, 4.2, 1.0))).status_code == 200
        signal = {"kind": "rainstorm", "colour": "blue", "scope": "division:330106", "reason": "office, no. 7"}
        assert (await duty.post("/weather/signals", signal)).status_code == 200
        await city.soft.clock.sleep(20.0)
        city.soft.assembly.conditions.states.look()
        seen, hidden = (await duty.get("/water/warnings")).json(), (await west.get("/water/warnings")).json()
    assert [one["gauge"] for one in seen["levels"]] == [LG, TG]
    assert [one["colour"] for one in seen["signals"]] == ["blue"]
    assert seen["tides"][0]["next_bore"] is not None
    assert [one["kind"] for one in seen["proposed"][0]["grounds"]] == ["level", "tide"]
    assert (hidden["levels"], hidden["rain"], hidden["tides"]) == ([], [], [])
    assert hidden["proposed"][0]["grounds"] == []


async def test_whoever_may_declare_there_dismisses_with_a_reason_and_on_record(tmp_path: Path) -> None:
    async with small_city(tmp_path) as city:
        duty = await city.asker("zhou", *DUTY)
        elsewhere = await city.asker("han", Grant(Role.DUTY_OFFICER, Scope.parse("division:330105")))
        body = {"discipline": "water", "scope": "division:330106", "reason": "staff gauge reads 1.90 m"}
        nothing = await duty.post("/states/proposed/dismiss", body)
        assert nothing.status_code == 404
        assert "nothing to dismiss" in nothing.json()["message"]
        assert "misspelt" not in nothing.json()["what_to_do"], "nobody searched for a name"
        show(city.soft, LG, 2.75)
        await city.soft.clock.sleep(20.0)
        city.soft.assembly.conditions.states.look()
        assert (await elsewhere.post("/states/proposed/dismiss", body)).status_code == 403
        assert (await duty.post("/states/proposed/dismiss", body | {"reason": ""})).status_code == 422
        assert (await duty.post("/states/proposed/dismiss", body)).status_code == 200
        assert [one["discipline"] for one in (await duty.get("/states/proposed")).json()] == ["lighting"]
        told = (await duty.get("/water/warnings")).json()["dismissed"]
        assert [(one["by"], one["reason"]) for one in told] == [("zhou", "staff gauge reads 1.90 m")]
    lines = [(line.kind, line.actor) for line in read(tmp_path / "data") if "dismiss" in line.kind]
    assert lines == [("proposal_dismissed", "zhou")]
