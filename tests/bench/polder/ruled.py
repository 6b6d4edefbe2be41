"""The product's network rules, put in charge of a polder case as they are of the city's stations."""

from __future__ import annotations

from datetime import timedelta

from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.network import (
    Catchment,
    Channel,
    GravityGate,
    Network,
    Outside,
    PumpGroup,
    Reach,
    StorageCurve,
)
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.water_around import Guidance
from controller.logic.water_rules.applied import guided_count
from controller.logic.water_rules.guidance import Advised, advise
from controller.logic.water_rules.inflow import forecast_error
from controller.logic.water_rules.scene import NetworkNow, StationNow
from controller.logic.water_rules.settings import RuleSettings, TariffBand
from tests.bench.polder.city import RIVER, STEP_S, Case
from tests.bench.polder.plain import SPAN_M, START_ABOVE_M, STEP_M, within_rules
from tests.bench.polder.trial import Seen

UTC_OFFSET = timedelta(hours=8)
REPLAN_MIN = 15
MEASURED_MIN = 30
"""Over so long the inflow is measured: what the pools hold more, and what was let out."""

ERROR_LEARNED = 0.1
"""Of what each comparison of measured and foretold inflow says of the forecast's error, so much is taken over."""

TARIFF = (
    TariffBand(22, 8, 0.35),
    TariffBand(9, 12, 1.05),
    TariffBand(17, 21, 1.05),
)


def network_of(case: Case) -> Network:
    """The case in the product's words. A gate of ``k`` is one that is always drowned: k = 0.61·√(2·9.81)·area."""
    reaches = {
        pool.name: Reach(
            pool.name,
            pool.name,
            StorageCurve(((pool.floor_m - 2.0, pool.area_m2), (pool.guarantee_m + 2.0, pool.area_m2))),
            pool.floor_m,
            pool.warning_m,
            pool.guarantee_m,
        )
        for pool in case.pools
    }
    names = [pool.name for pool in case.pools]

    def water(number: int) -> str:
        return "river" if number == RIVER else names[number]

    return Network(
        "polder",
        reaches,
        {"river": Outside("river", "river")},
        tuple(Channel(names[link.a], names[link.b], link.k) for link in case.links),
        tuple(
            GravityGate(
                TargetId(gate.name),
                names[case.stations[gate.station].inner],
                "river",
                gate.k / (0.61 * (2 * 9.81) ** 0.5),
                1.0,
                -8.0,
                DeviceId(case.stations[gate.station].name),
            )
            for gate in case.gates
        ),
        tuple(
            PumpGroup(
                DeviceId(station.name),
                water(station.inner),
                water(station.outer),
                station.count,
                station.unit_m3s,
                station.kw,
                "drain",
                station.min_run_s,
                station.min_off_s,
                station.per_hour,
                station.head_m,
            )
            for station in case.stations
        ),
        tuple(
            Catchment(f"land-{number}", pool.name, DeviceId(""), 1.0, 1.0, 3600.0, 0.4)
            for number, pool in enumerate(case.pools)
        ),
    )


def settings_of(case: Case) -> RuleSettings:
    """Defaults, with the case's resting levels, tariff and price of a start."""
    return RuleSettings(
        rest_m={pool.name: pool.normal_m for pool in case.pools},
        tariff=TARIFF,
        start_yuan=case.prices.start,
        rated_head_of={DeviceId(station.name): station.head_m for station in case.stations},
    )


