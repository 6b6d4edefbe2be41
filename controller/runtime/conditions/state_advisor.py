"""The rules at work: which operating states readings and forecasts propose now. Shown and alarmed, never set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.operating import OperatingState
from controller.domain.points import DeviceId
from controller.domain.rights import Scope, ScopeKind
from controller.logic.forecasts.series import ForecastKind
from controller.logic.operating_states import LOWEST_RESPONSE, StateSpec
from controller.logic.state_proposals import (
    Advice,
    GroundKind,
    ProposalRules,
    expected_advice,
    level_advice,
    level_expected_advice,
    rain_advice,
    tide_advice,
)
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.conditions.failed_stations import failed_stations
from controller.runtime.conditions.views import Ground, ProposedState
from controller.runtime.forecasts.levels_ahead import LevelsAhead, NobodyKnows
from controller.runtime.forecasts.office import ForecastOffice
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable

PROPOSED = "state_proposed"
_LEVELS = (GaugeKind.LEVEL, GaugeKind.TIDE)
ERROR_LEAD_H = 3.0
"""A forecast's usual error is told for sums over so many hours: the time of the graver signals."""


class StateAdvisor:
    """Watches rain and level gauges and what is foreseen; the gravest advice of a division is proposed for it."""

    def __init__(
        self,
        city: City,
        specs: Mapping[OperatingState, StateSpec],
        rules: ProposalRules,
        *,
        table: ImageTable,
        clock: Clock,
        alarms: AlarmBook,
        foresight: ForecastOffice,
        local: LocalTime,
    ) -> None:
        self._table, self._clock, self._alarms, self._local = table, clock, alarms, local
        self._foresight = foresight
        self.levels: LevelsAhead = NobodyKnows()
        self._standing: dict[DeviceId, frozenset[OperatingState]] = {}
        self._proposed: dict[tuple[str, str], ProposedState] = {}
        self._alarmed: set[str] = set()
        self.adopt(city, specs, rules)

    def adopt(self, city: City, specs: Mapping[OperatingState, StateSpec], rules: ProposalRules) -> None:
        """Take a site over, also in place of another (reload)."""
        self._city, self._specs, self._rules = city, specs, rules

    def proposed(self) -> tuple[ProposedState, ...]:
        """What is proposed now."""
        return tuple(self._proposed.values())

    def gravity(self, state: OperatingState) -> int:
        """How grave a state is: 1 … 4, one more for a state that is no response."""
        response = self._specs[state].response
        return LOWEST_RESPONSE + 1 if response is None else response

    def look(self, *, settled: Callable[[ProposedState], bool]) -> None:
        """Work proposals out anew; one that nobody has declared or dismissed (``settled``) is alarmed."""
        self._foresight.rain.look()
        found: dict[str, list[tuple[Gauge, Advice]]] = {}
        for gauge in self._city.gauges.values():
            for advice in self._gravest(self._advice(gauge)):
                found.setdefault(gauge.division, []).append((gauge, advice))
        self._proposed = {
            (one.discipline, one.scope): one
            for division, told in found.items()
            for one in self._of_division(division, sorted(told, key=lambda one: self.gravity(one[1].state)))
        }
        self._alarm([one for one in self._proposed.values() if not settled(one)])

    # -- advice -------------------------------------------------------------------------------------------------

    def _advice(self, gauge: Gauge) -> Iterator[Advice]:
        if gauge.kind is GaugeKind.RAIN:
            yield from self._of_rain(gauge)
        elif gauge.kind in _LEVELS:
            yield from self._of_level(gauge)

    def _gravest(self, told: Iterator[Advice]) -> Iterator[Advice]:
        """The gravest of each kind: what reaches the red signal reaches the blue one too: no other ground."""
        found: dict[GroundKind, Advice] = {}
        for advice in told:
            best = found.get(advice.kind)
            if best is None or self.gravity(advice.state) < self.gravity(best.state):
                found[advice.kind] = advice
        yield from found.values()

    def _of_rain(self, gauge: Gauge) -> Iterator[Advice]:
        now, record = self._local.of(self._clock.now()), self._foresight.rain.record(gauge.id)
        yield from rain_advice(gauge, record, self._rules.rain, now)
        forecast = self._foresight.forecasts.current(ForecastKind.RAIN, gauge.id)
        if forecast is not None:
            figure = self._foresight.forecasts.error_figure(gauge.id, ERROR_LEAD_H)
            yield from expected_advice(gauge, record, forecast, figure, self._rules.rain, now)

    def _of_level(self, gauge: Gauge) -> Iterator[Advice]:
        now, rules = self._local.of(self._clock.now()), self._rules.levels
        level_m = self._table.view(gauge.id, self._clock.monotonic()).number("level_m")
        found = level_advice(gauge, level_m, rules, self._standing.get(gauge.id, frozenset()))
        self._standing[gauge.id] = frozenset(advice.state for advice in found)
        yield from found
        yield from level_expected_advice(gauge, self.levels.ahead(gauge.id), level_m, rules, now)
        table = self._foresight.forecasts.tide_table(gauge.id) if gauge.kind is GaugeKind.TIDE else None
        if table is not None and table.speaks_of(now):
            yield from tide_advice(gauge, table, now, rules)

    # -- proposals ----------------------------------------------------------------------------------------------

    def _of_division(self, division: str, told: list[tuple[Gauge, Advice]]) -> Iterator[ProposedState]:
        """``told``: the gravest first, it is what is proposed; everything else stands beside it."""
        gauge, advice = told[0]
        scope, spec = str(Scope(ScopeKind.DIVISION, division)), self._specs[advice.state]
        grounds = [Ground(one.kind.value, by.id, one.state.value, one.why_en, one.why_zh) for by, one in told]
        grounds += failed_stations(self._city, self._alarms, division)
        for discipline in self._rules.disciplines:
            before = self._proposed.get((discipline.value, scope))
            same = before is not None and before.state == advice.state.value
            yield ProposedState(
                discipline=discipline.value,
                scope=scope,
                state=advice.state.value,
                title_zh=spec.title_zh,
                title_en=spec.title_en,
                by=gauge.id,
                why_en=advice.why_en,
                why_zh=advice.why_zh,
                since=before.since if before is not None and same else self._clock.now(),
                grounds=tuple(grounds),
                may_declare_en=f"a duty officer for {scope} or the whole city",
                may_declare_zh=f"{scope} 或全市的值班长",
            )

    def _alarm(self, waiting: list[ProposedState]) -> None:
        sources = {one.scope for one in waiting}
        for gone in self._alarmed - sources:
            self._alarms.clear(gone, PROPOSED)
        for one in waiting:
            more, more_zh = _besides(one)
            text = f"{one.title_en} is proposed for {one.scope}: {one.why_en}{more}. Declare it or dismiss it"
            text_zh = f"建议对 {one.scope} 宣布{one.title_zh}：{one.why_zh}{more_zh}。须由人员决定"
            self._alarms.set(one.scope, PROPOSED, text, Priority.HIGH, text_zh=text_zh)
        self._alarmed = sources


def _besides(one: ProposedState) -> tuple[str, str]:
    count = len(one.grounds) - 1
    return (f" (and {count} more grounds)", f"（另有{count}项依据）") if count > 0 else ("", "")
