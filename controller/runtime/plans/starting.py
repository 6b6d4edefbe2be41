"""Starting a plan: selected, looked at, operated by one or proposed to a second; then its run is written and begins."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.logic.plans.people import chosen, superseded
from controller.logic.plans.plan import Plan
from controller.logic.plans.run import Phase, Run
from controller.runtime.commanding.countersigning import Countersigns, Debt
from controller.runtime.commanding.receipts import refused
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.plans.engine import Engine
from controller.runtime.plans.ports import Follower
from controller.runtime.plans.previewing import Asked, PlanLooker, PlanSighting
from controller.runtime.plans.shelf import Going, RunShelf
from controller.runtime.two_persons import Wording
from controller.runtime.views import Receipt, TargetOutcome
from controller.store.changes import Change

KIND = "plan"
"""The kind of its proposals."""
STARTED = "plan_started"
CHANGED = "what was shown has changed meanwhile: preview the plan anew / 预演内容已变化，请重新预演"


@dataclass(frozen=True, slots=True)
class Selected:
    """A plan somebody looked at."""

    asked: Asked
    caller: Caller
    shown: str
    expires_s: float


class PlanSelections:
    """Tokens for plans that were looked at: each works once, soon, for the session that looked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[bytes, Selected] = {}

    def issue(self, asked: Asked, caller: Caller, shown: str, life_s: float) -> str:
        """Keep it; gives back its token."""
        now_s = self._clock.monotonic()
        self._open = {digest: one for digest, one in self._open.items() if one.expires_s >= now_s}
        token = secrets.token_urlsafe(32)
        self._open[_digest(token)] = Selected(asked, caller, shown, now_s + life_s)
        return token

    def take(self, token: str, caller: Caller) -> Selected | str:
        """What was selected, used up by asking; or why there is nothing."""
        found = self._open.pop(_digest(token), None)
        if found is None:
            return "nothing is selected under this token: it was used or has run out; preview the plan anew"
        if self._clock.monotonic() > found.expires_s:
            return "the preview ran out; look at the plan anew"
        if (found.caller.actor, found.caller.session) != (caller.actor, caller.session):
            return "another session looked at this; preview the plan yourself"
        return found

    def clear(self) -> None:
        """Every selection is void (a reload: the plan may be another)."""
        self._open.clear()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Starter:
    """Implements ``two_persons.TwoPersonAct``, and starts what one person may start."""

    def __init__(
        self,
        *,
        clock: Clock,
        looker: PlanLooker,
        shelf: RunShelf,
        engine: Engine,
        evidence: Evidence,
        keeper: Keeper,
        countersigns: Countersigns,
        follower: Follower,
    ) -> None:
        self._clock, self._looker, self._shelf, self._engine = clock, looker, shelf, engine
        self._evidence, self._keeper = evidence, keeper
        self._countersigns, self._follower = countersigns, follower
        self.plans: Mapping[str, Plan] = {}

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """What a proposal's body asks for.

        Raises:
            InvalidValue: the plan is gone or another by now.
        """
        plan = self.plans.get(body["plan"])
        if plan is None or _fingerprint(plan) != body["fingerprint"]:
            raise InvalidValue(f"plan {body['plan']} is another by now, or gone: preview and propose it anew")
        return Asked(
            plan,
            chosen(plan, body["parameters"]),
            body["reason"],
            body["ticket"],
            tuple(body["basis"]),
            body["take_over"],
        )

    # -- two persons --------------------------------------------------------------------------------------------

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What starting it would do now."""
        asked = self.asked(body)
        sighting = await self._looker.look(asked, Caller(**body["proposer"]))
        if sighting.refused:
            raise InvalidValue("; ".join(sighting.refused))
        return wording(sighting)

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Start it, in the proposer's name."""
        run_id = body["run"]
        async with self._engine.lock:
            if run_id in self._shelf:
                await self._keeper.keep_now(also)  # begun already under this key: only the proposal is left to end
                return _receipt(self._shelf.get(run_id))
            try:
                asked = self.asked(body)
            except InvalidValue as error:
                return Receipt(run_id, (refused("", Cause.NOT_READY, str(error)),))
            sighting = await self._looker.look(asked, proposer)
            said = {"proposal": key, "confirmed_by": confirmer.actor, "confirmer": confirmer.person}
            return await self.begin(sighting, proposer, run_id, confirmed_by=confirmer.actor, also=also, said=said)

    # -- one person ---------------------------------------------------------------------------------------------

    async def alone(self, asked: Asked, shown: str, caller: Caller) -> Receipt:
        """Start it on one person's word; under a declared response flagged, and to be countersigned.

        It is looked at once more where nobody else can come between: two officers who start two plans at the same
        stations in one instant start one. ``shown``: what was looked at before.
        """
        run_id = new_id()
        async with self._engine.lock:
            sighting = await self._looker.look(asked, caller)
            if not sighting.refused and (sighting.fingerprint != shown or sighting.takes_two):
                self._evidence.later("plan_denied", caller.actor, "", {"plan": asked.plan.id, "why": CHANGED})
                return Receipt(run_id, tuple(refused(one, Cause.NOT_READY, CHANGED) for one in asked.plan.targets))
            debt = self._debt(run_id, sighting, caller)
            said = {"alone": sighting.needs.alone, "countersign": debt.id} if debt else {}
            also = [debt.record()] if debt else []
            receipt = await self.begin(sighting, caller, run_id, also=also, said=said)
        if debt and any(one.accepted for one in receipt.outcomes):
            self._countersigns.owe(debt)
        return receipt

    def _debt(self, run_id: str, sighting: PlanSighting, caller: Caller) -> Debt | None:
        needs, asked = sighting.needs, sighting.asked
        if not needs.second_person:
            return None
        why = "; ".join(need.text_en for need in needs.second_person)
        return self._countersigns.draft(
            run_id,
            caller,
            text=f"plan {asked.plan.id}: {why}",
            reason=asked.reason,
            targets=len(asked.plan.targets),
        )

    async def begin(
        self,
        sighting: PlanSighting,
        caller: Caller,
        run_id: str,
        *,
        confirmed_by: str = "",
        also: Sequence[Change] = (),
        said: Mapping[str, Any] | None = None,
    ) -> Receipt:
        """Write the run down, then let it begin: its first turn orders. Whoever calls has the lock."""
        asked, plan = sighting.asked, sighting.asked.plan
        if sighting.refused:
            why = "; ".join(sighting.refused)
            cause = Cause.LOCKED if "LOCKED_BY_OTHER_CLIENT" in why else Cause.NOT_READY
            denied = {"plan": plan.id, "why": why, "person": caller.person}
            self._evidence.later("plan_denied", caller.actor, "", denied)
            return Receipt(run_id, tuple(refused(target, cause, why) for target in plan.targets))
        problem = await self._superseded(sighting.rivals, run_id, caller)
        if problem:
            return Receipt(run_id, tuple(refused(target, Cause.NO_EVIDENCE, problem) for target in plan.targets))
        moment = self._engine.moment()
        run = Run(
            id=run_id,
            plan_id=plan.id,
            phase=Phase.RUNNING,
            parameters=asked.parameters,
            by=caller.actor,
            person=caller.person,
            reason=asked.reason,
            begun=moment.wall,
            begun_s=moment.s,
            ends_s=moment.s + plan.longest_s,
            confirmed_by=confirmed_by,
            basis=asked.basis,
            ticket=asked.ticket,
            vouched=frozenset(one.condition.id for one in sighting.conditions if one.asks),
            phase_s=moment.s,
            takes_over=asked.take_over,
        )
        going = Going(run, plan, plan.source)
        line = {**line_of(run, plan), "took_over": [one.run.id for one in sighting.rivals], **(said or {})}
        try:
            await self._evidence.before(STARTED, caller.actor, "", line)
        except StoreError as error:
            return Receipt(run_id, tuple(refused(one, Cause.NO_EVIDENCE, str(error)) for one in plan.targets))
        try:
            await self._keeper.keep_now([self._shelf.record(going, run, moment), *also])
        except StoreError as error:
            await self._evidence.void(STARTED, caller, "", {"run": run_id, "why": str(error)})
            return Receipt(run_id, tuple(refused(one, Cause.NO_EVIDENCE, str(error)) for one in plan.targets))
        receipt = _receipt(self._shelf.put(run, plan, plan.source))
        self._follower.opened(run_id, caller, "plan", plan.targets, value=plan.id, reason=asked.reason)
        self._follower.answered(receipt, caller, follow=False, confirmed_by=confirmed_by)
        self._engine.wake()
        return receipt

    async def _superseded(self, rivals: Sequence[Going], run_id: str, caller: Caller) -> str:
        for one in rivals:
            turn = superseded(one.run, f"run {run_id} of {caller.actor}", self._engine.moment())
            problem = await self._engine.end(one, turn)
            if problem:
                return problem
        return ""


