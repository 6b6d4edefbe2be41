from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue, StoreError
from controller.domain.intents import (
    Dim,
    GateOrder,
    Intent,
    Show,
    StationMode,
    StationOrder,
    Switch,
    UnitMode,
    UnitOrder,
)
from controller.domain.request import Lease, Request
from controller.domain.slots import Slot
from controller.store.changes import (
    DropAlarm,
    DropRequest,
    DropValue,
    ForgetOutcomes,
    PutAlarm,
    PutOutcome,
    PutRequest,
    PutUnit,
    PutValue,
)
from controller.store.folder import DataFolder
from controller.store.state import StateStore
from controller.store.state_rows import UnitCounters, request_of, request_row, resumed, unit_of, unit_row
from controller.store.writer import StoreWriter

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
LEASE = Lease("L-1", NOW, NOW + timedelta(minutes=30), expires_s=1800.0)
OVERRIDE = Request(
    target="330106-LC-0001/K1",
    slot=Slot.CITY_MANUAL,
    value=Switch(True),
    owner="lin",
    reason="夜间抢修",
    origin="page",
    ticket="T-7",
    since=NOW,
    lease=LEASE,
    epoch=3,
)
CUT = Request("330106-LC-0002/K1", Slot.LIFE_SAFETY, Switch(False), "wang", "涉水断电", since=NOW)

OpenState = Callable[[], AbstractAsyncContextManager[StateStore]]


@pytest.fixture
def open_state(data: Path) -> OpenState:
    @asynccontextmanager
    async def opened() -> AsyncIterator[StateStore]:
        folder, writer = DataFolder.open(data), StoreWriter()
        try:
            store = StateStore.open(folder, writer)
            try:
                yield store
            finally:
                await store.close()
        finally:
            writer.close()
            folder.close()

    return opened


async def test_a_new_store_holds_nothing(open_state: OpenState) -> None:
    async with open_state() as state:
        assert (state.stored.requests, state.stored.units) == ((), {})
        assert (state.stored.alarms, state.stored.values) == ({}, {})
        assert await state.outcome("key") is None


async def test_everything_put_is_there_after_a_restart(open_state: OpenState) -> None:
    counters = UnitCounters("330102-PS-0003/P1", (NOW, NOW + timedelta(hours=1)), 12.5, 40, NOW, "no start proof")
    async with open_state() as state:
        await state.apply([PutRequest(OVERRIDE), PutRequest(CUT), PutUnit(counters)])
        await state.apply([PutAlarm("level-high/330105-LG-0001", {"state": "UNACK", "level_m": 2.7})])
        await state.apply([PutValue("installation", "a1b2"), PutOutcome("key-1", {"state": "CONFIRMED"}, NOW)])
    async with open_state() as state:
        assert state.stored.resumed(NOW, now_s=0.0) == (OVERRIDE, CUT)
        assert state.stored.units == {counters.target: counters}
        assert state.stored.alarms == {"level-high/330105-LG-0001": {"state": "UNACK", "level_m": 2.7}}
        assert state.stored.values == {"installation": "a1b2"}
        assert await state.outcome("key-1") == {"state": "CONFIRMED"}


async def test_everything_dropped_is_gone_after_a_restart(open_state: OpenState) -> None:
    async with open_state() as state:
        await state.apply([PutRequest(OVERRIDE), PutAlarm("a", {}), PutValue("v", 1)])
        await state.apply([DropRequest(OVERRIDE.target, OVERRIDE.slot), DropAlarm("a"), DropValue("v")])
        await state.apply([DropRequest(OVERRIDE.target, OVERRIDE.slot), DropAlarm("a"), DropValue("v")])
    async with open_state() as state:
        assert (state.stored.requests, state.stored.alarms, state.stored.values) == ((), {}, {})


async def test_a_slot_of_a_target_holds_one_request(open_state: OpenState) -> None:
    other = Request(OVERRIDE.target, Slot.PLAN, Switch(False), "plan-3", "drill", lease=LEASE)
    again = Request(OVERRIDE.target, Slot.CITY_MANUAL, Switch(False), "zhao", "took over", lease=LEASE)
    async with open_state() as state:
        await state.apply([PutRequest(OVERRIDE), PutRequest(other)])
        await state.apply([PutRequest(again)])
    async with open_state() as state:
        assert [(r.slot, r.owner) for r in state.stored.requests] == [(7, "zhao"), (9, "plan-3")]


async def test_an_idempotency_key_is_kept_until_it_expires(open_state: OpenState) -> None:
    async with open_state() as state:
        await state.apply([PutOutcome(f"key-{n}", {"n": n}, NOW + timedelta(hours=n)) for n in range(3)])
        await state.apply([ForgetOutcomes(NOW + timedelta(hours=1))])
        assert [await state.outcome(f"key-{n}") for n in range(3)] == [None, None, {"n": 2}]


async def test_changes_of_one_call_are_kept_together_or_not_at_all(open_state: OpenState, data: Path) -> None:
    computed = Request("330106-LC-0001/K1", Slot.SCHEDULE, Switch(True), "schedule", "sunset")
    async with open_state() as state:
        with pytest.raises(InvalidValue, match="such slots are never kept"):
            await state.apply([PutValue("v", 1), PutRequest(computed)])
        with pytest.raises(InvalidValue, match="not plain JSON"):
            await state.apply([PutValue("v", 1), PutValue("w", float("nan"))])
        with pytest.raises(InvalidValue, match="decides on a lease"):
            await state.apply([PutValue("v", 1), PutRequest(Request("t", Slot.PLAN, Switch(True), "p", "r"))])
        assert state.healthy
    async with open_state() as state:
        assert state.stored.values == {}


