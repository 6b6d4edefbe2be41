"""Handling records as people are shown them, and what becomes of an act on one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from controller.runtime.handling.record import Handling


@dataclass(frozen=True, slots=True)
class StepView:
    """What was done or happened: ``opened, assigned, step, gone, back, overdue, closed, reopened``."""

    at: datetime
    by: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class HandlingView:
    """One record. ``state``: ``open``, ``assigned`` or ``closed``; ``remaining_s`` until its deadline, negative once it
    is overdue, None when it is closed. ``by_feedback`` and ``in_time`` say how it ended."""

    id: str
    state: str
    alarm: str
    about: str
    title_zh: str
    title_en: str
    urgency: str
    opened: datetime
    opened_by: str
    due: datetime
    remaining_s: float | None
    overdue: bool
    assignee: str
    reopened: int
    steps: tuple[StepView, ...]
    closed: datetime | None = None
    closed_by: str = ""
    result: str = ""
    by_feedback: bool = False
    in_time: bool | None = None


@dataclass(frozen=True, slots=True)
class HandlingReceipt:
    """What became of an act. ``cause`` in the field's word, empty when it was done; the record as it is now."""

    accepted: bool
    cause: str
    text_en: str
    text_zh: str
    handling: HandlingView | None = None


@dataclass(frozen=True, slots=True)
class HandlingStatisticsView:
    """The last ``days``.

    ``in_time_rate``: of those that were closed or missed their deadline meanwhile, the share closed in time (0 … 1);
    None while there are none. ``mean_s``: from opening to closing. ``by_urgency``: (urgency, closed in time, closed
    late, open overdue).
    """

    days: int
    opened: int
    closed: int
    closed_by_feedback: int
    in_time: int
    late: int
    reopened: int
    open_now: int
    unassigned: int
    overdue_now: int
    in_time_rate: float | None
    mean_s: float | None
    by_urgency: tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class HandlingFilter:
    """What to list; what is left empty does not narrow it.

    ``state``: ``open`` (assigned or not), ``closed`` or ``all``. ``about``: a target, an asset or a division's six
    digits. ``sees``: whether the asker may see what a record is about.
    """

    state: str = "open"
    overdue: bool = False
    about: str = ""
    assignee: str = ""
    alarm: str = ""
    limit: int = 500
    sees: Callable[[str], bool] | None = None


def view_of(record: Handling, now_s: float) -> HandlingView:
    """A record as people are shown it."""
    closing = record.closing
    state = "closed" if closing is not None else "assigned" if record.assignee else "open"
    return HandlingView(
        id=record.id,
        state=state,
        alarm=record.alarm,
        about=record.about,
        title_zh=record.title.zh,
        title_en=record.title.en,
        urgency=record.urgency.value,
        opened=record.opened,
        opened_by=record.opened_by,
        due=record.due,
        remaining_s=None if closing is not None else record.due_s - now_s,
        overdue=record.overdue(now_s),
        assignee=record.assignee,
        reopened=record.reopened,
        steps=tuple(StepView(step.at, step.by, step.what, step.text) for step in record.steps),
        closed=None if closing is None else closing.at,
        closed_by="" if closing is None else closing.by,
        result="" if closing is None else closing.result,
        by_feedback=closing is not None and closing.feedback,
        in_time=None if closing is None else closing.in_time,
    )


def fits(record: Handling, wanted: HandlingFilter, now_s: float) -> bool:
    """Whether a record is among those asked for."""
    return (
        (wanted.state == "all" or record.open == (wanted.state == "open"))
        and (not wanted.overdue or record.overdue(now_s))
        and (not wanted.about or _is_about(record, wanted.about))
        and wanted.assignee in ("", record.assignee)
        and wanted.alarm in ("", record.alarm)
        and (wanted.sees is None or wanted.sees(record.about))
    )


def _is_about(record: Handling, about: str) -> bool:
    return record.about == about or record.about.startswith((f"{about}/", f"{about}-"))