def line_of(run: Run, plan: Plan) -> dict[str, Any]:
    """A run's beginning, for the journal."""
    return {
        "run": run.id,
        "plan": plan.id,
        "plan_hash": _fingerprint(plan),
        "parameters": dict(run.parameters),
        "reason": run.reason,
        "basis": list(run.basis),
        "ticket": run.ticket,
        "person": run.person,
        "targets": list(plan.targets),
        "longest_s": plan.longest_s,
        "lease_s": plan.lease_s,
    }


def body_of(asked: Asked, caller: Caller) -> dict[str, Any]:
    """What a proposed start is kept as."""
    return {
        "plan": asked.plan.id,
        "fingerprint": _fingerprint(asked.plan),
        "parameters": dict(asked.parameters),
        "reason": asked.reason,
        "ticket": asked.ticket,
        "basis": list(asked.basis),
        "take_over": asked.take_over,
        "run": new_id(),
        "proposer": asdict(caller),
    }


def wording(sighting: PlanSighting) -> Wording:
    """The plan as whoever is to confirm it reads it."""
    asked, plan = sighting.asked, sighting.asked.plan
    numbers = ", ".join(f"{name} = {value:g}" for name, value in asked.parameters.items())
    blocked = [f"{one.title_en}: {text}" for one in sighting.steps for text in one.blocked]
    lines = (
        *((f"{numbers}",) if numbers else ()),
        f"{sighting.starts} starts, {sighting.power_kw:+.0f} kW",
        *(f"{one.target}: {one.value} ({one.title_en} {one.title_zh})" for one in sighting.steps),
        *(f"would be blocked now: {text}" for text in blocked[:6]),
        *(f"takes over run {one.run.id} of {one.run.by} ({one.run.plan_id})" for one in sighting.rivals),
        *(f"{need.text_en} / {need.text_zh}" for need in sighting.needs.second_person),
        f"abort: {plan.way_out.state.en} / {plan.way_out.state.zh}",
    )
    return Wording(
        title_en=f"plan “{plan.title.en}” for at most {plan.longest_s / 3600:g} h",
        title_zh=f"预案“{plan.title.zh}”，最长 {plan.longest_s / 3600:g} 小时",
        lines=lines,
        fingerprint=hashlib.sha256(sighting.fingerprint.encode()).hexdigest(),
    )


def _fingerprint(plan: Plan) -> str:
    return hashlib.sha256(repr(plan.source).encode()).hexdigest()[:16]


def new_id() -> str:
    """A run's id."""
    return f"R{secrets.token_hex(4)}"


def _receipt(going: Going) -> Receipt:
    run = going.run
    targets = going.plan.targets if going.plan is not None else ()
    text = f"run {run.id} of plan {run.plan_id} begins: zhadao plan watch {run.id}"
    return Receipt(run.id, tuple(TargetOutcome(one, True, "", text, None, None) for one in targets))


def known(plans: Mapping[str, Plan], plan_id: str) -> Plan:
    """A plan of the site. Raises UnknownTarget: there is none of this id."""
    plan = plans.get(plan_id)
    if plan is None:
        there = ", ".join(plans) or "none: plans/*.yaml holds them"
        raise UnknownTarget(f"no plan {plan_id!r} in this site; there are: {there}")
    return plan
