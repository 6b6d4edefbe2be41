"""On what an order is issued (依据): levels, tide, rain, response as they are known, with age and quality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from controller.domain.clock import Clock
from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.operating import DisciplineName
from controller.domain.points import DeviceId, Reading, TargetId, device_of
from controller.domain.quality import Quality
from controller.domain.stations import Station
from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.order import FromPlan, Ground, Task
from controller.logic.levels import inner_level
from controller.runtime.conditions.declarations import Declarations
from controller.runtime.forecasts.warning_views import RainWarning
from controller.runtime.forecasts.warnings_desk import WarningsDesk
from controller.runtime.gauge_exclusions.asked import NONE_EXCLUDED, Excluding
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable
from controller.runtime.tidal.desk import TideDesk
from controller.runtime.tidal.views import TidalWaterView
from controller.settings.site import Site

MOST = 16
"""A written order names what it stands on, not everything there is."""
HOURS = 3
_HIGH = {True: Words("高潮", "high water"), False: Words("低潮", "low water")}


class Grounds:
    """Takes down what is known now; decides nothing."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        table: ImageTable,
        warnings: WarningsDesk,
        tides: TideDesk,
        states: Declarations,
        local: LocalTime,
        excluded: Excluding = NONE_EXCLUDED,
    ) -> None:
        self._excluded = excluded
        self._clock, self._table, self._warnings = clock, table, warnings
        self._tides, self._states, self._local = tides, states, local
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site

    def of(self, task: Task, objects: Sequence[TargetId]) -> tuple[Ground, ...]:
        """The facts an order about these objects stands on, most telling first."""
        devices = tuple(dict.fromkeys(map(device_of, objects)))
        stations = [one for one in map(self._site.city.stations.get, devices) if one is not None]
        found = [
            *self._levels(stations),
            *(self._gauge(one) for one in self._gauges(task, stations)),
            *self.tide(devices),
            *self._rain(stations),
            *self._declared(devices),
        ]
        return tuple(found[:MOST])

    def tide(self, devices: Sequence[DeviceId]) -> list[Ground]:
        """The river outside these stations: its level, what may be believed of it, and what comes next."""
        waters = self._tides.show(lambda name: name in devices).waters
        return [self._water(one) for one in waters]

    # -- levels -------------------------------------------------------------------------------------------------

    def _levels(self, stations: Sequence[Station]) -> Iterator[Ground]:
        now_s = self._clock.monotonic()
        for station in stations:
            view = self._table.view(station.id, now_s)
            inner = inner_level(station, view, excluded=self._excluded.of(station.id)).reading
            yield self._level(f"{station.name}内水位", f"{station.name} inner level", inner)
            if station.outer_level:
                yield self._level(
                    f"{station.name}外水位", f"{station.name} outer level", view.read(station.outer_level)
                )

    def _gauges(self, task: Task, stations: Sequence[Station]) -> list[Gauge]:
        named = self._scope(task)
        network = self._site.network
        if network is not None:
            reaches = (network.reach_of(station.id) for station in stations)
            named += [point.partition("/")[0] for reach in reaches if reach is not None for point in reach.gauges]
        found = (self._site.city.gauges.get(name) for name in dict.fromkeys(named))
        return [one for one in found if one is not None and one.kind in (GaugeKind.LEVEL, GaugeKind.TIDE)]

    def _scope(self, task: Task) -> list[DeviceId]:
        plan = self._site.plans.get(task.plan) if isinstance(task, FromPlan) else None
        return [] if plan is None else list(plan.scope.values())

    def _gauge(self, gauge: Gauge) -> Ground:
        reading = self._table.view(gauge.id, self._clock.monotonic()).read("level_m")
        warning = gauge.warning
        zh, en = (
            ("", "") if warning is None else (f"（警戒 {warning.value_m:.2f}）", f" (warning {warning.value_m:.2f})")
        )
        return self._level(f"{gauge.name}水位{zh}", f"{gauge.name} level{en}", reading)

    def _level(self, zh: str, en: str, reading: Reading) -> Ground:
        value = f"{reading.value:.2f} m" if _is_number(reading.value) else "—"
        age_s = self._clock.monotonic() - reading.received_s
        known = reading.value is not None and age_s < 1e9
        return Ground(Words(f"{zh} {value}", f"{en} {value}"), _quality(reading), round(age_s, 1) if known else None)

    # -- tide, rain, response -----------------------------------------------------------------------------------

    def _water(self, one: TidalWaterView) -> Ground:
        level = "—" if one.level_m is None else f"{one.level_m:.2f} m"
        marks_zh = "，".join(f"{self._hour(m.at)}{_HIGH[m.high].zh} {m.level_m:.2f} m" for m in one.marks[:2])
        marks_en = ", ".join(f"{_HIGH[m.high].en} {m.level_m:.2f} m at {self._hour(m.at)}" for m in one.marks[:2])
        bores = [w.arrives for outfall in one.outfalls for w in outfall.windows]
        bore_zh = f"，涌潮 {self._hour(min(bores))}" if bores else ""
        bore_en = f", bore at {self._hour(min(bores))}" if bores else ""
        zh = f"{one.title_zh}潮位 {level}（{one.text_zh}）；{marks_zh or '无潮汐表'}{bore_zh}"
        en = f"{one.title_en} {level} ({one.text_en}); {marks_en or 'no tide table'}{bore_en}"
        return Ground(Words(zh, en), one.trust)

    def _rain(self, stations: Sequence[Station]) -> Iterator[Ground]:
        divisions = {station.division for station in stations}
        for one in self._warnings.view().rain:
            if one.division in divisions:
                yield _rain_ground(one)

    def _declared(self, devices: Sequence[DeviceId]) -> Iterator[Ground]:
        found = {one.id: one for device in devices for one in self._states.in_force(DisciplineName.WATER, device)}
        if not found:
            yield Ground(Words("未宣布应急响应", "no response is declared"))
        for one in found.values():
            until = self._hour(one.expires)
            zh = f"已宣布 {one.state.value}（{one.scope}，{one.by}，至 {until}）"
            yield Ground(Words(zh, f"declared: {one.state.value} in {one.scope} by {one.by} until {until}"))

    def _hour(self, at: datetime) -> str:
        return f"{self._local.of(at):%m-%d %H:%M}"


def _rain_ground(one: RainWarning) -> Ground:
    fallen = next((each for each in one.sums if each.hours == HOURS), None)
    fell = "—" if fallen is None or fallen.known <= 0.0 else f"{fallen.mm:.1f} mm"
    comes = "—" if one.next_6h_mm is None else f"{one.next_6h_mm:.1f} mm"
    age_s = None if one.forecast is None else one.forecast.age_s
    stale = "" if one.forecast is None or not one.forecast.stale else " stale"
    zh = f"{one.name} 前{HOURS}小时降雨 {fell}，预报后6小时 {comes}"
    return Ground(
        Words(zh, f"{one.name}: {fell} in {HOURS} h, {comes} foreseen in 6 h"), one.quality.lower() + stale, age_s
    )


def _quality(reading: Reading) -> str:
    word = reading.quality.name.lower()
    return word if reading.quality is Quality.GOOD else f"{word} ({reading.detail.value})"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
