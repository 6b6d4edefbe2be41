"""What people are shown of tidal waters and the river gates at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TideGaugeView:
    """One gauge of a water. ``said``: ``""`` it votes, ``frozen``, ``bad``, or ``excluded`` by a person."""

    gauge: str
    level_m: float | None
    said: str = ""


@dataclass(frozen=True, slots=True)
class WaterMarkView:
    """A high or low water of the table."""

    at: datetime
    level_m: float
    high: bool


@dataclass(frozen=True, slots=True)
class BoreWindowView:
    """Gates are told to close from ``begins`` on, proven closed by ``closed_by``, and may open from ``ends``."""

    arrives: datetime
    begins: datetime
    closed_by: datetime
    ends: datetime
    height_m: float | None = None


@dataclass(frozen=True, slots=True)
class RiverGateView:
    """A river gate now; ``position_percent`` None: not readable."""

    target: str
    name: str
    position_percent: float | None
    closed: bool | None


@dataclass(frozen=True, slots=True)
class OutfallView:
    """A station at the water: what its gates may do by themselves, and when the next bores close them."""

    station: str
    name: str
    trust: str
    text_en: str
    text_zh: str
    gates: tuple[RiverGateView, ...] = ()
    windows: tuple[BoreWindowView, ...] = ()


@dataclass(frozen=True, slots=True)
class TidalWaterView:
    """One tidal water: its trust, table against gauges, and its stations.

    ``trust``: ``agreed`` (outfalls may open by themselves) or why not. Levels in m, ``rise_m_per_min`` of the last
    minutes; None: not known.
    """

    id: str
    title_zh: str
    title_en: str
    trust: str
    text_en: str
    text_zh: str
    level_m: float | None = None
    table_m: float | None = None
    off_m: float | None = None
    rise_m_per_min: float | None = None
    table_source: str = ""
    table_issued: datetime | None = None
    table_until: datetime | None = None
    gauges: tuple[TideGaugeView, ...] = ()
    marks: tuple[WaterMarkView, ...] = ()
    outfalls: tuple[OutfallView, ...] = ()


@dataclass(frozen=True, slots=True)
class TidesView:
    """Every tidal water of the site."""

    waters: tuple[TidalWaterView, ...]
