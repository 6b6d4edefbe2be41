"""The optimiser's plan beside the rules': both run through the same model; the dearer one has nothing to say."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.points import TargetId
from controller.logic.optimiser.booking import booked_of
from controller.logic.optimiser.checking import Booked, judged
from controller.logic.optimiser.optimise import optimise, waters_ahead
from controller.logic.optimiser.problem import Answer, Earlier, Problem
from controller.logic.optimiser.programme import Solver
from controller.logic.optimiser.weighed import Weighed
from controller.logic.water_rules.ahead import gravity_floor_m
from controller.logic.water_rules.guidance import advise
from controller.logic.water_rules.plan import Plan
from controller.logic.water_rules.prices import prices_of

MORE_GUARANTEE_MH = 0.005
"""A plan that is above guarantee by so much more than the rules' is never taken, whatever it saves."""


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
    earlier = Earlier(outlook.start, outlook.steps_s, ours.levels_m)
    if theirs is not None and ours.guarantee_mh > theirs.guarantee_mh + MORE_GUARANTEE_MH:
        return Weighed(None, ours, theirs, earlier, "worse_than_rules")
    if theirs is not None and ours.yuan > theirs.yuan:
        return Weighed(None, ours, theirs, earlier, "worse_than_rules")
    return Weighed(answer, ours, theirs, earlier)


def earlier_of_rules(problem: Problem, plan: Plan) -> Earlier:
    """The levels the rules' plan comes to, for a first solve."""
    return Earlier(problem.outlook.start, problem.outlook.steps_s, plan.ahead.levels_m)


def _of_rules(problem: Problem, plan: Plan) -> Booked:
    settings = problem.settings.rules
    lowest = {name: gravity_floor_m(problem.network, name, plan.deep, settings) for name in problem.now.levels_m}
    inner = {gate.gate: gate.inner for gate in problem.network.gates}

    beside = {gate.gate: (gate.station, "drain") for gate in problem.network.gates if gate.station is not None}

    def gravity(gate: TargetId, step: int, level_m: float) -> float:
        pumped = gate in beside and beside[gate] in plan.counts and plan.counts[beside[gate]][step] > 0
        return 0.0 if pumped or level_m <= lowest[inner[gate]] else 1.0

    return Booked({station: series for (station, _), series in plan.counts.items()}, gravity)
