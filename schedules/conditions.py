"""What a program may ask besides the clock and the sun: the light of day, and values of points. Data only.

``controller.logic`` evaluates it (slot 12); here stands what is asked, so that a program stays one piece of data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from controller.domain.errors import InvalidValue
from controller.domain.expression import Expression, names
from schedules.program_parts import DARK, FULL, Anchor, Edge, TimePoint, Title, checked_percent

MAX_WINDOW_MIN = 60
"""A light-sensor window reaching further from its sun time than this is a typing error."""
DEFAULT_EVENING = (-30, 15)
DEFAULT_MORNING = (-15, 30)
"""Minutes from sunset and from sunrise between which a light sensor may act (FACTS)."""


class LuxMode(StrEnum):
    """Who decides inside the windows.

    LUX (光控): the sensor alone. The program's edges are the windows' ends: ON at the end of the evening window, OFF at
    the end of the morning's, so without a trustworthy sensor the lamps burn from one end to the other. Inside the
    evening window the sensor may bring ON earlier; inside the morning window, and nowhere else, it may bring OFF
    earlier.

    ASTRO_AND_LUX (经纬度+光控): the program's own edges hold. The sensor only ever adds light: ON earlier inside the
    evening window, OFF later inside the morning window.
    """

    LUX = "lux"
    ASTRO_AND_LUX = "astro_and_lux"


@dataclass(frozen=True, slots=True)
class LuxRule:
    """The light sensor's part in a program.

    ``evening`` and ``morning``: first and last minute of the window, counted from sunset and from sunrise.
    ``on_below_lx`` None: the default of the light's class and grade. OFF is ``hysteresis_lx`` above ON; either must
    have held for ``hold_s`` seconds.
    """

    mode: LuxMode
    evening: tuple[int, int] = DEFAULT_EVENING
    morning: tuple[int, int] = DEFAULT_MORNING
    on_below_lx: float | None = None
    hysteresis_lx: float = 10.0
    hold_s: float = 180.0

    def __post_init__(self) -> None:
        for name, (first, last) in (("evening", self.evening), ("morning", self.morning)):
            if not -MAX_WINDOW_MIN <= first <= 0 <= last <= MAX_WINDOW_MIN or first == last:
                raise InvalidValue(
                    f"the {name} window of a light sensor lies around its sun time, at most {MAX_WINDOW_MIN} minutes "
                    f"either way, for example {DEFAULT_EVENING}; not ({first}, {last})"
                )
        if self.on_below_lx is not None and not 0.0 < self.on_below_lx <= 1000.0:
            raise InvalidValue(f"lamps go on below more than 0 and at most 1000 lx, not {self.on_below_lx:g}")
        if not 0.0 <= self.hysteresis_lx <= 1000.0 or not 0.0 <= self.hold_s <= 3600.0:
            raise InvalidValue("hysteresis lies between 0 and 1000 lx, and a light level holds for at most an hour")

    def edges(self) -> tuple[Edge, ...]:
        """What holds without any sensor when it alone decides: ON and OFF at the windows' ends."""
        on = TimePoint(Anchor.SUNSET, self.evening[1])
        return (Edge(on, FULL), Edge(TimePoint(Anchor.SUNRISE, self.morning[1]), DARK))


@dataclass(frozen=True, slots=True)
class PointRef:
    """A point of a device, for a condition that asks another device than the light's own."""

    device: str
    point: str


@dataclass(frozen=True, slots=True)
class ValueCondition:
    """While ``when`` is TRUE between two points of the night, the lamps are at ``percent`` at least.

    ``when`` is an expression of the interlocks' grammar. Its names are those of ``points``; a name not in there is a
    point of the light's own cabinet or pole. UNKNOWN (a reading that is not GOOD): the brighter of
    with and without.
    ``may_darken``: it sets the level, also a lower one; for landscape lighting only, which whoever applies it must
    see to.
    """

    when: Expression
    start: TimePoint
    until: TimePoint
    percent: float
    title: Title
    may_darken: bool = False
    points: Mapping[str, PointRef] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        checked_percent(self.percent)
        if strange := sorted(set(self.points) - names(self.when)):
            raise InvalidValue(f"the condition {str(self.when)!r} does not ask for {', '.join(strange)}")
