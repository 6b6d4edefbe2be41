"""The model's first minute: looked again every few seconds until every gauge was read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.domain.points import good
from controller.logic.hydraulics.estimate import Trust
from controller.runtime.alarms import AlarmBook
from controller.runtime.clocks import ScaledClock
from controller.runtime.hydraulics.watch import NetworkWatch
from controller.runtime.table import ImageTable
from controller.runtime.tasks import cancel_all
from controller.settings.load import load_site
from controller.settings.site import Site

HANGZHOU = Path("config/hangzhou")


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(HANGZHOU)


class Waters:
    """A watch over the demo's waters, and a hand that reads their gauges."""

    def __init__(self, site: Site, tmp_path: Path) -> None:
        began = datetime(2026, 6, 22, 10, 30, tzinfo=UTC)
        self.clock = ScaledClock(began, source=asyncio.get_running_loop().time, origin_s=0.0)
        self.table, self.alarms = ImageTable(site.ageings), AlarmBook(self.clock, lambda *_: None)
        self.excluded: set[str] = set()
        self.watch = NetworkWatch(
            site,
            clock=self.clock,
            table=self.table,
            alarms=self.alarms,
            keep=lambda _: None,
            data=tmp_path,
            excluded=self.excluded.__contains__,
        )
        assert site.network is not None
        waters = (*site.network.reaches.values(), *site.network.outside.values())
        self.points = [point.partition("/") for water in waters for point in water.gauges]

    def read_all(self) -> None:
        now_s = self.clock.monotonic()
        for device in {device for device, _, _ in self.points}:
            readings = {point: good(1.5, now_s) for of, _, point in self.points if of == device}
            self.table.store(device, readings, complete=True)

    def trusts(self) -> set[Trust]:
        assert self.watch.estimate is not None
        return {state.trust for state in self.watch.estimate.reaches.values()}


async def test_gauges_read_a_few_seconds_after_the_start_are_known_seconds_later(site: Site, tmp_path: Path) -> None:
    waters = Waters(site, tmp_path)
    running = asyncio.create_task(waters.watch.run())
    await waters.clock.sleep(1.0)
    assert (waters.trusts(), waters.alarms.views()) == ({Trust.UNKNOWN}, [])
    waters.read_all()
    await waters.clock.sleep(5.0)
    assert waters.trusts() == {Trust.MEASURED}
    looks = waters.watch.changes
    await waters.clock.sleep(50.0)
    assert waters.watch.changes == looks, "once everything was read a look a minute is enough"
    await cancel_all([running])


async def test_gauges_that_never_answer_are_waited_for_a_minute_at_most(site: Site, tmp_path: Path) -> None:
    waters = Waters(site, tmp_path)
    running = asyncio.create_task(waters.watch.run())
    await waters.clock.sleep(66.0)
    looks = waters.watch.changes
    assert looks <= 15
    await waters.clock.sleep(50.0)
    assert waters.watch.changes == looks
    await waters.clock.sleep(180.0)
    waters.alarms.look()
    assert {alarm.condition for alarm in waters.alarms.views()} == {"level_lost"}
    await cancel_all([running])


async def test_an_excluded_gauge_says_nothing_to_the_model(site: Site, tmp_path: Path) -> None:
    waters = Waters(site, tmp_path)
    waters.read_all()
    waters.excluded.update("".join(point) for point in waters.points)
    await waters.watch.look()
    assert waters.trusts() == {Trust.UNKNOWN}
    waters.excluded.clear()
    await waters.clock.sleep(60.0)
    waters.read_all()
    await waters.watch.look()
    assert waters.trusts() == {Trust.MEASURED}
