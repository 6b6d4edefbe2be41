from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.wakeup import WakeUp


async def test_a_wake_up_in_the_past_is_made_once_and_at_once() -> None:
    called: list[str] = []

    async def callback() -> None:
        called.append("now")

    wakeup = WakeUp()
    wakeup.at(datetime.now(UTC) - timedelta(hours=3), callback)
    wakeup.start()
    for _ in range(20):
        await asyncio.sleep(0)
    await wakeup.stop()
    assert called == ["now"]


async def test_stopping_ends_a_callback_under_way() -> None:
    ended = asyncio.Event()

    async def callback() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    wakeup = WakeUp()
    wakeup.start()
    wakeup.at(datetime.now(UTC), callback)
    for _ in range(20):
        await asyncio.sleep(0)
    await wakeup.stop()
    assert ended.is_set()


async def test_stopping_at_once_leaves_no_task_behind() -> None:
    async def callback() -> None:
        await asyncio.Event().wait()

    for turns in range(4):
        wakeup = WakeUp()
        wakeup.daily(12, 5, callback, ZoneInfo("Asia/Shanghai"))
        wakeup.at(datetime.now(UTC), callback)
        wakeup.start()
        for _ in range(turns):
            await asyncio.sleep(0)
        await wakeup.stop()
        await asyncio.sleep(0)


async def test_stopping_what_never_started_is_harmless() -> None:
    await WakeUp().stop()
