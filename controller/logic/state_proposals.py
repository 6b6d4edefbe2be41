"""What the rules would propose to declare: rain that fell or is foreseen, levels reached or foreseen, the tide.

Rain signals (FACTS): blue 50 mm in 12 h, yellow 50 mm in 6 h, orange 50 mm in 3 h, red 100 mm in 3 h. People declare;
nothing here sets anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from controller.domain.gauges import DatedLevel, Gauge
from controller.domain.operating import DisciplineName, OperatingState
from controller.logic.forecasts.past_error import ErrorFigure
from controller.logic.forecasts.rain_grades import RainLimit, expected
from controller.logic.forecasts.rain_record import RainRecord
from controller.logic.forecasts.series import Forecast, TideTable
from controller.logic.water_grades import Grade

HOUR_S = 3600.0
LEVEL_DEADBAND_M = 0.05
"""A level goes on proposing until it is this far below its limit, so that waves do not make it come and go."""


@dataclass(frozen=True, slots=True)
class RainRule:
    """``mm`` within ``within_s`` is this signal and proposes this state."""

    signal: str
    mm: float
    within_s: float
    state: OperatingState

    @property
    def limit(self) -> RainLimit:
        """The same as a grade's limit."""
        return RainLimit(Grade(self.signal), self.mm, self.within_s)


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A level at its gauge's ``limit`` (``warning`` or ``guarantee``) proposes this state."""

    limit: str
    state: OperatingState


@dataclass(frozen=True, slots=True)
class ProposalRules:
    """When which state is proposed, and for which disciplines."""

    rain: tuple[RainRule, ...] = (
        RainRule("blue", 50.0, 12 * HOUR_S, OperatingState.FLOOD_IV),
        RainRule("yellow", 50.0, 6 * HOUR_S, OperatingState.FLOOD_III),
        RainRule("orange", 50.0, 3 * HOUR_S, OperatingState.FLOOD_II),
        RainRule("red", 100.0, 3 * HOUR_S, OperatingState.FLOOD_I),
    )
    levels: tuple[LevelRule, ...] = (
        LevelRule("warning", OperatingState.FLOOD_IV),
        LevelRule("guarantee", OperatingState.FLOOD_II),
    )
    disciplines: tuple[DisciplineName, ...] = (DisciplineName.WATER, DisciplineName.LIGHTING)


class GroundKind(StrEnum):
    """What a proposal rests on. A failed station proposes nothing by itself: it makes what is proposed more urgent."""

    RAIN = "rain"
    RAIN_EXPECTED = "rain_expected"
    LEVEL = "level"
    LEVEL_EXPECTED = "level_expected"
    TIDE = "tide"
    STATION = "station"


@dataclass(frozen=True, slots=True)
class Advice:
    """One reading that proposes a state, in words."""

    state: OperatingState
    why_en: str
    why_zh: str
    kind: GroundKind = GroundKind.LEVEL


_SIGNALS_ZH = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}
_LIMITS_ZH = {"warning": "警戒水位", "guarantee": "保证水位"}


def rain_advice(gauge: Gauge, record: RainRecord, rules: Sequence[RainRule], now: datetime) -> list[Advice]:
    """The states this gauge's rain proposes."""
    found = []
    for rule in rules:
        mm = record.within(rule.within_s, now)
        if mm >= rule.mm:
            hours = rule.within_s / HOUR_S
            en = f"{gauge.name}: {mm:.0f} mm in {hours:g} h ({rule.signal} rain signal from {rule.mm:g} mm)"
            zh = f"{gauge.name}：{hours:g}小时{mm:.0f}毫米，达暴雨{_SIGNALS_ZH.get(rule.signal, rule.signal)}信号标准"
            found.append(Advice(rule.state, en, zh, GroundKind.RAIN))
    return found


