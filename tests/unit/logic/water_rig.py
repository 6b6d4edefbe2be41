"""A tiny station with its devices, and the runtime's cycle round the pure functions: what water tests run on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from controller.domain.command import Wanted
from controller.domain.image import Block, LinkState, View
from controller.domain.intents import (
    GateOrder,
    Intent,
    StationMode,
    StationOrder,
    TargetKind,
    UnitMode,
    UnitOrder,
    parse_intent,
)
from controller.domain.places import Place
from controller.domain.points import Reading, TargetId, Value, bad, good
from controller.domain.pumps_and_gates import Gate, GateRole, PumpType, PumpUnit
from controller.domain.quality import Detail
from controller.domain.request import Decision, Lease, Request
from controller.domain.slots import Slot, SlotKind
from controller.domain.stations import GravityRule, StagedLevels, Station, StationKind
from controller.domain.targets import Target
from controller.logic.arbitration import arbitrate, default_request
from controller.logic.contract import LastWrite, Moment, StationMemory, StationStep
from controller.logic.interlocks import InterlockSpec
from controller.logic.site_conditions import NOTHING_ON_SITE, SiteConditions
from controller.logic.station_evaluation import evaluate_station, observe_station, station_requests
from controller.logic.water_around import NOTHING_AROUND, WaterAround

PS = "330102-PS-0003"
WALL = datetime(2026, 6, 21, 4, 0, tzinfo=UTC)
START_S = 1000.0


def unit(number: int, pump: PumpType = PumpType.AXIAL, **changes: object) -> PumpUnit:
    plain = PumpUnit(
        id=f"{PS}/P{number}",
        output=f"P{number}",
        name=f"unit {number}",
        pump=pump,
        flow_m3s=1.0,
        power_kw=100.0,
        rated_a=100.0,
        min_run_s=120.0,
        min_off_s=180.0,
        max_starts_per_hour=4,
        max_starts_per_day=20,
        backspin_s=60.0,
        start_proof_s=15.0,
        stop_proof_s=15.0,
        discharge_gate=f"{PS}/G{number}",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the caller names fields of PumpUnit


def gate(number: int, role: GateRole = GateRole.DISCHARGE, travel_s: float = 20.0) -> Gate:
    return Gate(f"{PS}/G{number}", f"G{number}", f"gate {number}", role, travel_s)


LEVELS = StagedLevels(start_m=3.0, step_m=0.1, span_m=0.3, dry_run_m=1.5, stagger_s=30.0)


AIDED = ("lubrication", "cooling")


def equipped(**changes: object) -> Station:
    """A station with everything a unit or gate may have besides: auxiliaries, suction gate, flap, drive, supply."""
    aided = unit(
        1,
        PumpType.CENTRIFUGAL,
        auxiliaries=AIDED,
        auxiliary_trip_s=20.0,
        suction_gate=f"{PS}/G4",
        flap=True,
        min_speed_percent=40.0,
        feeder="10kV-I",
    )
    gates = (gate(1), gate(2), gate(3, GateRole.GRAVITY), gate(4, GateRole.SUCTION))
    gates = (*gates[:2], replace(gates[2], torque_limit_percent=110.0, emergency_lower=True), gates[3])
    gates = (*gates, replace(gate(5, GateRole.INTAKE), buttons=True))
    plain = station(
        2,
        units=(aided, unit(2, feeder="10kV-I")),
        gates=gates,
        gravity=GravityRule(f"{PS}/G3"),
        automatic=False,
        supply="supply_ok",
        boots="boots",
        low_low="low_low",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the caller names fields of Station


def station(count: int = 2, *, pump: PumpType = PumpType.AXIAL, gravity: bool = True, **changes: object) -> Station:
    gates = [gate(number) for number in range(1, count + 1)]
    rule = GravityRule(f"{PS}/G{count + 1}") if gravity else None
    if gravity:
        gates.append(gate(count + 1, GateRole.GRAVITY))
    plain = Station(
        id=PS,
        name="七堡",
        division="330102",
        place=Place(30.3, 120.3),
        kind=StationKind.DRAINAGE,
        units=tuple(unit(number, pump) for number in range(1, count + 1)),
        gates=tuple(gates),
        inner_levels=("inner_level_1_m", "inner_level_2_m", "inner_level_3_m"),
        outer_level="outer_level_m",
        levels=LEVELS,
        gravity=rule,
        automatic=True,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the caller names fields of Station


@dataclass
class Plant:
    """The devices: contactors and gates with delays, a PLC that follows in REMOTE, and the ways they misbehave."""

    station: Station
    delay_s: float = 1.0
    mode: str = "PLC_AUTO"
    switch: str = "REMOTE"
    inner_m: float = 2.0
    outer_m: float = 5.0
    rack_m: float = 0.05
    flow_each_m3s: float | None = None
    """What its flow meter shows of every unit that runs; None: it has none."""
    sensors: list[float | None] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    commands: dict[str, Value] = field(default_factory=dict)
    running: dict[str, bool] = field(default_factory=dict)
    changed_s: dict[str, float] = field(default_factory=dict)
    position: dict[str, float] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)
    jammed: set[str] = field(default_factory=set)
    blind: set[str] = field(default_factory=set)
    no_current: set[str] = field(default_factory=set)
    supply: bool = True
    boots: float = 7.0
    low_low: bool = False
    lost: set[str] = field(default_factory=set)
    """Auxiliaries (``P1.cooling``) that do not come on."""
    flap_open: set[str] = field(default_factory=set)
    torque: dict[str, float] = field(default_factory=dict)
    starved: set[str] = field(default_factory=set)
    lies: dict[str, Value] = field(default_factory=dict)
    """Points that show this whatever is true."""
    slow: dict[str, float] = field(default_factory=dict)
    """Gates that travel at this share of their speed."""
    pending: list[tuple[float, str, Value]] = field(default_factory=list)
    stops: dict[str, list[float]] = field(default_factory=dict)
    starts: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.station.units:
            self.running[one.output], self.commands[f"{one.output}.run_command"] = False, False
        for one_gate in self.station.gates:
            self.position[one_gate.output], self.commands[f"{one_gate.output}.position_command"] = 0.0, 0.0
        self.commands["mode_command"] = "PLC_AUTO"

    def write(self, point: str, value: Value, now_s: float) -> None:
        self.pending.append((now_s + self.delay_s, point, value))

    def run(self, output: str, on: bool, now_s: float) -> None:
        if self.running[output] != on:
            self.running[output] = on
            (self.starts if on else self.stops).setdefault(output, []).append(now_s)

    def advance(self, now_s: float, step_s: float) -> None:
        due = [item for item in self.pending if item[0] <= now_s]
        self.pending = [item for item in self.pending if item[0] > now_s]
        for _, point, value in due:
            self.commands[point] = value
            if point == "mode_command" and self.switch == "REMOTE":
                self._enter(str(value))
            self._press(point)
        self._let_down(step_s)
        if not self.supply:
            for output in self.running:
                self.run(output, on=False, now_s=now_s)
            return
        self._move_gates(step_s, road=True)
        if self.mode != "REMOTE":
            return
        for one in self.station.units:
            wanted = bool(self.commands[f"{one.output}.run_command"])
            if one.output not in self.stuck:
                self.run(one.output, wanted, now_s)
        self._move_gates(step_s, road=False)

    def _move_gates(self, step_s: float, *, road: bool) -> None:
        """A road's signal follows the centre in any mode, the others in REMOTE."""
        for one_gate in self.station.gates:
            if (one_gate.role is GateRole.ROAD) == road:
                self._travel(one_gate, float(self.commands[f"{one_gate.output}.position_command"]), step_s)

    def _enter(self, mode: str) -> None:
        if mode == self.mode:
            return
        self.mode = mode
        for one in self.station.units:
            self.commands[f"{one.output}.run_command"] = self.running[one.output]
        for one_gate in self.station.gates:
            if one_gate.role is not GateRole.ROAD:
                self.commands[f"{one_gate.output}.position_command"] = self.position[one_gate.output]

    def _press(self, point: str) -> None:
        """A button of a gate: its goal is the end it names."""
        output, _, name = point.partition(".")
        if name in ("open_command", "close_command"):
            self.commands[f"{output}.position_command"] = 100.0 if name == "open_command" else 0.0

    def _let_down(self, step_s: float) -> None:
        for one_gate in self.station.gates:
            if self.commands.get(f"{one_gate.output}.emergency_lower_command") is True:
                lower = 100.0 * step_s / one_gate.emergency_lower_s
                self.position[one_gate.output] = max(0.0, self.position[one_gate.output] - lower)
                self.commands[f"{one_gate.output}.position_command"] = self.position[one_gate.output]

    def _travel(self, one_gate: Gate, goal: float, step_s: float) -> None:
        if one_gate.output in self.jammed:
            return
        position, most = self.position[one_gate.output], 100.0 * step_s / one_gate.travel_s
        most *= self.slow.get(one_gate.output, 1.0)
        self.position[one_gate.output] = position + max(-most, min(most, goal - position))

    def turn_switch(self, to: str) -> None:
        self.switch, self.commands["mode_command"] = to, "PLC_AUTO"
        self._enter("PLC_AUTO")

    def readings(self, now_s: float) -> dict[str, Reading]:
        values: dict[str, Value | None] = {"mode": self.mode, "control_switch": self.switch}
        values |= {"outer_level_m": self.outer_m, "rack_head_m": self.rack_m} | self.commands
        if self.flow_each_m3s is not None:
            values["flow_m3s"] = self.flow_each_m3s * sum(self.running.values())
        for index, point in enumerate(self.station.inner_levels):
            offset = self.sensors[index]
            values[point] = None if offset is None else self.inner_m + offset
        for one in self.station.units:
            runs = self.running[one.output]
            values[f"{one.output}.running"] = runs
            values[f"{one.output}.current_a"] = self._current_a(one, runs)
            values |= self._beside(one, runs)
            values |= {f"{one.output}.fault": False, f"{one.output}.available": True}
            turns = float(self.commands.get(f"{one.output}.speed_command", 100.0))
            values[f"{one.output}.speed_percent"] = turns if runs else 0.0
        for one_gate in self.station.gates:
            position = self.position[one_gate.output]
            values[f"{one_gate.output}.position_percent"] = position
            values[f"{one_gate.output}.open_limit"] = position >= 99.9
            values[f"{one_gate.output}.closed_limit"] = position <= 0.1
            values[f"{one_gate.output}.fault"] = one_gate.output in self.jammed
            if one_gate.torque_limit_percent is not None:
                values[f"{one_gate.output}.torque_percent"] = self.torque.get(one_gate.output, 40.0)
            if one_gate.emergency_lower:
                values.setdefault(f"{one_gate.output}.emergency_lower_command", False)
        wired = {"supply_ok": (self.station.supply, self.supply), "boots": (self.station.boots, self.boots)}
        wired["low_low"] = (self.station.low_low, self.low_low)
        values |= {point: value for point, (known, value) in wired.items() if known is not None}
        values |= self.lies
        return {
            name: bad(Detail.FAILURE, now_s) if value is None or name in self.blind else good(value, now_s)
            for name, value in values.items()
        }

    def _current_a(self, one: PumpUnit, runs: bool) -> float:
        if not runs or one.output in self.no_current:
            return 0.0
        if one.output in self.starved:
            return 30.0
        speed = self.commands.get(f"{one.output}.speed_command", 100.0)
        return 80.0 * (float(speed) / 100.0) ** 2

    def _beside(self, one: PumpUnit, runs: bool) -> dict[str, Value | None]:
        values: dict[str, Value | None] = {}
        for name in one.auxiliaries:
            told = self.commands.setdefault(f"{one.output}.{name}_command", False)
            values[f"{one.output}.{name}_command"] = told
            values[f"{one.output}.{name}"] = bool(told) and f"{one.output}.{name}" not in self.lost
        if one.flap:
            values[f"{one.output}.flap_closed"] = not runs and one.output not in self.flap_open
        if one.min_speed_percent is not None:
            values[f"{one.output}.speed_command"] = self.commands.setdefault(f"{one.output}.speed_command", 100.0)
        return values


