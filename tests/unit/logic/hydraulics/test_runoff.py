"""Rain on its way into the reaches: nothing is lost in a catchment, and an unforeseen hour is not a dry one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.logic.forecasts.series import Forecast, ForecastKind, ForecastStep
from controller.logic.hydraulics.runoff import outlook_of, passed_on, settled
from tests.unit.logic.hydraulics.waters_rig import AT, network

(LAND,) = network().catchments
HOUR = timedelta(hours=1)


def forecast(*values: float, begins: datetime = AT) -> Forecast:
    steps = tuple(ForecastStep(begins + at * HOUR, begins + (at + 1) * HOUR, value) for at, value in enumerate(values))
    return Forecast(ForecastKind.RAIN, "RG", begins, "test", steps)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=20), st.floats(60.0, 3600.0))
def test_what_falls_is_handed_on_or_held(rain: list[float], step_s: float) -> None:
    held, out = 0.0, 0.0
    for mm_h in rain:
        held, flow = passed_on(LAND, held, mm_h, step_s)
        out += (flow - LAND.base_m3s) * step_s
    fallen = sum(rain) * step_s / 3.6e6 * LAND.area_m2 * LAND.runoff
    assert held + out == pytest.approx(fallen, rel=1e-9, abs=1e-6)


def test_steady_rain_ends_in_what_is_settled() -> None:
    held, flow = passed_on(LAND, settled(LAND, 10.0), 10.0, 3600.0)
    assert held == pytest.approx(settled(LAND, 10.0))
    assert flow == pytest.approx(10.0 / 3.6e6 * LAND.area_m2 * LAND.runoff + LAND.base_m3s)


def test_a_forecast_says_what_it_says_and_how_much_of_it() -> None:
    assert forecast(4.0, 8.0).mean(AT, AT + 2 * HOUR) == (6.0, 1.0)
    assert forecast(4.0, 8.0).mean(AT + 1.5 * HOUR, AT + 2.5 * HOUR) == (8.0, 0.5)
    assert forecast(4.0).mean(AT + 3 * HOUR, AT + 4 * HOUR) == (0.0, 0.0)


def test_where_nobody_foresaw_anything_the_rain_that_falls_goes_on_and_fades() -> None:
    steps = (3600.0,) * 6
    nothing = outlook_of(network(), {}, {}, {}, AT, steps)
    falling = outlook_of(network(), {}, {}, {}, AT, steps, rain_now_mm_h={"RG": 20.0})
    foretold = outlook_of(network(), {"RG": forecast(0, 0, 0, 0, 0, 0)}, {}, {}, AT, steps, rain_now_mm_h={"RG": 20.0})
    assert falling.inflow_m3s["upper"][0] > nothing.inflow_m3s["upper"][0] + 1.0
    assert foretold.inflow_m3s == nothing.inflow_m3s
    fallen = sum(f - n for f, n in zip(falling.inflow_m3s["upper"], nothing.inflow_m3s["upper"], strict=True)) * 3600.0
    assert fallen < 20.0 / 1000.0 * LAND.area_m2 * LAND.runoff  # an hour's worth in all


def test_what_is_under_way_comes_and_what_the_model_missed_fades() -> None:
    steps = (3600.0,) * 3
    wet = outlook_of(network(), {}, {}, {"land": 72_000.0}, AT, steps, residual_m3s={"lower": 6.0})
    assert wet.inflow_m3s["upper"][0] == pytest.approx(0.2 + 72_000.0 * (1 - 2.718281828 ** (-0.5)) / 3600.0, rel=1e-6)
    assert 6.0 > wet.inflow_m3s["lower"][0] > wet.inflow_m3s["lower"][2] > 0.0


def test_the_tide_is_the_tables_else_what_is_measured_else_the_usual() -> None:
    steps = (3600.0, 3600.0)
    table = {"river": lambda at: 4.0 if at < AT + HOUR else None}
    assert outlook_of(network(), {}, table, {}, AT, steps, outer_now_m={"river": 3.0}).outer_m["river"] == (4.0, 3.0)
    assert outlook_of(network(), {}, {}, {}, AT, steps).outer_m["river"] == (2.0, 2.0)
