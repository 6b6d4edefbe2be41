"""State estimation in the simulated city's storm: sound gauges are believed, lying ones found, dead ones filled in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from controller.domain.quality import Detail, Quality
from controller.logic.hydraulics.estimate import LYING, Estimate, GaugeFault, Measured, Trust
from controller.logic.hydraulics.estimation import estimate
from tests.unit.logic.hydraulics.plant_city import hangzhou
from tests.unit.logic.hydraulics.recorded import MINUTES, Lie, estimates, storm

HEMU = "330105-LG-0002/level_m"
CANAL = "330105-LG-0001/level_m"
SANBAO = [f"330102-PS-0001/inner_level_{sensor}_m" for sensor in (1, 2, 3)]
RISING = 240
"""The middle of the storm (minutes)."""


def frozen_from(minute: int) -> Lie:
    kept: list[float] = []

    def said(at: int, level: float) -> float:
        if at < minute:
            return level
        kept.append(level)
        return kept[0]

    return said


def first_fault(lies: dict[str, Lie], point: str, minutes: int = MINUTES) -> tuple[int, GaugeFault, Estimate]:
    for minute, _, believed in estimates(lies, minutes):
        if believed.gauges[point].fault in LYING:
            return minute, believed.gauges[point].fault, believed
    raise AssertionError(f"{point} was never found lying")


def test_no_sound_gauge_is_ever_accused_and_every_level_is_right_to_a_centimetre() -> None:
    for _, look, believed in estimates({}):
        assert {state.fault for state in believed.gauges.values()} == {GaugeFault.NONE}
        for name, reach in believed.reaches.items():
            assert reach.trust is Trust.MEASURED
            assert reach.level_m == pytest.approx(look.true_m[name], abs=0.01)


def test_a_lone_gauge_frozen_in_the_rising_limb_is_found_within_45_minutes_and_filled_in() -> None:
    found: int | None = None
    for minute, look, believed in estimates({HEMU: frozen_from(RISING)}, RISING + 180):
        hemu = believed.reaches["hemu"]
        if found is None and believed.gauges[HEMU].fault is GaugeFault.FROZEN:
            found = minute
        if found is not None:
            assert (hemu.trust, hemu.trust.quality) == (Trust.SUBSTITUTED, Quality.UNCERTAIN)
            assert hemu.trust.detail is Detail.SUBSTITUTED
            assert hemu.level_m == pytest.approx(look.true_m["hemu"], abs=0.05)
            assert abs(hemu.level_m - look.true_m["hemu"]) <= 3.0 * hemu.sd_m
    assert found is not None
    assert RISING < found <= RISING + 45


def test_a_frozen_gauge_among_sound_ones_is_found_and_the_level_stays_measured() -> None:
    minute, fault, believed = first_fault({SANBAO[0]: frozen_from(RISING)}, SANBAO[0])
    assert fault is GaugeFault.FROZEN
    assert minute <= RISING + 60
    assert believed.reaches["canal"].trust is Trust.MEASURED
    assert believed.reaches["canal"].level_m == pytest.approx(storm()[minute].true_m["canal"], abs=0.01)


def test_a_plc_that_repeats_itself_is_found_by_the_neighbour_that_moves() -> None:
    lies = {point: frozen_from(RISING) for point in SANBAO}
    minute, fault, believed = first_fault(lies, SANBAO[2])
    assert fault is GaugeFault.FROZEN
    assert minute <= RISING + 90
    assert believed.gauges[CANAL].fault is GaugeFault.NONE


def test_a_step_no_water_explains_is_not_believed_for_a_moment_and_held_against_the_gauge() -> None:
    worst = 0.0
    faults = set()
    for minute, look, believed in estimates({HEMU: lambda at, level: level + (0.4 if at >= 60 else 0.0)}, 90):
        worst = max(worst, abs(believed.reaches["hemu"].level_m - look.true_m["hemu"]))
        if minute >= 63:
            faults.add(believed.gauges[HEMU].fault)
    assert worst < 0.02
    assert faults == {GaugeFault.JUMPED}


def test_a_gauge_that_drifts_off_its_neighbours_is_the_odd_one_out() -> None:
    lies: dict[str, Lie] = {CANAL: lambda at, level: level + 0.002 * at}
    minute, fault, believed = first_fault(lies, CANAL, 120)
    assert fault in (GaugeFault.APART, GaugeFault.DRIFTING)
    assert minute <= 70
    assert believed.reaches["canal"].level_m == pytest.approx(storm()[minute].true_m["canal"], abs=0.02)


def test_a_lone_gauge_that_drifts_down_is_found_and_one_that_drifts_up_is_followed_in_doubt() -> None:
    down = first_fault({HEMU: lambda at, level: level - 0.004 * max(0, at - 60)}, HEMU, 180)
    assert (down[1], down[2].reaches["hemu"].trust) == (GaugeFault.DRIFTING, Trust.SUBSTITUTED)
    _, fault, believed = first_fault({HEMU: lambda at, level: level + 0.004 * max(0, at - 60)}, HEMU, 180)
    assert (fault, believed.reaches["hemu"].trust) == (GaugeFault.DRIFTING, Trust.DOUBTED)
    said = believed.gauges[HEMU].value_m
    assert said is not None
    assert believed.reaches["hemu"].level_m == pytest.approx(said, abs=0.02)


def test_a_dead_gauge_is_filled_in_less_and_less_surely_and_believed_again_when_it_speaks() -> None:
    sure = []
    for minute, look, believed in estimates({HEMU: lambda at, level: None if 120 <= at < 300 else level}, 330):
        hemu = believed.reaches["hemu"]
        if 120 <= minute < 300:
            assert hemu.trust is Trust.SUBSTITUTED
            assert believed.gauges[HEMU].fault is GaugeFault.SILENT
            assert hemu.level_m == pytest.approx(look.true_m["hemu"], abs=0.08)
            sure.append(hemu.sd_m)
        elif minute >= 302:
            assert hemu.trust is Trust.MEASURED
            assert hemu.level_m == pytest.approx(look.true_m["hemu"], abs=0.03)
    assert sure == sorted(sure)
    assert sure[-1] > 0.03


def test_a_gauge_that_lied_and_was_mended_counts_again() -> None:
    lie = frozen_from(RISING)
    *_, (_, _, believed) = estimates({HEMU: lambda at, level: lie(at, level) if at < 330 else level}, 400)
    assert believed.gauges[HEMU].fault is GaugeFault.NONE
    assert believed.reaches["hemu"].trust is Trust.MEASURED


def test_a_level_nobody_measures_is_lost_in_the_end_and_says_so() -> None:
    *_, (_, _, believed) = estimates({HEMU: lambda _at, _level: None}, MINUTES, every=1)
    assert believed.reaches["hemu"].trust in (Trust.UNKNOWN, Trust.SUBSTITUTED)
    assert believed.reaches["hemu"].trust.quality < Quality.GOOD


def test_after_a_start_nothing_is_claimed_that_was_not_measured() -> None:
    _, network = hangzhou()
    first = storm()[0]
    blind = estimate(network, None, Measured(), first.at)
    assert {reach.trust for reach in blind.reaches.values()} == {Trust.UNKNOWN}
    seen = estimate(network, blind, storm()[1].measured, storm()[1].at)
    assert {reach.trust for reach in seen.reaches.values()} == {Trust.MEASURED}
    assert seen.reaches["canal"].level_m == pytest.approx(storm()[1].true_m["canal"], abs=0.01)


def test_after_a_short_silence_it_goes_on_and_after_a_long_one_begins_anew_with_liars_still_accused() -> None:
    _, network = hangzhou()
    minute, _, believed = first_fault({HEMU: frozen_from(RISING)}, HEMU)
    look = storm()[minute + 30]
    on = estimate(network, believed, Measured(), look.at)
    assert on.reaches["canal"].trust is Trust.SUBSTITUTED
    assert on.reaches["canal"].level_m == pytest.approx(look.true_m["canal"], abs=0.05)
    later = estimate(network, believed, look.measured, look.at + timedelta(hours=6))
    assert later.reaches["canal"].trust is Trust.MEASURED
    assert later.gauges[HEMU].fault is GaugeFault.FROZEN
    assert later.stored_m3 == believed.stored_m3


def test_inflow_is_told_from_the_balance() -> None:
    _, _, believed = list(estimates({}, 330))[-1]
    assert 180.0 < believed.reaches["canal"].inflow_m3s < 320.0
    assert 0.05 < believed.reaches["canal"].rise_m_h < 0.15
