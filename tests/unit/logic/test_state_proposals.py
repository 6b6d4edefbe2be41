"""Rain gathered and levels reached propose states; nothing unknown is filled in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.assets import DatedLevel, Gauge, GaugeKind, Place
from controller.domain.operating import OperatingState as State
from controller.logic.state_proposals import (
    LONGEST_GAP_S,
    ProposalRules,
    RainMemory,
    level_advice,
    observe_rain,
    rain_advice,
)

RULES = ProposalRules()
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


def rained(rate_mm_h: float, hours: float, step_s: float = 60.0) -> tuple[RainMemory, float]:
    memory, now_s = RainMemory(), 0.0
    while now_s <= hours * 3600.0:
        memory = observe_rain(memory, rate_mm_h, now_s, RULES.longest_s)
        now_s += step_s
    return memory, now_s - step_s


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
    memory, now_s = rained(rate_mm_h, hours)
    assert [advice.state for advice in rain_advice(RAIN, memory, RULES.rain, now_s)] == states


def test_rain_of_long_ago_is_forgotten() -> None:
    memory, now_s = rained(34.0, 3.0)
    for hour in range(1, 14):
        memory = observe_rain(memory, 0.0, now_s + hour * 3600.0, RULES.longest_s)
    assert rain_advice(RAIN, memory, RULES.rain, now_s + 13 * 3600.0) == []


def test_a_gap_is_not_filled_in() -> None:
    memory = observe_rain(RainMemory(), 36.0, 0.0, RULES.longest_s)
    memory = observe_rain(memory, 36.0, 36_000.0, RULES.longest_s)
    assert memory.within(RULES.longest_s, 36_000.0) == pytest.approx(36.0 * LONGEST_GAP_S / 3600.0)
    unknown = observe_rain(memory, None, 36_060.0, RULES.longest_s)
    later = observe_rain(unknown, 36.0, 40_000.0, RULES.longest_s)
    assert later.within(60.0, 40_000.0) == 0.0


@given(st.lists(st.tuples(st.floats(1.0, 600.0), st.floats(0.0, 200.0)), min_size=1, max_size=80))
def test_what_fell_is_counted_once_and_kept_small(looks: list[tuple[float, float]]) -> None:
    memory, now_s, fell, rate = RainMemory(), 0.0, 0.0, None
    for step_s, next_rate in looks:
        now_s += step_s
        fell += (rate or 0.0) * step_s / 3600.0 if rate is not None else 0.0
        memory, rate = observe_rain(memory, next_rate, now_s, 1e9), next_rate
    assert memory.within(1e9, now_s) == pytest.approx(fell)
    assert len(memory.pieces) <= now_s / 300.0 + 2


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
