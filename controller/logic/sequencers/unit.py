"""A pump unit's step: start and stop in the right order, each stage proven before the next.

Start: gravity gate closed and proven, lubrication and cooling on and proven, suction gate open, discharge gate as the
pump needs it (axial and submersible open, centrifugal closed), a drive at its lowest speed, motor, running proven,
discharge gate open within 60 s. Stop is the reverse: a centrifugal pump's gate closes before its motor stops, an axial
pump's after it; the suction gate and the auxiliaries follow. A start that is not proven in time, and a running pump
whose path is proven shut or that is proven to move no water, is taken back: stop, close, lock out (FACTS, start
sequence).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from controller.domain.command import Cause, Proof, Wanted
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate, PumpType, PumpUnit
from controller.logic.allocation import Wish
from controller.logic.contract import ALLOWED, Ruling, UnitMemory, Verdict
from controller.logic.sequencers.auxiliaries import READY, auxiliaries_off, auxiliaries_on, speed_is_told, speed_step
from controller.logic.sequencers.gate import is_at, proof_within_s
from controller.logic.sequencers.resend import Sending, send
from controller.logic.station_scene import Scene, flag, seen_closed
from controller.logic.unit_protection import proven_failure

OPEN_PERCENT, CLOSED_PERCENT = 100.0, 0.0
FELL_OUT_S = 5.0
"""A unit that stays stopped this long against its own command has fallen out: the command is taken back."""
TRIES = 3
"""A start the device would not even take is tried this often before the unit is locked out."""


@dataclass(frozen=True, slots=True)
class UnitStep:
    """What one step wants of a unit, and of the gates its sequence needs (gate id → %)."""

    past: UnitMemory
    phase: str
    wanted: tuple[Wanted, ...] = ()
    gates: Mapping[TargetId, float] = field(default_factory=dict)
    verdict: Verdict = ALLOWED
    alarms: tuple[tuple[str, str], ...] = ()
    next_s: float | None = None
    starting: bool = False
    stopping: bool = False


def unit_step(
    scene: Scene,
    unit: PumpUnit,
    wish: Wish,
    may_start: Verdict,
    may_stop: Verdict,
    speed_percent: float | None = None,
) -> UnitStep:
    """One step. ``may_start`` leaves the gates out; their proofs are this sequence's own.

    ``speed_percent``: what its drive should turn at while it runs; None leaves it as it is.
    """
    step = _step(scene, unit, wish, may_start, may_stop, speed_percent)
    if step.past.stopping_s is None or step.stopping:
        return step
    return replace(step, past=replace(step.past, stopping_s=None))


def _step(
    scene: Scene, unit: PumpUnit, wish: Wish, may_start: Verdict, may_stop: Verdict, speed_percent: float | None
) -> UnitStep:
    past = scene.past(unit)
    if may_stop.ruling is Ruling.FORCE:
        return _stop(scene, unit, past, may_stop)
    if past.withdraw:
        return _stop(scene, unit, past, ALLOWED)
    if may_start.cause is Cause.TAGGED and _is_starting(scene, unit):
        taken_back = _stop(scene, unit, replace(past, withdraw=True, asked_s=None), ALLOWED)
        return replace(taken_back, phase=f"its start is taken back: {may_start.reason}", verdict=may_start)
    failure = proven_failure(scene, unit) or ("" if wish is Wish.STOP else failed_start(scene, unit))
    if failure:
        locked = replace(past, locked_out=failure, withdraw=True, asked_s=None)
        return _stop(scene, unit, locked, ALLOWED)
    if wish is Wish.STOP:
        return _stop(scene, unit, past, may_stop)
    if scene.running(unit) or scene.attempt_s(unit) is not None:
        return _carry_on(scene, unit, past, speed_percent)
    if _fell_out(scene, unit, past):
        # Whatever is wanted of it: a command left standing would start it unguarded when its power comes back.
        sending = _run(scene, unit, run=False)
        phase = "fell out by itself: takes its command back"
        return UnitStep(past, phase, sending.wanted, alarms=_locked_alarm(unit, past), next_s=sending.next_s)
    if wish is Wish.KEEP or scene.committed(unit):
        return UnitStep(past, "kept as it is", alarms=_locked_alarm(unit, past))
    return _start(scene, unit, past, may_start)


def _is_starting(scene: Scene, unit: PumpUnit) -> bool:
    """Whether it was told to start and is not seen running yet. One that runs is people's to stop."""
    return not scene.running(unit) and scene.attempt_s(unit) is not None


def failed_start(scene: Scene, unit: PumpUnit) -> str:
    """Why a start under way has failed; empty while it has not. Needs GOOD feedback: silence is no failure."""
    begun_s, last = scene.attempt_s(unit), scene.last.get(unit.id)
    if begun_s is None:
        return ""
    running, current = scene.running(unit), scene.proves_start(unit)
    if scene.moment.s < begun_s + unit.start_proof_s or running is None or (running and current is not False):
        return ""
    if scene.commanded(unit) is False and (last is None or last.failures < TRIES):
        return ""
    seen = "its contactor closed without current" if running else "its contactor did not close"
    if not running and flag(scene.view, f"{unit.output}.fault") is True:
        seen = "its contactor is open and the unit reports a fault: its protection tripped / 机组保护动作"
    return f"start not proven within {unit.start_proof_s:.0f} s: {seen}"


