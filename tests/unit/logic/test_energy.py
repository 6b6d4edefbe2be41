"""Meters that roll over, are reset or replaced; savings and carbon by dated factors."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.energy import (
    Baseline,
    CarbonFactor,
    EnergyRules,
    MeterRules,
    Step,
    Used,
    meter_step,
    shared_out,
    together,
    used,
)

RULES = MeterRules(rolls_over_kwh=(10_000.0, 42_949_672.96), margin=1.5, slack_kwh=0.5)
# before, now, hours at 4 kW -> what happened, kWh
STEPS = {
    "advanced": (100.0, 104.0, 1.0, Step.ADVANCED, 4.0),
    "stood still": (100.0, 100.0, 1.0, Step.ADVANCED, 0.0),
    "rolled over at its own end": (9_998.0, 2.0, 1.0, Step.ROLLED_OVER, 4.0),
    "rolled over at a register's end": (42_949_671.0, 1.04, 1.0, Step.ROLLED_OVER, 3.0),
    "reset to zero": (500.0, 0.0, 1.0, Step.BEGAN_ANEW, None),
    "reset near the end, too far to have rolled": (9_000.0, 0.0, 1.0, Step.BEGAN_ANEW, None),
    "replaced by one that counted more": (100.0, 8_000.0, 1.0, Step.IMPLAUSIBLE, None),
    "a whole night unread": (100.0, 148.0, 12.0, Step.ADVANCED, 48.0),
    "no time passed, only its resolution": (100.0, 100.4, 0.0, Step.ADVANCED, 0.4),
}


@pytest.mark.parametrize("case", STEPS)
def test_what_a_meter_says_between_two_readings(case: str) -> None:
    before, now, hours, step, kwh = STEPS[case]
    seen = meter_step(before, now, 4.0, hours, RULES)
    assert seen.step is step
    assert seen.kwh == (None if kwh is None else pytest.approx(kwh))


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_what_is_shared_out_adds_up_to_the_total(total: int, weights: list[int]) -> None:
    parts = shared_out(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    if any(weights):
        assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_each_night_is_counted_with_the_factor_that_held_then() -> None:
    factors = tuple(
        CarbonFactor(date(year, 1, 1), kg, date(year - 1, 12, 1), "s") for year, kg in ((2025, 0.6), (2026, 0.5))
    )
    rules = EnergyRules(carbon=factors)
    held = [rules.factor(night) for night in (date(2024, 12, 31), date(2025, 12, 31), date(2026, 1, 1))]
    assert [one.kg_per_kwh if one else None for one in held] == [None, 0.6, 0.5]


def test_savings_are_against_the_stated_baseline_and_unstated_is_not_zero() -> None:
    led = Baseline("record", {"road": {"special": 400.0, "*": 200.0}})
    assert [led.watts("road", grade) for grade in ("special", "second")] == [400.0, 200.0]
    assert led.watts("landscape", "special") is None
    night = used(3_000_000, 1_000_000, 5_000_000, 40.0, 400.0, 0.5)
    assert (night.kwh, night.before_led_kwh, night.saved_led_kwh) == (4.0, 16.0, 12.0)
    assert (night.saved_dimming_kwh, night.carbon_kg) == (1.0, 2.0)
    unstated = used(1_000_000, 0, 1_000_000, 10.0, None, None)
    both = together([night, unstated])
    assert (both.kwh, both.before_led_kwh, both.saved_led_kwh, both.carbon_kg) == (5.0, None, None, None)
    assert together([night, Used()]).saved_led_kwh == 12.0
    assert together([]).carbon_kg is None
