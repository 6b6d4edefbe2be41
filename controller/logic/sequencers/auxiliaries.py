"""What a pump unit needs besides its motor: lubrication and cooling before it, their run-on after it, a drive's speed.

Each is written under a name of its own beside the unit's (``330102-PS-0001/P1.lubrication``), so that its proof and the
motor's are kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.command import Proof, Wanted
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import PumpUnit
from controller.logic.sequencers.resend import send
from controller.logic.station_scene import Scene, flag

SPEED_TOLERANCE_PERCENT = 3.0
SPEED_STEP_PERCENT = 1.0
"""A drive is told a new speed only when it differs by this much."""
SPEED_EVERY_S = 5.0
"""And not more often than this."""
SPEED_PROOF_S = 30.0
FULL_SPEED_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Aside:
    """What is wanted of the auxiliaries: writes, whether all is proven, and why it never will be."""

    wanted: tuple[Wanted, ...] = ()
    done: bool = True
    phase: str = ""
    failure: str = ""
    next_s: float | None = None


READY = Aside()


def aside_name(unit: PumpUnit, what: str) -> TargetId:
    """What an auxiliary of the unit goes by among commands and proofs."""
    return f"{unit.id}.{what}"


def auxiliaries_on(scene: Scene, unit: PumpUnit) -> Aside:
    """Every auxiliary on and proven. Also called while the motor runs: one that fell out is switched on again."""
    found = [_switched(scene, unit, name, on=True) for name in unit.auxiliaries]
    waiting = [one for one in found if not one.done]
    if not waiting:
        return READY
    failure = next((one.failure for one in waiting if one.failure), "")
    return Aside(_all_wanted(found), False, waiting[0].phase, failure, waiting[0].next_s)


def auxiliaries_off(scene: Scene, unit: PumpUnit) -> Aside:
    """Off again, once the motor has stood for ``auxiliary_after_s``."""
    on = [name for name in unit.auxiliaries if _is_on(scene, unit, name)]
    if not on:
        return READY
    stopped_s = scene.past(unit).stopped_since_s
    until_s = float("-inf") if stopped_s is None else stopped_s + unit.auxiliary_after_s
    if scene.moment.s < until_s:
        return Aside(done=False, phase=f"its {' and '.join(on)} runs on", next_s=until_s)
    found = [_switched(scene, unit, name, on=False) for name in on]
    return Aside(_all_wanted(found), False, f"switches its {' and '.join(on)} off", "", found[0].next_s)


def speed_step(scene: Scene, unit: PumpUnit, percent: float | None) -> Aside:
    """Bring its drive to this speed (%), kept between its lowest and full speed; nothing for fixed speed."""
    low = unit.min_speed_percent
    if low is None or percent is None:
        return READY
    wanted = min(FULL_SPEED_PERCENT, max(low, percent))
    target, point = aside_name(unit, "speed"), f"{unit.output}.speed_command"
    told, last = scene.view.number(point), scene.last.get(target)
    if told is not None and abs(told - wanted) < SPEED_STEP_PERCENT:
        return READY
    if last is not None and last.value != wanted and scene.moment.s < last.sent_s + SPEED_EVERY_S:
        return Aside(done=False, phase=f"goes to {wanted:g}% speed", next_s=last.sent_s + SPEED_EVERY_S)
    # A drive that stands takes its speed with its register alone; one that turns proves it by turning.
    seen = f"{unit.output}.speed_percent" if scene.running(unit) else point
    proof = Proof(seen, wanted, SPEED_PROOF_S, SPEED_TOLERANCE_PERCENT)
    said = f"goes to {wanted:g}% speed"
    sending = send(target, point, wanted, proof, scene.last, scene.moment, said=said)
    return Aside(sending.wanted, False, sending.phase, "", sending.next_s)


def speed_is_told(scene: Scene, unit: PumpUnit, percent: float) -> bool:
    """Whether its drive was told this speed, or has not taken it in its time: a start does not wait for ever."""
    told = scene.view.number(f"{unit.output}.speed_command")
    if told is not None and abs(told - percent) < SPEED_STEP_PERCENT:
        return True
    last = scene.last.get(aside_name(unit, "speed"))
    return last is not None and last.settled and last.failures > 0


def _switched(scene: Scene, unit: PumpUnit, name: str, *, on: bool) -> Aside:
    seen = flag(scene.view, f"{unit.output}.{name}")
    if seen is on and flag(scene.view, f"{unit.output}.{name}_command") is not (not on):
        return READY
    target, point = aside_name(unit, name), f"{unit.output}.{name}_command"
    last = scene.last.get(target)
    proof = Proof(f"{unit.output}.{name}", on, unit.auxiliary_proof_s)
    said = f"switches its {name} {'on' if on else 'off'}"
    sending = send(target, point, on, proof, scene.last, scene.moment, said=said)
    sent = last is not None and last.point == point and last.value is on
    late = last is not None and sent and scene.moment.s >= last.sent_s + unit.auxiliary_proof_s
    failed = on and late and seen is False
    failure = f"{name} not proven on within {unit.auxiliary_proof_s:.0f} s" if failed else ""
    return Aside(sending.wanted, False, sending.phase, failure, sending.next_s)


def _is_on(scene: Scene, unit: PumpUnit, name: str) -> bool:
    return any(flag(scene.view, f"{unit.output}.{point}") is True for point in (name, f"{name}_command"))


def _all_wanted(found: list[Aside]) -> tuple[Wanted, ...]:
    return tuple(wanted for one in found for wanted in one.wanted)
