"""What a restarted controller takes up again: leases with their remaining time, latches, alarms, counters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import structlog

from controller.domain.clock import Clock
from controller.domain.points import DeviceId
from controller.domain.request import Request
from controller.runtime.alarming.kept import alarm_of
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.water_kept import STATION
from controller.store.state import StoredState
from controller.store.state_rows import UnitCounters

log = structlog.get_logger("restoring")


class CounterKeeper(Protocol):
    """Who is given the pump units' counters back."""

    def restore(self, counters: UnitCounters, wall: datetime, now_s: float) -> None:
        """Take a unit's counters up again."""
        ...

    def restore_station(self, station: DeviceId, body: Mapping[str, Any]) -> None:
        """Take up what was kept of a station itself."""
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
    alarms.restore([alarm_of(data, clock) for data in stored.alarms.values()])
    for unit in stored.units.values():
        counters.restore(unit, wall, now_s)
    for station, body in stored.of(STATION).items():
        counters.restore_station(station, body)
    log.info("state_restored", leases=kept, ended_meanwhile=len(over), alarms=len(stored.alarms))
    return over
