"""What OPC UA connections tell, as alarms: a stopped station, a stranger's certificate, lost points, a wrong clock."""

from __future__ import annotations

from controller.runtime.alarms import AlarmBook, Priority
from drivers.opcua.notices import Notice, Trouble

SOURCE = "opcua"
"""Troubles of an endpoint stand under ``opcua/ENDPOINT``, those of a station under its own id."""

_OF_A_STATION = frozenset({Trouble.FROZEN, Trouble.POINTS})
_PRIORITIES = {
    Trouble.FROZEN: Priority.HIGH,
    Trouble.CERTIFICATE: Priority.HIGH,
    Trouble.POINTS: Priority.MEDIUM,
    Trouble.CLOCK: Priority.MEDIUM,
}


class OpcUaNotices:
    """Hears every connection; an alarm stands as long as its trouble."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms

    def __call__(self, notice: Notice) -> None:
        """Raise, renew or clear."""
        source = notice.subject if notice.trouble in _OF_A_STATION else f"{SOURCE}/{notice.subject}"
        if notice.active:
            priority = _PRIORITIES[notice.trouble]
            self._alarms.set(source, notice.trouble.value, notice.text, priority, text_zh=notice.text_zh)
        else:
            self._alarms.clear(source, notice.trouble.value)
