"""The outbox: what waits for each receiver, in order, kept in the state store until it has arrived.

A notice is kept together with the alarm it tells of, in one transaction: after a kill there are both or neither.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from controller.domain.clock import Clock
from controller.domain.errors import UnknownTarget
from controller.logic.notice_rules import NoticeRules, Occasion
from controller.runtime.keeper import Keeper
from controller.runtime.notices.notice import NOTICE, Item, Notice, body_of
from controller.store.changes import DropRecord, PutRecord

MOST_DEAD = 1000
"""Dead letters kept of one receiver; the oldest go first, and the journal names them."""


class Outbox:
    """Every notice that has not arrived. ``changed`` is told whose line moved; ``forgotten`` what was dropped."""

    def __init__(self, rules: NoticeRules, clock: Clock, keeper: Keeper) -> None:
        self.rules = rules
        self._clock = clock
        self._keeper = keeper
        self._notices: dict[str, Notice] = {}
        self._lines: dict[str, dict[int, str]] = {}
        self._dead: dict[str, list[str]] = {}
        self._lately: dict[str, deque[float]] = {}
        self._summary: dict[str, str] = {}
        self._seq = 0
        self.changed: Callable[[str], None] = lambda _: None
        self.forgotten: Callable[[Notice], None] = lambda _: None

    def restore(self, notices: Iterable[Notice]) -> None:
        """What had not arrived before the restart, in its order."""
        for notice in sorted(notices, key=lambda one: one.seq):
            self._seq = max(self._seq, notice.seq)
            self._notices[notice.id] = notice
            if notice.dead:
                self._dead.setdefault(notice.receiver, []).append(notice.id)
            else:
                self._line(notice.receiver)[notice.seq] = notice.id

    # -- in -----------------------------------------------------------------------------------------------------

    def put(self, receiver: str, occasion: Occasion) -> Notice:
        """Line an occasion up for a receiver: as a notice of its own, or within the summary that collects."""
        item, now_s = Item.of(occasion), self._clock.monotonic()
        full = len(self._line(receiver)) >= self.rules.delivery.waiting
        if full or (not occasion.grave and self._too_many(receiver, now_s)):
            return self._fold(receiver, item, now_s)
        self._lately.setdefault(receiver, deque()).append(now_s)
        return self._add(self._new(receiver, item))

    def _too_many(self, receiver: str, now_s: float) -> bool:
        lately, fold = self._lately.setdefault(receiver, deque()), self.rules.fold
        while lately and now_s - lately[0] > fold.within_s:
            lately.popleft()
        return len(lately) >= fold.more_than

    def _fold(self, receiver: str, item: Item, now_s: float) -> Notice:
        collecting = self._collecting(receiver, now_s)
        if collecting is not None:
            return self._add(collecting.grown(item))
        summary = replace(self._new(receiver, item), folded=1, kinds={item.kind: 1})
        self._summary[receiver] = summary.id
        return self._add(replace(summary, collects_until_s=now_s + self.rules.fold.collect_s))

    def _collecting(self, receiver: str, now_s: float) -> Notice | None:
        """The summary that takes more: until its time, and while it is the last in line also until it is tried."""
        notice = self._notices.get(self._summary.get(receiver, ""))
        if notice is None or notice.sealed:
            return None
        last = next(reversed(self._line(receiver)), None) == notice.seq
        return notice if last or notice.collects_until_s > now_s else None

    def _new(self, receiver: str, item: Item) -> Notice:
        self._seq += 1
        made, made_s = self._clock.now(), self._clock.monotonic()
        return Notice(f"N-{secrets.token_hex(8)}", receiver, self._seq, made, made_s, (item,))

    # -- out ----------------------------------------------------------------------------------------------------

    def next(self, receiver: str) -> Notice | None:
        """What is to be sent now: the first in line. A summary that still collects lets others pass."""
        now_s = self._clock.monotonic()
        waiting = (self._notices[one] for one in self._line(receiver).values())
        return next((one for one in waiting if one.sealed or one.collects_until_s <= now_s), None)

    def next_s(self, receiver: str) -> float:
        """When something is to be sent (monotonic); infinity when nothing waits."""
        waiting = (self._notices[one] for one in self._line(receiver).values())
        return min((0.0 if one.sealed else one.collects_until_s for one in waiting), default=float("inf"))

    def seal(self, notice: Notice) -> Notice:
        """It is about to be sent: what it says does not change any more."""
        sealed = replace(notice, sealed=True)
        self._notices[notice.id] = sealed
        return sealed

    def arrived(self, notice: Notice) -> None:
        """The receiver has it."""
        self._drop(notice.id)

    def failed(self, notice: Notice, error: str, *, refused: bool) -> Notice | None:
        """The receiver does not have it, for all we know; None when it was discarded meanwhile."""
        now = self._notices.get(notice.id)
        if now is None or now.dead:
            return None
        return self._add(replace(now, tries=now.tries + 1, refusals=now.refusals + refused, error=error[:500]))

    def give_up(self, notice: Notice, why: str) -> Notice:
        """It becomes a dead letter, for people to look at."""
        self._line(notice.receiver).pop(notice.seq, None)
        dead = replace(notice, dead=why, died=self._clock.now(), sealed=True)
        self._keep(dead)
        letters = self._dead.setdefault(notice.receiver, [])
        letters.append(notice.id)
        while len(letters) > MOST_DEAD:
            oldest = self._notices[letters[0]]
            self._drop(oldest.id)
            self.forgotten(oldest)
        return dead

    # -- people -------------------------------------------------------------------------------------------------

    def requeued(self, notice_id: str) -> Notice:
        """The dead letter as it will be at the end of its line; nothing is changed. Raises UnknownTarget."""
        self._seq += 1
        return self.get(notice_id).in_line(self._seq, self._clock.now(), self._clock.monotonic())

    def requeue(self, notice: Notice) -> None:
        """Put what ``requeued`` gave into its line."""
        letters = self._dead.get(notice.receiver, [])
        if notice.id in letters:
            letters.remove(notice.id)
            self._add(notice)

    def discard(self, notice_id: str) -> None:
        """Nobody is told of it any more. Harmless when it has arrived meanwhile."""
        self._drop(notice_id)

    # -- questions ----------------------------------------------------------------------------------------------

    def get(self, notice_id: str) -> Notice:
        """The notice of this id.

        Raises:
            UnknownTarget: it is neither in line nor a dead letter.
        """
        notice = self._notices.get(notice_id)
        if notice is None:
            raise UnknownTarget(f"no notice {notice_id} waits or is a dead letter; it may have arrived")
        return notice

    def waiting(self, receiver: str) -> list[Notice]:
        """What is in line, first in line first."""
        return [self._notices[one] for one in self._line(receiver).values()]

    def dead(self, receiver: str) -> list[Notice]:
        """Dead letters, oldest first."""
        return [self._notices[one] for one in self._dead.get(receiver, [])]

    def receivers(self) -> set[str]:
        """Everybody for whom something waits or is dead."""
        return {notice.receiver for notice in self._notices.values()}

    # -- how ----------------------------------------------------------------------------------------------------

    def _line(self, receiver: str) -> dict[int, str]:
        return self._lines.setdefault(receiver, {})

    def _add(self, notice: Notice) -> Notice:
        self._line(notice.receiver)[notice.seq] = notice.id
        self._keep(notice)
        return notice

    def _keep(self, notice: Notice) -> None:
        self._notices[notice.id] = notice
        self._keeper.keep(PutRecord(NOTICE, notice.id, body_of(notice)))
        self.changed(notice.receiver)

    def _drop(self, notice_id: str) -> None:
        notice = self._notices.pop(notice_id, None)
        if notice is None:
            return
        self._line(notice.receiver).pop(notice.seq, None)
        if notice_id in (letters := self._dead.get(notice.receiver, [])):
            letters.remove(notice_id)
        self._keeper.keep(DropRecord(NOTICE, notice_id))
        self.changed(notice.receiver)
