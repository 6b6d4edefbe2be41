"""What a site says of photocells and weather: areas of sensors, rules for dark weather, signals. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from controller.domain.lights import Grade
from controller.domain.points import DeviceId
from controller.logic.lighting_lux import FROZEN_AFTER_S, MEDIAN_OF, OFF_MEDIAN, Band
from controller.logic.scopes import Scope


@dataclass(frozen=True, slots=True)
class Sensor:
    """A light sensor: a point of a cabinet or pole."""

    device: DeviceId
    point: str

    def __str__(self) -> str:
        return f"{self.device}/{self.point}"


@dataclass(frozen=True, slots=True)
class LuxArea:
    """Sensors that speak for the lights of some scopes. A light in several areas follows the first."""

    id: str
    title_zh: str
    title_en: str
    scopes: tuple[Scope, ...]
    sensors: tuple[Sensor, ...]


@dataclass(frozen=True, slots=True)
class LuxSettings:
    """How sensors are judged. ``wanted``: fewer accepted sensors than this are told to people. ``max_age_s``: the sky
    changes in minutes, so that an older reading is no news of it, however slowly the device is read."""

    wanted: int = MEDIAN_OF
    frozen_after_s: float = FROZEN_AFTER_S
    off_median: float = OFF_MEDIAN
    max_age_s: float = 600.0


@dataclass(frozen=True, slots=True)
class DarkWeatherRule:
    """Early on in dark weather: by day the lights of ``scopes`` burn while their area is dark in ``band``.

    Road lighting only, of ``grades``; from ``after_sunrise_min`` until ``until_sunset_min`` (minutes from each, the
    latter the end of the evening window, so that no gap is left before the program's own ON).
    """

    id: str
    title_zh: str
    title_en: str
    scopes: tuple[Scope, ...]
    band: Band
    percent: float = 100.0
    grades: frozenset[Grade] = frozenset(Grade)
    after_sunrise_min: float = 30.0
    until_sunset_min: float = 15.0


@dataclass(frozen=True, slots=True)
class SignalKind:
    """A weather signal people or a weather service set. From ``from_colour`` on (in ``COLOURS``' order) it brings the
    road lights of ``grades`` in the signal's scope ON; a milder one is only shown."""

    id: str
    title_zh: str
    title_en: str
    from_colour: str = "yellow"
    percent: float = 100.0
    grades: frozenset[Grade] = frozenset(Grade)
    default_s: float = 3 * 3600.0
    longest_s: float = 12 * 3600.0


COLOURS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"blue": ("蓝色", "blue"), "yellow": ("黄色", "yellow"), "orange": ("橙色", "orange"), "red": ("红色", "red")}
)
"""Colours of weather signals, mildest first, in both languages."""


@dataclass(frozen=True, slots=True)
class DaylightPlan:
    """All of it."""

    lux: LuxSettings = field(default_factory=LuxSettings)
    areas: tuple[LuxArea, ...] = ()
    dark: tuple[DarkWeatherRule, ...] = ()
    signals: Mapping[str, SignalKind] = field(default_factory=lambda: MappingProxyType({}))


def lights_from(kind: SignalKind, colour: str) -> bool:
    """Whether a signal of this colour lights lamps, or is only shown."""
    order = list(COLOURS)
    return order.index(colour) >= order.index(kind.from_colour)
