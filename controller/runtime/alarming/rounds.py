"""What happens to alarms by the passing of time alone: delays that end, shelves that are over, floods that ebb."""

from __future__ import annotations

from controller.domain.clock import Clock
from controller.runtime.alarming.book import AlarmBook
from controller.runtime.alarming.statistics import AlarmStatistics
from controller.runtime.evidence import Evidence
from controller.runtime.waker import Waker

EVERY_S = 60.0
"""Everything is looked at anew at least this often (a fast demo: every real second)."""
SOONEST_S = 0.2
"""No two rounds are closer (real seconds)."""


class AlarmRounds:
    """Looks at the book whenever something is due."""

    def __init__(self, book: AlarmBook, statistics: AlarmStatistics, evidence: Evidence, clock: Clock) -> None:
        self._book = book
        self._statistics = statistics
        self._evidence = evidence
        self._clock = clock
        self._waker = Waker(clock)
        book.hurried_by(self.hurry)

    def hurry(self) -> None:
        """Tags or operating states changed: look now."""
        self._waker.call()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            self.look()
            due_s = min(self._book.next_s(), self._statistics.next_s()) - self._clock.monotonic()
            speed = self._clock.speed
            await self._waker.wait(min(max(EVERY_S, speed), max(SOONEST_S * speed, due_s)))

    def look(self) -> None:
        """One round. A shelf that is over is written down as the controller's act."""
        for alarm in self._book.look():
            shelf = alarm.shelf
            said = {"id": alarm.id, "because": "its time was over", "by": shelf.by if shelf else ""}
            self._evidence.later("alarm_unshelved", "controller", alarm.source, said)
        self._statistics.look()
