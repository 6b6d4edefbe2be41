"""The optimiser's plan beside the rules': both run through the same model; the dearer one has nothing to say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from controller.domain.points import TargetId
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.booking import booked_of
from controller.logic.optimiser.checking import Booked, Judged, judged
from controller.logic.optimiser.optimise import optimise, waters_ahead
from controller.logic.optimiser.problem import Answer, Earlier, Problem
from controller.logic.optimiser.programme import Solver
from controller.logic.optimiser.stepping import steps_within
from controller.logic.water_rules.ahead import gravity_floor_m
from controller.logic.water_rules.guidance import advise
from controller.logic.water_rules.plan import Plan
from controller.logic.water_rules.prices import prices_of

MORE_GUARANTEE_MH = 0.005
"""A plan that is above guarantee by so much more than the rules' is never taken, whatever it saves."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Both plans as the model sees them. ``answer``: the optimiser's, where it is to be followed; None: the rules'.

    ``earlier``: what the next solve begins from. ``reason``: why the rules go on, where they do.
    """

    answer: Answer | None
    ours: Judged | None
    rules: Judged | None
    earlier: Earlier | None
    reason: str = ""


def considered(problem: Problem, solver: Solver) -> Weighed:
    """The whole of it: the rules' plan, the optimiser's, and both through the model."""
    told = frozenset(problem.outlook.inflow_m3s) if problem.foretold is None else problem.foretold
    rules = advise(problem.network, problem.now, problem.outlook, problem.settings.rules, problem.local, told).plan
    if problem.earlier is None and rules is not None:
        problem = replace(problem, earlier=earlier_of_rules(problem, rules))
    return weighed(problem, optimise(problem, solver), rules)


def weighed(problem: Problem, answer: Answer | None, rules: Plan | None) -> Weighed:
    """Compare; the rules' plan is the floor."""
    settings = problem.settings
    network, outlook = waters_ahead(problem)
    prices = prices_of(network, outlook, settings.rules, problem.local)
    theirs = None
    if rules is not None:
        theirs = judged(network, problem.now, outlook, _of_rules(problem, rules), settings, prices)
    if answer is None:
        return Weighed(None, None, theirs, None, "no_solution")
    booked = booked_of(answer, outlook)
    ours = judged(network, problem.now, outlook, booked, settings, prices)
    earlier = _earlier(outlook, booked, ours, answer)
    if theirs is not None and ours.guarantee_mh > theirs.guarantee_mh + MORE_GUARANTEE_MH:
        return Weighed(None, ours, theirs, earlier, "worse_than_rules")
    if theirs is not None and ours.yuan > theirs.yuan:
        return Weighed(None, ours, theirs, earlier, "worse_than_rules")
    return Weighed(answer, ours, theirs, earlier)


def earlier_of_rules(problem: Problem, plan: Plan) -> Earlier:
    """The rules' plan as what a first solve begins from."""
    booked, outlook = _of_rules(problem, plan), problem.outlook
    levels = plan.ahead.levels_m
    gates = {
        gate.gate: tuple(
            booked.gravity(gate.gate, step, levels[gate.inner][step]) for step in range(len(outlook.steps_s))
        )
        for gate in problem.network.gates
        if gate.inner in levels
    }
    counts = {station: tuple(float(count) for count in series) for station, series in booked.counts.items()}
    return Earlier(outlook.start, outlook.steps_s, counts, gates, levels)


def _earlier(outlook: Outlook, booked: Booked, ours: Judged, answer: Answer) -> Earlier:
    """In the outlook's own steps, with the levels as the model has them."""
    steps = steps_within(outlook.steps_s, 0.0, answer.steps_s)
    gates = {gate: tuple(shares[step] for step in steps) for gate, shares in answer.by_gate.items()}
    counts = {station: tuple(series) for station, series in booked.counts.items()}
    return Earlier(outlook.start, outlook.steps_s, counts, gates, ours.levels_m)


def _of_rules(problem: Problem, plan: Plan) -> Booked:
    settings = problem.settings.rules
    lowest = {name: gravity_floor_m(problem.network, name, plan.deep, settings) for name in problem.now.levels_m}
    inner = {gate.gate: gate.inner for gate in problem.network.gates}

    beside = {gate.gate: (gate.station, "drain") for gate in problem.network.gates if gate.station is not None}

    def gravity(gate: TargetId, step: int, level_m: float) -> float:
        pumped = gate in beside and beside[gate] in plan.counts and plan.counts[beside[gate]][step] > 0
        return 0.0 if pumped or level_m <= lowest[inner[gate]] else 1.0

    return Booked({station: series for (station, _), series in plan.counts.items()}, gravity)
