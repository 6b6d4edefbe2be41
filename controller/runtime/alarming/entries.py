"""The alarms a book holds, found by id and by what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from controller.domain.errors import UnknownTarget
from controller.domain.points import DeviceId
from controller.logic.alarm_life import AlarmState
from controller.runtime.alarming.alarm import Alarm


class Entries:
    """Alarms by id, with the devices they are about. Iterating is safe while alarms come and go."""

    def __init__(self) -> None:
        self._alarms: dict[str, Alarm] = {}
        self._about: dict[DeviceId, set[str]] = {}

    def __contains__(self, alarm_id: object) -> bool:
        return alarm_id in self._alarms

    def __iter__(self) -> Iterator[Alarm]:
        return iter(list(self._alarms.values()))

    def find(self, alarm_id: str) -> Alarm | None:
        """The alarm of this id; None when there is none."""
        return self._alarms.get(alarm_id)

    def get(self, alarm_id: str) -> Alarm:
        """The alarm of this id.

        Raises:
            UnknownTarget: no such alarm.
        """
        alarm = self._alarms.get(alarm_id)
        if alarm is None:
            raise UnknownTarget(f"no alarm {alarm_id}; it may have returned to normal already")
        return alarm

    def about(self, device: DeviceId) -> list[Alarm]:
        """Every alarm about a device."""
        return [self._alarms[key] for key in sorted(self._about.get(device, ()))]

    def put(self, alarm: Alarm) -> None:
        """It is in the book, or as it is now."""
        self._alarms[alarm.id] = alarm
        self._about.setdefault(alarm.device, set()).add(alarm.id)

    def drop(self, alarm: Alarm) -> None:
        """It is not. Harmless when it was not."""
        self._alarms.pop(alarm.id, None)
        others = self._about.get(alarm.device, set())
        others.discard(alarm.id)
        if not others:
            self._about.pop(alarm.device, None)


def in_order(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Most urgent first, then the unseen, then the newest."""
    by_time = sorted(alarms, key=lambda alarm: alarm.raised, reverse=True)
    return sorted(by_time, key=lambda alarm: (alarm.priority, alarm.state is not AlarmState.UNACK))
