"""A station's step: who commands it. REMOTE before we act, back to its PLC when it is handed back, nothing in LOCAL."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.command import Cause, Proof, Wanted
from controller.domain.intents import StationMode, StationOrder
from controller.domain.request import Request
from controller.domain.slots import SlotKind
from controller.logic.contract import ALLOWED, Verdict
from controller.logic.interlocks import UNBOUND
from controller.logic.sequencers.resend import send
from controller.logic.station_scene import Scene
from controller.logic.unit_guards import hold

REMOTE, PLC_AUTO = "REMOTE", "PLC_AUTO"


@dataclass(frozen=True, slots=True)
class ModeStep:
    """Whether the station's outputs follow us in this cycle, and the mode write that would make it so."""

    in_control: bool
    phase: str
    wanted: tuple[Wanted, ...] = ()
    verdict: Verdict = ALLOWED
    blocked: bool = False
    next_s: float | None = None


def blocked_by(scene: Scene) -> Verdict | None:
    """What keeps every ordinary write from this station: no full read yet, or its switch. None when nothing does.

    A switch that cannot be read counts as LOCAL.
    """
    if not scene.view.ready:
        reason = f"waits: the station is {scene.view.block.link}; nothing is written before it was read completely"
        return hold("not_ready", reason, cause=Cause.NOT_READY)
    switch = scene.view.value("control_switch")
    if switch == REMOTE:
        return None
    said = switch if isinstance(switch, str) else "not readable, which counts as LOCAL"
    return hold("local", f"control switch at the station is {said}: only people there can operate", cause=Cause.LOCAL)


def mode_step(scene: Scene, winner: Request, *, urgent: bool) -> ModeStep:
    """One step of the station's mode. ``urgent``: a stop of slot 1 or 2 needs REMOTE whatever the order says."""
    order = winner.value
    if not isinstance(order, StationOrder):
        return ModeStep(in_control=False, phase=f"{order} is no order for a station")
    block = blocked_by(scene)
    if block is not None:
        return ModeStep(in_control=False, phase=block.reason, verdict=block, blocked=True)
    mode = scene.view.value("mode")
    if order.mode is StationMode.HAND_BACK and not urgent:
        return _hand_back(scene, mode)
    if mode == REMOTE:
        return ModeStep(in_control=True, phase="REMOTE")
    if urgent or _takes_remote(winner, order):
        return _ask(scene, REMOTE, f"takes the station from its PLC ({_said(mode)})", urgent=urgent)
    return ModeStep(in_control=False, phase=f"holds: its PLC goes on ({_said(mode)})")


def _takes_remote(winner: Request, order: StationOrder) -> bool:
    """A count needs REMOTE. A person's HOLD does too (the PLC would not hold); automation's HOLD changes no mode."""
    if order.mode is StationMode.COUNT:
        return True
    return winner.slot.kind is SlotKind.LEASED or winner.slot in UNBOUND


def _hand_back(scene: Scene, mode: object) -> ModeStep:
    if mode == PLC_AUTO:
        return ModeStep(in_control=False, phase="handed back: its PLC decides")
    if mode is None and scene.view.value("mode_command") != REMOTE:
        return ModeStep(in_control=False, phase="handed back; its mode cannot be read")
    return _ask(scene, PLC_AUTO, "hands back to its PLC")


def _ask(scene: Scene, mode: str, said: str, *, urgent: bool = False) -> ModeStep:
    proof = Proof("mode", mode, scene.station.mode_proof_s)
    sending = send(scene.station.id, "mode_command", mode, proof, scene.last, scene.moment, said=said, urgent=urgent)
    return ModeStep(in_control=False, phase=sending.phase, wanted=sending.wanted, next_s=sending.next_s)


def _said(mode: object) -> str:
    return mode if isinstance(mode, str) else "mode not readable"