def _carry_on(scene: Scene, unit: PumpUnit, past: UnitMemory, speed_percent: float | None) -> UnitStep:
    """Runs, or has been told to: path, auxiliaries and speed are kept, the start is watched."""
    step = _kept_running(scene, unit, past)
    beside = auxiliaries_on(scene, unit)
    speed = READY if step.starting or not scene.running(unit) else speed_step(scene, unit, speed_percent)
    phase = step.phase if speed.done else speed.phase
    return replace(step, wanted=(*step.wanted, *beside.wanted, *speed.wanted), phase=phase)


def _kept_running(scene: Scene, unit: PumpUnit, past: UnitMemory) -> UnitStep:
    gate, suction = scene.discharge_gate(unit), scene.suction_gate(unit)
    opens_now = gate is not None and (scene.running(unit) or unit.pump is not PumpType.CENTRIFUGAL)
    needs = {gate.id: OPEN_PERCENT} if gate is not None and opens_now and is_at(scene, gate, 100.0) is False else {}
    if gravity := scene.gravity_gate():
        needs[gravity.id] = CLOSED_PERCENT
    if suction is not None and is_at(scene, suction, OPEN_PERCENT) is False:
        needs[suction.id] = OPEN_PERCENT
    begun_s = scene.attempt_s(unit)
    if begun_s is None:
        return UnitStep(
            past, "opens its discharge gate" if gate is not None and gate.id in needs else "runs", (), needs
        )
    due_s = begun_s + unit.start_proof_s
    if scene.moment.s < due_s:
        left_s = due_s - scene.moment.s
        return UnitStep(past, f"starting: proof within {left_s:.0f} s", (), needs, next_s=due_s, starting=True)
    if scene.running(unit) is None:
        text = f"{unit.name}: its start cannot be proven, the running feedback is not readable"
        return UnitStep(past, text, (), needs, alarms=((f"{unit.id}:unproven", text),), starting=True)
    again = _run(scene, unit, run=True)
    return UnitStep(past, again.phase, again.wanted, needs, next_s=again.next_s, starting=True)


def _start(scene: Scene, unit: PumpUnit, past: UnitMemory, may_start: Verdict) -> UnitStep:
    if may_start.ruling is not Ruling.ALLOW:
        return _rest(scene, unit, past, may_start)
    gravity, needs = scene.gravity_gate(), dict[TargetId, float]()
    if gravity is not None:
        needs[gravity.id] = CLOSED_PERCENT
        if not seen_closed(gravity, scene.view):
            return UnitStep(past, f"first closes gravity gate {gravity.name}", (), needs, starting=True)
    return _bring_up(scene, unit, past, needs)


def _bring_up(scene: Scene, unit: PumpUnit, past: UnitMemory, needs: dict[TargetId, float]) -> UnitStep:
    """Auxiliaries, suction gate, discharge gate, drive, motor: each only once the one before it is proven."""
    beside = auxiliaries_on(scene, unit)
    if beside.failure:
        return _stop(scene, unit, replace(past, locked_out=beside.failure, withdraw=True), ALLOWED)
    if not beside.done:
        return UnitStep(past, f"first {beside.phase}", beside.wanted, needs, next_s=beside.next_s, starting=True)
    discharge = CLOSED_PERCENT if unit.pump is PumpType.CENTRIFUGAL else OPEN_PERCENT
    for gate, percent in ((scene.suction_gate(unit), OPEN_PERCENT), (scene.discharge_gate(unit), discharge)):
        if gate is None:
            continue
        needs[gate.id] = percent
        if not is_at(scene, gate, percent):
            return _prepare_gate(scene, unit, past, gate, needs)
    low = unit.min_speed_percent
    if low is not None and not speed_is_told(scene, unit, low):
        speed = speed_step(scene, unit, low)
        return UnitStep(past, f"first {speed.phase}", speed.wanted, needs, next_s=speed.next_s, starting=True)
    sending = _run(scene, unit, run=True)
    asked = replace(past, asked_s=scene.moment.s) if sending.wanted else past
    return UnitStep(asked, sending.phase, sending.wanted, needs, next_s=sending.next_s, starting=True)


def _prepare_gate(
    scene: Scene, unit: PumpUnit, past: UnitMemory, gate: Gate, needs: Mapping[TargetId, float]
) -> UnitStep:
    percent, last = needs[gate.id], scene.last.get(gate.id)
    sent = last is not None and last.point == f"{gate.output}.position_command" and last.value == percent
    late = last is not None and sent and scene.moment.s >= last.sent_s + proof_within_s(gate)
    # An order that was confirmed once and holds no more (its PLC moved it since) is given anew; it failed at nothing.
    failed = last is not None and sent and not last.confirmed and (late or last.failures >= TRIES)
    if failed and is_at(scene, gate, percent) is False:
        reason = f"{gate.role} gate {gate.name} not proven at {percent:g} % within {proof_within_s(gate):.0f} s"
        return _stop(scene, unit, replace(past, locked_out=reason, withdraw=True), ALLOWED)
    said = "opens" if percent > 0 else "closes"
    return UnitStep(past, f"first {said} {gate.role} gate {gate.name}", (), needs, starting=True)


