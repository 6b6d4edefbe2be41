"""What the witness of the desks remembers: everything people were told is so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.views import Order, Receipt

ENERGISES = {"on", "start", "open", "close", "count 1", "count 2", "hand-back"}
"""What begins something: a maintenance tag forbids it. A gate moves either way."""


@dataclass(frozen=True)
class Held:
    """A slot somebody was told they hold."""

    value: str
    owner: str
    lease: str
    request: str
    expires_s: float
    expires: datetime
    length_s: float
    said: str
    second: str = ""


@dataclass(frozen=True)
class Timed:
    """Something with an end: a declaration, a bypass, a proposal, a debt."""

    what: Any
    expires_s: float
    expires: datetime
    length_s: float


@dataclass(frozen=True)
class Token:
    """A selection somebody was given, by which process, and who held the slots it showed."""

    token: str
    of: Caller
    order: Order
    request: str
    until_s: float
    process: int
    holders: dict[str, tuple[str, str] | None]

    @property
    def slot(self) -> Slot:
        return Slot[self.order.slot.upper()]


@dataclass(frozen=True)
class Proposed:
    """What somebody proposed."""

    kind: str
    proposer: Caller
    targets: tuple[str, ...]
    name: str = ""
    for_s: float = 0.0
    order: Order | None = None
    request: str = ""

    @property
    def slot(self) -> Slot:
        assert self.order is not None
        return Slot[self.order.slot.upper()]


@dataclass
class Known:
    """Everything people were told is so. Nothing else may be so, and nothing of it may be forgotten."""

    held: dict[tuple[str, Slot], Held] = field(default_factory=dict)
    stops: dict[str, str] = field(default_factory=dict)
    tags: dict[str, tuple[str, str]] = field(default_factory=dict)
    states: dict[str, Timed] = field(default_factory=dict)
    bypasses: dict[str, Timed] = field(default_factory=dict)
    proposals: dict[str, Timed] = field(default_factory=dict)
    debts: dict[str, str] = field(default_factory=dict)
    trips: set[str] = field(default_factory=set)
    disabled: set[str] = field(default_factory=set)
    back: dict[tuple[str, Any], Any] = field(default_factory=dict)
    """What ended or was replaced while a disk took nothing (``held``, its key): a restart may know nothing of that."""
    loose: set[str] = field(default_factory=set)
    """What was done while a disk took nothing, or while the process died: a restart may know it or not."""
    answers: dict[tuple[str, str], Receipt] = field(default_factory=dict)
