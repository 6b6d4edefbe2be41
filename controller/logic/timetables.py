"""Tables of nights a device can hold, made from what the programs want. Pure.

Never dark: where a device cannot hold what a program wants (too few pairs a night, too few programs, whole minutes
only), it is given more light, never less; ``Fitted.longer`` says how much more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, pairwise

from controller.domain.timetables import MINUTES, RowIndex, TimetableLayout

Window = tuple[int, int]
"""Lit from one minute of the night until another, counted from noon: 0 ≤ on < off ≤ 1440."""
Night = tuple[Window, ...]
"""The windows of one night, in order, apart from each other."""

DARK: Night = ()
WHOLE: Night = ((0, MINUTES),)
_LEAP_YEAR = 2024


@dataclass(frozen=True, slots=True)
class Table:
    """What a device holds. ``rows[row][program]`` is a night; None where what stands there is no night at all.

    ``assigned`` is the program of each output by its name, counted from 0; None: no program.
    """

    rows: tuple[tuple[Night | None, ...], ...]
    assigned: Mapping[str, int | None]

    def night(self, row: int, output: str) -> Night | None:
        """What the output does in that row by this table; None when nobody can tell."""
        program = self.assigned.get(output)
        if program is None:
            return DARK if output in self.assigned else None
        return self.rows[row][program] if program < len(self.rows[row]) else None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A table a device can hold, and how many minutes longer than wanted it lights, by output and night."""

    table: Table
    dates: tuple[date, ...]
    longer: Mapping[str, Mapping[date, int]]
    left_out: tuple[str, ...] = ()
    """Outputs the device has no program for at all: its own fallback cannot follow ours there."""


def row_of(night: date, index: RowIndex) -> int:
    """The row (from 0) a night is kept in."""
    if index is RowIndex.MONTH_DAY:
        return date(_LEAP_YEAR, night.month, night.day).timetuple().tm_yday - 1
    return night.timetuple().tm_yday - 1


def dates_from(tonight: date, layout: TimetableLayout) -> tuple[date, ...]:
    """The night each row stands for: the next one, from tonight on, that is kept there."""
    found: dict[int, date] = {}
    night = tonight
    while len(found) < layout.days:
        row = row_of(night, layout.index)
        if row < layout.days:
            found.setdefault(row, night)
        night += timedelta(days=1)
    return tuple(found[row] for row in range(layout.days))


def minutes_of(lit: Iterable[tuple[float, float]]) -> Night:
    """Whole minutes of stretches of light (minutes from noon): begun no later, ended no earlier."""
    return union([(_floor(on), _ceil(off)) for on, off in lit if off > on])


def union(windows: Iterable[Window]) -> Night:
    """These windows without overlap and in order, within the night."""
    merged: list[Window] = []
    for on, off in sorted((max(0, on), min(MINUTES, off)) for on, off in windows):
        if on >= off:
            continue
        if merged and on <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], off))
        else:
            merged.append((on, off))
    return tuple(merged)


def without(night: Night, other: Night) -> Night:
    """What is lit in ``night`` and not in ``other``."""
    left: list[Window] = list(night)
    for start, end in other:
        left = [
            piece for on, off in left for piece in ((on, min(off, start)), (max(on, end), off)) if piece[0] < piece[1]
        ]
    return tuple(left)


def length(night: Night) -> int:
    """Minutes of light."""
    return sum(off - on for on, off in night)


def fit(night: Night, entries: int) -> Night:
    """The night in at most that many windows: the shortest dark stretches between them are lit through."""
    windows = list(night)
    while len(windows) > entries:
        gaps = [later[0] - earlier[1] for earlier, later in pairwise(windows)]
        i = gaps.index(min(gaps))
        windows[i : i + 2] = [(windows[i][0], windows[i + 1][1])]
    return tuple(windows)


def fit_table(layout: TimetableLayout, dates: Sequence[date], wanted: Mapping[str, Sequence[Night]]) -> Fitted:
    """The table for these outputs (``K1`` … by their number), whose nights stand in the order of ``dates``."""
    fitted = {output: tuple(fit(night, layout.entries) for night in nights) for output, nights in wanted.items()}
    programs, assigned, left_out = _programs(layout, fitted)
    rows = tuple(tuple(program[row] if program else DARK for program in programs) for row in range(len(dates)))
    table = Table(rows, assigned)
    return Fitted(table, tuple(dates), _longer(table, dates, wanted, left_out), left_out)


