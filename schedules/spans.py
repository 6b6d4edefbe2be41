"""A program's night in numbers: the arithmetic under ``schedules.resolve``, in seconds of the POSIX epoch.

Kept apart from datetimes and words because a year's proof of a city runs through it millions of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from controller.domain.places import Place
from schedules.astro import Crossings, noon_s, sun_crossings, twilight_crossings
from schedules.program import DARK, Anchor, Edge, End, Program, Saving, Show, TimePoint

Line = Edge | Show | End
"""What can decide the level without savings."""


class Span(NamedTuple):
    """A stretch of one level, with the lines of the program that made it.

    ``percent`` is the level, ``base`` what it is without savings (edges, shows and ends); ``by`` None: before the
    night's first edge.
    """

    start_s: float
    end_s: float
    percent: float
    base: float
    by: Line | Saving | Program | None
    base_by: Line | None


class Sky:
    """The clock and the sun of one night at one place, worked out as far as asked."""

    __slots__ = ("_place", "_twilight", "_tz", "night", "noon_s", "sun")

    def __init__(self, night: date, place: Place, tz: ZoneInfo) -> None:
        self.night = night
        self.noon_s = noon_s(night.toordinal(), tz)
        self.sun = sun_crossings(place, night, tz)
        self._place, self._tz = place, tz
        self._twilight: Crossings | None = None

    @property
    def next_noon_s(self) -> float:
        """Where the night ends."""
        return noon_s(self.night.toordinal() + 1, self._tz)

    def second(self, point: TimePoint) -> float:
        """When that point of the night is."""
        anchor = point.anchor
        if anchor is Anchor.SUNSET:
            return self.sun.evening_s + point.minutes * 60.0
        if anchor is Anchor.SUNRISE:
            return self.sun.morning_s + point.minutes * 60.0
        if anchor is Anchor.CLOCK:
            return clock_s(self.night.toordinal(), point.minutes, self._tz)
        if self._twilight is None:
            self._twilight = twilight_crossings(self._place, self.night, self._tz)
        crossing = self._twilight.evening_s if anchor is Anchor.DUSK else self._twilight.morning_s
        return crossing + point.minutes * 60.0


@lru_cache(maxsize=16_384)
def clock_s(ordinal: int, minute: int, tz: ZoneInfo) -> float:
    """Minutes before noon belong to the next calendar day."""
    day = ordinal if minute >= 12 * 60 else ordinal + 1
    return datetime.combine(date.fromordinal(day), time(minute // 60, minute % 60), tz).timestamp()


def spans_of(program: Program, sky: Sky) -> list[Span]:
    """The whole night from noon to noon in order, without gap or overlap."""
    base = base_spans(program, sky)
    saved = _with_savings(base, program.savings, sky) if program.savings else base
    worth = _without_short_burns(saved, program) if program.min_burn_min else saved
    return _merged(worth)


def base_spans(program: Program, sky: Sky) -> list[Span]:
    """What edges, shows and ends say."""
    spans = _edge_spans(program, sky)
    for show in program.shows:
        spans = _set(spans, show, show.percent, sky.second(show.start), sky.second(show.until))
    for end in program.ends:
        spans = _set(spans, end, DARK, sky.second(end.at), sky.next_noon_s)
    return spans


def _set(spans: list[Span], by: Show | End, percent: float, start_s: float, end_s: float) -> list[Span]:
    """The spans with one level between two moments."""
    return [piece for span in spans for piece in _with(span, by, percent, start_s, end_s)]


def _with(span: Span, by: Show | End, percent: float, start_s: float, end_s: float) -> Iterator[Span]:
    inner_start_s, inner_end_s = max(span.start_s, start_s), min(span.end_s, end_s)
    if inner_start_s >= inner_end_s:
        yield span
        return
    if span.start_s < inner_start_s:
        yield span._replace(end_s=inner_start_s)
    yield Span(inner_start_s, inner_end_s, percent, percent, by, by)
    if inner_end_s < span.end_s:
        yield span._replace(start_s=inner_end_s)


def _edge_spans(program: Program, sky: Sky) -> list[Span]:
    """What the edges alone say; a later edge of the list wins at the same moment."""
    steps = sorted(((sky.second(edge.at), edge) for edge in program.edges), key=_at)
    spans: list[Span] = []
    start_s, end_of_night_s = sky.noon_s, sky.next_noon_s
    percent, by = DARK, None
    for second, edge in steps:
        edge_s = min(max(second, sky.noon_s), end_of_night_s)
        if edge_s > start_s:
            spans.append(Span(start_s, edge_s, percent, percent, by, by))
            start_s = edge_s
        percent, by = edge.percent, edge
    if end_of_night_s > start_s:
        spans.append(Span(start_s, end_of_night_s, percent, percent, by, by))
    return spans


def _at(step: tuple[float, Edge]) -> float:
    return step[0]


def _with_savings(base: list[Span], savings: Sequence[Saving], sky: Sky) -> list[Span]:
    spans = base
    for saving in savings:
        start_s = sky.second(saving.start)
        end_s = sky.second(saving.until) if saving.until else sky.next_noon_s
        spans = [piece for span in spans for piece in _dimmed(span, saving, start_s, end_s)]
    return spans


def _dimmed(span: Span, saving: Saving, start_s: float, end_s: float) -> Iterator[Span]:
    """The span cut at the saving's ends, darker between them where it was brighter."""
    inner_start_s, inner_end_s = max(span.start_s, start_s), min(span.end_s, end_s)
    if inner_start_s >= inner_end_s or span.percent <= saving.percent:
        yield span
        return
    if span.start_s < inner_start_s:
        yield span._replace(end_s=inner_start_s)
    yield span._replace(start_s=inner_start_s, end_s=inner_end_s, percent=saving.percent, by=saving)
    if inner_end_s < span.end_s:
        yield span._replace(start_s=inner_end_s)


def _without_short_burns(spans: list[Span], program: Program) -> list[Span]:
    kept: list[Span] = []
    for burning, run in _runs(spans):
        too_short = burning and run[-1].end_s - run[0].start_s < program.min_burn_min * 60.0
        kept.extend(span._replace(percent=DARK, by=program) if too_short else span for span in run)
    return kept


def _runs(spans: list[Span]) -> Iterator[tuple[bool, list[Span]]]:
    run: list[Span] = []
    for span in spans:
        if run and (run[0].percent > DARK) is not (span.percent > DARK):
            yield run[0].percent > DARK, run
            run = []
        run.append(span)
    yield run[0].percent > DARK, run


def _merged(spans: list[Span]) -> list[Span]:
    """Neighbours that say the same are one."""
    merged = [spans[0]]
    for span in spans[1:]:
        last = merged[-1]
        if span.percent == last.percent and span.base == last.base:
            merged[-1] = last._replace(end_s=span.end_s)
        else:
            merged.append(span)
    return merged


def nights_of_year(place: Place, tz: ZoneInfo, year: int) -> Iterator[Sky]:
    """The nights dated in that year."""
    first, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return (Sky(date.fromordinal(ordinal), place, tz) for ordinal in range(first, end))
