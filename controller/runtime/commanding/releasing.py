"""Leases that end: early by a person, or by themselves. Nothing is restored; everything is decided anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from controller.domain.command import Cause, CommandState
from controller.domain.errors import StoreError, UnknownTarget
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.book import RequestBook
from controller.runtime.commanding.looking import Looker
from controller.runtime.commanding.ports import Follower
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.patience import in_time
from controller.runtime.views import Receipt, TargetOutcome
from controller.store.changes import DropRequest

log = structlog.get_logger("orders")


class Releases:
    """Empties leased slots; ``changed`` is called once the book has changed."""

    def __init__(
        self,
        *,
        book: RequestBook,
        looker: Looker,
        keeper: Keeper,
        evidence: Evidence,
        changed: Callable[[Sequence[Request]], None],
        turns: asyncio.Lock,
        follower: Follower | None,
    ) -> None:
        self._book = book
        self._looker = looker
        self._keeper = keeper
        self._evidence = evidence
        self._changed = changed
        self._turns = turns
        self._follower = follower

    async def release(self, lease_ids: Sequence[str], caller: Caller, reason: str) -> Receipt:
        """End leases early: one line in the journal, one transaction; those that are over already are skipped.

        Refused, lease by lease, to whoever may not operate the target in that slot: nobody empties what they could
        not have filled.

        Raises:
            UnknownTarget: none of them lives; they may have ended by themselves.
        """
        async with self._turns:
            living = [request for lease in lease_ids if (request := self._book.lease(lease)) is not None]
            name = lease_ids[0] if len(lease_ids) == 1 else ""
            if not living:
                which = name or f"of these {len(lease_ids)}"
                raise UnknownTarget(
                    f"no living lease {which}; it may have ended by itself, see `zhadao explain TARGET`"
                )
            refused = self._refused(living, caller, reason)
            allowed = [one for one in living if one not in refused]
            problem = await self._write_down(allowed, caller, reason) if allowed else ""
            if allowed and not problem:
                self._empty(allowed, caller)
            cause = Cause.NO_EVIDENCE.value if problem else ""
            told = {one: (cause, problem or _released(one)) for one in allowed}
            told |= {one: (Cause.NO_AUTHORITY.value, text) for one, text in refused.items()}
            return Receipt(name, tuple(_outcome(one, *told[one]) for one in living))

    def _refused(self, living: Sequence[Request], caller: Caller, reason: str) -> dict[Request, str]:
        """Those the caller may not release, each with why; written down."""
        by_slot: dict[Slot, dict[TargetId, Request]] = {}
        for one in living:
            by_slot.setdefault(one.slot, {})[one.target] = one
        refused = {
            held[target]: text
            for slot, held in by_slot.items()
            for target, text in self._looker.rights.outside(caller, slot, tuple(held)).items()
        }
        if refused:
            said = {"leases": [_named(one) for one in refused], "reason": reason, "person": caller.person}
            single = next(iter(refused)).target if len(refused) == 1 else ""
            self._evidence.later("release_denied", caller.actor, single, said)
        return refused

    async def _write_down(self, living: Sequence[Request], caller: Caller, reason: str) -> str:
        single = living[0].target if len(living) == 1 else ""
        data = {"leases": [_named(one) for one in living], "reason": reason, "person": caller.person}
        if single:
            data |= {"lease": _lease(living[0]), "slot": living[0].slot.label, "value": str(living[0].value)}
        try:
            await self._evidence.before("release", caller.actor, single, data)
        except StoreError as error:
            return f"nothing was done: {error}"
        try:
            await self._keeper.keep_now([DropRequest(one.target, one.slot) for one in living])
        except StoreError as error:
            voided = {"leases": [_lease(one) for one in living], "why": str(error)}
            await self._evidence.void("release", caller, single, voided)
            return f"nothing was done: {error}"
        return ""

    def _empty(self, living: Sequence[Request], caller: Caller) -> None:
        # A lease may have run out while its release was written down: then that slot is empty already.
        gone = [one for one in living if self._book.lease(_lease(one)) is not None]
        for one in gone:
            self._book.release(one.target, one.slot)
        self._changed(living)
        if self._follower is not None:
            self._follower.ended(living, CommandState.CANCELLED, f"released by {caller.actor}")

    async def end(self, over: Sequence[Request], why: str) -> None:
        """Note leases that ended by themselves."""
        for request in over:
            data = {"slot": request.slot.label, "value": str(request.value), "owner": request.owner, "why": why}
            self._evidence.later("lease_ended", "controller", request.target, data)
        async with self._turns:
            # A slot filled anew meanwhile was kept anew: that one stays.
            empty = [one for one in over if self._book.holder(one.target, one.slot) is None]
            drops = [DropRequest(one.target, one.slot) for one in empty]

            def not_kept(error: BaseException | None) -> None:
                if error is None:
                    return
                # A restart finds it over by the wall clock. Set back meanwhile it would live again: so it is tried on.
                log.error("lease_end_not_stored", leases=len(over), reason=str(error))
                for drop in drops:
                    self._keeper.keep(drop)

            try:  # a disk that hangs must not keep others out: what protects goes through this lock as well
                await in_time(self._keeper.keep_now(drops), not_kept)
            except StoreError as error:
                not_kept(error)


def _lease(request: Request) -> str:
    return request.lease.id if request.lease else ""


def _named(request: Request) -> dict[str, str]:
    return {"target": request.target, "lease": _lease(request), "owner": request.owner, "value": str(request.value)}


def _released(request: Request) -> str:
    return f"released; {request.slot.label} of {request.target} is empty and everything is decided anew"


def _outcome(request: Request, cause: str, text: str) -> TargetOutcome:
    return TargetOutcome(request.target, not cause, cause, text, _lease(request), None)
