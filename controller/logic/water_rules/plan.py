"""Room against rain: in which quarter hours which station has to pump so that no reach passes its ceiling.

No solver. The levels ahead are run with the network's model, gravity first; wherever a reach would pass its ceiling, a
unit is booked in the cheapest quarter hour before (energy at its tariff and head, one more start, the ebb it takes
away), never carrying the reach below its floor; then the levels are run again. What a station cannot do, its neighbour
over the open channel is asked for; what pumps into a reach that overflows waits while it has room itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from controller.domain.points import DeviceId
from controller.logic.hydraulics.network import Network, PumpGroup, Reach
from controller.logic.hydraulics.outlook import Outlook, Trajectory
from controller.logic.water_rules.ahead import Bookings, run_ahead
from controller.logic.water_rules.prices import StepPrices
from controller.logic.water_rules.scene import NetworkNow, StationNow
from controller.logic.water_rules.settings import RuleSettings

ROUNDS = 5
TOLERANCE_M = 0.002
LEAST_SHARE = 0.1
"""A pump that takes less than this share of its flow more than the gate it shuts is not worth its start."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """A reach that passes its ceiling whatever is done: by so much (m), in this step of the outlook."""

    step: int
    excess_m: float


@dataclass(slots=True)
class Plan:
    """What is to run in each step, the levels that come of it, and what it could not prevent."""

    counts: Bookings
    ahead: Trajectory
    deep: frozenset[str]
    """Reaches that let water out by gravity as far as their floor: rain is coming that needs the room."""
    overflows: Mapping[str, Overflow] = field(default_factory=dict)
    helped: Mapping[DeviceId, str] = field(default_factory=dict)
    """Stations that pump for a neighbour, and for which reach."""


def plan_of(
    network: Network,
    now: NetworkNow,
    outlook: Outlook,
    settings: RuleSettings,
    prices: StepPrices,
    foretold: frozenset[str],
) -> Plan:
    """The plan for the hours of an outlook, from now. The same for the same arguments.

    ``foretold``: reaches somebody forecasts for; the others keep their room.
    """
    parts = plan_in_parts(network, now, outlook, settings, prices, foretold)
    return next(plan for plan in parts if plan is not None)


def plan_in_parts(
    network: Network,
    now: NetworkNow,
    outlook: Outlook,
    settings: RuleSettings,
    prices: StepPrices,
    foretold: frozenset[str],
) -> Iterator[Plan | None]:
    """The same, pausing (None) between rounds so that whoever shares the thread comes to its turn."""
    planner = _Planner(network, now, outlook, settings, prices, foretold)
    yield None
    yield from planner.book()
    if planner.overflows and planner.hold_back():
        yield from planner.book()
    yield planner.plan()


class _Planner:
    def __init__(
        self,
        network: Network,
        now: NetworkNow,
        outlook: Outlook,
        settings: RuleSettings,
        prices: StepPrices,
        foretold: frozenset[str],
    ) -> None:
        self.foretold = foretold
        self.network, self.now, self.outlook, self.settings, self.prices = network, now, outlook, settings, prices
        self.steps = len(outlook.steps_s)
        self.reaches = [network.reaches[name] for name in sorted(now.levels_m) if name in network.reaches]
        self.groups = [group for group in network.pumps if group.direction == "drain" and group.inner in now.levels_m]
        self.beside = {reach.name: self._neighbours(reach) for reach in self.reaches}
        self.offers: Mapping[str, list[_Offers]] = {}
        self._ceilings: dict[tuple[str, int], float] = {}
        self.withheld: set[tuple[DeviceId, int]] = set()
        self.deep: frozenset[str] = frozenset()
        self.counts: Bookings = self._committed()
        self.ahead = self._run()
        self.deep = self._joined(frozenset(reach.name for reach in self.reaches if self._presses(reach)))
        self.overflows: dict[str, Overflow] = {}
        self.helped: dict[DeviceId, str] = {}

    def plan(self) -> Plan:
        return Plan(self.counts, self.ahead, self.deep, self.overflows, self.helped)

    def book(self) -> Iterator[None]:
        """Rounds of booking and running ahead, until nothing passes its ceiling or nothing more can be done."""
        self.counts, self.helped = self._committed(), {}
        self.ahead = self._run()
        for _ in range(ROUNDS):
            yield
            self.overflows = {}
            self.offers = self._offers()
            sheet = _Sheet(self)
            booked = [sheet.bring_down(reach) for reach in self.reaches]
            if not any(booked):
                break
            self.ahead = self._run()

    def hold_back(self) -> bool:
        """Withhold pumps that lift into a reach while it overflows; whether there were any."""
        before = len(self.withheld)
        for group in self.groups:
            overflow = self.overflows.get(group.outer)
            if overflow is None or group.inner in self.overflows:
                continue
            ceiling = self.ceiling_m(self.network.reaches[group.outer], overflow.step)
            levels = self.ahead.levels_m[group.outer]
            self.withheld |= {
                (group.station, step) for step in range(self.steps) if levels[step + 1] > ceiling - TOLERANCE_M
            }
        return len(self.withheld) > before

    def ceiling_m(self, reach: Reach, step: int) -> float:
        """What a reach's level may be at the end of a step: under its warning level, and at rest in the end."""
        known = self._ceilings.get((reach.name, step))
        if known is None:
            known = self._ceilings[reach.name, step] = self._ceiling_m(reach, step)
        return known

    def _ceiling_m(self, reach: Reach, step: int) -> float:
        settings = self.settings
        hours = sum(self.outlook.steps_s[: step + 1]) / 3600.0
        doubt = min(settings.doubt_most_m, settings.doubt_m_per_h * hours)
        ceiling = (
            reach.warning_m - settings.ceiling_below_warning_m - doubt - self.now.forecast_error * settings.error_m
        )
        if reach.name not in self.foretold:
            ceiling = min(ceiling, self.rest_m(reach) + settings.blind_above_rest_m)
        if step < self.steps - 1:
            return ceiling
        rest = self.rest_m(reach)
        return min(ceiling, rest + settings.end_share * max(0.0, ceiling - rest))

    def rest_m(self, reach: Reach) -> float:
        """Where a reach is brought back to."""
        return rest_of(reach, self.settings)

    def capacity(self, group: PumpGroup, step: int) -> int:
        """Units of a station that can run in a step."""
        station = self.now.stations.get(group.station, StationNow())
        if (group.station, step) in self.withheld:
            return min(station.must_run, station.ready) if step == 0 else 0
        return min(station.ready, station.running + station.may_start) if step == 0 else station.ready

    def _neighbours(self, reach: Reach) -> list[Reach]:
        """Reaches beside it over an open channel."""
        over = [
            link.b if link.a == reach.name else link.a
            for link in self.network.channels
            if reach.name in (link.a, link.b)
        ]
        return [self.network.reaches[name] for name in over if name in self.network.reaches]

    def _offers(self) -> Mapping[str, list[_Offers]]:
        return {
            reach.name: [_Offers(self, group) for group in self.groups if group.inner == reach.name]
            for reach in self.reaches
        }

    def _committed(self) -> Bookings:
        counts: Bookings = {(group.station, "drain"): [0] * self.steps for group in self.groups}
        for group in self.groups:
            series = counts[group.station, "drain"]
            series[0] = self.now.stations.get(group.station, StationNow()).must_run
        return counts

    def _run(self) -> Trajectory:
        return run_ahead(self.network, self.now, self.outlook, self.counts, self.deep, self.settings)

    def _joined(self, pressing: frozenset[str]) -> frozenset[str]:
        """With everything they are joined to, by channels and by pumps: room beside them, and below them, is theirs."""
        joined, links = set(pressing), [(link.a, link.b) for link in self.network.channels]
        links += [(group.inner, group.outer) for group in self.groups if group.outer in self.network.reaches]
        for _ in links:
            joined |= {other for a, b in links for one, other in ((a, b), (b, a)) if one in joined}
        return frozenset(joined)

    def _presses(self, reach: Reach) -> bool:
        """Whether a reach needs more room than gravity down to its rest makes."""
        levels = self.ahead.levels_m[reach.name]
        return any(levels[step + 1] > self.ceiling_m(reach, step) for step in range(self.steps))


