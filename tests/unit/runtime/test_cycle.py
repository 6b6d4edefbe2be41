"""The cycle as a whole, turn by turn: leases, clock steps, faults, the first read, people on site."""

from __future__ import annotations

from datetime import timedelta

import pytest

from controller.domain.command import CommandState
from controller.domain.quality import Quality
from controller.domain.slots import Slot
from tests.unit.logic.water_rig import station
from tests.unit.runtime.core_rig import LC, PS, ROAD, TREES, CoreRig, drive


def lit(rig: CoreRig) -> tuple[bool, bool]:
    return rig.lamps.closed["K1"], rig.lamps.closed["K2"]


def pumping(count: int = 2) -> CoreRig:
    rig = CoreRig(station(automatic=False))
    rig.pumps.inner_m = 2.8
    rig.run(5)
    rig.order(PS, f"count {count}", for_s=7200.0)
    for _ in range(600):
        rig.second()
        if sum(rig.pumps.running.values()) == count and not rig.pumps.pending:
            return rig
    raise AssertionError(dict(rig.phases))


def test_nothing_is_written_before_a_device_was_read_completely() -> None:
    rig = CoreRig()
    rig.wires[LC].up = rig.wires[PS].up = False
    rig.order(ROAD, "on")
    rig.order(PS, "count 2")
    rig.run(5)
    assert sum(rig.commands.counts.values()) == 0
    assert "nothing is written before a full read" in rig.phases[ROAD]
    rig.find(LC)
    rig.run(3)
    assert lit(rig) == (True, False)


def test_the_road_lights_up_within_a_second_of_its_sunset() -> None:
    rig = CoreRig()
    while not rig.lamps.commands["K1"]:
        rig.second()
    due = rig.site.lighting.astronomical_at(rig.site.city.cabinets[LC].place, rig.clock.now())
    since = rig.site.lighting.astronomical_at(
        rig.site.city.cabinets[LC].place, rig.clock.now() - timedelta(seconds=1.001)
    )
    assert (since.percent, due.percent) == (0.0, 100.0)


def test_the_end_of_a_lease_reveals_what_stands_below_it_then() -> None:
    rig = CoreRig()
    rig.run(3)
    rig.order(TREES, "off", slot=Slot.DISTRICT_MANUAL, for_s=10.0)
    rig.order(TREES, "on", slot=Slot.CITY_MANUAL, for_s=30.0)
    rig.run(12)
    assert lit(rig)[1] is True
    assert rig.book.holder(TREES, Slot.DISTRICT_MANUAL) is None
    rig.run(20)
    assert lit(rig)[1] is False
    assert rig.book.decision(TREES).winner.slot is Slot.DEFAULT


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_stepped_wall_clock_neither_ends_nor_extends_a_lease(hours: int) -> None:
    rig = CoreRig()
    rig.run(3)
    rig.order(TREES, "on", for_s=60.0)
    rig.run(10)
    rig.clock.stepped += timedelta(hours=hours)
    rig.run(49)
    assert lit(rig)[1] is True
    rig.run(4)
    assert lit(rig)[1] is False


def test_after_a_clock_step_over_sunset_the_next_cycle_lights_the_road() -> None:
    rig = CoreRig()
    rig.run(3)
    rig.clock.stepped += timedelta(hours=1)
    rig.run(2)
    assert lit(rig)[0] is True
    rig.clock.stepped -= timedelta(hours=1)
    rig.run(2)
    assert lit(rig)[0] is False


def test_a_turn_that_fails_is_alarmed_and_the_next_one_starts_from_the_field() -> None:
    rig = CoreRig()
    rig.run(3)
    cycle = rig.cycles[0]
    whole = rig.lighting._by_device
    rig.lighting._by_device = {LC: ["no such light"]}
    cycle.start_anew()
    drive(cycle._supervised_turn())
    assert rig.alarms.standing("cycle/lighting", "fault")
    rig.lighting._by_device = whole
    drive(cycle._supervised_turn())
    assert not rig.alarms.standing("cycle/lighting", "fault")


def test_a_device_that_left_the_site_is_nothing_to_look_at() -> None:
    rig = CoreRig()
    rig.run(3)
    cycle = rig.cycles[0]
    cycle._changed["330106-LC-9999"] = None
    drive(cycle.turn())


