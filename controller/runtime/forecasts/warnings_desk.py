"""Puts the duty officer's screen together: levels, rain, tide, forecasts, signals and what is proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from controller.domain.clock import Clock
from controller.domain.gauges import GaugeKind
from controller.domain.points import DeviceId
from controller.logic.forecasts.danger import Danger
from controller.logic.forecasts.places import ForecastPlace
from controller.logic.forecasts.series import ForecastKind
from controller.logic.tidal.table import level_at
from controller.runtime.conditions.declarations import Declarations
from controller.runtime.conditions.views import ProposedState
from controller.runtime.forecasts.levels_ahead import LevelsAhead
from controller.runtime.forecasts.office import ForecastOffice
from controller.runtime.forecasts.rain_signals import RainSignals
from controller.runtime.forecasts.showing import table_view
from controller.runtime.forecasts.warning_lines import LevelLine, RainLine
from controller.runtime.forecasts.warning_views import (
    LevelWarning,
    RainSignalView,
    RainWarning,
    TideWarning,
    WarningsView,
)
from controller.runtime.table import ImageTable
from controller.settings.site import Site

APART_S = 26 * 3600.0
_LEVELS = (GaugeKind.LEVEL, GaugeKind.TIDE)
_COLOURS = ("", "blue", "yellow", "orange", "red")


class WarningsDesk:
    """Answers from memory. ``rate`` tells how fast a gauge's level rises (m/h), ``levels`` where it will go."""

    def __init__(
        self,
        site: Site,
        *,
        office: ForecastOffice,
        table: ImageTable,
        clock: Clock,
        rate: Callable[[DeviceId], float | None],
        levels: Callable[[], LevelsAhead],
        signals: RainSignals,
        states: Declarations,
    ) -> None:
        self._office, self._table, self._clock = office, table, clock
        self._rate, self._levels, self._signals, self._states = rate, levels, signals, states
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site

    def view(self, sees: Callable[[str], bool] = lambda _: True) -> WarningsView:
        """What holds now, of the gauges the caller may see; the gravest first."""
        gauges = [one for one in self._site.city.gauges.values() if sees(one.id)]
        levels = [self._level(one.id) for one in gauges if one.kind in _LEVELS]
        rain = [self._rain(one.id) for one in gauges if one.kind is GaugeKind.RAIN]
        levels.sort(key=_by_danger)
        rain.sort(key=_by_rain)
        proposed = tuple(_as_seen(one, sees) for one in self._states.proposed())
        en, zh = _headline(levels, rain, proposed)
        return WarningsView(
            now=self._clock.now().astimezone(UTC),
            text_en=en,
            text_zh=zh,
            levels=tuple(levels),
            rain=tuple(rain),
            tides=tuple(self._tides(sees)),
            signals=tuple(self._standing()),
            proposed=proposed,
            dismissed=self._states.dismissed(),
            stale_after_s=self._office.forecasts.settings.stale_after.total_seconds(),
        )

    def _level(self, gauge: DeviceId) -> LevelWarning:
        now, now_s = self._clock.now(), self._clock.monotonic()
        rules = self._site.alarms.levels.get(gauge)
        ahead = self._levels().ahead(gauge)
        line = LevelLine(self._site.city.gauges[gauge], self._table.view(gauge, now_s), rules, self._rate(gauge), ahead)
        return line.warning(now)

    def _rain(self, gauge: DeviceId) -> RainWarning:
        rules = tuple(rule.limit for rule in self._site.states.rules.rain)
        line = RainLine(self._site.city.gauges[gauge], self._office, self._table, self._clock, rules)
        return line.warning(self._signals.at(gauge) or "")

    def _tides(self, sees: Callable[[str], bool]) -> Iterator[TideWarning]:
        forecasts = self._office.forecasts
        for place in forecasts.settings.places.of(ForecastKind.TIDE):
            table = forecasts.shelf.table(place.name, self._clock.now())
            if table is None or (place.gauge and not sees(place.gauge)):
                continue
            now = self._clock.now()
            seen, level_m, table_m = table_view(table, place, now), self._measured(place), level_at(table, now, APART_S)
            yield TideWarning(
                of=place.name,
                name=place.title,
                level_m=level_m,
                table_m=None if table_m is None else round(table_m, 3),
                off_m=None if table_m is None or level_m is None else round(level_m - table_m, 3),
                next_high=seen.next_high,
                next_low=seen.next_low,
                next_bore=seen.next_bore,
                source=table.source,
                issued=seen.issued,
                ends=seen.ends,
                speaks=seen.speaks,
            )

    def _measured(self, place: ForecastPlace) -> float | None:
        return self._table.view(place.gauge, self._clock.monotonic()).number("level_m") if place.gauge else None

    def _standing(self) -> Iterator[RainSignalView]:
        for one in self._signals.standing():
            expires: datetime = one.expires.astimezone(UTC)
            yield RainSignalView(one.id, one.colour, one.scope, one.by, one.reason, expires)


def _by_danger(one: LevelWarning) -> tuple[int, float, str]:
    return -Danger[one.danger.upper()], one.below_warning_m if one.below_warning_m is not None else 99.0, one.gauge


def _by_rain(one: RainWarning) -> tuple[int, int, float, str]:
    mm = next((each.mm for each in one.sums if each.hours == 3), 0.0)
    return -_COLOURS.index(one.grade), -_COLOURS.index(one.expected_grade), -mm, one.gauge


def _as_seen(one: ProposedState, sees: Callable[[str], bool]) -> ProposedState:
    """Its grounds of what the caller may see; what is proposed is everybody's to know."""
    return replace(one, grounds=tuple(ground for ground in one.grounds if sees(ground.by)))


def _headline(
    levels: list[LevelWarning], rain: list[RainWarning], proposed: tuple[ProposedState, ...]
) -> tuple[str, str]:
    at = {word: sum(one.danger in words for one in levels) for word, words in _WORDS.items()}
    wet = sum(bool(one.grade or one.expected_grade) for one in rain)
    parts = [
        (f"{at['guarantee']} gauges at their guarantee level", f"{at['guarantee']} 处达保证水位", at["guarantee"]),
        (f"{at['warning']} at their warning level", f"{at['warning']} 处达警戒水位", at["warning"]),
        (f"{at['soon']} will be within hours", f"{at['soon']} 处数小时内将达", at["soon"]),
        (f"{at['unknown']} cannot be read", f"{at['unknown']} 处水位不明", at["unknown"]),
        (f"{wet} rain gauges at or near a signal", f"{wet} 处雨量达到或将达信号标准", wet),
        (f"{len(proposed)} states proposed", f"{len(proposed)} 项响应建议待决定", len(proposed)),
    ]
    said = [(en, zh) for en, zh, count in parts if count]
    if not said:
        return "no gauge is at or near a limit", "各站水位、雨量均低于预警线"
    return "; ".join(en for en, _ in said), "；".join(zh for _, zh in said)


_WORDS = {
    "guarantee": ("guarantee",),
    "warning": ("warning", "guarantee_soon"),
    "soon": ("soon", "later"),
    "unknown": ("unknown",),
}
