"""A disk that does not answer at all: what protects does not wait for it, and nothing it answers late is untold."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import StoreError
from controller.runtime import patience
from controller.store.journal_read import read
from controller.store.store import Store
from tests.unit.runtime.soft_city import LC1, LC2, SoftCity, person, soft_city

ROAD, OTHER_ROAD = f"{LC1}/K1", f"{LC2}/K1"
LIN = person("lin")


@pytest.fixture(autouse=True)
def soon_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's own patience with a disk, not that of the other tests."""
    monkeypatch.setattr(patience, "PATIENCE_S", 3.0)


@contextlib.contextmanager
def hung(store: Store) -> Iterator[None]:
    """Until the block ends nothing that is asked of the writer is begun."""
    begin, waiting = store.writer.begin, list[tuple[Callable[[], Any], asyncio.Future[Any]]]()
    loop = asyncio.get_running_loop()

    def later(work: Callable[[], Any]) -> asyncio.Future[Any]:
        waiting.append((work, loop.create_future()))
        return waiting[-1][1]

    store.writer.begin = later  # type: ignore[method-assign]  # the instance's own, until the disk answers again
    try:
        yield
    finally:
        del store.writer.begin  # the class's own again
        for work, future in waiting:
            begin(work).add_done_callback(lambda done, future=future: _hand_on(done, future))


def _hand_on(done: asyncio.Future[Any], future: asyncio.Future[Any]) -> None:
    error = done.exception()
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(done.result())


async def lit(city: SoftCity) -> None:
    await city.order(ROAD, value="on")
    await city.until(lambda: (f"{ROAD}.command", True) in city.writes())
    await city.clock.sleep(5.0)


async def test_a_stop_goes_out_while_the_disk_hangs_and_an_earlier_turn_waits_for_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await lit(city)
        with hung(city.store):
            city.lamps.set(LC1, "K1.feedback", False)  # the cycle wants it lit again, and that to be written down
            await city.until(lambda: not city.assembly.evidence.healthy)
            stopping = asyncio.create_task(city.controller.desks.orders.stop(ROAD, LIN, "somebody touches the pole"))
            await city.until(lambda: city.writes(f"{ROAD}.command")[-1][1] is False, within_s=2.0)
            await city.until(stopping.done, within_s=10.0)
            assert (await stopping).outcomes[0].accepted
            assert any(alarm.stands and alarm.source == "journal" for alarm in city.assembly.alarms.all())
        await city.clock.sleep(10.0)
        assert not any(alarm.stands and alarm.source == "journal" for alarm in city.assembly.alarms.all())
    assert "emergency_stop" in [line.kind for line in read(tmp_path / "data")]
    async with soft_city(tmp_path) as city:
        assert city.assembly.alarms.standing(ROAD, "emergency_stop"), "kept when the disk answered"


async def test_an_ordinary_act_is_refused_and_told_as_void_however_late_its_line_was_written(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        with hung(city.store):
            with pytest.raises(StoreError, match="not answered"):
                await city.assembly.evidence.before("order", "lin", "", {"request": "R1"})
            with pytest.raises(StoreError, match="not answered"):
                await city.assembly.evidence.before("order", "lin", "", {"request": "R2"})
        await city.clock.sleep(10.0)
        assert city.assembly.evidence.healthy
    lines = [(line.kind, line.data.get("request")) for line in read(tmp_path / "data")]
    assert lines.count(("order_void", "R1")) == 1
    assert lines.count(("order_void", "R2")) == 1
    assert lines.index(("order", "R1")) < lines.index(("order_void", "R1"))
    assert ("order", "R2") not in lines


async def test_what_protects_is_ordered_while_the_disk_hangs(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        with hung(city.store):
            ordering = asyncio.create_task(city.order(OTHER_ROAD, value="on", request_id="R9"))
            await city.until(ordering.done, within_s=15.0)
            assert (await ordering).outcomes[0].accepted
            await city.until(lambda: (f"{OTHER_ROAD}.command", True) in city.writes(), within_s=10.0)
        await city.clock.sleep(10.0)
    async with soft_city(tmp_path) as city:
        assert city.assembly.book.of_request("lin", "R9")


async def test_a_lease_that_ends_while_the_disk_hangs_keeps_nobody_out(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.order(ROAD, value="on", for_s=60.0)
        await city.clock.sleep(50.0)
        with hung(city.store):
            await city.clock.sleep(20.0)
            ordering = asyncio.create_task(city.order(OTHER_ROAD, value="on"))
            await city.until(ordering.done, within_s=10.0)
            assert (await ordering).outcomes[0].accepted
