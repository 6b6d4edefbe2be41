"""A feeder's power budget as words: its limit, and what of it one station may still use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Persons(StrEnum):
    """What a feeder's limit is to a person's own start."""

    WARNED = "warned"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class FeederLimit:
    """What a feeder may carry (kW of rated motor power), by its name as units say it."""

    name: str
    limit_kw: float
    persons: Persons = Persons.WARNED


@dataclass(frozen=True, slots=True)
class FeederRoom:
    """A feeder as one station sees it: what runs on it, and what is kept for stations in more danger."""

    limit: FeederLimit
    used_kw: float
    kept_kw: float = 0.0
    kept_for: str = ""

    def fits(self, power_kw: float) -> bool:
        """Whether so much more may be drawn."""
        return self.used_kw + self.kept_kw + power_kw <= self.limit.limit_kw + 1e-6
