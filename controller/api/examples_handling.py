"""Worked examples of handling records and notices."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW, TARGET
from controller.runtime.handling.views import HandlingReceipt, HandlingStatisticsView, HandlingView, StepView
from controller.runtime.notices.views import NoticeReceipt, NoticeView, ReceiverView

HANDLING = HandlingView(
    id="H-7f3a91c2",
    state="assigned",
    alarm=f"{TARGET}:mismatch",
    about=TARGET,
    title_zh="拒动或误动",
    title_en="does not follow",
    urgency="ordinary",
    opened=NOW,
    opened_by="controller",
    due=NOW + timedelta(hours=24),
    remaining_s=86_340.0,
    overdue=False,
    assignee="wang",
    reopened=0,
    steps=(
        StepView(NOW, "controller", "opened", "wanted on, reads off"),
        StepView(NOW + timedelta(minutes=1), "zhang", "assigned", "to wang: crew 3 is near"),
    ),
)
DONE = HandlingReceipt(True, "", "H-7f3a91c2: step", "已记录", HANDLING)
NOT_DONE = HandlingReceipt(False, "OUT_OF_RANGE", "H-7f3a91c2 is closed; reopen it first", "处置单已关闭", HANDLING)
STATISTICS = HandlingStatisticsView(
    days=30,
    opened=42,
    closed=40,
    closed_by_feedback=28,
    in_time=38,
    late=2,
    reopened=1,
    open_now=3,
    unassigned=1,
    overdue_now=0,
    in_time_rate=0.95,
    mean_s=21_600.0,
    by_urgency=(("emergency", 5, 0, 0), ("ordinary", 33, 2, 0), ("serious", 0, 0, 0)),
)
NOTICE = NoticeView(
    id="N-3f0c9b2d6e1a7c55",
    receiver="duty-room",
    state="dead",
    sequence=1289,
    made=NOW,
    priority=1,
    about="qiutao-underpass",
    title_zh="涉水断电",
    title_en="cut for water",
    text_zh="秋涛路下穿 已断电闭锁 330102-LC-0021/K1",
    text_en="Qiutao Road underpass: cut and locked out 330102-LC-0021/K1. Roads gone dark: 秋涛路",
    folded=0,
    by_kind={},
    tries=3,
    error="it answered: 410 Gone",
    why_dead="3 tries, 3 refused: it answered: 410 Gone",
    ended=NOW + timedelta(minutes=1),
)
RECEIVER = ReceiverView(
    id="duty-room",
    way="webhook",
    where="duty.example.cn",
    configured=True,
    up=False,
    waiting=2,
    dead=1,
    oldest_s=61.0,
    last_arrived=NOW - timedelta(hours=3),
    failures=4,
    error="ConnectError: All connection attempts failed",
    retry_in_s=38.0,
)
SENT = NoticeReceipt("N-3f0c9b2d6e1a7c55", True, "", "N-3f0c9b2d6e1a7c55 is in line again", "已重新排队")
NOT_SENT = NoticeReceipt(
    "N-3f0c9b2d6e1a7c55", False, "OUT_OF_RANGE", "N-3f0c9b2d6e1a7c55: it is in line already", "该通知仍在发送队列中"
)
