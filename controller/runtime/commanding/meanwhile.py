"""What moved while somebody looked: a look at ten thousand targets lets others go on, and misses nothing they did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from controller.domain.points import DeviceId, TargetId, device_of
from controller.runtime.book import RequestBook
from controller.runtime.table import ImageTable

Words = Callable[[], object]
"""Gives another answer whenever a tag, a switch's word or a declaration changed."""


class Watched:
    """Devices of which anything changed since the watch began, or was last taken."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._said = words()
        self.devices: set[DeviceId] = set()

    def take(self) -> set[DeviceId] | None:
        """The devices, forgotten with this; None for all of them: what binds any of them may have changed."""
        devices, self.devices = self.devices, set()
        before, self._said = self._said, self._words()
        return devices if before == self._said else None

    def same_words(self) -> bool:
        """Whether no tag, switch's word or declaration changed meanwhile."""
        return self._words() == self._said


class Meanwhile:
    """Tells every look that is under way what changed."""

    def __init__(self, book: RequestBook, table: ImageTable, words: Words) -> None:
        self._words = words
        self._watches: list[Watched] = []
        table.listen(self._noticed)
        book.listen(self._touched)

    @contextmanager
    def watched(self) -> Iterator[Watched]:
        """Watch as long as the block lasts."""
        watched = self.watch()
        try:
            yield watched
        finally:
            self.leave(watched)

    def watch(self) -> Watched:
        """Watch until ``leave``."""
        watched = Watched(self._words)
        self._watches.append(watched)
        return watched

    def leave(self, watched: Watched) -> None:
        """This watch is over."""
        self._watches.remove(watched)

    def _touched(self, target: TargetId) -> None:
        if self._watches:
            self._noticed(device_of(target))

    def _noticed(self, device: DeviceId) -> None:
        for watched in self._watches:
            watched.devices.add(device)
