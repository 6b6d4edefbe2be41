"""The five-minute slots of a night: which were counted, and which are holes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from controller.domain.places import Place
from controller.runtime.light_history.sums import SLOT_S, SLOTS
from schedules.astro import night_of, noon_s, sun_crossings

BYTES = SLOTS // 8


class Slots:
    """One night, noon to noon, as a set of its slots."""

    def __init__(self, kept: bytes = b"") -> None:
        self._bits = int.from_bytes(kept[:BYTES].ljust(BYTES, b"\0"), "little")

    def __contains__(self, slot: int) -> bool:
        return bool(self._bits >> slot & 1)

    def __iter__(self) -> Iterator[int]:
        return (slot for slot in range(SLOTS) if slot in self)

    def __len__(self) -> int:
        return self._bits.bit_count()

    def add(self, slot: int) -> None:
        """The slot was counted."""
        self._bits |= 1 << slot

    def kept(self) -> bytes:
        """As it is kept on disk."""
        return self._bits.to_bytes(BYTES, "little")


def slot_of(moment: datetime, tz: ZoneInfo) -> tuple[date, int]:
    """The night a moment belongs to, and its slot in it."""
    night = night_of(moment, tz)
    return night, min(SLOTS - 1, max(0, int((moment.timestamp() - noon_s(night.toordinal(), tz)) // SLOT_S)))


def slot_begin(night: date, slot: int, tz: ZoneInfo) -> int:
    """When a slot begins, POSIX seconds."""
    return int(noon_s(night.toordinal(), tz)) + slot * SLOT_S


def dark_slots(night: date, place: Place, tz: ZoneInfo) -> range:
    """The slots that lie, even in part, between sunset and sunrise at a place."""
    noon, sun = noon_s(night.toordinal(), tz), sun_crossings(place, night, tz)
    return range(int((sun.evening_s - noon) // SLOT_S), int((sun.morning_s - noon) // SLOT_S) + 1)


def is_day(moment_s: float, place: Place, tz: ZoneInfo, night: date, margin_s: float) -> bool:
    """Whether it is day at a place: more than the margin before sunset or after sunrise."""
    sun = sun_crossings(place, night, tz)
    return moment_s < sun.evening_s - margin_s or moment_s > sun.morning_s + margin_s
