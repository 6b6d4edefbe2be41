"""A download that is lost at any request leaves a cabinet with a table that keeps its roads lit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from controller.domain.errors import LinkDown
from controller.domain.timetables import AssignmentLayout, ClockForm, ClockLayout, CommitLayout, TimetableLayout
from controller.logic.timetables import DARK, Night, Table, dates_from, fit_table, without
from controller.runtime.timetables.download import NotKept, download
from controller.runtime.timetables.port import Port
from hil.devices.cabinet_memory import CabinetMemory
from hil.plants.cabinet import CabinetPlant
from hil.plants.events import EventLog
from tests.unit.hil import small_city

TONIGHT = date(2026, 6, 21)
START_S = datetime(2026, 6, 21, 4, 0, tzinfo=UTC).timestamp()
OUTPUTS = ("K1", "K2", "K3")
ALL: Night = ((420, 1020),)
HALF: Night = ((420, 690), (1020, 1030))
TREES: Night = ((430, 600),)
STAGED = TimetableLayout(
    1000,
    programs=3,
    entries=2,
    assignment=AssignmentLayout(940, 8),
    commit=CommitLayout(952),
    hash_address=950,
    hash_own=True,
    max_registers=96,
)
DIRECT = TimetableLayout(1000, programs=2, entries=2, assignment=AssignmentLayout(940, 8), max_registers=96)
OLD = {"K1": ALL, "K2": ALL, "K3": TREES}
NEW = {"K1": HALF, "K2": TREES, "K3": ALL}


class FailingPort(Port):
    """A cabinet's memory behind a wire that breaks before a chosen request; ``meddle`` is called before another."""

    def __init__(self, memory: CabinetMemory, breaks_at: int | None = None) -> None:
        super().__init__("330106-LC-0001", lambda _: None, self._no_pause)
        self._memory = memory
        self._breaks_at = breaks_at
        self.requests = 0
        self.writes: list[tuple[int, int]] = []
        self.keeps = True
        self.reboots_at: int | None = None
        self.plant: CabinetPlant | None = None

    async def _no_pause(self, _seconds: float) -> None:
        """Nobody waits here."""

    def _asked(self) -> None:
        if self.requests == self._breaks_at:
            raise LinkDown("the wire broke")
        if self.requests == self.reboots_at and self.plant is not None:
            self.plant.reboot()
        self.requests += 1
        if self.plant is not None:
            self.plant.advance(self.plant.now_s + 0.5)

    async def read(self, address: int, count: int) -> tuple[int, ...]:
        self._asked()
        return tuple(self._memory.read(address, count))

    async def write(self, address: int, words: Sequence[int]) -> None:
        self._asked()
        self.writes.append((address, len(words)))
        if self.keeps:
            self._memory.write(address, words)


def cabinet(layout: TimetableLayout) -> tuple[CabinetPlant, CabinetMemory]:
    plant = CabinetPlant(small_city.cabinet(), START_S, EventLog())
    return plant, CabinetMemory(plant, layout, ClockLayout(960, ClockForm.FIELDS))


def table(layout: TimetableLayout, wanted: dict[str, Night]) -> Table:
    dates = dates_from(TONIGHT, layout)
    return fit_table(layout, dates, {output: [night] * len(dates) for output, night in wanted.items()}).table


async def write(
    memory: CabinetMemory,
    plant: CabinetPlant,
    layout: TimetableLayout,
    wanted: dict[str, Night],
    breaks_at: int | None = None,
    *,
    fresh: bool = False,
) -> FailingPort:
    port = FailingPort(memory, breaks_at)
    port.plant = plant
    await download(port, layout, table(layout, wanted), OUTPUTS, TONIGHT, fresh=fresh)
    return port


def held(memory: CabinetMemory) -> dict[str, list[Night | None]]:
    nights = [TONIGHT + timedelta(days=days) for days in (0, 1, 30, 200, 364)]
    return {output: [memory.night(output, night) for night in nights] for output in OUTPUTS}


def every(wanted: dict[str, Night]) -> dict[str, list[Night | None]]:
    return {output: [night] * 5 for output, night in wanted.items()}


@pytest.mark.parametrize("layout", [STAGED, DIRECT], ids=["staged", "direct"])
async def test_a_whole_download_is_read_back_and_followed(layout: TimetableLayout) -> None:
    plant, memory = cabinet(layout)
    await write(memory, plant, layout, OLD, fresh=True)
    assert held(memory) == every(table_as_held(layout, OLD))
    await write(memory, plant, layout, NEW)
    assert held(memory) == every(table_as_held(layout, NEW))


def table_as_held(layout: TimetableLayout, wanted: dict[str, Night]) -> dict[str, Night]:
    made = table(layout, wanted)
    return {output: made.night(0, output) or DARK for output in OUTPUTS}


