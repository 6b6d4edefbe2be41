"""The real core (book, cycles, disciplines, dispatcher, verifier, restoring) over a field in memory, turn by turn.

Nothing waits here: the clock is moved by hand, turns are driven to their end, and the wire is a queue that asks the
dispatcher for its last word like a channel does. What a wire test would need sleeps for happens in microseconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from controller.domain.command import Cause, Command, CommandState
from controller.domain.image import Ageing, LinkState, View
from controller.domain.intents import (
    Intent,
    parse_intent,
)
from controller.domain.request import Lease, Request
from controller.domain.slots import MAX_LEASE, Slot, SlotKind
from controller.domain.stations import Station
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
from controller.store.changes import DropRequest, PutRequest
from tests.unit.logic.water_rig import PS, Plant, station
from tests.unit.runtime.core_field import (
    EVENING,
    LC,
    ROAD,
    TREES,
    CabinetPlant,
    HandClock,
    Kept,
    Unwritten,
    drive,
    small_city,
    small_site,
)


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

__all__ = ["EVENING", "LC", "PS", "ROAD", "TREES", "CoreRig", "HandClock", "Wire", "drive", "small_city"]