@pytest.mark.parametrize("quality", [None, Quality.BAD, Quality.UNCERTAIN])
def test_a_local_or_unreadable_key_blocks_every_write_and_explain_says_where_the_key_is(
    quality: Quality | None,
) -> None:
    rig = CoreRig()
    rig.run(3)
    if quality is None:
        rig.lamps.switch = "LOCAL"
    else:
        rig.lamps.spoilt["control_switch"] = quality
    rig.run(2)
    rig.order(TREES, "on")
    rig.run(5)
    assert lit(rig) == (False, False)
    told = rig.explainer.explain(TREES)
    assert [one.cause for one in told.interlocks] == ["BLOCKED_LOCAL"]
    rig.lamps.switch = "REMOTE"
    rig.lamps.spoilt.clear()
    rig.run(5)
    assert lit(rig)[1] is True


def test_a_lamp_that_went_out_strikes_again_only_after_its_rest_and_then_by_itself() -> None:
    rig = CoreRig()
    rig.run(3)
    rig.order(TREES, "on", slot=Slot.DISTRICT_MANUAL)
    rig.run(5)
    rig.order(TREES, "off", for_s=5.0)
    rig.run(4)
    assert lit(rig)[1] is False
    rig.run(50)
    assert lit(rig)[1] is False
    assert rig.explainer.explain(TREES).interlocks[0].id == "light.no_restrike"
    rig.run(12)
    assert lit(rig)[1] is True


def test_a_device_that_acknowledges_and_does_nothing_is_alarmed_and_tried_ever_more_rarely() -> None:
    rig = CoreRig()
    rig.run(3)
    rig.lamps.stuck.add("K2")
    rig.order(TREES, "on")
    rig.run(10)
    assert rig.alarms.standing(TREES, "mismatch")
    rig.run(300)
    assert 3 <= rig.commands.counts[CommandState.SENT] <= 5
    rig.lamps.stuck.clear()
    rig.run(320)
    assert lit(rig)[1] is True
    assert not rig.alarms.standing(TREES, "mismatch")


@pytest.mark.parametrize("away_s", [0, 30])
def test_a_restart_alone_stops_no_pump(away_s: int) -> None:
    rig = pumping()
    rig.nobody_looks(away_s)
    rig.restart()
    rig.run(300)
    assert all(rig.pumps.running.values())
    assert rig.commands.counts[CommandState.SENT] == 0


@pytest.mark.parametrize("blind", ["P1.running", "mode", "control_switch", "inner"])
def test_a_restart_that_begins_blind_stops_no_pump_either(blind: str) -> None:
    rig = pumping()
    if blind == "inner":
        rig.pumps.sensors[:] = [None, None, None]
    else:
        rig.pumps.blind.add(blind)
    rig.restart()
    rig.run(120)
    assert all(rig.pumps.running.values())


def test_a_restart_with_pumps_running_counts_as_no_start_of_theirs() -> None:
    rig = pumping()
    before = {target: memory.starts_total for target, memory in rig.water._memories[PS].units.items()}
    for _ in range(5):
        rig.restart()
        rig.run(3)
    after = {target: memory.starts_total for target, memory in rig.water._memories[PS].units.items()}
    assert after == before


@pytest.mark.parametrize("how", ["expires", "is released"])
def test_an_order_that_ends_stops_no_pump(how: str) -> None:
    rig = pumping()
    rig.order(PS, "count 0", slot=Slot.DISTRICT_MANUAL, for_s=7200.0)
    rig.run(200)
    if how == "expires":
        rig.order(PS, "count 2", for_s=5.0)
        rig.run(8)
    else:
        rig.release(PS)
    rig.run(300)
    assert rig.book.decision(PS).winner.slot is Slot.DISTRICT_MANUAL
    assert all(rig.pumps.running.values())
    assert "keeps 2 running" in rig.phases[PS]


def test_automation_that_regains_control_goes_on_from_what_runs() -> None:
    rig = CoreRig()
    rig.pumps.inner_m = 3.4
    rig.run(200)
    assert all(rig.pumps.running.values())
    rig.pumps.inner_m = 2.9
    rig.order(PS, "count 2", for_s=20.0)
    rig.run(60)
    assert rig.book.decision(PS).winner.slot is Slot.AUTOMATIC
    assert all(rig.pumps.running.values())


def test_a_unit_rests_after_its_stop_also_across_a_restart() -> None:
    rig = pumping()
    rig.run(120)
    rig.order(PS, "count 0", for_s=7200.0)
    rig.run(60)
    assert not any(rig.pumps.running.values())
    stopped_s = max(max(times) for times in rig.pumps.stops.values())
    rig.restart()
    rig.run(3)
    rig.order(PS, "count 2", for_s=7200.0)
    while not any(rig.pumps.running.values()):
        rig.second()
        assert rig.clock.s < stopped_s + 900.0
    started_s = min(times[-1] for times in rig.pumps.starts.values() if times[-1] > stopped_s)
    assert started_s >= min(times[-1] for times in rig.pumps.stops.values()) + 180.0