async def test_lost_at_any_request_a_staged_table_is_the_old_or_the_new_one_as_a_whole() -> None:
    plant, memory = cabinet(STAGED)
    await write(memory, plant, STAGED, OLD, fresh=True)
    whole = (await write(memory, plant, STAGED, NEW)).requests
    seen = set()
    for breaks_at in range(0, whole, 3):
        plant, memory = cabinet(STAGED)
        await write(memory, plant, STAGED, OLD, fresh=True)
        with pytest.raises(LinkDown):
            await write(memory, plant, STAGED, NEW, breaks_at)
        found = held(memory)
        assert found in (every(OLD), every(NEW))
        seen.add(str(found))
        await write(memory, plant, STAGED, NEW)
        assert held(memory) == every(NEW)
    assert len(seen) >= 1


async def test_before_the_commit_the_old_table_is_active_and_it_is_the_last_thing_written() -> None:
    plant, memory = cabinet(STAGED)
    await write(memory, plant, STAGED, OLD, fresh=True)
    port = await write(memory, plant, STAGED, NEW)
    assert port.writes[-1] == (952, 1)
    assert [address for address, _ in port.writes].count(952) == 1
    plant, memory = cabinet(STAGED)
    await write(memory, plant, STAGED, OLD, fresh=True)
    with pytest.raises(LinkDown):
        await write(memory, plant, STAGED, NEW, port.requests - 4)
    assert memory.staged
    assert held(memory) == every(OLD)


async def test_lost_at_any_request_a_table_without_commit_is_never_darker_than_both_the_old_and_the_new() -> None:
    plant, memory = cabinet(DIRECT)
    await write(memory, plant, DIRECT, OLD, fresh=True)
    old = table_as_held(DIRECT, OLD)
    new = table_as_held(DIRECT, NEW)
    whole = (await write(memory, plant, DIRECT, NEW)).requests
    for breaks_at in range(0, whole, 5):
        plant, memory = cabinet(DIRECT)
        await write(memory, plant, DIRECT, OLD, fresh=True)
        with pytest.raises(LinkDown):
            await write(memory, plant, DIRECT, NEW, breaks_at)
        for output, nights in held(memory).items():
            for night in nights:
                assert night is not None
                assert DARK in (without(old[output], night), without(new[output], night)), (breaks_at, output)


async def test_what_stands_there_already_is_not_written_again() -> None:
    plant, memory = cabinet(DIRECT)
    await write(memory, plant, DIRECT, OLD, fresh=True)
    assert (await write(memory, plant, DIRECT, OLD)).writes == []
    memory.alter("K1", TONIGHT + timedelta(days=30), DARK)
    assert len((await write(memory, plant, DIRECT, OLD)).writes) == 1


async def test_tonight_is_written_first() -> None:
    plant, memory = cabinet(DIRECT)
    port = await write(memory, plant, DIRECT, OLD)
    first = next(address for address, count in port.writes if count > 8)
    row = (TONIGHT - date(2026, 1, 1)).days + 1  # 29 February has a row of its own
    assert first <= DIRECT.address + DIRECT.at(row, 0) < first + DIRECT.max_registers


async def test_a_device_that_reboots_in_the_middle_is_noticed_before_the_commit() -> None:
    plant, memory = cabinet(STAGED)
    await write(memory, plant, STAGED, OLD, fresh=True)
    port = FailingPort(memory)
    port.plant, port.reboots_at = plant, 80
    with pytest.raises(NotKept, match="was written"):
        await download(port, STAGED, table(STAGED, NEW), OUTPUTS, TONIGHT, fresh=False)
    assert held(memory) == every(OLD)
    assert (952, 1) not in port.writes


@pytest.mark.parametrize("layout", [STAGED, DIRECT], ids=["staged", "direct"])
async def test_a_device_that_acknowledges_and_keeps_nothing_is_told_and_never_committed(
    layout: TimetableLayout,
) -> None:
    plant, memory = cabinet(layout)
    port = FailingPort(memory)
    port.plant, port.keeps = plant, False
    with pytest.raises(NotKept, match="does not keep"):
        await download(port, layout, table(layout, NEW), OUTPUTS, TONIGHT, fresh=True)
    assert (952, 1) not in port.writes


async def test_a_table_and_a_clock_outlive_a_reboot() -> None:
    plant, memory = cabinet(STAGED)
    await write(memory, plant, STAGED, OLD, fresh=True)
    shown = datetime(2026, 6, 21, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    memory.write(960, (2026, 6, 21, 20, 0, 0))
    plant.reboot()
    assert held(memory) == every(OLD)
    assert plant.clock.shows(plant.now_s) == shown.timestamp()
