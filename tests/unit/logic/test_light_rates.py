"""What counts as lit, as unknown, as burning: case by case, and what holds for all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.intents import Dim, Show, Switch
from controller.logic.light_rates import (
    Cell,
    Figure,
    LightSum,
    RateRules,
    added,
    day_burning_percent,
    figure_of,
    intact_percent,
    judged,
    pessimistic_percent,
    rate_percent,
    voltage_share,
    wanted_percent,
)

TENTH = 0.10
# told %, feedback known, measured W -> lamps due, unknown, lit, meant to be off, burning (10 lamps, 1000 W rated)
CASES = {
    "burning as it should": (100.0, True, 1000.0, (10, 0, 10, 0, 0)),
    "two lamps of ten are gone": (100.0, True, 800.0, (10, 0, 8, 0, 0)),
    "more power than rated counts no more lamps than there are": (100.0, True, 1300.0, (10, 0, 10, 0, 0)),
    "dimmed to half, and taking half": (50.0, True, 500.0, (10, 0, 10, 0, 0)),
    "dimmed to half with two lamps gone": (50.0, True, 400.0, (10, 0, 8, 0, 0)),
    "told to burn and dark": (100.0, True, 0.0, (10, 0, 0, 0, 0)),
    "told to burn, contact not known": (100.0, False, 1000.0, (10, 10, 0, 0, 0)),
    "told to burn, power not known": (100.0, True, None, (10, 10, 0, 0, 0)),
    "a half-night circuit after midnight is in neither": (0.0, True, 0.0, (0, 0, 0, 10, 0)),
    "off, and a driver's standby": (0.0, True, 90.0, (0, 0, 0, 10, 0)),
    "off, and half of it burns": (0.0, True, 500.0, (0, 0, 0, 10, 5)),
    "off, and nobody knows": (0.0, False, None, (0, 0, 0, 0, 0)),
}


@pytest.mark.parametrize("case", CASES)
def test_each_light_counts_as_the_definition_says(case: str) -> None:
    percent, known, power_w, expected = CASES[case]
    seen = judged(10, 1000.0, percent, known, power_w, TENTH)
    assert tuple(lamps / 1000 for lamps in (seen.due, seen.unknown, seen.lit, seen.idle, seen.burning)) == expected
    assert (seen.lights, seen.lamps) == (1, 10_000)


def test_what_is_expected_follows_the_voltage_only_where_the_site_says_so() -> None:
    assert voltage_share([198.0, None], 0.0) == 1.0
    low = voltage_share([198.0, 198.0, None], 2.0)
    assert low == pytest.approx(0.81)
    assert judged(10, 1000.0, 100.0, True, 810.0, TENTH, low).lit == 10_000
    assert judged(10, 1000.0, 100.0, True, 810.0, TENTH).lit == 8_100
    assert voltage_share([None, 0.0], 2.0) == 1.0


def test_a_light_without_rated_watts_cannot_be_proven_by_them() -> None:
    assert judged(4, 0.0, 100.0, True, 50.0, TENTH).unknown == 4_000


def test_unknown_is_shown_apart_and_dark_only_in_the_pessimistic_rate() -> None:
    sums = added([judged(90, 900.0, 100.0, True, 900.0, TENTH), judged(10, 100.0, 100.0, False, None, TENTH)])
    assert rate_percent(sums.due, sums.unknown, sums.lit) == 100.0
    assert pessimistic_percent(sums.due, sums.lit) == 90.0
    assert rate_percent(1000, 1000, 0) is None
    assert (
        rate_percent(0, 0, 0) is pessimistic_percent(0, 0) is day_burning_percent(0, 0) is intact_percent(0, 0) is None
    )
    assert day_burning_percent(2000, 500) == 25.0
    assert intact_percent(200, 3) == 98.5


def test_every_order_a_light_can_be_told_has_a_level() -> None:
    assert [wanted_percent(one) for one in (Switch(True), Switch(False), Dim(40.0), Show("x"))] == [100, 0, 40, 0]


def test_main_roads_are_those_of_the_main_grades_and_landscape_has_no_rate_limit() -> None:
    rules = RateRules()
    cells = [
        Cell("330106", "", "", grade, "", light) for grade in ("special", "second") for light in ("road", "landscape")
    ]
    assert [figure_of(cell, rules) for cell in cells] == [Figure.MAIN_ROADS, None, Figure.OTHER_ROADS, None]


LIGHT = st.builds(
    judged,
    st.integers(0, 60),
    st.floats(0.0, 20_000.0),
    st.sampled_from((0.0, 10.0, 55.5, 100.0)),
    st.booleans(),
    st.one_of(st.none(), st.floats(-10.0, 40_000.0)),
    st.floats(0.0, 0.5),
    st.floats(0.5, 1.5),
)


@given(st.lists(st.tuples(st.sampled_from("abc"), LIGHT), max_size=30))
def test_rates_lie_between_0_and_100_and_parts_add_up_to_the_whole(lights: list[tuple[str, LightSum]]) -> None:
    whole = added(state for _, state in lights)
    assert added(added(state for part, state in lights if part == one) for one in "abc") == whole
    assert 0 <= whole.lit <= whole.due - whole.unknown
    assert 0 <= whole.burning <= whole.idle
    rates = (
        rate_percent(whole.due, whole.unknown, whole.lit),
        pessimistic_percent(whole.due, whole.lit),
        day_burning_percent(whole.idle, whole.burning),
    )
    assert all(rate is None or 0.0 <= rate <= 100.0 for rate in rates)
    if rates[0] is not None and rates[1] is not None:
        assert rates[1] <= rates[0]
