"""What people are told of the switch: read-only. Times are aware, UTC; spans are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.logic.switch_preview import SwitchSummary
from controller.logic.switch_progress import Stage
from controller.runtime.commanding.views import Preview


@dataclass(frozen=True, slots=True)
class Throw:
    """What somebody wants of the switch.

    ``scope`` in its one-word form, ``knife`` road or landscape (empty: the only one the scope has), ``action`` on,
    off, a level (``60%``) or ``scene:NAME``. ``slot`` empty: the scene's, the city's or the district's, by rights.
    """

    scope: str
    action: str
    for_s: float
    reason: str
    knife: str = ""
    slot: str = ""
    ticket: str = ""
    take_over: bool = False
    urgent: bool = False
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class SwitchPreview:
    """What it would do. ``preview.targets`` names only the lights that will not simply do it; ``summary`` has all."""

    scope: str
    knife: str
    action: str
    summary: SwitchSummary
    preview: Preview


@dataclass(frozen=True, slots=True)
class LightStanding:
    """One light of a thrown switch."""

    target: str
    name: str
    stage: Stage
    text: str


@dataclass(frozen=True, slots=True)
class LiveCount:
    """How far a thrown switch got.

    ``stages`` has each light once. ``sent``, ``acknowledged``, ``by_contact`` and ``by_power`` count everything that
    came at least so far. ``remaining``: the lights a retry would ask again, the first of them; ``left`` of them in all.
    ``settled``: nothing more is under way; ``awaiting_power``: so many are proved by contact, and their meters have not
    said yet. ``ends``: when the lease does, None when nothing of it is held any more.
    """

    request_id: str
    actor: str
    confirmed_by: str
    scope: str
    knife: str
    value: str
    slot: str
    reason: str
    opened: datetime
    ends: datetime | None
    lights: int
    stages: Mapping[Stage, int]
    sent: int
    acknowledged: int
    by_contact: int
    by_power: int
    left: int
    remaining: tuple[LightStanding, ...]
    others: tuple[LightStanding, ...]
    """Others of which something is to be said: missing lamps, masked lights, what waits for its turn; the first."""
    settled: bool
    awaiting_power: int


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group of lights. ``address`` is its scope, ``query`` what makes a member; TALQ's form is ``TalqGroupView``."""

    address: str
    name: str
    title_zh: str
    title_en: str
    query: str
    lights: int
    lamps: int
    rated_kw: float
    road: int
    landscape: int
    members: tuple[str, ...] = ()
