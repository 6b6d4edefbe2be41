"""Plans, put together once by the assembly."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller.domain.clock import Clock
from controller.domain.points import TargetId
from controller.logic.contract import LastWrite, Verdict
from controller.logic.plans.plan import Plan
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.commanding.making import Commanding, maximum_of
from controller.runtime.commanding.permission import Asking
from controller.runtime.conditions.parts import Conditions
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.leases.writer import LeaseWriter
from controller.runtime.plans.alarms import PlanAlarms
from controller.runtime.plans.book import PlanBook
from controller.runtime.plans.engine import Engine
from controller.runtime.plans.placing import Placing
from controller.runtime.plans.ports import Follower
from controller.runtime.plans.previewing import PlanLooker
from controller.runtime.plans.records import RUN
from controller.runtime.plans.shelf import RunShelf
from controller.runtime.plans.showing import RunShow
from controller.runtime.plans.starting import PlanSelections, Starter
from controller.runtime.plans.watching import FieldWatch
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.two_persons import Proposals
from controller.runtime.undertakings.sight import Sight
from controller.settings.plans import plan_again
from controller.settings.site import Site
from controller.store.state import StoredState


@dataclass(frozen=True, slots=True)
class Around:
    """The parts plans hang on, made before them. ``turns``: the lock of whoever fills slots."""

    clock: Clock
    book: RequestBook
    table: ImageTable
    keeper: Keeper
    evidence: Evidence
    alarms: AlarmBook
    stream: ChangeStream
    proposals: Proposals
    conditions: Conditions
    commanding: Commanding
    follower: Follower
    last: Mapping[TargetId, LastWrite]
    phases: Mapping[TargetId, str]
    verdicts: Mapping[TargetId, Sequence[Verdict]]
    turns: asyncio.Lock
    writer: LeaseWriter


class Plans:
    """``book`` is the desk; ``run`` its engine."""

    def __init__(self, site: Site, around: Around) -> None:
        self._around = around
        clock, book, table = around.clock, around.book, around.table
        self._looker = around.commanding.automatic_looker(site)
        sight = Sight(
            clock=clock,
            book=book,
            table=table,
            city=site.city,
            last=around.last,
            phases=around.phases,
            verdicts=around.verdicts,
        )
        self._shelf = RunShelf()
        self._watch = FieldWatch(
            site.city, clock=clock, book=book, table=table, sight=sight, excluded=around.conditions.excluded
        )
        self._alarms = PlanAlarms(around.alarms, _warn_s(site, clock.speed))
        placing = self._placing()
        self.engine = Engine(
            self._shelf,
            clock=clock,
            watch=self._watch,
            placing=placing,
            evidence=around.evidence,
            keeper=around.keeper,
            alarms=self._alarms,
            tell=lambda run, data: around.stream.publish("plan", run, data),
        )
        self._plan_looker = PlanLooker(
            clock=clock,
            looker=around.commanding.looker,
            rules=around.commanding.rules,
            watch=self._watch,
            shelf=self._shelf,
            declared=around.conditions.declared,
        )
        starter = Starter(
            clock=clock,
            looker=self._plan_looker,
            shelf=self._shelf,
            engine=self.engine,
            evidence=around.evidence,
            keeper=around.keeper,
            countersigns=around.commanding.countersigns,
            follower=around.follower,
        )
        self.book = PlanBook(
            shelf=self._shelf,
            engine=self.engine,
            watch=self._watch,
            looker=self._plan_looker,
            starter=starter,
            selections=PlanSelections(clock),
            proposals=around.proposals,
            evidence=around.evidence,
            show=RunShow(book),
        )
        self._site = site
        self._take(site)

    def _placing(self) -> Placing:
        around = self._around
        return Placing(
            clock=around.clock,
            book=around.book,
            looker=self._looker,
            register=around.commanding.register,
            writer=around.writer,
            follower=around.follower,
            lock=around.turns,
        )

    def _take(self, site: Site) -> None:
        self.book.adopt(site.plans, site.safety.at(self._around.clock.speed).selection.total_seconds())

    def adopt(self, site: Site) -> None:
        """Take a site over (reload), after the command desk did. Runs go on by the plan they were begun with."""
        self._site = site
        self._looker.adopt(site.city, maximum_of(site, self._around.conditions.declared))
        self._watch.adopt(site.city)
        self._alarms.warn_s = _warn_s(site, self._around.clock.speed)
        self._plan_looker.rules = self._around.commanding.rules
        self._take(site)

    def restore(self, stored: StoredState) -> None:
        """Runs of before a restart, each with its plan."""
        self._shelf.restore(stored.of(RUN), self.engine.moment(), self._again)

    def authorise_by(self, asking: Asking) -> None:
        """Ask the people's permissions wherever a plan is started."""
        self.book.authorise_by(asking)

    def _again(self, source: Mapping[str, Any]) -> Plan:
        points = {binding.device: binding.points for one in self._site.endpoints for binding in one.devices}
        return plan_again(source, self._site.city, points)


def _warn_s(site: Site, speed: float) -> float:
    return site.lease_rules.at(speed).warn_before.total_seconds()
