"""A simulated cabinet follows the table in its memory, by a clock of its own that drifts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from controller.domain.errors import InvalidValue
from controller.domain.timetables import ClockForm, ClockLayout, TimetableLayout
from controller.logic.timetables_codec import encode_night
from hil.devices.cabinet_memory import CabinetMemory
from hil.plants.cabinet import CabinetPlant
from hil.plants.device_clock import DeviceClock
from hil.plants.events import EventLog, Motion
from tests.unit.hil import small_city

CHINA = timezone(timedelta(hours=8))
NOON = datetime(2026, 6, 21, 12, 0, tzinfo=CHINA)
LAYOUT = TimetableLayout(1000, programs=3, entries=1)
CLOCK = ClockLayout(50, ClockForm.FIELDS)
ROW = (datetime(2024, 6, 21, tzinfo=UTC) - datetime(2024, 1, 1, tzinfo=UTC)).days


def cabinet(drift_s_per_day: float = 0.0) -> tuple[CabinetPlant, CabinetMemory, EventLog]:
    events = EventLog()
    plant = CabinetPlant(small_city.cabinet(), NOON.timestamp(), events, drift_s_per_day=drift_s_per_day)
    return plant, CabinetMemory(plant, LAYOUT, CLOCK), events


def moves(events: EventLog, output: str = "K1") -> list[tuple[datetime, bool]]:
    return [
        (datetime.fromtimestamp(one.t_s, CHINA), bool(one.value))
        for one in events
        if one.motion is Motion.CONTACTOR and one.output == output
    ]


def test_it_switches_at_the_minutes_of_its_table() -> None:
    plant, memory, events = cabinet()
    memory.write(1000 + ROW * 6, encode_night(LAYOUT, ((400, 900),)))
    plant.advance((NOON + timedelta(hours=23)).timestamp())
    assert [(round((at - NOON).total_seconds() / 60), on) for at, on in moves(events)] == [(400, True), (900, False)]


def test_a_row_that_says_nothing_is_left_to_the_built_in_program() -> None:
    plant, memory, events = cabinet()
    memory.write(1000 + (ROW + 1) * 6, encode_night(LAYOUT, ((400, 900),)))
    plant.advance((NOON + timedelta(hours=23)).timestamp())
    ((on_at, on), (off_at, off)) = moves(events)
    assert (on, off, on_at.hour, off_at.hour) == (True, False, 19, 4), "sunset and sunrise of that day"


def test_a_clock_that_gains_switches_early_until_it_is_set() -> None:
    plant, memory, events = cabinet(drift_s_per_day=120.0)
    for row in (ROW, ROW + 1, ROW + 2):
        memory.write(1000 + row * 6, encode_night(LAYOUT, ((400, 900),)))
    plant.advance((NOON + timedelta(hours=47)).timestamp())
    early_s = [(at - NOON).total_seconds() % 86_400 - 400 * 60 for at, on in moves(events) if on]
    assert early_s == pytest.approx([-400 * 60 / 86_400 * 120, -(86_400 + 400 * 60) / 86_400 * 120], abs=1.0)
    now = NOON + timedelta(hours=47)
    memory.write(50, (now.year, now.month, now.day, now.hour, now.minute, now.second))
    assert abs(plant.clock.shows(plant.now_s) - now.timestamp()) < 1.0
    plant.advance((NOON + timedelta(hours=56)).timestamp())
    ons = [at for at, on in moves(events) if on]
    assert abs((ons[-1] - NOON).total_seconds() - (48 * 3600 + 400 * 60)) < 60.0


def test_the_clock_shows_local_time_and_takes_only_whole_times() -> None:
    plant, memory, _ = cabinet()
    assert list(memory.read(50, 6)) == [2026, 6, 21, 12, 0, 0]
    for words in ((2026,), (2026, 13, 1, 0, 0, 0)):
        with pytest.raises(InvalidValue):
            memory.write(50, words)
    plant.advance((NOON + timedelta(seconds=65)).timestamp())
    assert list(memory.read(50, 6)) == [2026, 6, 21, 12, 1, 5]


@pytest.mark.parametrize("drift", [-3.0, 0.0, 1.7, 600.0])
def test_a_clock_turned_there_and_back_tells_the_same_time(drift: float) -> None:
    clock = DeviceClock(offset_s=12.5, drift_s_per_day=drift, since_s=1_000.0)
    for t_s in (1_000.0, 1.78e9, 1.79e9):
        assert clock.true(clock.shows(t_s)) == pytest.approx(t_s, abs=1e-3)
