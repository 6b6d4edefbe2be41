"""Who is due when: a heap in which only the latest word about each member counts."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping


class DueHeap:
    """Members with the moment each is next due (seconds of whatever clock the caller uses)."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str]] = []
        self._due: dict[str, float] = {}

    def put(self, member: str, at_s: float) -> None:
        """The member is due at ``at_s``, whatever was said of it before."""
        if self._due.get(member) != at_s:
            self._due[member] = at_s
            heapq.heappush(self._heap, (at_s, member))

    def drop(self, member: str) -> None:
        """The member is not due by time."""
        self._due.pop(member, None)

    def take(self, now_s: float) -> Iterator[str]:
        """Every member due at ``now_s``, each once; it must be put again to be due again."""
        while self._heap and self._heap[0][0] <= now_s:
            at_s, member = heapq.heappop(self._heap)
            if self._due.get(member) == at_s:
                del self._due[member]
                yield member

    def all(self) -> dict[str, float]:
        """When each member is due."""
        return dict(self._due)

    @classmethod
    def of(cls, due: Mapping[str, float]) -> DueHeap:
        """A heap of members with their moments, as ``all`` gave them."""
        heap = cls()
        for member, at_s in due.items():
            heap.put(member, at_s)
        return heap

    def next_s(self) -> float:
        """When the next member is due; infinite when none is."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else float("inf")
