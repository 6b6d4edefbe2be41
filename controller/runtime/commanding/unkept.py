"""What the journal says was done and the state never kept: the process died between the two. It was not done.

Journal first, then the state, then the act: a death in between leaves a line of something that never was. The next
start takes it back with a line of its own (``order_void`` …), so that the journal tells of every act once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.domain.rights import SELF
from controller.domain.slots import Slot
from controller.runtime.book import RequestBook
from controller.runtime.commanding.proposal_answers import outcome_key
from controller.runtime.commanding.receipts import REMEMBERED, key_of
from controller.runtime.commanding.stops import ORIGIN
from controller.runtime.evidence import VOID, Evidence
from controller.store.journal_read import read
from controller.store.lines import Record
from controller.store.state import StateStore
from controller.store.store import Store

log = structlog.get_logger("orders")

TAIL = 300
"""So many of the journal's last lines are looked at: what follows such a line in the instant before a death."""
SURELY_REMEMBERED = REMEMBERED - timedelta(days=1)
"""Older lines are left alone: what became of them may be forgotten."""
WHY = "the controller ended before this was kept: it was not done"


async def last_lines(store: Store) -> Sequence[Record]:
    """The journal's tail in the order it was written; none when it cannot be read (that is told elsewhere)."""
    try:
        found = await store.writer.run(lambda: list(read(store.folder.path, newest_first=True, limit=TAIL)))
    except StoreError as error:
        log.error("journal_tail_unreadable", reason=str(error))
        return ()
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Unkept:
    """Looks the journal's tail over, once, at the start."""

    clock: Clock
    book: RequestBook
    state: StateStore
    evidence: Evidence
    waits: Callable[[str], bool]
    """Whether the proposal of this id is in the book, its time over or not."""

    async def take_back(self, tail: Sequence[Record]) -> None:
        """Say of each act in ``tail`` that was never kept, that it was not done."""
        since = self.clock.now() - SURELY_REMEMBERED
        told = {(line.kind.removesuffix(VOID), _name(line)) for line in tail if line.kind.endswith(VOID)}
        for line in tail:
            if line.kind not in _NAMED_BY or line.wall < since or "unwritten" in line.data:
                continue
            if (line.kind, _name(line)) in told:
                continue
            try:
                kept = await self._was_kept(line)
            except StoreError as error:
                log.error("unkept_unknown", kind=line.kind, line=line.seq, reason=str(error))
                continue
            if not kept:
                named_by = _NAMED_BY[line.kind]
                said = {named_by: line.data.get(named_by), "line": line.seq, "why": WHY}
                await self.evidence.void(line.kind, SELF, line.target, said)

    async def _was_kept(self, line: Record) -> bool:
        name = _name(line)
        if line.kind == "order":
            if not line.data["accepted"] or any(self.book.lease(one["lease"]) for one in line.data["accepted"]):
                return True
            return await self.state.outcome(key_of(line.actor, name)) is not None
        if line.kind == "proposed":
            return self.waits(name) or await self.state.outcome(outcome_key(name)) is not None
        if line.kind == "proposal_confirmed":
            return not self.waits(name)
        if line.kind == "release":
            return all(self.book.lease(lease) is None for lease in _leases(line.data))
        stop = self.book.holder(line.target, Slot.LIFE_SAFETY)
        return stop is None or stop.origin != ORIGIN or stop.since is None or stop.since > line.wall


_NAMED_BY = {
    "order": "request",
    "proposed": "proposal",
    "proposal_confirmed": "proposal",
    "release": "leases",
    "stop_returned": "proposal",
}
"""Kinds of lines that permit an act, and which of their data names it."""


def _name(line: Record) -> str:
    """What names the act: the same in its line and in the one that takes it back."""
    named_by = _NAMED_BY.get(line.kind.removesuffix(VOID), "")
    return str(_leases(line.data) if named_by == "leases" else line.data.get(named_by, ""))


def _leases(data: Mapping[str, object]) -> list[str]:
    """A release names its leases, each alone or with its target."""
    named = data.get("leases")
    found = named if isinstance(named, list) else []
    return [str(one["lease"] if isinstance(one, dict) else one) for one in found]
