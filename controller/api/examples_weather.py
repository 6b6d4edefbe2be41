"""Worked examples of what is told of weather, photocells and tonight."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.daylight.tonight_views import (
    ExceptionLine,
    SpellLine,
    TonightLine,
    TonightView,
    WindowLine,
)
from controller.runtime.daylight.views import (
    AreaView,
    BandView,
    SensorView,
    SignalKindView,
    SignalView,
    WeatherView,
)

_NO = "NO_EVIDENCE"
SIGNAL = SignalView(
    id="4be1907c",
    kind="rainstorm",
    title_zh="暴雨",
    title_en="rainstorm",
    colour="orange",
    scope="division:330106",
    by="zhang",
    reason="city weather office, orange signal no. 7",
    set_at=NOW,
    expires=NOW + timedelta(hours=3),
    remaining_s=10_800.0,
    lights=98,
)
WEATHER = WeatherView(
    signals=(SIGNAL,),
    kinds=(SignalKindView("rainstorm", "暴雨", "rainstorm", "orange", 10_800.0, 43_200.0),),
    areas=(
        AreaView(
            id="xihu",
            title_zh="西湖区",
            title_en="Xihu",
            scopes=("division:330106",),
            lux=24.0,
            trust="full",
            text_en="their median decides",
            text_zh="取中位数",
            sensors=(SensorView("330106-LC-0001/photocell_lux", 24.0),),
            bands=(BandView(30.0, 40.0, "dark", NOW),),
        ),
    ),
)
SET = SiteReceipt(
    True, "", "rainstorm orange stands for division:330106: 98 lights go on", "已设暴雨橙色信号", "4be1907c"
)
NOT_SET = SiteReceipt(False, _NO, "nothing was done: the journal cannot be written", "未执行：日志无法写入")
TONIGHT = TonightView(
    scope="division:330106",
    night="2026-06-21",
    mode="ordinary",
    mode_zh="平日",
    rules=(),
    now=NOW,
    lights=98,
    lamps=784,
    rated_kw=94.1,
    planned_light_h=940.0,
    planned_kwh=702.0,
    lines=(
        TonightLine(
            first=NOW,
            last=NOW + timedelta(minutes=1),
            to="on",
            lights=98,
            lamps=784,
            kw_step=94.1,
            light_class="road",
            cause="on at sunset",
            text_en="19:03–19:04 98 lights ON: on at sunset (All night 60, Half night 38)",
            text_zh="19:03–19:04 98 路开灯：日落开灯（全夜灯 60、半夜灯 38）",
            programs=(("全夜灯", "All night", 60), ("半夜灯", "Half night", 38)),
        ),
    ),
    windows=(
        WindowLine(
            NOW - timedelta(minutes=30),
            NOW + timedelta(minutes=15),
            98,
            "18:33–19:18 photocells may bring ON earlier: 98 lights of All night",
            "18:33–19:18 光控可提前开灯：全夜灯 98 路",
        ),
    ),
    exceptions=(
        ExceptionLine(
            "signal", 98, "98 lights on: weather signal rainstorm orange", "98 路亮：暴雨橙色信号", SIGNAL.expires
        ),
    ),
    daylight=(
        SpellLine(
            origin="lux",
            source="xihu",
            first=NOW - timedelta(minutes=12),
            last=None,
            lights=98,
            holds=98,
            light_min=1176.0,
            kwh=18.8,
            text_en="18:51 on photocells lit 98 lights (+1,176 light-minutes, +18.8 kWh)",
            text_zh="18:51 起 光控点亮 98 路（+1,176 灯·分，+18.8 kWh）",
            without_en="without it: ON at 19:03–19:04 by the programs",
            without_zh="若无此动作：按方案于 19:03–19:04 开灯",
        ),
    ),
    daylight_since=NOW - timedelta(days=2),
    text_en="night of 2026-06-21, ordinary: 98 lights, 784 lamps, 702 kWh planned",
    text_zh="2026-06-21 当晚（平日）：98 路灯，784 盏，计划用电 702 kWh",
)
