"""Putting the old value back: over lost links, until it stands or its time is over. Nothing else ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from controller.commissioning.write_order import Before, WriteOrder, follows, told
from controller.domain.clock import Clock
from controller.domain.errors import ControllerError, DeviceRefused, Indeterminate, LinkDown
from controller.domain.points import Reading
from drivers.base import Driver

T = TypeVar("T")
Say = Callable[[str], None]

DEVICE = "under test"
LOOK_S = 0.3
"""Between two looks at the feedback."""
SETTLE_S = 3.0
"""How long a register may still show its old value after a write was acknowledged."""
PUT_BACK_S = 60.0
"""How long it is tried over a lost link before people are told to go there."""
RETRY_S = 1.0


@dataclass(slots=True)
class PutBack:
    """``doubt``: whether the test's own write may still be on its way. ``refused``: the device said a definite no."""

    order: WriteOrder
    before: Before
    driver: Driver
    clock: Clock
    say: Say
    doubt: bool = False
    refused: bool = False

    async def run(self) -> bool:
        """Whether the old value stands."""
        self.say(f"  putting {self.before.old!r} back 恢复原值 …")
        deadline_s = self.clock.monotonic() + PUT_BACK_S
        while self.clock.monotonic() < deadline_s:
            try:
                if await self._once():
                    return True
            except ControllerError as trouble:
                self.say(f"  ! {trouble}; trying again")
            await self.clock.sleep(RETRY_S)
        return False

    async def feedback_returns(self) -> str:
        """The command is as before; whether the plant is, its feedback tells. What is wrong with it, else empty."""
        before, name = self.before.feedback, self.order.spec.feedback
        if before is None or not before.good or before.value is None or name is None:
            return ""
        end_s = self.clock.monotonic() + max(self.order.hold_s, SETTLE_S)
        shown = "nothing"
        while self.clock.monotonic() < end_s:
            with contextlib.suppress(ControllerError):
                feedback = (await self.driver.read(DEVICE))[name]
                shown = told(feedback)
                if follows(self.order.spec, feedback, before.value):
                    self.say(f"  feedback {name} is {shown} again")
                    return ""
            await self.clock.sleep(LOOK_S)
        return f"the command is as before, but {name} shows {shown} and was {told(before)}: look at the device"

    async def _once(self) -> bool:
        """Write the old value, always (a write in doubt may still be on its way), and see whether it stands."""
        if not self.driver.connected:
            await self.driver.connect()
        if self.refused and await self._stands():
            return True
        try:
            await self.driver.write(DEVICE, self.order.point, self.before.old)
        except (Indeterminate, DeviceRefused) as doubt:
            self.say(f"  ! {doubt}; reading back")
        settled_s = self.clock.monotonic() + SETTLE_S
        while self.clock.monotonic() < settled_s:
            if await self._stands():
                return not self.doubt or await self._still_stands()
            await self.clock.sleep(LOOK_S)
        return False

    async def _still_stands(self) -> bool:
        """After a write in doubt the old value has to last: a late one would show by now."""
        await self.clock.sleep(SETTLE_S)
        return await self._stands()

    async def _stands(self) -> bool:
        if not self.driver.connected:
            raise LinkDown(f"{self.order.id}: the connection is lost")
        reading: Reading = (await self.driver.read(DEVICE))[self.order.point]
        return reading.good and reading.value == self.before.old


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Await it to its end, however often this task is cancelled meanwhile; the cancellation goes on afterwards."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    result = task.result()
    if cancelled:
        raise asyncio.CancelledError
    return result
