"""The real core (book, cycles, disciplines, dispatcher, verifier, restoring) over a field in memory, turn by turn.

Nothing waits here: the clock is moved by hand, turns are driven to their end, and the wire is a queue that asks the
dispatcher for its last word like a channel does. What a wire test would need sleeps for happens in microseconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from controller.domain.assets import Cabinet, Circuit, City, Grade, LightClass, Place, Station, Target
from controller.domain.command import Cause, Command, CommandState
from controller.domain.image import Ageing, LinkState, View
from controller.domain.intents import (
    GateOrder,
    Intent,
    StationMode,
    StationOrder,
    Switch,
    TargetKind,
    UnitMode,
    UnitOrder,
    parse_intent,
)
from controller.domain.points import Reading, TargetId, Value, bad, device_of, good, uncertain
from controller.domain.quality import Detail, Quality
from controller.domain.request import Lease, Request
from controller.domain.slots import MAX_LEASE, Slot, SlotKind
from controller.logic.arbitration import Refusal, admit
from controller.logic.contract import Verdict
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.command_log import CommandLog, Track
from controller.runtime.cycle import Cycle
from controller.runtime.dispatch import Dispatcher
from controller.runtime.explaining import Explainer
from controller.runtime.lighting import LightingDiscipline
from controller.runtime.restoring import restore
from controller.runtime.table import ImageTable
from controller.runtime.verification import Verifier
from controller.runtime.water import WaterDiscipline
from controller.settings.site import ApiSettings, Site
from controller.settings.timing import Timing
from controller.store.changes import Change, DropRequest, PutRequest, PutUnit
from controller.store.state import StoredState
from controller.store.state_rows import request_of, request_row, unit_of, unit_row
from schedules.plan import LightingPlan
from tests.unit.logic.water_rig import PS, Plant, station

LC = "330106-LC-0001"
ROAD, TREES = f"{LC}/K1", f"{LC}/K2"
HANGZHOU = Place(30.25, 120.13)
EVENING = datetime(2026, 6, 21, 10, 50, tzinfo=UTC)
"""18:50 in Hangzhou, a quarter of an hour before sunset: lamps are off, and go on while a test watches."""


class HandClock:
    """Moves only when told; the wall can be stepped against the monotonic time."""

    speed = 1.0

    def __init__(self, start: datetime = EVENING) -> None:
        self.start, self.s, self.stepped = start, 1000.0, timedelta()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.s - 1000.0) + self.stepped

    def monotonic(self) -> float:
        return self.s

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing sleeps here, not even {seconds} s")


def drive(turn: Coroutine[Any, Any, None]) -> None:
    """Run what never really waits to its end."""
    try:
        turn.send(None)
    except StopIteration:
        return
    turn.close()
    raise AssertionError("a turn waited for something")


class Unwritten:
    """Evidence that is durable at once."""

    def __init__(self) -> None:
        self.records: list[Mapping[str, Any]] = []

    async def before_automation(self, *record: Any) -> None:
        self.records.append(record[-1])


@dataclass
class CabinetPlant:
    """Contactors that follow after a second, unless they are stuck; a key; points that cannot be read."""

    commands: dict[str, bool] = field(default_factory=lambda: {"K1": False, "K2": False})
    closed: dict[str, bool] = field(default_factory=lambda: {"K1": False, "K2": False})
    due: list[tuple[float, str, bool]] = field(default_factory=list)
    stuck: set[str] = field(default_factory=set)
    switch: str = "REMOTE"
    spoilt: dict[str, Quality] = field(default_factory=dict)

    def write(self, point: str, value: Value, now_s: float) -> None:
        self.commands[point[:2]] = bool(value)
        self.due.append((now_s + 0.5, point[:2], bool(value)))

    def advance(self, now_s: float) -> None:
        for at_s, output, value in [item for item in self.due if item[0] <= now_s]:
            self.due.remove((at_s, output, value))
            if output not in self.stuck and self.switch == "REMOTE":
                self.closed[output] = value

    def readings(self, now_s: float) -> dict[str, Reading]:
        values: dict[str, Value] = {"control_switch": self.switch}
        values |= {f"{output}.command": value for output, value in self.commands.items()}
        values |= {f"{output}.feedback": value for output, value in self.closed.items()}
        return {name: self._shown(name, value, now_s) for name, value in values.items()}

    def _shown(self, name: str, value: Value, now_s: float) -> Reading:
        if name not in self.spoilt:
            return good(value, now_s)
        if self.spoilt[name] is Quality.BAD:
            return bad(Detail.FAILURE, now_s)
        return uncertain(value, Detail.INCONSISTENT, now_s)


@dataclass
class Wire:
    """A channel's part, without its waiting. ``answers``: ack | lost | refused, for the writes to come."""

    rig: CoreRig
    device: str
    up: bool = True
    answers: str = "ack"
    queue: list[tuple[float, int, Command]] = field(default_factory=list)
    order: itertools.count[int] = field(default_factory=itertools.count)

    def submit(self, command: Command, not_before_s: float) -> None:
        self.rig.on_submit(command)
        self.queue.append((not_before_s, next(self.order), command))

    def pump(self) -> None:
        """Write what is due."""
        outcomes = self.rig.dispatcher
        for item in sorted(self.queue):
            not_before_s, _, command = item
            if not_before_s > self.rig.clock.s or item not in self.queue:
                continue
            self.queue.remove(item)
            if outcomes.last_look(command) is not None:
                continue
            outcomes.sent(command)
            self._answer(command)

    def _answer(self, command: Command) -> None:
        outcomes, answers = self.rig.dispatcher, self.answers
        if answers == "refused":
            outcomes.failed(command, Cause.DEVICE_REFUSED, "the device says no")
            return
        self.rig.on_write(command)
        self.rig.plant_of(self.device).write(command.write.point, command.write.value, self.rig.clock.s)
        if answers == "lost":
            outcomes.unsure(command, "no reply")
        else:
            outcomes.acked(command)

    def drop(self) -> None:
        """The device went away: nothing waits for its return."""
        waiting, self.queue = self.queue, []
        for _, _, command in waiting:
            self.rig.dispatcher.failed(command, Cause.OFFLINE, "the device went away")


