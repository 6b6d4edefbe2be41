"""The station's own PLC: its mode, its level control, its gate sequences and its last protection.

It scans pumps and gates of one station with the levels it measures. Three things decide who commands:
the key (LOCAL, REMOTE, OFF), the mode asked for (PLC_AUTO, REMOTE) and the centre's signs of life.
Taking REMOTE copies what really runs into the command registers, so that nothing moves by the change.
"""

from __future__ import annotations

from enum import StrEnum
from math import inf

from controller.domain.pumps_and_gates import GateRole, PumpType
from controller.domain.stations import GravityRule, StagedLevels
from hil.plants.cabinet import ControlSwitch
from hil.plants.events import EventLog, Motion
from hil.plants.gate import FULL, GatePlant
from hil.plants.pump import FULL_SPEED, PumpPlant

SILENCE_S = 60.0
"""Without a sign of life for this long the PLC takes over (FACTS: comms lost 60 s)."""
GATE_PROOF_S = 60.0
"""A discharge gate is proven open within this time of the motor's start, or the unit trips (FACTS)."""
AUXILIARY_AFTER_S = 60.0
"""Alone, the PLC lets lubrication and cooling run on for so long."""
GATE_OPEN_PERCENT = 95.0
GATE_LOST_PERCENT = 50.0
LOW_LOW_BELOW_M = 0.20
"""The hard-wired low-low trip lies this far below the software dry-run stop (FACTS)."""


class Mode(StrEnum):
    """Who decides at the station."""

    PLC_AUTO = "PLC_AUTO"
    REMOTE = "REMOTE"


