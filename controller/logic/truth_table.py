"""The truth table of a station's (or cabinet's) acts: every interlock that binds them, and what each value gives.

Configured interlocks are not described a second time: their cells come from ``interlocks.judge`` itself. Where several
bind one act, the strictest word counts: trip, force, hold, allow. Slots 1 and 2 are bound by none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from controller.domain.expression import Truth
from controller.domain.lights import Cabinet
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic.built_in_guards import Act, BuiltIn, cabinet_guards, station_guards
from controller.logic.contract import InterlockMemory, Ruling
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, Judgement, OnBad, judge_all

MOST_TOGETHER = 4
"""Up to so many configured interlocks of one act are shown in every combination (81 rows)."""


class Word(StrEnum):
    """What a combination gives. TRIP is FORCE that latches in slot 2 until a person resets it."""

    ALLOW = "allow"
    HOLD = "hold"
    FORCE = "force"
    TRIP = "trip"


@dataclass(frozen=True, slots=True)
class Given:
    """The word to automation (computed slots, plans, the optimiser) and to a person."""

    automation: Word
    person: Word

    def __str__(self) -> str:
        same = self.automation is self.person
        return self.automation.value if same else f"{self.automation.value}/{self.person.value}"


ALLOWED = Given(Word.ALLOW, Word.ALLOW)


@dataclass(frozen=True, slots=True)
class Row:
    """One interlock of one act. ``begin``: the act is to begin; ``under_way``: it already runs, is open or is on.

    A value that cannot occur (what is remembered is always known) is left out.
    """

    id: str
    origin: str
    """``built in`` or the kind of a configured one."""
    condition: str
    begin: Mapping[Truth, Given]
    under_way: Mapping[Truth, Given]
    on_bad: str
    latched: bool
    bypassable: bool
    off_delay_s: float
    on_delay_s: float
    why_en: str
    why_zh: str
    clear_en: str
    clear_zh: str


@dataclass(frozen=True, slots=True)
class Together:
    """What one combination of the configured interlocks' values gives, everything built in being true."""

    values: tuple[Truth, ...]
    begin: Given
    under_way: Given


@dataclass(frozen=True, slots=True)
class ActTable:
    """One act of one output."""

    target: TargetId
    name: str
    act: Act
    rows: tuple[Row, ...]
    together: tuple[Together, ...]
    """Every combination of the configured ones, in the order of their rows; empty for fewer than two or too many."""


def truth_table(
    asset: Station | Cabinet, specs: Sequence[InterlockSpec] = (), points: Collection[str] = ()
) -> tuple[ActTable, ...]:
    """Every act of every output. ``points``: those the device has, by which built-in guards apply."""
    built_in = station_guards(asset, points) if isinstance(asset, Station) else cabinet_guards(asset)
    plc_stops = isinstance(asset, Station) and asset.additional_starts_only
    return tuple(
        _act_table(target, name, act, [one for one in built_in if (one.target, one.act) == (target, act)], bound)
        for target, name, act in _acts(asset)
        for bound in [_bound(specs, target, act, endable=act is not Act.OPEN and not plc_stops)]
    )


def _acts(asset: Station | Cabinet) -> Iterator[tuple[TargetId, str, Act]]:
    if isinstance(asset, Cabinet):
        for circuit in asset.circuits:
            yield from ((circuit.id, circuit.name, act) for act in (Act.ENERGISE, Act.SWITCH_OFF))
        return
    for unit in asset.units:
        yield from ((unit.id, unit.name, act) for act in (Act.START, Act.STOP))
    for gate in asset.gates:
        yield from ((gate.id, _said(gate), act) for act in (Act.OPEN, Act.CLOSE))


def _said(gate: Gate) -> str:
    return f"{gate.name} ({gate.role.value})"


@dataclass(frozen=True, slots=True)
class _Bound:
    """The configured interlocks of one act; ``endable``: whether they may end it (a moving gate goes on)."""

    specs: tuple[InterlockSpec, ...]
    target: TargetId
    action: Action | None
    endable: bool


ACTIONS: Mapping[Act, Action] = {
    Act.START: Action.START,
    Act.OPEN: Action.OPEN,
    Act.CLOSE: Action.CLOSE,
    Act.ENERGISE: Action.ENERGISE,
}
"""The acts a configured interlock can watch; stopping and switching off are never held by one."""


def _bound(specs: Sequence[InterlockSpec], target: TargetId, act: Act, *, endable: bool) -> _Bound:
    action = ACTIONS.get(act)
    found = tuple(spec for spec in specs if action is not None and spec.binds(target, action))
    return _Bound(found, target, action, endable and act is not Act.CLOSE)


