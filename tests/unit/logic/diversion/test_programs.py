"""When a diversion program runs: its times, its targets, what bars it, what it waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.diversion.barring import BarMemory, Circumstances, follow_bar
from controller.logic.diversion.flood import FloodMemory, follow_flood
from controller.logic.diversion.programs import ProgramMemory, Sight, follow_program
from controller.logic.diversion.rules import (
    Bringer,
    FlushTarget,
    LevelTarget,
    MountainFlood,
    Program,
    QualityTarget,
    Window,
)
from controller.logic.diversion.windows import next_opening, open_now
from controller.logic.tidal.rules import GaugePoint

WQ = GaugePoint("330105-WQ-0001", "ammonia_mg_l")
RAIN, LEVEL = GaugePoint("330106-RG-0001", "rain_mm_h"), GaugePoint("330106-LG-0001", "level_m")
PLAIN = Program("morning", "上午", "morning", "330106-PS-0003", 2, {"330106-PS-0003/G4": 100.0})
FILL = replace(PLAIN, level=LevelTarget(1.4, 1.6))
FRESHEN = replace(PLAIN, quality=QualityTarget(WQ, 1.0, 0.7), at_most_s=6 * 3600.0)
FLUSH = replace(PLAIN, flush=FlushTarget("330102-PS-0003", 1.1, "river"))
GOOD = Sight(in_window=True, barred="", fit=True, judged=True, inner_m=1.3, number=lambda _: 1.2, falling=True)
RUNS = ProgramMemory(running=True, since_s=0.0)


@pytest.mark.parametrize("program", [PLAIN, FILL, FRESHEN, FLUSH])
def test_a_program_with_something_to_do_begins(program: Program) -> None:
    assert follow_program(program, GOOD, ProgramMemory(), 100.0).running


@pytest.mark.parametrize(
    ("program", "change", "why"),
    [
        (PLAIN, {"in_window": False}, "outside its times"),
        (PLAIN, {"barred": "drainage first / 排涝优先"}, "drainage first"),
        (PLAIN, {"fit": False, "unfit": "ammonia is past its limit / 氨氮超限"}, "ammonia"),
        (PLAIN, {"fit": None}, "nobody knows"),
        (FILL, {"inner_m": 1.5}, "waits for 1.4 m"),
        (FILL, {"inner_m": None}, "not known"),
        (FRESHEN, {"number": lambda _: 0.9}, "good enough"),
        (FRESHEN, {"number": lambda _: None}, "not known"),
        (FLUSH, {"falling": None}, "waits for the tide"),
        (FLUSH, {"falling": False}, "waits for the tide"),
    ],
)
def test_without_it_none_does_and_it_says_why(program: Program, change: dict, why: str) -> None:
    memory = follow_program(program, replace(GOOD, **change), ProgramMemory(), 100.0)
    assert not memory.running
    assert why in memory.why
    assert " / " in memory.why


@pytest.mark.parametrize(
    ("program", "change"),
    [(PLAIN, {"barred": "drainage first / 排涝优先"}), (PLAIN, {"fit": False, "unfit": "bad / 差"})],
)
def test_drainage_and_bad_water_end_it_at_once(program: Program, change: dict) -> None:
    memory = follow_program(program, replace(GOOD, **change), RUNS, 1.0)
    assert not memory.running
    assert memory.rest_until_s == 1.0 + program.least_rest_s


@pytest.mark.parametrize(
    ("program", "change"),
    [
        (PLAIN, {"in_window": False}),
        (FILL, {"inner_m": 1.7}),
        (FRESHEN, {"number": lambda _: 0.6}),
        (FLUSH, {"falling": False}),
    ],
)
def test_a_target_reached_ends_it_after_its_least_run(program: Program, change: dict) -> None:
    reached = replace(GOOD, **change)
    assert follow_program(program, reached, RUNS, 1000.0).running
    assert not follow_program(program, reached, RUNS, 1801.0).running


def test_what_is_not_known_ends_nothing_and_its_longest_time_does() -> None:
    blind = replace(GOOD, number=lambda _: None, inner_m=None, fit=None)
    assert follow_program(FRESHEN, blind, RUNS, 3 * 3600.0).running
    assert not follow_program(FRESHEN, blind, RUNS, 6 * 3600.0).running


def test_it_rests_between_two_runs() -> None:
    ended = follow_program(FRESHEN, GOOD, RUNS, 6 * 3600.0)
    assert not follow_program(FRESHEN, GOOD, ended, 6 * 3600.0 + 1700.0).running
    assert follow_program(FRESHEN, GOOD, ended, 6 * 3600.0 + 1801.0).running


@given(
    st.lists(
        st.tuples(st.sampled_from([True, False, None]), st.booleans(), st.booleans(), st.integers(1, 4000)), max_size=30
    )
)
def test_it_never_runs_while_barred_or_on_water_known_to_be_unfit(steps: list) -> None:
    memory, now_s = ProgramMemory(), 0.0
    for fit, barred, window, step_s in steps:
        now_s += step_s
        before = memory
        sight = replace(GOOD, fit=fit, barred="x / y" if barred else "", in_window=window, unfit="u / v")
        memory = follow_program(PLAIN, sight, memory, now_s)
        assert not (memory.running and (barred or fit is False))
        assert not (memory.running and not before.running and (fit is not True or not window))


@pytest.mark.parametrize(
    ("window", "local", "is_open"),
    [
        (Window(begins_min=9 * 60, ends_min=690), "2026-06-22 09:00", True),
        (Window(begins_min=9 * 60, ends_min=690), "2026-06-22 11:30", False),
        (Window(days=frozenset({5, 6}), begins_min=0), "2026-06-22 09:00", False),
        (Window(months=frozenset({7})), "2026-06-22 09:00", False),
        (Window(days=frozenset({0}), begins_min=22 * 60, ends_min=120), "2026-06-23 01:00", True),
        (Window(days=frozenset({1}), begins_min=22 * 60, ends_min=120), "2026-06-23 01:00", False),
    ],
)
def test_windows_by_weekday_season_and_clock(window: Window, local: str, is_open: bool) -> None:
    assert open_now([window], datetime.fromisoformat(local)) is is_open


def test_the_next_opening_skips_days_that_do_not_count() -> None:
    weekend = Window(days=frozenset({5, 6}), begins_min=8 * 60)
    assert next_opening([weekend], datetime(2026, 6, 22, 9, 0)) == datetime(2026, 6, 27, 8, 0)  # noqa: DTZ001  # local


# -- what goes before ------------------------------------------------------------------------------------------------

BRINGER = Bringer("330106-PS-0003", full_m=2.2)


@pytest.mark.parametrize(
    ("around", "why"),
    [
        (Circumstances(response=4), "response Ⅳ"),
        (Circumstances(response=1), "response Ⅰ"),
        (Circumstances(signal="blue"), "blue rain signal"),
        (Circumstances(signal="red"), "red rain signal"),
        (Circumstances(below_warning_m=0.29), "below warning"),
        (Circumstances(inner_m=2.2), "inner level"),
        (Circumstances(draining="城西南排"), "城西南排 pumps"),
        (Circumstances(), ""),
        (Circumstances(below_warning_m=0.31, inner_m=2.19), ""),
    ],
)
def test_what_bars_diversion_and_who(around: Circumstances, why: str) -> None:
    reason = follow_bar(BRINGER, around, BarMemory(), 0.0).reason
    assert (why in reason) if why else not reason


def test_diversion_comes_back_only_once_the_cause_has_been_gone_for_its_hold() -> None:
    memory = follow_bar(BRINGER, Circumstances(response=4), BarMemory(), 0.0)
    memory = follow_bar(BRINGER, Circumstances(), memory, 10.0)
    assert "has to be gone" in memory.reason
    memory = follow_bar(BRINGER, Circumstances(signal="blue"), memory, 1000.0)
    memory = follow_bar(BRINGER, Circumstances(), memory, 1010.0)
    assert follow_bar(BRINGER, Circumstances(), memory, 2800.0).reason
    assert not follow_bar(BRINGER, Circumstances(), memory, 2811.0).reason


def test_a_milder_signal_than_the_sites_does_not_bar() -> None:
    assert not follow_bar(replace(BRINGER, signal="orange"), Circumstances(signal="blue"), BarMemory(), 0.0).reason


def test_a_mountain_flood_shuts_the_intake_by_rain_and_level_and_for_a_while_after() -> None:
    rule = MountainFlood(rain=RAIN, rain_mm=30.0, level=LEVEL, level_m=5.0, hold_s=600.0)
    memory, seen = FloodMemory(), {RAIN: 60.0, LEVEL: 1.0}
    for minute in range(40):
        memory = follow_flood(rule, seen.get, memory, minute * 60.0)
    assert "rain" in memory.reason
    seen[RAIN] = 0.0
    for minute in range(40, 60):
        memory = follow_flood(rule, seen.get, memory, minute * 60.0)
    assert memory.reason
    for minute in range(60, 130):
        memory = follow_flood(rule, seen.get, memory, minute * 60.0)
    assert not memory.reason
    assert "level" in follow_flood(rule, {RAIN: 0.0, LEVEL: 5.1}.get, memory, 8000.0).reason


def test_a_flood_that_can_no_longer_be_seen_goes_on() -> None:
    rule = MountainFlood(level=LEVEL, level_m=5.0, hold_s=600.0)
    memory = follow_flood(rule, {LEVEL: 5.1}.get, FloodMemory(), 0.0)
    for minute in range(60):
        memory = follow_flood(rule, {}.get, memory, 60.0 * minute)
    assert memory.reason
