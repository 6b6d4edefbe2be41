"""What a station's cycle says to people, as alarms of the book: those that stand now, and the end of the others."""

from __future__ import annotations

from controller.domain.points import DeviceId
from controller.domain.stations import Station
from controller.logic.contract import StationStep
from controller.logic.unknown_interlocks import UNKNOWN
from controller.runtime.alarms import AlarmBook, Priority


class WaterAlarms:
    """Remembers what was said of each station, so that what is no longer so is cleared."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms
        self._standing: dict[DeviceId, frozenset[str]] = {}

    def tell(self, station: Station, step: StationStep) -> None:
        """Alarms that stand now, and the end of those that no longer do."""
        now = dict(step.alarms)
        for gone in self._said_before(station, step) - now.keys():
            self._alarms.clear(station.id, gone)
        for condition, text in now.items():
            urgency = Priority.MEDIUM if condition.endswith(f":{UNKNOWN}") else Priority.HIGH
            self._alarms.set(station.id, condition, text, urgency, text_zh=_chinese(text))
        if now or step.memory.adopted:
            self._standing[station.id] = frozenset(now)

    def _said_before(self, station: Station, step: StationStep) -> frozenset[str]:
        """What was said of the station in the last cycle; after a restart, what stands of it from before."""
        said = self._standing.get(station.id)
        if said is not None or not step.memory.adopted:
            return said or frozenset()
        about = (alarm for alarm in self._alarms.about(station.id) if alarm.stands and alarm.source == station.id)
        return frozenset(alarm.condition for alarm in about if ":" in alarm.condition)


def _chinese(text: str) -> str:
    """The Chinese half of a text in both languages; empty where it has none of its own."""
    halves = text.split(" / ")
    chinese = len(halves) == 2 and any("\u4e00" <= letter <= "\u9fff" for letter in halves[1])
    return halves[1] if chinese else ""
