"""A station: its pumps, gates and PLC, stepped together with the water on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin

from controller.domain.pumps_and_gates import GateRole
from controller.domain.stations import Station
from hil.plants.events import EventLog, Motion
from hil.plants.gate import FULL, GatePlant
from hil.plants.plc import SILENCE_S, StationPlc
from hil.plants.pump import PumpCurve, PumpPlant

CLEAN_RACK_M = 0.05
RACK_AT_FULL_FLOW_M = 0.12


@dataclass(frozen=True, slots=True)
class StationFlow:
    """What the pumps moved in one step (m³): drained from the inner to the outer side, and the other way."""

    drained_m3: float
    diverted_m3: float


NOTHING_MOVED = StationFlow(0.0, 0.0)


class StationPlant:
    """Truth of one station. ``clogged_m`` is the head the trash rack loses on top of a clean one's."""

    def __init__(
        self, asset: Station, curve: PumpCurve, start_s: float, events: EventLog, silence_s: float = SILENCE_S
    ) -> None:
        self.asset = asset
        self.now_s = start_s
        self.events = events
        self.pumps = {unit.output: PumpPlant(unit, curve, start_s) for unit in asset.units}
        at_rest = {gate.output: FULL if gate.role is GateRole.ROAD else 0.0 for gate in asset.gates}
        self.gates = {gate.output: GatePlant(gate, start_s, at_rest[gate.output]) for gate in asset.gates}
        self.plc = StationPlc(
            asset.id,
            self.pumps,
            self.gates,
            events,
            levels=asset.levels,
            gravity=asset.gravity,
            silence_s=silence_s,
        )
        self.inner_m = 0.0
        self.outer_m = 0.0
        self.clogged_m = 0.0
        self.flow = NOTHING_MOVED
        self._design_m3s = sum(unit.flow_m3s for unit in asset.units) or 1.0

    @property
    def moving(self) -> bool:
        """Whether a pump or gate is in motion or a sequence is under way."""
        return (
            self.plc.busy
            or any(pump.in_motion for pump in self.pumps.values())
            or any(gate.moving for gate in self.gates.values())
        )

    def advance(self, to_s: float, inner_m: float, outer_m: float) -> StationFlow:
        """One step with the levels at its beginning; the water model moves what comes back."""
        self.inner_m, self.outer_m = inner_m, outer_m
        step_s, self.now_s = to_s - self.now_s, to_s
        self.plc.scan(to_s - step_s, inner_m, outer_m)
        self._move_gates(to_s)
        self.flow = self._move_pumps(to_s, step_s)
        return self.flow

    def flow_m3s(self) -> float:
        """Flow of all units now."""
        return sum(pump.flow_m3s for pump in self.pumps.values())

    def power_kw(self) -> float:
        """Electrical power of all units now."""
        return sum(pump.power_kw(self.gate_share(pump)) for pump in self.pumps.values())

    def rack_head_m(self) -> float:
        """Head lost over the trash rack: it grows with the square of the flow, and with what hangs in it."""
        share = self.flow_m3s() / self._design_m3s
        return CLEAN_RACK_M + RACK_AT_FULL_FLOW_M * share * share + self.clogged_m

    def inner_reading_m(self, sensor: int) -> float:
        """The inner level as sensor 1–3 sees it: each off by a few millimetres of its own."""
        ripple = 0.002 * sin(2.0 * pi * self.now_s / (47.0 + 11.0 * sensor))
        return self.inner_m + 0.003 * (sensor - 2) + ripple

    def outer_reading_m(self) -> float:
        """The outer level with a little wave on it."""
        return self.outer_m + 0.003 * sin(2.0 * pi * self.now_s / 61.0)

    def gate_share(self, pump: PumpPlant) -> float:
        """How far (0–1) the unit's path is open: its discharge gate's and its suction gate's lesser; 1 without them."""
        gates = (self.gates.get(pump.gate_output), self.gates.get(pump.suction_output))
        return min((gate.position / 100.0 for gate in gates if gate is not None), default=1.0)

    def _move_gates(self, to_s: float) -> None:
        for output, gate in self.gates.items():
            reached_s = gate.advance(to_s)
            if reached_s is not None:
                self.events.add(reached_s, self.asset.id, output, Motion.GATE_LIMIT, gate.position)

    def _move_pumps(self, to_s: float, step_s: float) -> StationFlow:
        drained, diverted = 0.0, 0.0
        lift_m = self.outer_m - self.inner_m
        for output, pump in self.pumps.items():
            drains = pump.asset.direction == "drain"
            moved_s = pump.advance(to_s, lift_m if drains else -lift_m, self.gate_share(pump))
            if moved_s is not None:
                self.events.add(moved_s, self.asset.id, output, Motion.CONTACTOR, pump.contactor.closed)
            if drains:
                drained += pump.flow_m3s * step_s
            else:
                diverted += pump.flow_m3s * step_s
        return StationFlow(drained, diverted)
