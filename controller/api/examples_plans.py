"""Worked examples of the plan: a night, a year, a program in TALQ's words."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW, TARGET
from controller.runtime.lighting_plans.views import (
    PlannedEdge,
    PlannedHour,
    PlannedNight,
    PlannedSpan,
    PlannedYear,
    TalqBook,
    TalqView,
)

_ON = NOW - timedelta(minutes=11)
NIGHT = PlannedNight(
    lights=(TARGET,),
    count=1,
    night="2026-06-21",
    mode="holiday",
    mode_zh="节假日",
    because="端午节 Dragon Boat Festival",
    program="all-night",
    title_zh="全夜灯",
    title_en="All night",
    rule="",
    exceptional=False,
    scene="",
    sunset=NOW - timedelta(minutes=16),
    sunrise=NOW + timedelta(hours=9, minutes=38),
    edges=(PlannedEdge(_ON, _ON, "on", "on at sunset", "日落开灯"),),
    hours=(
        PlannedHour(NOW - timedelta(minutes=20), "off", "off until the night's first switching", "当夜首次开灯前关灯"),
    ),
)
YEAR = PlannedYear(
    TARGET,
    "2026-06-21",
    "2026-06-21",
    (
        PlannedSpan(
            "2026-06-21", "2026-06-21", 1, "holiday", "节假日", NIGHT.because, "all-night", "全夜灯", "All night", ""
        ),
    ),
    {"all-night": 1},
)
PROGRAMS = TalqBook(
    "2.7.1",
    12,
    "Hangzhou",
    (
        TalqView(
            {
                "type": "ControlProgramOne",
                "id": "all-night",
                "ownerCMS": "Hangzhou",
                "activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": 0, "sunriseOffset": 0}],
                "fixedTimeControls": [
                    {"startTime": "12:00:00", "command": {"state": {"name": "LevelState", "value": 100}}}
                ],
                "astroClockTimeControls": [],
                "dynamicControls": [],
            },
            exact=True,
            title_zh="全夜灯",
            title_en="All night",
            lights=412,
        ),
    ),
)
CALENDARS = TalqBook(
    "2.7.1",
    12,
    "Hangzhou",
    (
        TalqView(
            {
                "id": "landscape",
                "ownerCMS": "Hangzhou",
                "rules": [{"startDate": "2026-10-01", "endDate": "2026-10-07", "program": "landscape-festival"}],
                "defaultProgram": "landscape",
            },
            exact=False,
            title_zh="景观平日",
            title_en="Landscape on working days",
            lights=88,
            unsaid_zh=("节假日: 逐日列至2028-06-21; TALQ没有节假日、农历与模式",),
            unsaid_en=("holidays: written out as dates until 2028-06-21; TALQ has no holidays, lunar dates or modes",),
        ),
    ),
)
