"""A question answered: the programme built, solved, and read back as counts and gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.gate_lines import LITTLE_M3S
from controller.logic.optimiser.model import Model
from controller.logic.optimiser.problem import Answer, Earlier, Problem
from controller.logic.optimiser.programme import Solved, Solver
from controller.logic.optimiser.stepping import restepped, steps_within
from controller.logic.water_rules.guidance import known_part
from controller.logic.water_rules.inflow import expected
from controller.logic.water_rules.prices import prices_of


def optimise(problem: Problem, solver: Solver) -> Answer | None:
    """The cheapest plan the solver finds in its time; None where it finds none, or nothing is known."""
    model = model_of(problem)
    if not model.groups:
        return None
    start = {} if problem.earlier is None else start_of(model, problem.earlier, problem)
    settings = problem.settings
    solved = solver.solve(model.programme, start, settings.limit_s, settings.gap)
    return None if solved is None else answer_of(model, solved)


def model_of(problem: Problem) -> Model:
    """The programme of a question."""
    settings = problem.settings
    network, ahead = waters_ahead(problem)
    outlook = restepped(ahead, settings.short_s, settings.long_s)
    prices = prices_of(network, outlook, settings.rules, problem.local)
    return Model(network, problem.now, outlook, settings, prices, _usual(problem, outlook))


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


def start_of(model: Model, earlier: Earlier, problem: Problem) -> dict[int, float]:
    """An earlier plan, shifted to now, as the whole columns have it."""
    shifted = (problem.outlook.start - earlier.start).total_seconds()
    steps = steps_within(model.outlook.steps_s, shifted, earlier.steps_s)
    programme, start = model.programme, {}
    whole = set(programme.whole)
    for station, columns in model.columns.counts.items():
        series = earlier.counts.get(station)
        for step, column in enumerate(columns):
            if column in whole:
                wanted = round(series[steps[step]]) if series else 0
                start[column] = float(min(max(wanted, programme.lows[column]), programme.highs[column]))
    for gate, choices in model.columns.choices.items():
        opened = earlier.by_gate.get(gate)
        for step, choice in enumerate(choices):
            if choice is not None and choice in whole:
                start[choice] = float(opened is not None and opened[steps[step]] > 0.5)
    _nothing_beside(model, start)
    return start


def _nothing_beside(model: Model, start: dict[int, float]) -> None:
    """Where a unit runs the gate's window is the pumps'."""
    for gate in model.network.gates:
        for group in model.groups:
            if group.station != gate.station:
                continue
            for step, choice in enumerate(model.columns.choices[gate.gate]):
                if choice is not None and start.get(model.columns.counts[group.station][step], 0.0) > 0.0:
                    start[choice] = 0.0


def answer_of(model: Model, solved: Solved) -> Answer:
    """What the columns came to."""
    values, columns = solved.values, model.columns
    whole = set(model.programme.whole)

    def count(column: int) -> float:
        return float(round(values[column])) if column in whole else round(values[column], 3)

    return Answer(
        model.outlook.start,
        model.outlook.steps_s,
        {station: tuple(count(one) for one in of) for station, of in columns.counts.items()},
        {gate: _shares(values, columns.gates[gate], choices) for gate, choices in columns.choices.items()},
        {name: tuple(values[one] for one in of) for name, of in columns.levels.items()},
        solved.gap,
        solved.seconds,
    )


def _shares(values: Sequence[float], flows: Sequence[int | None], choices: Sequence[int | None]) -> tuple[float, ...]:
    """For each step the share of it in which the gate has the water: 0 none, 1 all."""
    return tuple(
        0.0 if flow is None or values[flow] <= LITTLE_M3S else 1.0 if choice is None else round(values[choice], 3)
        for flow, choice in zip(flows, choices, strict=True)
    )
