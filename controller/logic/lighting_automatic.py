"""Slot 12 of a light: what photocells, dark weather, weather signals and measured values ask of it.

Each of them makes a ``Wish``; what comes of all of them is at most one request. Light is added by whoever sees a
reason; it is taken away only by a trusted BRIGHT inside a program's own morning window, and by a landscape program's
own condition that is TRUE. Anything unknown adds light or changes nothing. Recomputed, never persisted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from controller.domain.expression import Expression, Lookup, Truth, truth
from controller.domain.intents import Dim, Intent, Switch
from controller.domain.lights import Circuit, Grade, LightClass
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.lighting import Light, light_intent
from controller.logic.lighting_lux import Band, Sky
from controller.logic.lighting_words import both

OWNER = "daylight"
"""Owner of every request made here."""
MAIN_ON_BELOW_LX = 30.0
OTHER_ON_BELOW_LX = 20.0
"""When photocells light main roads (special, first) and others, where the program says nothing else (FACTS)."""


class Origin(StrEnum):
    """Whose wish it is."""

    LUX = "lux"
    WEATHER = "weather"
    SIGNAL = "signal"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Wish:
    """A level somebody asks for, and why. ``darkens``: it may also take light away. ``source`` names the area, rule,
    signal or program it comes from."""

    origin: Origin
    source: str
    percent: float
    reason: str
    darkens: bool = False


class LuxTerms(Protocol):
    """The light sensor's part in a program (``schedules.conditions.LuxRule``)."""

    @property
    def on_below_lx(self) -> float | None:
        """None: by the light's grade."""
        ...

    @property
    def hysteresis_lx(self) -> float:
        """How far above it is bright."""
        ...

    @property
    def hold_s(self) -> float:
        """How long it must have been bright."""
        ...


class Condition(Protocol):
    """A program's condition on values (``schedules.conditions.ValueCondition``)."""

    @property
    def when(self) -> Expression:
        """What is asked."""
        ...

    @property
    def percent(self) -> float:
        """The level while it is TRUE."""
        ...

    @property
    def may_darken(self) -> bool:
        """Whether it may also set a lower level; landscape lighting only."""
        ...


def lux_band(terms: LuxTerms, grade: Grade, min_burn_s: float) -> Band:
    """The limits of a program's light sensor for a light of that grade.

    Dark counts at once, bright only once it has held: the lit side.
    """
    main = grade in (Grade.SPECIAL, Grade.FIRST)
    on_lx = terms.on_below_lx or (MAIN_ON_BELOW_LX if main else OTHER_ON_BELOW_LX)
    return Band(on_lx, on_lx + terms.hysteresis_lx, 0.0, terms.hold_s, min_burn_s)


def asks_for_light(sky: Sky, *, burns: bool) -> bool:
    """Whether light is wanted for this sky; what already burns is kept while a start still settles."""
    return sky in (Sky.DARK, Sky.KEPT) or (sky is Sky.SETTLING and burns)


def value_wishes(
    conditions: Iterable[tuple[Condition, Lookup]], name: str, *, landscape: bool
) -> Iterator[tuple[Truth, Wish | None]]:
    """Of each condition that applies now: its truth, and what it asks. UNKNOWN: the brighter of with and without."""
    for one, lookup in conditions:
        found = truth(one.when, lookup)
        if found is Truth.FALSE:
            yield found, None
            continue
        darkens = one.may_darken and landscape and found is Truth.TRUE
        en, zh = _SAID[found]
        reason = both(f"value condition {one.when} {en}", f"数值条件 {one.when} {zh}")
        yield found, Wish(Origin.VALUE, name, one.percent, reason, darkens)


_SAID = {
    Truth.TRUE: ("is true", "成立"),
    Truth.UNKNOWN: ("cannot be known, the brighter holds", "无法判断，取较亮者"),
}


def automatic_request(light: Light, wishes: Sequence[Wish], below: Sequence[Request]) -> tuple[Request, Wish] | None:
    """The one request of slot 12, and whose it is; None when the slots below it want the same anyway.

    The brightest wish wins; one that darkens is heard only where nobody asks for more light than it. ``below``: the
    light's other computed requests. Where slot 12 or one above it is taken among them (a declared state keeps
    landscape lighting off, an interlock ended it), nothing is asked.
    """
    if any(request.slot <= Slot.AUTOMATIC for request in below):
        return None
    wanted_percent = percent_of(min(below, key=_slot).value) if below else 0.0
    brightest = max(wishes, key=lambda wish: wish.percent, default=None)
    if brightest is None or not (brightest.percent > wanted_percent or brightest.darkens):
        return None
    if _same(light, brightest.percent, wanted_percent):
        return None
    intent = light_intent(light, brightest.percent)
    request = Request(light.id, Slot.AUTOMATIC, intent, OWNER, brightest.reason, origin=brightest.origin.value)
    return request, brightest


def percent_of(intent: Intent) -> float:
    """What an intent of a light means in percent."""
    if isinstance(intent, Dim):
        return intent.percent
    return 100.0 if isinstance(intent, Switch) and intent.on else 0.0


def is_landscape(light: Light) -> bool:
    """Whether it is landscape lighting."""
    return isinstance(light, Circuit) and light.light_class is LightClass.LANDSCAPE


def _same(light: Light, percent: float, wanted_percent: float) -> bool:
    return light_intent(light, percent) == light_intent(light, wanted_percent)


def _slot(request: Request) -> Slot:
    return request.slot
