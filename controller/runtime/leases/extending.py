"""Extending leases: who may, for how long, and with whom. Longer than a slot's maximum is a standing order."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from controller.domain.clock import Clock
from controller.domain.command import Cause, CommandState
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.domain.targets import Target
from controller.logic.arbitration import Refusal
from controller.runtime.commanding.ports import Declared
from controller.runtime.leases.acts import EXTEND, STANDING, ExtensionAct, Plan
from controller.runtime.leases.answers import NOTHING_LIVES, Answers, done, not_written, refusal_of, targets_of
from controller.runtime.leases.standing_orders import StandingOrders
from controller.runtime.leases.undeclared import undeclared
from controller.runtime.leases.watch import LeaseWatch
from controller.runtime.leases.writer import LeaseWriter, Line
from controller.runtime.two_persons import Proposals, ProposalView
from controller.runtime.undertakings.desk import Undertakings
from controller.runtime.views import Receipt
from controller.settings.leases import LeaseLimits, LeaseRules, terms_of
from controller.store.changes import Change


class Needs(Protocol):
    """Who knows what takes a second person."""

    def reasons(self, requests: Sequence[Request], for_s: float) -> list[str]:
        """Why a second person has to confirm that these go on for so long; empty when nobody has to."""
        ...

    def refusal(self, request: Request, for_s: float) -> Refusal | None:
        """Why it may not go on for so long, whoever confirms it; None when it may."""
        ...


Heir = Callable[[Request, Caller], bool]
"""Whether the caller answers now for what another ordered: a dispatch order, after a change of shift."""


def nobody(request: Request, caller: Caller) -> bool:
    """An order is its owner's."""
    del request, caller
    return False


