"""What slot arrays hang on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from controller.domain.intents import Intent, TargetKind
from controller.domain.points import TargetId


@dataclass(frozen=True, slots=True)
class WaterReach:
    """What a station's units can do: the target levels it can hold (m) and the most it moves each way (m³/s).

    ``lowest_m`` None: it has no staged levels, so no target level. ``highest_m`` None: no guarantee level of its own.
    """

    lowest_m: float | None
    highest_m: float | None
    most_m3s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Target:
    """What a slot array hangs on: its kind, and the value of its slot 16."""

    id: TargetId
    kind: TargetKind
    name: str
    default: Intent
    owner_class: str
    """Rights class: ``road_lighting | landscape_lighting | poles | pumps | gates``."""
    units: int | None = None
    """How many pump units a station has: the most a unit count can ask for."""
    water: WaterReach | None = None
    """What a station can be told in metres and m³/s; None for everything else."""
    min_percent: float | None = None
    """A dimmed circuit's lowest level (%); None for everything else. Its kind is luminaire: what it can do is dim."""
    text_bytes: int | None = None
    """A display's room in bytes of UTF-8; None: not known, or no display."""
    min_speed_percent: float | None = None
    """Lowest speed (%) of a pump unit's drive; None: fixed speed, or no unit."""
