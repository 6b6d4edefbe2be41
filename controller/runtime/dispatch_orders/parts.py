"""Dispatch orders and shifts, put together once by the assembly."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.commanding.countersigning import Countersigns
from controller.runtime.commanding.desk import CommandDesk
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.conditions.declarations import Declarations
from controller.runtime.dispatch_orders.acting import DispatchRights
from controller.runtime.dispatch_orders.alarms import OrderAlarms
from controller.runtime.dispatch_orders.desk import DispatchDesk
from controller.runtime.dispatch_orders.executing import Executing
from controller.runtime.dispatch_orders.field import FieldWay
from controller.runtime.dispatch_orders.following import OrderFollower
from controller.runtime.dispatch_orders.grounds import Grounds
from controller.runtime.dispatch_orders.shelf import OrderShelf
from controller.runtime.dispatch_orders.showing import OrderShow
from controller.runtime.dispatch_orders.writing import OrderWriter
from controller.runtime.evidence import Evidence
from controller.runtime.forecasts.warnings_desk import WarningsDesk
from controller.runtime.gauge_exclusions.asked import NONE_EXCLUDED, Excluding
from controller.runtime.keeper import Keeper
from controller.runtime.leases.desk import LeaseDesk
from controller.runtime.local_time import LocalTime
from controller.runtime.plans.book import PlanBook
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.tidal.desk import TideDesk
from controller.runtime.undertakings.desk import Undertakings
from controller.settings.site import Site
from controller.store.lines import Record
from controller.store.state import StoredState


@dataclass(frozen=True, slots=True)
class Around:
    """The parts dispatch orders hang on, made before them."""

    clock: Clock
    table: ImageTable
    book: RequestBook
    keeper: Keeper
    evidence: Evidence
    alarms: AlarmBook
    stream: ChangeStream
    local: LocalTime
    orders: CommandDesk
    plans: PlanBook
    leases: LeaseDesk
    undertakings: Undertakings
    proposals: ProposalBook
    countersigns: Countersigns
    warnings: WarningsDesk
    tides: TideDesk
    states: Declarations
    excluded: Excluding = NONE_EXCLUDED


class DispatchOrders:
    """``desk`` is what people ask, ``follower`` what looks after the orders by itself."""

    def __init__(self, site: Site, around: Around) -> None:
        clock, lock = around.clock, asyncio.Lock()
        self._shelf = shelf = OrderShelf(clock)
        self._writer = writer = OrderWriter(
            shelf=shelf,
            evidence=around.evidence,
            keeper=around.keeper,
            tell=lambda number, data: around.stream.publish("dispatch_order", number, data),
        )
        way = FieldWay(
            clock=clock,
            orders=around.orders,
            plans=around.plans,
            leases=around.leases,
            undertakings=around.undertakings,
            proposals=around.proposals,
            book=around.book,
        )
        self._executing = Executing(site, clock=clock, shelf=shelf, writer=writer, way=way)
        self._grounds = Grounds(
            site,
            clock=clock,
            table=around.table,
            warnings=around.warnings,
            tides=around.tides,
            states=around.states,
            local=around.local,
            excluded=around.excluded,
        )
        self._show = OrderShow(site, clock=clock, shelf=shelf, way=way)
        self._alarms = OrderAlarms(site, around.alarms, clock.speed)
        self.follower = OrderFollower(
            site,
            clock=clock,
            shelf=shelf,
            writer=writer,
            executing=self._executing,
            way=way,
            alarms=self._alarms,
            keeper=around.keeper,
            lock=lock,
        )
        self.desk = DispatchDesk(
            site,
            clock=clock,
            shelf=shelf,
            writer=writer,
            executing=self._executing,
            grounds=self._grounds,
            show=self._show,
            countersigns=around.countersigns,
            local=around.local,
            shift=lambda: self._show.shift,
            lock=lock,
        )
        self.desk.changed = self.follower.wake

    def adopt(self, site: Site) -> None:
        """Take a site over (reload), after the desks of commands and plans did. Orders keep their words."""
        for part in (self._executing, self._grounds, self._show, self._alarms, self.desk, self.follower):
            part.adopt(site)

    def restore(self, stored: StoredState) -> None:
        """Orders of before a restart, after requests, plans and proposals."""
        self._shelf.restore(stored)

    async def take_back(self, tail: Sequence[Record]) -> None:
        """At the start: what the journal tells of and nobody kept."""
        await self._writer.take_back(tail)

    def authorise_by(self, rights: DispatchRights) -> None:
        """Ask this authority who may issue, and what superseding takes."""
        self.desk.authorise_by(rights)

    def on_shift(self, shift: str) -> None:
        """Which shift is on."""
        self._show.shift = shift
