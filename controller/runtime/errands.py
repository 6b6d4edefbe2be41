"""What a channel does for somebody when nothing else is due: register by register, never in front of a command."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from controller.domain.errors import ControllerError, LinkDown
from controller.domain.points import DeviceId
from drivers.base import Driver

T = TypeVar("T")
Act = Callable[[Driver], Awaitable[T]]
"""One request (a few at most) to one device, by its driver."""


@dataclass(slots=True, eq=False)
class Errand:
    """One request that waits for a free moment of its wire; ``answer`` is what came of it."""

    device: DeviceId
    act: Act[Any]
    answer: asyncio.Future[Any]

    async def run(self, driver: Driver) -> ControllerError | None:
        """Ask, and give the answer to whoever waits; what the device or the wire said against it is given back too."""
        try:
            answer = await self.act(driver)
        except asyncio.CancelledError:
            self.fail(LinkDown(f"the wire to {self.device} was closed in the middle of a request"))
            raise
        except ControllerError as error:
            self.fail(error)
            return error
        if not self.answer.done():
            self.answer.set_result(answer)
        return None

    def fail(self, error: ControllerError) -> None:
        """It is not done."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Errands:
    """The errands of one wire, first come first served, taking turns with polls. ``wake`` ends the wire's wait."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._waiting: deque[Errand] = deque()
        self._polled = True

    async def ask(self, device: DeviceId, act: Act[T]) -> T:
        """Have it done when its turn has come.

        Raises:
            LinkDown: the device is not online, or the wire was closed; nothing was sent.
            ControllerError: whatever the driver said.
        """
        errand = Errand(device, act, asyncio.get_running_loop().create_future())
        self._waiting.append(errand)
        self._wake()
        answer: T = await errand.answer
        return answer

    def take(self, *, poll_due: bool) -> Errand | None:
        """The errand that may go now; None while a poll has its turn, or nothing waits."""
        if not self._waiting:
            self._polled = self._polled or poll_due
            return None
        if poll_due and not self._polled:
            self._polled = True
            return None
        for errand in self._left():
            self._polled = False
            return errand
        return None

    def close(self, reason: str) -> None:
        """The wire is closed: nothing that waits will be done."""
        for errand in self._left():
            errand.fail(LinkDown(f"{errand.device}: {reason}; nothing was sent"))

    def _left(self) -> Iterator[Errand]:
        """What somebody still waits for, taken out one by one."""
        while self._waiting:
            errand = self._waiting.popleft()
            if not errand.answer.done():
                yield errand
