"""All cabinets' tables and clocks, looked after at the pace of the city: who is due, who is being visited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from zlib import crc32

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import ControllerError, DeviceBusy, LinkError
from controller.domain.image import LinkState
from controller.domain.lights import Cabinet
from controller.domain.points import DeviceId
from controller.domain.timetables import ClockLayout
from controller.logic.timetables_compare import Sameness
from controller.runtime.alarms import AlarmBook
from controller.runtime.channel import Channel
from controller.runtime.evidence import Evidence
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.table import ImageTable
from controller.runtime.timetables.alarms import show_clock, show_table
from controller.runtime.timetables.nights import Planner, cabinets_with_tables
from controller.runtime.timetables.port import Port
from controller.runtime.timetables.records import TIMETABLE, TableRecord, record_of
from controller.runtime.timetables.visiting import NOBODY, Errand, Subject, Visitor
from controller.runtime.waker import Waker
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("timetables")

AWAY_S = 60.0
"""A cabinet out of reach is asked for again after this long."""
IDLE_S = 30.0
"""The longest wait for whoever is due next."""
GUARD_RETRY_S = 300.0
"""A clock that may not be set just now is looked at again after this long."""
KEYS_AT_ONCE = 20
NO_RECORD = TableRecord()


class TimetableOffice:
    """Keeps the records and makes the visits. ``held`` says why nothing may be written to a cabinet now (or "")."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        table: ImageTable,
        evidence: Evidence,
        alarms: AlarmBook,
        keep: Callable[[Change], None],
        held: Callable[[DeviceId], str],
    ) -> None:
        self._clock = clock
        self._table = table
        self._evidence = evidence
        self._alarms = alarms
        self._keep = keep
        self._held = held
        self._channels: Mapping[DeviceId, Channel] = {}
        self._records: dict[DeviceId, TableRecord] = {}
        self._asked: dict[DeviceId, Errand] = {}
        self._visiting: set[DeviceId] = set()
        self._unsure: set[DeviceId] = set()
        self._unchecked: list[DeviceId] = []
        self._heap = DueHeap()
        self._waker = Waker(clock)
        self._begun_s = clock.monotonic()
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): tables whose programs may have changed are made anew, in their turn."""
        self.site = site
        self.rules = site.timetables
        self.planner = Planner(site, self._clock.now())
        self._visitor = Visitor(self.planner, self.rules, clock=self._clock, evidence=self._evidence)
        self.layouts = cabinets_with_tables(site)
        self.clocks: dict[DeviceId, ClockLayout] = {
            binding.device: binding.clock
            for endpoint in site.endpoints
            for binding in endpoint.devices
            if binding.clock is not None and binding.device in site.city.cabinets
        }
        members = self.layouts.keys() | self.clocks.keys()
        for gone in self._records.keys() - members:
            self._forget(gone)
        self._doubt_all()
        first_s = max(self._clock.monotonic(), self._begun_s + self.rules.first_after_s)
        self._heap = DueHeap()
        for device in members:
            self._heap.put(device, first_s + crc32(device.encode()) % 60)
        self._waker.call()

    def restore(self, stored: StoredState) -> None:
        """What was known before a restart."""
        members = self.layouts.keys() | self.clocks.keys()
        for device, body in stored.of(TIMETABLE).items():
            if device in members:
                self._records[device] = record_of(body)
        self._doubt_all()

    def route(self, channels: Mapping[DeviceId, Channel]) -> None:
        """Which channel leads to which device."""
        self._channels = channels

    # -- what is known --------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The wall clock."""
        return self._clock.now()

    def record(self, device: DeviceId) -> TableRecord:
        """What is remembered of a cabinet."""
        return self._records.get(device, NO_RECORD)

    def state(self, device: DeviceId) -> Sameness:
        """How the cabinet's own table compares, as far as it is known now."""
        if device not in self.layouts:
            return Sameness.NO_TABLE
        record = self.record(device)
        if record.sameness is Sameness.NEVER_DOWNLOADED and not record.begun:
            return Sameness.NEVER_DOWNLOADED
        if record.begun or device in self._unsure:
            return Sameness.UNKNOWN
        return record.sameness

    def unsure(self, device: DeviceId) -> bool:
        """Whether its programs may have changed since it was compared."""
        return device in self._unsure

    def doing(self, device: DeviceId) -> bool:
        """Whether it is being visited now, or a person's download waits for its turn."""
        return device in self._visiting or device in self._asked

    def subject(self, device: DeviceId) -> Subject:
        """A cabinet as visits see it."""
        cabinet: Cabinet = self.site.city.cabinets[device]
        return Subject(cabinet, self.layouts.get(device), self.clocks.get(device), self._held(device))

    def online(self, device: DeviceId) -> bool:
        """Whether it was read completely and answers."""
        block = self._table.devices().get(device)
        return block is not None and block.link is LinkState.ONLINE and block.complete

    def port(self, device: DeviceId, *, paced: bool = True) -> Port:
        """The device's registers; ``paced`` False for a person who waits for one answer."""
        pause_s = self.rules.block_pause_s if paced else 0.0
        return Port(device, self._channels.get, self._real_sleep, pause_s)

    async def _real_sleep(self, seconds: float) -> None:
        """Links are no faster in a fast demo."""
        await self._clock.sleep(seconds * self._clock.speed)

    def ask(self, device: DeviceId, errand: Errand) -> None:
        """A person wants it downloaded: it is next."""
        self._asked[device] = errand
        self._heap.put(device, float("-inf"))
        self._waker.call()

    # -- visits ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Visit whoever is due, for ever; never more at once than the site says."""
        async with asyncio.TaskGroup() as visits:
            while True:
                await self._look_at_keys()
                for device in self._due():
                    self._visiting.add(device)
                    visits.create_task(self._visit(device), name=f"timetable {device}")
                full = len(self._visiting) >= self.rules.at_once
                wait_s = IDLE_S if full else min(IDLE_S, self._heap.next_s() - self._clock.monotonic())
                await self._waker.wait(wait_s)

    def _due(self) -> Iterator[DeviceId]:
        free = max(0, self.rules.at_once - len(self._visiting))
        now_s = self._clock.monotonic()
        for device in list(islice(self._heap.take(now_s), free)):
            if device in self._visiting or not self.online(device):
                self._heap.put(device, now_s + AWAY_S)
            else:
                yield device

    async def _look_at_keys(self) -> None:
        """After a start or a reload: which tables are still those of today's programs."""
        unchecked, self._unchecked = self._unchecked, []
        for position, device in enumerate(unchecked):
            if position % KEYS_AT_ONCE == 0:
                await asyncio.sleep(0)
            layout, cabinet = self.layouts.get(device), self.site.city.cabinets.get(device)
            if layout is None or cabinet is None or self.record(device).key == self.planner.key(cabinet, layout):
                self._unsure.discard(device)

    def _doubt_all(self) -> None:
        self._unsure = set(self._records) & set(self.layouts)
        self._unchecked = sorted(self._unsure)

    async def _visit(self, device: DeviceId) -> None:
        errand = self._asked.get(device, NOBODY)
        try:
            next_s = await self._made(device, errand)
        except Exception as error:  # the named supervision boundary of a visit: one cabinet never ends the others'
            log.exception("timetable_fault", device=device)
            self._put(device, replace(self.record(device), error=f"{type(error).__name__}: {error}"))
            next_s = self.rules.retry_s
        finally:
            self._visiting.discard(device)
            self._waker.call()
        if device in self.layouts or device in self.clocks:
            asked_anew = self._asked.get(device, errand) is not errand
            self._heap.put(device, float("-inf") if asked_anew else self._clock.monotonic() + next_s)

    async def _made(self, device: DeviceId, errand: Errand) -> float:
        """One visit; in how many seconds the next is due."""
        subject, port = self.subject(device), self.port(device)
        put = partial(self._put, device)
        try:
            if self._clock_due(device) or errand:
                put(await self._visitor.clock(subject, port, self.record(device)))
            if self._table_due(device) or errand:
                await self._visitor.table(subject, port, self.record(device), put, errand)
                self._unsure.discard(device)
        except (LinkError, DeviceBusy) as error:
            log.info("timetable_interrupted", device=device, reason=str(error))
            self._put(device, replace(self.record(device), error=str(error)))
            return min(self.rules.retry_s, AWAY_S)
        except ControllerError as error:
            self._put(device, replace(self.record(device), error=str(error)))
            self._answered(device, errand)
            return self.rules.retry_s
        self._answered(device, errand)
        return self._next_in_s(device)

    def _answered(self, device: DeviceId, errand: Errand) -> None:
        """A person's download is done or refused for good; one that was interrupted stays asked for."""
        if self._asked.get(device) is errand:
            del self._asked[device]

    def _clock_due(self, device: DeviceId) -> bool:
        at = self.record(device).clock_at
        if device not in self.clocks:
            return False
        waits = self._clock_waits(device)
        return at is None or waits or self._age_s(at) >= self.rules.clock.look_every_s

    def _clock_waits(self, device: DeviceId) -> bool:
        """Whether its clock is off and was not set, for a reason that passes."""
        off_s = self.record(device).clock_offset_s
        return off_s is not None and abs(off_s) > self.rules.clock.set_above_s + 1.0

    def _table_due(self, device: DeviceId) -> bool:
        record = self.record(device)
        if device not in self.layouts:
            return False
        settled = record.sameness is Sameness.EQUAL and not record.begun and device not in self._unsure
        writable = self.rules.download and not self._held(device)
        if record.looked_at is None or (writable and not settled):
            return True
        return self._age_s(record.looked_at) >= self.rules.look_every_s

    def _next_in_s(self, device: DeviceId) -> float:
        record, rules = self.record(device), self.rules
        waits = []
        if device in self.layouts:
            looked = record.looked_at if record.sameness is Sameness.EQUAL else None
            waits.append(rules.retry_s if looked is None else rules.look_every_s - self._age_s(looked))
        if device in self.clocks:
            age_s = 0.0 if record.clock_at is None else self._age_s(record.clock_at)
            waits.append(GUARD_RETRY_S if self._clock_waits(device) else rules.clock.look_every_s - age_s)
        return max(1.0, min(waits, default=rules.look_every_s))

    def _age_s(self, moment: datetime) -> float:
        """Seconds since; a wall clock that was set back makes nothing younger than new."""
        return max(0.0, (self._clock.now() - moment).total_seconds())

    def _put(self, device: DeviceId, record: TableRecord) -> None:
        """The record is this from now on; alarms follow it."""
        cabinet = self.site.city.cabinets.get(device)
        if cabinet is None or self._records.get(device) == record:
            return
        self._records[device] = record
        self._keep(PutRecord(TIMETABLE, device, record.body()))
        show_table(self._alarms, cabinet, record, self._clock.now(), self.rules)
        show_clock(self._alarms, cabinet, record, self.rules)

    def _forget(self, device: DeviceId) -> None:
        self._records.pop(device, None)
        self._asked.pop(device, None)
        self._keep(DropRecord(TIMETABLE, device))
