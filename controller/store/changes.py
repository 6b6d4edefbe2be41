"""What can be said to the state store: a closed set of changes, applied together or not at all.

Each change knows its SQL. ``statement`` is called before anything is queued, so that a value which cannot be kept
fails its own caller only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.store.lines import wall_text
from controller.store.state_rows import Row, UnitCounters, json_text, request_row, unit_row


@dataclass(frozen=True, slots=True)
class Statement:
    """A fixed SQL text and what is bound to it."""

    sql: str
    values: Row


@dataclass(frozen=True, slots=True)
class PutRequest:
    """A latched or leased slot is filled; the same target's same slot is replaced."""

    request: Request

    def statement(self) -> Statement:
        """As SQL. Raises InvalidValue for a slot that is never kept."""
        return Statement(
            "INSERT OR REPLACE INTO requests "
            "(target, slot, value, owner, reason, origin, ticket, since, epoch, lease, granted, expires, request, "
            "confirmed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            request_row(self.request),
        )


@dataclass(frozen=True, slots=True)
class DropRequest:
    """That slot of that target is empty: released, expired or reset. Harmless when it was."""

    target: TargetId
    slot: Slot

    def statement(self) -> Statement:
        """As SQL."""
        return Statement("DELETE FROM requests WHERE target = ? AND slot = ?", (self.target, int(self.slot)))


@dataclass(frozen=True, slots=True)
class PutUnit:
    """A unit's counters moved on."""

    counters: UnitCounters

    def statement(self) -> Statement:
        """As SQL. Raises InvalidValue for a naive time or a number that is none."""
        return Statement(
            "INSERT OR REPLACE INTO units (target, starts, run_hours, starts_total, last_stop, locked_out) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            unit_row(self.counters),
        )


@dataclass(frozen=True, slots=True)
class PutOutcome:
    """What became of the request with this idempotency key: kept until ``expires``, so that it never acts twice."""

    key: str
    outcome: Mapping[str, Any]
    expires: datetime

    def statement(self) -> Statement:
        """As SQL. Raises InvalidValue for a naive time or an outcome that is not JSON."""
        outcome = json_text(self.outcome, f"the outcome of request {self.key!r}")
        return Statement(
            "INSERT OR REPLACE INTO outcomes (key, outcome, expires) VALUES (?, ?, ?)",
            (self.key, outcome, wall_text(self.expires)),
        )


@dataclass(frozen=True, slots=True)
class ForgetOutcomes:
    """Drop the keys whose time ran out at or before ``until``."""

    until: datetime

    def statement(self) -> Statement:
        """As SQL. Raises InvalidValue for a naive time."""
        return Statement("DELETE FROM outcomes WHERE expires <= ?", (wall_text(self.until),))


@dataclass(frozen=True, slots=True)
class PutAlarm:
    """An alarm's whole state, as its book wrote it."""

    id: str
    state: Mapping[str, Any]

    def statement(self) -> Statement:
        """As SQL. Raises InvalidValue for a state that is not JSON."""
        state = json_text(self.state, f"the state of alarm {self.id}")
        return Statement("INSERT OR REPLACE INTO alarms (id, state) VALUES (?, ?)", (self.id, state))


@dataclass(frozen=True, slots=True)
class DropAlarm:
    """The alarm is back to normal and acknowledged. Harmless when it is not there."""

    id: str

    def statement(self) -> Statement:
        """As SQL."""
        return Statement("DELETE FROM alarms WHERE id = ?", (self.id,))


@dataclass(frozen=True, slots=True)
class PutValue:
    """A single remembered thing, any JSON: the installation's id, a token's hash."""

    key: str
    value: Any

    def statement(self) -> Statement:
        """As SQL. Raises InvalidValue for a value that is not JSON."""
        value = json_text(self.value, f"the value of {self.key!r}")
        return Statement("INSERT OR REPLACE INTO single_values (key, value) VALUES (?, ?)", (self.key, value))


@dataclass(frozen=True, slots=True)
class DropValue:
    """That thing is forgotten. Harmless when it is not there."""

    key: str

    def statement(self) -> Statement:
        """As SQL."""
        return Statement("DELETE FROM single_values WHERE key = ?", (self.key,))


@dataclass(frozen=True, slots=True)
class PutRecord:
    """One thing of a kind, any JSON object, as its keeper wrote it: a user, a maintenance tag, a proposal.

    Read back at start as ``StoredState.of(kind)``.
    """

    kind: str
    id: str
    body: Mapping[str, Any]

    def statement(self) -> Statement:
        """As SQL. Raises InvalidValue for a body that is not JSON."""
        body = json_text(self.body, f"the {self.kind} {self.id!r}")
        return Statement("INSERT OR REPLACE INTO records (kind, id, body) VALUES (?, ?, ?)", (self.kind, self.id, body))


@dataclass(frozen=True, slots=True)
class DropRecord:
    """That thing is gone. Harmless when it is not there."""

    kind: str
    id: str

    def statement(self) -> Statement:
        """As SQL."""
        return Statement("DELETE FROM records WHERE kind = ? AND id = ?", (self.kind, self.id))


Change = (
    PutRequest
    | DropRequest
    | PutUnit
    | PutOutcome
    | ForgetOutcomes
    | PutAlarm
    | DropAlarm
    | PutValue
    | DropValue
    | PutRecord
    | DropRecord
)
