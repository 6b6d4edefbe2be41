"""What the inputs of a condition can be at all, by their profile: numbers within limits, truths, texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number from ``low`` to ``high``, both included; None where nothing limits it."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Texts:
    """One of these texts (an enumeration); None: any text."""

    of: frozenset[str] | None = None


Range = Numbers | Flag | Texts
