"""Every cabinet's watch, looked at where something changed or time decides something, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from math import inf
from zlib import crc32
from zoneinfo import ZoneInfo

import structlog

from controller.domain.clock import Clock
from controller.domain.lights import Cabinet
from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.faults.cabinet import CabinetWatch
from controller.logic.faults.circuit import CircuitWatch, When
from controller.logic.faults.kinds import Finding, SensorNumbers
from controller.logic.faults.remember import recall, remembered
from controller.logic.faults.rules import FaultRules
from controller.runtime.alarms import AlarmBook
from controller.runtime.light_faults.alarms import FaultAlarms
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.table import ImageTable
from controller.runtime.waker import Waker
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("light_faults")

RECORD = "light_faults"
GATHER_S = 1.0
"""Changes are gathered this long and looked at together."""
CROWDED_PAUSES = 8
"""While a large switch is under way, so many times as long at most."""
SLICE = 50
IDLE_S = 60.0
TRY_AGAIN_S = 60.0
"""After a look that failed."""
LEAST_BETWEEN_S = 3.0
"""No cabinet is looked at more often."""
KEEP_S = 6 * 3600.0
"""What a cabinet learned is kept this often; what is found, at once."""


class LightFaults:
    """Watches lighting. Level-triggered: a look takes the block as it is, whatever was seen of its changes."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        table: ImageTable,
        alarms: AlarmBook,
        keep: Callable[[Change], None],
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        """``crowded``: whether a large switch is under way; nobody is looked at meanwhile, for a while."""
        self._crowded = crowded
        self._clock = clock
        self._table = table
        self._keep = keep
        self._alarms = FaultAlarms(alarms)
        self._watches: dict[DeviceId, CabinetWatch] = {}
        self._names: dict[TargetId, str] = {}
        self._looked_s: dict[DeviceId, float] = {}
        self._kept_s: dict[DeviceId, float] = {}
        self._dirty: dict[DeviceId, None] = {}
        self._heap = DueHeap()
        self._waker = Waker(clock)
        self._site = site
        self.adopt(site)
        table.listen(self._noticed)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). What was learned of lamps that still hang there is kept."""
        self._site = site
        self._zone = ZoneInfo(site.timezone)
        rules = site.faults
        points = {b.device: b.points.keys() for endpoint in site.endpoints for b in endpoint.devices}
        before, self._watches = self._watches, {}
        for name, cabinet in site.city.cabinets.items():
            watch, known = CabinetWatch(cabinet, points.get(name, frozenset()), rules), before.get(name)
            if known is not None and _same(known, watch, rules):
                watch = known
            elif known is not None:
                recall(watch, remembered(known))
            self._watches[name] = watch
            self._kept_s.setdefault(name, self._clock.monotonic() - crc32(name.encode()) % int(KEEP_S))
        self._names = dict(_names(site.city.cabinets))
        self._end_gone(before)
        self._dirty = dict.fromkeys(self._watches)
        self._waker.call()

    def restore(self, stored: StoredState) -> None:
        """What was learned and found before a restart."""
        for device, body in stored.of(RECORD).items():
            watch = self._watches.get(device)
            if watch is not None:
                recall(watch, body)
        for device in self._watches:
            self._alarms.adopt_standing(device)

    # -- asked ------------------------------------------------------------------------------------------------------

    @property
    def rules(self) -> FaultRules:
        """The numbers it goes by."""
        return self._site.faults

    @property
    def sensors(self) -> SensorNumbers:
        """The numbers by which other parts tell photocells and clocks."""
        lux, clock = self._site.daylight.lux, self._site.timetables.clock
        return SensorNumbers(lux.off_median, lux.frozen_after_s, clock.alarm_above_s, clock.drift_alarm_s_per_day)

    def watches(self) -> Mapping[DeviceId, CabinetWatch]:
        """Every cabinet's watch."""
        return self._watches

    def circuit(self, target: TargetId) -> CircuitWatch | None:
        """One circuit's watch."""
        watch = self._watches.get(device_of(target))
        return None if watch is None else watch.circuits.get(target)

    def findings(self, about: TargetId) -> Iterator[tuple[TargetId, Finding]]:
        """What is found of a circuit, or of a cabinet with everything in it."""
        watch = self._watches.get(device_of(about))
        if watch is None:
            return
        for target, found in watch.all_findings():
            if about in (target, watch.cabinet.id):
                yield target, found

    def name(self, about: TargetId) -> str:
        """What people call it."""
        return self._names.get(about, about)

    def hour(self) -> int:
        """The local hour, by which baselines are kept."""
        return self._clock.now().astimezone(self._zone).hour

    # -- looking ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self._waker.wait(min(IDLE_S, max(0.0, self._heap.next_s() - self._clock.monotonic())))
            await self._clock.sleep(max(GATHER_S, 0.2 * self._clock.speed))
            for _ in range(CROWDED_PAUSES):
                if self._crowded():
                    await self._clock.sleep(max(GATHER_S, 0.2 * self._clock.speed))
            await self.look()

    async def look(self) -> None:
        """Look at what changed, and at what is due; in slices, so that nobody else waits for it."""
        dirty, self._dirty = self._dirty, {}
        dirty.update(dict.fromkeys(self._heap.take(self._clock.monotonic())))
        when = self.when()
        for looked, device in enumerate(dirty, 1):
            self._supervised_look(device, when)
            if looked % SLICE == 0:
                await asyncio.sleep(0)
                when = self.when()

    def _supervised_look(self, device: DeviceId, when: When) -> None:
        """Supervision boundary of a look: whatever it raises never ends the others' watch; people are told, and it is
        tried again."""
        try:
            self.look_at(device, when)
        except Exception as error:  # the named supervision boundary of a look
            log.exception("light_fault_look_failed", device=device)
            self._heap.put(device, when.at_s + TRY_AGAIN_S)
            self._alarms.failed(device, self.name(device), repr(error))

    def when(self) -> When:
        """This moment as the detectors take it. A night is one day, dated by its evening."""
        local = self._clock.now().astimezone(self._zone)
        night = (local - timedelta(hours=12)).toordinal()
        return When(self._clock.monotonic(), local.hour, night, local.strftime("%H:%M"))

    def look_at(self, device: DeviceId, when: When) -> None:
        """One cabinet now; put off when it was looked at only just before."""
        watch = self._watches.get(device)
        if watch is None:
            return
        since_s = when.at_s - self._looked_s.get(device, -inf)
        if since_s < LEAST_BETWEEN_S:
            self._heap.put(device, when.at_s - since_s + LEAST_BETWEEN_S)
            return
        view = self._table.view(device, when.at_s)
        if not view.ready:
            return  # nothing is known of it: its link has its own alarm
        self._looked_s[device] = when.at_s
        looked = watch.look(view, when)
        self._alarms.works(device)
        if not looked:
            return
        if watch.due_s < inf:
            self._heap.put(device, when.at_s + watch.due_s)
        self._tell(watch, when)

    def _tell(self, watch: CabinetWatch, when: When) -> None:
        device = watch.cabinet.id
        found = list(watch.all_findings())
        changed = False
        if found or self._alarms.stands_for(device):
            behind = [circuit.id for circuit in watch.behind(watch.lost_phases())]
            changed = self._alarms.show(device, found, self._names, behind, when.at_s)
        if changed or when.at_s - self._kept_s[device] >= KEEP_S:
            self._kept_s[device] = when.at_s
            self._keep(PutRecord(RECORD, device, remembered(watch)))

    def _noticed(self, device: DeviceId) -> None:
        if device in self._watches:
            self._dirty[device] = None
            self._waker.call()

    def _end_gone(self, before: Mapping[DeviceId, CabinetWatch]) -> None:
        for device, known in before.items():
            watch = self._watches.get(device)
            if watch is None:
                self._keep(DropRecord(RECORD, device))
                self._kept_s.pop(device, None)
                self._looked_s.pop(device, None)
            for target in known.circuits.keys() - (watch.circuits.keys() if watch else set()):
                self._alarms.forget(target)
            if watch is None:
                self._alarms.forget(device)


def _same(known: CabinetWatch, made: CabinetWatch, rules: FaultRules) -> bool:
    return known.cabinet == made.cabinet and known.points == made.points and known.rules == rules


def _names(cabinets: Mapping[DeviceId, Cabinet]) -> Iterator[tuple[TargetId, str]]:
    for cabinet in cabinets.values():
        yield cabinet.id, f"{cabinet.id} {cabinet.name}".strip()
        for circuit in cabinet.circuits:
            yield circuit.id, f"{circuit.id} {cabinet.name} {circuit.name}".strip()
