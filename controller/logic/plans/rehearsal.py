"""A plan tried on the network's model in virtual time: the engine's own turns, the model's own waters.

Stations do by themselves what their levels say (staged control, gravity first); the plan's orders lie over that. Units
start and stop without their sequences of seconds, and no interlock stands in the way: this shows what the plan's logic
and the water would do, not what a machine might refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from controller.domain.intents import Direction, GateOrder, StationMode, StationOrder
from controller.domain.points import NEVER_READ, DeviceId, Reading, TargetId, Value, device_of, good, output_of
from controller.domain.stations import Station
from controller.logic.contract import Moment
from controller.logic.hydraulics.network import Network, Outside, Reach
from controller.logic.hydraulics.outlook import Outlook, Trajectory
from controller.logic.hydraulics.simulation import Acts, follow_in_parts
from controller.logic.hydraulics.staged import NO_ORDERS, Orders, Staged
from controller.logic.plans.advance import advance
from controller.logic.plans.plan import Ask, Plan
from controller.logic.plans.run import Phase, Run, Said, StepState, Want
from controller.logic.plans.seen import INNER_LEVEL, RUNNING_DIVERT, RUNNING_DRAIN, RUNNING_UNITS, Seen, TargetSeen
from controller.logic.plans.turn import Telling

TURNS = 12
"""So many turns of the engine at one moment of the model: what follows at once, follows at once."""
INFINITE = float("inf")
NOTHING = Acts()
ASSUMED: Mapping[str, Value] = {
    "rack_head_m": 0.05,
    "mode": "REMOTE",
    "control_switch": "REMOTE",
    "fault": False,
    "available": True,
    "turbidity_ntu": 10.0,
    "ammonia_mg_l": 0.2,
    "oxygen_mg_l": 8.0,
    "rain_mm_h": 0.0,
}
"""What points read that no model moves: everything is well."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it. ``steps``: when each was over (s from the start). ``said``: what happened, with its time."""

    run: Run
    with_plan: Trajectory
    without: Trajectory
    moments_s: tuple[float, ...]
    steps: Mapping[str, float]
    said: tuple[tuple[float, Telling], ...]


@dataclass(slots=True)
class Rehearsal:
    """A policy for ``hydraulics.simulation.follow``: make a new one for every run."""

    plan: Plan
    network: Network
    stations: Mapping[DeviceId, Station]
    outlook: Outlook
    parameters: Mapping[str, float]
    now: Acts = NOTHING
    answers: Mapping[str, str] = field(default_factory=dict)
    assumed: Mapping[str, Value] = field(default_factory=dict)
    said: list[tuple[float, Telling]] = field(default_factory=list)
    _counts: dict[tuple[DeviceId, str], tuple[int, float]] = field(default_factory=dict)
    _least: dict[tuple[DeviceId, str], tuple[int, float]] = field(default_factory=dict)
    _openings: dict[TargetId, tuple[float, float]] = field(default_factory=dict)
    _gates: dict[TargetId, float] = field(default_factory=dict)
    _slot: dict[TargetId, Want] = field(default_factory=dict)
    _levels: Mapping[str, float] = field(default_factory=dict)
    _acts: Acts = NOTHING
    run: Run = field(init=False)
    _staged: Staged = field(init=False)

    def __post_init__(self) -> None:
        self.run = Run(
            id="rehearsal",
            plan_id=self.plan.id,
            phase=Phase.RUNNING,
            parameters=self.parameters,
            by="rehearsal",
            person="",
            reason="tried on the model",
            begun=self.outlook.start,
            begun_s=0.0,
            ends_s=self.plan.longest_s,
        )
        self._acts = self.now
        self._gates = dict(self.now.openings)
        orders = Orders(self._counts, self._openings, least=self._least)
        self._staged = Staged(self.network, self.stations, self.now, orders)

    def __call__(self, elapsed_s: float, levels_m: Mapping[str, float]) -> Acts:
        """What is done at a moment of the model."""
        self._levels = levels_m
        for _ in range(TURNS):
            before = self.run
            self._turn(Moment(self.outlook.start + timedelta(seconds=elapsed_s), elapsed_s))
            if self.run == before:
                break
        self._acts = self._staged(elapsed_s, levels_m)
        return self._acts

    def _turn(self, moment: Moment) -> None:
        turn = advance(self.plan, self.run, self._seen(), moment)
        self.run = turn.run
        self.said += [(moment.s, one) for one in turn.tellings]
        if turn.release:
            for target in list(self._slot):
                self._give_up(target)
        for want in turn.place:
            self._place(want)
        for prompt in turn.prompts:
            self._answer(prompt.step)

    def _answer(self, step: str) -> None:
        """As said beforehand; else what silence would mean; else the first answer."""
        found = self.plan.step(step)
        if found is None or not isinstance(found.act, Ask):
            return
        answer = self.answers.get(step) or found.act.silence or found.act.answers[0].id
        self.run = replace(self.run, answers={**self.run.answers, step: Said(answer, "rehearsal")})

    # -- the field ----------------------------------------------------------------------------------------------

    def _place(self, want: Want) -> None:
        placed = replace(want, placed=True)
        self._slot[want.target] = placed
        self.run = replace(self.run, wants={**self.run.wants, want.target: placed})
        value = want.value
        if isinstance(value, GateOrder):
            opening = self._gates.get(want.target, 0.0) if value.percent is None else value.percent / 100.0
            self._gates[want.target] = opening
            self._openings[want.target] = (opening, INFINITE)
        elif isinstance(value, StationOrder):
            self._order(want.target, value)

    def _order(self, station: DeviceId, value: StationOrder) -> None:
        ways = {unit.direction for unit in self.stations[station].units}
        for way in ways:
            self._least.pop((station, way), None)
            if value.at_least and way == value.direction.value:
                self._counts.pop((station, way), None)
                self._least[station, way] = (value.count, INFINITE)
            elif value.mode is StationMode.COUNT:
                self._counts[station, way] = (value.count if way == value.direction.value else 0, INFINITE)
            elif value.mode is StationMode.HOLD:
                self._counts[station, way] = (self._acts.counts.get((station, way), 0), INFINITE)
            else:
                self._counts.pop((station, way), None)

    def _give_up(self, target: TargetId) -> None:
        del self._slot[target]
        self._openings.pop(target, None)
        for orders in (self._counts, self._least):
            for key in [key for key in orders if key[0] == target]:
                del orders[key]

    def _seen(self) -> Seen:
        running: dict[tuple[DeviceId, Direction], int | None] = {
            (station, way): self._acts.counts.get((station, way.value), 0)
            for station in self.plan.stations
            for way in Direction
        }
        owner = self.run.owner
        targets = {target: TargetSeen(owner, met=self._met(want)) for target, want in self._slot.items()}
        return Seen(self._read, targets, running)

    def _met(self, want: Want) -> bool:
        value = want.value
        if not isinstance(value, StationOrder) or value.mode is not StationMode.COUNT:
            return True
        running = self._acts.counts.get((want.target, value.direction.value), 0)
        return running >= value.count if value.at_least else running == value.count

    def _read(self, device: DeviceId, point: str) -> Reading:
        value = self._value(device, point)
        return NEVER_READ if value is None else good(value)

    def _value(self, device: DeviceId, point: str) -> Value | None:
        said = self.assumed.get(f"{device}/{point}", self.assumed.get(point))
        if said is not None:
            return said
        water = self._water(device, point)
        if water is not None:
            return self._levels.get(water)
        counts = {way.value: self._acts.counts.get((device, way.value), 0) for way in Direction}
        ready = {RUNNING_UNITS: sum(counts.values()), RUNNING_DRAIN: counts["drain"], RUNNING_DIVERT: counts["divert"]}
        if point in ready:
            return ready[point]
        output, _, rest = point.partition(".")
        if rest and f"{device}/{output}" in self._gate_names(device):
            return self._gate(f"{device}/{output}", rest)
        return ASSUMED.get(rest or point)

    def _water(self, device: DeviceId, point: str) -> str | None:
        """The water whose level this point measures."""
        if device in self.network.inner and (point == INNER_LEVEL or point.startswith("inner_level_")):
            return self.network.inner[device]
        if device in self.network.outer and point == "outer_level_m":
            return self.network.outer[device]
        waters: tuple[Reach | Outside, ...] = (*self.network.reaches.values(), *self.network.outside.values())
        return next((water.name for water in waters if f"{device}/{point}" in water.gauges), None)

    def _gate_names(self, device: DeviceId) -> set[TargetId]:
        station = self.stations.get(device)
        return {gate.id for gate in station.gates} if station else set()

    def _gate(self, gate: TargetId, point: str) -> Value | None:
        opening = self._acts.openings.get(gate, self._gates.get(gate, 0.0))
        shown: dict[str, Value] = {
            "position_percent": 100.0 * opening,
            "open_limit": opening >= 1.0,
            "closed_limit": opening <= 0.0,
        }
        return shown.get(point, ASSUMED.get(point))


