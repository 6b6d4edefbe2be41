"""A program's night with the order of its moments known: which stretch has which level, without looking at times.

Two nights in which a program's moments follow each other in the same order have the same stretches and differ in
their lengths alone. A city's year knows a handful of such orders, so the levels are worked out once for each and
the lengths as arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schedules.program import DARK, Anchor, Program, TimePoint

NOON, NEXT_NOON = -1, -2
"""Boundaries of a night beside its points' positions."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one boundary to another (positions in ``points_of``, or the noons): the level and what the edges say."""

    start: int
    end: int
    percent: float
    base: float


def points_of(program: Program) -> tuple[TimePoint, ...]:
    """Every moment the program names, once."""
    named = [edge.at for edge in program.edges]
    for saving in program.savings:
        named += [saving.start] if saving.until is None else [saving.start, saving.until]
    for show in program.shows:
        named += [show.start, show.until]
    named += [end.at for end in program.ends]
    return tuple(dict.fromkeys(named))


def stretches(program: Program, order: Sequence[int], outside: Sequence[int]) -> tuple[Stretch, ...]:
    """The night's stretches when its points come in this order.

    ``outside`` is -1 for a point before the night's noon, 1 for one at or after the next, else 0; a stretch between
    two boundaries that both lie on a noon has no length and is left out.
    """
    points = points_of(program)
    passed: list[TimePoint] = []
    found: list[Stretch] = []
    start = NOON
    for end in (*order, NEXT_NOON):
        if _side(start, outside) != _side(end, outside) or _side(start, outside) == 0:
            base = _base(program, passed)
            found.append(Stretch(start, end, _saved(program, passed, base), base))
        start = end
        if end != NEXT_NOON:
            passed.append(points[end])
    return tuple(found)


def _side(boundary: int, outside: Sequence[int]) -> int:
    if boundary == NOON:
        return -1
    return 1 if boundary == NEXT_NOON else outside[boundary]


def _base(program: Program, passed: Sequence[TimePoint]) -> float:
    """What edges, shows and ends say: shows stand above the edges, ends above both."""
    if any(end.at in passed for end in program.ends):
        return DARK
    shown = [show for show in program.shows if show.start in passed and show.until not in passed]
    return shown[-1].percent if shown else _by_edges(program, passed)


def _by_edges(program: Program, passed: Sequence[TimePoint]) -> float:
    """The last one passed decides; of several at one moment the later in the list."""
    for point in reversed(passed):
        levels = [edge.percent for edge in program.edges if edge.at == point]
        if levels:
            return levels[-1]
    return DARK


def _saved(program: Program, passed: Sequence[TimePoint], base: float) -> float:
    percent = base
    for saving in program.savings:
        begun = saving.start in passed
        over = saving.until is not None and saving.until in passed
        if begun and not over:
            percent = min(percent, saving.percent)
    return percent


def runs(found: Sequence[Stretch]) -> Iterator[tuple[bool, tuple[Stretch, ...]]]:
    """Neighbouring stretches that all burn, or are all dark."""
    run: list[Stretch] = []
    for one in found:
        if run and (run[0].percent > DARK) is not (one.percent > DARK):
            yield run[0].percent > DARK, tuple(run)
            run = []
        run.append(one)
    if run:
        yield run[0].percent > DARK, tuple(run)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the order alone says about where a stretch lies, so that most lengths need not be cut to size.

    Positions in the order; a stretch that begins at or behind ``surely_after_evening`` begins after sunset less the
    margin, and so on. ``None``: nothing in the program says so.
    """

    after_evening: int | None
    before_morning: int | None
    before_lit: int | None
    after_lit: int | None


def bounds_of(points: Sequence[TimePoint], order: Sequence[int], margin_min: float) -> Bounds:
    """Where sunset and sunrise, give or take the margin, certainly are among the points."""
    at = {point: place for place, point in enumerate(order)}

    def places(anchor: Anchor, low: float, high: float) -> list[int]:
        return [
            at[position]
            for position, point in enumerate(points)
            if point.anchor is anchor and low <= point.minutes <= high
        ]

    never = float("inf")
    return Bounds(
        after_evening=min(places(Anchor.SUNSET, -margin_min, never), default=None),
        before_morning=max(places(Anchor.SUNRISE, -never, margin_min), default=None),
        before_lit=max(places(Anchor.SUNSET, -never, margin_min), default=None),
        after_lit=min(places(Anchor.SUNRISE, -margin_min, never), default=None),
    )
