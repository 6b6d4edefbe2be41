"""What a declared operating state changes (平战结合), as data from config and pure questions about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType

from controller.domain.operating import Declaration, DisciplineName, OperatingState
from controller.domain.slots import Slot

HIGHEST_RESPONSE, LOWEST_RESPONSE = 1, 4
"""Response levels I … IV as numbers: the smaller, the graver."""
ALONE_FROM = 3
"""From response III (and graver) one person may act where two are asked otherwise (DESIGN section 4)."""
_NO_PROGRAMS: Mapping[str, str] = MappingProxyType({})
_NO_MAXIMA: Mapping[Slot, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AlarmShift:
    """Alarms that weigh otherwise under a state: ``condition`` is a kind of alarm or a pattern (``warning``, ``*``).

    ``by`` steps of priority, negative for more urgent; the result stays between 1 and 4. An alarm of priority 1 is
    never made less urgent.
    """

    condition: str
    by: int


@dataclass(frozen=True, slots=True)
class StateSpec:
    """One operating state as the site's config describes it.

    ``response``: 1 … 4 where the state is a response level, else None. ``slots``: slots that may be filled only
    while such a state stands (the emergency order). ``longest_s``: longest lease per slot while it stands, never
    beyond the slot's own maximum. ``one_person``: whether it lets one person act where two are asked otherwise
    (countersigned afterwards); counts only together with a response of III or graver.
    ``suspend_savings``: half-night switching and dimming rest. ``landscape_off``: landscape lighting goes off
    (slot 12). ``programs``: lighting programs run in place of others.
    """

    state: OperatingState
    title_zh: str
    title_en: str
    response: int | None = None
    one_person: bool = False
    slots: frozenset[Slot] = frozenset()
    longest_s: Mapping[Slot, float] = field(default_factory=lambda: _NO_MAXIMA)
    alarm_shifts: tuple[AlarmShift, ...] = ()
    suspend_savings: bool = False
    landscape_off: bool = False
    programs: Mapping[str, str] = field(default_factory=lambda: _NO_PROGRAMS)

    @property
    def title(self) -> str:
        """Both languages, Chinese first."""
        return f"{self.title_zh} {self.title_en}"


@dataclass(frozen=True, slots=True)
class LightMeasures:
    """What the declarations in force ask of one asset's lights; ``why`` names them."""

    suspend_savings: bool = False
    landscape_off: bool = False
    programs: Mapping[str, str] = field(default_factory=lambda: _NO_PROGRAMS)
    why: str = ""


NO_MEASURES = LightMeasures()
"""Ordinary days."""

_EMERGENCY = frozenset({Slot.EMERGENCY_ORDER})


def _flood(state: OperatingState, numeral: str, response: int) -> StateSpec:
    one_person = response <= ALONE_FROM
    title_zh = {1: "Ⅰ级", 2: "Ⅱ级", 3: "Ⅲ级", 4: "Ⅳ级"}[response]
    return StateSpec(state, f"防汛{title_zh}应急响应", f"flood response {numeral}", response, one_person, _EMERGENCY)


DEFAULT_STATES: Mapping[OperatingState, StateSpec] = MappingProxyType(
    {
        spec.state: spec
        for spec in (
            StateSpec(OperatingState.ORDINARY, "日常", "ordinary"),
            StateSpec(OperatingState.EVENT, "重大活动保障", "event"),
            _flood(OperatingState.FLOOD_IV, "IV", 4),
            _flood(OperatingState.FLOOD_III, "III", 3),
            _flood(OperatingState.FLOOD_II, "II", 2),
            _flood(OperatingState.FLOOD_I, "I", 1),
            StateSpec(OperatingState.TYPHOON, "防台风应急", "typhoon", 3, True, _EMERGENCY),
            StateSpec(OperatingState.SNOW, "雨雪冰冻应急", "snow and ice", None, False, _EMERGENCY),
        )
    }
)
"""The states of a site that has no ``states.yaml``: they can be declared, and change no program."""


def gravest(specs: Iterable[StateSpec]) -> int | None:
    """The gravest response among these states; None when none of them is one."""
    return min((spec.response for spec in specs if spec.response is not None), default=None)


def light_measures(
    declarations: Iterable[Declaration], specs: Mapping[OperatingState, StateSpec], default: LightMeasures = NO_MEASURES
) -> LightMeasures:
    """Everything the lighting declarations that hold at one place ask, added up.

    Where two of them name another program for the same one, the graver (first given) decides.
    """
    acting = [one for one in declarations if one.discipline is DisciplineName.LIGHTING and _acts(specs[one.state])]
    if not acting:
        return default
    programs: dict[str, str] = {}
    for one in acting:
        for usual, instead in specs[one.state].programs.items():
            programs.setdefault(usual, instead)
    return LightMeasures(
        suspend_savings=any(specs[one.state].suspend_savings for one in acting),
        landscape_off=any(specs[one.state].landscape_off for one in acting),
        programs=MappingProxyType(programs),
        why="; ".join(f"{specs[one.state].title} declared by {one.by} for {one.scope}: {one.reason}" for one in acting),
    )


def _acts(spec: StateSpec) -> bool:
    return spec.suspend_savings or spec.landscape_off or bool(spec.programs)


def shifted_priority(condition: str, priority: int, specs: Iterable[StateSpec]) -> int:
    """The priority (1 highest … 4) of an alarm under these states; the most urgent shift decides."""
    shifts = [shift.by for spec in specs for shift in spec.alarm_shifts if fnmatchcase(condition, shift.condition)]
    if not shifts:
        return priority
    by = min(shifts)
    return priority if priority == 1 and by > 0 else max(1, min(4, priority + by))


def longest_lease_s(slot: Slot, ordinary_s: float, maximum_s: float, specs: Iterable[StateSpec]) -> float:
    """The longest lease of a slot under these states (seconds): the strictest one's word, never past ``maximum_s``."""
    said = [spec.longest_s[slot] for spec in specs if slot in spec.longest_s]
    return min(min(said), maximum_s) if said else ordinary_s
