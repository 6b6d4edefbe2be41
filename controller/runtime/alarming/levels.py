"""Water levels past their grades, rising fast, or soon at their red: said while they last, from GOOD values only."""

from __future__ import annotations

from collections.abc import Container, Mapping

from controller.domain.clock import Clock
from controller.domain.gauges import Gauge
from controller.domain.points import DeviceId
from controller.logic.water_grades import (
    GaugeRules,
    Grade,
    GradeLimit,
    RiseRule,
    Sample,
    rise_m_per_h,
    time_to_s,
    within,
)
from controller.runtime.alarming.alarm import Priority
from controller.runtime.alarming.book import AlarmBook
from controller.runtime.table import ImageTable

SAMPLES_IN_WINDOW = 30
"""The trend is drawn from at most about this many samples: one is taken every 1/30 of its window."""
SOON_ENDS = 1.25
"""``limit_soon`` is over once the red level is this much further away than the time it is announced within."""

CONDITIONS = (*(grade.condition for grade in Grade), "fast_rise", "limit_soon", "level_unknown")


class LevelWatch:
    """Looks at the gauges that have grades. A level that cannot be read begins and ends nothing."""

    def __init__(self, table: ImageTable, alarms: AlarmBook, clock: Clock) -> None:
        self._table = table
        self._alarms = alarms
        self._clock = clock
        self._samples: dict[DeviceId, tuple[Sample, ...]] = {}
        self._gauges: Mapping[DeviceId, Gauge] = {}
        self._rules: Mapping[DeviceId, GaugeRules] = {}

    def adopt(self, gauges: Mapping[DeviceId, Gauge], rules: Mapping[DeviceId, GaugeRules]) -> None:
        """Take a site over (reload). What a gauge is no longer watched for is cleared."""
        self._gauges = {name: gauge for name, gauge in gauges.items() if name in rules}
        self._rules = rules
        self._samples = {name: samples for name, samples in self._samples.items() if name in self._gauges}
        for name in gauges:
            self._forget(name, rules.get(name, GaugeRules()))

    def sweep(self, unmet: Container[DeviceId]) -> None:
        """Look at every gauge but those nobody has heard of yet: trends need values also while nothing changes."""
        for name in self._gauges:
            if name not in unmet:
                self.look(name)

    def look(self, name: DeviceId) -> None:
        """Look at one gauge; one without grades is passed over."""
        gauge = self._gauges.get(name)
        if gauge is None:
            return
        rules, now_s = self._rules[name], self._clock.monotonic()
        level_m = self._table.view(name, now_s).number("level_m")
        if level_m is None:
            text = f"the level of {gauge.name} cannot be trusted now: its grades and its trend are not watched"
            text_zh = f"{gauge.name}水位不可信，分级告警与涨率暂停判断"
            self._alarms.set(name, "level_unknown", text, Priority.MEDIUM, text_zh=text_zh)
            return
        self._alarms.clear(name, "level_unknown")
        rate = None if rules.rise is None else self._rate(name, rules.rise, Sample(now_s, level_m))
        for limit in reversed(rules.limits):
            self._grade(gauge, limit, level_m, rate, rules)
        if rules.rise is not None:
            self._rise(gauge, rules.rise, rate)
            self._soon(gauge, rules, rules.rise, level_m, rate)

    def rate(self, name: DeviceId) -> float | None:
        """How fast the level rises now (m/h; negative: it falls); None while nobody can say."""
        rules = self._rules.get(name)
        if rules is None or rules.rise is None:
            return None
        samples = within(self._samples.get(name, ()), self._clock.monotonic(), rules.rise.window_s)
        return rise_m_per_h(samples, rules.rise.window_s)

    def _rate(self, name: DeviceId, rule: RiseRule, now: Sample) -> float | None:
        samples = within(self._samples.get(name, ()), now.s, rule.window_s)
        if not samples or now.s - samples[-1].s >= rule.window_s / SAMPLES_IN_WINDOW:
            samples = (*samples, now)
        self._samples[name] = samples
        return rise_m_per_h(samples, rule.window_s)

    def _grade(self, gauge: Gauge, limit: GradeLimit, level_m: float, rate: float | None, rules: GaugeRules) -> None:
        grade = limit.grade
        text = (
            f"{gauge.name} stands at {level_m:.2f} m, {grade.value} from {limit.level_m:.2f} m "
            f"({limit.of}, {limit.datum}){_going(level_m, rate, rules)}"
        )
        text_zh = f"{gauge.name}水位 {level_m:.2f} m，达到{grade.zh}警戒线 {limit.level_m:.2f} m（{limit.datum}）"
        self._alarms.above(gauge.id, grade.condition, level_m, limit.level_m, text, grade.priority, text_zh=text_zh)

    def _rise(self, gauge: Gauge, rule: RiseRule, rate: float | None) -> None:
        if rule.fast_m_per_h is None or rate is None:
            return
        minutes = rule.window_s / 60
        text = f"{gauge.name} rises {rate:.2f} m/h over {minutes:g} min (fast from {rule.fast_m_per_h:.2f} m/h)"
        text_zh = f"{gauge.name}水位 {minutes:g} 分钟涨率 {rate:.2f} m/h"
        self._alarms.above(gauge.id, "fast_rise", rate, rule.fast_m_per_h, text, Priority.HIGH, text_zh=text_zh)

    def _soon(self, gauge: Gauge, rules: GaugeRules, rule: RiseRule, level_m: float, rate: float | None) -> None:
        red = rules.limit(Grade.RED)
        if red is None or rule.soon_s is None or rate is None:
            return
        left_s = time_to_s(level_m, red.level_m, rate)
        if left_s is not None and 0.0 < left_s <= rule.soon_s:
            minutes = left_s / 60
            text = (
                f"{gauge.name} at {level_m:.2f} m rises {rate:.2f} m/h: its red level {red.level_m:.2f} m "
                f"({red.datum}) in about {minutes:.0f} min"
            )
            text_zh = f"{gauge.name}按当前涨率约 {minutes:.0f} 分钟后达到红色警戒线 {red.level_m:.2f} m（{red.datum}）"
            self._alarms.set(gauge.id, "limit_soon", text, Priority.HIGH, text_zh=text_zh)
        elif left_s is None or left_s == 0.0 or left_s > SOON_ENDS * rule.soon_s:
            self._alarms.clear(gauge.id, "limit_soon")

    def _forget(self, name: DeviceId, rules: GaugeRules) -> None:
        kept = {limit.grade.condition for limit in rules.limits} | ({"level_unknown"} if rules.limits else set())
        if rules.rise is not None and rules.rise.fast_m_per_h is not None:
            kept.add("fast_rise")
        if rules.rise is not None and rules.rise.soon_s is not None and rules.limit(Grade.RED) is not None:
            kept.add("limit_soon")
        for condition in CONDITIONS:
            if condition not in kept:
                self._alarms.clear(name, condition)


def _going(level_m: float, rate: float | None, rules: GaugeRules) -> str:
    """How the level moves, and what it meets next, as the end of a sentence."""
    if rate is None or abs(rate) < 0.005:
        return ""
    if rate < 0.0:
        return f"; falls {-rate:.2f} m/h"
    ahead = rules.above(level_m)
    left_s = None if ahead is None else time_to_s(level_m, ahead.level_m, rate)
    met = "" if ahead is None or left_s is None else f", {ahead.grade.value} in about {left_s / 60:.0f} min"
    return f"; rises {rate:.2f} m/h{met}"
