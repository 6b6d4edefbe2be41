"""A cabinet's clock: what its registers say, how far off it is, how fast it drifts, when it may be set. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from controller.domain.timetables import ClockForm, ClockLayout, TimeBase

DAY_S = 86_400.0
RESOLUTION_S = 1.0
"""Clocks show whole seconds: what one reading can be wrong by, apart from the time it took."""
DRIFT_AFTER_S = 12 * 3600.0
"""A drift is told once it was watched this long; before, a clock's whole seconds would be most of it."""
LOST_S = 12 * 3600.0
"""A clock further off lost its time; no switching of its own table means anything any more."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Seconds a day a clock gains, and how far that figure can be wrong."""

    s_per_day: float
    uncertain_s: float


def clock_time(layout: ClockLayout, words: Sequence[int], zone: timezone) -> datetime | None:
    """The moment (aware, UTC) a clock shows; None for registers that are no time. ``zone`` is local standard time."""
    base = UTC if layout.base is TimeBase.UTC else zone
    try:
        if layout.form is ClockForm.UNIX:
            shown = datetime.fromtimestamp(words[0] << 16 | words[1], UTC)
            return shown if layout.base is TimeBase.UTC else shown - _offset(zone)
        year, month, day, hour, minute, second = words
        return datetime(year + layout.year_offset, month, day, hour, minute, second, tzinfo=base).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def clock_words(layout: ClockLayout, moment: datetime, zone: timezone) -> tuple[int, ...]:
    """The registers that set a clock to the second of a moment (aware)."""
    local = (moment if layout.base is TimeBase.UTC else moment + _offset(zone)).astimezone(UTC)
    if layout.form is ClockForm.UNIX:
        seconds = int(local.timestamp())
        return seconds >> 16 & 0xFFFF, seconds & 0xFFFF
    year = local.year - layout.year_offset
    return year, local.month, local.day, local.hour, local.minute, local.second


def standard_time(zone: datetime) -> timezone:
    """The zone's standard time, from a local moment in it: its offset without what summer adds."""
    offset, summer = zone.utcoffset() or timedelta(), zone.dst() or timedelta()
    return timezone(offset - summer)


def offset_s(shown: datetime, asked: datetime, answered: datetime) -> float:
    """How far a clock is ahead (s); it was read at some time between two moments, and shows whole seconds."""
    middle = asked + (answered - asked) / 2
    return (shown - middle).total_seconds() + RESOLUTION_S / 2


def drift(then_s: float, offset_then_s: float, now_s: float, offset_now_s: float) -> Drift | None:
    """What a clock gained since it was last set or first seen; None while that is not long enough ago to tell."""
    elapsed_s = now_s - then_s
    if elapsed_s < DRIFT_AFTER_S:
        return None
    per_day = DAY_S / elapsed_s
    return Drift((offset_now_s - offset_then_s) * per_day, RESOLUTION_S * per_day)


def may_set(offset: float, now: datetime, edges: Iterable[datetime], guard_s: float) -> bool:
    """Whether setting the clock now neither repeats nor skips a switching, nor comes close to one.

    ``edges`` are the moments the device's own table switches around now. A clock that lost its time altogether is
    set whenever no switching is near by the true time.
    """
    jump = timedelta(seconds=0.0 if abs(offset) > LOST_S else offset)
    first, last = sorted((now, now + jump))
    guard = timedelta(seconds=guard_s)
    return not any(first - guard <= edge <= last + guard for edge in edges)


def _offset(zone: timezone) -> timedelta:
    return zone.utcoffset(None)