class Extending:
    """One part of the desk of leases; registers the two kinds of proposal it makes."""

    def __init__(
        self,
        *,
        clock: Clock,
        writer: LeaseWriter,
        watch: LeaseWatch,
        standing: StandingOrders,
        needs: Needs,
        proposals: Proposals,
        undertakings: Undertakings,
        answers: Answers,
        declared: Declared | None = None,
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._standing = standing
        self._needs = needs
        self._proposals = proposals
        self._undertakings = undertakings
        self._answers = answers
        self._declared = declared
        self.heir: Heir = nobody
        act = ExtensionAct(self, writer, watch)
        proposals.register(EXTEND, act)
        proposals.register(STANDING, act)

    def adopt(self, targets: Mapping[TargetId, Target], limits: Mapping[Slot, LeaseLimits], rules: LeaseRules) -> None:
        """Take a site over, also in place of another (reload)."""
        self._targets, self._limits, self._rules = targets, limits, rules

    def maximum_s(self, request: Request) -> float:
        """How long the lease of such a request may be by itself (s), under what is declared where it holds."""
        target = self._targets.get(request.target)
        ordinary = terms_of(self._limits, request.slot, target.owner_class if target else "").maximum
        if self._declared is None:
            return ordinary.total_seconds()
        return self._declared.longest(request.slot, request.target, ordinary).total_seconds()

    async def extend(
        self, requests: Sequence[Request], for_s: float, caller: Caller, reason: str
    ) -> Receipt | ProposalView:
        """See ``LeaseDesk.extend``."""
        if not reason.strip():
            raise InvalidValue("an extension needs a reason; it is read by whoever asks why, tonight or in court")
        if not math.isfinite(for_s) or for_s < 1.0:
            raise InvalidValue(f"a lease lasts at least 1 s; {for_s:g} s were asked")
        plan = self._plan(requests, for_s, reason.strip())
        self._undertakings.opened(
            plan.act_id, caller, "extend", targets_of(requests), value=f"{for_s:g} s", reason=plan.reason
        )
        refusals = {**self._out_of_bounds(requests, for_s, caller), **self._denied(requests, caller)}
        if refusals:
            return self._answers.refused(plan.act_id, requests, refusals, "extend_refused", caller, reason)
        self._undertakings.advanced(plan.act_id, caller, CommandState.AUTHORISED)
        if not plan.because:
            return await self.carry_out(plan, caller)
        return await self._propose(plan, requests, caller)

    def _plan(self, requests: Sequence[Request], for_s: float, reason: str) -> Plan:
        standing = any(for_s > self.maximum_s(request) for request in requests)
        longest_h = min(self.maximum_s(request) for request in requests) / 3600
        because = [f"it stands longer than the {longest_h:g} h its slot allows"] if standing else []
        because += self._needs.reasons(requests, for_s)
        leases = tuple(one.lease.id for one in requests if one.lease)
        return Plan(secrets.token_hex(8), leases, for_s, reason, standing, tuple(because))

    async def _propose(self, plan: Plan, requests: Sequence[Request], caller: Caller) -> Receipt | ProposalView:
        kind = STANDING if plan.standing else EXTEND
        try:
            proposed = await self._proposals.propose(
                kind, plan.body(), caller, reason=plan.reason, targets=targets_of(requests)
            )
        except StoreError as error:
            return self._answers.given(plan.act_id, caller, not_written(requests, str(error)))
        except InvalidValue as error:
            told = Refusal(Cause.NO_AUTHORITY, str(error))
            self._answers.given(plan.act_id, caller, [refusal_of(one, told) for one in requests])
            raise
        self._undertakings.advanced(plan.act_id, caller, CommandState.SELECTED)
        return proposed

    async def carry_out(
        self, plan: Plan, caller: Caller, *, confirmed_by: str = "", also: Sequence[Change] = ()
    ) -> Receipt:
        """Extend what still lives, ``also`` kept in the same transaction. Refusals come back in the receipt.

        The authority is asked again: rights may have gone between the proposal and its confirmation.
        """
        living = self._writer.living(plan.leases)
        denied = self._denied(living, caller)
        if denied:
            return self._answers.refused(plan.act_id, living, denied, "extend_refused", caller, plan.reason)
        standing, changes = None, list(also)
        for_s = plan.for_s
        if plan.standing:
            standing = self._standing.made(plan.leases, plan.for_s, caller.actor, plan.reason, confirmed_by)
            changes += [old.dropped() for old in self._standing.replaced_by(standing)]
            changes.append(standing.record())
            for_s = standing.next_lease_s(self._clock.monotonic())
        owners = sorted({one.owner for one in living})
        said = {"request": plan.act_id, "for_s": plan.for_s, "reason": plan.reason, "confirmed_by": confirmed_by}
        said |= {"owners": owners} if owners != [caller.actor] else {}
        line = Line("standing_order" if standing else "extend", caller, said)
        written = await self._writer.renew(plan.leases, for_s, line, confirmed_by=confirmed_by, also=changes)
        if written.error:
            return self._answers.given(plan.act_id, caller, not_written(written.requests, written.error), confirmed_by)
        if standing is not None and written.requests:
            self._standing.begun(standing)
        text = "goes on" if standing is None else f"stands; somebody confirms it each shift ({standing.id})"
        outcomes = [done(one, f"{one.value} {text}") for one in written.requests]
        return self._answers.given(plan.act_id, caller, outcomes or [NOTHING_LIVES], confirmed_by)

    def _denied(self, requests: Sequence[Request], caller: Caller) -> dict[TargetId, Refusal]:
        """Whom the authority refuses, and emergency orders where no response is declared any more."""
        return {**undeclared(self._declared, requests), **self._answers.denied(requests, caller)}

    def _out_of_bounds(self, requests: Sequence[Request], for_s: float, caller: Caller) -> dict[TargetId, Refusal]:
        refused = {}
        ends_s, longest_s = self._clock.monotonic() + for_s, self._rules.standing_maximum.total_seconds()
        for request in requests:
            if request.owner != caller.actor and not self.heir(request, caller):
                text = (
                    f"{request.owner} holds it; ask them, or take it over by an order of your own (what a dispatch "
                    "order holds, whoever has the shift extends too)"
                )
                refused[request.target] = Refusal(Cause.LOCKED, text)
            elif for_s > max(longest_s, self.maximum_s(request)):
                text = f"an order stands {longest_s / 86_400:g} days at most; {for_s / 86_400:.1f} were asked"
                refused[request.target] = Refusal(Cause.OUT_OF_RANGE, text)
            elif ends_s < _end_s(request):
                text = "it ends later already; release it, or order anew, to shorten it"
                refused[request.target] = Refusal(Cause.OUT_OF_RANGE, text)
            elif (too_long := self._needs.refusal(request, for_s)) is not None:
                refused[request.target] = too_long
        return refused


def _end_s(request: Request) -> float:
    return request.lease.expires_s if request.lease else float("inf")
