"""Wet power-off as people see it. Frozen; what the API and the command line show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.domain.points import TargetId


@dataclass(frozen=True, slots=True)
class GaugeSaid:
    """One gauge of a zone: its level in metres above ``datum`` as last read, and how far it may be trusted."""

    device: str
    point: str
    datum: str
    level_m: float | None
    quality: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """A measurement on record for a cut circuit. ``unit``: MΩ or mA."""

    kind: str
    value: float
    unit: str
    by: str
    at: datetime
    recorded_by: str
    note: str
    passes: bool


@dataclass(frozen=True, slots=True)
class WetCircuitView:
    """One circuit.

    ``stage``: dry | asked | kept | cut; ``hazard``, what the signals say now: direct | water | blind | near | none.
    ``why``, what it was cut or asked about for: leakage | immersion | water | person | found_locked. ``ends_in_s``:
    asked: until it is cut by itself (None: never); kept: until it is asked again. ``retention``: RETAINED | WRITING |
    UNPROVEN | NOT_RETAINED | LIFTING, empty when it is not stopped. ``return_refusal`` says why it may not come back
    now, empty when it may (with two people). ``live_part_m`` is above the zone's datum, None outside a zone.
    """

    circuit: TargetId
    name: str
    stage: str
    hazard: str
    why: str
    text_en: str
    text_zh: str
    since: datetime | None
    by: str
    ends_in_s: float | None
    reserved: bool
    """An evacuation or underpass circuit: people are asked before it is cut for water."""
    live_part_m: float | None
    retention: str
    check: CheckView | None
    return_refusal: str


@dataclass(frozen=True, slots=True)
class RoadView:
    """A road with cut road lights: ``cut`` of ``circuits``; ``dark``: none is left."""

    division: str
    road: str
    cut: int
    circuits: int
    dark: bool


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A place that floods."""

    id: str
    name_zh: str
    name_en: str
    datum: str
    gauges: tuple[GaugeSaid, ...]
    circuits: tuple[WetCircuitView, ...]


@dataclass(frozen=True, slots=True)
class WetOverview:
    """Every circuit that is cut, asked about or kept; the roads gone dark; the dry neighbours turned to full."""

    circuits: tuple[WetCircuitView, ...]
    roads: tuple[RoadView, ...]
    neighbours: tuple[TargetId, ...]
