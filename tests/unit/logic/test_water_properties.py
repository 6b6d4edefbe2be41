"""What no sequence of levels, orders, failures and restarts may bring about."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from controller.domain.command import Wanted
from controller.domain.image import LinkState
from controller.domain.intents import StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.pumps_and_gates import PumpType, PumpUnit
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic.levels import inner_level
from controller.logic.unit_guards import PEOPLE
from tests.unit.logic.water_rig import LEVELS, PS, Rig, station, unit

Event = Callable[[Rig], None]


def setting(name: str, value: object) -> Event:
    return lambda rig: setattr(rig.plant, name, value)


def ordering(output: str, said: str, slot: Slot, for_s: float) -> Event:
    return lambda rig: rig.order(output, said, slot=slot, for_s=for_s)


def toggling(group: str, member: str) -> Event:
    return lambda rig: getattr(rig.plant, group).symmetric_difference_update({member})


def breaking(sensor: int, offset: float | None) -> Event:
    return lambda rig: rig.plant.sensors.__setitem__(sensor, offset)


def linking(state: LinkState) -> Event:
    return lambda rig: setattr(rig, "link", state)


def tripping(output: str) -> Event:
    def trip(rig: Rig) -> None:
        rig.plant.run(output, False, rig.now_s)
        rig.plant.commands[f"{output}.run_command"] = False

    return trip


SLOTS = st.sampled_from([Slot.EMERGENCY_ORDER, Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL, Slot.PLAN])
LASTS = st.floats(5.0, 400.0)
OUTPUTS = st.sampled_from(["P1", "P2"])
WATER = st.one_of(
    st.builds(setting, st.just("inner_m"), st.floats(1.2, 3.6)),
    st.builds(setting, st.just("outer_m"), st.floats(1.0, 6.0)),
    st.builds(breaking, st.integers(0, 2), st.sampled_from([None, 0.0, 0.0, 0.3])),
)
ORDERS = st.one_of(
    st.builds(
        ordering, st.just(""), st.sampled_from(["count 0", "count 1", "count 2", "hold", "hand-back"]), SLOTS, LASTS
    ),
    st.builds(ordering, OUTPUTS, st.sampled_from(["start", "stop"]), SLOTS, LASTS),
    st.builds(ordering, st.sampled_from(["G1", "G3"]), st.sampled_from(["open", "close", "50%"]), SLOTS, LASTS),
)
TROUBLE = st.one_of(
    st.builds(toggling, st.just("stuck"), OUTPUTS),
    st.builds(toggling, st.just("jammed"), st.sampled_from(["G1", "G2", "G3"])),
    st.builds(toggling, st.just("no_current"), OUTPUTS),
    st.builds(
        toggling,
        st.just("blind"),
        st.sampled_from(["P1.running", "G1.position_percent", "G3.closed_limit", "outer_level_m", "mode"]),
    ),
    st.builds(linking, st.sampled_from([LinkState.ONLINE, LinkState.ONLINE, LinkState.OFFLINE, LinkState.RESYNC])),
    st.builds(tripping, OUTPUTS),
    st.builds(setting, st.just("delay_s"), st.sampled_from([0.0, 1.0, 4.0, 20.0])),
    st.builds(setting, st.just("rack_m"), st.sampled_from([0.05, 0.6, 0.9])),
    st.sampled_from([lambda rig: rig.plant.turn_switch("LOCAL"), lambda rig: rig.plant.turn_switch("REMOTE")]),
    st.just(Rig.forget_processes),
)
SCRIPTS = st.lists(st.tuples(st.integers(1, 90), st.one_of(WATER, WATER, ORDERS, TROUBLE)), min_size=1, max_size=10)
PUMPS = st.sampled_from([PumpType.AXIAL, PumpType.CENTRIFUGAL])
quickly = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""Without shrinking: a script is short enough to read, and shrinking one would take minutes."""


def started(rig: Rig) -> list[str]:
    return [one.write.point[:2] for one in run_commands(rig) if one.write.value is True]


