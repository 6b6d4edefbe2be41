"""Light of day and weather as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignalView:
    """A weather signal. ``lights``: how many lights it brings on; 0 for one that is only shown."""

    id: str
    kind: str
    title_zh: str
    title_en: str
    colour: str
    scope: str
    by: str
    reason: str
    set_at: datetime
    expires: datetime
    remaining_s: float
    lights: int


@dataclass(frozen=True, slots=True)
class SensorView:
    """One photocell. ``fault`` empty: it counts; else dead, frozen or lying, ``detail`` says more."""

    sensor: str
    lux: float | None
    fault: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BandView:
    """What an area's light means between two limits: dark, bright, settling or no_signal, and since when."""

    on_below_lx: float
    off_above_lx: float
    sky: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area of photocells: what they say together, how much is behind it, and what holds with that."""

    id: str
    title_zh: str
    title_en: str
    scopes: tuple[str, ...]
    lux: float | None
    trust: str
    text_en: str
    text_zh: str
    sensors: tuple[SensorView, ...]
    bands: tuple[BandView, ...]


@dataclass(frozen=True, slots=True)
class SignalKindView:
    """A signal that can be set."""

    kind: str
    title_zh: str
    title_en: str
    from_colour: str
    default_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class WeatherView:
    """Everything at once."""

    signals: tuple[SignalView, ...]
    kinds: tuple[SignalKindView, ...]
    areas: tuple[AreaView, ...]
