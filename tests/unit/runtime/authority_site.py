"""A small city with its people, and by hand who of them may do what: the witness's own table, not the program's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from controller.domain.assets import City
from controller.domain.expression import parse
from controller.domain.image import Ageing
from controller.domain.rights import CITY, Grant, Role, Scope
from controller.domain.slots import Slot
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, OnBad
from controller.settings.site import LocalRules, Site
from tests.unit.logic.water_rig import PS
from tests.unit.runtime.people.rig import EAST, WEST, city_site, division

WEST_LC, EAST_LC = f"{WEST}-LC-0001", f"{EAST}-LC-0001"
ROAD, TREES = f"{WEST_LC}/K1", f"{WEST_LC}/K2"
FAR_ROAD, FAR_TREES = f"{EAST_LC}/K1", f"{EAST_LC}/K2"
P1, P2, G1, RIVER = f"{PS}/P1", f"{PS}/P2", f"{PS}/G1", f"{PS}/G3"
LIGHTS = (ROAD, TREES, FAR_ROAD, FAR_TREES)
ROADS = (ROAD, FAR_ROAD)
UNITS = (P1, P2)
WATER = (PS, P1, P2, G1, RIVER)
TARGETS = (*LIGHTS, *WATER)
DEVICES = (WEST_LC, EAST_LC, PS)
PARTS = {WEST_LC: (ROAD, TREES), EAST_LC: (FAR_ROAD, FAR_TREES)}

RACK = InterlockSpec(
    id="rack-clear",
    kind=InterlockKind.PERMISSIVE,
    target=PS,
    action=Action.START,
    condition=parse("rack_head_m < 0.3"),
    on_bad=OnBad.BLOCK,
    text_zh="拦污栅堵塞",
    text_en="the rack is blocked",
    clear_zh="清污",
    clear_en="clean it",
    bypassable=True,
    bypass_max_s=3600.0,
)
STRICT = replace(RACK, id="never-lifted", condition=parse("rack_head_m < 5"), bypassable=False)
TRIP = replace(RACK, id="rack-trip", kind=InterlockKind.TRIP, target=P1, condition=parse("rack_head_m < 0.6"))


def authority_site() -> Site:
    """Two cabinets in two divisions, and a station with a gate to the river; interlocks on its pumps."""
    base = city_site()
    cabinets = {name: one for name, one in base.city.cabinets.items() if name in DEVICES}
    targets = {name: one for name, one in base.city.targets.items() if name.partition("/")[0] in DEVICES}
    city = City(cabinets, {}, base.city.stations, {}, targets)
    ages = {name: Ageing(10.0, 60.0) for name in ("control_switch", "mode")}
    return replace(
        base,
        city=city,
        ageings=dict.fromkeys(DEVICES, ages),
        interlocks=(RACK, STRICT, TRIP),
        local=LocalRules(0.0, 0.0),
    )


@dataclass(frozen=True)
class Somebody:
    """One of the people, and by hand what they may: ``operates`` and ``confirms`` name targets."""

    grants: tuple[Grant, ...]
    operates: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()
    lifts: bool = False
    """Whether they may propose and confirm bypasses."""
    declares: bool = False
    slots: frozenset[Slot] = frozenset()


_DISTRICT = frozenset({Slot.DISTRICT_MANUAL})
_MANUAL = _DISTRICT | {Slot.CITY_MANUAL}
_EMERGENCY = _MANUAL | {Slot.EMERGENCY_ORDER}
_OFFICER = Somebody((Grant(Role.DUTY_OFFICER),), TARGETS, TARGETS, lifts=True, declares=True, slots=_EMERGENCY)

PEOPLE: Mapping[str, Somebody] = {
    "lin": Somebody((Grant(Role.LIGHTING_OPERATOR),), LIGHTS, LIGHTS, slots=_MANUAL),
    "xu": Somebody((division(WEST),), (ROAD, TREES), (ROAD, TREES), slots=_DISTRICT),
    "wang": Somebody((Grant(Role.WATER_OPERATOR),), WATER, WATER, slots=_MANUAL),
    "chen": _OFFICER,
    "zhao": _OFFICER,
    "qian": Somebody((Grant(Role.ENGINEER),), TARGETS, (), lifts=True, slots=_MANUAL),
    "kan": Somebody((Grant(Role.VIEWER),)),
    "guan": Somebody((Grant(Role.ADMINISTRATOR),)),
}
MACHINE = Somebody((Grant(Role.LIGHTING_OPERATOR), Grant(Role.WATER_OPERATOR)), TARGETS, TARGETS, slots=_MANUAL)
"""Behind the key of ``scada``: it operates like an operator, and is nobody's second person."""
NOBODY = Somebody(())

SCOPES = {CITY: TARGETS, Scope.parse(f"division:{WEST}"): (ROAD, TREES)}
"""Where states are declared here, and which targets each covers."""
RESPONSES = {"flood_iii": True, "flood_iv": False}
"""States that open the emergency slot; whether one person may then act alone."""


def surely_night(begins: datetime, seconds: float) -> bool:
    """Whether some moment lies surely between sunset and sunrise in Hangzhou in June (UTC 11:03 … 20:58)."""
    step, at = 600.0, 0.0
    while True:
        clock = datetime.fromtimestamp(begins.timestamp() + min(at, seconds), UTC).time()
        if time(11, 15) <= clock <= time(20, 45):
            return True
        if at >= seconds:
            return False
        at += step
