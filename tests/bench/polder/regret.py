"""How far above the least possible a run's cost lies."""

from __future__ import annotations

from functools import cache

from tests.bench.polder.bound import Bound, bound_of
from tests.bench.polder.cases import case_of
from tests.bench.polder.city import Case
from tests.bench.polder.trial import Run


@cache
def reference(kind: str, seed: int) -> Bound:
    """The bound of a case that ends where it began: what every regret of the case is measured in."""
    return bound_of(case_of(kind, seed))


def regret(case: Case, run: Run) -> float:
    """(cost − bound of the same plant that ends at the same levels) ÷ bound that ends where it began.

    The end is pinned in the difference, so that nobody gains by leaving water behind or loses by leaving less. The
    divisor is the case's own, so that nobody gains by pumping more on both sides.

    Raises:
        AssertionError: the run cost less than its bound: one of the two is wrong.
    """
    pinned = bound_of(case, run.end_m).cost
    if run.cost.total < pinned - 1e-6 * max(1.0, pinned):
        raise AssertionError(f"{case.name}: a run cost {run.cost.total:.2f}, less than its bound {pinned:.2f}")
    return (run.cost.total - pinned) / reference(case.kind, case.seed).cost
