from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from controller.domain.errors import UnknownTarget
from controller.runtime.alarms import Alarm, AlarmBook, AlarmState, Priority
from tests.unit.runtime.core_rig import ROAD, HandClock


@dataclass
class Told:
    clock: HandClock = field(default_factory=HandClock)
    heard: list[Alarm] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = AlarmBook(self.clock, self.heard.append)

    def states(self) -> list[AlarmState]:
        return [alarm.state for alarm in self.heard]


KEY = f"{ROAD}:mismatch"


def test_a_standing_condition_is_raised_once_and_told_again_only_when_it_gets_more_urgent() -> None:
    told = Told()
    told.book.set(ROAD, "mismatch", "stuck")
    told.book.set(ROAD, "mismatch", "really stuck")
    assert told.states() == [AlarmState.UNACK]
    told.book.set(ROAD, "mismatch", "still stuck", Priority.HIGH)
    assert told.states() == [AlarmState.UNACK, AlarmState.UNACK]
    (alarm,) = told.book.all()
    assert (alarm.text, alarm.priority) == ("still stuck", Priority.HIGH)
    assert told.book.standing(ROAD, "mismatch")


def test_acknowledged_and_then_gone_leaves_the_list() -> None:
    told = Told()
    told.book.set(ROAD, "mismatch", "stuck")
    told.book.acknowledge(KEY, "lin")
    told.book.clear(ROAD, "mismatch")
    assert told.book.all() == []
    assert told.states() == [AlarmState.UNACK, AlarmState.ACKED, AlarmState.NORM]
    assert told.heard[-1].cleared is not None


def test_gone_before_anyone_saw_it_stays_until_somebody_does() -> None:
    told = Told()
    told.book.set(ROAD, "mismatch", "stuck")
    told.book.clear(ROAD, "mismatch")
    assert [alarm.state for alarm in told.book.all()] == [AlarmState.RTNUN]
    assert not told.book.standing(ROAD, "mismatch")
    assert told.book.unacknowledged() == 1
    seen = told.book.acknowledge(KEY, "lin")
    assert (seen.acknowledged_by, told.book.all()) == ("lin", [])


def test_a_condition_that_comes_again_is_unseen_again() -> None:
    told = Told()
    told.book.set(ROAD, "mismatch", "stuck")
    told.book.clear(ROAD, "mismatch")
    told.clock.s += 60.0
    told.book.set(ROAD, "mismatch", "stuck again")
    (alarm,) = told.book.all()
    assert (alarm.state, alarm.raised, alarm.cleared) == (AlarmState.UNACK, told.clock.now(), None)


def test_what_does_not_stand_is_cleared_in_silence_and_cannot_be_acknowledged() -> None:
    told = Told()
    told.book.clear(ROAD, "mismatch")
    assert told.heard == []
    with pytest.raises(UnknownTarget, match="may have returned to normal"):
        told.book.acknowledge(KEY, "lin")


def test_the_most_urgent_stand_first_and_among_them_the_unseen_and_the_newest() -> None:
    told = Told()
    for number, priority in enumerate((Priority.LOW, Priority.EMERGENCY, Priority.LOW)):
        told.clock.s += 1.0
        told.book.set(f"device-{number}", "offline", "gone", priority)
    told.book.acknowledge("device-2:offline", "lin")
    assert [alarm.source for alarm in told.book.all()] == ["device-1", "device-0", "device-2"]


def test_restored_alarms_keep_their_state_and_are_not_told_again() -> None:
    told, again = Told(), Told()
    told.book.set(ROAD, "mismatch", "stuck")
    told.book.acknowledge(KEY, "lin")
    again.book.restore(told.book.all())
    again.book.set(ROAD, "mismatch", "stuck")
    assert again.heard == []
    assert [alarm.state for alarm in again.book.all()] == [AlarmState.ACKED]
