"""Every request that is remembered, oldest first, and which of them are to be told, kept and followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from controller.runtime.undertakings import records
from controller.runtime.undertakings.life import Key, Undertaking
from controller.store.changes import Change

KEPT_FOR = timedelta(days=30)
MOST = 10_000
"""Requests remembered; older settled ones are dropped first. All of them are in the journal."""
MOST_PARTS = 200_000
"""Targets remembered, of all requests together."""
ROWS_PER_S = 1_000.0
"""A request is written anew at most every second, and a large one so much less often."""


class Shelf:
    """Remembers; decides nothing."""

    def __init__(self, keep: Callable[[Change], None]) -> None:
        self._keep = keep
        self._all: dict[Key, Undertaking] = {}
        self._parts = 0
        self._untold: dict[Key, Undertaking] = {}
        self._unkept: dict[Key, Undertaking] = {}
        self._keep_s: dict[Key, float] = {}
        self.followed: dict[Key, Undertaking] = {}
        """Those of which a target's state may still change."""

    def __len__(self) -> int:
        return len(self._all)

    def get(self, key: Key) -> Undertaking | None:
        """One request."""
        return self._all.get(key)

    def newest_first(self) -> Iterator[Undertaking]:
        """Every request."""
        return reversed(self._all.values())

    def add(self, undertaking: Undertaking) -> None:
        """Remember it, in place of an older one of the same key."""
        self._drop(undertaking.key)
        self._all[undertaking.key] = undertaking
        self._parts += len(undertaking.parts)

    def grown(self, parts: int) -> None:
        """A remembered request got more targets."""
        self._parts += parts

    def sort(self) -> None:
        """Oldest first: after a restart."""
        self._all = dict(sorted(self._all.items(), key=lambda item: item[1].opened))

    def touch(self, undertaking: Undertaking) -> None:
        """It changed: to be told and kept."""
        key = undertaking.key
        self._untold[key] = self._unkept[key] = undertaking

    def touched(self, key: Key) -> bool:
        """Whether it is to be told and kept already."""
        return key in self._untold and key in self._unkept

    @property
    def busy(self) -> bool:
        """Whether anything is to be told, kept or followed."""
        return bool(self.followed or self._untold or self._unkept)

    def take_untold(self) -> list[Undertaking]:
        """What changed since the last call."""
        untold, self._untold = list(self._untold.values()), {}
        return untold

    def keep_due(self, now_s: float) -> None:
        """Keep what changed, each request at most as often as its size allows."""
        for key, undertaking in tuple(self._unkept.items()):
            if now_s >= self._keep_s.get(key, float("-inf")):
                del self._unkept[key]
                self._keep(records.put(undertaking))
                self._keep_s[key] = now_s + 1.0 + len(undertaking.parts) / ROWS_PER_S

    def forget(self, now: datetime) -> None:
        """Drop what is older than ``KEPT_FOR`` or too much, oldest first; never what is still followed."""
        oldest = now - KEPT_FOR
        if not self._too_much(next(iter(self._all.values()), None), oldest):
            return
        for key, undertaking in tuple(self._all.items()):
            if not self._too_much(undertaking, oldest):
                return
            if not undertaking.followed:
                self._drop(key)
                self._keep(records.drop(key))

    def _too_much(self, undertaking: Undertaking | None, oldest: datetime) -> bool:
        too_many = len(self._all) > MOST or self._parts > MOST_PARTS
        return undertaking is not None and (too_many or undertaking.opened < oldest)

    def _drop(self, key: Key) -> None:
        gone = self._all.pop(key, None)
        if gone is not None:
            self._parts -= len(gone.parts)
        self._keep_s.pop(key, None)
        for held in (self.followed, self._untold, self._unkept):
            held.pop(key, None)
