"""Worked examples of what is told of the waters and of a what-if."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.hydraulics.views import (
    CourseView,
    EffortView,
    GaugeView,
    LevelView,
    NetworkView,
    OutsideView,
    ReachAheadView,
    ReachView,
    WhatIfView,
    WindowView,
)

NETWORK = NetworkView(
    at=NOW,
    datum="吴淞高程",
    reaches=(
        ReachView(
            reach="canal",
            title_zh="运河主城段",
            title_en="Grand Canal, city reach",
            level_m=2.31,
            sure_m=0.01,
            trust="measured",
            rise_m_h=0.09,
            inflow_m3s=291.0,
            residual_m3s=12.0,
            floor_m=0.9,
            warning_m=2.7,
            guarantee_m=3.2,
            to_warning_s=16_200.0,
            to_guarantee_s=None,
            gauges=(
                GaugeView("330105-LG-0001/level_m", 2.31),
                GaugeView("330102-PS-0001/inner_level_1_m", 2.02, "frozen", NOW - timedelta(minutes=20)),
            ),
            stations=("330102-PS-0001", "330102-PS-0002"),
        ),
    ),
    outside=(OutsideView("qiantang", "钱塘江", "Qiantang river", 3.42),),
    rain_en="rain forecast of the city weather office, 1.2 h old; band: its own past error",
    rain_zh="降雨预报 city weather office，1.2 小时前；区间按其历史误差",
    ahead_h=6.0,
)
_WITHOUT = CourseView(
    levels=(LevelView(2.31, 2.30, 2.32), LevelView(2.78, 2.61, 2.94)),
    peak_m=2.78,
    peak_s=21_600.0,
    above_warning_min=58.0,
    above_guarantee_min=0.0,
    to_warning_s=18_100.0,
    to_guarantee_s=None,
    soonest_warning_s=13_400.0,
    soonest_guarantee_s=None,
)
_WITH = CourseView(
    levels=(LevelView(2.31, 2.30, 2.32), LevelView(2.52, 2.36, 2.68)),
    peak_m=2.52,
    peak_s=21_600.0,
    above_warning_min=0.0,
    above_guarantee_min=0.0,
    to_warning_s=None,
    to_guarantee_s=None,
    soonest_warning_s=None,
    soonest_guarantee_s=None,
)
WHATIF = WhatIfView(
    at=NOW,
    hours=6.0,
    datum="吴淞高程",
    orders=("330102-PS-0001 count 3",),
    moments=(NOW, NOW + timedelta(hours=6)),
    reaches=(
        ReachAheadView(
            "canal", "运河主城段", "Grand Canal, city reach", 2.7, 3.2, 0.9, felt=True, without=_WITHOUT, with_it=_WITH
        ),
    ),
    without=EffortView(kwh=10_800.0, starts=1, pumped_m3=1_080_000.0, let_out_m3=0.0),
    with_it=EffortView(kwh=39_600.0, starts=3, pumped_m3=3_240_000.0, let_out_m3=0.0),
    windows=(WindowView("330102-PS-0003/G5", NOW + timedelta(hours=3), NOW + timedelta(hours=5)),),
    blocked_min={},
    rain_en=NETWORK.rain_en,
    rain_zh=NETWORK.rain_zh,
    text_en="Grand Canal, city reach -0.26 m at the end, peak 2.52 m; +28,800 kWh, +2 starts",
    text_zh="运河主城段期末 -0.26 m，峰值 2.52 m；电量 +28,800 kWh，启动 +2 次",
)
