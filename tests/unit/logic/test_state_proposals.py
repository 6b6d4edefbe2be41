"""Rain gathered and levels reached propose states; nothing unknown is filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from controller.domain.gauges import DatedLevel, Gauge, GaugeKind
from controller.domain.operating import OperatingState as State
from controller.domain.places import Place
from controller.logic.forecasts.past_error import ErrorFigure
from controller.logic.forecasts.rain_record import RainRecord, observe
from controller.logic.forecasts.series import Forecast, ForecastKind, ForecastStep, TideExtreme, TideTable
from controller.logic.state_proposals import (
    ProposalRules,
    expected_advice,
    level_advice,
    level_expected_advice,
    rain_advice,
    tide_advice,
)

RULES = ProposalRules()
START = datetime(2026, 6, 22, 10, 0, tzinfo=UTC)
RAIN = Gauge("330106-RG-0001", "西湖雨量站", "330106", Place(30.2, 120.1), GaugeKind.RAIN)
LEVEL = Gauge(
    "330105-LG-0001",
    "拱宸桥",
    "330105",
    Place(30.3, 120.1),
    GaugeKind.LEVEL,
    DatedLevel(2.7, "吴淞", date(2021, 6, 1)),
    DatedLevel(3.2, "吴淞", date(2021, 6, 1)),
)
NOTHING: frozenset[State] = frozenset()


def rained(rate_mm_h: float, hours: float, step_s: float = 60.0) -> tuple[RainRecord, datetime]:
    record, now_s = RainRecord(), 0.0
    while now_s <= hours * 3600.0:
        record = observe(record, rate_mm_h, START + timedelta(seconds=now_s), now_s)
        now_s += step_s
    return record, START + timedelta(seconds=now_s - step_s)


@pytest.mark.parametrize(
    ("rate_mm_h", "hours", "states"),
    [
        (4.0, 12.0, []),
        (4.3, 12.0, [State.FLOOD_IV]),
        (8.6, 6.0, [State.FLOOD_IV, State.FLOOD_III]),
        (17.0, 3.0, [State.FLOOD_IV, State.FLOOD_III, State.FLOOD_II]),
        (34.0, 3.0, [State.FLOOD_IV, State.FLOOD_III, State.FLOOD_II, State.FLOOD_I]),
        (100.0, 0.4, []),
    ],
)
def test_rain_signals_are_50_in_12_6_and_3_hours_and_100_in_3(
    rate_mm_h: float, hours: float, states: list[State]
) -> None:
    record, now = rained(rate_mm_h, hours)
    assert [advice.state for advice in rain_advice(RAIN, record, RULES.rain, now)] == states


def test_rain_of_long_ago_is_forgotten() -> None:
    record, now = rained(34.0, 3.0)
    for hour in range(1, 14):
        later = now + timedelta(hours=hour)
        record = observe(record, 0.0, later, (later - START).total_seconds())
    assert rain_advice(RAIN, record, RULES.rain, now + timedelta(hours=13)) == []


def foreseen(*mm_h: float, issued: datetime = START) -> Forecast:
    steps = (
        ForecastStep(issued + timedelta(hours=hour), issued + timedelta(hours=hour + 1), rate)
        for hour, rate in enumerate(mm_h)
    )
    return Forecast(ForecastKind.RAIN, RAIN.id, issued, "meteo", tuple(steps))


@pytest.mark.parametrize(
    ("fell_mm_h", "ahead", "states"),
    [
        (0.0, (0.0, 20.0, 20.0, 20.0), [State.FLOOD_IV, State.FLOOD_III, State.FLOOD_II]),
        (0.0, (0.0, 10.0, 10.0, 10.0), []),
        (12.0, (10.0, 10.0), [State.FLOOD_IV, State.FLOOD_III]),
        (16.0, (60.0,), [State.FLOOD_IV, State.FLOOD_III, State.FLOOD_II]),
        (20.0, (90.0,), [State.FLOOD_I]),
        (12.0, (0.0, 0.0), []),
    ],
)
def test_rain_that_fell_and_rain_foreseen_count_together_and_what_is_reached_is_not_expected(
    fell_mm_h: float, ahead: tuple[float, ...], states: list[State]
) -> None:
    record, now = rained(fell_mm_h, 3.0)
    forecast = foreseen(*ahead, issued=now)
    told = list(expected_advice(RAIN, record, forecast, None, RULES.rain, now))
    assert [advice.state for advice in told] == states
    assert all("issued 0.0 h ago" in one.why_en and "not known yet" in one.why_en for one in told)


def test_what_is_expected_says_how_wrong_its_source_usually_is() -> None:
    record, now = rained(0.0, 1.0)
    figure = ErrorFigure("meteo", RAIN.id, 3, 8, 2, 4.0, 9.0, 1.2)
    told = next(iter(expected_advice(RAIN, record, foreseen(60.0, issued=now), figure, RULES.rain, now)))
    assert "usually 9 mm off" in told.why_en
    assert "通常误差9毫米" in told.why_zh


@pytest.mark.parametrize(
    ("ahead_m", "level_m", "states"),
    [
        ((2.5, 2.6), 2.4, []),
        ((2.5, 2.75), 2.4, [State.FLOOD_IV]),
        ((2.8, 3.3), 2.4, [State.FLOOD_IV, State.FLOOD_II]),
        ((2.8, 3.3), 2.75, [State.FLOOD_II]),
        ((2.8, 3.3), None, [State.FLOOD_IV, State.FLOOD_II]),
        ((), 2.4, []),
    ],
)
def test_levels_the_model_foresees_propose_as_far_as_they_are_not_reached(
    ahead_m: tuple[float, ...], level_m: float | None, states: list[State]
) -> None:
    ahead = [(START + timedelta(hours=1 + hour), value) for hour, value in enumerate(ahead_m)]
    told = list(level_expected_advice(LEVEL, ahead, level_m, RULES.levels, START))
    assert [advice.state for advice in told] == states


@pytest.mark.parametrize(("high_m", "in_h", "states"), [(2.6, 5, []), (2.8, 5, [State.FLOOD_IV]), (3.4, 20, [])])
def test_a_high_water_of_the_tide_table_proposes_for_the_next_hours(
    high_m: float, in_h: int, states: list[State]
) -> None:
    extremes = (
        TideExtreme(START - timedelta(hours=1), 0.5, high=False),
        TideExtreme(START + timedelta(hours=in_h), high_m, high=True),
    )
    table = TideTable(LEVEL.id, START, "office", extremes)
    assert [advice.state for advice in tide_advice(LEVEL, table, START, RULES.levels)] == states


@pytest.mark.parametrize(
    ("level_m", "standing", "states"),
    [
        (2.69, NOTHING, []),
        (2.70, NOTHING, [State.FLOOD_IV]),
        (3.20, NOTHING, [State.FLOOD_IV, State.FLOOD_II]),
        (2.66, frozenset({State.FLOOD_IV}), [State.FLOOD_IV]),
        (2.64, frozenset({State.FLOOD_IV}), []),
        (None, NOTHING, []),
        (None, frozenset({State.FLOOD_IV}), [State.FLOOD_IV]),
    ],
)
def test_levels_propose_past_their_limits_and_an_unreadable_one_changes_nothing(
    level_m: float | None, standing: frozenset[State], states: list[State]
) -> None:
    assert [advice.state for advice in level_advice(LEVEL, level_m, RULES.levels, standing)] == states
