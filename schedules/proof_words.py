"""What changes between two programs, in a line for people; and which nights, as dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from schedules.program import Edge, Program, Saving
from schedules.resolve import level_text

MOST_SPANS = 4
"""Stretches of nights named one by one; of more the first ones are, and the rest is counted."""


def program_text(program: Program) -> str:
    """What a program does: ``on sunset, off 23:30–05:00, off sunrise``."""
    parts = [_edge(edge) for edge in program.edges] + [_saving(saving) for saving in program.savings]
    parts += [f"show {level_text(show.percent)} {show.start}–{show.until}" for show in program.shows]
    parts += [f"end {end.at}" for end in program.ends]
    if program.lux is not None:
        parts.append(f"light sensor {program.lux.mode}")
    return ", ".join(parts)


def change_text(old: Program, new: Program) -> str:
    """What is different: ``off 23:30→00:00``, where only times or levels moved; else what was and what comes."""
    pairs = _pairs(old, new)
    moved = [text for before, after in pairs for text in _moved(before, after)] if pairs is not None else []
    if pairs is not None and old.min_burn_min != new.min_burn_min:
        moved.append(f"shortest burn {old.min_burn_min}→{new.min_burn_min} min")
    if not moved or _beside_lines(old) != _beside_lines(new):
        return f"{program_text(old)} → {program_text(new)}"
    return ", ".join(moved)


def _beside_lines(program: Program) -> tuple[object, ...]:
    return program.lux, program.conditions, program.shows, program.ends


Line = Edge | Saving


def _pairs(old: Program, new: Program) -> list[tuple[Line, Line]] | None:
    """Lines that stand for each other; None when the programs are not built alike."""
    if len(old.edges) != len(new.edges) or len(old.savings) != len(new.savings):
        return None
    return [*zip(old.edges, new.edges, strict=True), *zip(old.savings, new.savings, strict=True)]


def _moved(before: Line, after: Line) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Edge) and isinstance(after, Edge):
        if before.percent == after.percent:
            yield f"{level_text(before.percent)} {before.at}→{after.at}"
        else:
            yield f"{_edge(before)} → {_edge(after)}"
    elif isinstance(before, Saving) and isinstance(after, Saving):
        level = level_text(before.percent)
        if before.percent != after.percent:
            yield f"{_saving(before)} → {_saving(after)}"
            return
        if before.start != after.start:
            yield f"{level} {before.start}→{after.start}"
        if before.until != after.until:
            yield f"{level} until {_end(before)}→{_end(after)}"


def _edge(edge: Edge) -> str:
    return f"{level_text(edge.percent)} {edge.at}"


def _saving(saving: Saving) -> str:
    return f"{level_text(saving.percent)} {saving.start}–{_end(saving)}"


def _end(saving: Saving) -> str:
    return str(saving.until) if saving.until is not None else "morning"


def nights_text(first: date, positions: Sequence[int], of: int) -> str:
    """``every night``, or the dates: ``2026-10-01–10-07, 2027-01-01``."""
    if len(positions) == of:
        return "every night"
    spans = list(_spans(positions))
    said = [_span(first + timedelta(days=a), first + timedelta(days=b)) for a, b in spans[:MOST_SPANS]]
    more = len(spans) - MOST_SPANS
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


def _spans(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    for _, run in groupby(enumerate(int(one) for one in positions), key=lambda pair: pair[1] - pair[0]):
        members = [one for _, one in run]
        yield members[0], members[-1]


def _span(begin: date, end: date) -> str:
    if begin == end:
        return begin.isoformat()
    return f"{begin.isoformat()}–{end.isoformat()[5:] if end.year == begin.year else end.isoformat()}"
