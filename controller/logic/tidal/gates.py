"""Interlocks of river gates: what keeps one shut, and what closes one whoever opened it. Slots 1 and 2 are not bound.

No water ever comes in through an outfall: a gate that people opened is closed by the same heads that would close the
automatic's. Closing is the protective direction; nothing here ever opens a gate.
"""

from __future__ import annotations

from collections.abc import Iterator

from controller.domain.pumps_and_gates import Gate, GateRole
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.levels import outer_level_m
from controller.logic.station_scene import Scene, seen_closed
from controller.logic.tidal.side import RIVER_ROLES
from controller.logic.water_around import OuterSide, OuterTrust

CLOSE_HEAD_M = 0.05
"""Head (m) at which an outfall closes where its station has no gravity rule (FACTS)."""
BLIND_S = 60.0
"""A head that has not been known for so long counts as gone: nobody could see the water turn."""
AT_ONCE = {OuterTrust.BORE_WINDOW: "bore", OuterTrust.RISING_FAST: "fast_rise"}
"""What closes every river gate at once, and the interlock that is named for it."""
NOTHING_KNOWN = OuterSide(OuterTrust.NO_TABLE, "nothing is known of the tide / 无潮汐信息")


def outer_side_of(scene: Scene) -> OuterSide:
    """What is known of the station's outer side; at a tidal water nobody speaks of, nothing is."""
    found = scene.around.outer.get(scene.station.id)
    if found is not None:
        return found
    return NOTHING_KNOWN if scene.station.outer_water else OuterSide()


def head_now_m(scene: Scene) -> float | None:
    """Inner minus outer level (m), the outer never taken lower than its tide table allows. None: not known."""
    station, inner_m = scene.station, scene.level.level_m
    outer_m = outer_level_m(station, scene.view, scene.memory.excluded)
    if inner_m is None or outer_m is None:
        return None
    least_m = outer_side_of(scene).least_m
    return inner_m - (outer_m if least_m is None else max(outer_m, least_m))


def close_head_m(scene: Scene, gate: Gate) -> float:
    """The head (m) at which this outfall closes."""
    rule = scene.station.gravity
    return rule.close_head_m if rule is not None and rule.gate == gate.id else CLOSE_HEAD_M


def objections_to_opening(scene: Scene, gate: Gate) -> Iterator[Verdict]:
    """Why a river gate is not opened now, by anybody: bore, fast rise, mountain flood, a head that is not there."""
    if gate.role not in RIVER_ROLES:
        return
    side = outer_side_of(scene)
    if side.trust in AT_ONCE:
        yield _hold(AT_ONCE[side.trust], f"{gate.name} stays closed: {side.reason}")
    yield from _mountain_flood(scene, gate, Ruling.HOLD)
    if gate.role is not GateRole.GRAVITY:
        return
    head_m, least_m = head_now_m(scene), close_head_m(scene, gate)
    if head_m is not None and head_m <= least_m:
        yield _hold("outer_level", f"{gate.name} stays closed: {_too_low(head_m, least_m)}")


def must_close(scene: Scene, gate: Gate) -> Verdict:
    """FORCE when the gate is to be closed whatever was ordered; ALLOWED otherwise."""
    return next(_closings(scene, gate), ALLOWED)


def river_alarms(scene: Scene) -> Iterator[tuple[str, str]]:
    """(condition id, text) for a river gate that should be proven closed and is not, whoever commands the station."""
    side = outer_side_of(scene)
    for gate in scene.station.gates:
        if gate.role not in RIVER_ROLES or not (side.late or side.trust is OuterTrust.RISING_FAST):
            continue
        if seen_closed(gate, scene.view) is not True:
            text = (
                f"{gate.name} is not proven closed: {side.reason.partition(' / ')[0]}; close it on site / "
                f"{gate.name}未证实关闭：{side.reason.rpartition(' / ')[2]}，请立即现场关闸"
            )
            yield f"{gate.id}:river_gate_open", text


def _closings(scene: Scene, gate: Gate) -> Iterator[Verdict]:
    if gate.role not in RIVER_ROLES:
        return
    side = outer_side_of(scene)
    if side.trust in AT_ONCE:
        yield _force(AT_ONCE[side.trust], f"{gate.name} is closed: {side.reason}")
    yield from _mountain_flood(scene, gate, Ruling.FORCE)
    if gate.role is not GateRole.GRAVITY or not scene.station.outer_level:
        return
    head_m, least_m, since_s = head_now_m(scene), close_head_m(scene, gate), scene.memory.head_blind_since_s
    if head_m is not None and head_m <= least_m:
        yield _force("outer_level", f"{gate.name} is closed: {_too_low(head_m, least_m)}")
    elif head_m is None and since_s is not None and scene.moment.s - since_s >= BLIND_S:
        yield _force("outer_level", f"{gate.name} is closed: inner or outer level has not been trusted for a minute")


def _too_low(head_m: float, least_m: float) -> str:
    if head_m <= 0.0:
        return f"outside the water stands {-head_m:.2f} m higher"
    return f"the head of {head_m:.2f} m is at most {least_m:.2f} m"


def _mountain_flood(scene: Scene, gate: Gate, ruling: Ruling) -> Iterator[Verdict]:
    reason = scene.around.shut.get(scene.station.id)
    if reason and gate.role is GateRole.INTAKE:
        yield Verdict(ruling, "mountain_flood", reason=f"{gate.name}: {reason}")


def _hold(interlock: str, reason: str) -> Verdict:
    return Verdict(Ruling.HOLD, interlock, reason=reason)


def _force(interlock: str, reason: str) -> Verdict:
    return Verdict(Ruling.FORCE, interlock, reason=reason)
