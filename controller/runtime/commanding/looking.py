"""Looking at an order before anything is done: which targets it may reach, and what it would make of each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.intents import Intent
from controller.domain.points import DeviceId, TargetId
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.domain.tags import Tag
from controller.logic.arbitration import Refusal
from controller.logic.dark_roads import RoadMap
from controller.logic.preview import Effect, Signature
from controller.logic.protective import protective_part
from controller.logic.roster import Member, Roster
from controller.logic.site_conditions import NOTHING_ON_SITE, SiteConditions
from controller.runtime.book import RequestBook
from controller.runtime.commanding.entering import NO_SCENES, Asking, Entrance, Maximum, Values
from controller.runtime.commanding.foreseeing import Foreseer
from controller.runtime.commanding.looked import Looked, Sighting
from controller.runtime.commanding.meanwhile import Meanwhile, Words
from controller.runtime.commanding.night_off import NightOff
from controller.runtime.commanding.ports import Declared, FrontAsked, Lights, NothingDeclared, Rights, Water
from controller.runtime.commanding.remembering import Memories, Memory
from controller.runtime.commanding.views import TargetPreview
from controller.runtime.table import ImageTable
from controller.runtime.views import Order

SLICE = 1_000
"""Targets looked at in one go: some 20 ms."""
ROUNDS = 5
"""Where more than a slice changed during each of so many rounds, the rest is looked at in one go."""

Wanted = tuple[Member, Intent, bool]
"""A target with the value it would get, and whether that goes the protective way."""


class Looker:
    """Looks; changes nothing. The same look serves a direct order, a selection, its operation, a confirmation."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        table: ImageTable,
        lights: Lights,
        water: Water,
        city: City,
        maximum: Maximum,
        night_off: NightOff | None = None,
        conditions: SiteConditions = NOTHING_ON_SITE,
        declared: Declared | None = None,
        words: Words = lambda: None,
    ) -> None:
        self._clock, self._book, self._table = clock, book, table
        self._lights, self._water = lights, water
        self._conditions = conditions
        self.declared: Declared = declared or NothingDeclared()
        self.rights: Rights = FrontAsked()
        self.scenes = NO_SCENES
        self._meanwhile = Meanwhile(book, table, words)
        self.memories = Memories(self._meanwhile)
        self.adopt(city, maximum, night_off)

    def adopt(self, city: City, maximum: Maximum, night_off: NightOff | None = None) -> None:
        """Swap the site (reload)."""
        self.memories.clear()
        self.roster = Roster.of(city)
        self.roads = RoadMap(city)
        self._entrance = Entrance(
            self._clock, self._book, self._table, maximum, self._conditions, self.declared, night_off
        )
        self._foreseer = Foreseer(self._clock, self._book, self._table, city, self._lights, self._water)

    async def look(
        self,
        order: Order,
        slot: Slot,
        caller: Caller,
        *,
        request_id: str = "",
        reachable_only: bool,
        memory: Memory | None = None,
    ) -> Sighting:
        """Every target of the order as it is when this returns.

        ``reachable_only``: what is offline or not at REMOTE is left out (a selection shows what it will do; a plain
        order may wait in its slot for a device to return). What protects is never left out for that.

        A large order is looked at in slices, so that nothing else waits for it; what changed meanwhile is looked at
        anew, until the last slice and the whole are of one moment. ``memory`` is of an earlier look at the same order
        by the same caller: what did not move since is not foreseen again.
        """
        targets = tuple(dict.fromkeys(order.targets))
        asking = self._entrance.at_one_moment(order, slot, caller, request_id)
        one = _Look(asking, reachable_only=reachable_only, memory=memory)
        refusals: dict[TargetId, Refusal] = {
            target: Refusal(Cause.NO_AUTHORITY, text)
            for target, text in self.rights.outside(caller, slot, targets).items()
        }
        everything = todo = self._wanted(order.value, targets, refusals)
        with self._meanwhile.watched() as moved:
            for _ in range(ROUNDS):
                if len(todo) <= SLICE:
                    break
                await one.in_slices(todo, self._foreseer)
                todo = _of(everything, moved.take())
            one.at(todo, self._foreseer)
        refusals |= one.refusals
        return Sighting(order, slot, tuple(one.seen.get(t) or self._excluded(t, refusals[t]) for t in targets))

    def remember(self, sighting: Sighting) -> Memory | None:
        """Keep in mind what ``look`` gave back just now (nothing was waited for since), for the next look at it."""
        return self.memories.keep(sighting, self._clock.monotonic() / self._clock.speed)

    def tag_on(self, target: TargetId) -> Tag | None:
        """The maintenance tag that binds this target; None when nobody works there."""
        return self._conditions.at(target).tag

    def assured(self, member: Member, caller: Caller) -> bool:
        """Whether what is sent to this target now can be expected to arrive and to work."""
        nothing = Order((), "", 0.0, "")
        return self._entrance.at_one_moment(nothing, Slot.LIFE_SAFETY, caller, "").assured(member)

    def _wanted(self, text: str, targets: Sequence[TargetId], refusals: dict[TargetId, Refusal]) -> list[Wanted]:
        """The targets there are and whose kind understands the value; the others are noted in ``refusals``."""
        values, members, wanted = Values(text, self.scenes), [], []
        for target in targets:
            member = self.roster.members.get(target)
            if member is None:
                refusals[target] = Refusal(Cause.UNKNOWN_TARGET, f"no target {target} in this site")
            elif target not in refusals:
                value = values.of(member.target)
                if isinstance(value, Refusal):
                    refusals[target] = value
                else:
                    members.append(member)
                    wanted.append(value)
        return list(zip(members, wanted, protective_part(members, wanted), strict=True))

    def _excluded(self, target: TargetId, refusal: Refusal) -> Looked:
        member = self.roster.members.get(target)
        preview = TargetPreview(
            target=target,
            name=member.target.name if member else "",
            effect=Effect.EXCLUDED,
            cause=refusal.cause.value,
            text=refusal.text,
            actual="",
            interlocks=(),
            takes_over_from="",
            then="",
            power_kw=0.0,
            flow_m3s=0.0,
        )
        return Looked(preview, Signature(refusal.cause.value, "", Effect.EXCLUDED.value, proven=False))


