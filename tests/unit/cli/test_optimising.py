"""``zhadao optimiser show``: what it prints."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from controller.api.examples_optimiser import OPTIMISER
from controller.cli.optimising import lines
from controller.runtime.optimiser.views import OptimiserView

ZONE = ZoneInfo("Asia/Shanghai")


def test_the_plan_stands_beside_the_rules_and_every_station_is_in_somebodys_hands() -> None:
    said = "\n".join(lines(OPTIMISER, ZONE))
    assert "optimiser 优化: 0 min above warning 超警, 0 min above guarantee 超保, 9 starts, 18400 kWh" in said
    assert "rules 规则:     35 min above warning" in said
    assert "Qibao waters 七堡片河网: peak 2.55 m (rules 规则 2.63 m)" in said
    assert "330102-PS-0003 七堡排涝站: 1 running, 2 planned; " in said
    assert "accepted by chen" in said
    assert "steered by the optimiser" in said


def test_a_station_given_back_says_why() -> None:
    (row,) = OPTIMISER.stations
    said = lines(replace(OPTIMISER, stations=(replace(row, steers=False, why="its last plan is too old"),)), ZONE)
    assert "back with the rules 规则控制: its last plan is too old" in said[-1]


def test_without_a_plan_the_rules_go_on() -> None:
    nothing = OptimiserView(True, None, better=False, why="no plan yet", gap=None, solve_s=None, ours=None, rules=None)
    assert lines(nothing, ZONE) == ["the rules go on 由规则控制: no plan yet"]
