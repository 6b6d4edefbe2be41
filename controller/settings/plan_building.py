"""A plan out of its entry, with every name in it looked up; what is wrong with a name or a form is noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.expression import Expression, names
from controller.domain.expression_grammar import parse
from controller.domain.points import DeviceId, TargetId
from controller.logic.alarm_settings import Words
from controller.logic.condition_types import misfits
from controller.logic.plans.plan import (
    Act,
    Answer,
    Ask,
    Condition,
    Fallback,
    FallbackAct,
    Parameter,
    Plan,
    Set,
    Start,
    Step,
    Tell,
    Together,
    Until,
    Verify,
    Wait,
    Way,
    WayOut,
)
from controller.logic.plans.seen import RUNNING_DIVERT, RUNNING_DRAIN, RUNNING_UNITS
from controller.logic.value_ranges import Numbers, Range
from controller.settings.interlocking import Points
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.plan_models import PlanModel, SentencesModel, StepModel
from controller.settings.point_ranges import ranges_of
from controller.settings.problems import did_you_mean

KINDS = ("set", "start", "wait", "until", "verify", "tell", "ask", "together")
_WAYS = {"next": Way.NEXT, "abort": Way.ABORT, "finish": Way.FINISH}


@dataclass(frozen=True, slots=True)
class Around:
    """What a plan's names may mean: the city, and the points of its devices."""

    city: City
    points: Points

    def ranges(self, device: DeviceId) -> dict[str, Range]:
        """What each point of a device can read, and what a station has besides."""
        station = self.city.stations.get(device)
        found = dict(ranges_of(self.points.get(device, {}), station))
        if station is not None:
            found[RUNNING_UNITS] = Numbers(0, len(station.units))
            for name, way in ((RUNNING_DRAIN, "drain"), (RUNNING_DIVERT, "divert")):
                found[name] = Numbers(0, sum(unit.direction == way for unit in station.units))
        return found


