"""The desk of plans: look, start, answer, pause, resume, abort, and what became of every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.points import TargetId
from controller.domain.rights import SELF, Caller
from controller.logic.plans.endings import ended
from controller.logic.plans.people import aborted, answered, chosen, paused, resumed
from controller.logic.plans.plan import Plan
from controller.logic.plans.run import Phase, Run
from controller.logic.plans.wording import left, two
from controller.runtime.commanding.receipts import refused
from controller.runtime.evidence import VOID, Evidence
from controller.runtime.plans.engine import Engine
from controller.runtime.plans.ports import Foretells, NobodyForetells, PlanRights
from controller.runtime.plans.previewing import Asked, PlanLooker, PlanSighting
from controller.runtime.plans.shelf import Going, RunShelf
from controller.runtime.plans.showing import RunShow, condition_view, plan_view
from controller.runtime.plans.starting import CHANGED, KIND, STARTED, PlanSelections, Starter, body_of, known
from controller.runtime.plans.views import PlanPreview, PlanView, RunReceipt, RunView
from controller.runtime.plans.watching import FieldWatch
from controller.runtime.two_persons import Proposals, ProposalView
from controller.runtime.views import Receipt
from controller.store.lines import Record

MOST_REASON = 500
MOST_BASIS = 20


class PlanBook:
    """Everything people and machines ask of plans. Rights on a plan's targets are asked before a method is called, and
    by the desk itself wherever something is started."""

    def __init__(
        self,
        *,
        shelf: RunShelf,
        engine: Engine,
        watch: FieldWatch,
        looker: PlanLooker,
        starter: Starter,
        selections: PlanSelections,
        proposals: Proposals,
        evidence: Evidence,
        show: RunShow,
    ) -> None:
        self._shelf, self._engine, self._watch = shelf, engine, watch
        self._looker, self._starter, self._selections = looker, starter, selections
        self._proposals, self._evidence, self._show = proposals, evidence, show
        self._plans: Mapping[str, Plan] = {}
        self._selection_s = 30.0
        self.foreteller: Foretells = NobodyForetells()
        proposals.register(KIND, starter)

    def adopt(self, plans: Mapping[str, Plan], selection_s: float) -> None:
        """Take a site's plans over (reload). Runs go on by the plan they were begun with; previews are void."""
        self._plans = self._starter.plans = plans
        self._selection_s = selection_s
        self._selections.clear()

    def authorise_by(self, rights: PlanRights) -> None:
        """Ask this authority whenever something is started."""
        self._looker.rights = rights

    # -- looking ------------------------------------------------------------------------------------------------

    def plans(self) -> list[PlanView]:
        """Every plan of the site, its conditions as they stand."""
        return [self._view(plan) for plan in self._plans.values()]

    def plan(self, plan_id: str) -> PlanView:
        """One plan. Raises UnknownTarget: there is none of this id."""
        return self._view(known(self._plans, plan_id))

    def targets(self, plan_id: str) -> Sequence[TargetId]:
        """What a plan may order. Raises UnknownTarget like ``plan``."""
        return known(self._plans, plan_id).targets

    def concerned(self, plan_id: str) -> Sequence[TargetId]:
        """Everything a plan orders or looks at: whoever sees it has to see all of that."""
        plan = known(self._plans, plan_id)
        return (*plan.targets, *plan.scope.values())

    def runs(self, *, live: bool = False, limit: int = 100) -> list[RunView]:
        """Runs, newest first; ``live``: only those that are not over."""
        found = [one for one in self._shelf.all() if one.run.phase.live or not live]
        return [self._run_view(one) for one in found[:limit]]

    def run(self, run_id: str) -> RunView:
        """One run. Raises UnknownTarget: none of this id is known."""
        return self._run_view(self._shelf.get(run_id))

    def run_targets(self, run_id: str) -> Sequence[TargetId]:
        """What a run may order. Raises UnknownTarget like ``run``."""
        going = self._shelf.get(run_id)
        return going.plan.targets if going.plan is not None else tuple(sorted(going.run.wants))

    def run_concerned(self, run_id: str) -> Sequence[TargetId]:
        """Everything a run orders or looks at. Raises UnknownTarget like ``run``."""
        going = self._shelf.get(run_id)
        return (*self.run_targets(run_id), *(going.plan.scope.values() if going.plan is not None else ()))

    # -- starting -----------------------------------------------------------------------------------------------

    async def preview(
        self,
        plan_id: str,
        caller: Caller,
        *,
        parameters: Mapping[str, float] | None = None,
        reason: str = "",
        ticket: str = "",
        basis: Sequence[str] = (),
        take_over: bool = False,
    ) -> PlanPreview:
        """Select a plan and look: what every step would do now, what stands in its way, what the waters would do.

        Nothing is done. The token starts exactly this, once; levels may move meanwhile, nothing else.

        Raises:
            UnknownTarget: no such plan. InvalidValue: parameters out of range, or no reason.
        """
        plan = known(self._plans, plan_id)
        _check(reason, basis)
        asked = Asked(plan, chosen(plan, parameters or {}), reason.strip(), ticket, tuple(basis), take_over)
        sighting = await self._looker.look(asked, caller)
        token = ""
        if not sighting.refused:
            token = self._selections.issue(asked, caller, sighting.fingerprint, self._selection_s)
        said = {"plan": plan.id, "parameters": dict(asked.parameters), "refused": list(sighting.refused)}
        self._evidence.later("plan_previewed", caller.actor, "", {**said, "person": caller.person})
        return await self._preview(sighting, token)

    async def start(self, token: str, caller: Caller) -> Receipt | ProposalView:
        """Start what was previewed; or propose it, where it takes a second person.

        Under a declared response of level III or higher one person starts it alone: flagged, to be countersigned.

        Raises:
            StoreError: a proposal could not be written down; nothing was started.
        """
        selected = self._selections.take(token, caller)
        if isinstance(selected, str):
            self._evidence.later("plan_denied", caller.actor, "", {"why": selected, "person": caller.person})
            return Receipt("", (refused("", Cause.NOT_SELECTED, selected),))
        sighting = await self._looker.look(selected.asked, caller)
        targets = selected.asked.plan.targets
        if sighting.fingerprint != selected.shown and not sighting.refused:
            self._evidence.later("plan_denied", caller.actor, "", {"plan": selected.asked.plan.id, "why": CHANGED})
            return Receipt("", tuple(refused(one, Cause.NOT_READY, CHANGED) for one in targets))
        if sighting.refused or not sighting.takes_two:
            return await self._starter.alone(selected.asked, sighting.fingerprint, caller)
        return await self.propose(selected.asked, caller)

    async def propose(self, asked: Asked, caller: Caller) -> Receipt | ProposalView:
        """Let a second person decide whether it starts."""
        try:
            return await self._proposals.propose(
                KIND, body_of(asked, caller), caller, reason=asked.reason, targets=asked.plan.targets
            )
        except InvalidValue as error:
            why = f"it takes a second person and cannot be proposed: {error}"
            self._evidence.later("plan_denied", caller.actor, "", {"plan": asked.plan.id, "why": why})
            return Receipt("", tuple(refused(one, Cause.NO_AUTHORITY, why) for one in asked.plan.targets))

    # -- while it runs ------------------------------------------------------------------------------------------

    async def answer(self, run_id: str, step: str, answer: str, caller: Caller) -> RunReceipt:
        """Answer a question of a run. Raises UnknownTarget: no such run."""
        going = self._shelf.get(run_id)
        async with self._engine.lock:
            try:
                after = answered(_plan_of(going), going.run, step, answer, caller.actor)
            except InvalidValue as error:
                return self._denied(going, "plan_answered", caller, str(error))
            said: dict[str, object] = {"step": step, "answer": answer, "person": caller.person}
            done = two(f"{step}: {answer}", f"已答复 {step}：{answer}")
            return await self._changed(going, after, "plan_answered", caller, said, done.en, done.zh)

    async def pause(self, run_id: str, caller: Caller, reason: str) -> RunReceipt:
        """Order nothing new for now; what stands stays, until its lease ends. Raises UnknownTarget: no such run."""
        _check(reason, ())
        going = self._shelf.get(run_id)
        async with self._engine.lock:
            try:
                after = paused(going.run, caller.actor, reason.strip(), self._engine.moment())
            except InvalidValue as error:
                return self._denied(going, "plan_paused", caller, str(error))
            said: dict[str, object] = {"reason": reason, "person": caller.person}
            en = f"run {run_id} is paused: its orders stand until their lease ends, and are not extended"
            return await self._changed(
                going, after, "plan_paused", caller, said, en, "已暂停：已下指令保持至租期结束，不再延长"
            )

    async def resume(self, run_id: str, caller: Caller, reason: str, *, take_over: bool = False) -> RunReceipt:
        """Let it go on: conditions are asked again, lost orders are given again. Raises UnknownTarget: no such run."""
        _check(reason, ())
        going = self._shelf.get(run_id)
        async with self._engine.lock:
            try:
                plan, moment = self._whole(_plan_of(going)), self._engine.moment()
                after = resumed(plan, going.run, caller.actor, self._watch.read, moment, take_over=take_over)
            except InvalidValue as error:
                return self._denied(going, "plan_resumed", caller, str(error))
            said: dict[str, object] = {"reason": reason, "person": caller.person, "take_over": take_over}
            return await self._changed(
                going, after, "plan_resumed", caller, said, f"run {run_id} goes on", "预案继续执行"
            )

    async def abort(self, run_id: str, caller: Caller, reason: str) -> RunReceipt:
        """Take its way out to its safe state, at once. Raises UnknownTarget: no such run."""
        _check(reason, ())
        going = self._shelf.get(run_id)
        async with self._engine.lock:
            if going.plan is None and going.run.phase.live:
                return await self._given_up(going, caller, reason)
            try:
                after = aborted(going.run, caller.actor, reason.strip(), self._engine.moment())
            except InvalidValue as error:
                return self._denied(going, "plan_abort", caller, str(error))
            state = _plan_of(going).way_out.state
            said: dict[str, object] = {"reason": reason, "person": caller.person}
            en, zh = f"run {run_id} is aborting: {state.en}", f"正在中止：{state.zh}"
            return await self._changed(going, after, "plan_abort", caller, said, en, zh)

    async def _given_up(self, going: Going, caller: Caller, reason: str) -> RunReceipt:
        """A run whose plan cannot be read any more: everything it holds is handed back."""
        why = two(f"aborted by {caller.actor}: {reason}", f"{caller.actor} 中止：{reason}")
        turn = ended(going.run, Phase.ABORTED, why, self._engine.moment(), release=True)
        problem = await self._engine.end(going, turn)
        if problem:
            return RunReceipt(False, Cause.NO_EVIDENCE.value, problem, problem, going.run.id)
        return RunReceipt(True, "", "aborted: everything was handed back", "已中止：全部交还", going.run.id)

    # -- how ----------------------------------------------------------------------------------------------------

    async def take_back(self, tail: Sequence[Record]) -> None:
        """At the start: say of runs the journal tells of and nobody kept, that they never began."""
        told = {line.data.get("run") for line in tail if line.kind == f"{STARTED}{VOID}"}
        for line in tail:
            run_id = line.data.get("run")
            if line.kind == STARTED and run_id not in self._shelf and run_id not in told:
                why = "the controller ended before this was kept: it was not done"
                await self._evidence.void(STARTED, SELF, "", {"run": run_id, "line": line.seq, "why": why})

    async def _changed(
        self, going: Going, run: Run, kind: str, caller: Caller, said: dict[str, object], en: str, zh: str
    ) -> RunReceipt:
        try:
            await self._engine.change(going, run, kind, caller.actor, said)
        except StoreError as error:
            text = f"nothing was done: {error}"
            return RunReceipt(False, Cause.NO_EVIDENCE.value, text, f"未执行：{error}", run.id)
        return RunReceipt(True, "", en, zh, run.id)

    def _whole(self, plan: Plan) -> Plan:
        gone = self._watch.gone(plan)
        if gone:
            raise InvalidValue(f"{left(gone).en} / {left(gone).zh}")
        return plan

    def _denied(self, going: Going, kind: str, caller: Caller, why: str) -> RunReceipt:
        self._evidence.later(f"{kind}_denied", caller.actor, "", {"run": going.run.id, "why": why})
        english, _, chinese = why.partition(" / ")
        return RunReceipt(False, Cause.NOT_READY.value, english, chinese or english, going.run.id)

    def _view(self, plan: Plan) -> PlanView:
        return plan_view(plan, self._looker.conditions(plan), self._shelf.of_plan(plan.id))

    def _run_view(self, going: Going) -> RunView:
        return self._show.view(going.plan, going.run, going.turn, self._engine.moment())

    async def _preview(self, sighting: PlanSighting, token: str) -> PlanPreview:
        asked, plan, moment = sighting.asked, sighting.asked.plan, self._engine.moment()
        return PlanPreview(
            token=token,
            expires=moment.wall + timedelta(seconds=self._selection_s),
            plan=plan.id,
            title_zh=plan.title.zh,
            title_en=plan.title.en,
            parameters=dict(asked.parameters),
            conditions=tuple(map(condition_view, sighting.conditions)),
            steps=sighting.steps,
            targets=plan.targets,
            starts=sighting.starts,
            power_kw=sighting.power_kw,
            second_person=tuple(f"{need.text_en} / {need.text_zh}" for need in sighting.needs.second_person),
            alone=sighting.needs.alone,
            refused=sighting.refused,
            takes_over=tuple(one.run.id for one in sighting.rivals) if asked.take_over else (),
            ends=moment.wall + timedelta(seconds=plan.longest_s),
            lease_s=plan.lease_s,
            abort_zh=plan.way_out.state.zh,
            abort_en=plan.way_out.state.en,
            foretold=await self.foreteller.foretell(plan, asked.parameters),
        )


def _plan_of(going: Going) -> Plan:
    if going.plan is None:
        raise InvalidValue(going.run.why.en or "its plan cannot be read any more: abort it")
    return going.plan


def _check(reason: str, basis: Sequence[str]) -> None:
    if not reason.strip() or len(reason) > MOST_REASON:
        raise InvalidValue(f"this takes a reason of at most {MOST_REASON} characters: it is read afterwards")
    if len(basis) > MOST_BASIS or any(len(one) > MOST_REASON for one in basis):
        raise InvalidValue(f"a basis has at most {MOST_BASIS} lines of {MOST_REASON} characters")
