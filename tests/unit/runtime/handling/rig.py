"""Handling over a real store and a real alarm book, on the small site, without its devices."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.domain.clock import Clock
from controller.runtime.alarming.followers import AlarmFollowers
from controller.runtime.alarming.kept import alarm_of
from controller.runtime.alarms import AlarmBook
from controller.runtime.announcer import Announcer
from controller.runtime.clocks import ScaledClock
from controller.runtime.evidence import Evidence
from controller.runtime.handling.desk import HandlingDesk
from controller.runtime.handling.parts import HandlingOffice
from controller.runtime.keeper import Keeper
from controller.runtime.stream import ChangeStream
from controller.runtime.tasks import cancel_all
from controller.settings import load_site
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK
from tests.unit.settings.small_site import write_site


@dataclass
class Handled:
    clock: Clock
    alarms: AlarmBook
    office: HandlingOffice
    config: Path

    @property
    def desk(self) -> HandlingDesk:
        return self.office.desk


@contextlib.asynccontextmanager
async def handled(tmp_path: Path, handling: str, start: datetime = DUSK) -> AsyncIterator[Handled]:
    config = write_site(tmp_path / "config", {"site/handling.yaml": handling})
    origin_s = asyncio.get_running_loop().time()
    clock = ScaledClock(start, source=asyncio.get_running_loop().time, origin_s=origin_s)
    store = Store.open(tmp_path / "data")
    evidence, keeper, stream = Evidence(store.journal, clock), Keeper(store.state, clock), ChangeStream(clock)
    followers = AlarmFollowers(Announcer(stream, evidence, keeper).alarm)
    alarms = AlarmBook(clock, followers)
    office = HandlingOffice(
        load_site(config), alarms=alarms, evidence=evidence, keeper=keeper, clock=clock, stream=stream
    )
    followers.add(office.alarm)
    office.restore(store.state.stored)
    alarms.restore(alarm_of(body, clock) for body in store.state.stored.alarms.values())
    office.restored()
    tasks = [asyncio.create_task(one) for one in (office.run(), evidence.run(), keeper.run())]
    try:
        yield Handled(clock, alarms, office, config)
    finally:
        await cancel_all(tasks[:1])
        await cancel_all(tasks[1:])
        await store.close()
