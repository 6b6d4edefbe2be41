"""What people are shown of the network's rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RuleView:
    """One station: what its guidance asks for, and why. ``ground`` is the reason as a word for machines.

    ``least`` units are asked for; ``most`` caps what is added (None: its own level decides); ``ease``: units beyond
    ``least`` may stop while the level is below ``ceiling_m``. ``peak_m``: the highest level of its reach in the plan,
    ``peak_at`` when; None where nothing is planned.
    """

    station: str
    name: str
    reach: str
    level_m: float
    ceiling_m: float
    warning_m: float
    running: int
    least: int
    most: int | None
    gravity: bool
    ease: bool
    ground: str
    text_en: str
    text_zh: str
    peak_m: float | None = None
    peak_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OverflowView:
    """A reach the rules cannot keep under its ceiling: by how much (m) and when at worst."""

    reach: str
    title_zh: str
    title_en: str
    excess_m: float
    at: datetime


@dataclass(frozen=True, slots=True)
class RulesView:
    """All of them. ``at``: when they were last worked out; None: not yet, or there is no network.

    Stations that are missing go by their own levels. ``blind``: reaches nobody forecasts for.
    """

    at: datetime | None
    stations: tuple[RuleView, ...]
    overflows: tuple[OverflowView, ...] = ()
    blind: tuple[str, ...] = ()
    text_en: str = ""
    text_zh: str = ""