def _act_table(target: TargetId, name: str, act: Act, built_in: Sequence[BuiltIn], bound: _Bound) -> ActTable:
    rows = (*(_built_in_row(guard) for guard in built_in), *(_row(spec, bound) for spec in bound.specs))
    return ActTable(target, name, act, rows, tuple(_together(bound)))


def _built_in_row(guard: BuiltIn) -> Row:
    text = guard.text
    return Row(
        id=guard.id,
        origin="built in",
        condition=guard.condition,
        begin=_begins(guard),
        under_way=_ends(guard),
        on_bad="" if guard.on_bad is None else guard.on_bad.value,
        latched=guard.id == "locked_out",
        bypassable=False,
        off_delay_s=0.0,
        on_delay_s=0.0,
        why_en=text.why_en,
        why_zh=text.why_zh,
        clear_en=text.clear_en,
        clear_zh=text.clear_zh,
    )


def _begins(guard: BuiltIn) -> Mapping[Truth, Given]:
    person = Word.ALLOW if guard.people_may or not guard.begins else Word.HOLD
    given = {Truth.TRUE: ALLOWED, Truth.FALSE: Given(Word.HOLD if guard.begins else Word.ALLOW, person)}
    if guard.on_bad is not None:
        given[Truth.UNKNOWN] = _ON_BAD[guard.on_bad]
    return given


_ON_BAD = {
    OnBad.ALLOW: ALLOWED,
    OnBad.ASK: Given(Word.HOLD, Word.ALLOW),
    OnBad.BLOCK: Given(Word.HOLD, Word.HOLD),
}


def _ends(guard: BuiltIn) -> Mapping[Truth, Given]:
    ended = Given(Word.FORCE, Word.FORCE) if guard.ends else ALLOWED
    given = {Truth.TRUE: ALLOWED, Truth.FALSE: ended}
    return given if guard.on_bad is None else {**given, Truth.UNKNOWN: ALLOWED}


def _row(spec: InterlockSpec, bound: _Bound) -> Row:
    return Row(
        id=spec.id,
        origin=spec.kind.value,
        condition=str(spec.condition),
        begin={value: _given([spec], {spec.id: value}, bound, active=False) for value in Truth},
        under_way={value: _given([spec], {spec.id: value}, bound, active=True) for value in Truth},
        on_bad=spec.on_bad.value,
        latched=spec.latches,
        bypassable=spec.bypassable,
        off_delay_s=spec.off_delay_s,
        on_delay_s=spec.on_delay_s,
        why_en=spec.text_en,
        why_zh=spec.text_zh,
        clear_en=spec.clear_en,
        clear_zh=spec.clear_zh,
    )


def _together(bound: _Bound) -> Iterator[Together]:
    if not 2 <= len(bound.specs) <= MOST_TOGETHER:
        return
    for values in product(Truth, repeat=len(bound.specs)):
        named = {spec.id: value for spec, value in zip(bound.specs, values, strict=True)}
        begin, under_way = (_given(bound.specs, named, bound, active=active) for active in (False, True))
        yield Together(values, begin, under_way)


def _given(specs: Sequence[InterlockSpec], values: Mapping[str, Truth], bound: _Bound, *, active: bool) -> Given:
    if any(spec.kind is InterlockKind.TRIP and values[spec.id] is Truth.FALSE for spec in specs):
        return Given(Word.TRIP, Word.TRIP)
    if active and not bound.endable:
        return ALLOWED
    automation, person = (
        _word(specs, values, bound, slot, active=active) for slot in (Slot.AUTOMATIC, Slot.CITY_MANUAL)
    )
    return Given(automation, person)


def _word(
    specs: Sequence[InterlockSpec], values: Mapping[str, Truth], bound: _Bound, slot: Slot, *, active: bool
) -> Word:
    judged = {spec.id: _judged(spec, values[spec.id]) for spec in specs}
    if bound.action is None:
        return Word.ALLOW
    verdict = judge_all(specs, judged, bound.target, bound.action, slot, active=active)
    return _WORDS[verdict.ruling]


_WORDS = {Ruling.ALLOW: Word.ALLOW, Ruling.HOLD: Word.HOLD, Ruling.FORCE: Word.FORCE}


def _judged(spec: InterlockSpec, value: Truth) -> Judgement:
    """Its state once a value has lasted for its delays."""
    acting = value is Truth.FALSE
    return Judgement(InterlockMemory(acting=acting, latched=acting and spec.latches), value)
