"""Worked examples of what is told of the optimiser."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.optimiser.views import (
    OptimiserView,
    OutcomeView,
    ReachPlanView,
    StationPlanView,
    StepView,
)

ACCEPTED = SiteReceipt(
    True,
    "",
    "the optimiser may set 七堡排涝站 until 2026-06-22T14:30Z; protection and people's orders stand above it",
    "已接受优化控制七堡排涝站；保护与人工指令优先",
    "330102-PS-0003",
)
WITHDRAWN = SiteReceipt(
    True,
    "",
    "七堡排涝站 is back with the rules; what runs goes on",
    "七堡排涝站已交还规则控制，运行机组保持",
    "330102-PS-0003",
)
NOT_DONE = SiteReceipt(
    False, "OUT_OF_RANGE", "the optimiser is not accepted at 七堡排涝站", "七堡排涝站未接受优化控制", "330102-PS-0003"
)
OPTIMISER = OptimiserView(
    enabled=True,
    at=NOW,
    better=True,
    why="",
    gap=0.0019,
    solve_s=0.84,
    ours=OutcomeView(0, 0, 9.0, 18400, 9120),
    rules=OutcomeView(35, 0, 14.0, 20100, 11480),
    reaches=(ReachPlanView("east", "七堡片河网", "Qibao waters", 2.6, 3.0, 2.55, 2.63, 0, 35),),
    stations=(
        StationPlanView(
            station="330102-PS-0003",
            name="七堡排涝站",
            reach="east",
            running=1,
            units=2,
            gravity=False,
            ahead=(StepView(NOW, 2), StepView(NOW + timedelta(hours=3), 0)),
            steers=True,
            why="",
            accepted_by="chen",
            until=NOW + timedelta(hours=4),
            reason="night tide",
        ),
    ),
)
