from __future__ import annotations

import pytest

from controller.domain.command import PointWrite, Proof
from controller.domain.errors import InvalidValue
from controller.domain.image import View
from controller.domain.intents import Dim, Show, Switch
from controller.domain.lights import Display, Luminaire
from controller.domain.points import Value
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite
from controller.logic.sequencers.level_triggered import LightStep, LightTiming
from controller.logic.sequencers.luminaire import step_display, step_luminaire
from tests.unit.logic.sequencers.field import NOW_S, decided, moment, view

L1, D1 = "330106-SP-0001/L1", "330106-SP-0001/D1"
LAMP, DISPLAY = Luminaire(L1, "L1", "all", 120.0), Display(D1, "D1")
TIMING = LightTiming()


def lamp(level: Value, command: Value) -> View:
    return view(L1, {"L1.level": level, "L1.level_command": command})


def dim(seen: View, percent: float, last: LastWrite | None = None, slot: Slot = Slot.SCHEDULE) -> LightStep:
    return step_luminaire(LAMP, decided(L1, Dim(percent), slot), seen, last, moment(), TIMING)


@pytest.mark.parametrize(
    ("level", "command", "wanted", "writes"),
    [
        (100.0, 100.0, 100.0, False),
        (97.0, 100.0, 100.0, False),
        (96.9, 100.0, 100.0, True),
        (60.0, 60.0, 62.0, True),
        (60.0, 60.4, 60.0, False),
        (0.0, 0.0, 0.0, False),
        (4.0, 0.0, 0.0, True),
        (50, 0, 100.0, True),
    ],
)
def test_a_level_is_right_within_three_percent_and_its_command_within_rounding(
    level: float, command: float, wanted: float, writes: bool
) -> None:
    assert bool(dim(lamp(level, command), wanted).wanted) is writes


def test_a_level_is_proven_by_the_reported_level_after_its_ramp() -> None:
    [wanted] = dim(lamp(0.0, 0.0), 60.0).wanted
    assert wanted.write == PointWrite("330106-SP-0001", "L1.level_command", 60.0)
    assert wanted.proof == Proof("L1.level", 60.0, within_s=10.0, tolerance=3.0)


def test_a_ramping_lamp_is_not_told_twice() -> None:
    open_write = LastWrite("L1.level_command", 60.0, NOW_S - 4.0, settled=False, confirmed=False)
    found = dim(lamp(30.0, 60.0), 60.0, open_write)
    assert (found.wanted, found.next_s) == ((), NOW_S + 6.0)


def test_a_switch_is_no_value_of_a_luminaire() -> None:
    with pytest.raises(InvalidValue, match="takes a level"):
        step_luminaire(LAMP, decided(L1, Switch(on=True)), lamp(0.0, 0.0), None, moment(), TIMING)


def shown(text: str, wanted: str) -> LightStep:
    seen = view(D1, {"D1.text": text, "D1.text_command": text})
    return step_display(DISPLAY, decided(D1, Show(wanted)), seen, None, moment(), TIMING)


def test_a_display_is_written_until_it_shows_the_text() -> None:
    [wanted] = shown("", "前方积水").wanted
    assert wanted.write.value == "前方积水"
    assert wanted.proof == Proof("D1.text", "前方积水", within_s=10.0)
    assert not shown("前方积水", "前方积水").wanted


def test_an_empty_text_clears_the_display() -> None:
    [wanted] = shown("前方积水", "").wanted
    assert wanted.write.value == ""
    assert not shown("", "").wanted


def test_a_level_is_no_value_of_a_display() -> None:
    with pytest.raises(InvalidValue, match="takes text"):
        step_display(DISPLAY, decided(D1, Dim(1.0)), view(D1, {}), None, moment(), TIMING)
