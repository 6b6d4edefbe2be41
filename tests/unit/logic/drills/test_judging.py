"""What happened in a drill is judged: met, missed, or not to be judged, each with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.alarm_settings import Words
from controller.logic.drills.drill import Drill, Expectation, Wanted
from controller.logic.drills.happened import Act, AlarmLife, Happened, Move, Sample, Trip
from controller.logic.drills.judging import ALL_THE_TIME, Result, judge, points
from controller.logic.drills.levels import energy_kwh, minutes_above, peak, pumped_m3

T0 = datetime(2026, 6, 22, 18, 0, tzinfo=UTC)
TITLE = Words("题", "title")


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def levels(*rows: tuple[float, float], back: float = 0.0) -> tuple[Sample, ...]:
    return tuple(Sample(at(m), {"canal": level}, {"PS": 50.0}, {"PS": 2000.0}, back) for m, level in rows)


def expected(wanted: Wanted, **said: float | str | None) -> Expectation:
    return Expectation("x", wanted, TITLE, 10.0, **said)  # type: ignore[arg-type]  # a table's words


def happened(minutes: float = 120.0, **said: object) -> Happened:
    return Happened(T0, at(minutes), **said)  # type: ignore[arg-type]  # a table's words


ORDERED = Act(at(15), "chen", "下令", "ordered", order=True)
DECLARED = Act(at(25), "chen", "宣布", "declared", declaration=True)
RISING = levels((0, 2.0), (10, 2.75), (20, 3.0), (30, 2.6))
ANSWERED = AlarmLife("a", "t", 2, at(0), at(4), "chen")
UNANSWERED = AlarmLife("b", "t", 1, at(0))

CASES = {
    "never above the limit": (expected(Wanted.LEVEL_BELOW, of="canal", limit_m=3.2), happened(samples=RISING), "pass"),
    "above the limit": (expected(Wanted.LEVEL_BELOW, of="canal", limit_m=2.9), happened(samples=RISING), "fail"),
    "nothing measured": (expected(Wanted.LEVEL_BELOW, of="canal", limit_m=2.9), happened(), "not_judged"),
    "above for too long": (
        expected(Wanted.MINUTES_ABOVE, of="canal", limit_m=2.7, at_most=15.0),
        happened(samples=RISING),
        "fail",
    ),
    "above, not for long": (
        expected(Wanted.MINUTES_ABOVE, of="canal", limit_m=2.7, at_most=20.0),
        happened(samples=RISING),
        "pass",
    ),
    "a start with its path open": (expected(Wanted.GATES_OPEN), happened(moves=(Move(at(1), "PS/P1", True),)), "pass"),
    "a start against a gate": (
        expected(Wanted.GATES_OPEN),
        happened(moves=(Move(at(1), "PS/P1", True, 3.0),)),
        "fail",
    ),
    "a stop with its gate closed": (
        expected(Wanted.GATES_OPEN),
        happened(moves=(Move(at(1), "PS/P1", False, 0.0),)),
        "pass",
    ),
    "its protection had to": (
        expected(Wanted.GATES_OPEN),
        happened(trips=(Trip(at(1), "PS/P1", "runs against a closed gate"),)),
        "fail",
    ),
    "water came in": (expected(Wanted.NO_REVERSE_FLOW), happened(samples=levels((0, 2.0), back=0.5)), "fail"),
    "no water came in": (expected(Wanted.NO_REVERSE_FLOW), happened(samples=levels((0, 2.0))), "pass"),
    "ordered in time after the level": (
        expected(Wanted.ORDER_WITHIN, of="canal", limit_m=2.7, within_s=600.0),
        happened(samples=RISING, acts=(ORDERED,)),
        "pass",
    ),
    "ordered too late after the start": (
        expected(Wanted.ORDER_WITHIN, after_s=0.0, within_s=600.0),
        happened(acts=(ORDERED,)),
        "fail",
    ),
    "acted before the clock began": (
        expected(Wanted.ORDER_WITHIN, after_s=1800.0, within_s=600.0),
        happened(acts=(ORDERED,)),
        "pass",
    ),
    "the level never came": (
        expected(Wanted.ORDER_WITHIN, of="canal", limit_m=5.0, within_s=600.0),
        happened(samples=RISING),
        "not_judged",
    ),
    "ended before it was due": (
        expected(Wanted.DECLARED_WITHIN, after_s=600.0, within_s=3600.0),
        happened(minutes=30.0),
        "not_judged",
    ),
    "an order is no declaration": (
        expected(Wanted.DECLARED_WITHIN, after_s=0.0, within_s=3600.0),
        happened(acts=(ORDERED,)),
        "fail",
    ),
    "declared": (
        expected(Wanted.DECLARED_WITHIN, after_s=0.0, within_s=3600.0),
        happened(acts=(ORDERED, DECLARED)),
        "pass",
    ),
    "answered in time": (expected(Wanted.ALARMS_ANSWERED, within_s=300.0), happened(alarms=(ANSWERED,)), "pass"),
    "one of them never": (
        expected(Wanted.ALARMS_ANSWERED, within_s=300.0),
        happened(alarms=(ANSWERED, UNANSWERED)),
        "fail",
    ),
    "still has time": (
        expected(Wanted.ALARMS_ANSWERED, within_s=300.0),
        happened(minutes=4.0, alarms=(UNANSWERED,)),
        "not_judged",
    ),
    "started too often": (
        expected(Wanted.STARTS_AT_MOST, at_most=1.0),
        happened(moves=(Move(at(1), "PS/P1", True), Move(at(9), "PS/P1", True))),
        "fail",
    ),
    "another station's starts": (
        expected(Wanted.STARTS_AT_MOST, of="OTHER", at_most=0.0),
        happened(moves=(Move(at(1), "PS/P1", True),)),
        "pass",
    ),
}


SOON_KNOWN = {name for name, (one, _, _) in CASES.items() if one.wanted not in ALL_THE_TIME}
"""A thing done in time is done, however soon the drill ends after it."""


@pytest.mark.parametrize("name", CASES)
def test_an_expectation_is_judged(name: str) -> None:
    one, what, result = CASES[name]
    (verdict,) = judge(Drill("d", TITLE, TITLE, 7200.0, expectations=(one,)), what)
    assert verdict.result == result, verdict
    assert verdict.got == (10.0 if result == "pass" else 0.0)
    assert verdict.why.zh
    assert verdict.why.en


def test_what_cannot_be_judged_counts_neither_for_nor_against_anybody() -> None:
    known, unknown = CASES["never above the limit"][0], CASES["the level never came"][0]
    verdicts = judge(Drill("d", TITLE, TITLE, 7200.0, expectations=(known, unknown)), happened(samples=RISING))
    assert [one.result for one in verdicts] == [Result.PASS, Result.NOT_JUDGED]
    assert points(verdicts) == (10.0, 10.0)


@pytest.mark.parametrize("name", [name for name in CASES if name not in SOON_KNOWN])
def test_a_drill_stopped_half_way_proves_nothing_for_its_whole_time_but_what_went_wrong_did(name: str) -> None:
    one, what, result = CASES[name]
    (verdict,) = judge(Drill("d", TITLE, TITLE, 4 * 7200.0, expectations=(one,)), what)
    assert verdict.result == ("not_judged" if result == "pass" else result)
    if result == "pass":
        assert "ended before its time" in verdict.why.en
        assert "提前结束" in verdict.why.zh


@given(st.lists(st.floats(0.0, 5.0), min_size=2, max_size=30), st.floats(0.0, 5.0))
def test_minutes_above_a_limit_are_none_exactly_when_the_peak_before_the_end_is_not_above_it(
    rows: list[float], limit_m: float
) -> None:
    told = happened(samples=levels(*((10.0 * n, level) for n, level in enumerate(rows))))
    above = minutes_above(told, "canal", limit_m)
    assert 0.0 <= above <= 10.0 * (len(rows) - 1)
    assert (above == 0.0) == (max(rows[:-1]) <= limit_m)
    highest = peak(told, "canal")
    assert highest is not None
    assert highest[1] == max(rows)


def test_water_and_energy_are_what_ran_until_the_next_sample() -> None:
    told = happened(samples=levels((0, 2.0), (60, 2.0)))
    assert pumped_m3(told) == {"PS": 180_000.0}
    assert energy_kwh(told) == pytest.approx({"PS": 2000.0})
