"""Calendars in TALQ's words: one ``Calendar`` for each program a light may have, its rules in their order.

TALQ knows weekdays, nth weekdays, days of the month and spans of dates. Holidays, make-up working days, lunar
festivals, modes and conditions put together are written out as spans of definite dates, until a horizon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schedules.calendar import Calendar, Rule
from schedules.program import ProgramId
from schedules.talq_words import Json, Said, Unsaid
from schedules.when import Always, InRange, InSeason, OnNthWeekday, OnWeekdays, When

Picked = Callable[[When], Sequence[date]]


@dataclass(frozen=True, slots=True)
class Horizon:
    """The nights for which dates are written out, both included."""

    first: date
    last: date

    def nights(self) -> Iterator[date]:
        """All of them."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def calendar_in_talq(
    calendar: Calendar, program: ProgramId, owner: str, horizon: Horizon, standing: int = 0, example: str = ""
) -> Said:
    """The calendar of lights with one program that rules treat alike. ``example``: any one of them."""
    written_out: list[str] = []
    rules: list[Json] = []
    for rule in calendar.rules:
        gives = rule.gives(program) if rule.holds_for(example) else None
        if gives is not None:
            rules.extend(_rules(calendar, rule, gives, horizon, written_out))
    said: Json = {
        "id": f"{program}@{standing}" if standing else program,
        "ownerCMS": owner,
        "rules": rules,
        "defaultProgram": program,
    }
    names = ", ".join(written_out)
    unsaid = Unsaid(
        f"{names}: written out as dates until {horizon.last}; TALQ has no holidays, lunar dates or modes",
        f"{names}: 逐日列至{horizon.last}; TALQ没有节假日、农历与模式",
    )
    return Said(said, (unsaid,) if written_out else ())


def _rules(
    calendar: Calendar, rule: Rule, gives: ProgramId, horizon: Horizon, written_out: list[str]
) -> Iterator[Json]:
    direct = _direct(rule.when)
    if direct is not None:
        yield from ({**one, "program": gives} for one in direct)
        return
    written_out.append(rule.name)
    nights = [night for night in horizon.nights() if rule in calendar.applying(night)]
    for first, last in _runs(nights):
        yield {"startDate": first.isoformat(), "endDate": last.isoformat(), "program": gives}


def _direct(when: When) -> list[Json] | None:
    """The condition in TALQ's own words; None: it has none."""
    if isinstance(when, Always):
        return [{}]
    if isinstance(when, OnWeekdays):
        return [{"condition": {"type": "ccDay", "days": [{"start": day} for day in sorted(when.weekdays)]}}]
    if isinstance(when, OnNthWeekday) and len(when.months) == 12:
        days = [{"start": day} for day in sorted(when.weekdays)]
        return [{"condition": {"type": "ccDay", "days": days, "occurrences": _occurrences(when.nth)}}]
    if isinstance(when, InRange):
        return [{"startDate": when.first.isoformat(), "endDate": when.last.isoformat()}]
    if isinstance(when, InSeason):
        return [{"condition": {"type": "ccDate", "dates": _season(when)}}]
    return None


def _season(when: InSeason) -> list[Json]:
    """A span of the year; one that crosses New Year's Eve is two, since TALQ's end comes after its start."""
    if when.first <= when.last:
        return [_span(when.first, when.last)]
    return [_span(when.first, (12, 31)), _span((1, 1), when.last)]


def _span(first: tuple[int, int], last: tuple[int, int]) -> Json:
    """One day has no end: TALQ wants the end behind the start."""
    return {"start": _month_day(first), **({} if first == last else {"end": _month_day(last)})}


def _occurrences(nth: Iterable[int]) -> list[str]:
    """``1`` to ``5`` and ``L``, five at most: whoever has the fourth and the fifth has the last."""
    wanted = sorted(nth, key=lambda n: (n < 0, n))
    return ["L" if n == -1 else str(n) for n in wanted if n != -1 or not {4, 5} <= set(wanted)]


def _month_day(day: tuple[int, int]) -> str:
    return f"--{day[0]:02d}-{day[1]:02d}"


def _runs(nights: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Runs of consecutive nights."""
    first: date | None = None
    last: date | None = None
    for night in nights:
        if last is not None and first is not None and night - last != timedelta(days=1):
            yield first, last
            first = night
        first, last = first or night, night
    if first is not None and last is not None:
        yield first, last
