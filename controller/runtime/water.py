"""Water as a discipline: every station as a whole, its units and gates with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Any

from controller.domain.command import Cause
from controller.domain.image import Image, View
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot, SlotKind
from controller.domain.stations import Station
from controller.logic.arbitration import Refusal
from controller.logic.contract import (
    GateMemory,
    InterlockMemory,
    LastWrite,
    Moment,
    StationMemory,
    StationStep,
    UnitMemory,
    Verdict,
)
from controller.logic.feeder_power import rooms_of
from controller.logic.feeders import feeder_uses, feeders_of
from controller.logic.foresight import foresee_station
from controller.logic.interlocks import NOTHING_BYPASSED, Bypassed, InterlockSpec, reset
from controller.logic.site_conditions import NOTHING_ON_SITE, SiteConditions
from controller.logic.station_evaluation import (
    evaluate_station,
    observe_station,
    reset_lockout,
    station_requests,
)
from controller.logic.water_around import WaterAround
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.bypassing.memory import INTERLOCK, InterlockRecords, hold_trip, not_clear
from controller.runtime.dispatch import Act
from controller.runtime.reporting import targets_of_asset
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.water_alarms import WaterAlarms
from controller.runtime.water_kept import WaterKept
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord
from controller.store.state_rows import UnitCounters

LOOK_AGAIN_S = 1.0
"""A station with anything under way is evaluated at least this often."""
REST_CYCLES = 10
"""A station at rest is evaluated at least once in this many cycles, whether or not anything seems to have changed."""


class WaterDiscipline:
    """Decides every station, unit and gate of a site. ``keep`` takes what must survive a restart."""

    name = "water"
    behind = False
    """A turn always works out everything that is due: a city has dozens of stations, not thousands."""

    def __init__(
        self,
        site: Site,
        book: RequestBook,
        last: Mapping[TargetId, LastWrite],
        phases: dict[TargetId, str],
        verdicts: dict[TargetId, Sequence[Verdict]],
        *,
        alarms: AlarmBook,
        keep: Callable[[Change], None],
        bypassed: Callable[[float], Bypassed] = lambda _: NOTHING_BYPASSED,
        conditions: SiteConditions = NOTHING_ON_SITE,
    ) -> None:
        self._book = book
        self._last = last
        self._phases = phases
        self._verdicts = verdicts
        self._alarms = alarms
        self._keep = keep
        self._bypassed = bypassed
        self._site = conditions
        self._records = InterlockRecords(keep)
        self._memories: dict[DeviceId, StationMemory] = {}
        self._kept = WaterKept(keep)
        self._said = WaterAlarms(alarms)
        self._turn: set[DeviceId] = set()
        self._told: dict[str, dict[DeviceId, Any]] = {}
        book.listen(self._asked_of)
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over, also in place of another (reload); memories of stations that stay are kept."""
        self._stations = dict(site.city.stations)
        self._rest_s = REST_CYCLES * site.timing.water_cycle_s
        self._interlocks = {
            device: tuple(spec for spec in site.interlocks if device_of(spec.target) == device)
            for device in self._stations
        }
        self._records.only({spec.id for specs in self._interlocks.values() for spec in specs})
        self._targets = {
            target: station.id for station in self._stations.values() for target in targets_of_asset(station)
        }
        self._memories = {device: memory for device, memory in self._memories.items() if device in self._stations}
        self._told = {
            what: {station: known for station, known in told.items() if station in self._stations}
            for what, told in self._told.items()
        }
        self._feeders = feeders_of(self._stations.values())
        self._feeder_limits = {limit.name: limit for limit in site.feeder_limits}
        self._due = DueHeap()
        for device in self._stations:
            self._due.put(device, float("-inf"))

    def restore(self, counters: UnitCounters, wall: datetime, now_s: float) -> None:
        """Take a unit's counters up again: wall times become moments of this process's monotonic clock."""
        station = self._stations.get(device_of(counters.target))
        if station is not None:
            memory = self._memories.get(station.id, StationMemory())
            self._memories[station.id] = self._kept.counted(station, memory, counters, wall, now_s)

    def restore_station(self, station: DeviceId, body: Mapping[str, Any]) -> None:
        """Take up what was kept of a station itself."""
        if station in self._stations:
            memory = self._memories.get(station, StationMemory())
            self._memories[station] = self._kept.taken_up(station, memory, body)

    def restore_interlocks(self, memories: Mapping[str, InterlockMemory]) -> None:
        """Take delays and latches of interlocks up again."""
        for device, specs in self._interlocks.items():
            mine = {spec.id: memories[spec.id] for spec in specs if spec.id in memories}
            if mine:
                memory = self._memories.get(device, StationMemory())
                self._memories[device] = replace(memory, interlocks={**memory.interlocks, **mine})
                self._records.restore(mine)

    @property
    def targets(self) -> Set[TargetId]:
        """Stations, units and gates."""
        return self._targets.keys()

    @property
    def devices(self) -> Set[DeviceId]:
        """Stations."""
        return self._stations.keys()

    def forget_times(self) -> None:
        """Nothing here is timed by the wall clock."""

    def look_again(self, device: DeviceId) -> None:
        """What binds the station changed (a tag, its switch): it is evaluated in the next turn."""
        if device in self._stations:
            self._due.put(device, float("-inf"))

    def told(self, what: str, station: DeviceId, known: object | None) -> None:
        """What lies around a station changed: a field of ``WaterAround`` is this for it; None: not known any more."""
        if station not in self._stations:
            return
        about = self._told.setdefault(what, {})
        if known is None:
            about.pop(station, None)
        else:
            about[station] = known
        self._due.put(station, float("-inf"))

    def _asked_of(self, target: TargetId) -> None:
        """Near the guarantee level an order is met with slot 4 in the very turn in which it is decided."""
        station = self._targets.get(target)
        memory = self._memories.get(station) if station is not None else None
        if station is not None and memory is not None and memory.critical.level_m is not None:
            self._due.put(station, float("-inf"))

    def around(self) -> WaterAround:
        """Everything known around the stations, as it was told."""
        return WaterAround(**self._told)

    def compute(self, image: Image, changed: Set[DeviceId], moment: Moment) -> None:
        """Observe every station that changed or is due, and put what its automatic asks for into the book."""
        self._turn = set(changed) | set(self._due.take(moment.s))
        around = self.around()
        for device in self._turn:
            station = self._stations[device]
            view = image.view(device, moment.s)
            self._site.look(view)
            memory = observe_station(station, view, self._memories.get(device, StationMemory()), moment, around)
            memory, requests = station_requests(
                station,
                view,
                memory,
                moment,
                self._interlocks[device],
                self._bypassed(moment.s),
                around,
                self._book.requests,
            )
            self._records.note(memory.interlocks, moment)
            self._memories[device] = memory
            self._kept.note(station, memory, moment)
            self._latch(requests)
            computed = [request for request in requests if request.slot.kind is not SlotKind.LATCHED]
            for target in targets_of_asset(station):
                self._book.compute(target, tuple(request for request in computed if request.target == target))

    def act(
        self, image: Image, changed: Set[DeviceId], decided: Sequence[Decision], settled: Set[TargetId], moment: Moment
    ) -> list[Act]:
        """Sequencers and guards of every station something happened to."""
        del changed
        stations = self._turn | {self._targets[d.target] for d in decided} | {self._targets[t] for t in settled}
        acts = []
        for device in sorted(stations):
            acts += self._evaluate(self._stations[device], image.view(device, moment.s), moment)
        return acts

    def next_due_s(self, moment: Moment) -> float:
        """When the next station is due by time."""
        del moment
        return self._due.next_s()

    def reset_refusal(self, target: TargetId) -> Refusal | None:
        """Why what is latched on a station, unit or gate cannot be reset now; None when a person may reset it.

        The cause must be proven gone: an interlock whose condition is not known to hold keeps its latch.
        """
        memory = self._memories.get(self._targets[target], StationMemory())
        unit = memory.units.get(target, UnitMemory())
        locked = unit.locked_out or memory.gates.get(target, GateMemory()).locked_out
        known = {spec: memory.interlocks.get(spec.id, InterlockMemory()) for spec in self._latches(target)}
        held = self._book.holder(target, Slot.EQUIPMENT_PROTECTION)
        if held is None and not locked and not any(past.latched for past in known.values()):
            return Refusal(Cause.OUT_OF_RANGE, f"nothing is latched on {target}; `zhadao explain {target}` says more")
        if unit.withdraw:
            return Refusal(
                Cause.INTERLOCK, f"the failed start of {target} is still being taken back; wait for its stop"
            )
        refusals = (not_clear(spec, past) for spec, past in known.items())
        return next((refusal for refusal in refusals if refusal is not None), None)

    def forgotten(self, target: TargetId) -> Sequence[Change]:
        """The kept memories of what latches on the target."""
        return [DropRecord(INTERLOCK, spec.id) for spec in self._latches(target)]

    def reset(self, target: TargetId) -> None:
        """Reset what is latched on a station, unit or gate; a person was there and the cause is gone."""
        device = self._targets[target]
        memory = self._memories.get(device, StationMemory())
        latches = {spec.id for spec in self._latches(target)}
        kept = {name: reset(past) if name in latches else past for name, past in memory.interlocks.items()}
        memory = replace(memory, interlocks=kept)
        if target in memory.units or target in memory.gates:
            memory = reset_lockout(memory, target)
        self._memories[device] = memory
        self._book.release(target, Slot.EQUIPMENT_PROTECTION)
        self._due.put(device, float("-inf"))

    def _latches(self, target: TargetId) -> list[InterlockSpec]:
        specs = self._interlocks[self._targets[target]]
        return [spec for spec in specs if spec.target == target and spec.latches]

    def _latch(self, requests: Sequence[Request]) -> None:
        """A trip stays until a person resets it, also across a restart."""
        for request in requests:
            if request.slot.kind is SlotKind.LATCHED:
                hold_trip(request, self._book, self._keep, self._alarms)

    def _evaluate(self, station: Station, view: View, moment: Moment) -> list[Act]:
        decisions = {target: self._book.decision(target) for target in targets_of_asset(station)}
        memory = self._memories[station.id]
        interlocks, bypassed = self._interlocks[station.id], self._bypassed(moment.s)
        step = evaluate_station(
            station,
            decisions,
            view,
            memory,
            self._last,
            moment,
            interlocks,
            bypassed,
            self._site,
            self._around_feeders(station, moment),
        )
        self._records.note(step.memory.interlocks, moment)
        self._memories[station.id] = step.memory
        self._phases.update(step.phases)
        self._said.tell(station, step)
        for target in decisions:
            self._verdicts[target] = (step.verdicts[target],) if target in step.verdicts else ()
        wait_s = LOOK_AGAIN_S if step.wanted else self._rest_s
        next_s = moment.s + wait_s if step.next_s is None else min(step.next_s, moment.s + wait_s)
        self._due.put(station.id, max(next_s, moment.s + 0.25))
        return [Act(wanted, decisions[step.because.get(wanted.target, wanted.target)].winner) for wanted in step.wanted]

    def foresee(self, station: DeviceId, decisions: Sequence[Decision], view: View, moment: Moment) -> StationStep:
        """The step that would follow if these were decided, everything else as it is; nothing is remembered of it."""
        asset = self._stations[station]
        known = {target: self._book.decision(target) for target in targets_of_asset(asset)}
        known.update({decision.target: decision for decision in decisions})
        memory = self._memories.get(station, StationMemory())
        interlocks, bypassed = self._interlocks[station], self._bypassed(moment.s)
        around = self._around_feeders(asset, moment)
        return foresee_station(asset, known, view, memory, self._last, moment, interlocks, bypassed, self._site, around)

    def _around_feeders(self, station: Station, moment: Moment) -> WaterAround:
        """What was told, with its feeders as they are at this very moment of the turn: starts and room."""
        uses = feeder_uses(station, self._feeders, self._memories, self._last, moment.s)
        rooms = rooms_of(station, self._feeder_limits, self._stations.values(), self._memories, self._last, moment.s)
        return replace(self.around(), feeders=uses, feeder_room=rooms) if uses or rooms else self.around()
