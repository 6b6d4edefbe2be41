"""What people are told of excluded gauges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GaugeExclusionView:
    """A level gauge out of the vote. ``reads``: what it says now, in words; ``left``: the others of its water that
    still have a vote at its station (None for a gauge of its own)."""

    gauge: str
    device: str
    name: str
    by: str
    reason: str
    since: datetime
    until: datetime
    renewed: int
    reads: str
    left: int | None
    text_en: str
    text_zh: str
