"""The model: water is counted exactly, levels follow it, gates let out and never in, pumps stop at the floor."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.logic.hydraulics.network import Channel, Network, Outside, PumpGroup, Reach, StorageCurve
from controller.logic.hydraulics.outlook import Outlook, Schedule
from controller.logic.hydraulics.simulation import Acts, follow, simulate
from tests.unit.logic.hydraulics.waters_rig import AT, CURVE, DRAIN, GATE, PS, network, outlook, reach

STEPS = 8
LEVELS = st.floats(0.3, 3.2)
COUNTS = st.lists(st.integers(0, 4), min_size=STEPS, max_size=STEPS)
SHARES = st.lists(st.floats(0.0, 1.0), min_size=STEPS, max_size=STEPS)


def held(levels: dict[str, float]) -> float:
    return sum(CURVE.volume_m3(level) for level in levels.values())


@settings(max_examples=40, deadline=None)
@given(LEVELS, LEVELS, COUNTS, SHARES, st.floats(-2.0, 60.0), st.floats(0.5, 4.5))
def test_no_water_appears_or_vanishes_whatever_is_done(
    upper: float, lower: float, counts: list[int], shares: list[float], inflow: float, outer: float
) -> None:
    schedule = Schedule({DRAIN: tuple(counts), (PS, "divert"): (1,) * STEPS}, {GATE: tuple(shares)})
    ahead = outlook(STEPS, inflow_m3s=inflow, outer_m=outer)
    start = {"upper": upper, "lower": lower}
    came = simulate(network(), start, ahead, schedule)
    assert abs(came.error_m3) < 1e-3
    drained, diverted, let_out = (
        sum(came.pumped_m3s[DRAIN]) * 900.0,
        sum(came.pumped_m3s[PS, "divert"]) * 900.0,
        sum(came.gravity_m3s[GATE]) * 900.0,
    )
    ends = {name: levels[-1] for name, levels in came.levels_m.items()}
    if inflow >= 0.0:
        expected = held(start) + 1.5 * inflow * 900.0 * STEPS - drained + diverted - let_out
        assert held(ends) == pytest.approx(expected, abs=1.0)


@settings(max_examples=100, deadline=None)
@given(st.floats(-2.0, 6.0))
def test_level_and_volume_of_a_storage_curve_are_each_others_inverse(level: float) -> None:
    assert CURVE.level_m(CURVE.volume_m3(level)) == pytest.approx(max(level, -1.0), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.0, 3e6), st.floats(1.0, 1e6))
def test_more_water_always_stands_higher(volume: float, more: float) -> None:
    assert CURVE.level_m(volume + more) > CURVE.level_m(volume)


@settings(max_examples=40, deadline=None)
@given(LEVELS, LEVELS, SHARES, st.floats(-1.0, 5.0))
def test_a_gate_lets_out_and_never_in(upper: float, lower: float, shares: list[float], outer: float) -> None:
    ahead = outlook(STEPS, inflow_m3s=0.0, outer_m=outer)
    came = simulate(network(), {"upper": upper, "lower": lower}, ahead, Schedule({}, {GATE: tuple(shares)}))
    assert min(came.gravity_m3s[GATE]) >= 0.0
    if outer >= max(upper, lower):
        assert max(came.gravity_m3s[GATE]) == 0.0


@settings(max_examples=40, deadline=None)
@given(LEVELS, LEVELS, COUNTS, COUNTS, SHARES)
def test_more_pumping_never_raises_a_level(
    upper: float, lower: float, some: list[int], more: list[int], shares: list[float]
) -> None:
    most = [min(4, a + b) for a, b in zip(some, more, strict=True)]
    start, ahead = {"upper": upper, "lower": lower}, outlook(STEPS)
    gates = {GATE: tuple(shares)}
    less_pumped = simulate(network(), start, ahead, Schedule({DRAIN: tuple(some)}, gates))
    more_pumped = simulate(network(), start, ahead, Schedule({DRAIN: tuple(most)}, gates))
    for name in start:
        for before, after in zip(less_pumped.levels_m[name], more_pumped.levels_m[name], strict=True):
            assert after <= before + 1e-9


def test_pumps_stop_at_the_floor_and_the_flow_falls_to_what_comes_in() -> None:
    came = simulate(
        network(), {"upper": 0.52, "lower": 0.52}, outlook(24, inflow_m3s=2.0), Schedule({DRAIN: (4,) * 24})
    )
    assert min(came.levels_m["lower"]) >= 0.5 - 1e-9
    assert came.pumped_m3s[DRAIN][0] < 20.0
    assert came.pumped_m3s[DRAIN][-1] < 4.0


def test_a_wide_channel_levels_two_waters_out_without_ever_sloshing() -> None:
    waters = {"a": reach("a"), "b": reach("b")}
    pair = Network("d", waters, {}, (Channel("a", "b", 5000.0),))
    still = Outlook(AT, (900.0,) * 6, {}, {})
    came = simulate(pair, {"a": 2.5, "b": 1.0}, still, Schedule(), substep_s=900.0)
    heads = [a - b for a, b in zip(came.levels_m["a"], came.levels_m["b"], strict=True)]
    assert heads[0] == pytest.approx(1.5)
    assert all(head >= -1e-9 for head in heads)
    assert heads[1] < 0.2
    assert heads[-1] < 1e-3


def test_a_pump_follows_its_head_where_its_heads_are_known() -> None:
    group = PumpGroup(PS, "a", "sea", 1, 10.0, 400.0, rated_head_m=2.0, shutoff_head_m=6.0)
    waters = Network(
        "d",
        {"a": Reach("a", "", StorageCurve(((0.0, 1e7), (5.0, 1e7))), 0.0, 4, 5)},
        {"sea": Outside("sea", "")},
        pumps=(group,),
    )
    for lift_m, share in ((2.0, 1.0), (5.0, 0.5), (6.0, 0.0), (-3.0, 1.15)):
        ahead = Outlook(AT, (60.0,), {}, {"sea": (2.0 + lift_m,)})
        came = simulate(waters, {"a": 2.0}, ahead, Schedule({(PS, "drain"): (1,)}))
        assert came.pumped_m3s[PS, "drain"][0] == pytest.approx(10.0 * share)


def test_a_policy_decides_anew_in_every_part_of_a_step() -> None:
    asked: list[float] = []

    def policy(elapsed_s: float, levels: object) -> Acts:
        assert set(levels) == {"upper", "lower", "river"}  # type: ignore[call-overload]  # a mapping
        asked.append(elapsed_s)
        return Acts({DRAIN: 1 if elapsed_s >= 900.0 else 0})

    came = follow(network(), {"upper": 1.5, "lower": 1.5}, outlook(2), policy)
    assert asked == [60.0 * at for at in range(30)]
    assert came.pumped_m3s[DRAIN] == (0.0, pytest.approx(5.0))


def test_what_was_stored_stands_in_place_of_a_level() -> None:
    came = simulate(network(), {"upper": 1.0}, outlook(1), Schedule(), stored_m3={"lower": CURVE.volume_m3(2.0)})
    assert came.levels_m["lower"][0] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("levels", "schedule", "words"),
    [
        ({"upper": 1.0}, Schedule(), "no level of reach lower"),
        ({"upper": 1.0, "lower": 1.0}, Schedule({DRAIN: (1,)}), "1 values for an outlook of 2 steps"),
    ],
)
def test_what_is_missing_is_named(levels: dict[str, float], schedule: Schedule, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        simulate(network(), levels, outlook(2), schedule)
