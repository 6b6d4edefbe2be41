"""The road of an underpass: closed, no pass, and how long until then, said whether or not the pumps run."""

from __future__ import annotations

import re

import pytest

from controller.domain.assets import RoadRule, StagedLevels
from controller.logic.contract import RoadStage
from tests.unit.logic.water_rig import PS, Rig, station

SUMP = StagedLevels(start_m=1.2, step_m=0.2, span_m=0.5, dry_run_m=0.3, stagger_s=30.0)


def underpass(level_m: float = 0.8) -> Rig:
    rig = Rig(
        station(
            2,
            gravity=False,
            automatic=False,
            additional_starts_only=True,
            levels=SUMP,
            inner_levels=("inner_level_1_m", "inner_level_2_m"),
            road=RoadRule(road_m=4.0),
        )
    )
    rig.plant.inner_m = level_m
    rig.run(3)
    return rig


def kinds(rig: Rig) -> set[str]:
    return {condition.rpartition(":")[2] for condition, _ in rig.step.alarms if ":road" in condition}


@pytest.mark.parametrize(
    ("level_m", "stage", "said"),
    [
        (4.14, RoadStage.OPEN, set()),
        (4.15, RoadStage.CLOSED, {"road_closed"}),
        (4.26, RoadStage.CLOSED, {"road_closed"}),
        (4.27, RoadStage.NO_PASS, {"road_no_pass"}),
    ],
)
def test_15_cm_close_the_road_and_27_cm_let_nobody_pass(level_m: float, stage: RoadStage, said: set[str]) -> None:
    rig = underpass()
    rig.plant.inner_m = level_m
    rig.run(2)
    assert rig.memory.road.stage is stage
    assert kinds(rig) == said


def test_a_stage_is_over_five_centimetres_lower() -> None:
    rig = underpass()
    rig.plant.inner_m = 4.30
    rig.run(2)
    for level_m, said in ((4.23, "road_no_pass"), (4.21, "road_closed"), (4.11, "road_closed")):
        rig.plant.inner_m = level_m
        rig.run(2)
        assert kinds(rig) == {said}, level_m
    rig.plant.inner_m = 4.09
    rig.run(2)
    assert kinds(rig) == set()


def test_rising_water_is_told_with_its_time_although_every_pump_runs() -> None:
    rig = underpass(3.0)
    for output in rig.plant.running:
        rig.plant.run(output, True, rig.now_s)
    said = []
    for _ in range(240):
        rig.plant.inner_m += 0.002
        rig.cycle()
        said.append(dict(rig.step.alarms).get(f"{PS}:road_soon", ""))
    text = said[-1]
    assert "2 of 2 pumps run" in text
    assert re.search(r"1[12]\.\d cm a minute", text), text
    assert "about 6 min" in text or "about 5 min" in text
    rig.run(400)
    assert kinds(rig) == set()


def test_one_gauge_over_the_limit_is_enough_and_none_is_told_too() -> None:
    rig = underpass()
    rig.plant.inner_m, rig.plant.sensors = 4.0, [0.2, None, 0.0]
    rig.run(2)
    assert kinds(rig) == {"road_closed"}
    rig.plant.sensors = [None, None, 0.0]
    rig.run(2)
    assert kinds(rig) == {"road_unknown"}
    assert rig.memory.road.stage is RoadStage.CLOSED


def test_the_centre_stops_none_of_its_pumps_and_writes_nothing_by_itself() -> None:
    rig = underpass()
    rig.plant.inner_m = 4.3
    for output in rig.plant.running:
        rig.plant.run(output, True, rig.now_s)
    rig.run(60)
    rig.order("", "count 0")
    rig.run(60)
    assert all(rig.plant.running.values())
    assert [one for one in rig.writes("run_command") if one[2] is False] == []
