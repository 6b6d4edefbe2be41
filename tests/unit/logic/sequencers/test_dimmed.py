"""A dimmed circuit: contactor and level in their order, whatever is asked and whatever the field answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.command import Wanted
from controller.domain.errors import InvalidValue
from controller.domain.image import Ageing, Block, LinkState, View
from controller.domain.intents import Dim, Intent, Show, Switch
from controller.domain.lights import Circuit, LightClass
from controller.domain.points import Reading, Value, bad, good
from controller.domain.quality import Detail
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite, Moment
from controller.logic.sequencers.dimmed import level_name, step_dimmed
from controller.logic.sequencers.level_triggered import LightStep, LightTiming

TIMING = LightTiming()
CIRCUIT = Circuit("330106-LC-0001/K1", "K1", "main", LightClass.ROAD, "night", 8, 1200.0, min_percent=20.0)
NOW = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
CONTACT, LEVEL = "K1.command", "K1.level_command"


def step(
    wanted: Intent,
    slot: Slot = Slot.SCHEDULE,
    *,
    command: Reading | Value = False,
    contact: Reading | Value = False,
    level_command: Reading | Value = 20.0,
    level: Reading | Value = 0.0,
    last: LastWrite | None = None,
    last_level: LastWrite | None = None,
) -> LightStep:
    said = {"K1.command": command, "K1.feedback": contact, "K1.level_command": level_command, "K1.level": level}
    readings = {name: one if isinstance(one, Reading) else good(one, 100.0) for name, one in said.items()}
    block = Block("330106-LC-0001", readings, LinkState.ONLINE, complete=True, sequence=1)
    decision = Decision(CIRCUIT.id, Request(CIRCUIT.id, slot, wanted, "test", "because"))
    return step_dimmed(CIRCUIT, decision, View(block, 100.0), last, last_level, Moment(NOW, 100.0), TIMING)


def write(given_step: LightStep) -> tuple[str, Value] | None:
    return (given_step.wanted[0].write.point, given_step.wanted[0].write.value) if given_step.wanted else None


DARK = bad(Detail.FAILURE)
LIT = {"command": True, "contact": True}


@pytest.mark.parametrize(
    ("wanted", "slot", "state", "writes"),
    [
        (Dim(60.0), Slot.SCHEDULE, {}, (CONTACT, True)),
        (Dim(60.0), Slot.SCHEDULE, {"command": True}, (CONTACT, True)),
        (Dim(60.0), Slot.SCHEDULE, LIT | {"level": 20.0}, (LEVEL, 60.0)),
        (Dim(60.0), Slot.SCHEDULE, LIT | {"level_command": 60.0, "level": 58.0}, None),
        (Switch(True), Slot.SCHEDULE, LIT | {"level_command": 60.0, "level": 60.0}, (LEVEL, 100.0)),
        (Dim(5.0), Slot.SCHEDULE, LIT | {"level_command": 60.0, "level": 60.0}, (LEVEL, 20.0)),
        (Dim(5.0), Slot.SCHEDULE, LIT | {"level_command": 20.0, "level": 20.0}, None),
        (Dim(0.0), Slot.SCHEDULE, LIT | {"level_command": 60.0, "level": 60.0}, (LEVEL, 20.0)),
        (Dim(0.0), Slot.SCHEDULE, LIT | {"level_command": 20.0, "level": 20.0}, (CONTACT, False)),
        (Dim(0.0), Slot.SCHEDULE, LIT | {"level_command": 60.0, "level": DARK}, (CONTACT, False)),
        (Dim(0.0), Slot.SCHEDULE, {}, None),
        (Switch(False), Slot.LIFE_SAFETY, LIT | {"level_command": 60.0, "level": 60.0}, (CONTACT, False)),
        (Dim(0.0), Slot.EQUIPMENT_PROTECTION, LIT | {"level_command": 60.0, "level": 60.0}, (CONTACT, False)),
        (Dim(60.0), Slot.SCHEDULE, {"contact": DARK}, (CONTACT, True)),
        (Dim(60.0), Slot.SCHEDULE, {"contact": DARK, "command": True}, (LEVEL, 60.0)),
        (Dim(60.0), Slot.SCHEDULE, LIT | {"level": DARK}, (LEVEL, 60.0)),
        (Dim(60.0), Slot.SCHEDULE, LIT | {"level": DARK, "level_command": 60.0}, None),
    ],
)
def test_what_is_written_next(
    wanted: Intent, slot: Slot, state: dict[str, Reading | Value], writes: tuple[str, Value] | None
) -> None:
    assert write(step(wanted, slot, **state)) == writes  # type: ignore[arg-type]  # the table's keys are the arguments


def test_a_level_below_the_lowest_is_said_to_be_kept_at_it() -> None:
    phase = step(Dim(5.0), **LIT, level_command=20.0, level=20.0).phase
    assert "20%" in phase
    assert "5% was asked" in phase


def test_a_dimmer_that_does_not_answer_keeps_no_contactor_closed() -> None:
    unproven = LastWrite(LEVEL, 20.0, 80.0, settled=True, confirmed=False, failures=1)
    assert write(step(Dim(0.0), **LIT, level_command=60.0, level=60.0, last_level=unproven)) == (CONTACT, False)
    open_yet = LastWrite(LEVEL, 20.0, 95.0, settled=False, confirmed=False)
    assert write(step(Dim(0.0), **LIT, level_command=60.0, level=60.0, last_level=open_yet)) is None


def test_the_two_writes_go_by_two_names_and_lighting_a_road_protects() -> None:
    (contact,) = step(Dim(60.0)).wanted
    (level,) = step(Dim(60.0), **LIT, level=20.0).wanted
    assert (contact.target, level.target) == (CIRCUIT.id, level_name(CIRCUIT.id))
    assert [one.proof.point for one in (contact, level) if one.proof] == ["K1.feedback", "K1.level"]
    assert [one.protective for one in (contact, level)] == [True, True]


def test_what_is_no_light_s_value_is_refused() -> None:
    with pytest.raises(InvalidValue, match="takes a level"):
        step(Show("hello"))


# -- properties ----------------------------------------------------------------------------------------------------


@dataclass
class Plant:
    """A cabinet's output that may be stuck, deaf or lying, and a controller's memory of its writes."""

    stuck: bool = False
    deaf: bool = False
    blind_contact: bool = False
    blind_level: bool = False
    command: bool = False
    closed: bool = False
    level_command: float = 100.0
    now_s: float = 0.0
    last: dict[str, LastWrite] = field(default_factory=dict)
    moves: int = 0
    written: list[tuple[str, Value, bool]] = field(default_factory=list)

    def view(self) -> View:
        level = self.level_command if self.closed else 0.0
        readings = {
            "K1.command": good(self.command, self.now_s),
            "K1.feedback": bad(Detail.FAILURE) if self.blind_contact else good(self.closed, self.now_s),
            "K1.level_command": good(self.level_command, self.now_s),
            "K1.level": bad(Detail.FAILURE) if self.blind_level else good(level, self.now_s),
        }
        ageing = {name: Ageing(1e9, 1e9) for name in readings}
        return View(Block("D", readings, LinkState.ONLINE, complete=True, sequence=1, ageing=ageing), self.now_s)

    def take(self, wanted: Wanted) -> None:
        point, value = wanted.write.point, wanted.write.value
        self.written.append((point, value, self.closed))
        failures = self.last[wanted.target].failures if wanted.target in self.last else 0
        if point == CONTACT:
            self.command = bool(value)
            if not self.stuck and self.closed != bool(value):
                self.closed = bool(value)
                self.moves += 1
            proven = self.closed == bool(value) and not self.blind_contact
        else:
            assert isinstance(value, float)
            if not self.deaf:
                self.level_command = value
            proven = not self.deaf and not self.blind_level and self.closed
        self.now_s += 5.0
        self.last[wanted.target] = LastWrite(
            point, value, self.now_s - 5.0, settled=True, confirmed=proven, failures=0 if proven else failures + 1
        )


ASKED = st.lists(
    st.tuples(
        st.sampled_from([Switch(True), Switch(False), Dim(0.0), Dim(5.0), Dim(20.0), Dim(60.0), Dim(100.0)]),
        st.sampled_from([Slot.SCHEDULE, Slot.ENERGY_SAVING, Slot.CITY_MANUAL, Slot.LIFE_SAFETY]),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=8,
)
FAULTS = st.fixed_dictionaries(dict.fromkeys(("stuck", "deaf", "blind_contact", "blind_level"), st.booleans()))


@given(ASKED, FAULTS)
def test_no_level_is_written_behind_an_open_contactor_and_the_contactor_never_chatters(
    asked: list[tuple[Intent, Slot, int]], faults: dict[str, bool]
) -> None:
    plant = Plant(**faults)
    changes, lit = 0, False
    for wanted, slot, turns in asked:
        percent = (100.0 if wanted.on else 0.0) if isinstance(wanted, Switch) else wanted.percent  # type: ignore[union-attr]  # the table has no texts
        changes += (percent > 0) != lit
        lit = percent > 0
        decision = Decision(CIRCUIT.id, Request(CIRCUIT.id, slot, wanted, "test", "because"))
        for _ in range(turns):
            last, level = plant.last.get(CIRCUIT.id), plant.last.get(level_name(CIRCUIT.id))
            came = step_dimmed(CIRCUIT, decision, plant.view(), last, level, Moment(NOW, plant.now_s), TIMING)
            assert len(came.wanted) <= 1
            for one in came.wanted:
                plant.take(one)
            plant.now_s += 1.0
    assert plant.moves <= changes
    for point, value, closed in plant.written:
        if point == LEVEL:
            assert isinstance(value, float)
            assert 20.0 <= value <= 100.0
            assert closed or plant.blind_contact


@given(ASKED)
def test_a_sound_circuit_comes_to_what_was_asked_last(asked: list[tuple[Intent, Slot, int]]) -> None:
    plant = Plant()
    wanted, slot, _ = asked[-1]
    for intent, its_slot, turns in [*asked[:-1], (wanted, slot, 400)]:
        decision = Decision(CIRCUIT.id, Request(CIRCUIT.id, its_slot, intent, "test", "because"))
        for _ in range(turns):
            last, level = plant.last.get(CIRCUIT.id), plant.last.get(level_name(CIRCUIT.id))
            moment = Moment(NOW, plant.now_s)
            for one in step_dimmed(CIRCUIT, decision, plant.view(), last, level, moment, TIMING).wanted:
                plant.take(one)
            plant.now_s += 1.0
    percent = (100.0 if wanted.on else 0.0) if isinstance(wanted, Switch) else wanted.percent  # type: ignore[union-attr]  # the table has no texts
    assert plant.closed == (percent > 0)
    if percent:
        assert plant.level_command == max(20.0, percent)
