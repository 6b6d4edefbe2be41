"""The rules at work: which operating states readings propose now. Shown and alarmed, never set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from controller.domain.assets import City, Gauge, GaugeKind
from controller.domain.clock import Clock
from controller.domain.operating import OperatingState
from controller.domain.points import DeviceId
from controller.domain.rights import Scope, ScopeKind
from controller.logic.operating_states import LOWEST_RESPONSE, StateSpec
from controller.logic.state_proposals import (
    BUCKET_S,
    Advice,
    ProposalRules,
    RainMemory,
    level_advice,
    observe_rain,
    rain_advice,
)
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.conditions.views import ProposedState
from controller.runtime.keeper import Keeper
from controller.runtime.table import ImageTable
from controller.store.changes import PutRecord
from controller.store.state import StoredState

RAIN = "rain"
PROPOSED = "state_proposed"
_LEVELS = (GaugeKind.LEVEL, GaugeKind.TIDE)


class StateAdvisor:
    """Watches rain and level gauges; the gravest advice of a division is proposed for it."""

    def __init__(
        self,
        city: City,
        specs: Mapping[OperatingState, StateSpec],
        rules: ProposalRules,
        *,
        table: ImageTable,
        clock: Clock,
        keeper: Keeper,
        alarms: AlarmBook,
    ) -> None:
        self._table = table
        self._clock = clock
        self._keeper = keeper
        self._alarms = alarms
        self._rain: dict[DeviceId, RainMemory] = {}
        self._kept_s: dict[DeviceId, float] = {}
        self._standing: dict[DeviceId, frozenset[OperatingState]] = {}
        self._proposed: dict[tuple[str, str], ProposedState] = {}
        self._alarmed: set[str] = set()
        self.adopt(city, specs, rules)

    def adopt(self, city: City, specs: Mapping[OperatingState, StateSpec], rules: ProposalRules) -> None:
        """Take a site over, also in place of another (reload); rain already fallen is remembered."""
        self._city, self._specs, self._rules = city, specs, rules

    def restore(self, stored: StoredState) -> None:
        """Rain that fell before a restart counts on."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        for gauge, body in stored.of(RAIN).items():
            pieces = tuple(
                (now_s - (wall - datetime.fromisoformat(at)).total_seconds(), float(mm)) for at, mm in body["pieces"]
            )
            self._rain[gauge] = RainMemory(pieces)

    def proposed(self) -> tuple[ProposedState, ...]:
        """What is proposed now."""
        return tuple(self._proposed.values())

    def look(self, *, declared: Callable[[ProposedState], bool]) -> None:
        """Work proposals out anew; one that nobody has ``declared`` yet is alarmed."""
        now_s = self._clock.monotonic()
        gravest: dict[str, tuple[Gauge, Advice]] = {}
        for gauge in self._city.gauges.values():
            for advice in self._advice(gauge, now_s):
                best = gravest.get(gauge.division)
                if best is None or self._gravity(advice) < self._gravity(best[1]):
                    gravest[gauge.division] = (gauge, advice)
        self._proposed = {
            key: one
            for division, (gauge, advice) in gravest.items()
            for key, one in self._as_proposed(division, gauge, advice)
        }
        self._alarm([one for one in self._proposed.values() if not declared(one)])

    def _advice(self, gauge: Gauge, now_s: float) -> list[Advice]:
        view = self._table.view(gauge.id, now_s)
        if gauge.kind is GaugeKind.RAIN:
            memory = observe_rain(
                self._rain.get(gauge.id, RainMemory()), view.number("rain_mm_h"), now_s, self._rules.longest_s
            )
            self._rain[gauge.id] = memory
            self._keep(gauge.id, memory, now_s)
            return rain_advice(gauge, memory, self._rules.rain, now_s)
        if gauge.kind in _LEVELS:
            standing = self._standing.get(gauge.id, frozenset())
            found = level_advice(gauge, view.number("level_m"), self._rules.levels, standing)
            self._standing[gauge.id] = frozenset(advice.state for advice in found)
            return found
        return []

    def _keep(self, gauge: DeviceId, memory: RainMemory, now_s: float) -> None:
        if now_s - self._kept_s.get(gauge, float("-inf")) < BUCKET_S or not memory.pieces:
            return
        self._kept_s[gauge] = now_s
        wall = self._clock.now()
        pieces = [[(wall - timedelta(seconds=now_s - at_s)).isoformat(), mm] for at_s, mm in memory.pieces]
        self._keeper.keep(PutRecord(RAIN, gauge, {"pieces": pieces}))

    def _gravity(self, advice: Advice) -> int:
        response = self._specs[advice.state].response
        return LOWEST_RESPONSE + 1 if response is None else response

    def _as_proposed(self, division: str, gauge: Gauge, advice: Advice) -> list[tuple[tuple[str, str], ProposedState]]:
        scope = str(Scope(ScopeKind.DIVISION, division))
        spec = self._specs[advice.state]
        found = []
        for discipline in self._rules.disciplines:
            key = (discipline.value, scope)
            before = self._proposed.get(key)
            since = before.since if before is not None and before.state == advice.state.value else self._clock.now()
            found.append(
                (
                    key,
                    ProposedState(
                        discipline.value,
                        scope,
                        advice.state.value,
                        spec.title_zh,
                        spec.title_en,
                        gauge.id,
                        advice.why_en,
                        advice.why_zh,
                        since,
                    ),
                )
            )
        return found

    def _alarm(self, waiting: list[ProposedState]) -> None:
        sources = {one.scope for one in waiting}
        for gone in self._alarmed - sources:
            self._alarms.clear(gone, PROPOSED)
        for one in waiting:
            text = f"{one.title_en} is proposed for {one.scope}: {one.why_en}. Declare it or leave it"
            text_zh = f"建议对 {one.scope} 宣布{one.title_zh}：{one.why_zh}。须由人员决定"
            self._alarms.set(one.scope, PROPOSED, text, Priority.HIGH, text_zh=text_zh)
        self._alarmed = sources
