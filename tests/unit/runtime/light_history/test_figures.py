"""Figures by part: a limit for lights of one kind, and which kinds are low among lights of several."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from controller.logic.light_rates import Cell, LightSum, RateRules, judged
from controller.runtime.light_history.figures import live_rates
from controller.runtime.light_history.grouping import By
from controller.runtime.light_history.views import RateView
from controller.settings.site import Site

SITE = cast(Site, SimpleNamespace(light_rates=RateRules(), divisions={}))
MAIN = Cell("330106", "", "文一路", "special", "", "road")
SHOW = Cell("330106", "", "文一路", "special", "", "landscape")
LANE = Cell("330106", "", "支路", "second", "", "road")


def lamps(count: int, share: float) -> LightSum:
    return judged(count, 1000.0, 100.0, True, 1000.0 * share, 0.1)


def rows(by: By, faulted: dict[Cell, int] | None = None) -> tuple[RateView, dict[str, RateView]]:
    lit = [(MAIN, lamps(100, 0.95)), (SHOW, lamps(900, 1.0)), (LANE, lamps(100, 0.97))]
    total, _, parts = live_rates(lit, faulted or {}, by, SITE)
    return total, {one.key: one for one in parts}


def test_a_roads_landscape_lights_hide_neither_its_limit_nor_that_it_is_low() -> None:
    _, by_road = rows(By.ROAD, {SHOW: 1})
    road, show = by_road["330106/文一路"], by_road["330106/文一路//landscape"]
    assert (road.lamps, road.limit_percent, road.below) == (100, 98.0, ("rate",))
    assert (show.lamps, show.limit_percent, show.intact_limit_percent, show.below) == (900, None, 90.0, ("intact",))
    assert show.name == "文一路 · 330106 · 景观 landscape"
    assert by_road["330106/支路"].below == ()
    _, by_grade = rows(By.GRADE)
    assert {key: one.below for key, one in by_grade.items()} == {
        "special": ("rate",),
        "special//landscape": (),
        "second": (),
    }
    assert by_grade["special//landscape"].name == "特级 special · 景观 landscape"


def test_a_district_of_several_kinds_says_which_of_them_is_low() -> None:
    total, by_division = rows(By.DIVISION, {LANE: 1, SHOW: 1})
    assert by_division["330106"].limit_percent is None
    assert by_division["330106"].below == ("main_roads", "roads_intact", "landscape_intact") == total.below
