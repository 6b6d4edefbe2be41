"""The LOCAL/REMOTE/OFF switch: who has the say at a device, and when the centre may act again.

Whoever turned it has the say. What cannot be read counts as LOCAL unless a person on site confirmed REMOTE. Back at
REMOTE the actual state is adopted, and automation waits for a person's release or a configured time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from controller.domain.command import Cause
from controller.domain.image import View
from controller.domain.places import KeyPlace
from controller.domain.request import Request
from controller.domain.slots import Slot, SlotKind
from controller.logic.contract import ALLOWED, Ruling, Verdict

SWITCH = "control_switch"
REMOTE = "REMOTE"
LOCAL_SWITCH = "local"
BACK_FROM_LOCAL = "back_from_local"
UNDELAYED = frozenset({Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION, Slot.EMERGENCY_ORDER, Slot.FLOOD_CRITICAL})
"""Slots that do not wait for a release once the switch is back at REMOTE: danger, orders for it, critical levels."""
NO_KEY = KeyPlace()


class Word(StrEnum):
    """What a switch says to the centre."""

    FREE = "free"
    LOCAL = "local"
    CONFIRMED = "confirmed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class SwitchMemory:
    """What is remembered of one switch (monotonic seconds).

    ``away``: it was last seen, for certain, off REMOTE. ``returned_s``: when it was seen back at REMOTE, while nobody
    has released automation yet. ``confirmed_until_s``: how long a person's word stands for an unreadable switch, and
    ``confirmed_by`` whose.
    """

    away: bool = False
    returned_s: float | None = None
    confirmed_until_s: float | None = None
    confirmed_by: str = ""


NOTHING_SEEN = SwitchMemory()


def has_switch(view: View) -> bool:
    """Whether the device has such a switch at all (a pole has none)."""
    return SWITCH in view.block.readings


def follow_switch(past: SwitchMemory, view: View, wait_s: float) -> SwitchMemory:
    """The memory after a look. Only a GOOD reading moves it; a confirmation dies with the first one, or its time."""
    if past.confirmed_until_s is not None and view.now_s >= past.confirmed_until_s:
        past = replace(past, confirmed_until_s=None, confirmed_by="")
    if past.returned_s is not None and view.now_s >= past.returned_s + wait_s:
        past = replace(past, returned_s=None)
    reads = view.value(SWITCH)
    if not view.ready or reads is None:
        return past
    if reads != REMOTE:
        return SwitchMemory(away=True)
    if past.away:
        return SwitchMemory(returned_s=view.now_s if wait_s > 0.0 else None)
    return past if past.confirmed_until_s is None else replace(past, confirmed_until_s=None, confirmed_by="")


def released(past: SwitchMemory) -> SwitchMemory:
    """A person let automation take over again."""
    return replace(past, returned_s=None)


def word_of(memory: SwitchMemory, view: View, wait_s: float) -> Word:
    """What the switch says now, where automation waits ``wait_s`` after LOCAL."""
    if not has_switch(view):
        return Word.FREE
    reads = view.value(SWITCH)
    if reads is None:
        confirmed = memory.confirmed_until_s is not None and view.now_s < memory.confirmed_until_s
        return Word.CONFIRMED if confirmed else Word.LOCAL
    if reads != REMOTE:
        return Word.LOCAL
    waits = memory.returned_s is not None and view.now_s < memory.returned_s + wait_s
    return Word.WAITING if waits else Word.FREE


def judge_switch(
    memory: SwitchMemory,
    view: View,
    request: Request,
    wait_s: float,
    key: KeyPlace = NO_KEY,
    *,
    cuts: bool = False,
    name: str = LOCAL_SWITCH,
) -> Verdict:
    """Whether a write of ``request`` may go out. ``cuts``: it cuts or stops for life safety.

    Such a one is attempted all the same, with a verdict that says it is not assured. While automation waits after
    LOCAL, an order a person gave since the switch came back passes, and so do the undelayed slots. ``name`` is what
    the guard goes by where it acts.
    """
    match word_of(memory, view, wait_s):
        case Word.LOCAL:
            return _local(view, key, name, cuts=cuts)
        case Word.CONFIRMED:
            return Verdict(Ruling.ALLOW, name, Cause.LOCAL, _confirmed(memory, view))
        case Word.WAITING if not passes_wait(memory, request):
            return _waiting(memory, view, wait_s)
        case _:
            return ALLOWED


def judge_local(view: View, key: KeyPlace = NO_KEY) -> Verdict:
    """The word of a switch that is off REMOTE: whoever is there has the say."""
    return _local(view, key, LOCAL_SWITCH, cuts=False)


def passes_wait(memory: SwitchMemory, request: Request) -> bool:
    """Whether a request need not wait for the release: undelayed slots, and orders given since the return."""
    if memory.returned_s is None or request.slot in UNDELAYED:
        return True
    given_s = given_at_s(request)
    return given_s is not None and given_s >= memory.returned_s


def given_at_s(request: Request) -> float | None:
    """When a leased order was given (monotonic seconds); None for what nobody ordered."""
    lease = request.lease
    if request.slot.kind is not SlotKind.LEASED or lease is None:
        return None
    return lease.expires_s - (lease.expires - lease.granted).total_seconds()


def local_texts(view: View, key: KeyPlace) -> tuple[str, str]:
    """Why the centre has no say and where the key is, in English and Chinese."""
    reading = view.read(SWITCH)
    at_en, at_zh = (f" ({key.en or key.zh})" if key else ""), (f"（{key.zh or key.en}）" if key else "")
    if reading.good:
        en, zh = f"stands at {reading.value}", f"在{_STANDS_ZH.get(str(reading.value), reading.value)}位"
    else:
        en, zh = f"cannot be read ({reading.detail}) and counts as LOCAL", f"无法读取（{reading.detail}），按就地处理"
    return f"the key of {view.block.device}{at_en} {en}", f"{view.block.device} 的控制开关{at_zh}{zh}"


_STANDS_ZH = {"LOCAL": "就地", "OFF": "停用"}


def _local(view: View, key: KeyPlace, name: str, *, cuts: bool) -> Verdict:
    en, zh = local_texts(view, key)
    if cuts:
        en += ": the cut is attempted but not assured; send someone to open the breaker"
        zh += "：已尝试切断但不能保证，请派人分闸"
        return Verdict(Ruling.ALLOW, name, Cause.LOCAL, f"{en} / {zh}")
    en += f": whoever is there has the say; turn it to {REMOTE} on site to act from here"
    zh += "：现场人员优先，需在现场切至远控"
    return Verdict(Ruling.HOLD, name, Cause.LOCAL, f"{en} / {zh}")


def _confirmed(memory: SwitchMemory, view: View) -> str:
    device, by = view.block.device, memory.confirmed_by
    en = f"the switch of {device} cannot be read; taken as {REMOTE} on the word of {by}"
    return f"{en} / {device} 的控制开关无法读取，按{by}的现场确认视为远控"


def _waiting(memory: SwitchMemory, view: View, wait_s: float) -> Verdict:
    until_s = (view.now_s if memory.returned_s is None else memory.returned_s) + wait_s
    left = f"{max(0.0, until_s - view.now_s):.0f}"
    reason = (
        f"{view.block.device} came back from LOCAL: automation waits {left} s more or until a person releases it; what "
        f"runs goes on / {view.block.device} 已由就地切回远控：自动控制等待{left}秒或由人员释放，现状保持"
    )
    return Verdict(Ruling.HOLD, BACK_FROM_LOCAL, Cause.LOCAL, reason, until_s=until_s)