def stopped(rig: Rig) -> list[str]:
    return [one.write.point[:2] for one in run_commands(rig) if one.write.value is False]


def run_commands(rig: Rig) -> list[Wanted]:
    return [one for one in rig.step.wanted if one.write.point.endswith(".run_command")]


def play(script: list[tuple[int, Event]], of: Station, check: Callable[[Rig], None], *, pumping: bool = False) -> Rig:
    rig = Rig(of)
    rig.plant.inner_m = 2.6
    if pumping:
        rig.run(5).order("", "count 2", for_s=7200.0)
        rig.until_running(2)
    for seconds, event in script:
        event(rig)
        for _ in range(seconds):
            rig.cycle()
            check(rig)
    return rig


def quick_unit(number: int) -> PumpUnit:
    """A unit that rests hardly at all, so that only its starts per hour and the stagger hold it."""
    return unit(number, min_run_s=0.0, min_off_s=5.0, backspin_s=5.0, max_starts_per_hour=2)


def no_check(rig: Rig) -> None:
    """For properties of the whole script."""


def check_starts(rig: Rig) -> None:
    for output in started(rig):
        one = next(unit for unit in rig.station.units if unit.output == output)
        for stop_s in rig.plant.stops.get(output, [])[-1:]:
            assert rig.now_s - stop_s >= max(one.min_off_s, one.backspin_s)
        recent = [at_s for at_s in rig.plant.starts.get(output, []) if at_s > rig.now_s - 3600.0]
        assert len(recent) < one.max_starts_per_hour or rig.plant.running[output]
        others = [unit.output for unit in rig.station.units if unit.output != output]
        assert not any(at_s > rig.now_s - 25.0 for other in others for at_s in rig.plant.starts.get(other, []))
        number = output[1:]
        open_percent = rig.plant.position[f"G{number}"]
        assert open_percent <= 2.0 if one.pump is PumpType.CENTRIFUGAL else open_percent >= 98.0
        assert rig.plant.position["G3"] <= 2.0


@quickly
@given(SCRIPTS, PUMPS)
def test_no_start_leaves_against_rest_times_starts_per_hour_or_an_unproven_path(
    script: list[tuple[int, Event]], pump: PumpType
) -> None:
    play(script, station(pump=pump), check_starts)


EAGER = st.one_of(
    st.builds(
        ordering, st.just(""), st.sampled_from(["count 0", "count 1", "count 2"]), st.just(Slot.CITY_MANUAL), LASTS
    ),
    st.builds(ordering, OUTPUTS, st.sampled_from(["start", "stop"]), st.just(Slot.EMERGENCY_ORDER), LASTS),
    st.builds(tripping, OUTPUTS),
)


@quickly
@given(st.lists(st.tuples(st.integers(1, 60), EAGER), min_size=4, max_size=14))
def test_eager_operators_get_no_more_starts_an_hour_and_no_closer_together_than_the_units_bear(
    script: list[tuple[int, Event]],
) -> None:
    play(script, station(units=(quick_unit(1), quick_unit(2))), check_starts, pumping=True)


def check_gravity(rig: Rig) -> None:
    for one in rig.step.wanted:
        if one.write.point == "G3.position_command" and one.write.value > rig.plant.position["G3"] + 2.0:
            assert not any(rig.plant.running.values()), "opens beside a running pump"
            assert rig.plant.outer_m < rig.plant.inner_m + 0.2, "opens against the river"


@quickly
@given(SCRIPTS)
def test_the_gravity_gate_never_opens_beside_a_running_pump_or_against_the_river(
    script: list[tuple[int, Event]],
) -> None:
    play(script, station(), check_gravity)


def winner(rig: Rig, target: str) -> object:
    return rig.decisions[target].winner


