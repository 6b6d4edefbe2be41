"""A witness who watches the core with rules of his own, told only what was ordered, read and written.

He knows nothing of how the core decides: who wins is worked out anew from the orders, rest times from the readings,
and every write must be one the rules of DESIGN section 4 allow.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.domain.command import Command, CommandState
from controller.domain.intents import StationMode, StationOrder, Switch, UnitMode, UnitOrder
from controller.domain.lights import Circuit
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.domain.stations import StagedLevels, Station
from controller.logic.levels import inner_level
from controller.logic.station_stages import stop_level_m
from controller.runtime.command_log import Track
from tests.unit.runtime.core_rig import LC, PS, CoreRig

STOP, START = UnitOrder(UnitMode.STOP), UnitOrder(UnitMode.START)
LATCHED = (Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION)


@dataclass
class Seen:
    """What readings have shown of one output that lights or turns."""

    on: bool | None = None
    on_seen_s: float = float("-inf")
    off_since_s: float = float("-inf")
    starts_s: list[float] = field(default_factory=list)

    def look(self, *, on: bool, now_s: float) -> None:
        if on:
            if self.on is False:
                self.starts_s.append(now_s)
            self.on_seen_s = now_s
        elif self.on:
            self.off_since_s = now_s
        self.on = on


class WatchedRig(CoreRig):
    """The core with a witness on every wire."""

    def begin(self) -> None:
        """A new process knows nothing of lamps that went out before it; the witness grants it that."""
        self.acting: dict[TargetId, Request | None] = {}
        self.unsure: dict[tuple[str, str], tuple[Command, float]] = {}
        self.acked_s: dict[str, float] = {}
        self.low = False
        self.lamps_seen = {"K1": Seen(), "K2": Seen()}
        if not hasattr(self, "units_seen"):
            self.units_seen = {unit.output: Seen() for unit in self.station.units}
        super().begin()

    # -- what he sees -------------------------------------------------------------------------------------------

    def read(self) -> None:
        super().read()
        for output, seen in self.lamps_seen.items():
            self._look(LC, f"{output}.feedback", seen)
        for output, seen in self.units_seen.items():
            self._look(PS, f"{output}.running", seen)

    def _look(self, device: str, point: str, seen: Seen) -> None:
        value = self.view(device).value(point)
        if self.wires[device].up and isinstance(value, bool):
            seen.look(on=value, now_s=self.clock.s)

    def turn(self) -> None:
        self._note_level()
        super().turn()
        for target, given in list(self.acting.items()):
            if given is not None and self.winner(target) != given:
                self.acting[target] = None
        self.check_decisions()

    def given(self, request: Request) -> None:
        """A person's order that wins at once acts; one that is only revealed later keeps what runs."""
        if self.winner(request.target) == request:
            self.acting[request.target] = request

    def winner(self, target: TargetId) -> Request:
        """The living request of the highest slot, by his own reckoning."""
        living = [one for one in self.book.requests(target) if one.lease is None or self.clock.s < one.lease.expires_s]
        default = [one for one in living if one.slot is Slot.DEFAULT] or [self.book.default(target)]
        return min([*living, *default], key=lambda one: one.slot)

    # -- what must always hold ----------------------------------------------------------------------------------

    def check_decisions(self) -> None:
        """Exactly one winner per target, the one in force, and the one people are told of."""
        for target in self.site.city.targets:
            winner = self.winner(target)
            in_force = self.book.decision(target)
            assert in_force.winner == winner, f"{target}: {in_force.winner} in force, {winner} should win"
            slots = [winner.slot, *(one.slot for one in in_force.masked)]
            assert slots == sorted(set(slots)), f"{target}: two in one slot"
            told = self.explainer.explain(target)
            assert (told.winner.name, told.winner.value) == (winner.slot.label, str(winner.value))
            assert winner.slot.label in told.text_en

    def on_submit(self, command: Command) -> None:
        device, view = command.write.device, self.view(command.write.device)
        assert view.ready, f"{command.write} to a device that is not ready"
        off = command.write.value is False
        cuts = off and command.slot in LATCHED
        cut = any(self.winner(one.id).slot in LATCHED for one in self.station.units)
        if view.value("control_switch") != "REMOTE":
            assert cuts, f"{command.write} while the switch is not REMOTE"
        if command.write.value is True and device == LC:
            self._check_restrike(command)
        if command.write.point.endswith("run_command"):
            unit = next(one for one in self.station.units if one.id == command.target)
            if command.write.value is True:
                self._check_start(unit)
            elif self.pumps.running[unit.output]:
                self._check_stop(command, unit)
        if device == PS and not cut and self.winner(PS).value == StationOrder(StationMode.HAND_BACK):
            assert command.write.point == "mode_command", f"{command.write} in hand-back"

    def _check_restrike(self, command: Command) -> None:
        circuit = next(one for one in self._circuits() if one.id == command.target)
        seen = self.lamps_seen[circuit.output]
        if seen.on is False:
            assert self.clock.s >= seen.on_seen_s + circuit.no_restrike_s, f"{command.write} within its re-strike time"

    def _circuits(self) -> tuple[Circuit, ...]:
        return self.site.city.cabinets[LC].circuits

    def _check_start(self, unit: PumpUnit) -> None:
        seen, now_s = self.units_seen[unit.output], self.clock.s
        assert now_s >= seen.off_since_s + max(unit.min_off_s, unit.backspin_s), f"{unit.id} starts without rest"
        recent = [at_s for at_s in seen.starts_s if at_s > now_s - 3600.0]
        assert len(recent) < unit.max_starts_per_hour or seen.on, f"{unit.id} starts too often"
        assert self.pumps.position[f"G{unit.output[1:]}"] >= 98.0, f"{unit.id} starts against its discharge gate"
        assert self.pumps.position[self.station.gates[-1].output] <= 2.0, f"{unit.id} starts beside the gravity gate"

    def _check_stop(self, command: Command, unit: PumpUnit) -> None:
        """A running unit is stopped for a reason: never because an order ended or the process began."""
        memory = self.water._memories[PS]
        reasons = (
            command.slot in LATCHED,
            self._orders(unit.id, STOP),
            isinstance((order := self._acting(PS)), StationOrder) and order.mode is StationMode.COUNT,
            self.low,
            bool(memory.units[unit.id].locked_out or memory.units[unit.id].withdraw),
            self.pumps.rack_m > 0.8,
            memory.dry_run_hold,
        )
        assert any(reasons), f"{unit.id} is stopped for nothing: {self.phases[unit.id]}"

    def _acting(self, target: TargetId) -> object:
        given = self.acting.get(target)
        return None if given is None else given.value

    def _orders(self, target: TargetId, value: object) -> bool:
        return self._acting(target) == value

    def _note_level(self) -> None:
        """Automatic may stop units once a level it can trust has been at a stop level, while it was in charge."""
        levels, level_m = _levels(self.station), inner_level(self.station, self.view(PS)).level_m
        if self.winner(PS).slot is not Slot.AUTOMATIC:
            self.low = False
        elif level_m is not None and level_m <= stop_level_m(levels, len(self.station.units)):
            self.low = True

    def on_write(self, command: Command) -> None:
        """Right at the socket."""
        assert self.wires[command.write.device].up, f"{command.write} to a lost device"
        assert self.clock.s <= command.not_after_s, f"{command.write} after its deadline"
        if command.lease_id is not None:
            leases = [one.lease for one in self.book.held() if one.lease and one.lease.id == command.lease_id]
            assert leases, f"{command.write} under a lease that is no more"
            assert self.clock.s < leases[0].expires_s, f"{command.write} under a dead lease"
        value = self.winner(command.target).value
        if isinstance(value, Switch):
            assert command.write.value is value.on, f"{command.write} while {value} wins"
        self._check_not_blind(command)

    def _check_not_blind(self, command: Command) -> None:
        """What may or may not have acted is read back before it is written again."""
        device = command.write.device
        before, told_s = self.unsure.pop((device, command.write.point), (None, 0.0))
        if before is not None and before.write == command.write:
            assert self.read_s[device] > told_s, f"{command.write} again without looking"
            patience_s = command.proof.within_s if command.proof else 0.0
            assert self.clock.s >= told_s + patience_s, f"{command.write} again before its proof could come"

    def on_step(self, track: Track) -> None:
        command = track.command
        if track.state is CommandState.INDETERMINATE and command.id not in self.acked_s:
            self.unsure[command.write.device, command.write.point] = (command, self.clock.s)
        if track.state in (CommandState.ACKED, CommandState.INDETERMINATE):
            self.acked_s.setdefault(command.id, self.clock.s)
        if track.state is CommandState.CONFIRMED:
            assert command.proof is not None
            reading = self.view(command.write.device).read(command.proof.point)
            assert reading.good, f"{command.write} confirmed by a reading nobody trusts"
            assert command.proof.met_by(reading.value), f"{command.write} confirmed by {reading.value}"
            assert reading.received_s >= self.acked_s[command.id], f"{command.write} confirmed by an old reading"


def _levels(station: Station) -> StagedLevels:
    assert station.levels is not None
    return station.levels
