"""A program on one night at one place: periods, the state at a moment, and the proof over a year.

Worked out as *what should be on now*, never as events, so that a missed tick or a restart changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.places import Place
from schedules.astro import night_of, utc
from schedules.program import DARK, Anchor, Program
from schedules.spans import Sky, Span, base_spans, nights_of_year, spans_of
from schedules.words import cause_en, level_text

__all__ = ["LightState", "Period", "dark_gaps", "day_burning", "level_text", "resolve_night", "state_at"]

DAY_MARGIN_MIN = 30.0
"""Burning up to this long before sunset or after sunrise is dusk and dawn, more is day burning (the same half hour
in which a lux rule may act)."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of a night with one level: ``start <= t < end`` (aware, UTC), 0–100 %.

    ``base_percent`` is what the program's edges alone say; it differs from ``percent`` while saving energy.
    ``cause`` and ``base_cause`` say which line of the program did it.
    """

    start: datetime
    end: datetime
    percent: float
    cause: str
    base_percent: float
    base_cause: str


@dataclass(frozen=True, slots=True)
class LightState:
    """What should be on at a moment, and until when (wall, UTC) that certainly holds."""

    percent: float
    cause: str
    until: datetime
    base_percent: float
    base_cause: str

    @property
    def saving(self) -> bool:
        """Whether energy saving makes it darker than the program's edges alone."""
        return self.percent < self.base_percent


def resolve_night(program: Program, night: date, place: Place, tz: ZoneInfo) -> tuple[Period, ...]:
    """All periods of a night, without gap or overlap, from local noon to the next.

    Raises:
        InvalidValue: the program hangs on a sun time that place does not have that night.
    """
    return tuple(_period(span) for span in spans_of(program, Sky(night, place, tz)))


def state_at(program: Program, place: Place, tz: ZoneInfo, wall: datetime, shift_s: float = 0.0) -> LightState:
    """What should be on at ``wall`` (aware) when every edge comes ``shift_s`` later (the spread of an asset)."""
    shift = timedelta(seconds=shift_s)
    moment = wall - shift
    second = moment.timestamp()
    spans = spans_of(program, Sky(night_of(moment, tz), place, tz))
    now = next((span for span in reversed(spans) if span.start_s <= second), spans[0])
    period = _period(now)
    return LightState(period.percent, period.cause, period.end + shift, period.base_percent, period.base_cause)


def day_burning(
    program: Program, place: Place, tz: ZoneInfo, year: int, margin_min: float = DAY_MARGIN_MIN
) -> list[tuple[date, float]]:
    """The nights of a year on which the program burns lamps by day, and for how many minutes.

    By day: more than ``margin_min`` after sunrise or before sunset. A fixed 06:00 ON that follows a summer
    sunrise's OFF shows here with the hours until noon.
    """
    if _surely_dark_by_day(program, margin_min):
        return []
    margin_s = margin_min * 60.0
    found = ((sky.night, _burning_by_day_s(program, sky, margin_s) / 60.0) for sky in nights_of_year(place, tz, year))
    return [(night, minutes) for night, minutes in found if minutes > 0.0]


def dark_gaps(
    program: Program, place: Place, tz: ZoneInfo, year: int, margin_min: float = DAY_MARGIN_MIN
) -> list[tuple[date, float]]:
    """The nights on which the edges leave lamps off between sunset and sunrise (both narrowed by the margin).

    Information, not an error: landscape lighting has a curfew, which counts; energy saving does not.
    """
    margin_s = margin_min * 60.0
    found = ((sky.night, _dark_at_night_s(program, sky, margin_s) / 60.0) for sky in nights_of_year(place, tz, year))
    return [(night, minutes) for night, minutes in found if minutes > 0.0]


def _period(span: Span) -> Period:
    return Period(
        start=utc(span.start_s),
        end=utc(span.end_s),
        percent=span.percent,
        cause=cause_en(span.by),
        base_percent=span.base,
        base_cause=cause_en(span.base_by),
    )


def _surely_dark_by_day(program: Program, margin_min: float) -> bool:
    """Whether sunset ON and sunrise OFF alone prove it, without looking at any night.

    Savings, ends and the minimum burn only ever darken, so the edges decide where there is no show.
    """
    if len(program.edges) != 2 or program.shows:
        return False
    on, off = program.edges
    return (
        (on.at.anchor, off.at.anchor) == (Anchor.SUNSET, Anchor.SUNRISE)
        and off.percent == DARK
        and on.at.minutes >= -margin_min
        and off.at.minutes <= margin_min
        # Both offsets stay far from the other end of the night, so OFF really comes last.
        and on.at.minutes <= _SHORTEST_NIGHT_MIN / 2
        and off.at.minutes >= -_SHORTEST_NIGHT_MIN / 2
    )


_SHORTEST_NIGHT_MIN = 6 * 60
"""No place in China has a shorter one (54° N at midsummer: 7 h)."""


def _burning_by_day_s(program: Program, sky: Sky, margin_s: float) -> float:
    evening_s, morning_s = sky.sun.evening_s - margin_s, sky.sun.morning_s + margin_s
    return sum(
        max(0.0, min(span.end_s, evening_s) - span.start_s) + max(0.0, span.end_s - max(span.start_s, morning_s))
        for span in spans_of(program, sky)
        if span.percent > DARK
    )


def _dark_at_night_s(program: Program, sky: Sky, margin_s: float) -> float:
    evening_s, morning_s = sky.sun.evening_s + margin_s, sky.sun.morning_s - margin_s
    return sum(
        max(0.0, min(span.end_s, morning_s) - max(span.start_s, evening_s))
        for span in base_spans(program, sky)
        if span.base == DARK
    )
