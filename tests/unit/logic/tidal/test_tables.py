"""Between high and low water, what a table covers, and why one cannot be used."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.tidal.rules import BoreRule
from controller.logic.tidal.table import deviation_m, falling, in_order, level_at, unusable
from tests.unit.logic.tidal.tide_rig import CALM, HALF_H, MEAN_M, START, SWING_M, WATER, river_m, table_of

TABLE = table_of()
APART_S = 9 * 3600.0


@pytest.mark.parametrize(
    ("hour", "level_m"),
    [(0.0, MEAN_M + SWING_M), (HALF_H / 2, MEAN_M), (HALF_H, MEAN_M - SWING_M), (1.5 * HALF_H, MEAN_M), (-0.1, None)],
)
def test_the_level_follows_the_cosine_rule_between_extremes(hour: float, level_m: float | None) -> None:
    found = level_at(TABLE, START + timedelta(hours=hour), APART_S)
    assert found == (None if level_m is None else pytest.approx(level_m, abs=1e-6))


@given(st.floats(0.0, 8 * HALF_H))
def test_between_two_extremes_the_level_lies_between_them(hour: float) -> None:
    level_m = level_at(TABLE, START + timedelta(hours=hour), APART_S)
    assert level_m is not None
    assert MEAN_M - SWING_M - 1e-9 <= level_m <= MEAN_M + SWING_M + 1e-9


def test_a_missing_extreme_is_a_hole_and_not_a_long_calm_tide() -> None:
    holed = replace(TABLE, extremes=(*TABLE.extremes[:2], *TABLE.extremes[3:]))
    assert level_at(holed, START + timedelta(hours=1.5 * HALF_H), APART_S) is None
    assert "hole" in unusable(CALM, holed, START + timedelta(hours=1.5 * HALF_H))


@pytest.mark.parametrize(
    ("hours", "why"), [(-1.0, "has not begun"), (8 * HALF_H + 1.0, "ended"), (1.0, ""), (8 * HALF_H, "")]
)
def test_a_table_says_something_between_its_first_and_last_extreme_only(hours: float, why: str) -> None:
    said = unusable(WATER, TABLE, START + timedelta(hours=hours))
    assert (why in said) if why else said == ""


def test_an_old_table_and_none_at_all_cannot_be_used() -> None:
    old = table_of(issued=START - timedelta(days=500))
    assert "days old" in unusable(WATER, old, START + timedelta(hours=1))
    assert "no tide table" in unusable(WATER, None, START)


def test_a_table_that_names_no_bore_does_not_serve_a_river_that_has_one() -> None:
    silent = table_of(bores_h=())
    now = START + timedelta(hours=1)
    assert "names no bore" in unusable(WATER, silent, now)
    assert unusable(CALM, silent, now) == ""
    brief = replace(WATER, bore=BoreRule(named_every_s=3600.0))
    assert "names no bore" in unusable(brief, TABLE, now)


@pytest.mark.parametrize(
    ("shift_h", "off_m", "deviation"), [(0.0, 0.0, 0.0), (0.4, 0.0, 0.0), (0.0, 0.5, 0.155), (1.5, 0.0, 0.615)]
)
def test_a_level_within_half_an_hour_of_the_table_deviates_by_nothing(
    shift_h: float, off_m: float, deviation: float
) -> None:
    at_h = HALF_H / 2
    level_m = river_m(at_h - shift_h) + off_m
    found = deviation_m(WATER, TABLE, level_m, START + timedelta(hours=at_h))
    assert found == pytest.approx(deviation, abs=0.02)


def test_the_tide_falls_from_high_water_to_low() -> None:
    assert falling(TABLE, START + timedelta(hours=1)) is True
    assert falling(TABLE, START + timedelta(hours=HALF_H + 1)) is False
    assert falling(TABLE, START - timedelta(hours=1)) is None


def test_high_and_low_water_take_turns() -> None:
    assert in_order(TABLE.extremes)
    assert not in_order((TABLE.extremes[0], TABLE.extremes[2]))
    assert not in_order(tuple(reversed(TABLE.extremes)))
