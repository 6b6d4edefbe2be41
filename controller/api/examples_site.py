"""Worked examples of what is told of the site: tags, switches, states, bypasses, circuits in water, alarms."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import ALARM, NOW, TARGET
from controller.domain.tags import Tag
from controller.runtime.alarming.desk import AlarmReceipt
from controller.runtime.alarming.statistics import AlarmStatisticsView
from controller.runtime.bypassing.book import BypassView
from controller.runtime.conditions.views import DeclarationView, ProposedState, SiteReceipt, SwitchView, TagReceipt
from controller.runtime.timetables.views import ClockView, NightComparison, OutputNight, TimetableView
from controller.runtime.wet_power.views import CheckView, GaugeSaid, RoadView, WetCircuitView, WetOverview, ZoneView

_NO = "NO_ACCESS_AUTHORITY"
TIMETABLE = TimetableView(
    cabinet="330106-LC-0001",
    name="文三路1号箱",
    division="330106",
    state="equal",
    text_en="its own table equals the programs",
    text_zh="本地时间表与当前方案一致",
    hash="6f1c09d2",
    written_at=NOW - timedelta(days=3),
    by="controller",
    why="the programs changed",
    looked_at=NOW,
    atomic=True,
    clock=ClockView(NOW, -0.4, -2.1, 0.5, NOW - timedelta(days=2)),
)
TIMETABLE_NIGHT = NightComparison(
    "330106-LC-0001",
    "2026-06-21",
    "equal",
    True,
    (OutputNight("K1", "主道", "road-all-night", "19:04–04:58", "19:04–04:58", 0, 0),),
    ("leases, declared operating states and measured light are not in a table",),
)
TAG = Tag("9c1f0a42", TARGET, "wang.li", "wang.li", "replacing the contactor", NOW, "WO-2026-1180")
TAGGED = TagReceipt(True, "", "tag 9c1f0a42 hangs on 330106-LC-0001/K1", "检修牌 9c1f0a42 已挂", TAG)
NOT_UNTAGGED = TagReceipt(False, _NO, "only wang.li takes it down, or two others", "仅本人可摘牌", TAG)
SWITCH = SwitchView("330102-PS-0001", "local", "LOCAL", "at LOCAL; key in the duty room", "就地；钥匙在值班室")
RESUMED = SiteReceipt(True, "", "automation takes 330102-PS-0001 over again", "已恢复自动控制", "330102-PS-0001")
NOT_RESUMED = SiteReceipt(False, "BLOCKED_LOCAL", "330102-PS-0001 is at LOCAL: turn it to REMOTE first", "请先切至远控")
DECLARATION = DeclarationView(
    id="77ab10cd",
    discipline="water",
    scope="division:330106",
    state="flood_iii",
    title_zh="防汛应急响应 III 级",
    title_en="flood response III",
    response=3,
    by="zhang",
    reason="city flood office, notice 12",
    declared=NOW,
    expires=NOW + timedelta(hours=12),
)
PROPOSED_STATE = ProposedState(
    discipline="water",
    scope="city",
    state="flood_iv",
    title_zh="防汛应急响应 IV 级",
    title_en="flood response IV",
    by="330106-LG-0002",
    why_en="52 mm in 6 h",
    why_zh="6 小时 52 毫米",
    since=NOW,
)
DECLARED = SiteReceipt(True, "", "flood response III for water in division:330106", "已宣布", "77ab10cd")
NOT_DECLARED = SiteReceipt(False, _NO, "only a person declares a state", "须由人员宣布", "")
BYPASS = BypassView(
    id="c0ffee12",
    interlock="rack-clear",
    target="330102-PS-0001",
    reason="sensor being calibrated",
    ticket="WO-2026-1190",
    proposer="zhang",
    confirmer="li",
    granted=NOW,
    expires=NOW + timedelta(hours=1),
    remaining_s=3600.0,
    text_en="BYPASSED rack-clear on 330102-PS-0001 until 2026-06-21T12:20+00:00 by zhang and li",
    text_zh="已旁路 BYPASSED：330102-PS-0001 的联锁 rack-clear",
)
_CHECK = CheckView("insulation", 2.5, "MΩ", "Wang, electrician 3312", NOW, "wang.li", "", passes=True)
WET_CIRCUIT = WetCircuitView(
    circuit=TARGET,
    name="文三路 全夜灯",
    stage="cut",
    hazard="water",
    why="water",
    text_en="two of three gauges stand above its lowest live part",
    text_zh="三取二水位高于最低带电部位",
    since=NOW,
    by="controller",
    ends_in_s=None,
    reserved=False,
    live_part_m=5.2,
    retention="RETAINED",
    check=_CHECK,
    return_refusal="",
)
WET = WetOverview((WET_CIRCUIT,), (RoadView("330106", "文三路", 2, 2, dark=True),), ("330106-LC-0002/K1",))
ZONE = ZoneView(
    id="wensan-underpass",
    name_zh="文三路下穿",
    name_en="Wensan underpass",
    datum="1985",
    gauges=(GaugeSaid("330106-LG-0003", "level_m", "1985", 5.31, "GOOD", ""),),
    circuits=(WET_CIRCUIT,),
)
ALARM_DONE = AlarmReceipt(ALARM.id, True, "", "shelved until 2026-06-21 12:20 UTC", "已搁置", ALARM)
ALARM_REFUSED = AlarmReceipt(
    ALARM.id, False, "BLOCKED_BY_INTERLOCKING", "such alarms are never shelved", "涉及人身安全的告警不得搁置", ALARM
)
STATISTICS = AlarmStatisticsView(
    since=NOW - timedelta(days=1),
    operators=2,
    last_10_min=1,
    last_hour=4,
    last_24_h=61,
    per_operator_hour=2.0,
    per_operator_hour_24h=1.3,
    worst_10_min=7,
    flood=False,
    floods=0,
    flood_limit=20,
    by_priority={"1": 0, "2": 3, "3": 41, "4": 17},
    frequent=((ALARM.id, 5),),
    unacknowledged=1,
    standing=3,
    stale=0,
    chattering=0,
    shelved=1,
    suppressed=12,
    out_of_service=0,
    overdue=0,
)
