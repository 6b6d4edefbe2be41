"""Looking at a plan before it is started: every order of it as it would go now, what refuses it, who must confirm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from controller.domain.clock import Clock
from controller.domain.intents import Direction, StationMode, StationOrder
from controller.domain.operating import DisciplineName
from controller.domain.points import TargetId, device_of
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.confirmation import Need, Why
from controller.logic.plans.acts import amount, value_of
from controller.logic.plans.conditions import Found, conditions_now
from controller.logic.plans.plan import Plan, Set, Start, Step, every_step
from controller.logic.preview import Effect
from controller.runtime.commanding.looked import Looked, Sighting
from controller.runtime.commanding.looking import Looker
from controller.runtime.commanding.rules import Needs, Rules
from controller.runtime.plans.ports import Declared, PlanRights
from controller.runtime.plans.shelf import Going, RunShelf
from controller.runtime.plans.views import StepPreview
from controller.runtime.plans.watching import FieldWatch
from controller.runtime.views import Order

IN_TURN = frozenset({"stagger"})
"""Guards that only let one unit start after the other: nothing is wrong when they act."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to start."""

    plan: Plan
    parameters: Mapping[str, float]
    reason: str
    ticket: str = ""
    basis: tuple[str, ...] = ()
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class PlanSighting:
    """A plan looked at. ``refused``: why it cannot be started; ``rivals``: live runs that move the same stations."""

    asked: Asked
    conditions: tuple[Found, ...]
    steps: tuple[StepPreview, ...]
    needs: Needs
    refused: tuple[str, ...]
    rivals: tuple[Going, ...]
    firm: tuple[str, ...]
    """What must not change of its targets; what time alone ends is left out."""

    @property
    def takes_two(self) -> bool:
        """Whether a second person has to confirm it; no response is declared that would let one act alone."""
        return bool(self.needs.second_person) and not self.needs.alone

    @property
    def starts(self) -> int:
        """Units that would be started, at most, as things are."""
        most: dict[TargetId, int] = {}
        for one in self.steps:
            most[one.target] = max(most.get(one.target, 0), one.starts)
        return sum(most.values())

    @property
    def power_kw(self) -> float:
        """What they would draw."""
        most: dict[TargetId, float] = {}
        for one in self.steps:
            most[one.target] = max(most.get(one.target, 0.0), one.power_kw)
        return sum(most.values())

    @property
    def fingerprint(self) -> str:
        """What must not change between looking and starting: not levels, but orders, refusals, rivals, needs."""
        steps = [(one.step, one.target, one.value) for one in self.steps]
        second = sorted(need.why.value for need in self.needs.second_person)
        rivals = sorted(one.run.id for one in self.rivals)
        asked = (self.asked.plan, dict(self.asked.parameters), self.asked.take_over)
        return repr((asked, steps, self.firm, second, rivals, self.refused))


