"""A device's clock: read, its drift told, and set when it is off and nothing switches near by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from controller.domain.clock import Clock
from controller.domain.errors import ControllerError
from controller.domain.timetables import ClockLayout
from controller.logic.timetables_clock import (
    LOST_S,
    RESOLUTION_S,
    clock_time,
    clock_words,
    drift,
    may_set,
    offset_s,
)
from controller.runtime.timetables.port import Port
from controller.runtime.timetables.records import TableRecord
from controller.settings.timetables import ClockRules

NOT_READABLE_S = float("inf")
TRIES = 2
"""A clock that a slow link set late is set again at once: it is told a moment, so that twice does no more than once."""
ANCHOR_S = 24 * 3600.0
"""A clock set sooner than this after its drift began to be watched is watched on from there: one that gains 12 s a day
is set at every look, and would else never be watched long enough to tell."""


class Clocks:
    """Looks after one clock at a time. ``note`` is told what was set (device, from, to) for the journal."""

    def __init__(self, clock: Clock, note: Callable[[str, float], None]) -> None:
        self._clock = clock
        self._note = note

    async def look(
        self,
        port: Port,
        layout: ClockLayout,
        record: TableRecord,
        *,
        rules: ClockRules,
        zone: timezone,
        edges: Callable[[], Iterable[datetime]],
        held: str,
    ) -> TableRecord:
        """The record after a look; the clock is set when it may be. ``held``: why nothing may be written (or empty).

        Raises:
            ControllerError: it could not be read.
        """
        off_s, took_s = await self._offset(port, layout, zone)
        now = self._clock.now()
        record = _seen(record, now, off_s)
        if off_s is not None and abs(off_s) <= max(rules.set_above_s, took_s + RESOLUTION_S):
            return replace(record, clock_error="")
        if held:
            return replace(record, clock_error=f"not set: {held}")
        if off_s is not None and not may_set(off_s, now, edges(), rules.guard_s):
            return replace(record, clock_error="")  # soon: nothing is wrong but the moment
        return await self._set(port, layout, record, off_s, took_s, zone)

    async def _set(
        self,
        port: Port,
        layout: ClockLayout,
        record: TableRecord,
        off_s: float | None,
        took_s: float,
        zone: timezone,
    ) -> TableRecord:
        left_s: float | None = None
        for _ in range(TRIES):
            moment = self._clock.now() + timedelta(seconds=took_s / 2 + RESOLUTION_S / 2)
            try:
                await port.write(layout.address, clock_words(layout, moment, zone))
            except ControllerError as error:
                return replace(record, clock_error=f"it could not be set: {error}")
            left_s, took_s = await self._offset(port, layout, zone)
            if left_s is not None and abs(left_s) <= RESOLUTION_S + took_s + 1.0:
                self._note(port.device, off_s if off_s is not None else NOT_READABLE_S)
                return _was_set(record, self._clock.now(), off_s, left_s)
        shows = "no time" if left_s is None else f"{left_s:+.0f} s"
        return replace(record, clock_error=f"it was set and still shows {shows}", clock_at=self._clock.now())

    async def _offset(self, port: Port, layout: ClockLayout, zone: timezone) -> tuple[float | None, float]:
        """How far it is ahead (None: it shows no time), and how long the question took."""
        asked = self._clock.now()
        words = await port.read(layout.address, layout.registers)
        answered = self._clock.now()
        shown = clock_time(layout, words, zone)
        took_s = (answered - asked).total_seconds()
        return None if shown is None else offset_s(shown, asked, answered), took_s


def _was_set(record: TableRecord, now: datetime, off_s: float | None, left_s: float) -> TableRecord:
    """The record of a clock just set from ``off_s`` to ``left_s``; what it gained before counts on for its drift."""
    record = replace(record, clock_at=now, clock_offset_s=left_s, clock_set_at=now, clock_error="")
    began = record.anchor_at
    if off_s is None or abs(off_s) > LOST_S or began is None or (now - began).total_seconds() >= ANCHOR_S:
        return replace(record, anchor_at=now, anchor_s=left_s)
    return replace(record, anchor_s=record.anchor_s + left_s - off_s)


def _seen(record: TableRecord, now: datetime, off_s: float | None) -> TableRecord:
    record = replace(record, clock_at=now, clock_offset_s=off_s)
    if off_s is None:
        return replace(record, anchor_at=None, drift=None)
    if record.anchor_at is None or abs(off_s) > LOST_S:
        return replace(record, anchor_at=now, anchor_s=off_s)
    gained = drift(record.anchor_at.timestamp(), record.anchor_s, now.timestamp(), off_s)
    if gained is None:
        return record
    return replace(record, drift=gained.s_per_day, drift_uncertain=gained.uncertain_s)
