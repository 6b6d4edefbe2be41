"""Putting the command desk together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from controller.domain.clock import Clock
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.domain.targets import Target
from controller.logic.site_conditions import NOTHING_ON_SITE, SiteConditions
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.commanding.countersigning import KIND as COUNTERSIGN
from controller.runtime.commanding.countersigning import Countersigns
from controller.runtime.commanding.desk import CommandDesk
from controller.runtime.commanding.entering import Maximum
from controller.runtime.commanding.looking import Looker
from controller.runtime.commanding.meanwhile import Words
from controller.runtime.commanding.night_off import NightOff
from controller.runtime.commanding.ports import Declared, Follower, Lights, NothingDeclared, Rights, Water
from controller.runtime.commanding.proposal import KIND as PROPOSAL
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.commanding.releasing import Releases
from controller.runtime.commanding.rules import Rules
from controller.runtime.commanding.second_person import KIND as ORDER
from controller.runtime.commanding.second_person import OrderAct
from controller.runtime.commanding.selections import Selections
from controller.runtime.commanding.stops import KIND as STOP_RETURN
from controller.runtime.commanding.stops import EmergencyStops
from controller.runtime.commanding.taking import Register
from controller.runtime.commanding.unkept import Unkept
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable
from controller.settings.leases import terms_of
from controller.settings.site import Site
from controller.store.lines import Record
from controller.store.state import StateStore, StoredState

SWEEP_S = 30.0
"""What ran out of time is ended at least this often; nobody waits for it: a late word is refused by the clock."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the commanding parts are given."""

    clock: Clock
    book: RequestBook
    table: ImageTable
    state: StateStore
    keeper: Keeper
    evidence: Evidence
    alarms: AlarmBook
    local: LocalTime
    lights: Lights
    water: Water
    changed: Callable[[Sequence[Request]], None]
    turns: asyncio.Lock
    """Held by whoever fills slots, between looking and the book: shared with everybody who does."""
    conditions: SiteConditions = NOTHING_ON_SITE
    declared: Declared | None = None
    follower: Follower | None = None
    words: Words = lambda: None


class Commanding:
    """The command desk with its proposals: made, restored, reloaded and kept as one.

    ``looker``, ``register``, ``rules`` and ``countersigns`` are for whoever else orders (plans): there is one way.
    """

    def __init__(self, site: Site, around: Surroundings, proposals: ProposalBook) -> None:
        self._around = around
        self._clock, self._book = around.clock, around.book
        self._declared: Declared = around.declared or NothingDeclared()
        self.proposals = proposals
        self._unkept = Unkept(around.clock, around.book, around.state, around.evidence, proposals.keeps)
        turns = around.turns
        self.looker = self._looker = Looker(
            clock=around.clock,
            book=around.book,
            table=around.table,
            lights=around.lights,
            water=around.water,
            city=site.city,
            maximum=maximum_of(site, self._declared),
            night_off=NightOff.of(site),
            conditions=around.conditions,
            declared=around.declared,
            words=around.words,
        )
        self._looker.scenes = site.switching.scenes
        register = self.register = Register(
            clock=around.clock,
            book=around.book,
            state=around.state,
            keeper=around.keeper,
            evidence=around.evidence,
            changed=around.changed,
            follower=around.follower,
        )
        stops = EmergencyStops(
            clock=around.clock,
            book=around.book,
            looker=self._looker,
            keeper=around.keeper,
            evidence=around.evidence,
            alarms=around.alarms,
            local=around.local,
            changed=around.changed,
            follower=around.follower,
        )
        releases = Releases(
            book=around.book,
            looker=self._looker,
            keeper=around.keeper,
            evidence=around.evidence,
            changed=around.changed,
            turns=turns,
            follower=around.follower,
        )
        rules = self.rules = self._rules(site)
        safety = site.safety.at(around.clock.speed)
        self._stops = stops
        self._selections = Selections(around.clock, safety.selection.total_seconds())
        self.countersigns = self._countersigns = Countersigns(
            clock=around.clock,
            evidence=around.evidence,
            keeper=around.keeper,
            alarms=around.alarms,
            within=safety.countersign,
        )
        act = OrderAct(self._looker, rules, register, around.keeper, turns)
        proposals.adopt(safety.proposal)
        proposals.register(ORDER, act)
        proposals.register(STOP_RETURN, stops)
        self.desk = CommandDesk(
            clock=around.clock,
            looker=self._looker,
            rules=rules,
            register=register,
            selections=self._selections,
            act=act,
            releases=releases,
            stops=stops,
            countersigns=self._countersigns,
            proposals=proposals,
            turns=turns,
        )

    def _rules(self, site: Site) -> Rules:
        thresholds = site.safety.at(self._clock.speed).thresholds
        return Rules(self._clock, site.lighting.tz, thresholds, self._looker.roster, self._declared, self._book)

    def automatic_looker(self, site: Site) -> Looker:
        """One for orders of the controller itself (plans, the optimiser): whose rights count was asked before, and what
        binds persons alone binds it not. Whoever takes it adopts with it."""
        around = self._around
        return Looker(
            clock=around.clock,
            book=around.book,
            table=around.table,
            lights=around.lights,
            water=around.water,
            city=site.city,
            maximum=maximum_of(site, self._declared),
            conditions=around.conditions,
            declared=around.declared,
        )

    def authorise_by(self, rights: Rights) -> None:
        """Ask this authority again at the desk, member by member."""
        self._looker.rights = rights

    def restore(self, stored: StoredState) -> None:
        """Take up what waited before a restart: proposals and countersignatures; selections died with their time."""
        self.proposals.restore(stored.of(PROPOSAL))
        self._countersigns.restore(stored.of(COUNTERSIGN))
        self._stops.tell_standing()

    async def take_back(self, tail: Sequence[Record]) -> None:
        """After ``restore``: say of what the journal's last lines permitted and nobody kept, that it was not done."""
        await self._unkept.take_back(tail)

    def adopt(self, site: Site) -> None:
        """Swap the site (reload)."""
        safety = site.safety.at(self._clock.speed)
        self._looker.adopt(site.city, maximum_of(site, self._declared), NightOff.of(site))
        self._looker.scenes = site.switching.scenes
        self._selections.life_s = safety.selection.total_seconds()
        self._countersigns.within = safety.countersign
        self.proposals.adopt(safety.proposal)
        self.rules = self._rules(site)
        self.desk.adopt(self.rules)
        self._stops.tell_standing()

    async def run(self) -> None:
        """End what ran out of time, and raise what is overdue, for ever."""
        while True:
            await self.proposals.sweep()
            self._countersigns.sweep()
            self._looker.memories.tidy(self._clock.monotonic() / self._clock.speed)
            due_s = min(self.proposals.next_due_s(), self._countersigns.next_due_s())
            wait_s = min(max(due_s - self._clock.monotonic(), 0.1), SWEEP_S * self._clock.speed)
            await self._clock.sleep(wait_s)


def maximum_of(site: Site, declared: Declared) -> Maximum:
    """The longest lease of a slot on a target, by its class and by what is declared there."""

    @cache
    def ordinary(slot: Slot, owner_class: str) -> timedelta:
        return terms_of(site.leases, slot, owner_class).maximum

    def maximum(slot: Slot, target: Target) -> timedelta | None:
        return declared.longest(slot, target.id, ordinary(slot, target.owner_class))

    return maximum
