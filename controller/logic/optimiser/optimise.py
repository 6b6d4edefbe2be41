"""A question answered: relaxed first, then in whole units outlet by outlet, then proven by a programme of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.booking import yuan_of
from controller.logic.optimiser.by_outlets import by_outlets
from controller.logic.optimiser.gate_lines import LITTLE_M3S
from controller.logic.optimiser.model import Model
from controller.logic.optimiser.problem import Answer, Problem
from controller.logic.optimiser.programme import Solved, Solver
from controller.logic.optimiser.stepping import restepped, steps_within
from controller.logic.water_rules.guidance import known_part
from controller.logic.water_rules.inflow import expected
from controller.logic.water_rules.prices import prices_of

PROOF_OVER_RELAXED = 6.0
"""A proof gets further than its own relaxation only in several times what that took; with less it is not begun."""


NO_DEARER = 1.0 + 1e-9
"""The same plan read back costs the same but for rounding."""


def optimise(problem: Problem, solver: Solver) -> Answer | None:
    """The cheapest plan found; None where the solver finds none, or nothing is known.

    Three looks, each from the one before: the programme with fractions says what water is worth where; the outlets one
    by one make whole units of it; the programme of whole numbers begins from those and betters them or says how good
    they are.
    """
    relaxed = model_of(problem, whole=False)
    if not relaxed.groups:
        return None
    settings = problem.settings
    solved = solver.solve(relaxed.programme, {}, settings.limit_s - settings.prove_s, 0.0)
    if solved is None or len(solved.prices) != len(relaxed.programme.row_lows):
        return None
    found = by_outlets(relaxed, solved)
    if settings.prove_s < solved.seconds * PROOF_OVER_RELAXED:
        return replace(found, seconds=solved.seconds)
    model = model_of(replace(problem, earlier=found.earlier), whole=True)
    proven = solver.solve(model.programme, start_of(model, found), settings.prove_s, settings.gap)
    if proven is None:
        return replace(found, seconds=solved.seconds + settings.prove_s)
    better = answer_of(model, proven)
    seconds = solved.seconds + proven.seconds
    network, ahead = waters_ahead(problem)
    known = (network, problem.now, ahead, settings, prices_of(network, ahead, settings.rules, problem.local))
    if yuan_of(better, *known) <= yuan_of(found, *known) * NO_DEARER:
        return replace(better, gap=proven.gap, seconds=seconds)
    return replace(found, seconds=seconds)  # what was proven is of another plan


def model_of(problem: Problem, *, whole: bool) -> Model:
    """The programme of a question, in whole numbers or relaxed."""
    settings = problem.settings
    network, ahead = waters_ahead(problem)
    outlook = restepped(ahead, settings.short_s, settings.long_s)
    prices = prices_of(network, outlook, settings.rules, problem.local)
    return Model(network, problem.now, outlook, settings, prices, _usual(problem, outlook), whole=whole)


def _usual(problem: Problem, outlook: Outlook) -> Mapping[str, Sequence[float]]:
    """Where each level is expected in each step: as the plan before had it, or where it is now."""
    steps, earlier = len(outlook.steps_s), problem.earlier
    if earlier is None:
        return {name: (level,) * steps for name, level in problem.now.levels_m.items()}
    shifted = (outlook.start - earlier.start).total_seconds()
    at = steps_within(outlook.steps_s, shifted, earlier.steps_s)
    usual = {}
    for name, level in problem.now.levels_m.items():
        levels = earlier.levels_m.get(name)
        usual[name] = tuple((levels[one] + levels[one + 1]) / 2.0 for one in at) if levels else (level,) * steps
    return usual


def waters_ahead(problem: Problem) -> tuple[Network, Outlook]:
    """The waters whose levels are known, and what is to be reckoned with of the hours ahead."""
    settings = problem.settings
    believed = replace(settings.rules, inflow_share=settings.inflow_share, error_share=settings.error_share)
    network = known_part(problem.network, problem.now)
    return network, expected(network, problem.now, problem.outlook, believed)


def start_of(model: Model, answer: Answer) -> dict[int, float]:
    """A plan of the same steps as the whole columns have it."""
    start: dict[int, float] = {}
    for station, columns in model.columns.counts.items():
        start |= dict(zip(columns, answer.counts[station], strict=True))
    for gate, choices in model.columns.choices.items():
        pairs = zip(choices, answer.by_gate[gate], strict=True)
        start |= {choice: share for choice, share in pairs if choice is not None}
    return start


def answer_of(model: Model, solved: Solved) -> Answer:
    """What the columns came to."""
    values, columns = solved.values, model.columns
    return Answer(
        model.outlook.start,
        model.outlook.steps_s,
        {station: tuple(float(round(values[one])) for one in of) for station, of in columns.counts.items()},
        {gate: _shares(values, columns.gates[gate], choices) for gate, choices in columns.choices.items()},
        {name: tuple(values[one] for one in of) for name, of in columns.levels.items()},
        solved.gap,
        solved.seconds,
    )


def _shares(values: Sequence[float], flows: Sequence[int | None], choices: Sequence[int | None]) -> tuple[float, ...]:
    """For each step the share of it in which the gate has the water: 0 none, 1 all."""
    return tuple(
        0.0 if flow is None or values[flow] <= LITTLE_M3S else 1.0 if choice is None else float(round(values[choice]))
        for flow, choice in zip(flows, choices, strict=True)
    )