async def test_a_locked_file_is_said_and_healthy_again_afterwards(
    open_state: OpenState, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.store.database.BUSY_TIMEOUT_S", 0.01)
    async with open_state() as state:
        other = sqlite3.connect(data / "state.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process holds it locked"):
            await state.apply([PutValue("v", 1)])
        assert not state.healthy
        assert "locked" in state.last_error
        other.close()
        await state.apply([PutValue("v", 2)])
        assert state.healthy


async def test_many_callers_share_commits(open_state: OpenState) -> None:
    async with open_state() as state:
        await asyncio.gather(*(state.apply([PutValue(f"v{n}", n)]) for n in range(500)))
    async with open_state() as state:
        assert len(state.stored.values) == 500


def test_a_lease_goes_on_with_what_is_left_of_it() -> None:
    after = resumed(OVERRIDE, NOW + timedelta(minutes=10), now_s=5.0).lease
    assert after is not None
    assert after.expires_s == 5.0 + 20 * 60
    assert (after.granted, after.expires) == (LEASE.granted, LEASE.expires)


def test_a_lease_that_ran_out_while_we_were_down_comes_back_over() -> None:
    after = resumed(OVERRIDE, NOW + timedelta(hours=2), now_s=5.0).lease
    assert after is not None
    assert after.over(5.0)


def test_a_wall_clock_that_stepped_back_makes_no_lease_longer_than_granted() -> None:
    after = resumed(OVERRIDE, NOW - timedelta(days=3), now_s=5.0).lease
    assert after is not None
    assert after.expires_s == 5.0 + 30 * 60


def test_a_latch_has_nothing_to_run_out() -> None:
    assert resumed(CUT, NOW + timedelta(days=400), now_s=5.0) is CUT


intents: st.SearchStrategy[Intent] = st.one_of(
    st.booleans().map(Switch),
    st.integers(0, 1000).map(lambda tenths: Dim(tenths / 10)),
    st.sampled_from(["", "前方积水", "text: drive slowly"]).map(Show),
    st.sampled_from(UnitMode).map(UnitOrder),
    st.sampled_from([None, 0.0, 33.5, 100.0]).map(GateOrder),
    st.integers(0, 64).map(lambda count: StationOrder(StationMode.COUNT, count)),
    st.sampled_from([StationMode.HOLD, StationMode.HAND_BACK]).map(StationOrder),
)
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds
slots = st.sampled_from([slot for slot in Slot if slot.kind.value in ("latched", "leased")])


@given(value=intents, slot=slots, since=st.none() | times, granted=times, texts=st.tuples(*[st.text()] * 6))
def test_any_request_comes_back_as_it_was(
    value: Intent, slot: Slot, since: datetime | None, granted: datetime, texts: tuple[str, ...]
) -> None:
    owner, reason, origin, ticket, request_id, by = (text.encode("utf-8", "ignore").decode() for text in texts)
    lease = Lease("L", granted, granted + timedelta(hours=1), 0.0) if slot.kind.value == "leased" else None
    request = Request("330106-LC-0001/K1", slot, value, owner, reason, origin, ticket, since, lease, 5, request_id, by)
    assert request_of(request_row(request)) == request


@given(st.lists(times, max_size=5), st.floats(0, 1e6), st.integers(0, 10**6), st.none() | times)
def test_any_counters_come_back_as_they_were(
    starts: list[datetime], hours: float, total: int, stop: datetime | None
) -> None:
    counters = UnitCounters("330102-PS-0003/P1", tuple(starts), hours, total, stop, "锁定")
    assert unit_of(unit_row(counters)) == counters


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE requests SET value = '{'", "holds something this program did not write"),
        ("UPDATE requests SET slot = 5", "holds something this program did not write"),
        ("UPDATE requests SET granted = 'yesterday'", "holds something this program did not write"),
        ('UPDATE requests SET value = \'{"kind": "circuit", "value": "blue"}\'', "did not write"),
        ("ALTER TABLE units ADD COLUMN remark TEXT", "its tables are not those of its version"),
        ("PRAGMA user_version=99", "schema version 99, this program knows 3; install the newer version"),
    ],
)
async def test_a_state_that_is_not_ours_names_the_file_and_what_to_do(
    open_state: OpenState, data: Path, statement: str, said: str
) -> None:
    async with open_state() as state:
        await state.apply([PutRequest(OVERRIDE)])
    with closing(sqlite3.connect(data / "state.sqlite", isolation_level=None)) as connection:
        connection.execute(statement)
    with pytest.raises(StoreError, match=r"state\.sqlite") as error:
        async with open_state():
            pass
    assert said in str(error.value)


async def test_a_damaged_file_names_itself_and_what_to_do(open_state: OpenState, data: Path) -> None:
    async with open_state() as state:
        await state.apply([PutAlarm(f"a{n}", {"text": "x" * 500}) for n in range(100)])
    (data / "state.sqlite").write_bytes(damaged((data / "state.sqlite").read_bytes()))
    with pytest.raises(StoreError, match=r"state\.sqlite .*damaged.*put the last good copy in its place"):
        async with open_state():
            pass


def damaged(content: bytes) -> bytes:
    return content[:20_000] + b"\xff" * 8_000 + content[28_000:]