@dataclass
class Kept:
    """What the state store would hold, row by row as it would hold it."""

    requests: dict[tuple[TargetId, Slot], tuple[Any, ...]] = field(default_factory=dict)
    units: dict[TargetId, tuple[Any, ...]] = field(default_factory=dict)

    def apply(self, change: Change) -> None:
        if isinstance(change, PutRequest):
            self.requests[change.request.target, change.request.slot] = request_row(change.request)
        elif isinstance(change, DropRequest):
            self.requests.pop((change.target, change.slot), None)
        elif isinstance(change, PutUnit):
            self.units[change.counters.target] = unit_row(change.counters)

    def stored(self) -> StoredState:
        units = {target: unit_of(row) for target, row in self.units.items()}
        return StoredState(tuple(request_of(row) for row in self.requests.values()), units, {}, {})


def small_city(pumps: Station) -> City:
    """One cabinet (a road circuit, a landscape circuit) and one station."""
    circuits = (
        Circuit(ROAD, "K1", "road", LightClass.ROAD, "missing", 8, 1200.0),
        Circuit(TREES, "K2", "trees", LightClass.LANDSCAPE, "missing", 4, 120.0),
    )
    cabinet = Cabinet(LC, "cabinet", "330106", HANGZHOU, Grade.FIRST, circuits)
    targets = [
        Target(ROAD, TargetKind.CIRCUIT, "road", Switch(True), "road_lighting"),
        Target(TREES, TargetKind.CIRCUIT, "trees", Switch(False), "landscape_lighting"),
        Target(PS, TargetKind.STATION, "station", StationOrder(StationMode.HAND_BACK), "pumps", units=len(pumps.units)),
        *(Target(one.id, TargetKind.UNIT, one.name, UnitOrder(UnitMode.AUTO), "pumps") for one in pumps.units),
        *(Target(one.id, TargetKind.GATE, one.name, GateOrder(None), "gates") for one in pumps.gates),
    ]
    return City({LC: cabinet}, {}, {PS: pumps}, {}, {target.id: target for target in targets})


