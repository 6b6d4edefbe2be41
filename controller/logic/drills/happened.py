"""What happened in a drill: the waters as they really were, what really moved, and what people did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """The truth at one moment. ``flow_m3s`` and ``power_kw`` by station; ``reverse_m3s`` is water that came in through
    outfalls and flaps."""

    at: datetime
    levels_m: Mapping[str, float]
    flow_m3s: Mapping[str, float]
    power_kw: Mapping[str, float]
    reverse_m3s: float = 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """A unit's contactor really moved. ``gate_percent``: how far its path was open then (100 where it has no gate)."""

    at: datetime
    unit: str
    runs: bool
    gate_percent: float = 100.0


@dataclass(frozen=True, slots=True)
class Trip:
    """A protection of a station acted by itself."""

    at: datetime
    unit: str
    why: str


@dataclass(frozen=True, slots=True)
class AlarmLife:
    """An alarm that asked for a person. ``acknowledged`` None: nobody did."""

    id: str
    text: str
    priority: int
    raised: datetime
    acknowledged: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did. ``order``: it ordered something; ``declaration``: it declared a state of the waters."""

    at: datetime
    who: str
    text_zh: str
    text_en: str
    order: bool = False
    declaration: bool = False


@dataclass(frozen=True, slots=True)
class Injected:
    """A trouble that was injected, or a message to those who take part."""

    at: datetime
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Everything, in the order of time. ``ended`` is the last moment that is known."""

    began: datetime
    ended: datetime
    samples: tuple[Sample, ...] = ()
    moves: tuple[Move, ...] = ()
    trips: tuple[Trip, ...] = ()
    alarms: tuple[AlarmLife, ...] = ()
    acts: tuple[Act, ...] = ()
    injected: tuple[Injected, ...] = ()
