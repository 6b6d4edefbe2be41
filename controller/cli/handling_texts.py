"""Handling records, notices and receivers as lines for people."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from controller.cli.durations import spoken
from controller.cli.texts import clock_time, columns
from controller.runtime.handling.views import HandlingStatisticsView, HandlingView
from controller.runtime.notices.views import NoticeView, ReceiverView

_DAY = "%m-%d %H:%M"


def record_lines(records: Sequence[HandlingView], zone: ZoneInfo) -> list[str]:
    """One line a record."""
    rows = [
        (one.id, one.urgency, one.state, _left(one), one.about, f"{one.title_zh} {one.title_en}", one.assignee or "—")
        for one in records
    ]
    return columns(rows) if rows else [f"  none 无 ({zone.key})"]


def _left(one: HandlingView) -> str:
    if one.remaining_s is None:
        return "in time" if one.in_time else "late"
    return f"OVERDUE {spoken(-one.remaining_s)}" if one.overdue else f"{spoken(one.remaining_s)} left"


def story(one: HandlingView, zone: ZoneInfo) -> list[str]:
    """Everything about one record."""
    lines = [
        f"{one.id}  {one.about}  {one.title_zh} {one.title_en}",
        f"{one.state}, {one.urgency}, due {clock_time(one.due, zone, _DAY)} ({_left(one)})"
        f", with {one.assignee or 'nobody 未指派'}" + (f", reopened {one.reopened} times" if one.reopened else ""),
    ]
    if one.alarm:
        lines.append(f"alarm {one.alarm}")
    steps = [(clock_time(step.at, zone, "%m-%d %H:%M:%S"), step.by, step.what, step.text) for step in one.steps]
    return [*lines, "", *columns(steps)]


def figures(counted: HandlingStatisticsView) -> list[str]:
    """The figures of the last days."""
    rate = "—" if counted.in_time_rate is None else f"{100 * counted.in_time_rate:.1f} %"
    mean = "—" if counted.mean_s is None else spoken(counted.mean_s)
    rows = [
        ("in time 及时率", rate),
        ("opened / closed", f"{counted.opened} / {counted.closed} ({counted.closed_by_feedback} by feedback)"),
        ("in time / late", f"{counted.in_time} / {counted.late}"),
        ("open now", f"{counted.open_now} ({counted.unassigned} unassigned, {counted.overdue_now} overdue)"),
        ("reopened", str(counted.reopened)),
        ("mean time", mean),
    ]
    classes = [
        (name, f"{fine} in time", f"{late} late", f"{over} overdue") for name, fine, late, over in counted.by_urgency
    ]
    return [f"The last {counted.days} days", *columns(rows), *columns(classes)]


def receiver_lines(receivers: Sequence[ReceiverView], zone: ZoneInfo) -> list[str]:
    """One line a receiver, and its trouble under it."""
    lines: list[str] = []
    for one in receivers:
        word = "ok" if one.up else "not in the configuration" if not one.configured else "FAILING"
        last = f"last {clock_time(one.last_arrived, zone, _DAY)}" if one.last_arrived else "nothing arrived yet"
        lines.append(f"  {one.id}  {one.way} {one.where}  {word}  {one.waiting} wait, {one.dead} dead, {last}")
        if one.error:
            again = "" if one.retry_in_s is None else f"; tried again in {spoken(one.retry_in_s)}"
            lines.append(f"    {one.error}{again}")
    return lines or ["  none 无: notices.yaml names no receiver"]


def notice_lines(notices: Sequence[NoticeView], zone: ZoneInfo) -> list[str]:
    """One line a notice."""
    rows = [
        (
            one.id,
            one.receiver,
            one.state,
            clock_time(one.made, zone, _DAY),
            f"P{one.priority}",
            f"{one.title_zh} {one.title_en}",
            one.about,
            one.why_dead or one.error,
        )
        for one in notices
    ]
    return columns(rows) if rows else ["  none 无"]
