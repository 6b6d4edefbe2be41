"""What a restarted controller takes up again: leases with their remaining time, latches, alarms, counters."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import structlog

from controller.domain.clock import Clock
from controller.domain.request import Request
from controller.runtime.alarms import Alarm, AlarmBook, AlarmState
from controller.runtime.book import RequestBook
from controller.store.state import StoredState
from controller.store.state_rows import UnitCounters

log = structlog.get_logger("restoring")


class CounterKeeper(Protocol):
    """Who is given the pump units' counters back."""

    def restore(self, counters: UnitCounters, wall: datetime, now_s: float) -> None:
        """Take a unit's counters up again."""
        ...


def restore(
    stored: StoredState, book: RequestBook, alarms: AlarmBook, counters: CounterKeeper, clock: Clock
) -> list[Request]:
    """Fill book, alarms and counters; gives back the leases that ran out meanwhile or whose target is gone.

    Nothing computed is restored: it is worked out from the field.
    """
    wall, now_s = clock.now(), clock.monotonic()
    over: list[Request] = []
    kept = 0
    for request in stored.resumed(wall, now_s):
        ended = request.lease is not None and request.lease.over(now_s)
        if ended or request.target not in book:
            over.append(request)
        else:
            book.hold(request)
            kept += 1
    alarms.restore([_alarm(data) for data in stored.alarms.values()])
    for unit in stored.units.values():
        counters.restore(unit, wall, now_s)
    log.info("state_restored", leases=kept, ended_meanwhile=len(over), alarms=len(stored.alarms))
    return over


def alarm_data(alarm: Alarm) -> dict[str, Any]:
    """An alarm as the state store keeps it."""
    return {
        "id": alarm.id,
        "source": alarm.source,
        "condition": alarm.condition,
        "text": alarm.text,
        "priority": alarm.priority,
        "state": alarm.state.value,
        "raised": alarm.raised.isoformat(),
        "cleared": alarm.cleared.isoformat() if alarm.cleared else None,
        "acknowledged_by": alarm.acknowledged_by,
    }


def _alarm(data: Any) -> Alarm:
    cleared = data["cleared"]
    return Alarm(
        data["id"],
        data["source"],
        data["condition"],
        data["text"],
        data["priority"],
        AlarmState(data["state"]),
        datetime.fromisoformat(data["raised"]),
        datetime.fromisoformat(cleared) if cleared else None,
        data["acknowledged_by"],
    )
