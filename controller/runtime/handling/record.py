"""A handling record: what is wrong, who deals with it until when, what was done, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from controller.domain.clock import Clock
from controller.logic.alarm_settings import Words
from controller.logic.handling_rules import Urgency

HANDLING = "handling"
"""The kind of record in the state store."""
MOST_STEPS = 200
"""Steps one record keeps; when there are more, the oldest but the first go (the journal has all)."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was done or happened: ``opened, assigned, step, gone, back, overdue, closed, reopened``."""

    at: datetime
    by: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """How it ended. ``feedback``: by the alarm's return to normal, else by a person."""

    at: datetime
    by: str
    result: str
    feedback: bool
    in_time: bool


@dataclass(frozen=True, slots=True)
class Handling:
    """One record.

    ``alarm``: its alarm's id, empty where a person opened it without one; ``came``: which coming of that alarm it
    deals with; ``gone``: that this coming is over. ``about``: the target, asset or part it is about. ``due``: the
    deadline for people and restarts, ``due_s`` the monotonic moment that decides while the process runs.
    """

    id: str
    alarm: str
    about: str
    title: Words
    urgency: Urgency
    opened: datetime
    opened_by: str
    due: datetime
    due_s: float
    came: datetime | None = None
    gone: bool = False
    assignee: str = ""
    steps: tuple[Step, ...] = ()
    closing: Closing | None = None
    reopened: int = 0
    overdue_told: bool = False

    @property
    def open(self) -> bool:
        """Whether it still waits for its end."""
        return self.closing is None

    def overdue(self, now_s: float) -> bool:
        """Whether it is open past its deadline."""
        return self.open and now_s >= self.due_s

    def with_step(self, step: Step) -> Handling:
        """The record with one step more."""
        steps = (*self.steps, step)
        if len(steps) > MOST_STEPS:
            steps = (steps[0], *steps[-MOST_STEPS + 1 :])
        return replace(self, steps=steps)

    def closed(self, at: datetime, now_s: float, by: str, result: str, *, feedback: bool) -> Handling:
        """The record at its end."""
        closing = Closing(at, by, result, feedback, in_time=now_s <= self.due_s)
        return replace(self, closing=closing).with_step(Step(at, by, "closed", result))

    def opened_again(self, step: Step, due: datetime, due_s: float, came: datetime | None) -> Handling:
        """The record open again, with a deadline counted anew."""
        again = replace(
            self,
            closing=None,
            due=due,
            due_s=due_s,
            came=came,
            gone=False,
            reopened=self.reopened + 1,
            overdue_told=False,
        )
        return again.with_step(step)


def body_of(record: Handling) -> dict[str, Any]:
    """The record as it is kept."""
    return {
        "alarm": record.alarm,
        "about": record.about,
        "title": asdict(record.title),
        "urgency": record.urgency.value,
        "opened": record.opened.isoformat(),
        "opened_by": record.opened_by,
        "due": record.due.isoformat(),
        "came": None if record.came is None else record.came.isoformat(),
        "gone": record.gone,
        "assignee": record.assignee,
        "steps": [[step.at.isoformat(), step.by, step.what, step.text] for step in record.steps],
        "closing": None if record.closing is None else _closing_body(record.closing),
        "reopened": record.reopened,
        "overdue_told": record.overdue_told,
    }


def record_of(record_id: str, body: Mapping[str, Any], clock: Clock) -> Handling:
    """The record ``body_of`` wrote; what is left until its deadline is counted from now."""
    due, came, closing = datetime.fromisoformat(body["due"]), body["came"], body["closing"]
    return Handling(
        id=record_id,
        alarm=body["alarm"],
        about=body["about"],
        title=Words(**body["title"]),
        urgency=Urgency(body["urgency"]),
        opened=datetime.fromisoformat(body["opened"]),
        opened_by=body["opened_by"],
        due=due,
        due_s=clock.monotonic() + (due - clock.now()).total_seconds(),
        came=None if came is None else datetime.fromisoformat(came),
        gone=body["gone"],
        assignee=body["assignee"],
        steps=tuple(Step(datetime.fromisoformat(at), by, what, text) for at, by, what, text in body["steps"]),
        closing=None if closing is None else _closing_of(closing),
        reopened=body["reopened"],
        overdue_told=body["overdue_told"],
    )


def _closing_body(closing: Closing) -> dict[str, Any]:
    return {**asdict(closing), "at": closing.at.isoformat()}


def _closing_of(body: Mapping[str, Any]) -> Closing:
    return Closing(datetime.fromisoformat(body["at"]), body["by"], body["result"], body["feedback"], body["in_time"])
