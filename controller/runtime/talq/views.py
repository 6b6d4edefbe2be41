"""What people and other systems are shown in TALQ's words: groups and standing overrides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TalqGroupView:
    """A group in TALQ's words. ``live``: it is asked for, so ``talq.members`` are those of ``TalqGroupBook.at``.

    ``exact``: a system that reads TALQ alone has the same group for ever; else ``unsaid`` says what it lacks.
    """

    talq: dict[str, Any]
    exact: bool
    live: bool
    query: str
    lights: int
    title_zh: str
    title_en: str
    unsaid_zh: tuple[str, ...] = ()
    unsaid_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TalqGroupBook:
    """Every group; members as of ``at`` (aware, UTC)."""

    version: str
    owner: str
    at: datetime
    items: tuple[TalqGroupView, ...]


@dataclass(frozen=True, slots=True)
class TalqOverrideView:
    """One standing request at one level, as an ``OverrideCommand``.

    ``lights`` it holds, and ``in_force`` of them decide; the others are masked by higher slots. ``ends``: the first of
    its leases. ``exact``: sent again it asks the same.
    """

    talq: dict[str, Any]
    exact: bool
    request_id: str
    owner: str
    confirmed_by: str
    slot: str
    value: str
    lights: int
    in_force: int
    ends: datetime
    unsaid_zh: tuple[str, ...] = ()
    unsaid_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TalqOverrideBook:
    """Every leased request for a light, the highest slot first."""

    version: str
    owner: str
    at: datetime
    items: tuple[TalqOverrideView, ...]
