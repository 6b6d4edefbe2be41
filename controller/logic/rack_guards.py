"""The trash rack: no start against a dirty one, a unit shed at a blocked one, all stopped before it gives way.

0.2 m clean, 0.3 alarm, 0.5 shed a unit, 0.8 stop; a start needs less than 0.3 m (FACTS, trash rack, start sequence).
A head that cannot be read stops nothing and blocks nothing: people are told.
"""

from __future__ import annotations

from dataclasses import replace

from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.slots import Slot
from controller.logic.contract import Ruling, StationMemory, Verdict
from controller.logic.station_scene import Scene

HEAD = "rack_head_m"
IN_A_FLOOD = frozenset({Slot.EMERGENCY_ORDER, Slot.FLOOD_CRITICAL})
"""Who may start against a dirty rack, up to its shed limit: when the city floods, a dirty rack is the lesser evil."""


def rack_lets_start(scene: Scene, slot: Slot) -> Verdict | None:
    """A start needs a rack that is clean enough.

    One that was clean enough a moment ago still is: a start under way is not given up, and its gate not driven back,
    for a wave on the gauge.
    """
    rule, head_m = scene.station.rack, scene.view.number(HEAD)
    flood = slot in IN_A_FLOOD
    limit_m = rule.shed_m if flood else rule.start_m
    was_s = scene.memory.rack_passable_s if flood else scene.memory.rack_clean_s
    if head_m is None or head_m < limit_m or (was_s is not None and scene.moment.s - was_s < rule.confirm_s):
        return None
    needs = f"{head_m:.2f} m over the trash rack (a start needs less than {limit_m:.1f} m): clean it"
    reason = f"{needs} / 拦污栅压差过大，清污后再开机"
    return Verdict(Ruling.HOLD, "rack", reason=reason)


def rack_stops(scene: Scene, unit: PumpUnit) -> Verdict | None:
    """FORCE for a unit that is shed, and for every unit once the rack is past its stop limit for long enough."""
    rule, memory, head_m = scene.station.rack, scene.memory, scene.view.number(HEAD)
    if head_m is None:
        return None
    if _confirmed(scene, memory.rack_since_s):
        said = f"stopped: {head_m:.2f} m over the trash rack (limit {rule.stop_m:.1f} m): clean it"
        reason = f"{said} / 拦污栅严重堵塞，停机清污"
        return Verdict(Ruling.FORCE, "rack", reason=reason)
    if unit.id in memory.shed_units:
        reason = (
            f"shed: {head_m:.2f} m over the trash rack (limit {rule.shed_m:.1f} m): clean it / 拦污栅压差大，减机运行"
        )
        return Verdict(Ruling.FORCE, "rack_shed", reason=reason)
    return None


def observe_rack(scene: Scene) -> StationMemory:
    """Since when the rack is past its limits, and which units are shed for it: one at a time, never the last."""
    memory, rule, now_s = scene.memory, scene.station.rack, scene.moment.s
    head_m = scene.view.number(HEAD)
    if head_m is None:
        return replace(memory, rack_since_s=None, rack_dirty_s=None)
    clean = head_m < rule.start_m
    unclean_s = memory.rack_unclean_s
    freed = clean and (unclean_s is None or now_s - unclean_s >= rule.confirm_s)
    memory = replace(
        memory,
        rack_clean_s=now_s if clean else memory.rack_clean_s,
        rack_passable_s=now_s if head_m < rule.shed_m else memory.rack_passable_s,
        rack_unclean_s=memory.rack_unclean_s if clean else now_s,
        rack_since_s=_since(memory.rack_since_s, now_s, past=head_m > rule.stop_m),
        rack_dirty_s=_since(memory.rack_dirty_s, now_s, past=head_m > rule.shed_m),
        shed_units=frozenset() if freed else memory.shed_units,
    )
    dirty_s = memory.rack_dirty_s
    due = _confirmed(scene, dirty_s) and memory.in_control
    waits = memory.shed_s is not None and now_s < memory.shed_s + rule.shed_every_s
    left = [unit for unit in scene.station.units if scene.running(unit) and unit.id not in memory.shed_units]
    if not due or waits or len(left) < 2 or scene.station.additional_starts_only:
        return memory
    shed = max(left, key=lambda unit: scene.past(unit).run_hours)
    return replace(memory, shed_units=memory.shed_units | {shed.id}, shed_s=now_s)


def _confirmed(scene: Scene, since_s: float | None) -> bool:
    """Whether the head has been past a limit for long enough, and was read again meanwhile.

    One wild reading of a gauge that is read seldom stands until the next: it stops no pump by standing.
    """
    if since_s is None or scene.moment.s - since_s < scene.station.rack.confirm_s:
        return False
    return max(scene.view.read(HEAD).received_s, scene.view.block.renewed_s) > since_s


def _since(since_s: float | None, now_s: float, *, past: bool) -> float | None:
    if not past:
        return None
    return now_s if since_s is None else since_s
