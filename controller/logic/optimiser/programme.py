"""A mixed-integer programme as arrays: least cost of columns within bounds, so that every row lies within its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

INFINITE = float("inf")


@dataclass(slots=True)
class Programme:
    """Columns and rows, gathered one by one. Rows are kept one after the other: ``starts`` says where each begins."""

    costs: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    """Columns that take whole numbers only."""
    row_lows: list[float] = field(default_factory=list)
    row_highs: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    indices: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def column(self, low: float, high: float, cost: float = 0.0, *, whole: bool = False) -> int:
        """One more column; its number."""
        number = len(self.costs)
        self.costs.append(cost)
        self.lows.append(low)
        self.highs.append(high)
        if whole:
            self.whole.append(number)
        return number

    def row(self, terms: Iterable[tuple[int, float]], low: float, high: float) -> None:
        """One more row: the sum of its terms (column, factor) lies within ``low`` … ``high``."""
        for index, value in terms:
            self.indices.append(index)
            self.values.append(value)
        self.starts.append(len(self.indices))
        self.row_lows.append(low)
        self.row_highs.append(high)


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solver found: a value for every column, how far from the best it may be (share), and how long it took.

    ``prices``: of a programme without whole columns, what one more of each row's bound would cost.
    """

    values: Sequence[float]
    gap: float
    seconds: float
    prices: Sequence[float] = ()


class Solver(Protocol):
    """Whoever solves programmes."""

    def solve(self, programme: Programme, start: Mapping[int, float], limit_s: float, gap: float) -> Solved | None:
        """The best found within ``limit_s``; ``start``: whole columns as some plan has them. None: nothing found."""
        ...
