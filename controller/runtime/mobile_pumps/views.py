"""Mobile pumps as the API and the command line show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MobilePumpView:
    """One mobile pump 移动泵车. ``state``: ready | underway | pumping | fault | unknown (never reported).

    ``lat`` and ``lon`` are where it was last reported, its home while it is ready there; ``old``: nobody said anything
    of it for so long that it may be elsewhere by now. ``age_s`` counts from the last report.
    """

    id: str
    name: str
    division: str
    capacity_m3s: float
    contact: str
    home: str
    state: str
    state_zh: str
    lat: float
    lon: float
    where: str
    by: str
    at: datetime | None
    age_s: float | None
    old: bool
    note: str


@dataclass(frozen=True, slots=True)
class MobilePumpsView:
    """All the caller may see, and what pumps now: ``pumping_m3s`` of ``capacity_m3s`` (by what was reported)."""

    pumps: tuple[MobilePumpView, ...]
    capacity_m3s: float
    pumping_m3s: float
