"""How well faults are dealt with: the figures of the last days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from controller.logic.handling_rules import Urgency
from controller.runtime.handling.record import Closing, Handling
from controller.runtime.handling.views import HandlingStatisticsView


def statistics(records: Iterable[Handling], now: datetime, now_s: float, days: int) -> HandlingStatisticsView:
    """The figures. An open record past its deadline counts against the rate: leaving it open must not flatter it."""
    since, every = now - timedelta(days=days), list(records)
    ended = [(one, one.closing) for one in every if one.closing is not None and one.closing.at >= since]
    still = [one for one in every if one.open]
    overdue = [one for one in still if one.overdue(now_s)]
    in_time = sum(closing.in_time for _, closing in ended)
    judged = len(ended) + len(overdue)
    took = [(closing.at - one.opened).total_seconds() for one, closing in ended]
    return HandlingStatisticsView(
        days=days,
        opened=sum(one.opened >= since for one in every),
        closed=len(ended),
        closed_by_feedback=sum(closing.feedback for _, closing in ended),
        in_time=in_time,
        late=len(ended) - in_time,
        reopened=sum(one.reopened > 0 for one, _ in ended) + sum(one.reopened > 0 for one in still),
        open_now=len(still),
        unassigned=sum(not one.assignee for one in still),
        overdue_now=len(overdue),
        in_time_rate=in_time / judged if judged else None,
        mean_s=sum(took) / len(took) if took else None,
        by_urgency=tuple(_row(urgency, ended, overdue) for urgency in Urgency),
    )


def _row(
    urgency: Urgency, ended: Sequence[tuple[Handling, Closing]], overdue: Sequence[Handling]
) -> tuple[str, int, int, int]:
    judged = [closing.in_time for one, closing in ended if one.urgency is urgency]
    return urgency.value, sum(judged), len(judged) - sum(judged), sum(one.urgency is urgency for one in overdue)
