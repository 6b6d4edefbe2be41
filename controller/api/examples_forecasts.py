"""Worked examples of what is told of forecasts and warnings."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.api.examples_site import PROPOSED_STATE
from controller.runtime.conditions.views import DismissedState, SiteReceipt
from controller.runtime.forecasts.views import (
    ErrorView,
    ForecastReceipt,
    ForecastsView,
    ForecastView,
    RainSeries,
    SeriesStep,
    TakenForecast,
    TideTableView,
)
from controller.runtime.forecasts.warning_views import (
    LevelWarning,
    RainSignalView,
    RainSum,
    RainWarning,
    TideWarning,
    WarningsView,
)

_HOUR = timedelta(hours=1)
FORECAST = ForecastView(
    kind="rain",
    of="330106-RG-0001",
    title="西湖雨量站",
    gauge="330106-RG-0001",
    source="meteo",
    issued=NOW - 2 * _HOUR,
    age_s=7200.0,
    begins=NOW - 2 * _HOUR,
    ends=NOW + 22 * _HOUR,
    stale=False,
    used=True,
    next_mm=((1, 4.5), (3, 22.0), (6, 41.0)),
    errors=(ErrorView(6, 14, 40, 3.2, 7.9, 1.18),),
)
TABLE = TideTableView(
    of="330102-TG-0001",
    title="钱塘江潮位站",
    gauge="330102-TG-0001",
    source="tide-office",
    issued=NOW - timedelta(days=20),
    begins=NOW - timedelta(days=12),
    ends=NOW + timedelta(days=18),
    speaks=True,
    next_high=(NOW + 5 * _HOUR, 4.1),
    next_low=(NOW + 11 * _HOUR, 1.2),
    next_bore=NOW + 4 * _HOUR,
)
FORECASTS = ForecastsView(43_200.0, (FORECAST,), (TABLE,), "1 forecasts are in use", "1 份预报在用")
SERIES = RainSeries(
    of="330106-RG-0001",
    title="西湖雨量站",
    gauge="330106-RG-0001",
    measured=(SeriesStep(NOW - timedelta(minutes=10), NOW, 6.0),),
    foreseen=(SeriesStep(NOW, NOW + _HOUR, 4.5),),
    source="meteo",
    issued=NOW - 2 * _HOUR,
)
TAKEN = ForecastReceipt(
    True,
    "",
    "1 in use, 0 older (replacing nothing), 0 known already",
    "启用 1 份，较旧 0 份（不替换），已有 0 份",
    (TakenForecast("rain", "330106-RG-0001", "meteo", NOW - 2 * _HOUR, "current"),),
)
NOT_TAKEN = ForecastReceipt(
    False, "NO_EVIDENCE", "nothing was taken: the journal cannot be written", "未接收：日志无法写入"
)
DISMISSED = SiteReceipt(
    True, "", "flood response IV for city is not proposed any more until its grounds change", "建议已搁置", ""
)
NOT_DISMISSED = SiteReceipt(False, "NO_ACCESS_AUTHORITY", "only a person dismisses what is proposed", "须由人员决定")
WARNINGS = WarningsView(
    now=NOW,
    text_en="1 at their warning level; 1 rain gauges at or near a signal; 1 states proposed",
    text_zh="1 处达警戒水位；1 处雨量达到或将达信号标准；1 项响应建议待决定",
    levels=(
        LevelWarning(
            gauge="330105-LG-0001",
            name="拱宸桥水位站",
            division="330105",
            kind="level",
            danger="warning",
            level_m=2.83,
            quality="GOOD",
            datum="吴淞高程",
            warning_m=2.70,
            guarantee_m=3.20,
            below_warning_m=-0.13,
            grade="yellow",
            rate_m_per_h=0.12,
            to_warning_s=0.0,
            to_guarantee_s=11_100.0,
            expected_top_m=3.05,
            expected_top_at=NOW + 4 * _HOUR,
            expected_to_warning_s=0.0,
        ),
    ),
    rain=(
        RainWarning(
            gauge="330106-RG-0001",
            name="西湖雨量站",
            division="330106",
            rate_mm_h=12.0,
            quality="GOOD",
            sums=(RainSum(1, 9.5, 1.0), RainSum(3, 31.0, 1.0), RainSum(6, 44.0, 1.0), RainSum(24, 46.0, 0.92)),
            expected_grade="yellow",
            expected_mm=63.0,
            expected_by=NOW + 2 * _HOUR,
            signal="blue",
            next_6h_mm=41.0,
            usual_low_mm=29.9,
            usual_high_mm=45.7,
            forecast=FORECAST,
        ),
    ),
    tides=(
        TideWarning(
            of="330102-TG-0001",
            name="钱塘江潮位站",
            level_m=2.4,
            table_m=2.31,
            off_m=0.09,
            next_high=(NOW + 5 * _HOUR, 4.1),
            next_low=(NOW + 11 * _HOUR, 1.2),
            next_bore=NOW + 4 * _HOUR,
            source="tide-office",
            issued=NOW - timedelta(days=20),
            ends=NOW + timedelta(days=18),
            speaks=True,
        ),
    ),
    signals=(RainSignalView("4be1907c", "blue", "city", "meteo", "signal no. 7", NOW + 3 * _HOUR),),
    proposed=(PROPOSED_STATE,),
    dismissed=(
        DismissedState(
            "water", "division:330105", "flood_iv", "防汛Ⅳ级应急响应", "flood response IV", "zhang", "false gauge", NOW
        ),
    ),
    stale_after_s=43_200.0,
)
