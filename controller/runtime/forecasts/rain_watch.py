"""Rain measured at every rain gauge, kept over restarts; the signals it reaches, as alarms while they last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from controller.domain.clock import Clock
from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.points import DeviceId
from controller.logic.forecasts.rain_grades import SLACK_MM, RainLimit
from controller.logic.forecasts.rain_record import BIN_S, RainRecord, body_of, observe, record_of
from controller.logic.water_grades import Grade
from controller.runtime.alarms import AlarmBook
from controller.runtime.forecasts.records import RAIN
from controller.runtime.keeper import Keeper
from controller.runtime.table import ImageTable
from controller.settings.site import Site
from controller.store.changes import DropRecord, PutRecord
from controller.store.state import StoredState

CONDITIONS: Mapping[Grade, str] = {grade: f"rain_{grade.value}" for grade in Grade}


class RainWatch:
    """``look`` as often as one likes: a rate counts from one look to the next. Rain that fell is remembered a day."""

    def __init__(self, site: Site, *, table: ImageTable, clock: Clock, keeper: Keeper, alarms: AlarmBook) -> None:
        self._table, self._clock, self._keeper, self._alarms = table, clock, keeper, alarms
        self._records: dict[DeviceId, RainRecord] = {}
        self._kept_s: dict[DeviceId, float] = {}
        self._gauges: Sequence[Gauge] = ()
        self._limits: tuple[RainLimit, ...] = ()
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); rain already fallen is remembered. A gauge that is gone is forgotten."""
        self._gauges = [one for one in site.city.gauges.values() if one.kind is GaugeKind.RAIN]
        self._limits = tuple(rule.limit for rule in site.states.rules.rain)
        for gone in self._records.keys() - {gauge.id for gauge in self._gauges}:
            del self._records[gone]
            self._keeper.keep(DropRecord(RAIN, gone))

    def restore(self, stored: StoredState) -> None:
        """Rain that fell before a restart counts on; what fell meanwhile nobody knows."""
        known = {gauge.id for gauge in self._gauges}
        for gauge, body in stored.of(RAIN).items():
            if gauge in known:
                self._records[gauge] = record_of(body)

    def record(self, gauge: DeviceId) -> RainRecord:
        """What fell at a gauge; an empty record where nothing was ever measured."""
        return self._records.get(gauge, RainRecord())

    def rate(self, gauge: DeviceId) -> float | None:
        """The rain rate now (mm/h); None when it is not GOOD."""
        return self._table.view(gauge, self._clock.monotonic()).number("rain_mm_h")

    def look(self) -> None:
        """One look at every gauge."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        for gauge in self._gauges:
            record = observe(self.record(gauge.id), self.rate(gauge.id), now, now_s)
            self._records[gauge.id] = record
            self._keep(gauge.id, record, now_s)
            self._alarm(gauge, record)

    def _keep(self, gauge: DeviceId, record: RainRecord, now_s: float) -> None:
        if record.bins and now_s - self._kept_s.get(gauge, float("-inf")) >= BIN_S:
            self._kept_s[gauge] = now_s
            self._keeper.keep(PutRecord(RAIN, gauge, body_of(record)))

    def _alarm(self, gauge: Gauge, record: RainRecord) -> None:
        now = self._clock.now()
        for grade, limits in _by_grade(self._limits).items():
            sums = {limit: record.within(limit.within_s, now) for limit in limits}
            limit, mm = max(sums.items(), key=lambda one: one[1] - one[0].mm)
            condition = CONDITIONS[grade]
            stands = self._alarms.standing(gauge.id, condition)
            if mm >= limit.mm - (SLACK_MM if stands else 0.0):
                hours = limit.within_s / 3600
                text = f"{gauge.name}: {mm:.0f} mm in {hours:g} h, {grade.value} rain signal from {limit.mm:g} mm"
                text_zh = f"{gauge.name}{hours:g}小时雨量 {mm:.0f} 毫米，达到暴雨{grade.zh}信号标准 {limit.mm:g} 毫米"
                self._alarms.set(gauge.id, condition, text, grade.priority, text_zh=text_zh)
            else:
                self._alarms.clear(gauge.id, condition)


def _by_grade(limits: Iterable[RainLimit]) -> Mapping[Grade, list[RainLimit]]:
    found: dict[Grade, list[RainLimit]] = {}
    for limit in limits:
        found.setdefault(limit.grade, []).append(limit)
    return found
