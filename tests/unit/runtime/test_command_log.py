from __future__ import annotations

import pytest

from controller.domain.command import Command, CommandState, PointWrite
from controller.domain.slots import Slot
from controller.runtime import command_log
from controller.runtime.command_log import CROWD, QUIET, CommandLog, Track
from tests.unit.runtime.core_field import LC, ROAD, HandClock


def command(number: int) -> Command:
    return Command(f"c{number}", ROAD, PointWrite(LC, "K1.command", True), None, Slot.PLAN, "lin", "why", 0.0, 10.0)


@pytest.fixture
def told() -> list[Track]:
    return []


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, told: list[Track]) -> CommandLog:
    monkeypatch.setattr(command_log, "KEPT", 3)
    monkeypatch.setattr(command_log, "KEPT_UNDER_WAY", 4)
    return CommandLog(HandClock(), told.append)


def test_a_command_under_way_is_heard_of_however_many_came_after_it(log: CommandLog, told: list[Track]) -> None:
    for number in range(6):
        log.open(command(number))
    log.move("c0", CommandState.SENT)
    log.move("c0", CommandState.CONFIRMED)
    assert [track.state for track in told] == [CommandState.CONFIRMED] * 2
    assert log.get("c0") is None
    assert [track.command.id for track in log.recent()] == ["c5", "c4", "c3"]


def test_commands_that_never_end_do_not_fill_the_memory(log: CommandLog) -> None:
    for number in range(20):
        log.open(command(number))
    kept = [number for number in range(20) if log.get(f"c{number}") is not None]
    assert kept == list(range(13, 20))


def test_finished_commands_are_forgotten_oldest_first(log: CommandLog) -> None:
    for number in range(5):
        log.open(command(number))
        log.move(f"c{number}", CommandState.FAILED)
    assert [log.get(f"c{number}") is None for number in range(5)] == [True, True, False, False, False]


def test_a_crowd_is_there_from_the_first_command_until_few_are_under_way() -> None:
    log = CommandLog(HandClock(), lambda _: None)
    for number in range(CROWD + 2):
        log.open(command(number))
    assert log.crowded()
    for number, end in enumerate((CommandState.CONFIRMED, CommandState.INDETERMINATE)):
        log.move(f"c{number}", CommandState.VERIFYING)
        assert log.crowded()
        log.move(f"c{number}", end)
    assert not log.crowded()
    log.move("c1", CommandState.CONFIRMED)
    assert not log.crowded()


def test_commands_that_are_stuck_are_no_crowd() -> None:
    clock = HandClock()
    log = CommandLog(clock, lambda _: None)
    for number in range(CROWD + 2):
        log.open(command(number))
        log.move(f"c{number}", CommandState.SENT)
    assert log.crowded()
    clock.s += QUIET.total_seconds()
    assert not log.crowded()


def test_what_never_ends_and_is_forgotten_is_under_way_no_more(log: CommandLog) -> None:
    for number in range(20):
        log.open(command(number))
    assert log._under_way == 7
