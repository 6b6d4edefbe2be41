"""The book of proposals: what waits for its second person."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import TargetId
from controller.domain.rights import Caller, OwnerClass, Right
from controller.runtime.commanding.proposal import KIND, Proposal, restored
from controller.runtime.commanding.proposal_answers import FreshProposal, one_of, outcome_key, receipt_of, refusal_of
from controller.runtime.evidence import Evidence
from controller.runtime.two_persons import ProposalView, TwoPersonAct, Wording
from controller.runtime.views import Receipt
from controller.store.changes import Change, DropRecord, PutOutcome
from controller.store.state import StateStore

__all__ = ["FreshProposal", "Permits", "ProposalBook", "Told"]

log = structlog.get_logger("proposals")

LIFE = timedelta(minutes=5)
"""How long a proposal waits for its second person (DESIGN section 4)."""
REMEMBERED = timedelta(days=7)
"""How long it is known what became of a proposal."""
MOST_OPEN = 500
"""More proposals than this never wait at once: nobody could look at them, and each may name 10,000 targets."""

Told = Callable[[str, Mapping[str, object]], None]
"""Told a proposal's id and what became of it, for the live stream."""
Permits = Callable[[Caller, Right, Sequence[TargetId], OwnerClass | None], str]
"""The authority's sentence why the caller may not; empty when they may."""


