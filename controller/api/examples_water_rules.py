"""A worked example of what is told of the network's rules."""

from __future__ import annotations

from datetime import timedelta

from controller.api.examples import NOW
from controller.runtime.water_rules.views import OverflowView, RulesView, RuleView

RULES = RulesView(
    NOW,
    (
        RuleView(
            station="330102-PS-0003",
            name="七堡排涝站",
            reach="east",
            level_m=1.72,
            ceiling_m=2.5,
            warning_m=2.6,
            running=0,
            least=2,
            most=2,
            gravity=False,
            ease=True,
            ground="pre_drawdown",
            text_en="rain is coming: pumped now, while it is cheapest, to have room in Qibao waters",
            text_zh="预降：来水前在最经济时段预降七堡片河网水位",
            peak_m=2.43,
            peak_at=NOW + timedelta(hours=9),
        ),
    ),
    (OverflowView("canal", "运河主城段", "Grand Canal, city reach", 0.12, NOW + timedelta(hours=11)),),
)
