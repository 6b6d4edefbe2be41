"""What people do to a handling record, as functions of the record as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue
from controller.runtime.handling.record import Handling, Step

Act = Callable[[Handling, str, Clock], Handling]
"""Given the record, who does it, and the clock."""

MOST_TEXT = 1000
MOST_NAME = 64


def assigned(to: str, text: str) -> Act:
    """Somebody takes it over."""

    def act(record: Handling, by: str, clock: Clock) -> Handling:
        said = f"to {to}" + (f": {text}" if text else "")
        return replace(record, assignee=to).with_step(Step(clock.now(), by, "assigned", said))

    return act


def noted(text: str) -> Act:
    """Something was done."""
    return lambda record, by, clock: record.with_step(Step(clock.now(), by, "step", text))


def closed(result: str) -> Act:
    """It ends by a person."""
    return lambda record, by, clock: record.closed(clock.now(), clock.monotonic(), by, result, feedback=False)


def reopened(reason: str, due: datetime, due_s: float) -> Act:
    """It was not done after all."""

    def act(record: Handling, by: str, clock: Clock) -> Handling:
        return record.opened_again(Step(clock.now(), by, "reopened", reason), due, due_s, record.came)

    return act


def words_of(text: str, what: str, *, needed: bool = True) -> str:
    """The text without blanks round it.

    Raises:
        InvalidValue: empty where one is needed, or too long.
    """
    said = text.strip()
    if needed and not said:
        raise InvalidValue(f"{what} needs words: whoever reads it was not there")
    most = MOST_NAME if what == "an assignee" else MOST_TEXT
    if len(said) > most:
        raise InvalidValue(f"{what} has at most {most} characters, not {len(said)}")
    return said
