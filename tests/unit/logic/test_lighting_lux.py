"""Photocells: voting with dead, frozen and lying ones, and when their vote makes it dark or bright."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.logic.lighting_lux import (
    Band,
    FreezeMemory,
    SensorRead,
    Sky,
    SkyMemory,
    Trust,
    Vote,
    follow_freeze,
    is_frozen,
    judge,
    vote,
)

MAIN = Band(30.0, 40.0, 0.0, 180.0)
DAY = Band(60.0, 120.0, 180.0, 600.0, 1200.0, quorum=True, blind_s=1800.0)


def reads(*values: float | str | None) -> list[SensorRead]:
    """A number, None for a dead sensor, ``"50!"`` for one frozen at 50."""
    made = []
    for position, value in enumerate(values):
        name = f"S{position + 1}"
        if isinstance(value, str):
            made.append(SensorRead(name, float(value.rstrip("!")), frozen=True))
        else:
            made.append(SensorRead(name, value, detail="" if value is not None else "comm_fault"))
    return made


@pytest.mark.parametrize(
    ("values", "lux", "trust", "rejected"),
    [
        pytest.param((20.0, 22.0, 25.0), 22.0, Trust.FULL, {}, id="three agree"),
        pytest.param((20.0, 22.0, 25.0, 24.0, 900.0), 23.0, Trust.FULL, {"S5": "lying"}, id="one of five lies"),
        pytest.param((20.0, 22.0, 5000.0), 20.0, Trust.PAIR, {"S3": "lying"}, id="two against a bright liar"),
        pytest.param((0.0, 400.0, 420.0), 400.0, Trust.PAIR, {"S1": "lying"}, id="two against a muddy one"),
        pytest.param((20.0, 22.0, None), 20.0, Trust.PAIR, {"S3": "dead"}, id="one dead"),
        pytest.param((20.0, 22.0, "800!"), 20.0, Trust.PAIR, {"S3": "frozen"}, id="one frozen"),
        pytest.param((35.0, None, "800!"), 35.0, Trust.SINGLE, {"S2": "dead", "S3": "frozen"}, id="one left"),
        pytest.param((None, None, None), None, Trust.NONE, dict.fromkeys(("S1", "S2", "S3"), "dead"), id="all dead"),
        pytest.param(
            ("5!", "5!", "5!"), None, Trust.NONE, dict.fromkeys(("S1", "S2", "S3"), "frozen"), id="all frozen"
        ),
        pytest.param((20.0, 500.0), 20.0, Trust.SPLIT, {}, id="two contradict"),
        pytest.param((20.0, 100.0, 2000.0), 20.0, Trust.SPLIT, {"S1": "lying", "S3": "lying"}, id="three contradict"),
        pytest.param((0.0, 4.0, 9.0), 4.0, Trust.FULL, {}, id="shade in the dark is no lie"),
        pytest.param((6000.0, 20000.0, 60000.0), 20000.0, Trust.FULL, {}, id="saturation by day is no lie"),
        pytest.param((44.0,), 44.0, Trust.SINGLE, {}, id="only one there is"),
        pytest.param((), None, Trust.NONE, {}, id="none there is"),
    ],
)
def test_the_vote_of_an_area(
    values: tuple[float | str | None, ...], lux: float | None, trust: Trust, rejected: dict[str, str]
) -> None:
    said = vote(reads(*values))
    assert (said.lux, said.trust) == (lux, trust)
    assert {one.sensor: one.fault.value for one in said.rejected} == rejected


def test_a_sensor_freezes_after_a_day_without_moving_and_thaws_when_it_moves() -> None:
    memory = follow_freeze(None, 12.0, 100.0)
    assert not is_frozen(memory, 100.0 + 86_399.0)
    assert is_frozen(follow_freeze(memory, 12.0, 80_000.0), 100.0 + 86_400.0)
    assert is_frozen(follow_freeze(memory, None, 90_000.0), 100.0 + 86_400.0), "out of reach is no movement"
    assert follow_freeze(memory, 13.0, 90_000.0) == FreezeMemory(13.0, 90_000.0)
    assert not is_frozen(None, 1e9)


def follow(band: Band, *steps: tuple[float, Vote], start: SkyMemory | None = None) -> list[Sky]:
    memory, skies = start or SkyMemory(), []
    for now_s, said in steps:
        memory = judge(band, said, memory, now_s)
        skies.append(memory.sky)
    return skies


def full(lux: float) -> Vote:
    return Vote(lux, Trust.FULL)


NOTHING = Vote(None, Trust.NONE)
BRIGHT = SkyMemory(Sky.BRIGHT, dark=False)
WAS_DARK = SkyMemory(Sky.DARK, dark=True, dark_since_s=-9e9)


@pytest.mark.parametrize(
    ("band", "start", "steps", "skies"),
    [
        pytest.param(MAIN, BRIGHT, [(0, full(29.9))], "dark", id="dark at once"),
        pytest.param(MAIN, BRIGHT, [(0, full(35.0))], "bright", id="between the limits it stays bright"),
        pytest.param(MAIN, WAS_DARK, [(0, full(35.0)), (999, full(39.0))], "dark dark", id="... and stays dark"),
        pytest.param(
            MAIN,
            WAS_DARK,
            [(0, full(41.0)), (179, full(41.0)), (180, full(41.0))],
            "dark dark bright",
            id="bright held",
        ),
        pytest.param(
            MAIN,
            WAS_DARK,
            [(0, full(41.0)), (100, full(39.0)), (180, full(41.0)), (359, full(41.0)), (360, full(41.0))],
            "dark dark dark dark bright",
            id="a shadow begins the hold anew",
        ),
        pytest.param(MAIN, WAS_DARK, [(0, NOTHING), (9e5, NOTHING)], "kept kept", id="no signal keeps what is lit lit"),
        pytest.param(MAIN, BRIGHT, [(0, NOTHING)], "no_signal", id="no signal is not bright"),
        pytest.param(
            MAIN,
            WAS_DARK,
            [(0, Vote(900.0, Trust.SINGLE)), (999, Vote(900.0, Trust.SINGLE))],
            "dark dark",
            id="one alone",
        ),
        pytest.param(MAIN, BRIGHT, [(0, Vote(5.0, Trust.SINGLE))], "dark", id="one alone may say dark at dusk"),
        pytest.param(MAIN, BRIGHT, [(0, Vote(5.0, Trust.SPLIT))], "dark", id="the darkest of a quarrel may, too"),
        pytest.param(MAIN, BRIGHT, [(0, Vote(500.0, Trust.SPLIT))], "no_signal", id="... and never bright"),
        pytest.param(MAIN, None, [(0, full(35.0))], "dark", id="a start between the limits is the lit side"),
        pytest.param(MAIN, None, [(0, full(25.0))], "dark", id="a start in the dark"),
        pytest.param(
            MAIN, None, [(0, full(500.0)), (180, full(500.0))], "settling bright", id="a start by day settles"
        ),
        pytest.param(
            DAY, BRIGHT, [(0, full(50.0)), (179, full(50.0)), (180, full(50.0))], "bright bright dark", id="held"
        ),
        pytest.param(
            DAY, BRIGHT, [(0, full(50.0)), (90, full(70.0)), (180, full(50.0))], "bright bright bright", id="cloud"
        ),
        pytest.param(
            DAY, BRIGHT, [(0, Vote(5.0, Trust.SINGLE)), (900, Vote(5.0, Trust.SINGLE))], "no_signal no_signal", id="mud"
        ),
        pytest.param(
            DAY,
            WAS_DARK,
            [(0, full(20.0)), (9, NOTHING), (1799, NOTHING), (1800, NOTHING)],
            "dark kept kept no_signal",
            id="dark by day is not kept for ever on nobody's word",
        ),
        pytest.param(
            DAY,
            SkyMemory(Sky.DARK, dark=True, dark_since_s=0.0),
            [(1, full(130.0)), (601, full(130.0)), (1199, full(130.0)), (1200, full(130.0))],
            "dark dark dark bright",
            id="it burns its least time",
        ),
    ],
)
def test_the_sky_in_a_band(band: Band, start: SkyMemory | None, steps: list[tuple[float, Vote]], skies: str) -> None:
    assert follow(band, *steps, start=start) == [Sky(word) for word in skies.split()]


def test_a_time_that_runs_is_named_so_that_nobody_has_to_look_every_second() -> None:
    assert judge(MAIN, full(500.0), WAS_DARK, 10.0).due_s == 190.0
    assert judge(MAIN, full(35.0), WAS_DARK, 10.0).due_s is None
    assert judge(DAY, full(50.0), BRIGHT, 10.0).due_s == 190.0
    assert judge(DAY, full(500.0), BRIGHT, 10.0).due_s is None


values = st.one_of(st.none(), st.floats(0, 70_000), st.floats(0, 60), st.just("7!"))
votes = st.lists(values, max_size=5).map(lambda seen: vote(reads(*seen)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 2000), votes), min_size=1, max_size=30), st.sampled_from([MAIN, DAY]))
def test_bright_takes_two_agreeing_sensors_above_the_limit_for_the_whole_hold(
    steps: list[tuple[float, Vote]], band: Band
) -> None:
    memory, now_s, above_s = SkyMemory(), 0.0, None
    for pause_s, said in steps:
        now_s += pause_s
        believed = said.lux is not None and said.trust.both_ways
        above = believed and said.lux is not None and said.lux > band.off_above_lx
        above_s = (now_s if above_s is None else above_s) if above else None
        before, memory = memory, judge(band, said, memory, now_s)
        if memory.sky is Sky.BRIGHT:
            assert believed, "bright is only what is heard to be bright"
            if before.dark is not False:
                assert above_s is not None
                assert now_s - above_s >= band.off_hold_s
        if band.quorum and before.sky not in (Sky.DARK, Sky.KEPT) and memory.sky is Sky.DARK:
            assert believed