class _Look:
    """One look under way: what was seen of each target so far."""

    def __init__(self, asking: Asking, *, reachable_only: bool, memory: Memory | None = None) -> None:
        self._asking = asking
        self._memory = memory
        self._reachable_only = reachable_only
        self.seen: dict[TargetId, Looked] = {}
        self.refusals: dict[TargetId, Refusal] = {}

    async def in_slices(self, todo: Sequence[Wanted], foreseer: Foreseer) -> None:
        """Look, and let others go on in between. Stations are judged as a whole, so they are one slice."""
        self.at([one for one in todo if one[0].station is not None], foreseer)
        lights = [one for one in todo if one[0].station is None]
        for begin in range(0, len(lights), SLICE):
            await asyncio.sleep(0)
            self.at(lights[begin : begin + SLICE], foreseer)

    def at(self, todo: Sequence[Wanted], foreseer: Foreseer) -> None:
        """Look at these now, whether or not they were looked at before."""
        asking, entrants = self._asking, []
        asking.afresh()
        memory = self._memory if self._memory is not None and self._memory.holds() else None
        for member, value, protects in todo:
            entrant = asking.entrant(member, value, protects=protects)
            target = entrant.request.target
            self.seen.pop(target, None)
            refusal = asking.refusal(entrant, reachable_only=self._reachable_only)
            if refusal is None:
                self.refusals.pop(target, None)
                known = memory.of(entrant, asking) if memory is not None else None
                if known is None:
                    entrants.append(entrant)
                else:
                    self.seen[target] = known
            else:
                self.refusals[target] = refusal
        self.seen |= foreseer.foresee(entrants, asking.doubtful)


def _of(todo: list[Wanted], devices: set[DeviceId] | None) -> list[Wanted]:
    return todo if devices is None else [one for one in todo if one[0].device in devices]
