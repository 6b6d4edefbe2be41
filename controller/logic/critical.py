"""``flood_critical`` (slot 4): near the guarantee level a forgotten manual stop does not keep the pumps still.

It adds starts only. A station whose leased manual order (slots 7–11) holds fewer units than it has is told all of its
drainage units, and so is one whose own level control holds because its gauges cannot be trusted, once others of its
reach say how near it is; a unit with a leased STOP is left to its station again. Slots 1–3, maintenance tags, the
switch and every guard of a unit stand above it: a deliberate stop is an emergency order (slot 3) or a tag. Diversion is
not its concern, and a station in the hands of its PLC is left there: only people are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from controller.domain.image import View
from controller.domain.intents import Direction, StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.slots import Slot, SlotKind
from controller.domain.stations import CriticalRule, Station
from controller.logic.contract import CriticalMemory, Moment, StationMemory
from controller.logic.levels import inner_level
from controller.logic.station_scene import scene_of
from controller.logic.station_stages import units_of
from controller.logic.switch_guard import REMOTE
from controller.logic.water_around import NOTHING_AROUND, WaterAround

OWNER = "flood_critical"
"""Who stands behind requests of slot 4 at a station."""
DELIBERATELY = (
    "to stop deliberately: an emergency order, or a maintenance tag on the unit / 确需停机请下应急调度令或挂检修牌"
)
NOT_NEAR = CriticalMemory()

Standing = Callable[[TargetId], Sequence[Request]]
"""Everything asked of a target, but its default."""


@dataclass(frozen=True, slots=True)
class Near:
    """The level that is near the guarantee level (m); ``own``: by the station's own gauges; words for whose it is."""

    level_m: float
    guarantee_m: float
    own: bool
    whose: str


def critical_order(
    station: Station,
    view: View,
    memory: StationMemory,
    moment: Moment,
    around: WaterAround = NOTHING_AROUND,
    standing: Standing = lambda _: (),
) -> tuple[StationMemory, tuple[Request, ...]]:
    """What slot 4 asks in this cycle, and the memory of it. Nothing before the actual state was adopted."""
    memory = replace(memory, below_guarantee_m=_below_m(station, view, around, memory))
    near = near_guarantee(station, view, around, memory)
    if near is None or not memory.adopted or not view.ready:
        return (memory if memory.critical == NOT_NEAR else replace(memory, critical=NOT_NEAR)), ()
    passed = (*_passed(station, standing, own_level=near.own), *_holds_blind(station, standing, own_level=near.own))
    units = {request.target for request in passed if request.target != station.id}
    requests = []
    if len(passed) > len(units):
        everything = StationOrder(StationMode.COUNT, len(units_of(station)))
        requests.append(_request(station.id, everything, near, passed))
    requests += [_request(unit, UnitOrder(UnitMode.AUTO), near, passed) for unit in sorted(units)]
    words = tuple(_named(request) for request in passed)
    unaided = _unaided(station, view, memory, moment, standing)
    critical = CriticalMemory(near.level_m, near.guarantee_m, words, unaided)
    return replace(memory, critical=critical), tuple(requests)


def near_guarantee(station: Station, view: View, around: WaterAround, memory: StationMemory) -> Near | None:
    """The station's level where it is near the guarantee level; None where it is not, or nobody knows.

    Its own gauges decide, voted and GOOD. Where they cannot be trusted, the level of its reach as the network knows it
    from others is the second opinion. Once near, it is over only ``span_m`` lower than it began.
    """
    rule = rule_of(station, around)
    if rule is None or rule.guarantee_m is None or not units_of(station):
        return None
    span_m = 0.0 if memory.critical.level_m is None else rule.span_m
    from_m = rule.guarantee_m - rule.margin_m - span_m
    own = inner_level(station, view, memory.gauges, memory.excluded)
    level_m = around.reach_m.get(station.id) if own.level_m is None else own.level_m
    if level_m is None or level_m < from_m:
        return None
    whose = "inner level" if own.level_m is not None else f"level of its reach ({own.note})"
    return Near(level_m, rule.guarantee_m, own.level_m is not None, whose)


def _below_m(station: Station, view: View, around: WaterAround, memory: StationMemory) -> float | None:
    rule = rule_of(station, around)
    level_m = inner_level(station, view, memory.gauges, memory.excluded).level_m
    if level_m is None:
        level_m = around.reach_m.get(station.id)
    if rule is None or rule.guarantee_m is None or level_m is None:
        return None
    return rule.guarantee_m - level_m


def rule_of(station: Station, around: WaterAround) -> CriticalRule | None:
    """The rule with the station's own guarantee level, else its reach's; None where it is switched off."""
    rule = station.critical
    if not rule.enabled:
        return None
    return rule if rule.guarantee_m is not None else replace(rule, guarantee_m=around.guarantee_m.get(station.id))


