from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from controller.runtime.clocks import ScaledClock
from controller.runtime.waker import Waker

NOON = datetime(2026, 6, 21, 4, tzinfo=UTC)


def clock(speed: float = 1.0) -> ScaledClock:
    return ScaledClock(NOON, speed, source=asyncio.get_running_loop().time)


async def test_a_wait_nobody_cuts_short_lasts_its_seconds_of_the_clock() -> None:
    fast = clock(60.0)
    assert await Waker(fast).wait(120.0) is False
    assert abs(fast.monotonic() - 120.0) < 0.1
    assert abs(asyncio.get_running_loop().time() - 2.0) < 0.01


async def test_a_call_ends_the_wait_at_once() -> None:
    steady = clock()
    waker = Waker(steady)
    asyncio.get_running_loop().call_later(3.0, waker.call)
    assert await waker.wait(600.0) is True
    assert abs(steady.monotonic() - 3.0) < 0.01


async def test_a_call_made_while_nobody_waits_is_kept_for_the_next_wait_and_only_for_that() -> None:
    steady = clock()
    waker = Waker(steady)
    waker.call()
    waker.call()
    assert await waker.wait(600.0) is True
    assert await waker.wait(5.0) is False
    assert abs(steady.monotonic() - 5.0) < 0.01


async def test_waiting_for_what_is_already_past_lets_others_run() -> None:
    waker = Waker(clock())
    ran: list[bool] = []
    asyncio.get_running_loop().call_soon(ran.append, True)
    assert await waker.wait(-1.0) is False
    assert ran == [True]


async def test_a_wait_after_one_that_was_cut_short_lasts_its_own_time_longer_or_shorter() -> None:
    steady = clock()
    waker = Waker(steady)
    for first_s, then_s in ((10.0, 30.0), (30.0, 10.0), (10.0, 10.0)):
        began_s = steady.monotonic()
        asyncio.get_running_loop().call_later(1.0, waker.call)
        assert await waker.wait(first_s) is True
        assert await waker.wait(then_s) is False
        assert abs(steady.monotonic() - began_s - 1.0 - then_s) < 0.01


async def test_a_cancelled_wait_leaves_no_timer_behind() -> None:
    waker = Waker(clock())
    waiting = asyncio.ensure_future(waker.wait(600.0))
    await asyncio.sleep(1.0)
    waiting.cancel()
    await asyncio.wait([waiting])
    before_s = asyncio.get_running_loop().time()
    assert await waker.wait(5.0) is False
    assert abs(asyncio.get_running_loop().time() - before_s - 5.0) < 0.01
