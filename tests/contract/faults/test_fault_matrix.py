"""Every row of the fault matrix through the running core: what people see, and what may never happen."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.command import CommandState
from controller.runtime.views import CommandView
from tests.contract.faults.city import CONTACT, FaultyCity, faulty_city
from tests.contract.faults.framing import Framing
from tests.contract.faults.matrix_page import lines
from tests.contract.faults.row import Row
from tests.contract.faults.rows import ROWS, UNASKED, UNPROVEN

PAGE = Path(__file__).parents[3] / "docs/reference/field-faults.md"
SOON_S, LATER_S = 20.0, 60.0
BACK_S = 75.0
"""Within this a healed device is online, read and obeyed: the longest back-off and its jitter, twice."""


def of(part: str) -> list[object]:
    """Every row that says something of reading (or writing), on every framing it applies to."""
    return [
        pytest.param(row, framing, id=f"{row.key}-{framing.name.lower()}")
        for row in ROWS
        if getattr(row, part) is not None
        for framing in row.framings
    ]


@pytest.mark.parametrize(("row", "framing"), of("read"))
async def test_a_reading_shows_what_the_matrix_says(tmp_path: Path, row: Row, framing: Framing) -> None:
    async with faulty_city(tmp_path, framing) as city:
        assert row.read is not None
        assert row.shown is not None
        connections, logged = city.cabinet.connections, len(city.events())
        city.cabinet.show(231)
        await row.read(city)
        await city.clock.sleep(SOON_S)
        assert seen(city) == row.shown.soon
        await city.clock.sleep(LATER_S)
        assert seen(city) == row.shown.later
        assert city.link in row.shown.link
        assert once(city.events()[logged:]) == row.shown.log
        assert city.alarms() == ({row.shown.alarm} - {""})
        assert row.says.of_read(framing) in city.reasons()
        assert (city.cabinet.connections > connections) is row.shown.reconnects
        await healed(city)
        assert seen(city) == "231 GOOD"
        assert city.alarms() == set()
        assert city.cabinet.writes == []
        assert once(city.events()[logged:]) == (*row.shown.log, *back(row.shown.log))


@pytest.mark.parametrize(("row", "framing"), of("write"))
async def test_a_command_ends_as_the_matrix_says(tmp_path: Path, row: Row, framing: Framing) -> None:
    async with faulty_city(tmp_path, framing) as city:
        assert row.write is not None
        assert row.told is not None
        await row.write(city)
        if not city.commands():
            await city.order_on()
        await city.until(lambda: bool(city.commands()), 5.0, "a command")
        await city.until(lambda: ended(city.commands()[0]), 60.0, "the command ends")
        first, last = city.commands()[0], row.told.last
        assert first.cause == row.told.cause
        assert tuple(state for state, _, _ in first.history)[2:] == row.told.states
        remarks = " | ".join(remark for _, _, remark in first.history)
        assert row.told.says in remarks + " ".join(alarm.text for alarm in city.standing())
        assert row.says.of_write(framing) in remarks
        await city.clock.sleep(1.0)
        assert len(city.cabinet.writes) == row.told.reached
        assert city.alarms() == ({row.told.alarm} - {""})
        await healed(city)
        await city.until(lambda: city.shown(CONTACT).value is True, BACK_S, "the lamp is on")
        await city.until(lambda: city.commands()[-1].state == last, 5.0, f"the last is {last}")
        await city.clock.sleep(60.0)
        assert len(city.commands()) == row.told.commands
        assert len(city.cabinet.writes) == row.told.commands - (1 - row.told.reached)
        assert city.alarms() == set()


def ended(command: CommandView) -> bool:
    """Whether nothing more becomes of it: a final state, or doubt that no read-back could end in time."""
    return CommandState(command.state).final or UNPROVEN in command.history[-1][2]


async def healed(city: FaultyCity) -> None:
    """The fault is over; the device comes back by itself."""
    await city.cabinet.heal()
    await city.until(lambda: city.link == "ONLINE", BACK_S, "the device is back")
    await city.after_a_poll()
    await city.clock.sleep(0.5)


def once(events: list[str]) -> tuple[str, ...]:
    """The events, those of a device or an endpoint each as often as they came, those of bytes once."""
    return tuple(event for at, event in enumerate(events) if event != UNASKED or event not in events[:at])


def back(log: tuple[str, ...]) -> list[str]:
    """What is logged when it is over."""
    ends = {
        "endpoint_unreachable": "endpoint_connected",
        "device_offline": "device_online",
        "device_always_busy": "device_answers_again",
    }
    return [ends[one] for one in log if one in ends]


def seen(city: FaultyCity) -> str:
    """The voltage as people are shown it."""
    reading = city.shown()
    return f"{reading.value} {reading.quality.name} {reading.detail.value}".rstrip()


def test_the_reference_page_holds_exactly_this_matrix() -> None:
    page = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in page if line.startswith("|")] == list(lines())


def test_every_row_has_its_own_name_and_says_something() -> None:
    assert len({row.key for row in ROWS}) == len({row.en for row in ROWS}) == len({row.zh for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert (row.read is None) is (row.shown is None)
        assert (row.write is None) is (row.told is None)
        assert row.shown or row.told
