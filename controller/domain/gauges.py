"""Measuring places, and dated levels of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from controller.domain.places import Place
from controller.domain.points import DeviceId


@dataclass(frozen=True, slots=True)
class DatedLevel:
    """A level with its datum and the date it was set: sources conflict, so a bare number is not enough."""

    value_m: float
    datum: str
    since: date


class GaugeKind(StrEnum):
    """What a gauge measures."""

    LEVEL = "level"
    TIDE = "tide"
    RAIN = "rain"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A measuring place without outputs (LG level, TG tide, RG rain, WQ water quality).

    Points by kind: ``level_m`` | ``level_m`` | ``rain_mm_h`` | ``turbidity_ntu, ammonia_mg_l, oxygen_mg_l``.
    ``device`` and ``prefix`` say where its points are read: a gauge may hang on a station's PLC.
    """

    id: DeviceId
    name: str
    division: str
    place: Place
    kind: GaugeKind
    warning: DatedLevel | None = None
    guarantee: DatedLevel | None = None
    street: str = ""
