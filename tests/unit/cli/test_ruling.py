"""``zhadao rules``: what it prints."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from controller.api.examples_water_rules import RULES
from controller.cli.ruling import lines
from controller.runtime.water_rules.views import RulesView

ZONE = ZoneInfo("Asia/Shanghai")


def test_every_station_is_told_with_what_is_wanted_and_why() -> None:
    said = "\n".join(lines(RULES, ZONE))
    assert "330102-PS-0003 七堡排涝站: 0 running, 2 wanted, at most 2" in said
    assert "ceiling 2.50, warning 2.60" in said
    assert "预降" in said
    assert "OVER ITS CEILING Grand Canal, city reach: by 0.12 m" in said


def test_what_nobody_forecasts_for_is_told() -> None:
    assert "no rain forecast for east" in lines(replace(RULES, blind=("east",)), ZONE)[-1]


def test_without_guidance_it_says_what_stations_do_then() -> None:
    assert lines(RulesView(None, (), text_en="own levels", text_zh="自身水位"), ZONE) == ["own levels 自身水位"]
