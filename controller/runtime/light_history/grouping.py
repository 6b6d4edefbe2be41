"""Cells picked by scope and put together by road, division, class or grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from controller.domain.errors import InvalidValue
from controller.domain.lights import LightClass
from controller.logic.light_rates import Cell
from controller.logic.scopes import Scope, ScopeKind
from controller.settings.site import Site


class By(StrEnum):
    """What the parts of a scope are."""

    NONE = ""
    ROAD = "road"
    DIVISION = "division"
    CLASS = "class"
    GRADE = "grade"


LIGHT_BY_LIGHT = frozenset({ScopeKind.GROUP, ScopeKind.ASSET, ScopeKind.LIGHT})
"""Scopes that are no set of cells: their lights are looked up one by one."""

LANDSCAPE = "//landscape"
"""Ends the key of a road's or grade's landscape lights."""
_WORDS: Mapping[str, str] = {
    "road": "道路照明 road lighting",
    "landscape": "景观照明 landscape lighting",
    "special": "特级 special",
    "first": "一级 first",
    "second": "二级 second",
}


def parse_by(text: str) -> By:
    """Read ``road``, ``division``, ``class`` or ``grade``; empty: no parts.

    Raises:
        InvalidValue: with the words that would be right.
    """
    try:
        return By(text.strip())
    except ValueError:
        raise InvalidValue(f"by {text!r}: say road, division, class or grade") from None


def part_of(by: By, cell: Cell) -> str:
    """Which part of its scope a cell belongs to. A road's lights of two divisions are two roads.

    A road's or grade's landscape lights are a part of their own: other figures and limits hold for them.
    """
    apart = LANDSCAPE if cell.light_class == LightClass.LANDSCAPE else ""
    match by:
        case By.DIVISION:
            return cell.division
        case By.CLASS:
            return cell.light_class
        case By.GRADE:
            return f"{cell.grade}{apart}"
        case By.ROAD:
            return f"{cell.division}/{cell.road}{apart}"
        case By.NONE:
            return ""


def matches(scope: Scope) -> Callable[[Cell], bool]:
    """Whether a cell lies in a scope that is a set of cells."""
    name = scope.name
    match scope.kind:
        case ScopeKind.CITY:
            return lambda _: True
        case ScopeKind.DIVISION:
            return lambda cell: cell.division == name
        case ScopeKind.STREET:
            return lambda cell: cell.street == name
        case ScopeKind.ROAD:
            return lambda cell: cell.road == name
        case ScopeKind.GRADE:
            return lambda cell: cell.grade == name
        case ScopeKind.CLASS:
            return lambda cell: cell.light_class == name
        case ScopeKind.FEEDER:
            return lambda cell: cell.feeder == name
        case ScopeKind.GROUP | ScopeKind.ASSET | ScopeKind.LIGHT:
            return lambda _: False


def named(by: By, key: str, site: Site) -> str:
    """A part as people call it."""
    if by is By.DIVISION:
        division = site.divisions.get(key)
        return f"{division.name} {division.name_en}" if division else key
    if by is By.ROAD:
        code, _, rest = key.partition("/")
        road, division = rest.removesuffix(LANDSCAPE), site.divisions.get(code)
        apart = " · 景观 landscape" if rest.endswith(LANDSCAPE) else ""
        return f"{road or '(无路名 no road)'} · {division.name if division else code}{apart}"
    if by is By.GRADE and key.endswith(LANDSCAPE):
        return f"{named(by, key.removesuffix(LANDSCAPE), site)} · 景观 landscape"
    return _WORDS.get(key, key)
