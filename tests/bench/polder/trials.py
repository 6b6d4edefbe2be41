"""Many runs at once, each in a process of its own: cases × forecast errors × one kind of controller, by its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

from tests.bench.polder.cases import case_of
from tests.bench.polder.city import Case
from tests.bench.polder.optimised import Optimised
from tests.bench.polder.plain import Staged
from tests.bench.polder.regret import reference, regret
from tests.bench.polder.ruled import Ruled
from tests.bench.polder.trial import Controller, Run, try_out

Error = float | None
"""Of the forecast, 0 … 1; None: there is no forecast."""

CONTROLLERS: dict[str, Callable[[Case], Controller]] = {
    "rules": Ruled,
    "optimiser": Optimised,
    "staged": Staged,
    "staged_lowered": lambda case: Staged(case, lowered_m=0.3),
}
"""Whoever can be put in charge, by name."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run to make."""

    controller: str
    kind: str
    seed: int
    error: Error

    @property
    def name(self) -> str:
        """As remarks call it: ``design-2 at 30 %``."""
        forecast = "no forecast" if self.error is None else f"{100 * self.error:.0f} %"
        return f"{self.kind}-{self.seed} at {forecast}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the run, its regret (share), and the bound's own share of the cost."""

    trial: Trial
    run: Run
    regret: float
    bound_warning_mh: float
    bound_guarantee_mh: float
    above_guarantee_m: float
    """How far above its guarantee level any pool came at worst (≤ 0: never)."""
    solves: int = 0
    handed_over: int = 0
    """Plans of an optimiser that were followed, and how often it handed over to the rules instead."""


def trials_of(
    controller: str, kinds: Iterable[str], seeds: Iterable[int], errors: Iterable[Error]
) -> tuple[Trial, ...]:
    """Every combination, kinds first."""
    return tuple(Trial(controller, *rest) for rest in product(kinds, seeds, errors))


def outcome_of(trial: Trial) -> Outcome:
    """Make one run.

    Raises:
        AssertionError: it cost less than its bound, or lost water.
    """
    case = case_of(trial.kind, trial.seed)
    acting = CONTROLLERS[trial.controller](case)
    run = try_out(case, acting, trial.error)
    if run.balance_m3 > 1.0:
        raise AssertionError(f"{trial.name}: the plant lost {run.balance_m3:.1f} m³ of water")
    bound = reference(trial.kind, trial.seed)
    above = max(float(peak) - pool.guarantee_m for peak, pool in zip(run.peak_m, case.pools, strict=True))
    solves, over = (acting.followed, acting.handed_over) if isinstance(acting, Optimised) else (0, 0)
    return Outcome(trial, run, regret(case, run), bound.warning_mh, bound.guarantee_mh, above, solves, over)


def outcomes(trials: Sequence[Trial]) -> list[Outcome]:
    """All of them, as many at a time as there are processors."""
    with ProcessPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as workers:
        return list(workers.map(outcome_of, trials))
