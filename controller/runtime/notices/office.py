"""The office of notices: a courier for each receiver, and alarms when one of them cannot do its work."""

from __future__ import annotations

import asyncio
from collections import deque
from urllib.parse import urlsplit

import structlog

from controller.domain.clock import Clock
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.evidence import Evidence
from controller.runtime.notices.courier import Courier, Standing
from controller.runtime.notices.notice import Notice
from controller.runtime.notices.occasions import SOURCE, Occasions
from controller.runtime.notices.outbox import Outbox
from controller.runtime.notices.views import NoticeView, ReceiverView, view_of
from controller.runtime.notices.ways import way_to
from controller.runtime.tasks import cancel_all
from controller.runtime.waker import Waker
from controller.settings.notices import NoticeSettings, Receiver, Webhook

log = structlog.get_logger("notices")

LOOK_EVERY_S = 15.0
MOST_SENT = 500
DOWN, DEAD = "receiver_down", "notice_dead"
SELF = "controller"


class NoticeOffice:
    """Keeps the couriers as the configuration names receivers."""

    def __init__(
        self,
        site: str,
        settings: NoticeSettings,
        outbox: Outbox,
        occasions: Occasions,
        *,
        alarms: AlarmBook,
        evidence: Evidence,
        clock: Clock,
    ) -> None:
        self._site = site
        self._settings = settings
        self._outbox = outbox
        self._occasions = occasions
        self._alarms = alarms
        self._evidence = evidence
        self._clock = clock
        self._couriers: dict[str, tuple[Receiver, Courier, asyncio.Task[None]]] = {}
        self._sent: deque[NoticeView] = deque(maxlen=MOST_SENT)
        self._waker = Waker(clock)
        outbox.changed = self._moved
        outbox.forgotten = self._forgotten

    def adopt(self, site: str, settings: NoticeSettings) -> None:
        """Take another config over (reload). What waits for a receiver that is gone goes on waiting for people."""
        self._site, self._settings = site, settings
        self._waker.call()

    def look_soon(self) -> None:
        """Something was declared, or is over."""
        self._waker.call()

    def retry_now(self, receiver: str) -> None:
        """Somebody says it is worth trying again."""
        if receiver in self._couriers:
            self._couriers[receiver][1].retry_now()

    def sent(self) -> list[NoticeView]:
        """The last notices that arrived, latest first."""
        return list(reversed(self._sent))

    def receivers(self) -> list[ReceiverView]:
        """Every receiver, and those no longer configured for whom something is left."""
        named = {receiver.id: receiver for receiver in self._settings.receivers}
        return [self._view(name, named.get(name)) for name in sorted({*named, *self._outbox.receivers()})]

    async def run(self) -> None:
        """Keep the couriers going and look after them, for ever."""
        try:
            while True:
                await self._staff()
                self.look()
                await self._waker.wait(LOOK_EVERY_S * max(1.0, self._clock.speed / LOOK_EVERY_S))
        finally:
            await cancel_all([task for _, _, task in self._couriers.values()])

    def look(self) -> None:
        """Tell what nobody called for; alarm what does not arrive; give up what nobody will ever fetch."""
        self._occasions.look()
        wanted = dict(self._wanted_alarms())
        for kind in (DOWN, DEAD):
            for alarm in self._alarms.of_kind(kind):
                if alarm.source == SOURCE and alarm.stands and alarm.condition not in wanted:
                    self._alarms.clear(SOURCE, alarm.condition)
        for condition, (text, text_zh, priority) in wanted.items():
            self._alarms.set(SOURCE, condition, text, priority, text_zh=text_zh)
        self._bury_strays()

    def _wanted_alarms(self) -> list[tuple[str, tuple[str, str, int]]]:
        found: list[tuple[str, tuple[str, str, int]]] = []
        for one in self.receivers():
            since_s = self._standing(one.id).failing_since_s
            failing_s = 0.0 if since_s is None else self._clock.monotonic() - since_s
            if failing_s >= self._outbox.rules.delivery.down_after_s * self._clock.speed:
                text = f"receiver {one.id} takes no notices, {one.waiting} wait: {one.error}"
                zh = f"通知接收方 {one.id} 不可达，积压 {one.waiting} 条"
                found.append((f"{one.id}:{DOWN}", (text, zh, Priority.MEDIUM)))
            if one.dead:
                text = f"{one.dead} notices to {one.id} were given up: requeue or discard them (`zhadao notices list`)"
                found.append((f"{one.id}:{DEAD}", (text, f"{one.dead} 条通知未能送达 {one.id}", Priority.HIGH)))
        return found

    def _bury_strays(self) -> None:
        """What waits for a receiver nobody names any more has no courier to give it up."""
        now_s, rule = self._clock.monotonic(), self._outbox.rules.delivery
        for name in self._outbox.receivers() - {receiver.id for receiver in self._settings.receivers}:
            for notice in self._outbox.waiting(name):
                if now_s - notice.made_s >= rule.give_up_s:
                    self._gave_up(self._outbox.give_up(notice, f"{name} is no receiver of this site any more"))

    async def _staff(self) -> None:
        """A courier for each receiver that is configured; those of receivers that changed or went end first."""
        named = {receiver.id: receiver for receiver in self._settings.receivers}
        leaving = [name for name, (receiver, _, _) in self._couriers.items() if named.get(name) != receiver]
        await cancel_all([self._couriers.pop(name)[2] for name in leaving])
        for name, receiver in named.items():
            if name in self._couriers and self._couriers[name][2].done():
                log.error("courier_ended", receiver=name, reason=repr(self._couriers.pop(name)[2].exception()))
            if name not in self._couriers:
                self._couriers[name] = self._hired(receiver)

    def _hired(self, receiver: Receiver) -> tuple[Receiver, Courier, asyncio.Task[None]]:
        courier = Courier(
            receiver.id,
            way_to(receiver, self._site, self._clock.now),
            self._outbox,
            self._clock,
            arrived=self._arrived,
            gave_up=self._gave_up,
        )
        return receiver, courier, asyncio.create_task(courier.run(), name=f"notices {receiver.id}")

    def _moved(self, receiver: str) -> None:
        if receiver in self._couriers:
            self._couriers[receiver][1].call()

    def _arrived(self, notice: Notice) -> None:
        self._sent.append(view_of(notice, "sent", self._clock.now()))
        said = {"notice": notice.id, "tries": notice.tries + 1, "title": notice.title_en, "folded": notice.folded}
        self._evidence.later("notice_sent", SELF, notice.receiver, said)

    def _gave_up(self, notice: Notice) -> None:
        said = {"notice": notice.id, "tries": notice.tries, "title": notice.title_en, "why": notice.dead}
        self._evidence.later("notice_dead", SELF, notice.receiver, said)
        self._waker.call()

    def _forgotten(self, notice: Notice) -> None:
        said = {"notice": notice.id, "title": notice.title_en, "text": notice.items[0].text_en}
        self._evidence.later("notice_forgotten", SELF, notice.receiver, said)

    def _standing(self, name: str) -> Standing:
        return self._couriers[name][1].standing if name in self._couriers else Standing()

    def _view(self, name: str, receiver: Receiver | None) -> ReceiverView:
        standing, now_s = self._standing(name), self._clock.monotonic()
        waiting = self._outbox.waiting(name)
        retrying = bool(waiting) and standing.failing_since_s is not None
        return ReceiverView(
            id=name,
            way="" if receiver is None else "webhook" if isinstance(receiver.way, Webhook) else "mail",
            where="" if receiver is None else _host_of(receiver),
            configured=receiver is not None,
            up=receiver is not None and standing.failing_since_s is None,
            waiting=len(waiting),
            dead=len(self._outbox.dead(name)),
            oldest_s=now_s - waiting[0].made_s if waiting else None,
            last_arrived=standing.last_arrived,
            failures=standing.failures,
            error=standing.error,
            retry_in_s=max(0.0, standing.next_s - now_s) if retrying else None,
        )


def _host_of(receiver: Receiver) -> str:
    """Where it goes, without what an address may hide in its path."""
    way = receiver.way
    return urlsplit(way.url).hostname or "" if isinstance(way, Webhook) else f"{way.to} by {way.host}"
