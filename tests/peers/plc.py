"""A station's PLC as a stranger would program it from the profile: it obeys its registers in REMOTE, and nothing else.

It is plain on purpose. Taking REMOTE it does not copy what runs into the registers, unless ``tracks``; when the power
fails, run commands stay as they stand, unless ``releases``. Alone it keeps its well by its own few lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.peers.machinery import Gate, Pump, Sensor, gates_of, pumps_of

SILENCE_S = 60.0
"""As the profile says (``heartbeat_s``)."""
LEVELS = ("inner_level_1_m", "inner_level_2_m", "inner_level_3_m", "outer_level_m", "rack_head_m")


@dataclass(slots=True)
class StartOrStop:
    """A contactor's move. ``by``: remote, plc, trip, power. ``level_m`` and ``running``: just before it."""

    at_s: float
    station: str
    unit: str
    on: bool
    by: str
    level_m: float
    running: int


@dataclass(slots=True)
class Station:
    """One station: config in, registers on one side, machinery and water on the other."""

    config: Mapping[str, Any]
    tracks: bool = False
    releases: bool = False
    switch: str = "REMOTE"
    mode: str = "PLC_AUTO"
    supply: bool = True
    boots: int = 7
    heard_s: float = float("-inf")
    log: list[StartOrStop] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What must never have happened."""
    sensors: dict[str, Sensor] = field(default_factory=lambda: {name: Sensor() for name in LEVELS})
    rack_m: float = 0.08
    inner_m: float = 0.0
    outer_m: float = 0.0
    gates: dict[str, Gate] = field(init=False)
    pumps: dict[str, Pump] = field(init=False)
    run_command: dict[str, bool] = field(init=False)
    position_command: dict[str, float] = field(init=False)
    show: Callable[[str, object], None] = lambda _name, _value: None
    """Puts a register of its own making on the wire."""
    started_s: float = float("-inf")
    opened_head_s: float | None = None

    def __post_init__(self) -> None:
        self.gates = gates_of(self.config)
        self.pumps = pumps_of(self.config, self.gates)
        self.run_command = dict.fromkeys(self.pumps, False)
        self.position_command = dict.fromkeys(self.gates, 0.0)

    @property
    def id(self) -> str:
        return str(self.config["id"])

    @property
    def running(self) -> set[str]:
        return {name for name, pump in self.pumps.items() if pump.contactor}

    # what the centre writes

    def written(self, point: str, value: Any, now_s: float) -> None:
        self.heard_s = now_s
        output, _, what = point.rpartition(".")
        if point == "mode_command" and self.switch == "REMOTE":
            self._enter("REMOTE" if value else "PLC_AUTO")
        elif what == "run_command":
            self.run_command[output] = bool(value)
        elif what == "position_command":
            self.position_command[output] = float(value)

    def _enter(self, mode: str) -> None:
        if mode == "REMOTE" and self.mode != "REMOTE" and self.tracks:
            for name, pump in self.pumps.items():
                self.run_command[name] = pump.contactor
                self.show(f"{name}.run_command", pump.contactor)
            for name, gate in self.gates.items():
                self.position_command[name] = gate.percent
                self.show(f"{name}.position_command", gate.percent)
        self.mode = mode

    # what happens to it

    def lose_power(self, now_s: float) -> None:
        self.supply = False
        for name, pump in self.pumps.items():
            self._contactor(name, pump, False, "power", now_s)
            if self.releases:
                self.run_command[name] = False
                self.show(f"{name}.run_command", False)
        for gate in self.gates.values():
            gate.powered = False

    def return_power(self) -> None:
        self.supply = True
        for gate in self.gates.values():
            gate.powered = True

    def turn_switch(self, to: str) -> None:
        self.switch, self.mode = to, "PLC_AUTO"

    def reset_trip(self, unit: str) -> None:
        self.pumps[unit].tripped = False

    # one second of it

    def scan(self, now_s: float, dt_s: float) -> None:
        if self.mode == "REMOTE" and now_s - self.heard_s > SILENCE_S:
            self.mode = "PLC_AUTO"
        wanted = self._wanted(now_s)
        for gate in self.gates.values():
            gate.step(now_s, dt_s)
            if gate.reversed_in_travel:
                gate.reversed_in_travel = 0
                self._breaks(now_s, f"{gate.name} was thrown into reverse")
        for name, pump in self.pumps.items():
            self._drive(name, pump, wanted[name], now_s)

    def _wanted(self, now_s: float) -> dict[str, bool]:
        """Which motors are to run; gates are sent where they are to go."""
        if self.mode == "REMOTE":
            for name, gate in self.gates.items():
                gate.goal = self.position_command[name]
            return dict(self.run_command)
        if self.switch == "REMOTE":
            return self._alone(now_s)
        return {name: pump.contactor for name, pump in self.pumps.items()}

    def _drive(self, name: str, pump: Pump, wanted: bool, now_s: float) -> None:
        on = wanted and self.supply and not pump.tripped
        if on != pump.contactor:
            self._contactor(name, pump, on, "remote" if self.mode == "REMOTE" else "plc", now_s)
        elif pump.contactor and pump.trips_on_start and now_s - pump.on_s >= 2.0:
            pump.trips_on_start -= 1
            pump.tripped = True
            self._contactor(name, pump, False, "trip", now_s)
        shut = pump.contactor and pump.gate is not None and pump.gate.closed
        if shut and pump.kind == "axial" and now_s - pump.on_s > 5.0:
            self._breaks(now_s, f"{name} runs against its closed gate")

    def _contactor(self, name: str, pump: Pump, on: bool, by: str, now_s: float) -> None:
        if on == pump.contactor:
            return
        self.log.append(StartOrStop(now_s, self.id, name, on, by, self.inner_m, len(self.running)))
        if on:
            self._watch_start(name, pump, by, now_s)
            pump.on_s, pump.starts = now_s, pump.starts + 1
        else:
            short = by in ("remote", "plc") and now_s - pump.on_s < pump.min_run_s - 1.0 and not pump.tripped
            if short and by == "remote":
                self._breaks(now_s, f"{name} was stopped {now_s - pump.on_s:.0f} s after its start")
            pump.off_s = now_s
        pump.contactor = on

    def _watch_start(self, name: str, pump: Pump, by: str, now_s: float) -> None:
        """A start as an inspector would look at it. Only what the centre ordered is judged for its manners."""
        if now_s - pump.off_s < pump.min_off_s - 1.0 and by == "remote":
            self._breaks(now_s, f"{name} was started {now_s - pump.off_s:.0f} s after its stop ({by})")
        gate = pump.gate
        if gate is not None and pump.kind == "axial" and gate.percent < 95.0:
            self._breaks(now_s, f"{name} was started against {gate.name} at {gate.percent:.0f} % ({by})")
        if gate is not None and pump.kind == "centrifugal" and gate.percent > 5.0:
            self._breaks(now_s, f"{name} was started with {gate.name} open ({by})")
        for other in self.gates.values():
            if other.role == "gravity" and not other.closed:
                self._breaks(now_s, f"{name} was started beside the open {other.name} ({by})")
        last_s = max((one.at_s for one in self.log if one.on and one.at_s < now_s), default=float("-inf"))
        together = [one.unit for one in self.log if one.on and one.at_s == now_s and one.unit != name]
        if by == "remote" and (together or now_s - last_s < 10.0):
            self._breaks(now_s, f"{name} was started {now_s - last_s:.0f} s after the one before, with {together}")

    def _breaks(self, now_s: float, what: str) -> None:
        self.broken.append(f"{now_s:.0f} s {self.id}: {what}")

    # alone

    def _alone(self, now_s: float) -> dict[str, bool]:
        """Its own level control: one more unit at each stage, one fewer below; gates before and after."""
        levels = self.config["levels"]
        said = sorted(self.level_says(point) for point in self.config["inner_levels"])
        level_m = said[len(said) // 2]
        running = sorted(self.running)
        wanted = {name: name in running for name in self.pumps}
        stage = len(running)
        for gate in self.gates.values():
            if gate.role == "gravity":
                gate.goal = 0.0
        if level_m >= levels["start_m"] + stage * levels["step_m"] and now_s - self.started_s > levels["stagger_s"]:
            self._bring_one(now_s, wanted)
        elif running and level_m <= levels["start_m"] + (stage - 1) * levels["step_m"] - levels["span_m"]:
            last = self.pumps[running[-1]]
            wanted[last.name] = now_s - last.on_s <= last.min_run_s
        for name, pump in self.pumps.items():
            if pump.gate is not None and (pump.contactor or not wanted[name]) and self._bringing != name:
                pump.gate.goal = 100.0 if pump.contactor and wanted[name] else 0.0
        return wanted

    _bringing: str = ""

    def _bring_one(self, now_s: float, wanted: dict[str, bool]) -> None:
        if any(gate.role == "gravity" and not gate.closed for gate in self.gates.values()):
            return
        for name, pump in self.pumps.items():
            if pump.contactor or pump.tripped or not self.supply or now_s - pump.off_s < pump.min_off_s:
                continue
            self._bringing = name
            if pump.gate is not None and pump.kind == "axial" and not pump.gate.open:
                pump.gate.goal = 100.0
                if pump.gate.jammed:
                    continue
                return
            if pump.gate is not None and pump.kind == "centrifugal" and not pump.gate.closed:
                return
            wanted[name], self.started_s, self._bringing = True, now_s, ""
            return

    # what its registers show

    def level_says(self, point: str) -> float:
        return self.sensors[point].reads(self.outer_m if point == "outer_level_m" else self.inner_m)

    def registers(self, now_s: float) -> dict[str, Any]:
        flow = sum(pump.moves_m3s(now_s, self.inner_m, self.outer_m) for pump in self.pumps.values())
        shown: dict[str, Any] = {
            "mode": int(self.mode == "REMOTE"),
            "control_switch": {"LOCAL": 0, "REMOTE": 1, "OFF": 2}[self.switch],
            "rack_head_m": self.sensors["rack_head_m"].reads(self.rack_m),
            "outer_level_m": self.level_says("outer_level_m"),
            "flow_m3s": flow,
            "power_kw": 0.0,
            "supply_ok": self.supply,
            "boots": self.boots,
            **{point: self.level_says(point) for point in self.config["inner_levels"]},
        }
        for name, pump in self.pumps.items():
            shown |= {
                f"{name}.running": pump.contactor,
                f"{name}.current_a": pump.current_a(now_s),
                f"{name}.fault": pump.tripped,
                f"{name}.available": not pump.tripped,
                f"{name}.speed_percent": 100.0 if pump.contactor else 0.0,
            }
        for name, gate in self.gates.items():
            shown |= {
                f"{name}.position_percent": gate.percent,
                f"{name}.open_limit": gate.open,
                f"{name}.closed_limit": gate.closed,
                f"{name}.fault": False,
            }
        return shown
