"""Every handling record, by id and by alarm; bounded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from controller.runtime.handling.record import Handling

MOST_OPEN = 5_000
"""With so many open records nobody reads another; alarms go on standing, and an alarm says so."""
MOST_CLOSED = 10_000


class HandlingBook:
    """The records in memory. The latest one of each alarm is found at once."""

    def __init__(self) -> None:
        self._records: dict[str, Handling] = {}
        self._latest: dict[str, str] = {}
        self._open: set[str] = set()

    def put(self, record: Handling) -> None:
        """Add it, or put it in the place of what it was."""
        self._records[record.id] = record
        if record.alarm:
            latest = self.of_alarm(record.alarm)
            if latest is None or latest.opened <= record.opened:
                self._latest[record.alarm] = record.id
        if record.open:
            self._open.add(record.id)
        else:
            self._open.discard(record.id)

    def restore(self, records: Iterable[Handling]) -> None:
        """Records of before a restart."""
        for record in records:
            self.put(record)

    def find(self, record_id: str) -> Handling | None:
        """The record of this id."""
        return self._records.get(record_id)

    def of_alarm(self, alarm_id: str) -> Handling | None:
        """The latest record of an alarm, open or closed."""
        return self._records.get(self._latest.get(alarm_id, ""))

    def open(self) -> list[Handling]:
        """Those that wait for their end, the nearest deadline first."""
        return sorted((self._records[one] for one in self._open), key=lambda record: (record.due_s, record.id))

    def all(self) -> list[Handling]:
        """Open ones by deadline, then closed ones, the latest first."""
        closed = [record for record in self._records.values() if not record.open]
        return [*self.open(), *sorted(closed, key=_ended, reverse=True)]

    @property
    def full(self) -> bool:
        """Whether no further record can be opened."""
        return len(self._open) >= MOST_OPEN

    def take_old(self, now: datetime, keep_s: float) -> list[Handling]:
        """Closed records older than that, and those beyond the bound: taken out and given back."""
        closed = sorted((one for one in self._records.values() if not one.open), key=_ended)
        too_old = now - timedelta(seconds=keep_s)
        over = len(closed) - MOST_CLOSED
        old = [record for place, record in enumerate(closed) if place < over or _ended(record) < too_old]
        for record in old:
            del self._records[record.id]
            if self._latest.get(record.alarm) == record.id:
                del self._latest[record.alarm]
        return old


def _ended(record: Handling) -> datetime:
    return record.opened if record.closing is None else record.closing.at
