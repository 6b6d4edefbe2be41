"""Shifts as the state store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from controller.runtime.shifts.views import HandOverView, ShiftItem, ShiftView
from controller.store.changes import PutRecord

SHIFT = "shift"
HAND_OVER = "hand_over"
CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Shift:
    """The shift that is on. ``person``: who has it."""

    id: str
    by: str
    person: str
    since: datetime
    handed_by: str = ""
    note: str = ""

    def view(self) -> ShiftView:
        """For people."""
        return ShiftView(self.id, self.by, self.since, self.handed_by, self.note, not self.handed_by)

    def record(self) -> PutRecord:
        """As it is kept."""
        return PutRecord(SHIFT, CURRENT, {**asdict(self), "since": self.since.isoformat()})


@dataclass(frozen=True, slots=True)
class HandOver:
    """One hand-over, with everything as it stood. ``taken_by`` empty: it waits."""

    id: str
    by: str
    person: str
    at: datetime
    note: str
    items: tuple[ShiftItem, ...]
    taken_by: str = ""
    taken: datetime | None = None
    remark: str = ""

    def view(self, items: tuple[ShiftItem, ...]) -> HandOverView:
        """For people, with those of its items they may see."""
        return HandOverView(self.id, self.by, self.at, self.note, self.taken_by, self.taken, self.remark, items)

    def record(self) -> PutRecord:
        """As it is kept."""
        body = {
            **asdict(self),
            "at": self.at.isoformat(),
            "taken": self.taken.isoformat() if self.taken else None,
            "items": [{**asdict(one), "about": list(one.about)} for one in self.items],
        }
        return PutRecord(HAND_OVER, self.id, body)


def shift_of(body: Mapping[str, Any]) -> Shift:
    """The shift ``record`` wrote."""
    return Shift(**{**body, "since": datetime.fromisoformat(body["since"])})


def hand_over_of(body: Mapping[str, Any]) -> HandOver:
    """The hand-over ``record`` wrote."""
    items = tuple(ShiftItem(**{**one, "about": tuple(one["about"])}) for one in body["items"])
    taken = datetime.fromisoformat(body["taken"]) if body["taken"] else None
    return HandOver(**{**body, "items": items, "at": datetime.fromisoformat(body["at"]), "taken": taken})
