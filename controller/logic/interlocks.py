"""Interlocks a site writes in its config: what must be true for an act, and what follows when it is not.

They sit after arbitration, so nobody bypasses them (DESIGN section 4). Three-valued: a condition that cannot be
known is decided by ``on_bad``, and never stops what runs. This is not a SIL function: the station's own PLC and
hard-wired trips keep final protection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from controller.domain.expression import Expression, Lookup, Truth, truth
from controller.domain.intents import Intent, UnitMode, UnitOrder
from controller.domain.points import TargetId, device_of
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, InterlockMemory, Moment, Ruling, Verdict

UNBOUND = frozenset({Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION})
"""Slots no interlock binds: they only ever stop, cut or close."""
PEOPLE = frozenset({Slot.EMERGENCY_ORDER, Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL})
"""Slots a person stands behind at this moment (a plan or the optimiser does not count)."""


STOP_UNIT = UnitOrder(UnitMode.STOP)
"""What a trip asks for unless its config says otherwise."""


MAX_BYPASS_S = 8 * 3600.0
"""Longest bypass (seconds): a shift; an interlock's config may say shorter."""

Bypassed = Mapping[str, frozenset[TargetId]]
"""Where interlocks are bypassed now, by interlock id: outputs, or a whole station or cabinet."""
NOTHING_BYPASSED: Bypassed = MappingProxyType({})


class InterlockKind(StrEnum):
    """PERMISSIVE blocks the beginning of an act; INTERLOCK also ends it; TRIP ends it and latches in slot 2."""

    PERMISSIVE = "permissive"
    INTERLOCK = "interlock"
    TRIP = "trip"


class Action(StrEnum):
    """The act an interlock watches; ANY is every one of them but stop, off and close."""

    START = "start"
    OPEN = "open"
    CLOSE = "close"
    ENERGISE = "energise"
    ANY = "any"