class StationPlc:
    """Program of one station's PLC; ``scan`` is one pass."""

    def __init__(
        self,
        device: str,
        pumps: dict[str, PumpPlant],
        gates: dict[str, GatePlant],
        events: EventLog,
        *,
        levels: StagedLevels | None,
        gravity: GravityRule | None,
        silence_s: float = SILENCE_S,
    ) -> None:
        self.device = device
        self.pumps = pumps
        self.gates = gates
        self.events = events
        self.switch = ControlSwitch.REMOTE
        self.mode = Mode.PLC_AUTO
        self.mode_command = Mode.PLC_AUTO
        self.heartbeat = 0
        self.run_command = dict.fromkeys(pumps, False)
        self.position_command = {output: gate.position for output, gate in gates.items()}
        self.speed_command = dict.fromkeys(pumps, FULL_SPEED)
        self.auxiliary_command = {(out, name): False for out, pump in pumps.items() for name in pump.asset.auxiliaries}
        self.release_command = dict.fromkeys(gates, False)
        self.supply_ok = True
        self.boots = 1
        self.dry = False
        self._levels = levels
        self._gravity = gravity
        self._gravity_gate = gravity.gate.partition("/")[2] if gravity else ""
        self._silence_s = silence_s
        self._last_sign_s = -inf
        self._wanted: dict[str, bool] = dict.fromkeys(pumps, False)
        self._waiting_since_s: dict[str, float] = {}
        self._last_start_s = -inf
        self._head_since_s: float | None = None

    def sign_of_life(self, now_s: float) -> None:
        """The centre wrote something."""
        self._last_sign_s = now_s

    def ask_mode(self, mode: Mode, now_s: float) -> None:
        """The centre wrote the mode command; it holds only while the key stands on REMOTE."""
        self.sign_of_life(now_s)
        if self.switch is ControlSwitch.REMOTE:
            self.mode_command = mode
            self._enter(mode, now_s)

    def order_unit(self, output: str, run: bool, now_s: float) -> None:
        """The centre wrote a run command; outside REMOTE the register is kept but nobody acts on it."""
        self.sign_of_life(now_s)
        self.run_command[output] = run

    def order_gate(self, output: str, percent: float, now_s: float) -> None:
        """The centre wrote a gate's position command."""
        self.sign_of_life(now_s)
        self.position_command[output] = percent
        gate = self.gates[output]
        gate.forget()
        if gate.asset.role is GateRole.ROAD:
            gate.aim(percent)  # a road's signal is the centre's in any mode

    def order_speed(self, output: str, percent: float, now_s: float) -> None:
        """The centre wrote the speed of a unit's drive."""
        self.sign_of_life(now_s)
        self.speed_command[output] = percent

    def order_auxiliary(self, output: str, name: str, now_s: float, *, on: bool) -> None:
        """The centre switched a unit's lubrication or cooling."""
        self.sign_of_life(now_s)
        self.auxiliary_command[output, name] = on

    def release_gate(self, output: str, now_s: float, *, release: bool) -> None:
        """The centre lets a gate down without its drive, or takes that back. It works in any mode."""
        self.sign_of_life(now_s)
        self.release_command[output] = self.gates[output].released = release

    def lose_supply(self, now_s: float, *, itself: bool = False) -> None:
        """The motors' supply goes: contactors fall out, gates stall. ``itself``: the PLC too, without a battery."""
        self.supply_ok = False
        for gate in self.gates.values():
            gate.powered = False
        self.run_command = dict.fromkeys(self.pumps, False)
        self._wanted = dict.fromkeys(self.pumps, False)
        if itself:
            self.boots += 1
            self.mode_command = Mode.PLC_AUTO
            self._enter(Mode.PLC_AUTO, now_s)
        self.events.add(now_s, self.device, "", Motion.TRIP, "supply lost")

    def return_supply(self, now_s: float) -> None:
        """The supply is back; undervoltage released every starter, so that nothing starts by itself."""
        self.supply_ok = True
        for gate in self.gates.values():
            gate.powered = True
        self._last_start_s = now_s

    def turn_switch(self, switch: ControlSwitch, now_s: float) -> None:
        """Somebody turns the key; afterwards the centre has to ask for REMOTE again."""
        self.switch = switch
        self.mode_command = Mode.PLC_AUTO
        self._enter(Mode.PLC_AUTO, now_s)

    @property
    def busy(self) -> bool:
        """Whether something is about to move, so that the next scan should come soon."""
        return bool(self._waiting_since_s)

    def scan(self, now_s: float, inner_m: float, outer_m: float) -> None:
        """One pass: who commands, what is wanted, the sequences, and then protection, which has the last word."""
        if self.mode is Mode.REMOTE and now_s - self._last_sign_s > self._silence_s:
            self.mode_command = Mode.PLC_AUTO
            self._enter(Mode.PLC_AUTO, now_s)
        self._watch_dryness(now_s, inner_m)
        if self.switch is ControlSwitch.OFF:
            self._wanted = dict.fromkeys(self.pumps, False)
        elif self.switch is ControlSwitch.REMOTE and self.mode is Mode.PLC_AUTO:
            self._decide_alone(now_s, inner_m, outer_m)
        elif self.mode is Mode.REMOTE:
            self._wanted.update(self.run_command)
            for output, percent in self.position_command.items():
                self.gates[output].aim(percent, anew=False)
        for output, pump in self.pumps.items():
            self._attend(output, pump, now_s)
        for output, pump in self.pumps.items():
            self._sequence(output, pump, now_s)

    def _enter(self, mode: Mode, now_s: float) -> None:
        if mode is self.mode:
            return
        self.mode = mode
        for output, pump in self.pumps.items():
            runs = pump.contactor.closed
            self.run_command[output] = self._wanted[output] = runs
        for output, gate in self.gates.items():
            if gate.asset.role is not GateRole.ROAD:
                gate.aim(gate.position)
                self.position_command[output] = gate.position
        for output, name in self.auxiliary_command:
            self.auxiliary_command[output, name] = self.pumps[output].auxiliary(name)
        self._waiting_since_s.clear()
        self._head_since_s = None
        self.events.add(now_s, self.device, "", Motion.AUTHORITY, mode.value)

    def _attend(self, output: str, pump: PumpPlant, now_s: float) -> None:
        """Speed and auxiliaries: as the centre says in REMOTE, else by itself: full speed, on with the motor."""
        remote = self.mode is Mode.REMOTE
        pump.speed_goal = self.speed_command[output] if remote else FULL_SPEED
        recent = pump.contactor.closed or now_s < pump.stopped_since_s + AUXILIARY_AFTER_S
        for name in pump.asset.auxiliaries:
            alone = self._wanted[output] or recent
            pump.tell_auxiliary(name, on=self.supply_ok and (self.auxiliary_command[output, name] if remote else alone))

    def _watch_dryness(self, now_s: float, inner_m: float) -> None:
        if self._levels is None:
            return
        low_low_m = self._levels.dry_run_m - LOW_LOW_BELOW_M
        if inner_m <= low_low_m and not self.dry:
            self.dry = True
            self.events.add(now_s, self.device, "", Motion.TRIP, "dry run")
        elif inner_m >= self._levels.dry_run_m + self._levels.dry_run_restart_m:
            self.dry = False
        if self.dry:
            self.run_command = dict.fromkeys(self.pumps, False)

    def _decide_alone(self, now_s: float, inner_m: float, outer_m: float) -> None:
        if self._levels is not None:
            self._stop_diversion(self._levels, inner_m)
            self._stage(self._levels, now_s, inner_m)
        if self._gravity is not None:
            self._drain_by_gravity(self._gravity, now_s, inner_m - outer_m)
        for output, pump in self.pumps.items():
            self._follow_with_gate(output, pump)

    def _stage(self, levels: StagedLevels, now_s: float, inner_m: float) -> None:
        drains = {output: pump for output, pump in self.pumps.items() if pump.asset.direction == "drain"}
        running = [output for output in drains if self._wanted[output]]
        count = len(running)
        if inner_m <= levels.dry_run_m:
            self._wanted.update(dict.fromkeys(running, False))
        elif inner_m >= levels.start_m + count * levels.step_m:
            # One start at a time: the next unit is only wanted once the last one runs, and a while after it.
            if not self._waiting_since_s and now_s - self._last_start_s >= levels.stagger_s:
                self._start_one(drains, now_s)
        elif count and inner_m <= levels.start_m + (count - 1) * levels.step_m - levels.span_m:
            longest = min(running, key=lambda output: drains[output].running_since_s)
            if now_s - drains[longest].running_since_s >= drains[longest].asset.min_run_s:
                self._wanted[longest] = False

    def _stop_diversion(self, levels: StagedLevels, inner_m: float) -> None:
        """Alone, the PLC lets no water in once the inner level nears its first start."""
        if inner_m >= levels.start_m - levels.span_m:
            for output, pump in self.pumps.items():
                if pump.asset.direction == "divert":
                    self._wanted[output] = False

    def _start_one(self, drains: dict[str, PumpPlant], now_s: float) -> None:
        ready = [
            output
            for output, pump in drains.items()
            if not self._wanted[output]
            and pump.available
            and not pump.fault
            and now_s - pump.stopped_since_s >= max(pump.asset.min_off_s, pump.asset.backspin_s)
        ]
        if ready:
            self._wanted[min(ready, key=lambda output: drains[output].starts)] = True

    def _drain_by_gravity(self, rule: GravityRule, now_s: float, head_m: float) -> None:
        gate = self.gates[self._gravity_gate]
        if head_m <= rule.close_head_m or any(self._wanted.values()):
            self._head_since_s = None
            gate.aim(0.0)
        elif head_m >= rule.open_head_m:
            if self._head_since_s is None:
                self._head_since_s = now_s
            if now_s - self._head_since_s >= rule.hold_s and all(pump.still for pump in self.pumps.values()):
                gate.aim(FULL)

    def _follow_with_gate(self, output: str, pump: PumpPlant) -> None:
        """In automatic the PLC moves the unit's gates: open for a unit that is wanted, shut once it is still."""
        suction = self.gates.get(pump.suction_output)
        if suction is not None and self._wanted[output]:
            suction.aim(FULL)
        gate = self.gates.get(pump.gate_output)
        if gate is None:
            return
        if self._wanted[output]:
            gate.aim(FULL if pump.asset.pump is not PumpType.CENTRIFUGAL or pump.contactor.closed else 0.0)
        elif not pump.contactor.closed:
            gate.aim(0.0)

    def _sequence(self, output: str, pump: PumpPlant, now_s: float) -> None:
        """Bring one unit to what is wanted as far as its permissives and protection let it."""
        gate = self.gates.get(pump.gate_output)
        if not self._wanted[output] or self.dry or not pump.available or pump.fault or not self.supply_ok:
            self._waiting_since_s.pop(output, None)
            self._wanted[output] = False
            pump.contactor.order(False, now_s)
            return
        if pump.contactor.closed:
            self._waiting_since_s.pop(output, None)
            self._prove_gate(output, pump, gate, now_s)
        elif self._may_start(pump, gate):
            self._waiting_since_s.setdefault(output, now_s)
            self._last_start_s = now_s
            pump.contactor.order(True, now_s)
        else:
            self._give_up_waiting(output, pump, gate, now_s)

    def _may_start(self, pump: PumpPlant, gate: GatePlant | None) -> bool:
        if self._gravity_gate and not self.gates[self._gravity_gate].closed_limit:
            return False
        suction = self.gates.get(pump.suction_output)
        if not pump.aided or (suction is not None and suction.position < GATE_OPEN_PERCENT):
            return False
        if gate is None:
            return True
        if pump.asset.pump is PumpType.CENTRIFUGAL:
            return gate.closed_limit
        return gate.position >= GATE_OPEN_PERCENT

    def _give_up_waiting(self, output: str, pump: PumpPlant, gate: GatePlant | None, now_s: float) -> None:
        since_s = self._waiting_since_s.setdefault(output, now_s)
        travel_s = gate.asset.travel_s if gate is not None else 0.0
        if self.mode is Mode.PLC_AUTO and now_s - since_s > travel_s + GATE_PROOF_S:
            self._trip(output, pump, "discharge gate not proven", now_s)

    def _prove_gate(self, output: str, pump: PumpPlant, gate: GatePlant | None, now_s: float) -> None:
        if gate is None:
            return
        limit_s = GATE_PROOF_S + (gate.asset.travel_s if pump.asset.pump is PumpType.CENTRIFUGAL else 0.0)
        if now_s - pump.running_since_s > limit_s and gate.position < GATE_LOST_PERCENT:
            self._trip(output, pump, "runs against a closed gate", now_s)

    def _trip(self, output: str, pump: PumpPlant, reason: str, now_s: float) -> None:
        pump.trip(reason, now_s)
        self.run_command[output] = self._wanted[output] = False
        self._waiting_since_s.pop(output, None)
        self.events.add(now_s, self.device, output, Motion.TRIP, reason)
