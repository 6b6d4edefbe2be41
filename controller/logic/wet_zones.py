"""Places that flood: their gauges, the circuits in them and the lowest live part of each; what the gauges say.

A zone has three gauges and believes two (DESIGN section 4). Gauges and live parts share one datum, which the
configuration check enforces; a level without its datum says nothing about a circuit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.domain.gauges import DatedLevel
from controller.domain.points import DeviceId, Reading, TargetId, point_id

GAUGES = 3
"""Gauges of a zone …"""
QUORUM = 2
"""… and how many of them, GOOD and agreeing, are believed."""


@dataclass(frozen=True, slots=True)
class ZoneGauge:
    """A level point and the datum it is measured from."""

    device: DeviceId
    point: str
    datum: str

    def __str__(self) -> str:
        return point_id(self.device, self.point)


@dataclass(frozen=True, slots=True)
class ZoneCircuit:
    """A circuit in the zone and its lowest live part: water at or above it makes the circuit a danger."""

    circuit: TargetId
    live_part: DatedLevel


@dataclass(frozen=True, slots=True)
class FloodZone:
    """A place that floods as one."""

    id: str
    name_zh: str
    name_en: str
    datum: str
    gauges: tuple[ZoneGauge, ...]
    circuits: tuple[ZoneCircuit, ...]


@dataclass(frozen=True, slots=True)
class WetPowerRules:
    """The site's own numbers (``wet_power:`` under ``lighting/``).

    ``leakage_alarm_ma``: at or past it the circuit is cut (FACTS: 100 mA).
    ``decide_within_s``: how long a person has to decide on an evacuation or underpass circuit (DESIGN: 60 s, and
    never longer). ``keep_s``: how long a decision to keep one lit holds before it is asked again.
    ``blind_after_s``: how long the signals must be missing before people are asked.
    ``margin_m``: how far below the lowest live part the water must stand before its danger counts as gone.
    ``neighbours_within_m``: how far from a cut cabinet its dry neighbours are turned to full.
    ``insulation_min_mohm``, ``leakage_check_ma``: what a check must show for the return.
    ``check_valid_s``: how long a check stays good. ``prove_within_s``: how long a cut and its lock-out may take to
    be proven before people are told that they are not.
    """

    leakage_alarm_ma: float = 100.0
    decide_within_s: float = 60.0
    keep_s: float = 900.0
    blind_after_s: float = 30.0
    margin_m: float = 0.10
    neighbours_within_m: float = 400.0
    insulation_min_mohm: float = 0.5
    leakage_check_ma: float = 30.0
    check_valid_s: float = 86_400.0
    prove_within_s: float = 15.0


@dataclass(frozen=True, slots=True)
class WetPower:
    """Everything a site says about 涉水断电."""

    rules: WetPowerRules = WetPowerRules()
    zones: tuple[FloodZone, ...] = ()


class Water(StrEnum):
    """Where the water stands against one live part, by two gauges of three.

    OVER: at or above it. NEAR: below it, but not by the margin. CLEAR: below it by the margin. UNKNOWN: no two GOOD
    gauges agree.
    """

    OVER = "over"
    NEAR = "near"
    CLEAR = "clear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Vote:
    """What the gauges say of one live part: how many GOOD ones stand over it, below it, and how many are no help."""

    water: Water
    over: int
    below: int
    silent: int


def vote(readings: Sequence[Reading], live_part_m: float, margin_m: float) -> Vote:
    """Two of three. Only GOOD numbers vote; UNCERTAIN and BAD ones are silent, whatever they show."""
    levels = [reading.value for reading in readings if reading.good and _is_number(reading)]
    over = sum(level >= live_part_m for level in levels if isinstance(level, (int, float)))
    clear = sum(level < live_part_m - margin_m for level in levels if isinstance(level, (int, float)))
    below = len(levels) - over
    silent = len(readings) - len(levels)
    return Vote(_water(over, below, clear), over, below, silent)


def _water(over: int, below: int, clear: int) -> Water:
    if over >= QUORUM:
        return Water.OVER
    if clear >= QUORUM:
        return Water.CLEAR
    return Water.NEAR if below >= QUORUM else Water.UNKNOWN


def _is_number(reading: Reading) -> bool:
    return isinstance(reading.value, (int, float)) and not isinstance(reading.value, bool)