def small_site(pumps: Station) -> Site:
    """A site of it; no program applies, so the road is lit from sunset to sunrise by default."""
    timing = Timing(spread_s=0.0)
    return Site(
        name="core",
        timezone="Asia/Shanghai",
        divisions={},
        city=small_city(pumps),
        profiles={},
        endpoints=(),
        wires={},
        ageings={device: {} for device in (LC, PS)},
        lighting=LightingPlan({}),
        timing=timing,
        leases={},
        interlocks=(),
        api=ApiSettings(),
        config_hash="core",
    )


class CoreRig:
    """The core over the field. ``second`` lets one second pass: the field moves, is read, is decided on, is written."""

    def __init__(self, pumps: Station | None = None) -> None:
        self.station = station() if pumps is None else pumps
        self.site = small_site(self.station)
        self.clock = HandClock()
        self.lamps, self.pumps = CabinetPlant(), Plant(self.station)
        self.kept = Kept()
        self.leases = itertools.count(1)
        self.wires = {device: Wire(self, device) for device in (LC, PS)}
        self.read_s: dict[str, float] = {}
        self.begin()

    # -- the process --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A new process: only what was kept is known."""
        site, clock = self.site, self.clock
        self.evidence = Unwritten()
        self.alarms = AlarmBook(clock, lambda _: None)
        self.commands = CommandLog(clock, self.on_step)
        self.table = ImageTable(dict.fromkeys((LC, PS), _AGES))
        self.book = RequestBook(site.city.targets)
        self.verifier = Verifier(self.commands, self.alarms)
        self.dispatcher = Dispatcher(
            clock=clock,
            book=self.book,
            commands=self.commands,
            verifier=self.verifier,
            evidence=self.evidence,  # type: ignore[arg-type]  # the one method dispatch needs
            timing=site.timing,
        )
        self.dispatcher.route(self.wires)  # type: ignore[arg-type]  # the one method dispatch needs
        self.phases: dict[str, str] = {}
        self.verdicts: dict[str, Sequence[Verdict]] = {}
        last = self.verifier.last
        self.lighting = LightingDiscipline(site, self.book, last, self.phases, self.verdicts)
        self.water = WaterDiscipline(
            site, self.book, last, self.phases, self.verdicts, alarms=self.alarms, keep=self.kept.apply
        )
        self.cycles = [self._cycle(self.lighting), self._cycle(self.water)]
        self.explainer = Explainer(
            clock=clock,
            book=self.book,
            table=self.table,
            city=site.city,
            phases=self.phases,
            verdicts=self.verdicts,
        )
        self.ended = restore(self.kept.stored(), self.book, self.alarms, self.water, clock)
        for request in self.ended:
            self.kept.apply(DropRequest(request.target, request.slot))

    def restart(self) -> None:
        """The process dies, with everything on its wires, and the next one begins."""
        for wire in self.wires.values():
            wire.queue.clear()
        self.begin()

    def _cycle(self, discipline: LightingDiscipline | WaterDiscipline) -> Cycle:
        return Cycle(
            discipline,
            period_s=1.0,
            clock=self.clock,
            table=self.table,
            book=self.book,
            verifier=self.verifier,
            dispatcher=self.dispatcher,
            alarms=self.alarms,
            on_ended=self._lease_ended,
            on_decided=lambda _: None,
        )

    def _lease_ended(self, over: list[Request]) -> None:
        for request in over:
            if self.book.holder(request.target, request.slot) is None:
                self.kept.apply(DropRequest(request.target, request.slot))

    # -- what tests look at -------------------------------------------------------------------------------------

    def on_submit(self, command: Command) -> None:
        """A command was handed to its wire."""

    def on_write(self, command: Command) -> None:
        """A command reaches its device."""

    def on_step(self, track: Track) -> None:
        """A command made a step."""

    def plant_of(self, device: str) -> CabinetPlant | Plant:
        return self.lamps if device == LC else self.pumps

    def view(self, device: str) -> View:
        return self.table.view(device, self.clock.s)

    def state(self, command: Command) -> CommandState:
        track = self.commands.get(command.id)
        assert track is not None
        return track.state

    # -- time ---------------------------------------------------------------------------------------------------

    def second(self) -> None:
        """One second passes."""
        self.clock.s += 1.0
        self.lamps.advance(self.clock.s)
        self.pumps.advance(self.clock.s, 1.0)
        self.read()
        self.turn()

    def run(self, seconds: int) -> CoreRig:
        for _ in range(seconds):
            self.second()
        return self

    def nobody_looks(self, seconds: int) -> None:
        """The field goes on alone."""
        for _ in range(seconds):
            self.clock.s += 1.0
            self.lamps.advance(self.clock.s)
            self.pumps.advance(self.clock.s, 1.0)

    def read(self) -> None:
        """Every device that can be reached is read completely."""
        for device, wire in self.wires.items():
            if not wire.up:
                continue
            if self.table.devices()[device].link is not LinkState.ONLINE:
                self.table.set_link(device, LinkState.PROBING)
                self.table.set_link(device, LinkState.RESYNC)
            self.table.store(device, self.plant_of(device).readings(self.clock.s), complete=True)
            self.table.set_link(device, LinkState.ONLINE)
            self.read_s[device] = self.clock.s

    def turn(self) -> None:
        """Both cycles, then the wires."""
        for cycle in self.cycles:
            drive(cycle.turn())
        for wire in self.wires.values():
            wire.pump()

    # -- people -------------------------------------------------------------------------------------------------

    def order(
        self, target: str, said: str, *, slot: Slot = Slot.CITY_MANUAL, for_s: float = 3600.0, owner: str = "lin"
    ) -> Request | Refusal:
        """An order, acted on at once."""
        taken = self.take(self.request(target, said, slot, for_s, owner))
        self.turn()
        return taken

    def take(self, request: Request) -> Request | Refusal:
        """An order as the desk takes it: admitted, kept, held."""
        of, holder = self.site.city.targets[request.target], self.book.holder(request.target, request.slot)
        maximum = MAX_LEASE.get(request.slot)
        refusal = admit(request, of, holder, take_over=False, now_s=self.clock.s, maximum=maximum)
        if refusal is not None:
            return refusal
        self.kept.apply(PutRequest(request))
        self.book.hold(request)
        self.given(request)
        return request

    def given(self, request: Request) -> None:
        """An order was taken."""

    def release(self, target: str, slot: Slot = Slot.CITY_MANUAL) -> None:
        self.kept.apply(DropRequest(target, slot))
        self.book.release(target, slot)
        self.turn()

    def request(self, target: str, said: str, slot: Slot, for_s: float, owner: str) -> Request:
        value: Intent = parse_intent(self.site.city.targets[target].kind, said)
        request = Request(target, slot, value, owner, "because", since=self.clock.now())
        if slot.kind is not SlotKind.LEASED:
            return request
        now = self.clock.now()
        ends = now + timedelta(seconds=for_s)
        return replace(request, lease=Lease(f"lease-{next(self.leases)}", now, ends, self.clock.s + for_s))

    # -- trouble ------------------------------------------------------------------------------------------------

    def lose(self, device: str) -> None:
        """Out of reach, noticed at once."""
        self.wires[device].up = False
        self.wires[device].drop()
        self.table.set_link(device, LinkState.OFFLINE)

    def find(self, device: str) -> None:
        """Back in reach."""
        self.wires[device].up = True


_AGES = {name: Ageing(10.0, 60.0) for name in ("control_switch", "mode")}

__all__ = ["LC", "PS", "ROAD", "TREES", "CabinetPlant", "CoreRig", "HandClock", "Wire", "device_of", "drive"]