class PlanLooker:
    """Looks; changes nothing. ``looker`` asks the caller's own rights."""

    def __init__(
        self, *, clock: Clock, looker: Looker, rules: Rules, watch: FieldWatch, shelf: RunShelf, declared: Declared
    ) -> None:
        self._clock, self._looker, self.rules = clock, looker, rules
        self._watch, self._shelf, self._declared = watch, shelf, declared
        self.rights: PlanRights | None = None

    async def look(self, asked: Asked, caller: Caller) -> PlanSighting:
        """The plan as it would go now."""
        members: list[Looked] = []
        steps: list[StepPreview] = []
        last = Order((), "", asked.plan.lease_s, asked.reason, Slot.PLAN.label)
        for step in every_step(asked.plan.steps):
            if not isinstance(step.act, (Set, Start)):
                continue
            order = self._order(asked, step, step.act)
            sighting = await self._looker.look(order, Slot.PLAN, caller, reachable_only=False)
            members += sighting.members
            steps.append(self._preview(step, sighting, order, asked))
        found = conditions_now(asked.plan, asked.parameters, self._watch.read)
        needs = self._needs(Sighting(last, Slot.PLAN, members), asked.plan, caller)
        rivals = self._rivals(asked.plan)
        refused = tuple(self._refusals(asked, caller, found, rivals))
        firm = tuple(one.signature.firm for one in members)
        return PlanSighting(asked, found, tuple(steps), needs, refused, tuple(rivals), firm)

    def _needs(self, sighting: Sighting, plan: Plan, caller: Caller) -> Needs:
        """A plan over several stations takes two people, though each of its orders is one station's; one that only
        goes the protective way (closing gates to the river) takes one."""
        needs, stations = self.rules.needs(sighting, caller), len(plan.stations)
        told = any(need.why is Why.MULTI_STATION for need in needs.second_person)
        if stations < 2 or told or all(one.protects for one in sighting.members):
            return needs
        many = Need(Why.MULTI_STATION, f"it moves {stations} stations", f"涉及 {stations} 座泵闸站")
        alone = needs.alone
        if caller.person and all(self._declared.one_person(target) for target in plan.targets):
            alone = "a response of level III or higher is declared there: one person may act, another countersigns"
        return replace(needs, second_person=(*needs.second_person, many), alone=alone)

    def conditions(self, plan: Plan) -> tuple[Found, ...]:
        """A plan's conditions as they stand, with its parameters as the plan says them."""
        return conditions_now(plan, {one.id: one.default for one in plan.parameters}, self._watch.read)

    def _order(self, asked: Asked, step: Step, act: Set | Start) -> Order:
        if isinstance(act, Set):
            target, value = act.target, str(value_of(act, asked.parameters))
        else:
            count = round(amount(act.units, asked.parameters))
            running = self._running(act)
            count = max(count, running or 0)
            order = StationOrder(StationMode.COUNT, count, act.direction, at_least=act.at_least)
            target, value = act.station, str(order)
        reason = asked.reason or step.id
        return Order((target,), value, asked.plan.lease_s, reason, Slot.PLAN.label, take_over=True)

    def _running(self, act: Start) -> int | None:
        name = f"running_{act.direction.value}"
        reading = self._watch.read(act.station, name)
        return int(reading.value) if reading.good and isinstance(reading.value, (int, float)) else None

    def _preview(self, step: Step, sighting: Sighting, order: Order, asked: Asked) -> StepPreview:
        (seen,) = (one.preview for one in sighting.members)
        blocked = [text for text in seen.interlocks if text.partition(":")[0] not in IN_TURN]
        if seen.effect is Effect.EXCLUDED:
            blocked.insert(0, f"{seen.cause}: {seen.text}")
        elif seen.masked_by:
            blocked.insert(0, f"MASKED: {seen.masked_by}")
        elif not seen.assured:
            blocked.insert(0, f"{seen.cause}: {seen.text}")
        return StepPreview(
            step=step.id,
            title_zh=step.title.zh,
            title_en=step.title.en,
            target=order.targets[0],
            value=order.value,
            effect=seen.effect.value,
            starts=self._starts(step, asked),
            power_kw=max(0.0, seen.power_kw),
            blocked=tuple(blocked),
        )

    def _starts(self, step: Step, asked: Asked) -> int:
        act = step.act
        if isinstance(act, Start):
            return max(0, round(amount(act.units, asked.parameters)) - (self._running(act) or 0))
        value = value_of(act, asked.parameters) if isinstance(act, Set) else None
        if not isinstance(value, StationOrder) or value.mode is not StationMode.COUNT or not isinstance(act, Set):
            return 0
        running = self._running(Start(device_of(act.target), 1.0, Direction(value.direction)))
        return max(0, value.count - (running or 0))

    def _rivals(self, plan: Plan) -> list[Going]:
        mine = set(plan.stations)
        return [one for one in self._shelf.live() if one.plan is not None and mine & set(one.plan.stations)]

    def _refusals(self, asked: Asked, caller: Caller, found: Sequence[Found], rivals: Sequence[Going]) -> Iterator[str]:
        plan = asked.plan
        if self.rights is not None:
            outside = self.rights.outside(caller, Slot.PLAN, plan.targets)
            if outside:
                yield next(iter(outside.values()))
            if plan.may_start and not plan.may_start & self.rights.roles(caller, plan.targets):
                roles = ", ".join(sorted(role.value for role in plan.may_start))
                yield f"only {roles} may start this plan / 本预案只能由 {roles} 启动"
        if plan.states and not all(self._declared_at(device, plan) for device in plan.stations):
            states = ", ".join(sorted(state.value for state in plan.states))
            yield f"it takes a declared state ({states}) over all its stations / 须先在相关泵闸站宣布：{states}"
        for one in found:
            if one.refuses:
                text = one.condition.text
                word = "is not so" if one.truth.value == "false" else "cannot be known"
                yield f"{one.condition.id} {word}: {text.en} / 条件不满足或无法判定：{text.zh}"
        if rivals and not asked.take_over:
            names = ", ".join(f"{one.run.id} ({one.run.plan_id}, {one.run.by})" for one in rivals)
            yield f"LOCKED_BY_OTHER_CLIENT: {names} moves the same stations; settle it, or take over on the record"

    def _declared_at(self, device: TargetId, plan: Plan) -> bool:
        return any(one.state in plan.states for one in self._declared.in_force(DisciplineName.WATER, device))
