"""When a circuit in water is cut, when people are asked first, and when it may come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.contract import Moment
from controller.logic.wet_power import (
    ALL_DRY,
    DRY,
    Case,
    Check,
    CheckKind,
    Finding,
    Hazard,
    Stage,
    Why,
    cut_case,
    follow,
    kept_case,
    return_refusal,
)
from controller.logic.wet_zones import WetPowerRules

RULES = WetPowerRules()
START = datetime(2026, 7, 21, 14, 0, tzinfo=UTC)
LEAK = Finding(Hazard.DIRECT, Why.LEAKAGE, "leaks", "漏电", "cabinet")
WATER = Finding(Hazard.WATER, Why.WATER, "water over it", "水", "zone")
BLIND = Finding(Hazard.BLIND, Why.WATER, "no two agree", "不可信", "zone", suspected=True)
NEAR = Finding(Hazard.NEAR, Why.WATER, "close below", "接近", "zone")


def at(s: float) -> Moment:
    return Moment(START + timedelta(seconds=s), 1000.0 + s)


def run(*steps: tuple[float, Finding], case: Case = DRY, reserved: bool = False) -> Case:
    for s, finding in steps:
        case = follow(case, finding, at(s), RULES, reserved=reserved)
    return case


@pytest.mark.parametrize("reserved", [False, True])
def test_leakage_or_immersion_cuts_at_once_whatever_the_circuit_is_for(reserved: bool) -> None:
    case = run((0, LEAK), reserved=reserved)
    assert (case.stage, case.why, case.gone) == (Stage.CUT, Why.LEAKAGE, None)


def test_proven_water_cuts_an_ordinary_circuit_at_once() -> None:
    assert run((0, WATER)).stage is Stage.CUT


def test_an_evacuation_circuit_is_asked_about_and_cut_after_60_seconds_without_an_answer() -> None:
    asked = run((0, WATER), (59.9, WATER), reserved=True)
    assert (asked.stage, asked.about) == (Stage.ASKED, Hazard.WATER)
    cut = run((60, WATER), case=asked, reserved=True)
    assert cut.stage is Stage.CUT
    assert "nobody decided within 60 s" in cut.text_en


def test_an_evacuation_circuit_whose_water_falls_again_is_neither_cut_nor_asked_about() -> None:
    assert run((0, WATER), (30, ALL_DRY), (200, ALL_DRY), reserved=True) == DRY


def test_water_close_below_holds_the_question_but_never_cuts() -> None:
    case = run((0, WATER), (30, NEAR), (59, NEAR), reserved=True)
    assert case.stage is Stage.ASKED
    assert run((0, NEAR), (500, NEAR)).stage is Stage.DRY


def test_a_decision_to_keep_one_lit_holds_for_its_time_and_is_then_asked_again() -> None:
    asked = run((0, WATER), reserved=True)
    kept = kept_case(asked, at(20), RULES, by="li", reason="people are inside")
    assert run((20 + 899, WATER), case=kept, reserved=True).stage is Stage.KEPT
    again = run((20 + 900, WATER), case=kept, reserved=True)
    assert (again.stage, again.ends_s) == (Stage.ASKED, at(20 + 960).s)


def test_a_decision_to_keep_one_lit_never_holds_against_leakage() -> None:
    kept = kept_case(run((0, WATER), reserved=True), at(20), RULES, by="li", reason="people are inside")
    assert run((21, LEAK), case=kept, reserved=True).stage is Stage.CUT


def test_a_decision_made_blind_does_not_hold_against_proven_water() -> None:
    kept = kept_case(run((0, BLIND), (30, BLIND)), at(40), RULES, by="li", reason="seen dry")
    assert run((50, BLIND), case=kept).stage is Stage.KEPT
    assert run((50, WATER), case=kept).stage is Stage.CUT
    assert run((50, WATER), case=kept, reserved=True).stage is Stage.ASKED


@pytest.mark.parametrize("reserved", [False, True])
def test_missing_signals_ask_after_half_a_minute_and_never_cut(reserved: bool) -> None:
    assert run((0, BLIND), (29, BLIND), reserved=reserved).stage is Stage.DRY
    case = run((0, BLIND), (30, BLIND), (1e6, BLIND), reserved=reserved)
    assert (case.stage, case.about, case.ends_s) == (Stage.ASKED, Hazard.BLIND, None)
    assert run((1e6 + 1, ALL_DRY), case=case, reserved=reserved) == DRY


def test_signals_lost_for_a_moment_do_not_begin_the_minute_anew() -> None:
    case = run((0, WATER), (30, BLIND), (59, BLIND), (59.5, WATER), reserved=True)
    assert case.stage is Stage.ASKED
    assert run((60, WATER), case=case, reserved=True).stage is Stage.CUT


def test_no_minute_ends_in_a_cut_while_the_signals_are_missing() -> None:
    case = run((0, WATER), (45, BLIND), (60, BLIND), (74, BLIND), reserved=True)
    assert (case.stage, case.about) == (Stage.ASKED, Hazard.WATER)


def test_signals_lost_while_the_clock_runs_towards_a_cut_stop_the_clock_and_go_on_asking() -> None:
    case = run((0, WATER), (30, BLIND), (60, BLIND), (90, BLIND), reserved=True)
    assert (case.stage, case.about, case.ends_s) == (Stage.ASKED, Hazard.BLIND, None)


hazards = st.sampled_from([LEAK, WATER, BLIND, NEAR, ALL_DRY])


@given(st.lists(st.tuples(st.floats(0.1, 120), hazards), max_size=30), st.booleans())
def test_nothing_but_proof_cuts_and_nothing_but_a_return_ends_a_cut(
    steps: list[tuple[float, Finding]], reserved: bool
) -> None:
    case, s = DRY, 0.0
    for passed_s, finding in steps:
        s += passed_s
        before, case = case, follow(case, finding, at(s), RULES, reserved=reserved)
        assert not before.cut or case.cut
        if case.cut and not before.cut:
            assert finding.hazard in (Hazard.DIRECT, Hazard.WATER)
        if finding is LEAK or (finding is WATER and not reserved):
            assert case.cut
        if case.cut:
            assert case.gone is not None or finding.standing
            assert case.gone is None or finding.hazard not in (Hazard.DIRECT, Hazard.WATER)


def check(value: float = 2.0, s: float = 700, kind: CheckKind = CheckKind.INSULATION) -> Check:
    return Check("c", kind, value, "wang", START + timedelta(seconds=s))


CUT = cut_case(WATER, at(0))
GONE = follow(CUT, ALL_DRY, at(600), RULES, reserved=False)


@pytest.mark.parametrize(
    ("case", "finding", "measured", "now_s", "says"),
    [
        (DRY, ALL_DRY, check(), 800, "not cut"),
        (CUT, WATER, check(), 800, "the cause stands"),
        (GONE, BLIND, check(), 800, "cannot be ruled out"),
        (GONE, NEAR, check(), 800, "cannot be ruled out"),
        (GONE, Finding(Hazard.NONE, text_en="one gauge says wet", suspected=True), check(), 800, "one gauge says wet"),
        (GONE, ALL_DRY, None, 800, "no insulation or leakage check"),
        (GONE, ALL_DRY, check(s=-5), 800, "older than the cut"),
        (GONE, ALL_DRY, check(s=300), 800, "while the cause still stood"),
        (GONE, ALL_DRY, check(), 700 + 86_401, "too old"),
        (GONE, ALL_DRY, check(0.49), 800, "did not pass"),
        (GONE, ALL_DRY, check(31, kind=CheckKind.LEAKAGE), 800, "did not pass"),
        (GONE, ALL_DRY, check(0.5), 800, None),
        (GONE, ALL_DRY, check(30, kind=CheckKind.LEAKAGE), 800, None),
    ],
)
def test_a_circuit_returns_only_with_its_cause_gone_and_a_fresh_check_that_passes(
    case: Case, finding: Finding, measured: Check | None, now_s: float, says: str | None
) -> None:
    refusal = return_refusal(case, finding, measured, START + timedelta(seconds=now_s), RULES)
    assert (refusal is None) == (says is None)
    assert says is None or (refusal is not None and says in refusal)


def test_a_cabinet_switched_off_for_the_measurement_does_not_void_it() -> None:
    away = Finding(Hazard.NONE, text_en="out of reach", suspected=True)
    away_and_back = run((650, away), (5000, away), (5001, ALL_DRY), case=GONE)
    assert return_refusal(away_and_back, ALL_DRY, check(s=700), START + timedelta(seconds=5001), RULES) is None


def test_gauges_not_to_be_trusted_for_a_while_void_a_check_and_for_a_moment_do_not() -> None:
    moment = run((710, BLIND), (730, BLIND), (735, ALL_DRY), case=GONE)
    assert moment.gone == GONE.gone
    longer = run((710, BLIND), (745, BLIND), (750, ALL_DRY), case=GONE)
    assert longer.gone == START + timedelta(seconds=750)


def test_water_that_rises_again_voids_the_check_made_before() -> None:
    again = follow(follow(GONE, WATER, at(900), RULES, reserved=False), ALL_DRY, at(1000), RULES, reserved=False)
    refusal = return_refusal(again, ALL_DRY, check(s=700), START + timedelta(seconds=1100), RULES)
    assert refusal is not None
    assert "while the cause still stood" in refusal