def critical_alarms(station: Station, memory: StationMemory) -> Iterable[tuple[str, str]]:
    """What people must know at once while the level is near the guarantee level."""
    critical = memory.critical
    if critical.level_m is None:
        return
    left_m = critical.guarantee_m - critical.level_m
    where = (
        f"{critical.level_m:.2f} m, {left_m:.2f} m below the guarantee level"
        if left_m > 0
        else (f"{critical.level_m:.2f} m, at or above the guarantee level {critical.guarantee_m:.2f} m")
    )
    if critical.passed:
        orders = "; ".join(critical.passed)
        yield f"{station.id}:flood_critical", f"{where}: units start past {orders}; {DELIBERATELY}"
    if critical.unaided:
        yield f"{station.id}:critical_unaided", f"{where}, and {critical.unaided}"


def _passed(station: Station, standing: Standing, *, own_level: bool) -> Iterable[Request]:
    """The leased orders of people and plans that stop or hold units, each the highest of its target.

    An emergency order, or anything in slots 1 and 2, stands above: then nothing of that target is passed.
    """
    units = units_of(station)
    order = _highest(standing(station.id))
    if order is not None and _holds(order.value, len(units), own_level=own_level):
        yield order
    for unit in units:
        own = _highest(standing(unit.id))
        if own is not None and own.value == UnitOrder(UnitMode.STOP):
            yield own


def _holds_blind(station: Station, standing: Standing, *, own_level: bool) -> Iterable[Request]:
    """Its own level control, where that has the station and holds because its gauges cannot be trusted.

    A level of its reach that others measured is trusted: near the guarantee level nobody waits for its own gauges.
    """
    if own_level or not station.automatic:
        return
    above = [one for one in standing(station.id) if one.slot < Slot.AUTOMATIC and one.slot is not Slot.FLOOD_CRITICAL]
    if not above:
        hold, why = StationOrder(StationMode.HOLD), "its own gauges cannot be trusted / 本站水位计不可信"
        yield Request(station.id, Slot.AUTOMATIC, hold, "level control", why)


def _highest(requests: Sequence[Request]) -> Request | None:
    """Who would win without slot 4, where that is a leased order below it; None otherwise."""
    others = [request for request in requests if request.slot is not Slot.FLOOD_CRITICAL]
    winner = min(others, key=lambda request: request.slot, default=None)
    if winner is None or winner.slot < Slot.FLOOD_CRITICAL or winner.slot.kind is not SlotKind.LEASED:
        return None
    return winner


def _holds(value: object, units: int, *, own_level: bool) -> bool:
    """Whether a station's order may keep units still.

    A hand-back does not (the PLC has its own level control), nor does a target level while the gauges are trusted.
    """
    if not isinstance(value, StationOrder) or value.mode is StationMode.HAND_BACK:
        return False
    if value.direction is not Direction.DRAIN:
        return True
    if value.mode is StationMode.LEVEL:
        return not own_level
    return value.mode is not StationMode.COUNT or value.count < units


def _unaided(station: Station, view: View, memory: StationMemory, moment: Moment, standing: Standing) -> str:
    """Why nobody can start its units from here although some stand still; empty when all run or somebody can."""
    scene = scene_of(station, view, memory, {}, moment)
    idle = [unit for unit in units_of(station) if not scene.committed(unit)]
    if not idle:
        return ""
    count = f"{len(idle)} of {len(units_of(station))} units stand still"
    switch = view.value("control_switch")
    if switch != REMOTE:
        key = station.key_at
        return (
            f"{count}: its switch is {switch or 'not readable'}, nobody can start them from here; send somebody "
            f"({key.en or 'its key'}) / 开关不在远方，请派人到站开机（{key.zh or '钥匙位置见台账'}）"
        )
    if not station.automatic and not any(request.slot < Slot.AUTOMATIC for request in standing(station.id)):
        return (
            f"{count} under its own PLC: look at why, or take it (`zhadao set {station.id} 'count "
            f"{len(units_of(station))}'`) / 由站内PLC控制，请核实并视情远程开机"
        )
    return ""


def _request(target: TargetId, value: StationOrder | UnitOrder, near: Near, passed: Sequence[Request]) -> Request:
    orders = "; ".join(_named(request) for request in passed)
    reason = (
        f"{near.whose} {near.level_m:.2f} m, guarantee level {near.guarantee_m:.2f} m: starts past {orders}; "
        f"{DELIBERATELY}"
    )
    return Request(target, Slot.FLOOD_CRITICAL, value, OWNER, reason)


def _named(request: Request) -> str:
    where = "" if "/" not in request.target else f" on {request.target}"
    return f"{request.owner}'s `{request.value}`{where} ({request.slot.label}: {request.reason})"
