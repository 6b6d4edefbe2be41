"""What the routes to faults of lighting answer, as examples."""

from __future__ import annotations

from datetime import UTC, datetime

from controller.runtime.light_faults.views import BaselineView, LightFaultsView, LightFaultView

_FAULT = LightFaultView(
    about="330106-LC-0001/K1",
    cabinet="330106-LC-0001",
    name="330106-LC-0001/K1 文一路1号箱 车行道 全夜",
    kind="cable_theft",
    title_zh="电缆被盗或断线",
    title_en="cable theft",
    since=datetime(2026, 6, 21, 17, 13, tzinfo=UTC),
    text_zh="01:12 B 相由 1,480 W 降至 1,060 W（−28%），断路器未跳：疑似电缆被盗或熔断器熔断；"
    "请派员现场查看，电缆按带电处理",
    text_en="phase B fell from 1,480 W to 1,060 W (−28%) at 01:12 without a breaker trip: cable theft or a fuse; "
    "send a crew, and treat the cable as live",
    method_zh="一相功率骤降 25 % 以上而断路器未跳，或断开时线路检测不通",
    method_en="one phase falls by 25 % or more at once without a breaker trip, or its line is found open while off",
    confidence=0.8,
    lost_w=420.0,
    baseline_w=1440.0,
    alarm="330106-LC-0001/K1:cable_theft",
    alarm_state="UNACK",
    folded_under=(),
)
FAULTS = LightFaultsView(scope="road:文一路", circuits=19, learned=19, by_kind={"cable_theft": 1}, faults=(_FAULT,))
BASELINE = BaselineView(
    circuit="330106-LC-0001/K1",
    name="330106-LC-0001/K1 文一路1号箱 车行道 全夜",
    lamps=8,
    rated_w=1440.0,
    learned=True,
    nights=3,
    level=100,
    baseline_w=1438.5,
    exponent=0.0,
    limit=0.04,
    least_lamps=1,
    share_off=-0.002,
)