class _Sheet:
    """One round: levels as run ahead, lowered by what is booked meanwhile as if every reach stood alone."""

    def __init__(self, planner: _Planner) -> None:
        self._of = planner
        self._levels = {name: list(levels) for name, levels in planner.ahead.levels_m.items()}

    def bring_down(self, reach: Reach) -> bool:
        """Book what brings a reach under its ceiling, step by step; whether anything was booked."""
        booked = False
        accepted = 0.0
        levels = self._levels[reach.name]
        for step in range(self._of.steps):
            ceiling = self._of.ceiling_m(reach, step)
            while levels[step + 1] > ceiling + accepted + TOLERANCE_M:
                excess_m = levels[step + 1] - ceiling - accepted
                if self._book(reach, step, excess_m) or self._ask_neighbours(reach, step, excess_m):
                    booked = True
                    continue
                accepted = levels[step + 1] - ceiling
                worst = self._of.overflows.get(reach.name)
                if worst is None or accepted > worst.excess_m:
                    self._of.overflows[reach.name] = Overflow(step, accepted)
        return booked

    def _ask_neighbours(self, reach: Reach, step: int, excess_m: float) -> bool:
        for other in self._of.beside[reach.name]:
            block = self._book(other, step, excess_m)
            if block is not None:
                self._of.helped[block.offers.station] = reach.name
                # What the neighbour takes comes over the channel by and by; the next round sees how much of it.
                self._lower(reach, block)
                return True
        return False

    def _book(self, reach: Reach, until: int, excess_m: float) -> _Block | None:
        """Book the run of one unit that lowers the reach most cheaply by the end of a step; None where none can."""
        levels = self._levels[reach.name]
        area = reach.storage.area_m2(levels[until + 1])
        floor = reach.floor_m + self._of.settings.above_floor_m
        spare = [(lowest - floor) * area for lowest in _lowest_yet(levels[1 : until + 2])]
        found = (offers.cheapest(spare, excess_m * area) for offers in self._of.offers[reach.name])
        best = min((block for block in found if block is not None), key=lambda block: block.order, default=None)
        if best is not None:
            best.offers.add(best)
            self._lower(reach, best)
        return best

    def _lower(self, reach: Reach, block: _Block) -> None:
        levels = self._levels[reach.name]
        area = reach.storage.area_m2(levels[block.first + 1])
        drop_m = 0.0
        for step in range(block.first, len(levels) - 1):
            if step <= block.last:
                drop_m += block.volumes_m3[step - block.first] / area
            levels[step + 1] -= drop_m


