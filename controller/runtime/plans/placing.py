"""A run's orders on the one way all orders go: looked at, journalled, kept, put into the plan's slot; and out of it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.intents import Intent
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.plans.plan import Plan
from controller.logic.plans.run import Run, Want
from controller.runtime.book import RequestBook
from controller.runtime.commanding.looking import Looker
from controller.runtime.commanding.ports import Follower
from controller.runtime.commanding.taking import Register, Taking
from controller.runtime.leases.writer import LeaseWriter, Line
from controller.runtime.plans.watching import Refused
from controller.runtime.views import Order
from controller.store.changes import Change

RENEW_AT = 0.5
"""A lease with less of its length left than this share is extended, while its run goes on."""
SHORTEST_S = 1.0

Record = Callable[[Run], Change]
"""A run as the state store keeps it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of placing: the run with what was taken, and why the rest was not."""

    run: Run
    refused: Refused


class Placing:
    """``lock`` is that of whoever fills slots; the looker asks no rights: they were asked when the run began."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        looker: Looker,
        register: Register,
        writer: LeaseWriter,
        follower: Follower,
        lock: asyncio.Lock,
    ) -> None:
        self._clock, self._book, self._looker, self._lock = clock, book, looker, lock
        self._register, self._writer, self._follower = register, writer, follower

    async def place(self, plan: Plan, run: Run, wants: Sequence[Want], record: Record) -> Placed:
        """Order what is wanted; each value's targets and the run that knows of it are one transaction."""
        refused: dict[TargetId, tuple[str, str]] = {}
        by_value: dict[Intent, list[Want]] = {}
        for want in wants:
            by_value.setdefault(want.value, []).append(want)
        for value, alike in by_value.items():
            run = await self._order(plan, run, value, alike, record, refused)
        return Placed(run, refused)

    async def _order(
        self,
        plan: Plan,
        run: Run,
        value: Intent,
        wants: Sequence[Want],
        record: Record,
        refused: dict[TargetId, tuple[str, str]],
    ) -> Run:
        request_id = f"{run.id}-{secrets.token_hex(3)}"
        targets = tuple(want.target for want in wants)
        order = Order(
            targets,
            str(value),
            self.lease_s(plan, run),
            f"{plan.title.en} {plan.title.zh}: {run.reason}",
            Slot.PLAN.label,
            run.ticket,
            take_over=run.takes_over,
            request_id=request_id,
        )
        caller = caller_of(run)
        async with self._lock:
            sighting = await self._looker.look(order, Slot.PLAN, caller, request_id=request_id, reachable_only=False)
            taken = sighting.included
            refused |= {one.target: (one.preview.cause, one.preview.text) for one in sighting.excluded}
            if not taken:
                return run
            mine = {one.target for one in taken}
            steps = sorted({want.step for want in wants if want.target in mine})
            known = {target: replace(want, placed=want.placed or target in mine) for target, want in run.wants.items()}
            after = replace(run, wants=known)
            receipt = await self._register.take(
                Taking(
                    sighting=sighting.only(mine),
                    caller=caller,
                    request_id=request_id,
                    taken=taken,
                    confirmed_by=run.confirmed_by,
                    also=[record(after)],
                    said={"plan": plan.id, "run": run.id, "steps": steps, "by": run.by},
                )
            )
        accepted = {one.target for one in receipt.outcomes if one.accepted}
        refused |= {one.target: (one.cause, one.text) for one in receipt.outcomes if not one.accepted}
        wanted = {target: replace(want, placed=want.placed or target in accepted) for target, want in run.wants.items()}
        return replace(run, wants=wanted)

    async def extend(self, plan: Plan, run: Run) -> bool:
        """Let its leases live on while it runs; whether nothing stood against that."""
        now_s = self._clock.monotonic()
        for_s = self.lease_s(plan, run)
        due = [
            one.lease.id
            for one in self.held(run)
            if one.lease
            and one.lease.expires_s - now_s < RENEW_AT * plan.lease_s
            and one.lease.expires_s < now_s + for_s
        ]
        if not due or for_s <= SHORTEST_S:
            return True
        line = Line("plan_extended", caller_of(run), {"run": run.id, "plan": plan.id, "for_s": round(for_s)})
        return not (await self._writer.renew(due, for_s, line)).error

    async def release(self, run: Run, why: str, record: Change) -> str:
        """Give up everything the run holds, and keep the run's end with it; why not, when it could not be written."""
        line = Line("plan_released", caller_of(run), {"run": run.id, "plan": run.plan_id, "why": why})
        written = await self._writer.empty(lambda: self.held(run), line, [record])
        if not written.error:
            self._follower.ended(written.requests, CommandState.CANCELLED, why)
        return written.error

    def held(self, run: Run) -> list[Request]:
        """What the run holds of the plan's slot."""
        found = (self._book.holder(target, Slot.PLAN) for target in run.wants if target in self._book)
        mine = [one for one in found if one is not None and one.owner == run.owner]
        return mine or [one for one in self._book.held() if one.slot is Slot.PLAN and one.owner == run.owner]

    def lease_s(self, plan: Plan, run: Run) -> float:
        """How long an order of the run may live from now: its plan's lease, never beyond the run's own end."""
        return max(SHORTEST_S, min(plan.lease_s, run.ends_s - self._clock.monotonic()))


def caller_of(run: Run) -> Caller:
    """Whom the run's orders are journalled under; the person behind it stands in the run."""
    return Caller(run.owner, origin="plan")
