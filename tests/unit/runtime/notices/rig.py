"""Notices over a real store and a real alarm book, without a city."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from controller.domain.clock import Clock
from controller.domain.rights import Caller
from controller.logic.notice_rules import DeliveryRule, FoldRule, NoticeRule, NoticeRules, On
from controller.logic.operating_states import DEFAULT_STATES
from controller.runtime.alarming.followers import AlarmFollowers
from controller.runtime.alarming.kept import alarm_of
from controller.runtime.alarms import AlarmBook
from controller.runtime.announcer import Announcer
from controller.runtime.clocks import ScaledClock
from controller.runtime.conditions.declaration_book import DeclarationBook
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.notices.parts import Notices
from controller.runtime.stream import ChangeStream
from controller.runtime.tasks import cancel_all
from controller.settings.notices import Mailbox, NoticeSettings, Receiver, SecretPlace, Webhook
from controller.settings.site import Site
from controller.store.journal_read import read
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK

LIN = Caller("lin", person="lin", session="s1")
SECRET = "an-unusually-long-secret"  # noqa: S105 - signs nothing but these tests
ENV = "ZHADAO_TEST_SECRET"
EVERYTHING = NoticeRule("all", frozenset(On), ("duty",))


def hook(port: int, name: str = "duty", scheme: str = "http", ca: Path | None = None) -> Receiver:
    return Receiver(name, Webhook(f"{scheme}://127.0.0.1:{port}/notices", SecretPlace(env=ENV), ca))


def box(port: int, **more: Any) -> Receiver:
    base = Mailbox("127.0.0.1", port, "none", "zhadao@example.cn", "duty@example.cn")
    return Receiver("duty", replace(base, **more))


def settings(*receivers: Receiver, rule: NoticeRule = EVERYTHING, **delivery: Any) -> NoticeSettings:
    return NoticeSettings(receivers, NoticeRules((rule,), FoldRule(), replace(DeliveryRule(), **delivery)))


@dataclass(frozen=True)
class _Site:
    """As much of a site as notices ask for."""

    name: str
    notices: NoticeSettings


@dataclass
class Rig:
    clock: Clock
    store: Store
    alarms: AlarmBook
    declared: DeclarationBook
    notices: Notices
    keeper: Keeper
    data: Path

    @property
    def desk(self) -> Any:
        return self.notices.desk

    def adopt(self, given: NoticeSettings) -> None:
        self.notices.adopt(_site(given))

    def ring(self, number: int, priority: int = 3) -> None:
        self.alarms.set(f"330106-LC-{number:04}", "door", f"door {number}", priority)

    def journal(self, kind: str) -> list[Mapping[str, Any]]:
        return [record.data for record in read(self.data) if record.kind == kind]


def _site(given: NoticeSettings) -> Site:
    site: Any = _Site("Small", given)
    return site  # type: ignore[no-any-return]  # the two fields that are asked for


@contextlib.asynccontextmanager
async def rig(data: Path, given: NoticeSettings, clock: Clock | None = None) -> AsyncIterator[Rig]:
    clock = clock or ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
    store = Store.open(data)
    evidence, keeper = Evidence(store.journal, clock), Keeper(store.state, clock)
    followers = AlarmFollowers(Announcer(ChangeStream(clock), evidence, keeper).alarm)
    alarms, declared = AlarmBook(clock, followers), DeclarationBook({}, DEFAULT_STATES, {})
    notices = Notices(
        _site(given),
        alarms=alarms,
        declared=declared,
        evidence=evidence,
        keeper=keeper,
        clock=clock,
        local=LocalTime(ZoneInfo("Asia/Shanghai")),
    )
    followers.add(notices.alarm)
    alarms.restore(alarm_of(body, clock) for body in store.state.stored.alarms.values())
    notices.restore(store.state.stored)
    tasks = [asyncio.create_task(one) for one in (evidence.run(), keeper.run(), notices.run())]
    try:
        yield Rig(clock, store, alarms, declared, notices, keeper, data)
    finally:
        await cancel_all(tasks[2:])
        await cancel_all(tasks[:2])
        await store.close()
