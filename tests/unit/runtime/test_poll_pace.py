"""A city's polls come in small batches with everything else in between, in order, and none is forgotten."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from controller.runtime.clocks import ScaledClock
from controller.runtime.poll_pace import BATCH, EVERY_S, PollPace
from controller.runtime.waker import Waker


def wakers(count: int) -> list[Waker]:
    clock = ScaledClock(datetime(2026, 6, 21, tzinfo=UTC), source=asyncio.get_running_loop().time, origin_s=0.0)
    return [Waker(clock) for _ in range(count)]


async def test_a_batch_is_admitted_at_once_and_the_rest_in_its_turn() -> None:
    pace, channels = PollPace(), wakers(2 * BATCH + 1)
    first = [channel for channel in channels if pace.admits(channel)]
    assert first == channels[:BATCH]
    await asyncio.sleep(EVERY_S)
    assert [channel for channel in channels[BATCH:] if pace.admits(channel)] == channels[BATCH : 2 * BATCH]
    await asyncio.sleep(EVERY_S)
    assert pace.admits(channels[-1])


async def test_whoever_waited_is_called_and_comes_before_newcomers() -> None:
    pace, channels = PollPace(), wakers(BATCH + 2)
    for channel in channels[:BATCH]:
        assert pace.admits(channel)
    late, newcomer = channels[BATCH:]
    assert not pace.admits(late)
    called = asyncio.ensure_future(late.wait(60.0))
    assert not pace.admits(newcomer)
    assert await called
    assert pace.admits(late)


async def test_a_channel_that_closed_takes_nobodys_turn() -> None:
    pace, channels = PollPace(), wakers(BATCH + 2)
    for channel in channels:
        pace.admits(channel)
    pace.leave(channels[BATCH])
    await asyncio.sleep(EVERY_S)
    assert pace.admits(channels[-1])
    assert not pace._admitted
