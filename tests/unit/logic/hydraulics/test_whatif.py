"""What an order would do: against the level control that would go on without it, with a band and what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain.stations import StagedLevels
from controller.logic.hydraulics.parts import linked
from controller.logic.hydraulics.simulation import Acts
from controller.logic.hydraulics.staged import NO_ORDERS, Orders, by_stages
from controller.logic.hydraulics.whatif import Outlooks, Scene, first_above_s, minutes_above, whatif
from controller.logic.station_targets import band
from tests.unit.logic import water_rig
from tests.unit.logic.hydraulics.waters_rig import DRAIN, GATE, PS, network, outlook

STEPS = 24
LEVELS = StagedLevels(start_m=1.9, step_m=0.1, span_m=0.4, dry_run_m=0.4, stagger_s=300.0)
STATION = replace(water_rig.station(2), levels=LEVELS, gravity=replace(water_rig.station(2).gravity, gate=GATE))  # type: ignore[type-var]  # the rig's has a rule


def scene(level_m: float, running: int = 0, held: Orders = NO_ORDERS) -> Scene:
    levels = {"upper": level_m, "lower": level_m}
    now = Acts({DRAIN: running})
    return Scene(network(), {PS: STATION}, levels, dict.fromkeys(levels, 0.01), now, held)


def outlooks(inflow_m3s: float, outer_m: float = 4.0) -> Outlooks:
    return Outlooks(*(outlook(STEPS, inflow_m3s=inflow_m3s * share, outer_m=outer_m) for share in (1.0, 0.5, 1.5)))


def test_more_units_bring_the_level_down_and_cost_energy_and_starts() -> None:
    came = whatif(scene(1.7, running=1), outlooks(6.0), Orders({DRAIN: (4, 1e9)}))
    before, after = came.without.reaches["lower"], came.with_it.reaches["lower"]
    assert after.likely_m[-1] < before.likely_m[-1]
    assert came.with_it.starts >= 3
    assert came.with_it.kwh > came.without.kwh
    assert came.with_it.pumped_m3[PS] > came.without.pumped_m3[PS]
    assert came.with_it.counts[DRAIN][-1] == 4


def test_the_band_holds_the_likely_course_and_widens() -> None:
    course = whatif(scene(1.5), outlooks(15.0), NO_ORDERS).without.reaches["upper"]
    widths = [high - low for low, high in zip(course.low_m, course.high_m, strict=True)]
    for low, likely, high in zip(course.low_m, course.likely_m, course.high_m, strict=True):
        assert low <= likely <= high
    assert widths[0] == pytest.approx(0.02)
    assert widths[-1] > widths[0] + 0.1


def test_without_an_order_the_station_goes_on_by_its_levels() -> None:
    came = whatif(scene(2.3), outlooks(20.0), NO_ORDERS)
    assert came.without.counts[DRAIN][-1] > 0
    assert came.without == came.with_it


def test_an_order_that_ends_hands_back_to_the_levels() -> None:
    came = whatif(scene(2.3, running=3), outlooks(20.0), Orders({DRAIN: (0, 3600.0)}))
    counts = came.with_it.counts[DRAIN]
    assert counts[2] == 0
    assert counts[-1] > 0


def test_a_target_level_is_pumped_towards_and_held_about() -> None:
    held = band(STATION, 1.6)
    assert held is not None
    came = whatif(scene(2.0), outlooks(6.0), Orders(bands={DRAIN: (held, 1e9)}))
    ahead, counts = came.with_it.reaches["lower"].likely_m, came.with_it.counts[DRAIN]
    assert max(counts) > 0
    assert min(ahead) < came.without.reaches["lower"].likely_m[-1]
    assert min(ahead) >= 1.6 - LEVELS.span_m
    assert ahead[-1] == pytest.approx(1.6, abs=LEVELS.span_m)


def test_a_target_level_that_ends_hands_back_and_a_count_takes_its_place() -> None:
    low, high = band(STATION, 1.0), band(STATION, 5.0)
    assert low is not None
    assert high is not None
    came = whatif(scene(1.7), outlooks(2.0), Orders(bands={DRAIN: (low, 3600.0)}))
    assert max(came.with_it.counts[DRAIN][:4]) > 0
    standing = Orders(bands={DRAIN: (high, 1e9)})
    assert Orders({DRAIN: (2, 1e9)}).over(standing) == Orders({DRAIN: (2, 1e9)})
    assert standing.over(Orders({DRAIN: (2, 1e9)})) == standing


def test_what_stands_ordered_is_in_both_courses() -> None:
    held = Orders({DRAIN: (2, 1e9)})
    came = whatif(scene(1.0, running=2, held=held), outlooks(5.0), Orders({}, {GATE: (1.0, 1e9)}))
    assert set(came.without.counts[DRAIN]) == {2}
    assert set(came.with_it.counts[DRAIN]) == {2}


def test_gravity_windows_and_tides_too_high_to_pump_against_are_told() -> None:
    low = whatif(scene(1.5), outlooks(5.0, outer_m=1.0), Orders({}, {GATE: (1.0, 1e9)}))
    assert [window.gate for window in low.windows] == [GATE]
    assert low.with_it.let_out_m3[GATE] > 0.0
    high = outlooks(5.0, outer_m=9.0)
    pumps = tuple(replace(g, rated_head_m=3.0, shutoff_head_m=6.0) for g in network().pumps)
    beyond = replace(scene(1.5), network=replace(network(), pumps=pumps))
    assert whatif(beyond, high, NO_ORDERS).blocked_min == {PS: pytest.approx(STEPS * 15.0)}


@pytest.mark.parametrize(
    ("level_m", "running", "wanted"),
    [(1.5, 0, 0), (1.95, 0, 1), (2.05, 0, 2), (1.55, 2, 1), (1.65, 2, 2), (1.45, 2, 0), (0.3, 4, 0), (2.5, 0, 4)],
)
def test_staged_levels_start_at_their_own_level_and_stop_a_span_below(
    level_m: float, running: int, wanted: int
) -> None:
    assert by_stages(LEVELS, 4, running, level_m) == wanted


def test_minutes_above_and_times_are_read_between_the_moments() -> None:
    moments, levels = [0.0, 600.0, 1200.0], [2.0, 3.0, 2.0]
    assert minutes_above(moments, levels, 2.5) == pytest.approx(10.0)
    assert first_above_s(moments, levels, 2.5) == pytest.approx(300.0)
    assert first_above_s(moments, levels, 3.5) is None
    assert first_above_s(moments, levels, 1.0) == 0.0


def test_only_what_is_linked_is_looked_at() -> None:
    apart = replace(network(), channels=())
    part = linked(apart, ["upper"])
    assert set(part.reaches) == {"upper"}
    assert part.pumps == part.gates == ()
    assert set(linked(network(), ["upper"]).reaches) == {"upper", "lower"}