def _programs(
    layout: TimetableLayout, fitted: Mapping[str, tuple[Night, ...]]
) -> tuple[list[tuple[Night, ...] | None], dict[str, int | None], tuple[str, ...]]:
    """The device's programs, which of them each output follows, and the outputs that can follow none."""
    if layout.assignment is None:
        able = {output: number_of(output) - 1 for output in fitted if number_of(output) <= layout.programs}
        own: list[tuple[Night, ...] | None] = [None] * layout.programs
        for output, program in able.items():
            own[program] = fitted[output]
        return own, dict(able), tuple(sorted(fitted.keys() - able.keys()))
    able_names = sorted((o for o in fitted if number_of(o) <= layout.assignment.outputs), key=number_of)
    groups: list[tuple[list[str], tuple[Night, ...]]] = []
    for output in able_names:
        same = next((members for members, nights in groups if nights == fitted[output]), None)
        if same is not None:
            same.append(output)
        else:
            groups.append(([output], fitted[output]))
    while len(groups) > layout.programs:
        groups = _joined(groups, layout.entries)
    spare = [None] * (layout.programs - len(groups))
    assigned = {output: i for i, (members, _) in enumerate(groups) for output in members}
    return [*(nights for _, nights in groups), *spare], dict(assigned), tuple(sorted(fitted.keys() - set(able_names)))


def _joined(
    groups: list[tuple[list[str], tuple[Night, ...]]], entries: int
) -> list[tuple[list[str], tuple[Night, ...]]]:
    """Two groups made one whose light is that of both: the pair that costs the least light."""

    def cost(pair: tuple[int, int]) -> int:
        both = _both(groups[pair[0]][1], groups[pair[1]][1], entries)
        return sum(
            (length(new) - length(old)) * len(groups[i][0])
            for i in pair
            for new, old in zip(both, groups[i][1], strict=True)
        )

    first, second = min(combinations(range(len(groups)), 2), key=cost)
    joined = ([*groups[first][0], *groups[second][0]], _both(groups[first][1], groups[second][1], entries))
    return [joined if i == first else group for i, group in enumerate(groups) if i != second]


def _both(one: Sequence[Night], other: Sequence[Night], entries: int) -> tuple[Night, ...]:
    return tuple(fit(union((*a, *b)), entries) for a, b in zip(one, other, strict=True))


def _longer(
    table: Table, dates: Sequence[date], wanted: Mapping[str, Sequence[Night]], left_out: Sequence[str]
) -> dict[str, dict[date, int]]:
    found: dict[str, dict[date, int]] = {}
    for output, nights in wanted.items():
        if output in left_out:
            continue
        extra = (
            (when, length(table.night(row, output) or DARK) - length(nights[row])) for row, when in enumerate(dates)
        )
        more = {when: minutes for when, minutes in extra if minutes}
        if more:
            found[output] = more
    return found


def bridge(old: Table, new: Table) -> Table:
    """A table that is safe under the old and the new assignment: each program lit when either table lights it.

    For devices without a commit: written between the old table and a new one with another assignment. Where the old
    table cannot be read, its program is taken to be lit all night: nothing is known that would be darker by it.
    """
    rows = tuple(
        tuple(WHOLE if was is None else union((*was, *(now or DARK))) for was, now in zip(before, after, strict=True))
        for before, after in zip(old.rows, new.rows, strict=True)
    )
    return Table(rows, old.assigned)


def fitted_rows(table: Table, entries: int) -> Table:
    """The same table in at most that many windows a night, lit through where it has more."""
    rows = tuple(tuple(None if night is None else fit(night, entries) for night in row) for row in table.rows)
    return Table(rows, table.assigned)


def number_of(output: str) -> int:
    """3 of ``K3``."""
    return int(output.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def spoken(night: Night | None) -> str:
    """``17:05–23:30, 05:00–06:40`` for people; ``off``, ``on`` and ``not readable`` where that is all."""
    if night is None:
        return "not readable"
    if not night:
        return "off"
    return "on" if night == WHOLE else ", ".join(f"{clock(on)}–{clock(off)}" for on, off in night)


def clock(minute: int) -> str:
    """The clock's time of a minute of the night."""
    of_day = (minute + MINUTES // 2) % MINUTES
    return f"{of_day // 60:02d}:{of_day % 60:02d}"


def edges(night: Night | None) -> Iterator[int]:
    """The minutes at which it switches."""
    for window in night or DARK:
        yield from window


_EXACT = 1e-6
"""Minutes: a rounding error of the epoch's seconds is no reason to begin a minute earlier."""


def _floor(minutes: float) -> int:
    return int((minutes + _EXACT) // 1)


def _ceil(minutes: float) -> int:
    return -int((-minutes + _EXACT) // 1)
