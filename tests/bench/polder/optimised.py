"""The product's optimiser, put in charge of a polder case with the network's rules to fall back on."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.choosing import earlier_of_rules, weighed
from controller.logic.optimiser.optimise import optimise
from controller.logic.optimiser.problem import Problem
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.weighed import Weighed
from controller.logic.water_rules.inflow import WORTH_M3S
from controller.logic.water_rules.scene import NetworkNow
from controller.logic.water_rules.settings import RuleSettings
from controller.runtime.optimiser.highs import Highs
from tests.bench.polder.city import Case
from tests.bench.polder.plain import within_rules
from tests.bench.polder.ruled import ERROR_LEARNED, MEASURED_MIN, REPLAN_MIN, UTC_OFFSET, Ruled, settings_of
from tests.bench.polder.trial import Seen

TOLD_MIN = 60


class Optimised(Ruled):
    """Plans every ``REPLAN_MIN`` minutes; where its plan is none or worse, the rules decide until the next one."""

    def __init__(
        self, case: Case, settings: OptimiserSettings | None = None, rules: RuleSettings | None = None
    ) -> None:
        super().__init__(case, rules)
        # No proof: the programme of whole numbers takes its seconds and has not bettered a plan on this set.
        usual = OptimiserSettings(limit_s=3.0, prove_s=0.0, rules=rules or settings_of(case))
        self._optimiser = settings or usual
        self._solver = Highs()
        self._weighed: Weighed | None = None
        self.solve_s: list[float] = []
        self.handed_over = 0
        self.followed = 0
        self._told: list[Outlook] = []
        self._missed = 0.0

    def decide(self, seen: Seen, forecast: Outlook) -> tuple[list[int], list[bool]]:
        """Counts and gates of this minute."""
        counts, gates = super().decide(seen, forecast)
        self._told = [*self._told, forecast][-TOLD_MIN:]
        if seen.minute % REPLAN_MIN == 0:
            self._plan(forecast)
        plan = self._weighed
        if plan is None or plan.answer is None:
            return counts, gates
        counts = [
            within_rules(seen, number, round(plan.answer.counts[DeviceId(station.name)][0]))
            for number, station in enumerate(self._case.stations)
        ]
        return counts, [self._by_plan(number, seen, counts) for number in range(len(self._case.gates))]

    def _plan(self, forecast: Outlook) -> None:
        earlier = self._weighed.earlier if self._weighed else None
        problem = Problem(
            self._network,
            self._now(forecast),
            forecast,
            self._optimiser,
            forecast.start + UTC_OFFSET,
        )
        if earlier is None and self.advised.plan is not None:
            earlier = earlier_of_rules(problem, self.advised.plan)
        problem = replace(problem, earlier=earlier)
        answer = optimise(problem, self._solver)
        if answer is not None:
            self.solve_s.append(answer.seconds)
        self._weighed = weighed(problem, answer, self.advised.plan)
        self.handed_over += self._weighed.answer is None
        self.followed += self._weighed.answer is not None

    def _now(self, forecast: Outlook) -> NetworkNow:
        """What was measured, set against what was foretold for the same time and not for the time to come."""
        measured = self.now.inflow_m3s
        past = self._told[: -MEASURED_MIN // 4][-MEASURED_MIN:]
        if not measured or not past or not forecast.inflow_m3s:
            return replace(self.now, forecast_error=self._missed, inflow_m3s={})
        told = {name: fmean(one.inflow_m3s[name][0] for one in past) for name in measured}
        apart = sum(abs(measured[name] - told[name]) for name in told)
        whole = max(sum(measured.values()), sum(told.values()))
        if whole > WORTH_M3S * len(told):
            self._missed += ERROR_LEARNED * (apart / whole - self._missed)
        carried = {name: forecast.inflow_m3s[name][0] * measured[name] / max(told[name], 0.1) for name in told}
        return replace(self.now, inflow_m3s=carried, forecast_error=self._missed)

    def _by_plan(self, number: int, seen: Seen, counts: list[int]) -> bool:
        gate = self._case.gates[number]
        head = seen.levels_m[self._case.stations[gate.station].inner] - seen.river_m
        rules = self._optimiser.rules
        wide = head > rules.close_head_m if seen.open[number] else head >= rules.open_head_m
        still = counts[gate.station] == 0 and seen.running[gate.station] == 0
        answer = self._weighed.answer if self._weighed else None
        return wide and still and answer is not None and answer.by_gate[TargetId(gate.name)][0] > 0.5
