"""Rights: role × scope × class × action. What nobody granted is denied.

The words are the trade's own: who one is (role), where one may (scope, three levels 市 / 区 / 街道 and finer), on what
(class), and what one does (action).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from controller.domain.errors import InvalidValue


class Role(StrEnum):
    """What a person or machine is, as far as rights go. Nobody is everything: an administrator operates nothing."""

    VIEWER = "viewer"
    LIGHTING_OPERATOR = "lighting_operator"
    WATER_OPERATOR = "water_operator"
    DUTY_OFFICER = "duty_officer"
    ENGINEER = "commissioning_engineer"
    ADMINISTRATOR = "administrator"
    FORECASTER = "forecaster"


class OwnerClass(StrEnum):
    """What is acted on. The first five are targets' (``Target.owner_class``); the others stand for themselves."""

    ROAD_LIGHTING = "road_lighting"
    LANDSCAPE_LIGHTING = "landscape_lighting"
    POLES = "poles"
    PUMPS = "pumps"
    GATES = "gates"
    PLANS = "plans"
    SCHEDULES = "schedules"
    CONFIG = "config"
    USERS = "users"


class Right(StrEnum):
    """What one does."""

    SEE = "see"
    SELECT = "select"
    OPERATE = "operate"
    CONFIRM = "confirm"
    BYPASS = "bypass"
    TAG = "tag"
    SHELVE = "shelve"
    PUBLISH = "publish"
    ADMINISTER = "administer"
    FORECAST = "forecast"


class ScopeKind(StrEnum):
    """How wide a scope is, widest first."""

    CITY = "city"
    DIVISION = "division"
    STREET = "street"
    STATION = "station"
    GROUP = "group"


_SCOPE = re.compile(r"^(?P<kind>division|street|station|group):(?P<name>\S(?:.{0,98}\S)?)$")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a grant holds: ``city``, ``division:330106``, ``street:330106/北山街道``, ``station:330102-PS-0001``,
    ``group:迎宾路线``."""

    kind: ScopeKind
    name: str = ""

    def __str__(self) -> str:
        return self.kind.value if self.kind is ScopeKind.CITY else f"{self.kind.value}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Scope:
        """The scope a text names.

        Raises:
            InvalidValue: it names none; the message says what would.
        """
        if text == "city":
            return CITY
        found = _SCOPE.match(text)
        if found is None:
            raise InvalidValue(
                f"{text!r} is no scope; say city, division:330106, street:330106/NAME, station:ID or group:NAME"
            )
        return cls(ScopeKind(found["kind"]), found["name"])


CITY = Scope(ScopeKind.CITY)
"""The whole site."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one scope."""

    role: Role
    scope: Scope = CITY


@dataclass(frozen=True, slots=True)
class Caller:
    """Who stands behind an act, as the authority found them.

    ``actor`` is the name acts are journalled under. ``person`` is the human behind it, empty for a machine: two
    sessions or keys of one human are one person, and a machine never confirms. ``session`` is the session's public
    id (never its token): a selection lives and dies with it.
    """

    actor: str
    person: str = ""
    session: str = ""
    origin: str = "api"

    def same_person(self, other: Caller) -> bool:
        """Whether one human stands behind both. Two machines are never two people: they count as the same."""
        return self.person == other.person


SELF = Caller("controller", origin="controller")
"""The controller acting by itself."""
