"""A plan of whole units, made outlet by outlet from what the relaxed programme says water is worth."""

from __future__ import annotations

from controller.logic.optimiser.booking import yuan_of
from controller.logic.optimiser.checking import left_yuan
from controller.logic.optimiser.level_grid import grid_of
from controller.logic.optimiser.model import Model
from controller.logic.optimiser.outlets import outlets_of
from controller.logic.optimiser.problem import Answer
from controller.logic.optimiser.programme import Solved
from controller.logic.optimiser.prospect import Prospect, Question
from controller.logic.optimiser.reference import Reference, WholePlan, around, reference_of
from controller.logic.optimiser.timeline import timeline_of
from controller.logic.optimiser.whole import whole_plan

ROUNDS = 2
"""The second plan is made around the first: with the waters where whole units bring them."""


def by_outlets(model: Model, relaxed: Solved) -> Answer:
    """The cheaper one, by the network's model, of the plans of each round."""
    timeline = timeline_of(model.outlook.steps_s)
    reference = reference_of(model, relaxed, timeline)
    question = Question(model.network, model.outlook, timeline, model.settings, model.prices)
    answers = []
    for _ in range(ROUNDS):
        plan = _planned(model, question, reference)
        answers.append(_answer_of(model, plan))
        reference = around(reference, plan, timeline)
    known = (model.network, model.now, model.outlook, model.settings, model.prices)
    return min(answers, key=lambda answer: yuan_of(answer, *known))


def _planned(model: Model, question: Question, reference: Reference) -> WholePlan:
    network, now, settings = model.network, model.now, model.settings
    outlets = outlets_of(network, now)
    grids = {
        name: grid_of(reach, now.levels_m[name], settings, now.forecast_error)
        for name, reach in network.reaches.items()
    }
    left = {
        name: left_yuan(network, reach, now.levels_m[name], model.outlook, settings, model.prices)
        for name, reach in network.reaches.items()
    }
    prospects = [
        Prospect(question, outlet, outlets, reference, grids[outlet.reach], left[outlet.reach]) for outlet in outlets
    ]
    return whole_plan(question, now, prospects, reference)


def _answer_of(model: Model, plan: WholePlan) -> Answer:
    counts = {station: tuple(float(count) for count in series) for station, series in plan.counts.items()}
    return Answer(model.outlook.start, model.outlook.steps_s, counts, plan.by_gate, plan.levels_m)
