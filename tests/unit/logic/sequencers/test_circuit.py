from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.command import PointWrite, Proof
from controller.domain.errors import InvalidValue
from controller.domain.image import LinkState, View
from controller.domain.intents import Dim, Switch
from controller.domain.lights import Circuit, LightClass
from controller.domain.points import Reading, Value, bad, good, uncertain
from controller.domain.quality import Detail
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite
from controller.logic.sequencers.circuit import step_circuit
from controller.logic.sequencers.level_triggered import LightStep, LightTiming
from tests.unit.logic.sequencers.field import NOW_S, decided, moment, view

K1 = "330106-LC-0001/K1"
ROAD = Circuit(K1, "K1", "北山街", LightClass.ROAD, "all", lamps=20, rated_w=3000.0)
LANDSCAPE = replace(ROAD, light_class=LightClass.LANDSCAPE)
TIMING = LightTiming()
ON, OFF = Switch(on=True), Switch(on=False)


def field(feedback: Reading | Value, command: Reading | Value | None = None, now_s: float = NOW_S) -> View:
    readings: dict[str, Reading | Value] = {"K1.feedback": feedback}
    if command is not None:
        readings["K1.command"] = command
    return view(K1, readings, now_s=now_s)


def step(
    seen: View,
    wanted: Switch,
    last: LastWrite | None = None,
    circuit: Circuit = ROAD,
    slot: Slot = Slot.SCHEDULE,
) -> LightStep:
    return step_circuit(circuit, decided(K1, wanted, slot), seen, last, moment(seen.now_s), TIMING)


def sent(value: bool, ago_s: float, *, settled: bool = True, confirmed: bool = False, failures: int = 0) -> LastWrite:
    return LastWrite("K1.command", value, NOW_S - ago_s, settled, confirmed, failures)


def test_a_circuit_that_is_as_wanted_is_left_alone() -> None:
    found = step(field(feedback=True, command=True), ON)
    assert found == LightStep(phase="on, as wanted")


def test_a_differing_contact_is_switched_with_its_proof() -> None:
    found = step(field(feedback=False, command=False), ON)
    [wanted] = found.wanted
    assert wanted.write == PointWrite("330106-LC-0001", "K1.command", True)
    assert wanted.proof == Proof("K1.feedback", True, within_s=3.0)


def test_a_command_left_behind_by_a_reboot_is_put_right_even_if_the_contact_agrees() -> None:
    assert step(field(feedback=True, command=False), ON).wanted


def test_a_command_not_read_is_no_objection() -> None:
    assert not step(field(feedback=True), ON).wanted


def test_nothing_is_written_while_the_same_write_is_open() -> None:
    found = step(field(feedback=False), ON, sent(True, ago_s=1.0, settled=False))
    assert found.wanted == ()
    assert found.phase == "on sent, waits for its proof"
    assert found.next_s == NOW_S + 2.0


def test_a_changed_mind_does_not_wait_for_the_open_write() -> None:
    assert step(field(feedback=True), OFF, sent(True, ago_s=1.0, settled=False)).wanted


def test_readings_older_than_a_confirmed_write_are_no_objection() -> None:
    stale = good(False, received_s=NOW_S - 8.0)
    last = sent(True, ago_s=4.0, confirmed=True)
    assert not step(field(feedback=good(True, NOW_S), command=stale), ON, last).wanted
    assert not step(field(feedback=stale, command=stale), ON, last).wanted


def test_somebody_switching_it_back_after_the_proof_is_answered_at_once() -> None:
    assert step(field(feedback=False), ON, sent(True, ago_s=400.0, confirmed=True)).wanted


@pytest.mark.parametrize(
    ("failures", "ago_s", "writes"),
    [
        (1, 29.0, False),
        (1, 30.0, True),
        (2, 59.0, False),
        (2, 60.0, True),
        (3, 119.0, False),
        (3, 120.0, True),
        (4, 299.0, False),
        (4, 300.0, True),
        (9, 299.0, False),
        (9, 300.0, True),
    ],
)
def test_an_unconfirmed_write_is_tried_again_after_a_growing_wait(failures: int, ago_s: float, writes: bool) -> None:
    found = step(field(feedback=False), ON, sent(True, ago_s, failures=failures))
    assert bool(found.wanted) is writes
    if not writes:
        assert found.next_s is not None
        assert found.next_s > NOW_S


