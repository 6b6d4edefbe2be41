"""Worked examples of plans (预案), their previews and runs."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.plans.views import (
    AnswerView,
    BlockView,
    ConditionView,
    Foretold,
    Levels,
    ParameterView,
    PlanPreview,
    PlanView,
    PromptView,
    RunReceipt,
    RunView,
    StepNow,
    StepPreview,
    StepView,
    WantView,
)

_PS = "330102-PS-0001"
_RACK = ConditionView(
    "rack-clear", "sanbao.rack_head_m < 0.3", "拦污栅压差小于 0.3 m", "the trash rack is clear", "start", "true", False
)
_ABORT_ZH, _ABORT_EN = "机组保持现有台数运行", "the units that run keep running"
PLAN = PlanView(
    id="sanbao-stepwise",
    title_zh="三堡四台机组逐步开机",
    title_en="三堡 one unit after another",
    purpose_zh="运河水位上涨时逐台投入三堡机组",
    purpose_en="bring the units of 三堡 in one by one as the canal rises",
    scope={"sanbao": _PS, "canal": "330105-LG-0001"},
    targets=(_PS,),
    may_start=("duty_officer", "water_operator"),
    states=(),
    parameters=(ParameterView("done_m", "降到此水位即结束", "done below", 1.8, 1.2, 2.6, False, "m"),),
    conditions=(_RACK,),
    steps=(StepView("first", "start", "投入第1台", "first unit", f"{_PS} ≥ 1 (drain)", 900.0, "hold after 1 retries"),),
    abort_zh=_ABORT_ZH,
    abort_en=_ABORT_EN,
    abort_steps=(),
    leave="hand_back",
    abort_leave="hold",
    next_plan="",
    lease_s=7200.0,
    longest_s=86_400.0,
    running="R4be1907c",
)
PREVIEW = PlanPreview(
    token="hKq…",  # noqa: S106 - an example
    expires=NOW + timedelta(seconds=30),
    plan=PLAN.id,
    title_zh=PLAN.title_zh,
    title_en=PLAN.title_en,
    parameters={"done_m": 1.8},
    conditions=(_RACK,),
    steps=(
        StepPreview("first", "投入第1台", "first unit", _PS, "count 1", "change", 1, 2240.0, ()),
        StepPreview(
            "second",
            "投入第2台",
            "second unit",
            _PS,
            "count 2",
            "change",
            2,
            4480.0,
            ("sanbao.p2-gate-healthy: the drive of discharge gate 2 reports a fault / 2号出水闸启闭机故障",),
        ),
    ),
    targets=(_PS,),
    starts=2,
    power_kw=4480.0,
    second_person=(),
    alone="",
    refused=(),
    takes_over=(),
    ends=NOW + timedelta(hours=24),
    lease_s=7200.0,
    abort_zh=_ABORT_ZH,
    abort_en=_ABORT_EN,
    foretold=Foretold(
        levels=(Levels("canal", "运河主城段", 2.7, 3.2, ((0.0, 2.41, 2.41), (1.0, 2.38, 2.5)), 2.41, 2.62),),
        steps=(("first", 0.05), ("second", 0.3)),
        end="finished",
        note="inflow as estimated now; rain as forecast",
    ),
)
RUN = RunView(
    id="R4be1907c",
    plan=PLAN.id,
    title_zh=PLAN.title_zh,
    title_en=PLAN.title_en,
    phase="running",
    live=True,
    by="zhang",
    confirmed_by="",
    reason="the canal rises, rain until midnight",
    basis=("拱宸桥 2.41 m",),
    ticket="",
    parameters={"done_m": 1.8},
    begun=NOW - timedelta(minutes=20),
    ends=NOW + timedelta(hours=23, minutes=40),
    ended=None,
    why_zh="",
    why_en="",
    targets=(_PS,),
    steps=(
        StepNow(
            id="first",
            kind="start",
            title_zh="投入第1台",
            title_en="first unit",
            state="done",
            since=NOW - timedelta(minutes=20),
            deadline=NOW - timedelta(minutes=5),
            ended=NOW - timedelta(minutes=18),
            tries=1,
            note_zh="投入第1台",
            note_en="first unit",
        ),
    ),
    wants=(WantView(_PS, "count 2", "second", True, NOW + timedelta(hours=2)),),
    prompts=(
        PromptView(
            "more",
            "是否继续投入第3、4台？",
            "bring in the third and fourth?",
            (AnswerView("more", "继续投入", "bring them in"), AnswerView("enough", "2台够用", "two are enough")),
            NOW + timedelta(minutes=15),
            "more",
        ),
    ),
    blocks=(
        BlockView(
            "second", _PS, "local", "控制开关在就地位；现场切至远控", "the switch stands at LOCAL; turn it to REMOTE"
        ),
    ),
)
DONE = RunReceipt(True, "", "more: enough", "已答复 more：enough", RUN.id)
NOT_DONE = RunReceipt(
    False,
    "NOT_READY",
    "run R4be1907c asks nothing under 'more' now; it may have been answered already",
    "已答复或无此问题",
    RUN.id,
)
