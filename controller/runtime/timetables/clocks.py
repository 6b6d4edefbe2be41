"""A device's clock: read, its drift told, and set when it is off and nothing switches near by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from controller.domain.clock import Clock
from controller.domain.errors import ControllerError
from controller.domain.timetables import ClockLayout
from controller.logic.timetables_clock import RESOLUTION_S, clock_time, clock_words, drift, may_set, offset_s
from controller.runtime.timetables.port import Port
from controller.runtime.timetables.records import TableRecord
from controller.settings.timetables import ClockRules

NOT_READABLE_S = float("inf")


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
        moment = self._clock.now() + timedelta(seconds=took_s / 2 + RESOLUTION_S / 2)
        try:
            await port.write(layout.address, clock_words(layout, moment, zone))
        except ControllerError as error:
            return replace(record, clock_error=f"it could not be set: {error}")
        left_s, took_s = await self._offset(port, layout, zone)
        now = self._clock.now()
        if left_s is None or abs(left_s) > RESOLUTION_S + took_s + 1.0:
            shows = "no time" if left_s is None else f"{left_s:+.0f} s"
            return replace(record, clock_error=f"it was set and still shows {shows}", clock_at=now)
        self._note(port.device, off_s if off_s is not None else NOT_READABLE_S)
        return replace(
            record,
            clock_at=now,
            clock_offset_s=left_s,
            anchor_at=now,
            anchor_s=left_s,
            clock_set_at=now,
            clock_error="",
        )

    async def _offset(self, port: Port, layout: ClockLayout, zone: timezone) -> tuple[float | None, float]:
        """How far it is ahead (None: it shows no time), and how long the question took."""
        asked = self._clock.now()
        words = await port.read(layout.address, layout.registers)
        answered = self._clock.now()
        shown = clock_time(layout, words, zone)
        took_s = (answered - asked).total_seconds()
        return None if shown is None else offset_s(shown, asked, answered), took_s


def _seen(record: TableRecord, now: datetime, off_s: float | None) -> TableRecord:
    record = replace(record, clock_at=now, clock_offset_s=off_s)
    if off_s is None:
        return replace(record, anchor_at=None, drift=None)
    if record.anchor_at is None:
        return replace(record, anchor_at=now, anchor_s=off_s)
    gained = drift(record.anchor_at.timestamp(), record.anchor_s, now.timestamp(), off_s)
    if gained is None:
        return record
    return replace(record, drift=gained.s_per_day, drift_uncertain=gained.uncertain_s)
