"""The alarm book: which conditions stand, which were seen by a person, which returned to normal unseen.

The life cycle is ISA-18.2's core: raised UNACK → ACKED, or UNACK → RTNUN when the condition goes before anyone saw it;
an alarm leaves the list when its condition is gone and a person has acknowledged it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from controller.domain.clock import Clock
from controller.domain.errors import UnknownTarget
from controller.runtime.views import AlarmView


class AlarmState(StrEnum):
    """Where an alarm stands in its life."""

    UNACK = "UNACK"
    ACKED = "ACKED"
    RTNUN = "RTNUN"


class Priority:
    """1 is the highest. A person at night reads 1 and 2 first."""

    EMERGENCY = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm, identified by source and condition: ``330106-LC-0001/K1:mismatch``."""

    id: str
    source: str
    condition: str
    text: str
    priority: int
    state: AlarmState
    raised: datetime
    cleared: datetime | None = None
    acknowledged_by: str = ""

    def view(self) -> AlarmView:
        """As it is shown."""
        return AlarmView(
            self.id,
            self.source,
            self.condition,
            self.text,
            self.priority,
            self.state.value,
            self.raised,
            self.cleared,
            self.acknowledged_by,
        )


Listener = Callable[[Alarm], None]


class AlarmBook:
    """All alarms. ``listener`` is told every change of state (to journal and publish it)."""

    def __init__(self, clock: Clock, listener: Listener) -> None:
        self._clock = clock
        self._tell = listener
        self._alarms: dict[str, Alarm] = {}

    def restore(self, alarms: list[Alarm]) -> None:
        """Alarms of before a restart keep their state."""
        self._alarms.update({alarm.id: alarm for alarm in alarms})

    def set(self, source: str, condition: str, text: str, priority: int = Priority.MEDIUM) -> None:
        """The condition stands. Raises the alarm once; a standing one only renews its text."""
        key = f"{source}:{condition}"
        alarm = self._alarms.get(key)
        if alarm is None or alarm.cleared is not None:
            now = self._clock.now()
            self._keep(Alarm(key, source, condition, text, priority, AlarmState.UNACK, raised=now))
        elif alarm.priority != priority:
            self._keep(replace(alarm, text=text, priority=priority))
        elif alarm.text != text:
            self._alarms[key] = replace(alarm, text=text)

    def clear(self, source: str, condition: str) -> None:
        """The condition is gone."""
        alarm = self._alarms.get(f"{source}:{condition}")
        if alarm is None or alarm.cleared is not None:
            return
        gone = replace(alarm, cleared=self._clock.now())
        if alarm.state is AlarmState.ACKED:
            del self._alarms[alarm.id]
            self._tell(gone)
        else:
            self._keep(replace(gone, state=AlarmState.RTNUN))

    def acknowledge(self, alarm_id: str, actor: str) -> Alarm:
        """A person has seen it.

        Raises:
            UnknownTarget: no such alarm.
        """
        alarm = self._alarms.get(alarm_id)
        if alarm is None:
            raise UnknownTarget(f"no alarm {alarm_id}; it may have returned to normal already")
        seen = replace(alarm, state=AlarmState.ACKED, acknowledged_by=actor)
        if alarm.cleared is not None:
            del self._alarms[alarm_id]
            self._tell(seen)
        else:
            self._keep(seen)
        return seen

    def standing(self, source: str, condition: str) -> bool:
        """Whether the condition stands."""
        alarm = self._alarms.get(f"{source}:{condition}")
        return alarm is not None and alarm.cleared is None

    def all(self) -> list[Alarm]:
        """Every alarm on the list, most urgent and newest first."""
        by_time = sorted(self._alarms.values(), key=lambda alarm: alarm.raised, reverse=True)
        return sorted(by_time, key=lambda alarm: (alarm.priority, alarm.state is not AlarmState.UNACK))

    def unacknowledged(self) -> int:
        """How many nobody has seen."""
        return sum(alarm.state is not AlarmState.ACKED for alarm in self._alarms.values())

    def _keep(self, alarm: Alarm) -> None:
        self._alarms[alarm.id] = alarm
        self._tell(alarm)
