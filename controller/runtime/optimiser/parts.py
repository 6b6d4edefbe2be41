"""The optimiser, put together once by the assembly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.logic.water_around import Guidance
from controller.runtime.act_requests import ActRequests
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.commanding.making import Commanding, maximum_of
from controller.runtime.commanding.ports import Follower, Rights
from controller.runtime.conditions.parts import Conditions
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.leases.writer import LeaseWriter
from controller.runtime.local_time import LocalTime
from controller.runtime.optimiser.acceptances import Acceptances
from controller.runtime.optimiser.desk import OptimiserDesk
from controller.runtime.optimiser.guidance import SteeredGuidance
from controller.runtime.optimiser.placing import Placing
from controller.runtime.optimiser.watch import OptimiserWatch
from controller.runtime.optimiser.worker import SolverProcess, Worker
from controller.runtime.table import ImageTable
from controller.runtime.water_rules.seeing import Believed, Looks
from controller.runtime.waters.source import Source
from controller.settings.site import Site
from controller.store.state import StoredState


@dataclass(frozen=True, slots=True)
class Around:
    """The parts the optimiser hangs on, made before it. ``turns``: the lock of whoever fills slots."""

    clock: Clock
    table: ImageTable
    book: RequestBook
    keeper: Keeper
    evidence: Evidence
    alarms: AlarmBook
    local: LocalTime
    acts: ActRequests
    believed: Believed
    looks: Looks
    conditions: Conditions
    commanding: Commanding
    follower: Follower
    turns: asyncio.Lock
    writer: LeaseWriter


class Optimiser:
    """``watch`` is its task, ``desk`` answers people, ``guidance`` lays its choice of gates over the rules'."""

    def __init__(self, site: Site, around: Around, rules: Source[Guidance], worker: Worker | None = None) -> None:
        self._around = around
        self.acceptances = Acceptances(
            site, clock=around.clock, keeper=around.keeper, evidence=around.evidence, acts=around.acts
        )
        self._looker = around.commanding.automatic_looker(site)
        self.watch = OptimiserWatch(
            site,
            clock=around.clock,
            table=around.table,
            believed=around.believed,
            looks=around.looks,
            local=around.local,
            alarms=around.alarms,
            acceptances=self.acceptances,
            placing=self._placing(),
            worker=worker or SolverProcess(),
        )
        self.desk = OptimiserDesk(site, self.watch, self.acceptances)
        self.guidance = SteeredGuidance(rules, self.watch)

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

    def authorise_by(self, rights: Rights) -> None:
        """Ask the people's permissions before every target."""
        self.acceptances.rights = rights

    def restore(self, stored: StoredState) -> None:
        """What was accepted before a restart; what it had set goes back to the rules until there is a plan again."""
        self.acceptances.restore(stored)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload), after the network's model and rules did."""
        self._looker.adopt(site.city, maximum_of(site, self._around.conditions.declared))
        self.acceptances.adopt(site)
        self.watch.adopt(site)
        self.desk.adopt(site)
