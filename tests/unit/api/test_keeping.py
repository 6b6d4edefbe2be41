"""Backups over the API: for administrators of the whole site, into the configured folder and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from controller.domain.errors import StoreError
from controller.domain.rights import Caller, Grant, Role, Scope
from controller.runtime.backups import BackupView
from tests.unit.api.conftest import Bench

MADE = BackupView(
    "/data/backups/zhadao-20260621T110000Z",
    datetime(2026, 6, 21, 11, tzinfo=UTC),
    4096,
    7,
    scheduled=False,
    signed=True,
)


class FakeBackups:
    """A desk whose disk may be full."""

    def __init__(self, *, room: bool = True) -> None:
        self.room = room
        self.asked: list[Caller] = []

    async def make(self, caller: Caller) -> BackupView:
        self.asked.append(caller)
        if not self.room:
            raise StoreError("no room for a backup in /data/backups")
        return MADE

    async def backups(self) -> list[BackupView]:
        return [MADE]


@pytest.fixture
def desk(bench: Bench) -> FakeBackups:
    bench.facade.desks.backups = FakeBackups()
    return bench.facade.desks.backups


async def test_an_administrator_makes_a_backup_under_their_name(bench: Bench, desk: FakeBackups) -> None:
    async with bench.client() as client:
        answer = await client.post("/api/v1/backup")
        listed = await client.get("/api/v1/backups")
    assert (answer.status_code, answer.json()["path"], answer.json()["line"]) == (200, MADE.path, 7)
    assert [caller.actor for caller in desk.asked] == ["operator"]
    assert [one["path"] for one in listed.json()] == [MADE.path]


@pytest.mark.parametrize(
    "grants",
    [
        (Grant(Role.DUTY_OFFICER),),
        (Grant(Role.ENGINEER),),
        (Grant(Role.ADMINISTRATOR, Scope.parse("division:330106")),),
    ],
)
async def test_nobody_else_makes_or_sees_one(bench: Bench, desk: FakeBackups, grants: tuple[Grant, ...]) -> None:
    async with bench.client(bench.folk.token("wang", *grants)) as client:
        assert (await client.post("/api/v1/backup")).status_code == 403
        assert (await client.get("/api/v1/backups")).status_code == 403
    async with bench.client("") as client:
        assert (await client.post("/api/v1/backup")).status_code == 401
    assert desk.asked == []


async def test_a_full_disk_is_503_with_its_sentence(bench: Bench, desk: FakeBackups) -> None:
    desk.room = False
    async with bench.client() as client:
        answer = await client.post("/api/v1/backup")
    assert (answer.status_code, "no room" in answer.json()["message"]) == (503, True)