class Ruled:
    """Staged level control per station, guided by the network's rules every ``REPLAN_MIN`` minutes."""

    def __init__(self, case: Case, settings: RuleSettings | None = None) -> None:
        self._case = case
        self._network = network_of(case)
        self._settings = settings or settings_of(case)
        self._past: list[tuple[Seen, tuple[float, ...]]] = []
        self._error = 0.0
        self.advised = Advised({})
        self.now = NetworkNow({}, {}, {})

    def decide(self, seen: Seen, forecast: Outlook) -> tuple[list[int], list[bool]]:
        """Counts and gates of this minute."""
        self._past.append((seen, self._given_off(seen)))
        self._past = self._past[-MEASURED_MIN - 1 :]
        if seen.minute % REPLAN_MIN == 0:
            self.advised = self._advise(seen, forecast)
        counts = [self._count(number, seen) for number in range(len(self._case.stations))]
        gates = [self._gate(number, seen, counts) for number in range(len(self._case.gates))]
        return counts, gates

    def _advise(self, seen: Seen, forecast: Outlook) -> Advised:
        names = [pool.name for pool in self._case.pools]
        stations = {
            DeviceId(station.name): StationNow(
                seen.running[number], seen.may_start[number], seen.must_run[number], station.count
            )
            for number, station in enumerate(self._case.stations)
        }
        measured = self._measured()
        self._error += ERROR_LEARNED * (forecast_error(measured, forecast) - self._error)
        self.now = now = NetworkNow(
            dict(zip(names, seen.levels_m, strict=True)),
            {"river": seen.river_m},
            stations,
            inflow_m3s=measured,
            forecast_error=self._error,
        )
        return advise(self._network, now, forecast, self._settings, forecast.start + UTC_OFFSET)

    def _guidance(self, station: int) -> Guidance:
        advice = self.advised.advice.get(DeviceId(self._case.stations[station].name))
        return Guidance() if advice is None else advice.guidance

    def _count(self, number: int, seen: Seen) -> int:
        station = self._case.stations[number]
        pool = self._case.pools[station.inner]
        level = seen.levels_m[station.inner] - pool.normal_m
        running = seen.running[number]
        staged = running
        if running < station.count and level >= START_ABOVE_M + running * STEP_M:
            staged = running + 1
        elif running and level <= START_ABOVE_M + (running - 1) * STEP_M - SPAN_M:
            staged = running - 1
        return within_rules(
            seen,
            number,
            guided_count(staged, running, station.count, seen.levels_m[station.inner], self._guidance(number)),
        )

    def _gate(self, number: int, seen: Seen, counts: list[int]) -> bool:
        station = self._case.gates[number].station
        head = seen.levels_m[self._case.stations[station].inner] - seen.river_m
        wide = head > self._settings.close_head_m if seen.open[number] else head >= self._settings.open_head_m
        return wide and counts[station] == 0 and seen.running[station] == 0 and self._guidance(station).gravity

    def _given_off(self, seen: Seen) -> tuple[float, ...]:
        """What each pool gave off (m³/s, net of what other pools gave it)."""
        out = [0.0] * len(self._case.pools)
        for number, station in enumerate(self._case.stations):
            flow = seen.running[number] * station.unit_m3s
            out[station.inner] += flow
            if station.outer != RIVER:
                out[station.outer] -= flow
        for number, gate in enumerate(self._case.gates):
            inner = self._case.stations[gate.station].inner
            head = seen.levels_m[inner] - seen.river_m
            out[inner] += gate.k * max(0.0, head) ** 0.5 if seen.open[number] else 0.0
        for link in self._case.links:
            flow = link.k * (seen.levels_m[link.a] - seen.levels_m[link.b])
            out[link.a] += flow
            out[link.b] -= flow
        return tuple(out)

    def _measured(self) -> dict[str, float]:
        if len(self._past) <= MEASURED_MIN // 2:
            return {}
        first, last = self._past[0][0], self._past[-1][0]
        seconds = (last.minute - first.minute) * STEP_S
        found = {}
        for number, pool in enumerate(self._case.pools):
            gave = sum(out[number] for _, out in self._past[1:]) / (len(self._past) - 1)
            rise = (last.levels_m[number] - first.levels_m[number]) * pool.area_m2 / seconds
            found[pool.name] = max(0.0, rise + gave)
        return found