class Builder:
    """Builds one plan. ``names`` is what its conditions may ask for, and what each of them can read."""

    def __init__(self, entry: Entry[PlanModel], around: Around, findings: Findings) -> None:
        self._model, self.spot, self._findings = entry.value, entry.spot, findings
        self._around = around
        self.scope = self._scope()
        self.ranges: dict[str, Range] = {
            name: Numbers(one.low, one.high) for name, one in self._model.parameters.items()
        }
        for alias, device in self.scope.items():
            self.ranges |= {f"{alias}.{point}": found for point, found in around.ranges(device).items()}

    def plan(self) -> Plan:
        """The plan, as far as it can be made out."""
        model, spot = self._model, self.spot
        return Plan(
            id=model.id,
            title=_words(model.title),
            purpose=_words(model.purpose),
            scope=self.scope,
            steps=self._steps(model.steps, spot.at("steps")),
            way_out=WayOut(
                _words(model.abort.state),
                self._steps(model.abort.steps, spot.at("abort", "steps"), FallbackAct.SKIP),
                model.abort.leave,
            ),
            lease_s=model.lease,
            longest_s=model.longest,
            may_start=frozenset(model.may_start),
            states=frozenset(model.states),
            conditions=tuple(self._conditions()),
            parameters=tuple(
                Parameter(name, _words(one.title), one.default, one.low, one.high, one.whole, one.unit)
                for name, one in model.parameters.items()
            ),
            ending=model.leave,
            next_plan=model.next_plan or "",
            source=spot.document.value(spot.path),
        )

    def _scope(self) -> dict[str, DeviceId]:
        known = (*self._around.city.stations, *self._around.city.gauges)
        found = {}
        for alias, device in self._model.scope.items():
            if device in known:
                found[alias] = device
            else:
                here = self.spot.at("scope", alias)
                self._findings.add(here, "no such station or gauge", did_you_mean(device, known))
            if alias in self._model.parameters:
                self._findings.add(self.spot.at("scope", alias), "a parameter has this name too", "rename one of them")
        return found

    def _conditions(self) -> list[Condition]:
        found = []
        for nth, model in enumerate(self._model.conditions):
            expression = self._expression(model.needs, self.spot.at("conditions", nth, "needs"))
            if expression is not None:
                words = _words(model.text)
                found.append(Condition(model.id, expression, words, model.when, model.on_bad, model.otherwise))
        return found

    def _steps(
        self, models: Sequence[StepModel], spot: Spot, otherwise: FallbackAct = FallbackAct.HOLD
    ) -> tuple[Step, ...]:
        built = (self._step(model, spot.at(nth), otherwise) for nth, model in enumerate(models))
        return tuple(step for step in built if step is not None)

    def _step(self, model: StepModel, spot: Spot, otherwise: FallbackAct) -> Step | None:
        said = {"set": model.set_} | {kind: getattr(model, kind) for kind in KINDS[1:]}
        kinds = [kind for kind, value in said.items() if value is not None]
        if len(kinds) != 1:
            problem = "a step does exactly one thing; this one says " + (" and ".join(kinds) or "nothing")
            self._findings.add(spot, problem, f"one of {', '.join(KINDS)}")
            return None
        if (model.answers or model.silence) and model.ask is None:
            self._findings.add(spot, "only a question has answers", "say ask, or leave answers and silence out")
        act = self._act(model, spot, otherwise)
        if act is None:
            return None
        title = _words(model.title) if model.title else default_title(act)
        return Step(model.id, title, act, model.within, Fallback(model.otherwise or otherwise, model.retries))

    def _act(self, model: StepModel, spot: Spot, otherwise: FallbackAct) -> Act | None:
        if model.set_ is not None:
            target = self._target(model.set_.target, spot.at("set", "target"))
            return None if target is None else Set(target, model.set_.to)
        if model.start is not None:
            return self._start(model, spot)
        if model.wait is not None:
            return Wait(model.wait)
        if model.until is not None or model.verify is not None:
            return self._waits_for(model, spot)
        if model.tell is not None:
            return Tell(_words(model.tell), model.urgent)
        if model.ask is not None:
            return self._ask(model)
        branches = enumerate(model.together or ())
        return Together(tuple(self._steps(one, spot.at("together", nth), otherwise) for nth, one in branches))

    def _start(self, model: StepModel, spot: Spot) -> Start | None:
        said = model.start
        assert said is not None  # noqa: S101 - narrows; its caller looked
        target = self._target(said.station, spot.at("start", "station"))
        if target is not None and target not in self._around.city.stations:
            self._findings.add(spot.at("start", "station"), "not a station", "units of a station are started")
            return None
        units = float(said.units) if isinstance(said.units, int) else said.units
        return None if target is None else Start(target, units, said.direction, exactly=said.exactly)

    def _waits_for(self, model: StepModel, spot: Spot) -> Until | Verify | None:
        if model.until is not None:
            expression = self._expression(model.until, spot.at("until"))
            return None if expression is None else Until(expression)
        expression = self._expression(model.verify or "", spot.at("verify"))
        return None if expression is None else Verify(expression)

    def _ask(self, model: StepModel) -> Ask:
        assert model.ask is not None  # noqa: S101 - narrows; its caller looked
        answers = tuple(
            Answer(one.id, _words(one.title), _WAYS.get(one.then, Way.TO), "" if one.then in _WAYS else one.then)
            for one in model.answers
        )
        return Ask(_words(model.ask), answers, model.silence or "")

    def _target(self, said: str, spot: Spot) -> TargetId | None:
        alias, slash, output = said.partition("/")
        device = self.scope.get(alias)
        if device is None:
            if alias not in self._model.scope:  # one whose device is not known is told there
                self._findings.add(spot, f"{alias!r} is no name of this plan's scope", did_you_mean(alias, self.scope))
            return None
        target = f"{device}{slash}{output}"
        if target not in self._around.city.targets:
            outputs = [one.partition("/")[2] for one in self._around.city.targets if one.startswith(f"{device}/")]
            hint = did_you_mean(output, outputs) if outputs else "a gauge takes no orders; name a station"
            self._findings.add(spot, "no such station, unit or gate", hint)
            return None
        return target

    def _expression(self, text: str, spot: Spot) -> Expression | None:
        try:
            expression = parse(text)
        except InvalidValue as refused:
            self._findings.add(spot, str(refused))
            return None
        if len(self.scope) < len(self._model.scope):
            return expression  # a device of it is not known, and that is told already
        strange = sorted(names(expression) - self.ranges.keys())
        for name in strange:
            self._findings.add(spot, f"nothing here is called {name}", did_you_mean(name, self.ranges))
        for misfit in () if strange else misfits(expression.root, self.ranges):
            hint = did_you_mean(misfit.said, misfit.possible) if misfit.possible else "it could never be known"
            self._findings.add(spot, misfit.message, hint)
        return None if strange else expression


def default_title(act: Act) -> Words:
    """What a step is called that has no title of its own."""
    match act:
        case Set(target, to):
            return Words(f"{target} 设为 {to}", f"{target}: {to}")
        case Start(station=station, units=units):
            shown = units if isinstance(units, str) else f"{units:g}"
            return Words(f"{station} 开机 {shown} 台", f"{station}: start {shown} units")
        case Wait(for_s):
            return Words(f"等待 {for_s / 60:g} 分钟", f"wait {for_s / 60:g} min")
        case Until(expression):
            return Words(f"等待 {expression}", f"until {expression}")
        case Verify(expression):
            return Words(f"核查 {expression}", f"verify {expression}")
        case Tell(text, _):
            return Words(f"通知：{text.zh}", f"tell: {text.en}")
        case Ask(text, _, _):
            return text
        case Together(_):
            return Words("并行执行", "side by side")


def _words(model: SentencesModel) -> Words:
    return Words(model.zh, model.en)


def plans_by_id(plans: Sequence[Plan]) -> Mapping[str, Plan]:
    """The plans by their ids; of two with one id the first."""
    found: dict[str, Plan] = {}
    for plan in plans:
        found.setdefault(plan.id, plan)
    return found
