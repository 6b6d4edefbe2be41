"""Smart poles as people see them. Frozen; what the API and the command line show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.runtime.views import SlotView


@dataclass(frozen=True, slots=True)
class SensorSaid:
    """One sensor: its value as last read (None: never), unit, and how far it may be trusted."""

    point: str
    value: bool | int | float | str | None
    unit: str
    quality: str
    detail: str


@dataclass(frozen=True, slots=True)
class LampSaid:
    """One lamp: what it should be, what its feedback says, whether the two agree (None: unknown), and who decides."""

    target: str
    wanted: str
    actual: str
    agrees: bool | None
    slot: str


@dataclass(frozen=True, slots=True)
class DisplayView:
    """One display.

    ``wanted``: the message that should be shown; ``shown``: what the display reports, None while that is not known;
    ``proven``: whether the two are the same by a GOOD reading. The report is the display controller's own: it proves
    that the message was taken, not that its lamps burn. ``masked``: messages that show again when those above end.
    """

    target: str
    pole: str
    name: str
    division: str
    road: str
    link: str
    wanted: str
    shown: str | None
    proven: bool | None
    slot: SlotView
    masked: tuple[SlotView, ...]
    room_bytes: int | None


@dataclass(frozen=True, slots=True)
class PoleView:
    """One pole. ``sos``: quiet | calling | answered | unknown (cannot be read) | none (it has no button)."""

    id: str
    name: str
    division: str
    road: str
    link: str
    sos: str
    sos_since: datetime | None
    sos_answered_by: str
    sensors: tuple[SensorSaid, ...]
    lamps: tuple[LampSaid, ...]
    displays: tuple[DisplayView, ...]


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A message agreed on beforehand."""

    id: str
    title_zh: str
    title_en: str
    text: str


@dataclass(frozen=True, slots=True)
class FloodWarningView:
    """An underpass and the displays before it. ``stage``: clear | doubt | warning; ``text``: what they show for it."""

    id: str
    name_zh: str
    name_en: str
    stage: str
    since: datetime | None
    closes_at_m: float
    datum: str
    levels: tuple[SensorSaid, ...]
    text: str
    displays: tuple[str, ...]
