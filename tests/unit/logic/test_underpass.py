"""The road of an underpass: closed, no pass, and how long until then, said whether or not the pumps run."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from controller.domain.pumps_and_gates import Gate, GateRole, PumpType
from controller.domain.stations import RoadRule, StagedLevels
from controller.logic.contract import RoadStage
from tests.unit.logic.water_rig import PS, Rig, station, unit

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


# -- the signal that closes the road -----------------------------------------------------------------------------------

BOOM = f"{PS}/G9"


def signalled(reopen_hold_s: float | None = 600.0) -> Rig:
    """An underpass in its PLC's hands, its boom open."""
    rule = RoadRule(road_m=4.0, signal=BOOM, reopen_hold_s=reopen_hold_s)
    boom = Gate(BOOM, "G9", "boom", GateRole.ROAD, 8.0)
    units = tuple(replace(unit(n, PumpType.SUBMERSIBLE), discharge_gate=None) for n in (1, 2))
    asset = station(
        2,
        gravity=False,
        automatic=False,
        additional_starts_only=True,
        levels=SUMP,
        units=units,
        gates=(boom,),
        inner_levels=("inner_level_1_m", "inner_level_2_m"),
        road=rule,
    )
    rig = Rig(asset)
    rig.plant.position["G9"] = 100.0
    rig.plant.commands["G9.position_command"] = 100.0
    rig.plant.inner_m = 0.8
    rig.run(3)
    return rig


def boom_percent(rig: Rig) -> float:
    return rig.plant.position["G9"]


def test_water_closes_the_road_in_the_plcs_own_mode_and_ten_dry_minutes_open_it_again() -> None:
    rig = signalled()
    rig.plant.inner_m = 4.16
    rig.run(30)
    assert (boom_percent(rig), rig.plant.mode) == (0.0, "PLC_AUTO")
    assert "water over the road" in rig.step.phases[BOOM]
    rig.plant.inner_m = 4.04
    rig.run(590)
    assert boom_percent(rig) == 0.0
    rig.run(60)
    assert boom_percent(rig) == 100.0
    assert rig.writes("run_command") == []


def test_between_dry_and_closed_it_stays_as_it_is_and_a_wave_begins_the_wait_anew() -> None:
    rig = signalled()
    rig.plant.inner_m = 4.2
    rig.run(30)
    for _ in range(3):
        rig.plant.inner_m = 4.0
        rig.run(500)
        rig.plant.inner_m = 4.07
        rig.run(20)
    assert boom_percent(rig) == 0.0


def test_nobody_opens_the_road_into_water_or_into_what_nobody_knows_and_anybody_closes_it() -> None:
    rig = signalled()
    rig.order("G9", "close", for_s=100.0)
    rig.run(20)
    assert boom_percent(rig) == 0.0
    rig.run(1200)
    assert boom_percent(rig) == 0.0, "people closed it: it does not open by itself"
    rig.plant.inner_m = 4.2
    rig.order("G9", "open", for_s=1e6)
    rig.run(60)
    assert boom_percent(rig) == 0.0
    rig.plant.inner_m = 0.8
    rig.plant.sensors = [None, None, None]
    rig.run(60)
    assert boom_percent(rig) == 0.0
    rig.plant.sensors = [0.0, 0.0, 0.0]
    rig.run(60)
    assert boom_percent(rig) == 100.0, "the person's order stands, and the road is dry"


def test_a_forgotten_order_to_keep_the_road_open_does_not_keep_it_open_in_water() -> None:
    rig = signalled()
    rig.order("G9", "open", for_s=1e6)
    rig.run(20)
    rig.plant.inner_m = 4.2
    rig.run(30)
    assert boom_percent(rig) == 0.0


def test_with_the_switch_at_local_closing_is_attempted_and_what_is_not_proven_closed_is_shouted_about() -> None:
    rig = signalled()
    rig.plant.switch = "LOCAL"
    rig.plant.jammed.add("G9")
    rig.plant.inner_m = 4.2
    rig.run(30)
    assert [value for _, point, value in rig.writes("G9.position_command") if value == 0.0]
    assert f"{BOOM}:road_not_closed" in dict(rig.step.alarms)


def test_a_road_that_only_people_open_says_that_it_is_dry() -> None:
    rig = signalled(reopen_hold_s=None)
    rig.plant.inner_m = 4.2
    rig.run(30)
    rig.plant.inner_m = 0.8
    rig.run(1200)
    assert boom_percent(rig) == 0.0
    assert f"{BOOM}:road_waits" in dict(rig.step.alarms)
    rig.order("G9", "open")
    rig.run(30)
    assert boom_percent(rig) == 100.0
    assert f"{BOOM}:road_waits" not in dict(rig.step.alarms)


def test_after_a_restart_in_between_the_road_stays_as_it_is() -> None:
    rig = signalled()
    rig.plant.inner_m = 4.2
    rig.run(30)
    rig.plant.inner_m = 4.08
    rig.forget_processes()
    rig.run(1200)
    assert boom_percent(rig) == 0.0