class OnBad(StrEnum):
    """What an unknown condition means: ALLOW the act, BLOCK it, or ASK: only a person may begin it."""

    ALLOW = "allow"
    BLOCK = "block"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class InterlockSpec:
    """One interlock.

    ``target`` is a unit, gate or circuit, or a whole station or cabinet: then it binds all its outputs.
    ``condition`` must be TRUE for the act to be allowed. ``off_delay_s``: how long it must be false before it
    acts; ``on_delay_s``: how long it must be true again before it lets go. ``latched``: a person resets it.
    ``bypassable``: config allows a bypass at all (two people, a reason, an expiry), of ``bypass_max_s`` at most.
    ``trip_to``: what a TRIP requests in slot 2. The texts say why it stands and how it is cleared.
    """

    id: str
    kind: InterlockKind
    target: TargetId
    action: Action
    condition: Expression
    on_bad: OnBad
    text_zh: str
    text_en: str
    latched: bool = False
    bypassable: bool = False
    off_delay_s: float = 0.0
    on_delay_s: float = 0.0
    trip_to: Intent = STOP_UNIT
    clear_zh: str = ""
    clear_en: str = ""
    bypass_max_s: float = MAX_BYPASS_S

    @property
    def latches(self) -> bool:
        """Whether it goes on acting, once it acted, until a person resets it."""
        return self.latched or self.kind is InterlockKind.TRIP

    def binds(self, target: TargetId, action: Action) -> bool:
        """Whether it watches this act of this target."""
        if self.target not in (target, device_of(target)):
            return False
        return self.action is action or (self.action is Action.ANY and action is not Action.CLOSE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An interlock in one cycle: its memory, its condition as far as it can be known, and where it is bypassed."""

    memory: InterlockMemory
    condition: Truth
    bypassed: frozenset[TargetId] = frozenset()

    def lets_pass(self, spec: InterlockSpec, target: TargetId) -> bool:
        """Whether a bypass lifts it from this target. A trip that latched goes on: only its reset ends that."""
        if not self.bypassed or (spec.kind is InterlockKind.TRIP and self.memory.latched):
            return False
        return target in self.bypassed or device_of(target) in self.bypassed


def follow(
    spec: InterlockSpec,
    lookup: Lookup,
    past: InterlockMemory,
    moment: Moment,
    bypassed: frozenset[TargetId] = frozenset(),
) -> Judgement:
    """Evaluate the condition and run the delays and the latch. UNKNOWN starts and ends nothing.

    A bypass of the whole interlock keeps it from latching; what latched before it stays latched.
    """
    condition = truth(spec.condition, lookup)
    if condition is Truth.UNKNOWN:
        return Judgement(replace(past, false_since_s=None, true_since_s=None), condition, bypassed)
    if condition is Truth.FALSE:
        since_s = moment.s if past.false_since_s is None else past.false_since_s
        acting = past.acting or moment.s - since_s >= spec.off_delay_s
        latched = past.latched or (acting and spec.latches and spec.target not in bypassed)
        return Judgement(InterlockMemory(since_s, None, acting, latched), condition, bypassed)
    since_s = moment.s if past.true_since_s is None else past.true_since_s
    acting = past.acting and moment.s - since_s < spec.on_delay_s
    return Judgement(InterlockMemory(None, since_s, acting, past.latched), condition, bypassed)


def reset(past: InterlockMemory) -> InterlockMemory:
    """After a person's reset; an interlock whose cause still stands goes on acting."""
    return replace(past, latched=False)


def judge(spec: InterlockSpec, judgement: Judgement, slot: Slot, *, active: bool) -> Verdict:
    """Its word on an act of ``slot``; ``active``: the target already runs, is open or is on.

    Slots 1 and 2 are not bound. HOLD blocks the beginning of the act. FORCE ends it, only for INTERLOCK and TRIP
    and only on a condition proven false.
    """
    if slot in UNBOUND:
        return ALLOWED
    acting = judgement.memory.acting or judgement.memory.latched
    if acting and active and spec.kind is not InterlockKind.PERMISSIVE:
        return Verdict(Ruling.FORCE, spec.id, reason=said(spec))
    if active:
        return ALLOWED
    if acting or judgement.condition is Truth.FALSE:
        return Verdict(Ruling.HOLD, spec.id, reason=said(spec))
    if judgement.condition is Truth.UNKNOWN and not _may_not_know(spec, slot):
        return Verdict(Ruling.HOLD, spec.id, reason=f"{said(spec)} (it cannot be known now)")
    return ALLOWED


def _may_not_know(spec: InterlockSpec, slot: Slot) -> bool:
    return spec.on_bad is OnBad.ALLOW or (spec.on_bad is OnBad.ASK and slot in PEOPLE)


def said(spec: InterlockSpec) -> str:
    """Why it stands and how it is cleared, in both languages."""
    english = f"{spec.text_en}; {spec.clear_en}" if spec.clear_en else spec.text_en
    chinese = f"{spec.text_zh}；{spec.clear_zh}" if spec.clear_zh else spec.text_zh
    return f"{english} / {chinese}"


def judge_all(
    specs: Iterable[InterlockSpec],
    judgements: Mapping[str, Judgement],
    target: TargetId,
    action: Action,
    slot: Slot,
    *,
    active: bool,
) -> Verdict:
    """The strictest word of all interlocks that watch this act: FORCE before HOLD before ALLOW."""
    found = [
        judge(spec, judgements[spec.id], slot, active=active)
        for spec in specs
        if spec.id in judgements and spec.binds(target, action) and not judgements[spec.id].lets_pass(spec, target)
    ]
    return max(found, key=lambda verdict: _STRICTNESS[verdict.ruling], default=ALLOWED)


_STRICTNESS = {Ruling.ALLOW: 0, Ruling.HOLD: 1, Ruling.FORCE: 2}


def trip_requests(specs: Iterable[InterlockSpec], judgements: Mapping[str, Judgement]) -> tuple[Request, ...]:
    """The latched slot-2 requests of the trips that act, for as long as they are latched."""
    return tuple(
        Request(spec.target, Slot.EQUIPMENT_PROTECTION, spec.trip_to, f"trip {spec.id}", said(spec))
        for spec in specs
        if spec.kind is InterlockKind.TRIP and spec.id in judgements and judgements[spec.id].memory.latched
    )
