"""亮灯率: how many of the lamps that should burn are proven, by measured power, to burn.

Definition (docs/explanation/lights-on-rate.md). A light is *due* when the winner of its priority array wants it on.
Of a due light's lamps ``lamps × min(1, measured W / expected W)`` are *lit*; expected are the rated watts at the level
it was told and, where a site says so, at the voltage it has. A due light whose feedback or power is not GOOD is
*unknown*: shown apart, never counted as lit. ``rate = lit / (due − unknown)``; the pessimistic rate is ``lit / due``.
What is not meant to be on (a half-night circuit after midnight) is in neither. A light that is meant to be off and
takes more than a tenth of its watts *burns unwanted*; by day that is day burning.

Lamps are counted in thousandths, so that sums kept by adding and taking away are exact. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from controller.domain.intents import Dim, Intent, Switch
from controller.domain.lights import LightClass
from controller.domain.points import DeviceId, TargetId

MILLI = 1000
FAULTS = frozenset(
    {
        "offline",
        "mismatch",
        "stuck",
        "busy",
        "tripped",
        "breaker",
        "breaker_trip",
        "lamp_loss",
        "day_burner",
        "stuck_contactor",
        "cable_theft",
        "phase_loss",
        "leakage",
        "immersion",
        "wet_power_cut",
        "pole_leakage",
    }
)
"""Kinds of alarm that make the lights they are about not intact, unless a site names its own."""
NOMINAL_V = 220.0
"""Phase voltage of the Chinese low-voltage network."""


class Cell(NamedTuple):
    """Everything lights are added up by. Lights that agree in all of it are one cell; any scope is a set of cells."""

    division: str
    street: str
    road: str
    grade: str
    feeder: str
    light_class: str


class LightSum(NamedTuple):
    """Lights at one moment, added up. Lamps in thousandths, watts in thousandths."""

    lights: int = 0
    lamps: int = 0
    due: int = 0
    """Lamps that should burn."""
    unknown: int = 0
    """Lamps of those of which nobody knows whether they do."""
    lit: int = 0
    """Lamps of those that do, by their power."""
    idle: int = 0
    """Lamps that should be off, and of which it is known whether they are."""
    burning: int = 0
    """Lamps of those that burn all the same."""
    power_mw: int = 0
    full_mw: int = 0
    """What the burning lamps would take at 100 %."""

    def plus(self, other: Sequence[int], sign: int = 1) -> LightSum:
        """Both together; ``sign`` −1 takes the other away."""
        return LightSum._make([mine + sign * theirs for mine, theirs in zip(self, other, strict=True)])


NOTHING = LightSum()


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Below these (percent) a figure is too low. Defaults: FACTS."""

    main_roads: float = 98.0
    """Lights-on rate of roads of the main grades."""
    other_roads: float = 96.0
    intact: float = 95.0
    """Road circuits without an open fault."""
    landscape: float = 90.0
    """Landscape circuits without an open fault."""


@dataclass(frozen=True, slots=True)
class RateRules:
    """How rates are worked out, alarmed and kept. Each is the site's choice (``light_rates:``).

    ``voltage_exponent``: how a lamp's watts follow its voltage: 0 for LED drivers, which hold them; about 1.6 for
    discharge lamps on a magnetic ballast. ``burning_above``: the share of its watts above which what should be off
    counts as burning. ``under_for_s``: how long a figure stays too low before it is alarmed.
    ``faults``: the kinds of alarm that make a circuit not intact.
    """

    limits: RateLimits = RateLimits()
    main_grades: frozenset[str] = frozenset({"special", "first"})
    voltage_exponent: float = 0.0
    burning_above: float = 0.10
    under_for_s: float = 900.0
    samples_days: int = 40
    nights_days: int = 800
    faults: frozenset[str] = FAULTS


class Figure(StrEnum):
    """The four figures that have a limit."""

    MAIN_ROADS = "main_roads"
    OTHER_ROADS = "other_roads"
    INTACT = "intact"
    LANDSCAPE = "landscape"


