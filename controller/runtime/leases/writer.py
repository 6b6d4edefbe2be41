"""Writing leases anew and emptying slots: journalled, kept, then done; one at a time with whoever fills slots."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.logic.lease_times import renewed
from controller.runtime.book import RequestBook
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.store.changes import Change, DropRequest, PutRequest


@dataclass(frozen=True, slots=True)
class Line:
    """What the journal is told of an act."""

    kind: str
    caller: Caller
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """The requests an act reached; ``error`` says why nothing was done to them, empty when it was."""

    requests: tuple[Request, ...]
    error: str = ""


class LeaseWriter:
    """``lock`` is the one of whoever fills slots: between looking at who holds a slot and filling it lies a durable
    write, and nobody else may come between. ``changed`` is told requests whose slot was written or emptied."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        keeper: Keeper,
        evidence: Evidence,
        lock: asyncio.Lock,
        changed: Callable[[Sequence[Request]], None],
    ) -> None:
        self._clock = clock
        self._book = book
        self._keeper = keeper
        self._evidence = evidence
        self._lock = lock
        self._changed = changed

    def living(self, leases: Iterable[str]) -> list[Request]:
        """What these leases hold, as far as they live; by target."""
        found = [request for request in map(self._book.lease, leases) if request is not None]
        return sorted(found, key=lambda one: (one.target, one.slot))

    async def renew(
        self, leases: Iterable[str], for_s: float, line: Line, *, confirmed_by: str = "", also: Sequence[Change] = ()
    ) -> Written:
        """Grant the leases that live anew for ``for_s`` from now, ``also`` kept in the same transaction.

        Nothing at all is written when none of them lives any more.
        """
        async with self._lock:
            anew = [self._renewed(one, for_s, confirmed_by) for one in self.living(leases)]
            if not anew:
                return Written(())
            error = await self._write(line, anew, [*map(PutRequest, anew), *also])
            if error:
                return Written(tuple(anew), error)
            for request in anew:
                self._book.hold(request)
            self._changed(anew)
            return Written(tuple(anew))

    async def empty(self, find: Callable[[], list[Request]], line: Line, also: Sequence[Change] = ()) -> Written:
        """Empty the slots ``find`` gives, ``also`` kept in the same transaction."""
        async with self._lock:
            found = find()
            drops = [DropRequest(one.target, one.slot) for one in found]
            error = await self._write(line, found, [*drops, *also])
            if error:
                return Written(tuple(found), error)
            for request in found:
                if self._book.holder(request.target, request.slot) is request:  # its time may be over meanwhile
                    self._book.release(request.target, request.slot)
            self._changed(found)
            return Written(tuple(found))

    async def _write(self, line: Line, requests: Sequence[Request], changes: Sequence[Change]) -> str:
        members = {one.target: one.lease.id if one.lease else None for one in requests}
        target = requests[0].target if len(requests) == 1 else ""
        data = {**line.data, "person": line.caller.person, "leases": members}
        try:
            await self._evidence.before(line.kind, line.caller.actor, target, data)
        except StoreError as error:
            return str(error)
        try:
            await self._keeper.keep_now(changes)
        except StoreError as error:
            await self._evidence.void(line.kind, line.caller, target, {**line.data, "why": str(error)})
            return str(error)
        return ""

    def _renewed(self, request: Request, for_s: float, confirmed_by: str) -> Request:
        assert request.lease is not None  # noqa: S101 - narrows the type; it was found by its lease
        lease = renewed(request.lease, for_s, self._clock.now(), self._clock.monotonic())
        return replace(request, lease=lease, confirmed_by=confirmed_by or request.confirmed_by)
