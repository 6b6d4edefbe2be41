"""The keeper: nothing that waits is lost, overtaken or silenced by one defect."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from controller.domain.errors import InvalidValue, StoreError
from controller.runtime.alarms import AlarmBook
from controller.runtime.clocks import ScaledClock
from controller.runtime.keeper import RETRY_S, Keeper
from controller.runtime.tasks import cancel_all
from controller.store.changes import PutValue
from controller.store.state import StateStore
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK


class Kept:
    def __init__(self, data: Path) -> None:
        clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
        self.data, self.store = data, Store.open(data)
        self.alarms = AlarmBook(clock, lambda _: None)
        self.keeper = Keeper(self.store.state, clock)
        self.keeper.alarm_in(self.alarms)

    def values(self) -> dict[str, Any]:
        with closing(sqlite3.connect(self.data / "state.sqlite")) as state:
            return {key: json.loads(text) for key, text in state.execute("SELECT key, value FROM single_values")}


@contextlib.contextmanager
def full(data: Path) -> Iterator[None]:
    """The state takes nothing: the file is not what its version says."""
    with closing(sqlite3.connect(data / "state.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON single_values BEGIN SELECT RAISE(ABORT, 'no room'); END")
        try:
            yield
        finally:
            other.execute("DROP TRIGGER full")


async def test_what_could_not_be_kept_is_tried_again_though_nothing_else_comes(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "data")
    running = asyncio.create_task(kept.keeper.run())
    with full(kept.data):
        kept.keeper.keep(PutValue("a", 1))
        await asyncio.sleep(1)
        assert kept.alarms.standing("state", "unwritable")
    await asyncio.sleep(2 * RETRY_S)
    assert not kept.alarms.standing("state", "unwritable")
    assert kept.values() == {"a": 1}
    await cancel_all([running])
    await kept.store.close()


async def test_what_is_kept_now_never_goes_before_what_waits(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "data")
    kept.keeper.keep(PutValue("a", "old"))
    with full(kept.data), pytest.raises(StoreError):
        await kept.keeper.keep_now([PutValue("b", "refused")])
    await kept.keeper.keep_now([PutValue("a", "new")])
    await kept.keeper.flush()
    assert kept.values() == {"a": "new"}
    await kept.store.close()


async def test_a_change_that_cannot_be_kept_fails_its_own_caller_only(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "data")
    kept.keeper.keep(PutValue("bad", object()))
    kept.keeper.keep(PutValue("good", 1))
    await kept.keeper.flush()
    with pytest.raises(InvalidValue):
        await kept.keeper.keep_now([PutValue("worse", object())])
    assert kept.values() == {"good": 1}
    await kept.store.close()


class SlowToFail:
    """A state store whose first write fails late: what a real disk does only by chance."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.failing = asyncio.Event()

    async def apply(self, changes: Sequence[PutValue]) -> None:
        if not self.failing.is_set():
            self.failing.set()
            await asyncio.sleep(5)
            raise StoreError("no room")
        self.kept.update({change.key: change.value for change in changes})


async def test_what_failed_never_comes_back_over_something_newer() -> None:
    state = SlowToFail()
    keeper = Keeper(cast("StateStore", state), ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0))
    keeper.keep(PutValue("a", "old"))
    older = asyncio.create_task(keeper.flush())
    await state.failing.wait()
    await keeper.keep_now([PutValue("a", "new")])
    await older
    await keeper.flush()
    assert state.kept == {"a": "new"}
