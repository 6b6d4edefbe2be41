"""Which nights a question is about, as people say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from controller.domain.errors import InvalidValue

WEEK = 7


@dataclass(frozen=True, slots=True)
class Period:
    """Nights, both included; ``running``: the last is the one that runs. ``word``: as it was asked for."""

    word: str
    first: date
    last: date


def period_of(over: str, tonight: date) -> Period:
    """Read ``tonight``, ``7d``, ``month`` (to date) or ``2026-06``; none reaches beyond tonight.

    Raises:
        InvalidValue: with what would be right.
    """
    if over == "tonight":
        return Period(over, tonight, tonight)
    if over == "7d":
        return Period(over, tonight - timedelta(days=WEEK - 1), tonight)
    if over == "month":
        return Period(f"{tonight:%Y-%m}", tonight.replace(day=1), tonight)
    first = month_of(over)
    if first > tonight:
        raise InvalidValue(f"{over} has not begun: ask for a month that has")
    return Period(over, first, min(tonight, _month_end(first)))


def month_of(text: str) -> date:
    """The first day of ``2026-06``.

    Raises:
        InvalidValue: it is no month.
    """
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise InvalidValue(f"{text!r}: say now, tonight, 7d, month, or a month like 2026-06") from None


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def in_spans(nights: Sequence[str]) -> str:
    """Nights (ISO dates, in order) as people list them: ``2026-06-01 … 2026-06-17, 2026-06-20``."""
    spans: list[list[str]] = []
    for night in nights:
        if spans and date.fromisoformat(night) - date.fromisoformat(spans[-1][-1]) == timedelta(days=1):
            spans[-1] = [spans[-1][0], night]
        else:
            spans.append([night])
    return ", ".join(" … ".join(span) for span in spans)
