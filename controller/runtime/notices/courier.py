"""A courier: brings one receiver its notices, one after the other, however long that takes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

import structlog

from controller.domain.clock import Clock
from controller.runtime.notices.notice import Notice
from controller.runtime.notices.outbox import Outbox
from controller.runtime.notices.ways import NotDelivered, Way
from controller.runtime.waker import Waker
from drivers.link import LinkPolicy

log = structlog.get_logger("notices")

IDLE_S = 60.0
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Standing:
    """How a receiver does. ``failing_since_s`` (monotonic): since when nothing arrives; None while all is well."""

    last_arrived: datetime | None = None
    failing_since_s: float | None = None
    failures: int = 0
    error: str = ""
    next_s: float = 0.0


class Courier:
    """One receiver's courier. ``arrived`` and ``gave_up`` are told what became of a notice."""

    def __init__(
        self,
        receiver: str,
        way: Way,
        outbox: Outbox,
        clock: Clock,
        *,
        arrived: Callable[[Notice], None],
        gave_up: Callable[[Notice], None],
    ) -> None:
        self._receiver = receiver
        self._way = way
        self._outbox = outbox
        self._clock = clock
        self._arrived = arrived
        self._gave_up = gave_up
        self._waker = Waker(clock)
        self._random = random.Random(crc32(receiver.encode()))  # noqa: S311 - spreads retries, guards nothing
        self.standing = Standing()

    def call(self) -> None:
        """The line moved."""
        self._waker.call()

    def retry_now(self) -> None:
        """Somebody says it is worth trying again."""
        was = self.standing
        self.standing = Standing(was.last_arrived, was.failing_since_s, 0, was.error)
        self._waker.call()

    async def run(self) -> None:
        """Bring what waits, in order, for ever."""
        while True:
            due_s = max(self.standing.next_s, self._outbox.next_s(self._receiver)) - self._clock.monotonic()
            if due_s > 0.0:
                await self._waker.wait(min(due_s, IDLE_S * max(1.0, self._clock.speed)))
                continue
            notice = self._outbox.next(self._receiver)
            if notice is not None:
                await self._bring(self._outbox.seal(notice))

    async def _bring(self, notice: Notice) -> None:
        try:
            await self._way.deliver(notice)
        except NotDelivered as failure:
            self._failed(notice, str(failure), refused=failure.refused, wait_s=failure.wait_s)
        except Exception as defect:  # one notice nobody can send must not end the courier
            log.exception("notice_defect", receiver=self._receiver, notice=notice.id)
            self._failed(notice, f"a defect: {type(defect).__name__}", refused=True, wait_s=0.0)
        else:
            if self.standing.failing_since_s is not None:
                log.info("receiver_back", receiver=self._receiver)
            self.standing = Standing(last_arrived=self._clock.now())
            self._outbox.arrived(notice)
            self._arrived(notice)

    def _failed(self, notice: Notice, error: str, *, refused: bool, wait_s: float) -> None:
        was, now_s, rule = self.standing, self._clock.monotonic(), self._outbox.rules.delivery
        if was.failing_since_s is None:
            log.warning("receiver_failing", receiver=self._receiver, reason=error)
        policy = LinkPolicy(rule.first_s, rule.longest_s, JITTER)
        wait_s = max(wait_s, policy.wait_s(was.failures, self._random.random()))
        since_s = now_s if was.failing_since_s is None else was.failing_since_s
        next_s = now_s + wait_s * self._clock.speed  # receivers live in real time, however fast a demo's runs
        self.standing = Standing(was.last_arrived, since_s, was.failures + 1, error, next_s)
        tried = self._outbox.failed(notice, error, refused=refused)
        if tried is not None:
            self._bury(tried)

    def _bury(self, tried: Notice) -> None:
        """Give up what was tried too often, and everything that waited too long behind it."""
        rule, now_s = self._outbox.rules.delivery, self._clock.monotonic()
        if tried.refusals >= rule.refused_tries or tried.tries >= rule.tries:
            why = f"{tried.tries} tries, {tried.refusals} refused: {tried.error}"
            self._gave_up(self._outbox.give_up(tried, why))
        for old in self._outbox.waiting(self._receiver):
            if now_s - old.made_s < rule.give_up_s:
                break
            why = f"not delivered within {rule.give_up_s / 3600:g} h: {tried.error}"
            self._gave_up(self._outbox.give_up(old, why))
