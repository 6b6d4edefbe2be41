"""What an order needs before it acts: a selection, a second person. Pure; the thresholds are the site's.

DESIGN section 4, "Select before operate". What goes the protective way is not judged here at all: it needs neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from controller.domain.intents import (
    Dim,
    Direction,
    GateOrder,
    Intent,
    StationOrder,
    Switch,
    UnitMode,
    UnitOrder,
)
from controller.domain.lights import Circuit, Display, Luminaire
from controller.domain.places import Place
from controller.domain.points import DeviceId
from controller.domain.pumps_and_gates import Gate, PumpUnit
from controller.logic.roster import Member, Roster

FEW = 10
"""Lights switched one at a time are single acts, and no share of a division, until there are so many of them."""

RESPONSE_LEVEL = 3
"""Under a declared response of this level (III) or higher (II, I) one person may act, flagged."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much one person may move alone. A site may be stricter, never laxer."""

    cabinets: int = 50
    """More lighting devices than this need a second person."""
    district_percent: float = 5.0
    """More of a division's lights than this need one; a single light never does by this rule."""
    dark_below_percent: float = 10.0
    """A road lamp dimmed below this is off, as far as darkness goes."""
    together_s: float = 900.0
    """What one person orders the same way within this time counts as one order."""


class Why(StrEnum):
    """Why an order needs more than one word of one person."""

    WATER = "water"
    GROUP = "group_of_lights"
    CITY_WIDE = "city_wide"
    MANY_CABINETS = "many_cabinets"
    MANY_DISPLAYS = "many_displays"
    DISTRICT_SHARE = "district_share"
    NIGHT_OFF = "night_off"
    MULTI_STATION = "multi_station"
    FLOW_REVERSAL = "flow_reversal"
    RIVER_GATE_OPENS = "river_gate_opens"


