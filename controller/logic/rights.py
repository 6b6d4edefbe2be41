"""Who may do what where: one table of role × class × right, and scopes that cover or do not cover a place.

Default deny: what no row of the table gives in a scope that covers the place is refused. Pure and cheap: a folded
set of grants (``reach_of``) answers for one place in well under a microsecond, so ten thousand targets are nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from controller.domain.rights import CITY, Grant, OwnerClass, Right, Role, Scope, ScopeKind
from controller.domain.slots import Slot

LIGHTS = (OwnerClass.ROAD_LIGHTING, OwnerClass.LANDSCAPE_LIGHTING, OwnerClass.POLES)
WATER = (OwnerClass.PUMPS, OwnerClass.GATES)
FIELD = (*LIGHTS, *WATER)
"""The classes of things that stand in the city; the others stand for themselves."""
COLUMNS: Mapping[str, tuple[OwnerClass, ...]] = MappingProxyType(
    {
        "lights": LIGHTS,
        "water": WATER,
        "plans": (OwnerClass.PLANS,),
        "schedules": (OwnerClass.SCHEDULES,),
        "config": (OwnerClass.CONFIG,),
        "users": (OwnerClass.USERS,),
    }
)
"""The columns of the table: classes whose rights are the same for every role."""

_NONE = ""
_LOOK = "see"
_RUN = "see select operate confirm tag shelve"
_RUN_WATER = f"{_RUN} forecast"
_TEST = "see select operate bypass tag"
_LEAD = "see select operate confirm bypass tag shelve"
_LEAD_WATER = f"{_LEAD} forecast"
_FORESEE = "see forecast"
_PLAY = "see select operate confirm"
_WRITE = "see select operate confirm publish"
_PUBLISH = "see publish"
_DRAFT = "see operate"
_SECOND = "see operate confirm"

# fmt: off
TABLE: Mapping[Role, tuple[str, str, str, str, str, str]] = MappingProxyType({
    #                       lights  water         plans   schedules config              users
    Role.VIEWER:            (_LOOK, _LOOK,        _LOOK,  _LOOK,    _LOOK,              _NONE),
    Role.LIGHTING_OPERATOR: (_RUN,  _LOOK,        _WRITE, _SECOND,  _LOOK,              _NONE),
    Role.WATER_OPERATOR:    (_LOOK, _RUN_WATER,   _PLAY,  _LOOK,    _LOOK,              _NONE),
    Role.DUTY_OFFICER:      (_LEAD, _LEAD_WATER,  _WRITE, _SECOND,  _LOOK,              _NONE),
    Role.ENGINEER:          (_TEST, _TEST,        _LOOK,  _DRAFT,   _PUBLISH,           _NONE),
    Role.ADMINISTRATOR:     (_LOOK, _LOOK,        _LOOK,  _LOOK,    "see publish administer", "see administer"),
    Role.FORECASTER:        (_NONE, _FORESEE,     _NONE,  _NONE,    _NONE,              _NONE),
})
# fmt: on
"""The whole table. An administrator operates nothing; a commissioning engineer tests and confirms nobody's acts.