def _fell_out(scene: Scene, unit: PumpUnit, past: UnitMemory) -> bool:
    stopped_s = past.stopped_since_s
    stays = stopped_s is None or scene.memory.supply_lost or scene.moment.s >= stopped_s + FELL_OUT_S
    return stays and scene.running(unit) is False and scene.commanded(unit) is True


def _stop(scene: Scene, unit: PumpUnit, past: UnitMemory, may_stop: Verdict) -> UnitStep:
    running = scene.running(unit)
    on = running or scene.commanded(unit) is True or scene.attempt_s(unit) is not None
    alarms = _locked_alarm(unit, past)
    if not on and running is not None:
        return _rest(scene, unit, replace(past, withdraw=False), ALLOWED)
    if may_stop.ruling is Ruling.HOLD:
        return UnitStep(past, may_stop.reason, verdict=may_stop, alarms=alarms, next_s=may_stop.until_s)
    if not on:
        return UnitStep(past, "not proven stopped: its running feedback is not readable", alarms=alarms)
    if may_stop.ruling is not Ruling.FORCE and not past.withdraw:
        past = replace(past, stopping_s=past.stopping_s or scene.moment.s)
        if (closing := _closes_first(scene, unit, past)) is not None:
            return closing
    sending = _run(scene, unit, run=False, urgent=may_stop.ruling is Ruling.FORCE or past.withdraw)
    last = scene.last.get(unit.id)
    if last is not None and last.value is False and last.failures and running:
        alarms = (*alarms, (f"{unit.id}:does_not_stop", f"{unit.name} goes on running after its stop: go and see"))
    phase = may_stop.reason or sending.phase
    past = replace(past, asked_s=None)
    return UnitStep(past, phase, sending.wanted, {}, may_stop, alarms, sending.next_s, stopping=True)


def _closes_first(scene: Scene, unit: PumpUnit, past: UnitMemory) -> UnitStep | None:
    """A centrifugal pump stops against its closed gate. A gate that does not close in its time stops no stop."""
    gate = scene.discharge_gate(unit)
    if gate is None or unit.pump is not PumpType.CENTRIFUGAL or not scene.running(unit) or past.stopping_s is None:
        return None
    due_s = past.stopping_s + proof_within_s(gate)
    given_up = scene.moment.s >= due_s or scene.moved(gate).locked_out or scene.tag(gate.id) is not None
    if given_up or is_at(scene, gate, CLOSED_PERCENT):
        return None
    needs = {gate.id: CLOSED_PERCENT}
    phase = f"closes {gate.role} gate {gate.name} before it stops"
    return UnitStep(past, phase, (), needs, next_s=due_s, stopping=True)


def _rest(scene: Scene, unit: PumpUnit, past: UnitMemory, why: Verdict) -> UnitStep:
    """Stopped: the discharge gate is closed, so that no water runs back, then suction gate and auxiliaries follow."""
    needs = _left_open(scene, unit) if scene.running(unit) is False else {}
    beside = auxiliaries_off(scene, unit) if scene.running(unit) is False and not needs else READY
    held = why if why.ruling is not Ruling.ALLOW else ALLOWED
    phase = held.reason or past.locked_out or beside.phase or ("stopped" if not needs else "closes its gates")
    times = [time for time in (held.until_s, beside.next_s) if time is not None]
    return UnitStep(past, phase, beside.wanted, needs, held, _locked_alarm(unit, past), min(times, default=None))


def _left_open(scene: Scene, unit: PumpUnit) -> dict[TargetId, float]:
    """The gate of a stopped unit that is still to be closed: first the discharge gate, then the suction gate."""
    gate, suction = scene.discharge_gate(unit), scene.suction_gate(unit)
    if gate is not None and not is_at(scene, gate, CLOSED_PERCENT):
        return {gate.id: CLOSED_PERCENT}
    if suction is None or unit.suction_stays_open or is_at(scene, suction, CLOSED_PERCENT):
        return {}
    shared = [one for one in scene.station.units if one.id != unit.id and scene.suction_gate(one) == suction]
    return {} if any(scene.committed(one) for one in shared) else {suction.id: CLOSED_PERCENT}


def _locked_alarm(unit: PumpUnit, past: UnitMemory) -> tuple[tuple[str, str], ...]:
    if not past.locked_out:
        return ()
    return ((f"{unit.id}:locked_out", f"{unit.name} is locked out: {past.locked_out}"),)


def _run(scene: Scene, unit: PumpUnit, *, run: bool, urgent: bool = False) -> Sending:
    within_s = unit.start_proof_s if run else unit.stop_proof_s
    proof = Proof(f"{unit.output}.running", run, within_s)
    said = "start" if run else "stop"
    return send(unit.id, f"{unit.output}.run_command", run, proof, scene.last, scene.moment, said=said, urgent=urgent)