def test_the_wait_is_told_to_people() -> None:
    found = step(field(feedback=False), ON, sent(True, ago_s=20.0, failures=2))
    assert found.phase == "on not confirmed 2 times: tries again in 40 s"


@pytest.mark.parametrize("link", [LinkState.OFFLINE, LinkState.PROBING, LinkState.RESYNC])
def test_nothing_is_written_to_a_device_that_is_not_online(link: LinkState) -> None:
    found = step(view(K1, {"K1.feedback": False}, link=link), ON)
    assert found.wanted == ()
    assert link.value in found.phase


def test_nothing_is_written_before_the_first_complete_read() -> None:
    assert not step(view(K1, {"K1.feedback": False}, complete=False), ON, slot=Slot.LIFE_SAFETY).wanted


@pytest.mark.parametrize("reading", [bad(Detail.COMM_FAULT), uncertain(False, Detail.OLD_DATA, NOW_S)])
def test_untrusted_feedback_stops_switching_off_and_landscape(reading: Reading) -> None:
    assert not step(field(feedback=reading, command=True), OFF).wanted
    found = step(field(feedback=reading, command=False), ON, circuit=LANDSCAPE)
    assert found.wanted == ()
    assert reading.detail.value in found.phase


def test_a_dead_contact_never_leaves_a_road_dark() -> None:
    dead = bad(Detail.FAILURE)
    [wanted] = step(field(feedback=dead, command=False), ON).wanted
    assert wanted.protective
    settled = step(field(feedback=dead, command=True), ON)
    assert settled.phase == "on, as wanted, but K1.feedback is BAD (failure): not assured"


def test_a_cut_for_life_safety_is_written_even_on_untrusted_feedback() -> None:
    [wanted] = step(field(feedback=bad(Detail.FAILURE), command=True), OFF, slot=Slot.LIFE_SAFETY).wanted
    assert wanted.protective


@pytest.mark.parametrize(
    ("circuit", "value", "slot", "protective"),
    [
        (ROAD, ON, Slot.SCHEDULE, True),
        (ROAD, OFF, Slot.CITY_MANUAL, False),
        (ROAD, OFF, Slot.LIFE_SAFETY, True),
        (LANDSCAPE, ON, Slot.SCHEDULE, False),
        (LANDSCAPE, OFF, Slot.EQUIPMENT_PROTECTION, True),
    ],
)
def test_lighting_a_road_and_cutting_a_danger_are_protective(
    circuit: Circuit, value: Switch, slot: Slot, protective: bool
) -> None:
    [wanted] = step(field(feedback=not value.on), value, circuit=circuit, slot=slot).wanted
    assert wanted.protective is protective


def test_a_level_is_no_value_of_a_circuit() -> None:
    with pytest.raises(InvalidValue, match="takes on or off"):
        step_circuit(ROAD, decided(K1, Dim(50.0)), field(feedback=False), None, moment(), TIMING)


readings = st.one_of(
    st.booleans().map(lambda value: good(value, NOW_S)),
    st.booleans().map(lambda value: good(value, NOW_S - 10.0)),
    st.booleans().map(lambda value: uncertain(value, Detail.OLD_DATA, NOW_S)),
    st.just(bad(Detail.COMM_FAULT)),
)
lasts = st.none() | st.builds(
    LastWrite,
    st.just("K1.command"),
    st.booleans(),
    st.floats(0, NOW_S),
    st.booleans(),
    st.booleans(),
    st.integers(0, 9),
)


@given(readings, readings, lasts, st.booleans(), st.sampled_from(list(Slot)), st.sampled_from([ROAD, LANDSCAPE]))
def test_a_step_writes_the_wanted_value_or_nothing_and_never_over_an_open_write(
    feedback: Reading, command: Reading, last: LastWrite | None, on: bool, slot: Slot, circuit: Circuit
) -> None:
    found = step(field(feedback, command), Switch(on), last, circuit, slot)
    assert len(found.wanted) <= 1
    assert found.phase
    for wanted in found.wanted:
        assert wanted.write.value is on
        assert last is None or last.settled or last.value is not on
        assert not (feedback.good and command.good and feedback.value is on and command.value is on)
    if feedback.good and feedback.received_s == NOW_S and feedback.value is not on and last is None:
        assert found.wanted
