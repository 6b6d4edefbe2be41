"""The command desk: where people and machines order, select, operate, stop and release."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.logic.preview import Effect, drift
from controller.logic.protective import written_or_not
from controller.runtime.commanding.asking import both_knives, slot_of
from controller.runtime.commanding.countersigning import Countersigns
from controller.runtime.commanding.looked import Looked, Sighting
from controller.runtime.commanding.looking import Looker
from controller.runtime.commanding.ports import LevelsAhead, NoModel
from controller.runtime.commanding.receipts import refused
from controller.runtime.commanding.releasing import Releases
from controller.runtime.commanding.rules import Needs, Rules
from controller.runtime.commanding.second_person import KIND, OrderAct, body_of
from controller.runtime.commanding.selections import Selection, Selections
from controller.runtime.commanding.stops import EmergencyStops
from controller.runtime.commanding.taking import Register, Taking
from controller.runtime.commanding.views import CountersignView, Preview
from controller.runtime.commanding.wording import afterwards, drift_text, needs_text
from controller.runtime.two_persons import Proposals, ProposalView
from controller.runtime.views import Order, Receipt, TargetOutcome


class CommandDesk:
    """Every act that fills or empties a manual slot. One order is taken at a time; a stop waits for nothing."""

    def __init__(
        self,
        *,
        clock: Clock,
        looker: Looker,
        rules: Rules,
        register: Register,
        selections: Selections,
        act: OrderAct,
        releases: Releases,
        stops: EmergencyStops,
        countersigns: Countersigns,
        proposals: Proposals,
        turns: asyncio.Lock,
    ) -> None:
        self._clock = clock
        self._looker = looker
        self._rules = rules
        self._register = register
        self._selections = selections
        self._act = act
        self._releases = releases
        self._stops = stops
        self._countersigns = countersigns
        self._proposals = proposals
        self._turns = turns
        self.levels: LevelsAhead = NoModel()
        """What a preview says of the waters; the assembly puts the network's model here."""

    def adopt(self, rules: Rules) -> None:
        """Swap the rules (reload). What was selected before is void: the site it spoke of is another."""
        self._rules = self._act.rules = rules
        self._selections.clear()

    # -- at once ------------------------------------------------------------------------------------------------

    async def order(self, order: Order, caller: Caller) -> Receipt:
        """Fill one slot of every target named, or say for each why not.

        Done at once: what protects, and single lights that one person may switch. Everything else is refused
        ``OBJECT_NOT_SELECTED`` and says what it needs. The same ``request_id`` of the same caller never acts twice.

        Raises:
            InvalidValue: the order itself makes no sense (slot, duration, no target, no reason), or its
            ``request_id`` was used for another one.
        """
        slot = slot_of(order)
        request_id = order.request_id or secrets.token_hex(8)
        async with self._turns:
            known = await self._register.known(caller, order.request_id, order)
            if isinstance(known, Receipt):
                return known
            sighting = await self._looker.look(order, slot, caller, request_id=request_id, reachable_only=False)
            needs = self._rules.needs(sighting, caller)
            taken, refusals = _directly(sighting, needs, unsure=known or "")
            if not taken and any(one.cause == Cause.NOT_SELECTED for one in refusals):
                self._register.denied(order, caller, needs_text((*needs.selection, *needs.second_person)))
                return Receipt(request_id, tuple(refusals))
            return await self._register.take(Taking(sighting, caller, request_id, taken, refusals))

    async def stop(self, target: TargetId, caller: Caller, reason: str = "") -> Receipt:
        """Emergency stop or cut of ONE unit, circuit, lamp or gate; see ``EmergencyStops.stop``."""
        return await self._stops.stop(target, caller, reason)

    async def propose_return(self, target: TargetId, caller: Caller, reason: str) -> ProposalView:
        """Propose that an emergency stop be taken back: the cause is gone, somebody looked. Two people do it.

        Raises:
            InvalidValue: no person's stop stands there, no reason, or a machine asks.
            StoreError: it could not be written down.
        """
        return await self._stops.propose_return(target, caller, reason, self._proposals)

    # -- select, look, operate ----------------------------------------------------------------------------------

    async def select(self, order: Order, caller: Caller) -> Preview:
        """Look at what an order would do, and get a token to operate exactly that, once, within 30 s.

        Nothing is done and nothing is held. The token dies with its time, its session, a first use, and any change of
        what it showed; members lost meanwhile only narrow it.

        Raises:
            InvalidValue: the order itself makes no sense, or its ``request_id`` was used already.
        """
        slot = slot_of(order)
        request_id = order.request_id or secrets.token_hex(8)
        if isinstance(await self._register.known(caller, order.request_id, order), Receipt):
            raise InvalidValue(f"request {request_id} was answered already; a new act takes a new request id")
        sighting = await self._looker.look(order, slot, caller, request_id=request_id, reachable_only=True)
        needs = self._rules.needs(sighting, caller)
        token = ""
        if sighting.included:
            memory = self._looker.remember(sighting)
            token = self._selections.issue(order, request_id, caller, sighting.signatures, memory)
        self._register.denied(order, caller, needs_text(needs.second_person), kind="selected")
        return self._preview(sighting, needs, token, request_id)

    async def operate(self, token: str, caller: Caller) -> Receipt | ProposalView:
        """Do what was selected; or propose it, when it takes a second person.

        Refused in the receipt (``OBJECT_NOT_SELECTED``, or ``NOT_READY`` when what was shown has changed); the token
        is used up either way. Under a declared response of level III or higher one person acts alone: flagged, and
        to be countersigned.

        Raises:
            StoreError: a proposal could not be written down; nothing was done.
        """
        selection = self._selections.take(token, caller)
        if isinstance(selection, str):
            self._register.denied(_NOTHING, caller, selection, kind="operate_denied")
            return Receipt("", (refused("", Cause.NOT_SELECTED, selection),))
        async with self._turns:
            known = await self._register.known(caller, selection.request_id, selection.order)
            if isinstance(known, Receipt):
                return known
            if known and not written_or_not(slot_of(selection.order), protects=False):
                return _all_refused(selection, Cause.NO_EVIDENCE, f"nothing was done: {known}")
            sighting, problem, excluded = await self._still(selection, caller)
            if problem:
                self._register.denied(selection.order, caller, problem, kind="operate_denied")
                return _all_refused(selection, Cause.NOT_READY, problem)
            needs = self._rules.needs(sighting, caller)
            if not needs.second_person or needs.alone:
                return await self._operate(selection, sighting, needs, caller)
        return await self._propose(selection, sighting, needs, caller, excluded)

    async def _still(self, selection: Selection, caller: Caller) -> tuple[Sighting, str, list[Looked]]:
        """What is left of a selection, looked at again; why it may not be operated, when it may not; what it lacks."""
        order, request_id = selection.order, selection.request_id
        now = await self._looker.look(
            order, slot_of(order), caller, request_id=request_id, reachable_only=True, memory=selection.memory
        )
        moved = drift(selection.shown, now.signatures, firm_only=False)
        shown = {target for target, signature in selection.shown.items() if not signature.excluded}
        left = now.only(shown)
        if moved.changed:
            return left, drift_text(moved), now.excluded
        return left, "" if left.included else "none of its targets can be reached any more", now.excluded

    async def _operate(self, selection: Selection, sighting: Sighting, needs: Needs, caller: Caller) -> Receipt:
        order, request_id = selection.order, selection.request_id
        debt = None
        if needs.second_person:
            text = f"{order.value} for {len(sighting.included)} targets: {needs_text(needs.second_person)}"
            debt = self._countersigns.draft(
                request_id, caller, text=text, reason=order.reason, targets=len(sighting.included)
            )
        taking = Taking(
            sighting=sighting,
            caller=caller,
            request_id=request_id,
            taken=sighting.included,
            refused=[refused(m.target, m.preview.cause, m.preview.text) for m in sighting.excluded],
            also=[debt.record()] if debt else (),
            said={"selected": True, **({"alone": needs.alone, "countersign": debt.id} if debt else {})},
        )
        receipt = await self._register.take(taking)
        if debt and any(outcome.accepted for outcome in receipt.outcomes):
            self._countersigns.owe(debt)
        return receipt

    async def _propose(
        self, selection: Selection, sighting: Sighting, needs: Needs, caller: Caller, excluded: Iterable[Looked]
    ) -> Receipt | ProposalView:
        left = tuple(one.target for one in sighting.included)
        order = replace(selection.order, targets=left)
        shown = {target: selection.shown[target] for target in left}
        try:
            return await self._proposals.propose(
                KIND,
                body_of(order, selection.request_id, caller, shown, excluded),
                caller,
                reason=order.reason,
                targets=left,
            )
        except InvalidValue as error:
            why = f"{needs_text(needs.second_person)}; it cannot be proposed: {error}"
            self._register.denied(order, caller, why, kind="operate_denied")
            return _all_refused(selection, Cause.NO_AUTHORITY, why)

    def _preview(self, sighting: Sighting, needs: Needs, token: str, request_id: str) -> Preview:
        now, previews = self._clock.now(), tuple(one.preview for one in sighting.members)
        causes = Counter(one.cause for one in previews if one.effect is Effect.EXCLUDED)
        return Preview(
            token=token,
            expires=now + timedelta(seconds=self._selections.life_s),
            request_id=request_id,
            value=sighting.order.value,
            slot=sighting.slot.label,
            lease_ends=now + timedelta(seconds=sighting.order.for_s),
            targets=previews,
            effects=dict(Counter(one.effect for one in previews)),
            causes=dict(causes),
            power_kw=sum(one.power_kw for one in previews),
            flow_m3s=sum(one.flow_m3s for one in previews),
            afterwards=afterwards(sighting.included),
            needs=needs.selection,
            second_person=needs.second_person,
            alone=needs.alone,
            both_knives=both_knives(self._looker.roster.members[one.target] for one in sighting.included),
            waters=self.levels.levels_ahead(sighting.wanted, sighting.order.for_s),
        )

    def client_gone(self, session: str) -> None:
        """A session ended: what it selected is void."""
        self._selections.client_gone(session)

    # -- leases, countersignatures ------------------------------------------------------------------------------

    async def release(self, lease_id: str, caller: Caller, reason: str = "") -> Receipt:
        """End a lease early. Raises UnknownTarget: no such lease; it may have ended by itself."""
        return await self._releases.release((lease_id,), caller, reason)

    async def release_all(self, lease_ids: Sequence[str], caller: Caller, reason: str = "") -> Receipt:
        """End leases early, together: one journal line, one transaction. Raises UnknownTarget: none of them lives."""
        return await self._releases.release(tuple(lease_ids), caller, reason)

    async def end(self, over: Sequence[Request], why: str) -> None:
        """Note leases that ended by themselves."""
        await self._releases.end(over, why)

    def to_countersign(self) -> tuple[CountersignView, ...]:
        """Acts of one person that wait for another's name, the most urgent first."""
        return self._countersigns.open()

    async def countersign(self, act_id: str, caller: Caller, remark: str = "") -> Receipt:
        """Another person's name beside an act of one. Raises UnknownTarget: nothing of this id waits."""
        return await self._countersigns.countersign(act_id, caller, remark)


_NOTHING = Order((), "", 0.0, "")
"""Stands in the journal for the order of a token nobody can read."""


def _directly(sighting: Sighting, needs: Needs, *, unsure: str) -> tuple[list[Looked], list[TargetOutcome]]:
    """Which members of a plain order act at once, and what the others are told."""
    why = needs_text((*needs.selection, *needs.second_person))
    taken, refusals = [], []
    for one in sighting.members:
        if one.candidate is None:
            refusals.append(refused(one.target, one.preview.cause, one.preview.text))
        elif unsure and not written_or_not(sighting.slot, protects=one.protects):
            refusals.append(refused(one.target, Cause.NO_EVIDENCE, f"nothing was done: {unsure}"))
        elif not one.protects and not needs.direct:
            refusals.append(refused(one.target, Cause.NOT_SELECTED, f"select it first and look: {why}"))
        else:
            taken.append(one)
    return taken, refusals


def _all_refused(selection: Selection, cause: Cause, text: str) -> Receipt:
    return Receipt(selection.request_id, tuple(refused(target, cause, text) for target in selection.shown))
