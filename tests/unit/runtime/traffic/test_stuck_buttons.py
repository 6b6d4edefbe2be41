"""A button found set is told of until it is seen clear, whatever happens between; the journal has both."""

from __future__ import annotations

import asyncio
from pathlib import Path

from controller.runtime.alarms import Alarm, AlarmBook
from controller.runtime.clocks import ScaledClock
from controller.runtime.evidence import Evidence
from controller.runtime.tasks import cancel_all
from controller.runtime.traffic.news import ToldInAlarms
from controller.store.journal_read import read
from controller.store.store import Store
from tests.unit.runtime.core_rig import EVENING
from tests.unit.runtime.traffic.gateway import gateway_of, station_points

S = "330106-PS-0001"
RUN = "P1.run_command"
CONDITION = f"{S}.{RUN}:button_stuck"


async def test_a_button_that_came_clear_while_its_link_was_lost_is_told_clear() -> None:
    async with gateway_of([S], station_points()) as on:
        await on.after(5.0)
        on.gateway._act = lambda *_: None  # type: ignore[method-assign] - the device acknowledges and does nothing
        on.gateway.units[S].values[RUN] = True
        await on.after(30.0)
        assert {what[0] for what in on.news.heard} == {"stuck"}
        on.gateway.lose()
        await on.after(30.0)
        on.gateway.units[S].values[RUN] = False
        on.gateway.reachable = True
        await on.after(60.0)
        assert [what for what in on.news.heard if what[0] == "freed"] == [("freed", S, RUN)]


async def test_a_button_told_of_before_a_restart_is_told_clear_when_it_is_first_seen_so() -> None:
    async with gateway_of([S], station_points()) as on:
        on.news.stuck.add((S, RUN))
        await on.after(20.0)
        assert on.news.heard == [("freed", S, RUN)]


async def test_every_letting_go_and_the_end_are_journalled_with_who_where_and_when(tmp_path: Path) -> None:
    clock = ScaledClock(EVENING, source=asyncio.get_running_loop().time, origin_s=0.0)
    store = Store.open(tmp_path)
    evidence = Evidence(store.journal, clock)
    tasks = [asyncio.create_task(evidence.run())]
    told: list[Alarm] = []
    book = AlarmBook(clock, told.append)
    news = ToldInAlarms(book, evidence)
    news.button_stuck(S, RUN, 1)
    news.button_stuck(S, RUN, 2)
    assert news.stands_stuck(S, RUN)
    after = AlarmBook(clock, lambda _: None)
    after.restore(book.all())
    anew = ToldInAlarms(after, evidence)
    assert anew.stands_stuck(S, RUN)
    await clock.sleep(5.0)
    anew.button_freed(S, RUN)
    assert not anew.stands_stuck(S, RUN)
    assert not after.standing(S, CONDITION)
    await cancel_all(tasks)
    await store.close()
    lines = [(one.kind, one.actor, one.target, one.data["point"], one.data.get("tries")) for one in read(tmp_path)]
    assert lines == [
        ("button_stuck", "controller", S, RUN, 1),
        ("button_stuck", "controller", S, RUN, 2),
        ("button_freed", "controller", S, RUN, None),
    ]
    walls = [one.wall for one in read(tmp_path)]
    assert walls[-1] > walls[0]
    assert "置位" in told[0].text_zh
