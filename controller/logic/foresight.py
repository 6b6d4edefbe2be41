"""Which interlocks an order for a station would meet: not only in its next step, but at every start it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from controller.domain.image import View
from controller.domain.intents import StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.points import TargetId, good
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.request import Decision
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic.contract import LastWrite, Moment, Ruling, StationMemory, StationStep
from controller.logic.interlocks import Action, Bypassed, InterlockSpec, judge_all
from controller.logic.site_conditions import SiteConditions
from controller.logic.station_evaluation import evaluate_station
from controller.logic.station_interlocks import judge_station
from controller.logic.station_scene import scene_of
from controller.logic.unit_guards import may_start
from controller.logic.water_around import NOTHING_AROUND, WaterAround


def foresee_station(
    station: Station,
    decisions: Mapping[TargetId, Decision],
    view: View,
    memory: StationMemory,
    last: Mapping[TargetId, LastWrite],
    moment: Moment,
    interlocks: Sequence[InterlockSpec],
    bypassed: Bypassed,
    site: SiteConditions,
    around: WaterAround = NOTHING_AROUND,
) -> StationStep:
    """The step that would follow if this were decided, with the verdicts on every unit that would have to start.

    A sequence asks an interlock when its turn comes, minutes after the order; whoever is to decide has to see it
    before. A station still in its PLC's hands is looked at as if it had been taken over already.
    """
    winner = decisions[station.id].winner
    if winner.value != StationOrder(StationMode.HAND_BACK) and view.value("mode") is not None:
        readings = {**view.block.readings, "mode": good("REMOTE", view.now_s)}
        view = View(replace(view.block, readings=readings), view.now_s)
    step = evaluate_station(station, decisions, view, memory, last, moment, interlocks, bypassed, site, around)
    scene = scene_of(station, view, memory, last, moment, site, around)
    judged = judge_station(scene, interlocks, bypassed)
    verdicts = dict(step.verdicts)
    for unit in station.units:
        slot = _slot_of_start(unit, station, decisions)
        if slot is None or scene.running(unit) or unit.id in verdicts:
            continue
        configured = judge_all(interlocks, judged, unit.id, Action.START, slot, active=False)
        held = [one for one in (may_start(scene, unit, slot), configured) if one.ruling is not Ruling.ALLOW]
        if held:
            verdicts[unit.id] = held[0]
    return replace(step, verdicts=verdicts)


def _slot_of_start(unit: PumpUnit, station: Station, decisions: Mapping[TargetId, Decision]) -> Slot | None:
    """The slot under which the unit would be started; None when nothing asks for that."""
    own = decisions[unit.id].winner
    if isinstance(own.value, UnitOrder) and own.value.mode is UnitMode.START:
        return own.slot
    if own.value == UnitOrder(UnitMode.STOP):
        return None
    order = decisions[station.id].winner
    asks = isinstance(order.value, StationOrder) and order.value.starts
    with_it = isinstance(order.value, StationOrder) and order.value.direction.value == unit.direction
    return order.slot if asks and with_it else None