@dataclass(frozen=True, slots=True)
class Need:
    """One reason, in both languages."""

    why: Why
    text_en: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One target of an order that does not go the protective way.

    ``opening_percent``: how far a gate counts as open (``opened_already``), None when nobody knows. ``flow``: the way
    its station works now (``drain``, ``divert``), None when nobody knows.
    """

    member: Member
    value: Intent
    opening_percent: float | None = None
    flow: str | None = None


def selection_needs(asked: Sequence[Asked]) -> tuple[Need, ...]:
    """Why these have to be selected and looked at before they are operated; empty when they need not."""
    needs = []
    water = [one for one in asked if one.member.station is not None]
    lights = len(asked) - len(water)
    if water:
        needs.append(Need(Why.WATER, "pumps and gates are selected first", "水泵、闸门须先选择后操作"))
    if lights > 1:
        needs.append(Need(Why.GROUP, f"{lights} lights are a group", f"{lights} 路照明属于成组操作"))
    return tuple(needs)


def second_person_needs(
    asked: Sequence[Asked],
    roster: Roster,
    in_the_dark: Callable[[Place], bool],
    thresholds: Thresholds,
    together: Sequence[Asked] = (),
) -> tuple[Need, ...]:
    """Why a second person has to confirm; empty when one person is enough.

    ``in_the_dark`` says whether any moment of the order's lease lies between sunset and sunrise at a place.
    ``together``: what the same person ordered alone shortly before and what still stands; a limit that holds for one
    order holds for ten that follow each other.
    """
    needs: list[Need] = []
    needs += _extent(asked, _more(asked, together, thresholds), roster, thresholds)
    needs += _messages(asked, together, roster, thresholds)
    needs += _darkness(asked, in_the_dark, thresholds)
    needs += _water(asked)
    return tuple(needs)


def _more(asked: Sequence[Asked], together: Sequence[Asked], thresholds: Thresholds) -> list[Asked]:
    """What was ordered shortly before and goes the same way as any of these, other targets than these."""
    if not together:
        return []
    below = thresholds.dark_below_percent
    mine = {one.member.id for one in asked}
    ways = {goes_dark(one.value, below) for one in asked if _is_lamp(one.member)}
    return [
        one
        for one in together
        if one.member.id not in mine and is_light(one.member) and goes_dark(one.value, below) in ways
    ]


def _extent(asked: Sequence[Asked], before: Sequence[Asked], roster: Roster, thresholds: Thresholds) -> Iterator[Need]:
    own = sum(_is_lamp(one.member) for one in asked)
    lights = [one.member for one in (*asked, *before) if _is_lamp(one.member)]
    if not own or (own < 2 and len(lights) < FEW):
        return
    said_en, said_zh = _with_those_before(before, thresholds)
    by_division = Counter(member.division for member in lights)
    if len(roster.lit_divisions) > 1 and by_division.keys() >= roster.lit_divisions:
        count = len(by_division)
        yield Need(
            Why.CITY_WIDE, f"it reaches all {count} divisions{said_en}", f"涉及全部 {count} 个区县（全市）{said_zh}"
        )
    devices = len({one.member.device for one in (*asked, *before) if one.member.station is None})
    if devices > thresholds.cabinets:
        limit = thresholds.cabinets
        yield Need(
            Why.MANY_CABINETS,
            f"{devices} cabinets and poles{said_en}; one person may switch {limit}",
            f"涉及 {devices} 个配电箱或灯杆{said_zh}，单人上限 {limit}",
        )
    yield from _shares(by_division, roster.lights_of, thresholds.district_percent, (said_en, said_zh))


def _messages(
    asked: Sequence[Asked], together: Sequence[Asked], roster: Roster, thresholds: Thresholds
) -> Iterator[Need]:
    """A message many people read at once is two people's word: as many displays as cabinets, or every division's.

    A display darkens nothing, so no share of a division counts, and one display never takes two.
    """
    own = {one.member.id for one in asked if isinstance(one.member.part, Display)}
    if not own:
        return
    all_told = [one.member for one in (*asked, *together) if isinstance(one.member.part, Display)]
    divisions = {member.division for member in all_told}
    if len(own) > 1 and len(roster.shown_divisions) > 1 and divisions >= roster.shown_divisions:
        count = len(divisions)
        yield Need(
            Why.CITY_WIDE, f"its message is read in all {count} divisions", f"信息将在全部 {count} 个区县（全市）发布"
        )
    poles = len({member.device for member in all_told})
    if poles > thresholds.cabinets:
        limit = thresholds.cabinets
        yield Need(
            Why.MANY_DISPLAYS,
            f"{poles} poles would show messages of yours; one person may fill {limit}",
            f"涉及 {poles} 根灯杆的显示屏，单人上限 {limit}",
        )


def _with_those_before(before: Sequence[Asked], thresholds: Thresholds) -> tuple[str, str]:
    if not before:
        return "", ""
    minutes = round(thresholds.together_s / 60)
    return (
        f" (with {len(before)} lights of your orders of the last {minutes} min)",
        f"（含本人最近 {minutes} 分钟内已下令的 {len(before)} 路）",
    )


def _shares(
    by_division: Mapping[str, int], lights_of: Mapping[str, int], limit_percent: float, said: tuple[str, str]
) -> Iterator[Need]:
    said_en, said_zh = said
    over = {
        division: 100.0 * count / lights_of[division]
        for division, count in sorted(by_division.items())
        if 100.0 * count > limit_percent * lights_of[division]
    }
    if over:
        worst = max(over, key=lambda division: over[division])
        yield Need(
            Why.DISTRICT_SHARE,
            f"{over[worst]:.1f} % of the lights of division {worst}{said_en}; "
            f"one person may switch {limit_percent:g} %",
            f"占 {worst} 照明回路的 {over[worst]:.1f}%{said_zh}，单人上限 {limit_percent:g}%",
        )


def _darkness(asked: Sequence[Asked], in_the_dark: Callable[[Place], bool], thresholds: Thresholds) -> Iterator[Need]:
    places: dict[DeviceId, Place] = {
        one.member.device: one.member.place
        for one in asked
        if one.member.lights_a_road and goes_dark(one.value, thresholds.dark_below_percent)
    }
    if any(in_the_dark(place) for place in places.values()):
        yield Need(
            Why.NIGHT_OFF,
            "road lights would be off between sunset and sunrise",
            "道路照明将在日落至日出之间关闭",
        )


def goes_dark(value: Intent, below_percent: float) -> bool:
    """Whether a light told this counts as off: switched off, or dimmed below ``below_percent``."""
    return value == Switch(False) or (isinstance(value, Dim) and value.percent < below_percent)


def _water(asked: Sequence[Asked]) -> Iterator[Need]:
    stations = {one.member.station.id for one in asked if one.member.station is not None}
    if len(stations) > 1:
        count = len(stations)
        yield Need(Why.MULTI_STATION, f"it moves {count} stations at once", f"同时操作 {count} 座泵闸站")
    reversed_at = _names(one for one in asked if _reverses(one))
    if reversed_at:
        yield Need(Why.FLOW_REVERSAL, f"the flow turns round at {reversed_at}", f"{reversed_at} 将改变水流方向")
    opened = _names(one for one in asked if _opens_to_the_river(one))
    if opened:
        yield Need(Why.RIVER_GATE_OPENS, f"a gate to the river opens: {opened}", f"将开启临江（外河）闸门：{opened}")


def _names(asked: Iterable[Asked]) -> str:
    return ", ".join(one.member.id for one in asked)


def _reverses(one: Asked) -> bool:
    """Whether water would go another way than it does, or than anybody knows of."""
    wanted = _direction(one)
    return wanted is not None and wanted != one.flow


def _direction(one: Asked) -> str | None:
    """Which way the order makes water go; None when it makes none go, or the station can only go one way."""
    station, value = one.member.station, one.value
    if station is None or len({unit.direction for unit in station.units}) < 2:
        return None
    if isinstance(value, StationOrder) and value.starts:
        return value.direction.value
    if isinstance(one.member.part, PumpUnit) and isinstance(value, UnitOrder) and value.mode is UnitMode.START:
        return one.member.part.direction
    return None


def opened_already(position: float | None, told: Intent, tolerance: float) -> float | None:
    """How far a gate counts as open (%): where it is, or what it was told where it stands there.

    No order opens it a little more by itself, however little: many small steps are one opening.
    """
    if position is None or not isinstance(told, GateOrder) or told.percent is None:
        return position
    return max(position, told.percent) if abs(told.percent - position) <= tolerance else position


def flow_of(running: Set[str], told: Intent) -> str | None:
    """Which way a station works: the directions of the units that run, else what it is told; None when they disagree.

    A count of nothing goes no way, whatever direction stands beside it.
    """
    if running:
        return next(iter(running)) if len(running) == 1 else None
    if isinstance(told, StationOrder) and told.starts:
        return told.direction.value
    return Direction.DRAIN.value


def _opens_to_the_river(one: Asked) -> bool:
    value, part = one.value, one.member.part
    if not one.member.to_the_river or not isinstance(part, Gate) or not isinstance(value, GateOrder):
        return False
    if value.percent is None or value.percent == 0.0:
        return False
    return one.opening_percent is None or value.percent > one.opening_percent


def _is_lamp(member: Member) -> bool:
    """Whether it lights anything: a display does not."""
    return isinstance(member.part, (Circuit, Luminaire))


def is_light(member: Member) -> bool:
    """Whether it belongs to lighting: circuits, lamps, displays."""
    return isinstance(member.part, (Circuit, Luminaire, Display))