def wanted_percent(intent: Intent) -> float:
    """How bright a light shall be, 0–100 %."""
    if isinstance(intent, Switch):
        return 100.0 if intent.on else 0.0
    return intent.percent if isinstance(intent, Dim) else 0.0


def judged(
    lamps: int,
    rated_w: float,
    percent: float,
    known: bool,
    power_w: float | None,
    burning_above: float,
    voltage_share: float = 1.0,
) -> LightSum:
    """One light at one moment.

    ``percent``: what it was told; ``known``: its feedback is GOOD; ``power_w``: None unless GOOD. ``voltage_share``:
    what it may take at its voltage, as a share of its rated watts. A light without rated watts cannot be proven by
    them: it is unknown when it is due.
    """
    whole = lamps * MILLI
    if percent > 0.0:
        expected_w = rated_w * percent / 100.0 * voltage_share
        if not known or power_w is None or expected_w <= 0.0:
            return LightSum(1, whole, whole, whole, 0, 0, 0, _milli(power_w), 0)
        share = min(1.0, max(0.0, power_w) / expected_w)
        return LightSum(1, whole, whole, 0, round(whole * share), 0, 0, _milli(power_w), round(rated_w * MILLI * share))
    if not known or power_w is None:
        return LightSum(1, whole, 0, 0, 0, 0, 0, _milli(power_w), 0)
    full_w = rated_w * voltage_share
    share = min(1.0, max(0.0, power_w) / full_w) if full_w > 0.0 else 0.0
    if share <= burning_above:
        return LightSum(1, whole, 0, 0, 0, whole, 0, _milli(power_w), 0)
    return LightSum(1, whole, 0, 0, 0, whole, round(whole * share), _milli(power_w), round(rated_w * MILLI * share))


def _milli(power_w: float | None) -> int:
    return round(power_w * MILLI) if power_w is not None and power_w > 0.0 else 0


def voltage_share(voltages_v: Iterable[float | None], exponent: float) -> float:
    """What a light may take at the voltage of its phases, as a share of its rated watts; 1 where it is not known."""
    known = [voltage for voltage in voltages_v if voltage is not None and voltage > 0.0]
    if exponent == 0.0 or not known:
        return 1.0
    return float((sum(known) / len(known) / NOMINAL_V) ** exponent)


def added(sums: Iterable[Sequence[int]]) -> LightSum:
    """All of them together."""
    return LightSum._make(map(sum, zip(NOTHING, *sums, strict=True)))


def rate_percent(due: int, unknown: int, lit: int) -> float | None:
    """The lights-on rate, 0–100; None when nothing is due, or nothing is known of what is."""
    return _percent(lit, due - unknown)


def pessimistic_percent(due: int, lit: int) -> float | None:
    """The rate if every unknown lamp were dark; None when nothing is due."""
    return _percent(lit, due)


def day_burning_percent(idle: int, burning: int) -> float | None:
    """Lamps that burn though they should be off, of those known of; None when nothing should be off."""
    return _percent(burning, idle)


def intact_percent(lights: int, faulted: int) -> float | None:
    """设施完好率: circuits and luminaires without an open fault, 0–100; None when there are none."""
    return _percent(lights - faulted, lights)


def _percent(part: int, whole: int) -> float | None:
    return None if whole <= 0 else min(100.0, max(0.0, 100.0 * part / whole))


def figure_of(cell: Cell, rules: RateRules) -> Figure | None:
    """Which rate limit a cell's lights fall under; landscape has none (its limit is on being intact)."""
    if cell.light_class != LightClass.ROAD:
        return None
    return Figure.MAIN_ROADS if cell.grade in rules.main_grades else Figure.OTHER_ROADS


@dataclass(frozen=True, slots=True)
class OpenFault:
    """Something broken that has not been mended. ``source``: an asset (then all its lights) or one light."""

    source: TargetId | DeviceId
    kind: str
