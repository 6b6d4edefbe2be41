"""Requests' lives and leases put together: following what is asked, extending it, aborting it, warning of its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.logic.contract import LastWrite, Verdict
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.commanding.night_off import NightOff
from controller.runtime.commanding.ports import Declared
from controller.runtime.dispatch import Dispatcher
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.leases.answers import Answers
from controller.runtime.leases.desk import LeaseDesk
from controller.runtime.leases.extending import Extending
from controller.runtime.leases.needs import ExtensionNeeds
from controller.runtime.leases.standing import KIND as STANDING
from controller.runtime.leases.standing_orders import StandingOrders
from controller.runtime.leases.watch import LeaseWatch
from controller.runtime.leases.writer import LeaseWriter
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.two_persons import Proposals
from controller.runtime.undertakings.desk import Undertakings
from controller.runtime.undertakings.records import KIND as UNDERTAKING
from controller.runtime.undertakings.sight import Sight
from controller.runtime.undertakings.taking_up import SETTLED
from controller.settings.site import Site
from controller.store.lines import Record
from controller.store.state import StoredState


@dataclass(frozen=True, slots=True)
class Around:
    """The parts they hang on, made before them. ``lock`` is that of whoever fills slots."""

    clock: Clock
    book: RequestBook
    table: ImageTable
    dispatcher: Dispatcher
    alarms: AlarmBook
    stream: ChangeStream
    evidence: Evidence
    keeper: Keeper
    proposals: Proposals
    last: Mapping[TargetId, LastWrite]
    phases: Mapping[TargetId, str]
    verdicts: Mapping[TargetId, Sequence[Verdict]]
    lock: asyncio.Lock
    changed: Callable[[Sequence[Request]], None]
    declared: Declared | None = None
    """What is declared where; None: emergency orders are not asked about it."""


class RequestLives:
    """Makes ``undertakings`` and ``leases``; restores, adopts and runs them as one.

    ``writer`` is for whoever else renews leases and empties slots (plans, the optimiser).
    """

    def __init__(self, site: Site, around: Around) -> None:
        clock, book, evidence, stream = around.clock, around.book, around.evidence, around.stream
        self._book = book
        self._speed = clock.speed
        self._sight = Sight(
            clock=clock,
            book=book,
            table=around.table,
            city=site.city,
            last=around.last,
            phases=around.phases,
            verdicts=around.verdicts,
        )
        self.undertakings = Undertakings(
            clock=clock,
            sight=self._sight,
            keep=around.keeper.keep,
            tell=lambda request_id, data: stream.publish("request", request_id, data),
            note=lambda actor, data: evidence.later(SETTLED, actor, "", data),
        )
        writer = self.writer = LeaseWriter(
            clock=clock,
            book=book,
            keeper=around.keeper,
            evidence=evidence,
            lock=around.lock,
            changed=around.changed,
        )
        answers = Answers(self.undertakings, evidence)
        watch = LeaseWatch(
            clock=clock, book=book, alarms=around.alarms, publish=stream.publish, rules=site.lease_rules.at(clock.speed)
        )
        self._standing = StandingOrders(
            clock=clock,
            writer=writer,
            evidence=evidence,
            alarms=around.alarms,
            keeper=around.keeper,
            answers=answers,
            shift=site.lease_rules.shift,
            declared=around.declared,
        )
        self._needs = ExtensionNeeds(clock, site.city, site.lighting.tz, site.safety.thresholds, NightOff.of(site))
        extending = Extending(
            clock=clock,
            writer=writer,
            watch=watch,
            standing=self._standing,
            needs=self._needs,
            proposals=around.proposals,
            undertakings=self.undertakings,
            answers=answers,
            declared=around.declared,
        )
        self.leases = LeaseDesk(
            clock=clock,
            book=book,
            writer=writer,
            watch=watch,
            standing=self._standing,
            extending=extending,
            undertakings=self.undertakings,
            answers=answers,
            withdraw=around.dispatcher.withdraw,
        )
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over, also in place of another (reload)."""
        self._sight.adopt(site.city)
        self._needs.adopt(site.city, site.lighting.tz, site.safety.thresholds, NightOff.of(site))
        self.leases.adopt(site.city.targets, site.leases, site.lease_rules.at(self._speed))

    def restore(self, stored: StoredState, over: Sequence[Request]) -> None:
        """Take up what was kept, once the book holds again what it held; ``over`` ended meanwhile."""
        self._standing.restore(stored.of(STANDING))
        self.undertakings.restore(stored.of(UNDERTAKING), self._book.held(), over)

    def take_back(self, tail: Sequence[Record]) -> None:
        """At the start: what was kept and the journal was never told."""
        self.undertakings.take_back(tail)

    def ended(self, over: Sequence[Request], state: CommandState, why: str) -> None:
        """Slots were emptied."""
        self.undertakings.ended(over, state, why)
        self.leases.wake()

    def tasks(self) -> Mapping[str, Coroutine[None, None, None]]:
        """What runs as long as the controller does, by name."""
        return {"requests": self.undertakings.run(), "leases": self.leases.run()}
