"""The network's hours ahead as a mixed-integer programme: whole units per station, one choice per gate and step.

Levels follow the water balance of every step; channels level out along the exact course of two waters; a gate's flow
lies under the concave hull of what it lets out; pumps and the gate beside them never work in the same step. What is
paid: energy at its tariff, starts, metre-hours above warning and guarantee (spread over how unsure a level is), and
water that is left at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil, exp

from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.network import GravityGate, Network, PumpGroup, Reach
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.checking import left_yuan
from controller.logic.optimiser.gate_lines import Line, lines_of
from controller.logic.optimiser.prices import BELOW_FLOOR_MH, SPREAD, below_all_m
from controller.logic.optimiser.programme import INFINITE, Programme
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.water_rules.prices import StepPrices
from controller.logic.water_rules.scene import NetworkNow, StationNow

SHORT_MH = 2_000.0
"""What a metre-hour costs by which a gate would let water out against its head (yuan): more than it could save."""
LEVEL_ROOM_M = 3.0
"""How far above its guarantee level a reach can rise in the programme at all."""


@dataclass(slots=True)
class Columns:
    """Where what is in the programme."""

    levels: dict[str, list[int]] = field(default_factory=dict)
    counts: dict[DeviceId, list[int]] = field(default_factory=dict)
    started: dict[DeviceId, list[int]] = field(default_factory=dict)
    gates: dict[TargetId, list[int | None]] = field(default_factory=dict)
    balances: dict[str, list[int]] = field(default_factory=dict)
    """The row of each reach's water in each step: its price is what a metre of the reach is worth there."""
    choices: dict[TargetId, list[int | None]] = field(default_factory=dict)
    """The choice that covers each step of a gate; None where it could not work, or has no pumps beside it."""


