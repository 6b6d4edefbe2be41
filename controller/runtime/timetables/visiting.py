"""One visit to one cabinet: its clock, then its table; what is found and done, as a new record."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from controller.domain.clock import Clock
from controller.domain.errors import ControllerError, DeviceBusy, DeviceRefused, LinkError
from controller.domain.lights import Cabinet
from controller.domain.timetables import HASH_REGISTERS, ClockLayout, TimetableLayout
from controller.logic.timetables import Table
from controller.logic.timetables_codec import decode, encode
from controller.logic.timetables_compare import Sameness, differences, summary
from controller.runtime.evidence import Evidence
from controller.runtime.timetables.clocks import Clocks
from controller.runtime.timetables.download import NotKept, download
from controller.runtime.timetables.nights import Planner, Wanted
from controller.runtime.timetables.port import Port
from controller.runtime.timetables.records import TableRecord
from controller.settings.timetables import TimetableSettings

Put = Callable[[TableRecord], None]


@dataclass(frozen=True, slots=True)
class Errand:
    """Why a table is written though nothing seems to differ: a person asked. Empty: nobody did."""

    by: str = ""
    reason: str = ""
    request_id: str = ""

    def __bool__(self) -> bool:
        return bool(self.by)


NOBODY = Errand()


@dataclass(frozen=True, slots=True)
class Subject:
    """A cabinet with where it keeps its table and its clock, and why nothing may be written there now (or empty)."""

    cabinet: Cabinet
    table: TimetableLayout | None
    clock: ClockLayout | None
    held: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Its circuits' outputs."""
        return tuple(circuit.output for circuit in self.cabinet.circuits)


