"""Interlocks of lighting, as pure functions: maintenance tags, the local switch, the pause before a re-strike.

They sit after arbitration and bind everybody, each with the exceptions it names itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.command import Cause, Wanted
from controller.domain.image import View
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.site_conditions import NOTHING, OnSite
from controller.logic.switch_guard import judge_switch
from controller.logic.tag_guard import guard_tag

LOCAL_SWITCH = "light.local_switch"
NO_RESTRIKE = "light.no_restrike"


@dataclass(frozen=True, slots=True)
class BurnMemory:
    """What the re-strike rule needs to know of an output (monotonic seconds of its own feedback).

    A new memory, as after a restart, knows of no OFF and holds nothing back.
    """

    lit: bool | None = None
    lit_seen_s: float | None = None
    off_since_s: float | None = None
    blind: bool = False


NOTHING_SEEN = BurnMemory()
"""The memory of an output nobody has looked at yet."""


def observe_burning(memory: BurnMemory, view: View, feedback: str) -> BurnMemory:
    """The memory after looking at an output's feedback (a contact, or a level in %).

    An OFF seen arriving counts from its reading. One found after the feedback was lost for a while (a cabinet
    without supply) counts from the last time it was seen lit, so that a road is not kept dark for a guess.
    """
    reading = view.read(feedback)
    if not view.ready or not reading.good or isinstance(reading.value, str):
        return BurnMemory(memory.lit, memory.lit_seen_s, memory.off_since_s, blind=True)
    if reading.value:
        return BurnMemory(lit=True, lit_seen_s=reading.received_s, off_since_s=None)
    if memory.lit:
        off_since_s = memory.lit_seen_s if memory.blind else reading.received_s
        return BurnMemory(lit=False, lit_seen_s=memory.lit_seen_s, off_since_s=off_since_s)
    return BurnMemory(lit=False, lit_seen_s=memory.lit_seen_s, off_since_s=memory.off_since_s)


def judge_light(
    wanted: Wanted,
    request: Request,
    view: View,
    memory: BurnMemory,
    no_restrike_s: float,
    on_site: OnSite = NOTHING,
) -> Verdict:
    """The first guard that does not let the write of ``request`` pass, or the last word of those that do."""
    tagged = guard_tag(on_site.tag, begins=bool(wanted.write.value))
    if tagged.ruling is not Ruling.ALLOW:
        return tagged
    local = guard_local_switch(wanted, request, view, on_site)
    if local.ruling is not Ruling.ALLOW:
        return local
    restrike = guard_restrike(wanted, request.slot, memory, no_restrike_s, view.now_s)
    return restrike if restrike.ruling is not Ruling.ALLOW else local


def guard_local_switch(wanted: Wanted, request: Request, view: View, on_site: OnSite = NOTHING) -> Verdict:
    """A switch off REMOTE blocks every remote act; what cannot be read counts as LOCAL.

    A cut for life safety (slot 1, OFF) is attempted all the same, with a verdict that says it is not assured. A
    device whose profile has no such switch (a pole) is not blocked.
    """
    cuts = request.slot is Slot.LIFE_SAFETY and not _energises(wanted)
    return judge_switch(on_site.switch, view, request, on_site.wait_s, on_site.key, cuts=cuts, name=LOCAL_SWITCH)


def guard_restrike(wanted: Wanted, slot: Slot, memory: BurnMemory, no_restrike_s: float, now_s: float) -> Verdict:
    """No ON within ``no_restrike_s`` of the last OFF seen (60 s LED, 600 s HID); slots 1 and 2 are not bound."""
    if not _energises(wanted) or slot <= Slot.EQUIPMENT_PROTECTION or memory.lit or memory.off_since_s is None:
        return ALLOWED
    until_s = memory.off_since_s + no_restrike_s
    if now_s >= until_s:
        return ALLOWED
    reason = (
        f"lamps of {wanted.target} went out {max(0.0, now_s - memory.off_since_s):.0f} s ago and need "
        f"{no_restrike_s:.0f} s before they strike again: on in {until_s - now_s:.0f} s by itself"
    )
    return Verdict(Ruling.HOLD, NO_RESTRIKE, Cause.INTERLOCK, reason, until_s=until_s)


def _energises(wanted: Wanted) -> bool:
    """Whether the write makes something lit: true, or a level above zero. A display's text never does."""
    value = wanted.write.value
    return not isinstance(value, str) and value > 0