class Model:
    """The programme of one question; ``network`` and ``outlook`` are what is known and expected."""

    def __init__(
        self,
        network: Network,
        now: NetworkNow,
        outlook: Outlook,
        settings: OptimiserSettings,
        prices: StepPrices,
        usual_m: Mapping[str, Sequence[float]],
        *,
        whole: bool = True,
    ) -> None:
        self.usual_m, self.whole = usual_m, whole
        self.network, self.now, self.outlook, self.settings, self.prices = network, now, outlook, settings, prices
        self.steps = range(len(outlook.steps_s))
        self.begins_s = [0.0, *accumulate(outlook.steps_s)]
        self.reaches = list(network.reaches.values())
        self.groups = [
            group for group in network.pumps if group.direction == "drain" and group.inner in network.reaches
        ]
        self.programme = Programme()
        self.columns = Columns()
        self._balance: dict[str, list[list[tuple[int, float]]]] = {
            reach.name: [[] for _ in self.steps] for reach in self.reaches
        }
        for reach in self.reaches:
            self._levels(reach)
        for group in self.groups:
            self._pumps(group)
        self._gates()
        self._channels()
        for reach in self.reaches:
            self._water(reach)
            self._limits(reach)

    def _levels(self, reach: Reach) -> None:
        level, lowest = self.now.levels_m[reach.name], self._lowest(reach)
        add, most = self.programme.column, max(reach.guarantee_m, level) + LEVEL_ROOM_M
        left = left_yuan(self.network, reach, level, self.outlook, self.settings, self.prices)
        last = len(self.steps)
        columns = [add(level, level)]
        columns += [add(lowest, most, left if step == last else 0.0) for step in range(1, last + 1)]
        self.columns.levels[reach.name] = columns

    def _pumps(self, group: PumpGroup) -> None:
        station = self.now.stations.get(group.station, StationNow())
        add, most = self.programme.column, station.ready
        counts, started = [], []
        for step in self.steps:
            low = min(station.must_run, most) if step == 0 else 0
            high = min(most, station.running + station.may_start) if step == 0 else most
            counts.append(add(low, high, self.prices.unit_yuan(group, step), whole=self.whole))
            started.append(add(0.0, most, self.settings.rules.start_yuan))
        self.columns.counts[group.station], self.columns.started[group.station] = counts, started
        for step in self.steps:
            if step:
                terms = [(started[step], 1.0), (counts[step], -1.0), (counts[step - 1], 1.0)]
                self.programme.row(terms, 0.0, INFINITE)
            else:
                self.programme.row([(started[0], 1.0), (counts[0], -1.0)], -float(station.running), INFINITE)
            self._run_on(group, counts, started, step)
            self._move(group, counts[step], step)

    def _run_on(self, group: PumpGroup, counts: list[int], started: list[int], step: int) -> None:
        """What was started within the minimum run still runs; what was stopped within the minimum rest still rests."""
        back = min(step + 1, ceil(group.min_run_s / self.outlook.steps_s[step] - 1e-6))
        if back > 1:
            terms = [(counts[step], 1.0), *((started[one], -1.0) for one in range(step - back + 1, step + 1))]
            self.programme.row(terms, 0.0, INFINITE)

    def _move(self, group: PumpGroup, count: int, step: int) -> None:
        flow = group.unit_m3s * group.share(self._outer(group.outer, step) - self._usual(group.inner))
        self._balance[group.inner][step].append((count, flow))
        if group.outer in self._balance:
            self._balance[group.outer][step].append((count, -flow))

    def _outer(self, water: str, step: int) -> float:
        series = self.outlook.outer_m.get(water)
        return self._usual(water) if series is None else series[step]

    def _usual(self, water: str) -> float:
        reach = self.network.reaches.get(water)
        if reach is None:
            return self.now.outer_m[water]
        return min(self.now.levels_m[water], reach.warning_m)

    def _gates(self) -> None:
        beside: dict[DeviceId, list[PumpGroup]] = {}
        for group in self.groups:
            beside.setdefault(group.station, []).append(group)
        for gate in self.network.gates:
            pumps = beside.get(gate.station, []) if gate.station else []
            made = [self._gate(gate, step, pumps) for step in self.steps]
            self.columns.gates[gate.gate] = [flow for flow, _ in made]
            self.columns.choices[gate.gate] = [choice for _, choice in made]

    def _gate(self, gate: GravityGate, step: int, pumps: list[PumpGroup]) -> tuple[int | None, int | None]:
        """(what a gate lets out in a step, whether the step is the gate's); None where the tide leaves it nothing."""
        reach, outer = self.network.reaches[gate.inner], self._outer(gate.outer, step)
        high = max(reach.warning_m, self.now.levels_m[reach.name])
        lowest = self._lowest(reach)
        lines, most = lines_of(gate, outer, lowest, high, self.usual_m[reach.name][step])
        if not lines:
            return None, None
        flow = self.programme.column(0.0, most)
        choice = self._choice(step, flow, pumps) if pumps else None
        # What the level is short of the water outside: without it the programme would have to keep it above.
        short = None if outer <= lowest else self._short(step)
        for line in lines:
            self._let_out(reach, step, line, flow, choice, short)
        self._balance[reach.name][step].append((flow, 1.0))
        if gate.outer in self._balance:
            self._balance[gate.outer][step].append((flow, -1.0))
        return flow, choice

    def _let_out(self, reach: Reach, step: int, line: Line, flow: int, choice: int | None, short: int | None) -> None:
        """The flow lies under a line over the mean level; where pumps share the step, under the gate's part of it."""
        before, after = self.columns.levels[reach.name][step : step + 2]
        terms = [(flow, 1.0), (before, -0.5 * line.per_m), (after, -0.5 * line.per_m)]
        lowest = self._lowest(reach)
        at_lowest = line.at_zero_m3s + line.per_m * lowest
        if short is not None:
            self.programme.row([*terms, (short, -line.per_m)], -INFINITE, line.at_zero_m3s)
        elif choice is None:
            self.programme.row(terms, -INFINITE, line.at_zero_m3s)
        else:
            # While pumps run the level is above its lowest: at_lowest · part + per_m · (mean level - lowest).
            self.programme.row([*terms, (choice, -at_lowest)], -INFINITE, -line.per_m * lowest)

    def _lowest(self, reach: Reach) -> float:
        return below_all_m(reach, self.now.levels_m[reach.name])

    def _short(self, step: int) -> int:
        return self.programme.column(0.0, INFINITE, SHORT_MH * self.outlook.steps_s[step] / 3600.0)

    def _choice(self, step: int, flow: int, pumps: list[PumpGroup]) -> int:
        """The gate (1) or the pumps beside it (0); relaxed they share a step, as they would by turns."""
        choice = self.programme.column(0.0, 1.0, whole=self.whole)
        self.programme.row([(flow, 1.0), (choice, -self.programme.highs[flow])], -INFINITE, 0.0)
        for group in pumps:
            units = float(max(1, self.now.stations.get(group.station, StationNow()).ready))
            self.programme.row([(self.columns.counts[group.station][step], 1.0), (choice, units)], -INFINITE, units)
        return choice

    def _channels(self) -> None:
        for link in self.network.channels:
            areas = [
                self.network.reaches[name].storage.area_m2(self.now.levels_m[name])
                for name in (link.a, link.b)
                if name in self.network.reaches
            ]
            for step in self.steps:
                flow = self.programme.column(-INFINITE, INFINITE)
                ratio = link.conveyance_m2s * self.outlook.steps_s[step] * sum(1.0 / area for area in areas)
                late = end_weight(ratio)
                terms, fixed = [(flow, 1.0)], 0.0
                for name, sign in ((link.a, 1.0), (link.b, -1.0)):
                    if name in self.network.reaches:
                        levels = self.columns.levels[name]
                        terms.append((levels[step], -sign * link.conveyance_m2s * (1.0 - late)))
                        terms.append((levels[step + 1], -sign * link.conveyance_m2s * late))
                        self._balance[name][step].append((flow, sign))
                    else:
                        fixed += sign * link.conveyance_m2s * self._outer(name, step)
                self.programme.row(terms, fixed, fixed)

    def _water(self, reach: Reach) -> None:
        """The level at the end of a step is the one at its begin, and what came and went."""
        inflow, levels = self.outlook.inflow_m3s.get(reach.name), self.columns.levels[reach.name]
        area = reach.storage.area_m2(self.now.levels_m[reach.name])
        rows = self.columns.balances[reach.name] = []
        for step in self.steps:
            rise = self.outlook.steps_s[step] / area
            came = (inflow[step] if inflow else 0.0) * rise
            terms = [(levels[step + 1], 1.0), (levels[step], -1.0)]
            terms += [(column, factor * rise) for column, factor in self._balance[reach.name][step]]
            rows.append(len(self.programme.row_lows))
            self.programme.row(terms, came, came)

    def _limits(self, reach: Reach) -> None:
        settings, add, levels = self.settings, self.programme.column, self.columns.levels[reach.name]
        floor = reach.floor_m + settings.rules.above_floor_m
        unsure = settings.margin_m + settings.error_m * self.now.forecast_error
        for step in self.steps:
            after = self.outlook.steps_s[min(step + 1, len(self.steps) - 1)]
            hours = (self.outlook.steps_s[step] + after) / 7200.0
            level = levels[step + 1]
            below = add(0.0, INFINITE, BELOW_FLOOR_MH * hours)
            self.programme.row([(level, 1.0), (below, 1.0)], floor, INFINITE)
            for off, share in SPREAD:
                above = add(0.0, INFINITE, settings.warning_mh * share * hours)
                self.programme.row([(above, 1.0), (level, -1.0)], off * unsure - reach.warning_m, INFINITE)
            above = add(0.0, INFINITE, settings.guarantee_mh * hours)
            self.programme.row([(above, 1.0), (level, -1.0)], unsure - reach.guarantee_m, INFINITE)


def end_weight(ratio: float) -> float:
    """How much the end of a step weighs in the mean of a difference that fades by ``ratio`` over it: ½ … 1."""
    if ratio < 1e-3:
        return 0.5
    return 1.0 / (1.0 - exp(-ratio)) - 1.0 / ratio