class Visitor:
    """Makes visits for a site. ``put`` is given every new record of a cabinet as soon as it is true."""

    def __init__(self, planner: Planner, rules: TimetableSettings, *, clock: Clock, evidence: Evidence) -> None:
        self._planner = planner
        self._rules = rules
        self._clock = clock
        self._evidence = evidence
        self._clocks = Clocks(clock, self._clock_was_set)

    async def clock(self, subject: Subject, port: Port, record: TableRecord) -> TableRecord:
        """The record after a look at the clock.

        Raises:
            LinkError: the device is out of reach.
        """
        if subject.clock is None:
            return record
        tonight = self._planner.tonight(self._clock.now())
        try:
            return await self._clocks.look(
                port,
                subject.clock,
                record,
                rules=self._rules.clock,
                zone=self._planner.zone,
                edges=lambda: self._planner.edges(subject.cabinet, tonight),
                held=subject.held,
            )
        except LinkError:
            raise
        except ControllerError as error:
            return replace(record, clock_at=self._clock.now(), clock_error=f"it could not be read: {error}")

    async def table(self, subject: Subject, port: Port, record: TableRecord, put: Put, errand: Errand) -> None:
        """Look at the table, and write it where that is due and allowed; every step is put.

        Raises:
            LinkError: the device was lost, or is out of reach; what was put last stands.
        """
        layout = subject.table
        if layout is None:
            return
        now = self._clock.now()
        tonight = self._planner.tonight(now)
        key = self._planner.key(subject.cabinet, layout)
        current = record.key == key and not self._rolled(record, tonight) and not record.begun
        if current and not errand and await self._still_ours(layout, port, record, now):
            put(replace(record, looked_at=now))
            return
        wanted = await self._planner.wanted(subject.cabinet, layout, tonight)
        if record.digest or not layout.atomic or not self._may_write(subject, errand):
            record = await self._compared(subject, layout, port, record, wanted, tonight)
            put(record)
        due = record.sameness is not Sameness.EQUAL or record.begun or errand or self._rolled(record, tonight)
        if not due:
            put(replace(record, key=key))
            return
        if self._may_write(subject, errand):
            await self._download(subject, layout, port, record, wanted, key, tonight, put, errand)

    def _may_write(self, subject: Subject, errand: Errand) -> bool:
        return not subject.held and (self._rules.download or bool(errand))

    def _rolled(self, record: TableRecord, tonight: date) -> bool:
        """Whether so many nights have passed since the table was made that its first rows are next year's."""
        return record.from_night is not None and (tonight - record.from_night).days >= self._rules.roll_days

    async def _still_ours(self, layout: TimetableLayout, port: Port, record: TableRecord, now: datetime) -> bool:
        """Whether the device itself says that its table is the one last written: by a check sum it would clear."""
        if layout.hash_address is None or not layout.hash_own or record.sameness is not Sameness.EQUAL:
            return False
        if record.read_at is None or (now - record.read_at).total_seconds() >= self._rules.read_every_s:
            return False
        held = await port.read_all(layout.hash_address, HASH_REGISTERS, HASH_REGISTERS)
        return f"{held[0]:04x}{held[1]:04x}" == record.digest[:8]

    async def _compared(
        self,
        subject: Subject,
        layout: TimetableLayout,
        port: Port,
        record: TableRecord,
        wanted: Wanted,
        tonight: date,
    ) -> TableRecord:
        """The record after reading the table back; somebody else's hand in it is told."""
        image = await port.image(layout)
        now = self._clock.now()
        altered = bool(record.digest) and not record.begun and image.digest != record.digest
        if altered and record.altered_at is None:
            self._evidence.later(
                "timetable_altered", "controller", subject.cabinet.id, {"was": record.digest, "reads": image.digest}
            )
        record = replace(record, altered_at=(record.altered_at or now) if altered else None, error="", refused=False)
        record = self._judged(record, wanted, decode(layout, image, subject.outputs), tonight, now)
        if not record.digest and record.sameness is not Sameness.EQUAL:
            return replace(record, sameness=Sameness.NEVER_DOWNLOADED)
        return record

    def _judged(self, record: TableRecord, wanted: Wanted, found: Table, tonight: date, now: datetime) -> TableRecord:
        table, dates = wanted.fitted.table, wanted.fitted.dates
        said = summary(list(differences(table, found, dates, tonight, self._rules.roll_days)))
        return replace(
            record,
            sameness=Sameness.DIFFERS if said.nights else Sameness.EQUAL,
            nights=said.nights,
            outputs=said.outputs,
            first=said.first,
            darker_min=said.darker_min,
            longer_min=said.longer_min,
            longer_nights=len({night for nights in wanted.fitted.longer.values() for night in nights}),
            left_out=wanted.fitted.left_out,
            read_at=now,
            looked_at=now,
            differs_since=(record.differs_since or now) if said.nights else None,
        )

    async def _download(
        self,
        subject: Subject,
        layout: TimetableLayout,
        port: Port,
        record: TableRecord,
        wanted: Wanted,
        key: str,
        tonight: date,
        put: Put,
        errand: Errand,
    ) -> None:
        why = errand.reason or _why(record, key)
        by, request = errand.by or "controller", errand.request_id or secrets.token_hex(8)
        said: dict[str, Any] = {"request": request, "why": why, "was": record.digest, "atomic": layout.atomic}
        device = subject.cabinet.id
        await self._evidence.before_automation("timetable_download", by, device, said)
        fresh = not record.digest and not record.begun
        record = replace(record, begun=True)
        put(record)
        try:
            written = await download(port, layout, wanted.fitted.table, subject.outputs, tonight, fresh=fresh)
        except ControllerError as error:
            self._ended(device, by, {"request": request, "outcome": _outcome(error), "text": str(error)})
            refused = isinstance(error, (NotKept, DeviceRefused)) and not isinstance(error, DeviceBusy)
            put(
                replace(
                    record, error=str(error), refused=refused, differs_since=record.differs_since or self._clock.now()
                )
            )
            raise
        image, now = encode(layout, wanted.fitted.table), self._clock.now()
        record = replace(
            self._judged(record, wanted, decode(layout, image, subject.outputs), tonight, now),
            key=key,
            digest=image.digest,
            from_night=tonight,
            begun=False,
            written_at=now,
            by=by,
            why=why,
            altered_at=None,
            error="",
            refused=False,
        )
        self._ended(device, by, {"request": request, "outcome": "CONFIRMED", "hash": image.digest, "blocks": written})
        put(record)

    def _ended(self, device: str, by: str, said: Mapping[str, Any]) -> None:
        self._evidence.later("timetable_downloaded", by, device, said)

    def _clock_was_set(self, device: str, was_off_s: float) -> None:
        self._evidence.later("clock_set", "controller", device, {"was_off_s": _finite(was_off_s)})


def _finite(seconds: float) -> float | str:
    return round(seconds, 1) if abs(seconds) != float("inf") else "no time"


def _outcome(error: ControllerError) -> str:
    return "INTERRUPTED" if isinstance(error, LinkError) else "FAILED"


def _why(record: TableRecord, key: str) -> str:
    if not record.digest:
        return "first download"
    if record.begun:
        return "the last download was interrupted"
    if record.altered_at is not None:
        return "changed on site"
    return "the programs changed" if record.key != key else "nights have passed"
