"""What people and machines are told of a request: read-only, ready to be shown. Times are aware, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PartView:
    """One target of a request.

    ``state`` is a ``CommandState``; ``at`` when it was reached; ``cause`` the field's word for a refusal or failure;
    ``masked_by`` says what decides the target instead (empty: nothing above it); ``attempts`` how often it was told.
    ``lease_id`` and ``expires`` are those of the slot it still holds, None once that is empty.
    """

    target: str
    state: str
    at: datetime
    cause: str
    remark: str
    masked_by: str
    attempts: int
    command: str
    lease_id: str | None
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class UndertakingView:
    """A request's life.

    ``state`` is one word for all targets: the earliest step of what still waits, else the worst end. ``counts`` are
    targets by state; ``waiting`` those of which more is to be expected; ``settled`` when that was none for the first
    time. ``stages``: when the first target reached each state. ``parts`` is empty in lists.
    """

    id: str
    kind: str
    actor: str
    person: str
    origin: str
    value: str
    slot: str
    reason: str
    confirmed_by: str
    opened: datetime
    settled: datetime | None
    state: str
    targets: int
    counts: Mapping[str, int]
    masked: int
    waiting: int
    stages: Mapping[str, datetime]
    parts: tuple[PartView, ...] = ()

    def with_parts(self, parts: tuple[PartView, ...]) -> UndertakingView:
        """The same with its targets."""
        return replace(self, parts=parts)
