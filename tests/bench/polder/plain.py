"""What the rules are measured against: staged hysteresis, gravity first, and the same lowered by a forecast."""

from __future__ import annotations

from controller.logic.hydraulics.outlook import Outlook
from tests.bench.polder.city import Case
from tests.bench.polder.trial import Seen

START_ABOVE_M, STEP_M, SPAN_M = 0.10, 0.10, 0.30
OPEN_HEAD_M, CLOSE_HEAD_M = 0.10, 0.05


def within_rules(seen: Seen, station: int, wanted: int) -> int:
    """The nearest count to what is wanted that the units' rules allow."""
    running = seen.running[station]
    return min(max(wanted, seen.must_run[station]), running + seen.may_start[station])


def gravity_first(case: Case, seen: Seen, gate: int) -> bool:
    """Whether the gate stands open by its head, with its hysteresis, and no unit beside it."""
    station = case.gates[gate].station
    head = seen.levels_m[case.stations[station].inner] - seen.river_m
    wide = head > CLOSE_HEAD_M if seen.open[gate] else head >= OPEN_HEAD_M
    return wide and seen.running[station] == 0


class Staged:
    """Hysteresis: unit n starts ``START_ABOVE_M`` + (n − 1)·``STEP_M`` above normal and stops ``SPAN_M`` below that.

    ``lowered`` moves everything down by so much while the forecast's next 12 h bring more than the pools can take.
    """

    def __init__(self, case: Case, lowered_m: float = 0.0) -> None:
        self._case = case
        self._lowered_m = lowered_m

    def decide(self, seen: Seen, forecast: Outlook) -> tuple[list[int], list[bool]]:
        """As the station's own level would have it."""
        case = self._case
        gates = [gravity_first(case, seen, number) for number in range(len(case.gates))]
        opened = {gate.station for number, gate in enumerate(case.gates) if gates[number]}
        counts = []
        for number, station in enumerate(case.stations):
            pool = case.pools[station.inner]
            level = seen.levels_m[station.inner] + self._lowering(number, forecast) - pool.normal_m
            count = seen.running[number]
            if count < station.count and level >= START_ABOVE_M + count * STEP_M:
                count += 1
            elif count and level <= START_ABOVE_M + (count - 1) * STEP_M - SPAN_M:
                count -= 1
            held = number in opened and level < pool.warning_m - pool.normal_m
            counts.append(within_rules(seen, number, 0 if held else count))
        gates = [wide and counts[case.gates[n].station] == 0 for n, wide in enumerate(gates)]
        return counts, gates

    def _lowering(self, number: int, forecast: Outlook) -> float:
        station = self._case.stations[number]
        pool = self._case.pools[station.inner]
        coming = forecast.inflow_m3s.get(pool.name)
        if not coming or not self._lowered_m:
            return 0.0
        hours12 = sum(flow * s for flow, s in zip(coming[:30], forecast.steps_s, strict=False))
        pumped = station.count * station.unit_m3s * 12 * 3600 * 0.5
        room = (pool.warning_m - pool.normal_m) * pool.area_m2
        return self._lowered_m if hours12 > room + pumped else 0.0