def rehearse(rehearsal: Rehearsal, levels_m: Mapping[str, float], *, substep_s: float = 60.0) -> Tried:
    """Run a plan on the model over its outlook, and the same hours without it.

    Raises:
        InvalidValue: a reach without a level, or an outlook that says too little (``hydraulics.simulation``).
    """
    parts = rehearse_in_parts(rehearsal, levels_m, substep_s=substep_s)
    return next(tried for tried in parts if tried is not None)


def rehearse_in_parts(
    rehearsal: Rehearsal, levels_m: Mapping[str, float], *, substep_s: float = 60.0
) -> Iterator[Tried | None]:
    """The same, pausing (None) again and again so that whoever shares the thread comes to its turn."""
    network, outlook = rehearsal.network, rehearsal.outlook
    alone = Staged(network, rehearsal.stations, rehearsal.now, NO_ORDERS)
    runs: list[Trajectory] = []
    for policy in (alone, rehearsal):
        for run in follow_in_parts(network, levels_m, outlook, policy, substep_s=substep_s):
            if run is None:
                yield None
            else:
                runs.append(run)
    without, with_plan = runs
    moments = [0.0]
    for length_s in outlook.steps_s:
        moments.append(moments[-1] + length_s)
    over = {
        name: state.ended_s
        for name, state in rehearsal.run.steps.items()
        if state.ended_s is not None and state.state in (StepState.DONE, StepState.SKIPPED)
    }
    yield Tried(rehearsal.run, with_plan, without, tuple(moments), over, tuple(rehearsal.said))


def waters_of(plan: Plan, network: Network) -> tuple[str, ...]:
    """The reaches a plan's orders move, and those whose gauges its conditions ask for."""
    devices = {device_of(target) for target in plan.targets} | {*plan.scope.values()}
    found = {network.inner[device] for device in devices if device in network.inner}
    found |= {network.outer[device] for device in devices if device in network.outer}
    for name, reach in network.reaches.items():
        if any(point.partition("/")[0] in devices for point in reach.gauges):
            found.add(name)
    return tuple(sorted(found & network.reaches.keys()))


def moves_water(plan: Plan, network: Network) -> bool:
    """Whether the model knows anything of what the plan orders."""
    known = {group.station for group in network.pumps} | {gate.gate for gate in network.gates}
    return any(target in known or (not output_of(target) and target in network.inner) for target in plan.targets)