def expected_advice(
    gauge: Gauge,
    record: RainRecord,
    forecast: Forecast,
    figure: ErrorFigure | None,
    rules: Sequence[RainRule],
    now: datetime,
) -> Iterator[Advice]:
    """The states this gauge's rain will propose, measured and foreseen together, as far as it does not yet.

    ``figure``: how wrong this source usually is, said along; None where nobody knows.
    """
    for rule in rules:
        found = expected(record, forecast, rule.limit, now)
        if found is None or record.within(rule.within_s, now) >= rule.mm:
            continue
        hours, age_h = rule.within_s / HOUR_S, (now - forecast.issued).total_seconds() / HOUR_S
        usual = "its usual error is not known yet" if figure is None else f"usually {figure.mae_mm:.0f} mm off"
        usual_zh = "误差尚无统计" if figure is None else f"通常误差{figure.mae_mm:.0f}毫米"
        en = (
            f"{gauge.name}: {found.mm:.0f} mm in {hours:g} h expected by {forecast.source}, issued {age_h:.1f} h ago, "
            f"{usual}; {found.measured_mm:.0f} mm of it fell ({rule.signal} rain signal from {rule.mm:g} mm)"
        )
        zh = (
            f"{gauge.name}：{forecast.source}预报{hours:g}小时{found.mm:.0f}毫米（已降{found.measured_mm:.0f}毫米，"
            f"{age_h:.1f}小时前发布，{usual_zh}），达暴雨{_SIGNALS_ZH.get(rule.signal, rule.signal)}信号标准"
        )
        yield Advice(rule.state, en, zh, GroundKind.RAIN_EXPECTED)


def level_advice(
    gauge: Gauge, level_m: float | None, rules: Iterable[LevelRule], standing: frozenset[OperatingState]
) -> list[Advice]:
    """The states this gauge's level proposes; ``standing``: those it proposed before. A level not GOOD changes none."""
    found = []
    for rule in rules:
        limit = _limit(gauge, rule)
        if limit is None:
            continue
        if level_m is None:
            if rule.state in standing:
                en = f"{gauge.name} was past its {rule.limit} level and cannot be read now"
                found.append(Advice(rule.state, en, f"{gauge.name}此前超{_LIMITS_ZH[rule.limit]}，目前读数不可用"))
            continue
        slack_m = LEVEL_DEADBAND_M if rule.state in standing else 0.0
        if level_m >= limit.value_m - slack_m:
            en = f"{gauge.name} stands at {level_m:.2f} m, {rule.limit} level {limit.value_m:.2f} m ({limit.datum})"
            zh = f"{gauge.name}水位{level_m:.2f}米，{_LIMITS_ZH[rule.limit]}{limit.value_m:.2f}米（{limit.datum}）"
            found.append(Advice(rule.state, en, zh))
    return found


def level_expected_advice(
    gauge: Gauge,
    ahead: Sequence[tuple[datetime, float]],
    level_m: float | None,
    rules: Iterable[LevelRule],
    now: datetime,
) -> Iterator[Advice]:
    """The states this gauge's level will propose, as the network's model foresees it (moment, m)."""
    for rule in rules:
        limit = _limit(gauge, rule)
        if limit is None or (level_m is not None and level_m >= limit.value_m):
            continue
        met = next(((at, level) for at, level in ahead if level >= limit.value_m), None)
        if met is not None:
            at, top = met[0].astimezone(now.tzinfo), max(level for _, level in ahead)
            en = (
                f"{gauge.name} is expected at its {rule.limit} level {limit.value_m:.2f} m ({limit.datum}) by "
                f"{at:%m-%d %H:%M}, {top:.2f} m at most, by the network model"
            )
            zh = (
                f"{gauge.name}预计{at:%m-%d %H:%M}达{_LIMITS_ZH[rule.limit]}{limit.value_m:.2f}米（{limit.datum}），"
                f"最高{top:.2f}米（模型预测）"
            )
            yield Advice(rule.state, en, zh, GroundKind.LEVEL_EXPECTED)


TIDE_AHEAD = timedelta(hours=12)
"""So far ahead a high water of the tide table proposes."""


def tide_advice(gauge: Gauge, table: TideTable, now: datetime, rules: Iterable[LevelRule]) -> Iterator[Advice]:
    """The states the next high water proposes where it passes the gauge's own levels."""
    high = table.next(now, high=True)
    if high is None or high.at > now + TIDE_AHEAD:
        return
    for rule in rules:
        limit = _limit(gauge, rule)
        if limit is not None and high.level_m >= limit.value_m:
            at = high.at.astimezone(now.tzinfo)
            en = (
                f"{gauge.name}: high water {high.level_m:.2f} m at {at:%m-%d %H:%M} in the tide table, "
                f"{rule.limit} level {limit.value_m:.2f} m ({limit.datum})"
            )
            zh = (
                f"{gauge.name}：潮汐表{at:%m-%d %H:%M}高潮{high.level_m:.2f}米，"
                f"{_LIMITS_ZH[rule.limit]}{limit.value_m:.2f}米（{limit.datum}）"
            )
            yield Advice(rule.state, en, zh, GroundKind.TIDE)


def _limit(gauge: Gauge, rule: LevelRule) -> DatedLevel | None:
    return gauge.warning if rule.limit == "warning" else gauge.guarantee
