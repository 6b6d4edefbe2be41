"""Whose turn it is behind one endpoint: a heap, so that a poll costs no more behind a gateway of 247 units."""

from __future__ import annotations

import heapq
import itertools
from typing import Generic, Protocol, TypeVar

_SLACK = 64
"""Outdated entries a heap may hold besides twice its members before it is swept."""


class Waits(Protocol):
    """What has turns: ``seat`` is the number of its one valid entry, 0 for none."""

    due_s: float
    seat: int


Member = TypeVar("Member", bound=Waits)


class Turns(Generic[Member]):
    """Members by when they are due. Setting one anew outdates its former entry, here or in another heap of the same
    ``seats``."""

    def __init__(self, seats: itertools.count[int]) -> None:
        self._seats = seats
        self.heap: list[tuple[float, int, Member]] = []
        self._most = _SLACK

    def put(self, member: Member, due_s: float) -> None:
        """The member's next turn is then; its former one is void."""
        member.due_s, member.seat = due_s, next(self._seats)
        heapq.heappush(self.heap, (due_s, member.seat, member))
        if len(self.heap) > self._most:
            self._sweep()

    def first(self) -> Member | None:
        """The member whose turn comes first, due or not."""
        heap = self.heap
        while heap:
            _, seat, member = heap[0]
            if member.seat == seat:
                return member
            heapq.heappop(heap)
        return None

    def next_s(self) -> float:
        """When the first turn comes; infinite when nobody waits."""
        first = self.first()
        return float("inf") if first is None else first.due_s

    def _sweep(self) -> None:
        """Drop outdated entries once in a while: a member set often with a far turn would pile them up."""
        self.heap = [entry for entry in self.heap if entry[2].seat == entry[1]]
        heapq.heapify(self.heap)
        self._most = 2 * len(self.heap) + _SLACK
