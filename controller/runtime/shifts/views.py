"""What people are told of shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ShiftItem:
    """One thing whoever comes has to know. ``kind``: order, run, lease, bypass, tag, alarm, declared, countersign,
    proposal, forecast. ``about``: the assets it concerns; empty: everybody's. ``marked``: it asks for somebody."""

    kind: str
    id: str
    about: tuple[str, ...]
    text_zh: str
    text_en: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class ShiftView:
    """The shift that is on: who took over, when, from whom. ``alone``: nobody had handed over."""

    id: str
    by: str
    since: datetime
    handed_by: str
    note: str
    alone: bool


@dataclass(frozen=True, slots=True)
class HandOverView:
    """A hand-over that waits for whoever takes over, or is over. ``items``: as things stood then."""

    id: str
    by: str
    at: datetime
    note: str
    taken_by: str
    taken: datetime | None
    remark: str
    items: tuple[ShiftItem, ...]


@dataclass(frozen=True, slots=True)
class ShiftsView:
    """The shift now, what it would hand over, and the hand-over that waits (None: none does)."""

    now: ShiftView | None
    waits: HandOverView | None
    items: tuple[ShiftItem, ...]
    last: tuple[HandOverView, ...]
    """The last hand-overs, newest first, without their items."""


@dataclass(frozen=True, slots=True)
class ShiftReceipt:
    """What became of handing or taking over. ``left``: unfinished orders that were not acknowledged with it."""

    accepted: bool
    cause: str
    text_en: str
    text_zh: str
    id: str = ""
    left: tuple[str, ...] = ()