def _lowest_yet(levels: list[float]) -> list[float]:
    """Of every level, the lowest from there on."""
    return list(accumulate(reversed(levels), min))[::-1]


@dataclass(frozen=True, slots=True)
class _Block:
    """One unit more from one step to another, at this price (yuan per m³), and what it takes in each."""

    price: float
    first: int
    last: int
    volumes_m3: tuple[float, ...]
    offers: _Offers

    @property
    def order(self) -> tuple[float, int]:
        """Cheapest first, then earliest."""
        return self.price, self.first


class _Offers:
    """What one more unit of a station costs and brings in each step, given what is booked of it."""

    def __init__(self, planner: _Planner, group: PumpGroup) -> None:
        self.station = group.station
        self.counts = planner.counts[group.station, "drain"]
        self._running = planner.now.stations.get(group.station, StationNow()).running
        self._start_yuan = planner.settings.start_yuan
        steps_s = planner.outlook.steps_s
        self._capacity = [planner.capacity(group, step) for step in range(planner.steps)]
        self._yuan = [planner.prices.unit_yuan(group, step) for step in range(planner.steps)]
        self._pumped = [group.unit_m3s * length for length in steps_s]
        gates = [gate.gate for gate in planner.network.gates if gate.station == group.station]
        flows = [planner.ahead.gravity_m3s[gate] for gate in gates]
        self._by_gravity = [sum(flow[step] for flow in flows) * steps_s[step] for step in range(planner.steps)]

    def add(self, block: _Block) -> None:
        """Book it."""
        for step in range(block.first, block.last + 1):
            self.counts[step] += 1

    def cheapest(self, spare_m3: list[float], wanted_m3: float) -> _Block | None:
        """The cheapest run of one more unit that keeps within what every step has to spare; no longer than wanted.

        The first unit of a station pays with what the gate beside it would have let out.
        """
        best: tuple[float, int, int] | None = None
        counts, last = self.counts, len(spare_m3) - 1
        for first in range(last, -1, -1):
            before = counts[first - 1] if first else self._running
            yuan = self._start_yuan if counts[first] >= before else 0.0
            taken = 0.0
            for step in range(first, last + 1):
                volume = self._volume(step)
                if volume is None or taken + volume > spare_m3[step]:
                    break
                taken += volume
                yuan += self._yuan[step]
                joins = step + 1 < len(counts) and counts[step + 1] > counts[step]
                price = (yuan - self._start_yuan * joins) / taken
                if best is None or price <= best[0]:
                    best = (price, first, step)
                if taken >= wanted_m3:
                    break
        if best is None:
            return None
        price, first, until = best
        return _Block(price, first, until, tuple(self._volume(step) or 0.0 for step in range(first, until + 1)), self)

    def _volume(self, step: int) -> float | None:
        count = self.counts[step]
        if count >= self._capacity[step]:
            return None
        if count:
            return self._pumped[step]
        volume = self._pumped[step] - self._by_gravity[step]
        return volume if volume > LEAST_SHARE * self._pumped[step] else None


def rest_of(reach: Reach, settings: RuleSettings) -> float:
    """Where a reach is brought back to when nothing presses (m)."""
    return settings.rest_m.get(reach.name, reach.warning_m - settings.rest_below_warning_m)
