"""What people are shown of diversion: each station, why it brings water in or not, its programs and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ProgramView:
    """One program. ``since``: running since; ``rests_until``: after its last run; ``next_window``: when its times
    open next (None: they are open, or never open within a year)."""

    id: str
    title_zh: str
    title_en: str
    running: bool
    text_en: str
    text_zh: str
    units: int
    gates: dict[str, float]
    since: datetime | None = None
    rests_until: datetime | None = None
    next_window: datetime | None = None


@dataclass(frozen=True, slots=True)
class BringerView:
    """A station that brings water in. ``state``: ``runs``, ``rests``, ``barred`` or ``shut`` (mountain flood).

    ``fit``: whether its source is fit to draw from; None: not known, or nobody judges it.
    """

    station: str
    name: str
    state: str
    text_en: str
    text_zh: str
    units_running: int
    fit: bool | None
    quality_en: str
    quality_zh: str
    programs: tuple[ProgramView, ...] = ()


@dataclass(frozen=True, slots=True)
class DiversionView:
    """Every station that brings water in."""

    stations: tuple[BringerView, ...]
