"""Worked examples of dispatch orders (调度令) and shifts."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.api.examples_plan_runs import PREVIEW as PLAN_PREVIEW
from controller.runtime.dispatch_orders.views import (
    DispatchOrderPreview,
    DispatchOrderView,
    DispatchReceipt,
    GroundView,
    OrderStepView,
)
from controller.runtime.shifts.views import HandOverView, ShiftItem, ShiftReceipt, ShiftsView, ShiftView

_PS = "330102-PS-0001"
_LEVEL = GroundView("拱宸桥水位（警戒 2.70） 2.41 m", "拱宸桥 level (warning 2.70) 2.41 m", "good", 4.0)
_TIDE = GroundView(
    "钱塘江潮位 4.10 m（潮汐表与实测一致）；06-21 22:10高潮 6.02 m",
    "Qiantang 4.10 m (table and gauges agree); high water 6.02 m at 06-21 22:10",
    "agreed",
    3600.0,
)
ORDER = DispatchOrderView(
    number="2026-0007",
    state="acknowledged",
    state_zh="已签收",
    kind="plan",
    urgent=False,
    unit_zh="三堡排涝站当班班组",
    unit_en="the shift on duty at 三堡",
    objects=(_PS,),
    object_names=("三堡排涝站",),
    text_zh="执行预案“三堡四台机组逐步开机”（done_m=1.8）",
    text_en="plan “三堡 one unit after another” done_m=1.8",
    plan="sanbao-stepwise",
    parameters={"done_m": 1.8},
    target="",
    value="",
    for_s=None,
    slot="plan",
    reason="the canal rises, rain until midnight",
    begin=None,
    valid_until=NOW + timedelta(hours=12),
    acknowledge_by=NOW + timedelta(minutes=4),
    overdue=False,
    escalated=0,
    next_contact_zh="三堡排涝站当班班组",
    next_contact_en="the shift on duty at 三堡",
    grounds=(_LEVEL, _TIDE),
    said_grounds=("气象台 18:00 会商：后 6 小时 40 mm",),
    steps=(
        OrderStepView("proposed", "拟稿", "zhang", NOW - timedelta(minutes=6), "the canal rises, rain until midnight"),
        OrderStepView("issued", "已签发", "chen", NOW - timedelta(minutes=1), ""),
        OrderStepView("acknowledged", "已签收", "wei", NOW, ""),
    ),
    ticket=(),
    supervised=False,
    supersedes=(),
    superseded_by="",
    rivals=(),
    possible=("ticket_checked", "executing", "expired", "superseded", "aborted"),
    pending="",
    run="",
    request="",
    held=(),
    doing_zh="",
    doing_en="",
    spoken_at=None,
    spoken_by="",
    spoken_to="",
    entered_by="zhang",
    entered_at=NOW - timedelta(minutes=6),
    not_acknowledged=False,
)
PREVIEW = DispatchOrderPreview(
    order=ORDER,
    token="hKq…",  # noqa: S106 - an example
    not_now="",
    obstacle="",
    plan=PLAN_PREVIEW,
    act=None,
    tide=(_TIDE,),
    rivals=(),
)
DONE = DispatchReceipt(
    True, "", "order 2026-0007 is acknowledged", "调度令 2026-0007 已签收", ORDER.number, order=ORDER
)
NOT_DONE = DispatchReceipt(
    False,
    "LOCKED_BY_OTHER_CLIENT",
    "2026-0006 (executing, chen: pre-drawdown) is about the same object: settle it, or supersede it explicitly",
    "同一对象已有调度令 2026-0006：先办结，或明确替代",
    ORDER.number,
    order=ORDER,
)
_ITEM = ShiftItem(
    "order",
    ORDER.number,
    (_PS,),
    "调度令 2026-0007 已签收：执行预案“三堡四台机组逐步开机”（三堡排涝站当班班组）",
    "order 2026-0007 acknowledged: plan “三堡 one unit after another” (the shift on duty at 三堡)",
    marked=False,
)
_HAND_OVER = HandOverView("H8e20b1c4", "chen", NOW - timedelta(minutes=10), "P4 is tagged", "", None, "", (_ITEM,))
SHIFTS = ShiftsView(
    now=ShiftView("S5d0c2f9a", "chen", NOW - timedelta(hours=12), "fang", "", alone=False),
    waits=_HAND_OVER,
    items=(_ITEM,),
    last=(),
)
TAKEN = ShiftReceipt(
    True,
    "",
    "the shift is fang's; 1 orders are not acknowledged yet: 2026-0007",
    "已接班（fang）；尚有 1 份调度令未确认：2026-0007",
    "S77c1e0aa",
    ("2026-0007",),
)
NOT_TAKEN = ShiftReceipt(
    False, "NOT_READY", "another person takes over what one handed over", "交班人与接班人不得为同一人"
)
