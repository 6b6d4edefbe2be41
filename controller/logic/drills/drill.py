"""A drill as data: how the waters stand, what falls and fails when, and what is expected of those who take part.

Times are seconds after the drill's start, levels metres above the site's datum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from controller.logic.alarm_settings import Words


class Trouble(StrEnum):
    """What is injected."""

    FROZEN = "frozen"
    """A reading stays where it is, whatever is true. ``on`` a point."""
    LYING = "lying"
    """A reading is off by ``by``. ``on`` a point."""
    OFFLINE = "offline"
    """A device does not answer. ``on`` a device."""
    JAMMED = "jammed"
    """A gate stays where it is and its drive trips. ``on`` a gate."""
    TRIPS_ON_START = "trips_on_start"
    """A unit's motor protection opens while it runs up. ``on`` a unit."""
    OUT_OF_SERVICE = "out_of_service"
    """A unit is not available. ``on`` a unit."""
    POWER_CUT = "power_cut"
    """A station loses its motors' supply. ``on`` a station."""
    FORECAST_STALE = "forecast_stale"
    """No new forecast comes in."""
    MESSAGE = "message"
    """Those who take part are told something, in the drill's own journal."""


class Wanted(StrEnum):
    """What is expected."""

    LEVEL_BELOW = "level_below"
    """The reach ``of`` never rises above ``limit_m``."""
    MINUTES_ABOVE = "minutes_above"
    """The reach ``of`` is above ``limit_m`` for at most ``at_most`` minutes in all."""
    GATES_OPEN = "gates_open"
    """No unit runs against a closed gate, and no station's protection has to trip it for that."""
    NO_REVERSE_FLOW = "no_reverse_flow"
    """No water comes in through an outfall or a flap."""
    ORDER_WITHIN = "order_within"
    """A person orders something, starts a plan or issues a dispatch order (调度令) in time."""
    DECLARED_WITHIN = "declared_within"
    """A person declares a state for the waters in time."""
    ALARMS_ANSWERED = "alarms_answered"
    """Every alarm of this priority or graver is acknowledged in time."""
    STARTS_AT_MOST = "starts_at_most"
    """No unit of the station ``of`` (of any station where none is named) starts more often than ``at_most``."""


class Origin(StrEnum):
    """Where a number of a drill comes from."""

    PUBLIC = "public"
    COMPUTED = "computed"
    ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True, slots=True)
class Injection:
    """One trouble. ``for_s`` None: to the end of the drill."""

    at_s: float
    trouble: Trouble
    on: str = ""
    by: float = 0.0
    for_s: float | None = None
    text: Words | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected, and what it is worth. ``after_s`` is when its clock begins; None: when the reach ``of`` first
    reaches ``limit_m``. ``within_s`` is how long there is then."""

    id: str
    wanted: Wanted
    title: Words
    points: float
    of: str = ""
    limit_m: float | None = None
    after_s: float | None = None
    within_s: float = 0.0
    at_most: float = 0.0
    priority: int = 2


@dataclass(frozen=True, slots=True)
class Rain:
    """Rates (mm/h) at equal distances from ``from_s`` on, straight lines between them; ``factors`` by rain gauge (1
    where nothing is said)."""

    from_s: float
    every_s: float
    mm_h: tuple[float, ...]
    factors: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the drill is made of, and whether it is publicly known."""

    origin: Origin
    text: Words


@dataclass(frozen=True, slots=True)
class Drill:
    """Everything of a drill. ``begins`` (aware) None: now. ``outside_m``: the mean level of a water outside, where the
    drill has another than the simulated world's; ``own_storms``: whether the world's own storms fall too."""

    id: str
    title: Words
    purpose: Words
    lasts_s: float
    begins: datetime | None = None
    levels_m: Mapping[str, float] = field(default_factory=dict)
    outside_m: Mapping[str, float] = field(default_factory=dict)
    rain: tuple[Rain, ...] = ()
    own_storms: bool = False
    injections: tuple[Injection, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    facts: tuple[Fact, ...] = ()
    warning_m: Mapping[str, float] = field(default_factory=dict)
    guarantee_m: Mapping[str, float] = field(default_factory=dict)
    """The reaches' limits, as the site's network says them."""
