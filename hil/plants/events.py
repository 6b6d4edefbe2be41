"""The truth log: what really moved in the field and when, whatever anybody reported about it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

KEPT = 200_000
"""Transitions kept before the oldest are dropped: two days of the whole city, many times over."""


class Motion(StrEnum):
    """What moved. CONTACTOR: value is closed or not. GATE_LIMIT: value is the position reached (0 or 100 %)."""

    CONTACTOR = "contactor"
    GATE_LIMIT = "gate_limit"
    TRIP = "trip"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Transition:
    """One movement of the plant at its exact moment (``t_s``: plant seconds, that is Unix seconds)."""

    t_s: float
    device: str
    output: str
    motion: Motion
    value: bool | float | str


class EventLog:
    """Transitions of the whole field in the order they were found."""

    def __init__(self) -> None:
        self._kept: deque[Transition] = deque(maxlen=KEPT)

    def add(self, t_s: float, device: str, output: str, motion: Motion, value: bool | float | str) -> None:
        """Note one movement."""
        self._kept.append(Transition(t_s, device, output, motion, value))

    def __iter__(self) -> Iterator[Transition]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)