A forecaster is a machine (a weather office's) that brings forecasts and sees the water it brings them for.

To operate schedules is to draft, prove and propose lighting programs; to confirm them, to publish as the second person.
"""


def _folded() -> Mapping[Role, Mapping[OwnerClass, frozenset[Right]]]:
    matrix: dict[Role, Mapping[OwnerClass, frozenset[Right]]] = {}
    for role, cells in TABLE.items():
        rights = [frozenset(Right(word) for word in cell.split()) for cell in cells]
        columns = zip(COLUMNS.values(), rights, strict=True)
        matrix[role] = MappingProxyType({of: given for classes, given in columns for of in classes})
    return MappingProxyType(matrix)


MATRIX = _folded()
"""``TABLE`` by role and class."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where something stands, in the words scopes are written in.

    ``street`` is ``330106/北山街道``, ``station`` the id of the station it is or belongs to; empty where there is none.
    """

    division: str = ""
    street: str = ""
    station: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """What rights know of a target or an asset: its classes and its place."""

    classes: tuple[OwnerClass, ...]
    where: Where


def covers(scope: Scope, where: Where) -> bool:
    """Whether a scope reaches a place. An empty word of a place is covered by nothing but the city."""
    match scope.kind:
        case ScopeKind.CITY:
            return True
        case ScopeKind.DIVISION:
            return where.division == scope.name != ""
        case ScopeKind.STREET:
            return where.street == scope.name != ""
        case ScopeKind.STATION:
            return where.station == scope.name != ""
        case ScopeKind.GROUP:
            return scope.name in where.groups


class Reach:
    """What a set of grants gives together, folded for asking often."""

    __slots__ = ("_scopes",)

    def __init__(self, grants: tuple[Grant, ...]) -> None:
        scopes: dict[tuple[Right, OwnerClass], tuple[Scope, ...]] = {}
        for grant in grants:
            for of, rights in MATRIX[grant.role].items():
                for right in rights:
                    known = scopes.get((right, of), ())
                    scopes[right, of] = (CITY,) if CITY in (grant.scope, *known) else (*known, grant.scope)
        self._scopes = scopes

    def everywhere(self, right: Right, of: OwnerClass) -> bool:
        """Whether the right holds in the whole city."""
        return self._scopes.get((right, of)) == (CITY,)

    def somewhere(self, right: Right, of: OwnerClass | None = None) -> bool:
        """Whether the right holds anywhere at all, on a class or on any."""
        if of is not None:
            return (right, of) in self._scopes
        return any(held is right for held, _ in self._scopes)

    def allows(self, right: Right, of: OwnerClass, where: Where) -> bool:
        """Whether the right holds on this class at this place."""
        return any(covers(scope, where) for scope in self._scopes.get((right, of), ()))

    def reaches(self, right: Right, subject: Subject) -> bool:
        """Whether the right holds on a subject: to see it any of its classes is enough, to act on it takes all."""
        allowed = (self.allows(right, of, subject.where) for of in subject.classes)
        return any(allowed) if right is Right.SEE else bool(subject.classes) and all(allowed)


@lru_cache(maxsize=512)
def reach_of(grants: tuple[Grant, ...]) -> Reach:
    """The grants folded; remembered, as callers ask with the same grants again and again."""
    return Reach(grants)


SLOT_NEEDS: Mapping[Slot, str] = MappingProxyType(
    {
        Slot.EMERGENCY_ORDER: "an emergency order takes a duty officer 应急指令须由值班长下达",
        Slot.CITY_MANUAL: "city_manual takes a role for the whole city 市级手动须有全市范围的权限",
        Slot.DISTRICT_MANUAL: "district_manual takes an operating role covering it 区级手动须有覆盖该目标的权限",
        Slot.PLAN: "a plan's order takes the right to operate plans there 预案指令须有该处的预案操作权",
        Slot.EVENT_SCENE: "a scene's order takes the right to operate plans there 场景指令须有该处的预案操作权",
        Slot.OPTIMISER: "an optimiser's order takes the right to operate plans there 优化指令须有该处的预案操作权",
    }
)
"""What filling a slot takes beyond the right on the target, for people."""


def grants_for(slot: Slot, grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """The grants that count for filling a slot; none for a slot nobody orders into.

    Latched slots (an emergency stop, a cut) count every grant: the protective direction asks for no rank.
    """
    match slot:
        case Slot.LIFE_SAFETY | Slot.EQUIPMENT_PROTECTION | Slot.DISTRICT_MANUAL:
            return grants
        case Slot.EMERGENCY_ORDER:
            return tuple(grant for grant in grants if grant.role is Role.DUTY_OFFICER)
        case Slot.CITY_MANUAL:
            return tuple(grant for grant in grants if grant.scope == CITY)
        case Slot.PLAN | Slot.EVENT_SCENE | Slot.OPTIMISER:
            return tuple(grant for grant in grants if Right.OPERATE in MATRIX[grant.role][OwnerClass.PLANS])
        case _:
            return ()