@dataclass
class Rig:
    """Plant, memory, book of requests and last writes, moved on cycle by cycle as the runtime would."""

    station: Station = field(default_factory=station)
    now_s: float = START_S
    link: LinkState = LinkState.ONLINE
    memory: StationMemory = field(default_factory=StationMemory)
    last: dict[TargetId, LastWrite] = field(default_factory=dict)
    proofs: dict[TargetId, Wanted] = field(default_factory=dict)
    book: dict[tuple[TargetId, Slot], Request] = field(default_factory=dict)
    written: list[tuple[float, str, Value]] = field(default_factory=list)
    step: StationStep = field(default_factory=lambda: StationStep(StationMemory()))
    decisions: dict[TargetId, Decision] = field(default_factory=dict)
    leases: int = 0
    started: datetime = WALL
    interlocks: tuple[InterlockSpec, ...] = ()
    site: SiteConditions = NOTHING_ON_SITE
    around: WaterAround = NOTHING_AROUND

    def __post_init__(self) -> None:
        self.plant = Plant(self.station)
        self.view = self.look()
        kinds: dict[TargetId, tuple[TargetKind, Intent]] = {
            PS: (TargetKind.STATION, StationOrder(StationMode.HAND_BACK))
        }
        kinds |= {one.id: (TargetKind.UNIT, UnitOrder(UnitMode.AUTO)) for one in self.station.units}
        kinds |= {one.id: (TargetKind.GATE, GateOrder(None)) for one in self.station.gates}
        self.defaults = {
            target: default_request(Target(target, kind, target, value, "pumps"))
            for target, (kind, value) in kinds.items()
        }

    def order(self, output: str, said: str, *, slot: Slot = Slot.CITY_MANUAL, for_s: float = 3600.0) -> None:
        target = f"{PS}/{output}" if output else PS
        kind = TargetKind.STATION if not output else TargetKind.UNIT if output[0] == "P" else TargetKind.GATE
        self.leases += 1
        granted = WALL + timedelta(seconds=self.now_s - START_S)
        lease = Lease(f"lease-{self.leases}", granted, granted + timedelta(seconds=for_s), self.now_s + for_s)
        leased = lease if slot.kind is SlotKind.LEASED else None
        self.book[target, slot] = Request(target, slot, parse_intent(kind, said), "duty officer", "test", lease=leased)

    def release(self, output: str, slot: Slot = Slot.CITY_MANUAL) -> None:
        del self.book[f"{PS}/{output}" if output else PS, slot]

    @property
    def moment(self) -> Moment:
        return Moment(self.started + timedelta(seconds=self.now_s - START_S), self.now_s)

    def look(self) -> View:
        """What the controller sees of the station in this cycle; kept as ``view``."""
        block = Block(PS, self.plant.readings(self.now_s), self.link, complete=True, sequence=1)
        return View(block, self.now_s)

    def cycle(self) -> StationStep:
        """One second: the devices move, the station is evaluated, what it wants is sent."""
        self.now_s += 1.0
        self.plant.advance(self.now_s, 1.0)
        view = self.view = self.look()
        self._verify(view)
        self.memory = observe_station(self.station, view, self.memory, self.moment, self.around)
        self.memory, computed = station_requests(
            self.station,
            view,
            self.memory,
            self.moment,
            self.interlocks,
            around=self.around,
            standing=lambda target: [request for (of, _), request in self.book.items() if of == target],
        )
        self.decisions = self._decide(computed)
        self.site.look(view)
        self.step = evaluate_station(
            self.station,
            self.decisions,
            view,
            self.memory,
            self.last,
            self.moment,
            self.interlocks,
            site=self.site,
            around=self.around,
        )
        self.memory = self.step.memory
        for wanted in self.step.wanted:
            self._send(wanted)
        return self.step

    def run(self, seconds: float) -> Rig:
        for _ in range(int(seconds)):
            self.cycle()
        return self

    def until_running(self, count: int, within_s: float = 400.0) -> Rig:
        for _ in range(int(within_s)):
            if sum(self.plant.running.values()) == count and not self.plant.pending:
                return self
            self.cycle()
        raise AssertionError(f"{self.plant.running} after {within_s:.0f} s: {dict(self.step.phases)}")

    def forget_processes(self) -> None:
        """The controller dies and starts again: only what the store keeps is left."""
        self.memory = replace(StationMemory(), units=self.memory.units)
        self.last, self.proofs = {}, {}

    def writes(self, ending: str) -> list[tuple[float, str, Value]]:
        return [item for item in self.written if item[1].endswith(ending)]

    def phase(self, output: str = "") -> str:
        return self.step.phases[f"{PS}/{output}" if output else PS]

    def _decide(self, computed: tuple[Request, ...]) -> dict[TargetId, Decision]:
        asked: dict[TargetId, list[Request]] = {target: [] for target in self.defaults}
        for request in (*self.book.values(), *computed):
            asked[request.target].append(request)
        return {target: arbitrate(default, asked[target], self.now_s) for target, default in self.defaults.items()}

    def _send(self, wanted: Wanted) -> None:
        self.written.append((self.now_s, wanted.write.point, wanted.write.value))
        before = self.last.get(wanted.target)
        same = before is not None and before.value == wanted.write.value and not before.confirmed
        failures = before.failures if before is not None and same else 0
        point, value = wanted.write.point, wanted.write.value
        self.last[wanted.target] = LastWrite(
            point, value, self.now_s, settled=False, confirmed=False, failures=failures
        )
        self.proofs[wanted.target] = wanted
        self.plant.write(point, value, self.now_s)

    def _verify(self, view: View) -> None:
        for target, last in self.last.items():
            proof = self.proofs[target].proof
            if last.settled or proof is None:
                continue
            if self.now_s > last.sent_s + self.plant.delay_s and proof.met_by(view.value(proof.point)):  # type: ignore[arg-type]  # a point's value
                self.last[target] = replace(last, settled=True, confirmed=True, failures=0)
            elif self.now_s >= last.sent_s + proof.within_s:
                self.last[target] = replace(last, settled=True, confirmed=False, failures=last.failures + 1)