class ProposalBook:
    """Implements ``two_persons.Proposals``; every word said about a proposal is journalled, refusals too."""

    def __init__(
        self,
        *,
        clock: Clock,
        state: StateStore,
        evidence: Evidence,
        life: timedelta = LIFE,
        told: Told = lambda _id, _data: None,
    ) -> None:
        self._clock = clock
        self._state = state
        self._evidence = evidence
        self._life = life
        self._told = told
        self._acts: dict[str, TwoPersonAct] = {}
        self._open: dict[str, Proposal] = {}
        self._permits: Permits | None = None
        self._unkept: list[Change] = []
        self._one_at_a_time = asyncio.Lock()
        """Two confirmations of one proposal at one moment: the second finds it gone."""

    def register(self, kind: str, act: TwoPersonAct) -> None:
        """Know how acts of this kind are looked at and carried out."""
        self._acts[kind] = act

    def adopt(self, life: timedelta) -> None:
        """Swap the settings (reload); proposals under way keep their time."""
        self._life = life

    def authorise_by(self, permits: Permits) -> None:
        """Ask this authority again at every confirmation, whatever the front already asked."""
        self._permits = permits

    def restore(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Take up what waited before a restart; what ran out meanwhile is ended by ``sweep``."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        self._open |= {name: restored(name, body, wall, now_s) for name, body in records.items()}

    # -- what waits ---------------------------------------------------------------------------------------------

    def open(self) -> tuple[ProposalView, ...]:
        """Every proposal that still waits, the one with the least time left first."""
        now_s = self._clock.monotonic()
        waiting = [proposal for proposal in self._open.values() if proposal.expires_s > now_s]
        return tuple(proposal.view() for proposal in sorted(waiting, key=lambda one: one.expires_s))

    def keeps(self, proposal_id: str) -> bool:
        """Whether a proposal was neither carried out nor ended, be its time over or not."""
        return proposal_id in self._open

    def kept_as(self, kind: str, said: Callable[[Mapping[str, Any]], bool]) -> str:
        """The proposal of this kind whose body is what ``said`` asks for; empty: none is in the book."""
        return next((one.id for one in self._open.values() if one.kind == kind and said(one.body)), "")

    def get(self, proposal_id: str) -> ProposalView:
        """One proposal that still waits. Raises UnknownTarget: none of this id waits."""
        return self._waiting(proposal_id).view()

    async def fresh(self, proposal_id: str) -> FreshProposal:
        """The proposal and what it would do now.

        Raises:
            UnknownTarget: none of this id waits.
        """
        proposal = self._waiting(proposal_id)
        now, problem = await self._look(proposal)
        return FreshProposal(proposal.view(), now, problem)

    def next_due_s(self) -> float:
        """When the next proposal runs out (monotonic); infinite when none waits."""
        return min((proposal.expires_s for proposal in self._open.values()), default=float("inf"))

    # -- acts ---------------------------------------------------------------------------------------------------

    async def propose(
        self,
        kind: str,
        body: Mapping[str, Any],
        caller: Caller,
        *,
        reason: str,
        targets: Sequence[TargetId],
        right: Right = Right.CONFIRM,
        of: OwnerClass | None = None,
    ) -> ProposalView:
        """Keep a proposal, journalled and durable when it returns. See ``two_persons.Proposals``.

        Raises:
            InvalidValue: the act cannot be done as it stands, no reason is given, or no person stands behind it.
            StoreError: it could not be written down; nothing was proposed.
        """
        if not caller.person:
            raise InvalidValue(
                f"{caller.actor} is a machine: an act that takes two people begins with a person who is signed in"
            )
        if not reason.strip():
            raise InvalidValue("a proposal needs a reason; whoever is to confirm it reads it first")
        if len(self._open) >= MOST_OPEN:
            raise InvalidValue(f"{len(self._open)} proposals wait already; withdraw or refuse some of them first")
        wording = await self._act(kind).look(body)
        now, proposal_id = self._clock.now(), secrets.token_hex(6)
        proposal = Proposal(
            id=proposal_id,
            kind=kind,
            body=body,
            proposer=caller,
            reason=reason.strip(),
            targets=tuple(dict.fromkeys(targets)),
            right=right,
            of=of,
            wording=wording,
            proposed=now,
            expires=now + self._life,
            expires_s=self._clock.monotonic() + self._life.total_seconds(),
        )
        said = {"kind": kind, "body": dict(body), "person": caller.person, "wording": wording.title_en}
        await self._evidence.before("proposed", caller.actor, one_of(proposal), {"proposal": proposal_id, **said})
        await self._state.apply([proposal.record()])
        self._open[proposal_id] = proposal
        self._tell(proposal, "proposed", caller)
        return proposal.view()

    async def confirm(self, proposal_id: str, caller: Caller) -> Receipt:
        """The second person's word: looked at afresh, journalled, carried out together with the proposal's end.

        Refused (in the receipt, with the cause) to a machine, to the proposer under whatever session, to whoever
        lacks the right, and when what would happen is no longer what was proposed; that last ends the proposal.

        Raises:
            UnknownTarget: none of this id waits; the message says what became of it where that is known.
        """
        async with self._one_at_a_time:
            proposal = await self._to_end(proposal_id)
            objection = self._objection(proposal, caller)
            if objection:
                return self._denied(proposal, caller, Cause.NO_AUTHORITY, objection)
            now, problem = await self._look(proposal)
            if problem:
                if now is not None:
                    await self._end(proposal, "proposal_changed", caller, problem)
                return self._denied(proposal, caller, Cause.NOT_READY, problem)
            return await self._carry_out(proposal, caller)

    async def _carry_out(self, proposal: Proposal, caller: Caller) -> Receipt:
        said = {"proposal": proposal.id, "kind": proposal.kind, "proposer": proposal.proposer.actor}
        also = self._gone(proposal, "confirmed", caller.actor)
        try:
            line = {**said, "person": caller.person}
            await self._evidence.before("proposal_confirmed", caller.actor, one_of(proposal), line)
        except StoreError as error:
            return refusal_of(proposal, Cause.NO_EVIDENCE, f"nothing was done: {error}")
        try:
            receipt = await self._act(proposal.kind).carry_out(
                proposal.body, proposal.proposer, caller, key=proposal.id, also=also
            )
        except StoreError as error:
            receipt = refusal_of(proposal, Cause.NO_EVIDENCE, f"nothing was done: {error}")
        except (InvalidValue, UnknownTarget) as error:
            receipt = self._denied(proposal, caller, Cause.NOT_READY, str(error))
        if any(outcome.accepted for outcome in receipt.outcomes):
            self._open.pop(proposal.id, None)
            self._tell(proposal, "confirmed", caller)
        else:
            voided = {"proposal": proposal.id, "why": next((one.text for one in receipt.outcomes), "")}
            await self._evidence.void("proposal_confirmed", caller, one_of(proposal), voided)
        return receipt

    async def withdraw(self, proposal_id: str, caller: Caller) -> Receipt:
        """The proposer takes it back.

        Raises:
            UnknownTarget: none of this id waits.
        """
        async with self._one_at_a_time:
            proposal = await self._to_end(proposal_id)
            if not caller.person or not caller.same_person(proposal.proposer):
                text = f"only {proposal.proposer.actor} withdraws it; whoever is to confirm it may refuse it"
                return self._denied(proposal, caller, Cause.NO_AUTHORITY, text)
            return await self._ended(proposal, "proposal_withdrawn", caller, "withdrawn by its proposer")

    async def refuse(self, proposal_id: str, caller: Caller, reason: str) -> Receipt:
        """Whoever is to confirm it says no. It needs the same right; the proposer may say it too.

        Raises:
            UnknownTarget: none of this id waits.
            InvalidValue: no reason was given.
        """
        if not reason.strip():
            raise InvalidValue("a refusal needs a reason; the proposer reads it")
        async with self._one_at_a_time:
            proposal = await self._to_end(proposal_id)
            denial = self._permits(caller, proposal.right, proposal.targets, proposal.of) if self._permits else ""
            if denial and not caller.same_person(proposal.proposer):
                return self._denied(proposal, caller, Cause.NO_AUTHORITY, denial)
            return await self._ended(proposal, "proposal_refused", caller, reason.strip())

    async def sweep(self) -> None:
        """End what ran out of time."""
        now_s = self._clock.monotonic()
        over = [proposal for proposal in self._open.values() if proposal.expires_s <= now_s]
        for proposal in over:
            self._open.pop(proposal.id, None)
            said = {"proposal": proposal.id, "kind": proposal.kind, "proposer": proposal.proposer.actor}
            self._evidence.later("proposal_expired", "controller", one_of(proposal), said)
            self._tell(proposal, "expired", None)
        self._unkept += [change for proposal in over for change in self._gone(proposal, "expired", "")]
        if self._unkept:
            await self._keep()

    # -- inside -------------------------------------------------------------------------------------------------

    def _act(self, kind: str) -> TwoPersonAct:
        try:
            return self._acts[kind]
        except KeyError:
            raise InvalidValue(f"nothing here knows how to carry out a {kind!r}; propose it anew") from None

    def _waiting(self, proposal_id: str) -> Proposal:
        proposal = self._open.get(proposal_id)
        if proposal is None or proposal.expires_s <= self._clock.monotonic():
            raise UnknownTarget(f"no proposal {proposal_id} waits; it may be confirmed, refused or out of time")
        return proposal

    async def _to_end(self, proposal_id: str) -> Proposal:
        try:
            return self._waiting(proposal_id)
        except UnknownTarget as unknown:
            known = await self._known(proposal_id)
            if known is None:
                raise
            text = f"proposal {proposal_id} waits no more: {known['became']} by {known['by']} at {known['at']}"
            raise UnknownTarget(text) from unknown

    async def _known(self, proposal_id: str) -> Mapping[str, Any] | None:
        try:
            return await self._state.outcome(outcome_key(proposal_id))
        except StoreError as error:
            log.error("proposal_outcome_unreadable", proposal=proposal_id, reason=str(error))
            return None

    def _objection(self, proposal: Proposal, caller: Caller) -> str:
        if not caller.person:
            return f"{caller.actor} is a machine; a second person confirms, signed in under their own name"
        if caller.same_person(proposal.proposer):
            return f"{caller.person} proposed it; a second, different person confirms, whatever the session"
        if self._permits is None:
            return ""
        return self._permits(caller, proposal.right, proposal.targets, proposal.of) or self._stood_down(proposal)

    def _stood_down(self, proposal: Proposal) -> str:
        """Why its proposer may not do this any more (disabled, another role): their word counts no more either."""
        right = Right.OPERATE if proposal.right is Right.CONFIRM else proposal.right
        denial = self._permits(proposal.proposer, right, proposal.targets, proposal.of) if self._permits else ""
        return f"its proposer may not do this any more; {denial}" if denial else ""

    async def _look(self, proposal: Proposal) -> tuple[Wording | None, str]:
        try:
            now = await self._act(proposal.kind).look(proposal.body)
        except (InvalidValue, UnknownTarget) as error:
            return None, str(error)
        if now.fingerprint != proposal.wording.fingerprint:
            return now, "what it would do is no longer what was proposed; look at it and propose it anew"
        return now, ""

    async def _ended(self, proposal: Proposal, kind: str, caller: Caller, why: str) -> Receipt:
        problem = await self._end(proposal, kind, caller, why)
        if problem:
            return refusal_of(proposal, Cause.NO_EVIDENCE, problem)
        return receipt_of(proposal, accepted=True, cause="", text=why)

    async def _end(self, proposal: Proposal, kind: str, caller: Caller, why: str) -> str:
        """End it without acting; gives back why that could not be written down (then it waits on)."""
        said = {"proposal": proposal.id, "kind": proposal.kind, "why": why}
        became = kind.removeprefix("proposal_")
        try:
            await self._evidence.before(kind, caller.actor, one_of(proposal), said)
            await self._state.apply(self._gone(proposal, became, caller.actor))
        except StoreError as error:
            return str(error)
        self._open.pop(proposal.id, None)
        self._tell(proposal, became, caller)
        return ""

    def _gone(self, proposal: Proposal, became: str, by: str) -> list[Change]:
        outcome = {"became": became, "by": by or "the controller", "at": self._clock.now().isoformat()}
        until = self._clock.now() + REMEMBERED
        return [DropRecord(KIND, proposal.id), PutOutcome(outcome_key(proposal.id), outcome, until)]

    async def _keep(self) -> None:
        """What no disk took is tried again at every sweep: a clock set back must not make it wait again."""
        changes, self._unkept = self._unkept, []
        try:
            await self._state.apply(changes)
        except StoreError as error:
            self._unkept = changes + self._unkept
            log.error("proposal_end_not_stored", reason=str(error))

    def _denied(self, proposal: Proposal, caller: Caller, cause: Cause, text: str) -> Receipt:
        said = {"proposal": proposal.id, "kind": proposal.kind, "person": caller.person, "cause": cause.value}
        self._evidence.later("proposal_denied", caller.actor, one_of(proposal), {**said, "text": text})
        return refusal_of(proposal, cause, text)

    def _tell(self, proposal: Proposal, became: str, caller: Caller | None) -> None:
        data = {"state": became, "kind": proposal.kind, "title": proposal.wording.title_en}
        self._told(proposal.id, {**data, "by": caller.actor if caller else "controller"})