def check_untrusted_level(rig: Rig) -> None:
    if inner_level(rig.station, rig.view).level_m is not None:
        return
    for output in started(rig):
        slots = {rig.decisions[PS].winner.slot, rig.decisions[f"{PS}/{output}"].winner.slot}
        assert slots & PEOPLE, "a start by automation"
    order = rig.decisions[PS].winner
    for output in stopped(rig):
        by_people = order.slot is not Slot.AUTOMATIC and isinstance(order.value, StationOrder)
        by_people |= rig.decisions[f"{PS}/{output}"].winner.value == UnitOrder(UnitMode.STOP)
        failed = rig.memory.units[f"{PS}/{output}"].locked_out
        assert by_people or failed or rig.plant.rack_m > 0.8 or not rig.plant.running[output]


@quickly
@given(SCRIPTS)
def test_a_level_nobody_trusts_neither_stops_a_running_unit_nor_adds_one(script: list[tuple[int, Event]]) -> None:
    play(script, station(), check_untrusted_level, pumping=True)


def check_dry_run(rig: Rig) -> None:
    level_m = inner_level(rig.station, rig.view).level_m
    if level_m is None or level_m > LEVELS.dry_run_m or not rig.memory.in_control:
        return
    for one in rig.station.units:
        if rig.view.value(f"{one.output}.running"):
            last = rig.last.get(one.id)
            assert last is not None, "nothing sent"
            assert last.value is False, f"{one.output} runs on in a dry well"


@quickly
@given(SCRIPTS)
def test_a_dry_well_is_answered_by_a_stop_within_the_cycle(script: list[tuple[int, Event]]) -> None:
    play(script, station(), check_dry_run, pumping=True)


def check_hand_back(rig: Rig) -> None:
    if rig.decisions[PS].winner.value == StationOrder(StationMode.HAND_BACK):
        assert [one for one in rig.step.wanted if one.write.point != "mode_command"] == []
    if rig.link is not LinkState.ONLINE or rig.plant.switch != "REMOTE":
        assert rig.step.wanted == ()


@quickly
@given(SCRIPTS)
def test_hand_back_writes_the_mode_alone_and_local_or_lost_stations_get_nothing(
    script: list[tuple[int, Event]],
) -> None:
    play(script, station(automatic=False), check_hand_back)


RAISES = st.tuples(
    st.integers(1, 120),
    st.one_of(
        st.builds(ordering, OUTPUTS, st.just("start"), SLOTS, LASTS),
        st.builds(lambda n, slot, s: ("count", n, slot, s), st.integers(0, 2), SLOTS, LASTS),
        st.just(Rig.forget_processes),
        st.builds(setting, st.just("delay_s"), st.sampled_from([0.0, 1.0, 4.0])),
    ),
)


@quickly
@given(st.lists(RAISES, min_size=1, max_size=12), st.booleans())
def test_the_end_of_an_order_never_stops_a_running_unit(
    script: list[tuple[int, Event | tuple[str, int, Slot, float]]], automatic: bool
) -> None:
    rig = Rig(station(automatic=automatic))
    rig.plant.inner_m = 2.9
    for seconds, event in script:
        if isinstance(event, tuple):
            busy = sum(one.value is True for one in rig.last.values())
            rig.order(
                "", f"count {max(event[1], sum(rig.plant.running.values()), busy)}", slot=event[2], for_s=event[3]
            )
        else:
            event(rig)
        for _ in range(seconds):
            rig.cycle()
            assert stopped(rig) == [], rig.decisions


@quickly
@given(SCRIPTS)
def test_an_underpass_is_never_sent_a_stop_for_a_unit_that_runs(script: list[tuple[int, Event]]) -> None:
    def check(rig: Rig) -> None:
        assert [output for output in stopped(rig) if rig.view.value(f"{output}.running")] == []

    play(script, station(automatic=False, additional_starts_only=True), check)


@quickly
@given(SCRIPTS)
def test_one_cycle_never_raises_and_repeats_itself_exactly(script: list[tuple[int, Event]]) -> None:
    first, second = (play(script[:5], station(), no_check) for _ in range(2))
    assert first.written == second.written
