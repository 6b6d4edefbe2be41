"""A station's step: who commands it. REMOTE before we act, back to its PLC when it is handed back, nothing in LOCAL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from controller.domain.command import Cause, Proof, Wanted
from controller.domain.intents import StationMode, StationOrder
from controller.domain.request import Request
from controller.domain.slots import SlotKind
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.interlocks import UNBOUND
from controller.logic.sequencers.aligning import Alignment, alignment
from controller.logic.sequencers.resend import send
from controller.logic.station_scene import Scene
from controller.logic.switch_guard import BACK_FROM_LOCAL, REMOTE, given_at_s, has_switch, judge_switch
from controller.logic.tag_guard import PLC_AUTO, guard_tag
from controller.logic.unit_guards import hold


@dataclass(frozen=True, slots=True)
class ModeStep:
    """Whether the station's outputs follow us in this cycle, and the mode write that would make it so."""

    in_control: bool
    phase: str
    wanted: tuple[Wanted, ...] = ()
    verdict: Verdict = ALLOWED
    blocked: bool = False
    next_s: float | None = None


def blocked_by(scene: Scene, request: Request) -> Verdict | None:
    """What keeps ``request`` from this station: no full read yet, or its switch. None when nothing does.

    A switch that cannot be read counts as LOCAL unless somebody on site vouches for it; back at REMOTE, automation
    waits for its release.
    """
    if not scene.view.ready:
        reason = f"waits: the station is {scene.view.block.link}; nothing is written before it was read completely"
        return hold("not_ready", reason, cause=Cause.NOT_READY)
    if not has_switch(scene.view):
        return hold("local", "its control switch cannot be read, which counts as LOCAL", cause=Cause.LOCAL)
    on_site = scene.site.at(scene.station.id)
    verdict = judge_switch(on_site.switch, scene.view, request, on_site.wait_s, on_site.key)
    return None if verdict.ruling is Ruling.ALLOW else verdict


def mode_step(scene: Scene, winner: Request, orders: Iterable[Request] = (), *, urgent: bool) -> ModeStep:
    """One step of the station's mode. ``urgent``: a stop of slot 1 or 2 needs REMOTE whatever the order says.

    ``orders`` are what won at its outputs: one that a person gave since the switch came back releases the station.
    """
    order = winner.value
    if not isinstance(order, StationOrder):
        return ModeStep(in_control=False, phase=f"{order} is no order for a station")
    block = blocked_by(scene, _releasing(scene, winner, orders))
    mode = scene.view.value("mode")
    if block is not None:
        return _blocked(scene, block, mode, urgent=urgent)
    if order.mode is StationMode.HAND_BACK and not urgent:
        tagged = guard_tag(scene.tag(scene.station.id), begins=mode != PLC_AUTO)
        if tagged.ruling is not Ruling.ALLOW:
            return ModeStep(mode == REMOTE, f"is not handed back to its PLC: {tagged.reason}", verdict=tagged)
        return _hand_back(scene, mode)
    if mode == REMOTE:
        return ModeStep(in_control=True, phase="REMOTE")
    if urgent or _takes_remote(winner, order):
        first = Alignment() if urgent else alignment(scene)
        if not first.done:
            phase = f"tells its PLC's registers what runs before it takes the station ({_said(mode)})"
            return ModeStep(in_control=False, phase=phase, wanted=first.wanted, next_s=first.until_s)
        return _ask(scene, REMOTE, f"takes the station from its PLC ({_said(mode)})", urgent=urgent)
    return ModeStep(in_control=False, phase=f"holds: its PLC goes on ({_said(mode)})")


def _releasing(scene: Scene, winner: Request, orders: Iterable[Request]) -> Request:
    """The request the switch is asked about: one a person gave since it came back, else the station's own."""
    returned_s = scene.site.at(scene.station.id).switch.returned_s
    for request in orders if returned_s is not None else ():
        given_s = given_at_s(request)
        if returned_s is not None and given_s is not None and given_s >= returned_s:
            return request
    return winner


def _blocked(scene: Scene, block: Verdict, mode: object, *, urgent: bool) -> ModeStep:
    """Nothing is written, but for REMOTE where a stop of slot 1 or 2 needs it and only automation waits."""
    if not urgent or block.interlock != BACK_FROM_LOCAL or mode == REMOTE:
        return ModeStep(in_control=False, phase=block.reason, verdict=block, blocked=True, next_s=block.until_s)
    asked = _ask(scene, REMOTE, "takes the station to stop a unit", urgent=True)
    return replace(asked, verdict=block, blocked=True)


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
