"""Dispatch orders in memory, their numbers and their deadlines; what is over is kept for a while, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import UnknownTarget
from controller.logic.dispatch_orders.numbers import highest, number_of
from controller.logic.dispatch_orders.order import DispatchOrder
from controller.runtime.dispatch_orders.records import NUMBERS, ORDER, order_of, record_of
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("dispatch_orders")

MOST_OVER = 2000
"""Orders that are over and still shown; the journal keeps all of them."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When an order's times are over (monotonic s). A wall clock that steps neither ends nor extends them."""

    acknowledge_s: float
    valid_until_s: float


class OrderShelf:
    """Every order that is known, by number."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._orders: dict[str, DispatchOrder] = {}
        self._deadlines: dict[str, Deadlines] = {}
        self._last: dict[int, int] = {}
        self.unreadable: list[str] = []
        """Orders of before a restart whose record makes no sense: people are told of them."""
        self.unsettled: set[str] = set()
        """Orders that are over and may still hold something of the field, or have an alarm that stands."""

    def __contains__(self, number: object) -> bool:
        return number in self._orders

    def get(self, number: str) -> DispatchOrder:
        """One order. Raises UnknownTarget: none of this number is known."""
        found = self._orders.get(number)
        if found is None:
            raise UnknownTarget(f"no dispatch order {number}; `zhadao order list` shows them / 无此调度令")
        return found

    def all(self) -> list[DispatchOrder]:
        """Every order, newest first."""
        return sorted(self._orders.values(), key=lambda one: one.proposed.at, reverse=True)

    def unfinished(self) -> Iterator[DispatchOrder]:
        """Those that are not over."""
        return (one for one in tuple(self._orders.values()) if not one.state.over)

    def deadlines(self, number: str) -> Deadlines:
        """When its times are over."""
        return self._deadlines[number]

    def fresh_number(self, year: int) -> str:
        """The next number of a year. It is used up by asking, whatever comes of it."""
        self._last[year] = self._last.get(year, 0) + 1
        return number_of(year, self._last[year])

    def used(self, numbers: Iterator[str] | Sequence[str]) -> None:
        """Numbers the journal tells of: never given again."""
        self._last = highest(numbers, self._last)

    def changes(self, orders: Sequence[DispatchOrder]) -> list[Change]:
        """What is kept of these, with the numbers that are used up."""
        years = [PutRecord(NUMBERS, str(year), {"last": last}) for year, last in self._last.items()]
        return [*map(record_of, orders), *years]

    def put(self, order: DispatchOrder) -> None:
        """An order as it is from now on."""
        self._orders[order.number] = order
        if order.number not in self._deadlines or (
            order.acknowledge_by and not self._deadlines[order.number].acknowledge_s
        ):
            self._deadlines[order.number] = self._times(order)
        if order.state.over:
            self.unsettled.add(order.number)

    def overflow(self, older_than: datetime) -> list[Change]:
        """Forget what is over and old, or too much; what the state store is to drop."""
        over = [one for one in self.all() if one.state.over and one.number not in self.unsettled]
        gone = [one for nth, one in enumerate(over) if nth >= MOST_OVER or one.steps[-1].signed.at < older_than]
        for one in gone:
            del self._orders[one.number]
            self._deadlines.pop(one.number, None)
        return [DropRecord(ORDER, one.number) for one in gone]

    def restore(self, stored: StoredState) -> None:
        """Take up what was kept."""
        for year, body in stored.of(NUMBERS).items():
            self._last[int(year)] = max(int(body["last"]), self._last.get(int(year), 0))
        for number, body in stored.of(ORDER).items():
            try:
                self.put(order_of(number, body))
            except (KeyError, ValueError, TypeError) as error:
                log.error("dispatch_order_unreadable", number=number, reason=repr(error))
                self.unreadable.append(number)
        self.used(list(stored.of(ORDER)))

    def _times(self, order: DispatchOrder) -> Deadlines:
        """Counted from now. A wall clock that was set back meanwhile gives nothing longer than it had."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        begun = order.steps[-1].signed.at
        due_s = 0.0
        if order.acknowledge_by is not None:
            due_s = now_s + min((order.acknowledge_by - now), order.acknowledge_by - begun).total_seconds()
        valid = min(order.valid_until - now, order.valid_until - order.proposed.at)
        return Deadlines(due_s, now_s + valid.total_seconds())
