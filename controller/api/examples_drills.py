"""A worked example of a drill and its report."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.domain.drill import SIGN
from controller.runtime.drills.views import (
    AlarmLine,
    Curve,
    CurvePoint,
    DrillReport,
    DrillView,
    FactLine,
    ReachLine,
    StationLine,
    TimeLine,
    VerdictLine,
)

DRILL = DrillView(
    run="sanbao-2021-07-20260621-190000",
    drill="sanbao-2021-07",
    title_zh="三堡 2021年7月（烟花）",
    title_en="三堡, July 2021 (In-fa)",
    purpose_zh="持续降雨、高潮位下的运河排涝",
    purpose_en="draining the canal in long rain against a high river",
    began=NOW,
    ends=NOW + timedelta(hours=52),
    speed=60.0,
)
REPORT = DrillReport(
    sign=SIGN,
    run=DRILL.run,
    drill=DRILL.drill,
    site="杭州 Hangzhou (simulated)",
    title_zh=DRILL.title_zh,
    title_en=DRILL.title_en,
    purpose_zh=DRILL.purpose_zh,
    purpose_en=DRILL.purpose_en,
    held=NOW,
    began=NOW,
    ended=NOW + timedelta(hours=52),
    speed=60.0,
    from_city=False,
    points=40.0,
    of=55.0,
    verdicts=(
        VerdictLine(
            "guarantee",
            "运河水位不超保证水位",
            "the canal never above its guarantee level",
            "pass",
            40.0,
            40.0,
            "最高 2.68 m（07-26 07:00），限值 3.20 m",
            "highest 2.68 m at 07-26 07:00, limit 3.20 m",
        ),
        VerdictLine(
            "answered",
            "告警 5 分钟内确认",
            "alarms acknowledged within 5 min",
            "fail",
            15.0,
            0.0,
            "3 条中 1 条未按时确认",
            "1 of 3 not acknowledged in time",
        ),
    ),
    reaches=(ReachLine("canal", 1.75, 2.68, NOW + timedelta(hours=47), 2.31, 2.7, 3.2, 0.0, 0.0),),
    stations=(StationLine("330102-PS-0001", 4, 12_450_000.0, 215_000.0),),
    alarms=(AlarmLine("canal:level_yellow", f"{SIGN}canal rises", 2, NOW, 240.0, "operator"),),
    timeline=(TimeLine(NOW, "act", "operator", "下令 330102-PS-0001 count 2", "ordered 330102-PS-0001 count 2"),),
    facts=(FactLine("public", "运河最高 2.68 m，07:00", "canal peak 2.68 m at 07:00"),),
    curves=(Curve("canal", (CurvePoint(NOW, 1.75), CurvePoint(NOW + timedelta(hours=47), 2.68)), 2.7, 3.2),),
)
