"""What nights with injected faults gave: how many were told, and what was told of nothing. One score for every kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, Self, TypeVar


class Told(Protocol):
    """One injected fault and what became of it; ``after_s`` None: never told."""

    @property
    def after_s(self) -> float | None:
        """From the fault to its alarm."""
        ...


Case = TypeVar("Case", bound=Told)


@dataclass(slots=True)
class FaultScore(Generic[Case]):
    """What the nights of some seeds gave. ``nights``: of each thing watched; ``false``, ``peer_false``: by name."""

    nights: int = 0
    cases: list[Case] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    peer_false: list[str] = field(default_factory=list)

    def add(self, other: Self) -> None:
        """Take another's in."""
        self.nights += other.nights
        self.cases += other.cases
        self.false += other.false
        self.peer_false += other.peer_false

    def detected_percent(self) -> float:
        """Of all injected faults."""
        return 100.0 * sum(case.after_s is not None for case in self.cases) / len(self.cases)

    def per_1000(self, alarms: Sequence[str]) -> float:
        """Per 1,000 nights of one thing watched."""
        return 1000.0 * len(alarms) / self.nights
