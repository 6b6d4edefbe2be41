"""The switch's desk: look, throw, follow, ask the rest again, let go. Every act goes the one way of all orders."""

from __future__ import annotations

from collections.abc import Callable, Collection, MutableMapping, Sequence
from dataclasses import replace

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.intents import Switch
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite
from controller.logic.preview import Effect
from controller.logic.roster import Roster
from controller.logic.staging import Staging
from controller.runtime.book import RequestBook
from controller.runtime.commanding.asking import MANUAL_SLOTS, SCENE_SLOT
from controller.runtime.commanding.desk import CommandDesk
from controller.runtime.commanding.entering import Values
from controller.runtime.commanding.receipts import refused
from controller.runtime.commanding.views import Preview
from controller.runtime.switching.aiming import Aim, aim, aim_at, check_action, check_night_off, is_picked
from controller.runtime.switching.counting import Count
from controller.runtime.switching.foretelling import Foreteller
from controller.runtime.switching.throws import Key, ThrowBook, Thrown
from controller.runtime.switching.views import LiveCount, SwitchPreview, Throw
from controller.runtime.table import ImageTable
from controller.runtime.two_persons import ProposalView
from controller.runtime.undertakings.desk import Undertakings
from controller.runtime.views import Order, Receipt
from controller.settings.site import Site
from controller.store.changes import Change

NAMED = 500
"""So many lights of a preview are named: those that will not simply do it."""
_RELEASABLE = (*MANUAL_SLOTS.values(), SCENE_SLOT)


class KnifeDesk:
    """Aims, and hands what it found to the command desk: rights, second persons, leases and interlocks are its."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        orders: CommandDesk,
        book: RequestBook,
        table: ImageTable,
        staging: Staging,
        undertakings: Undertakings,
        last: MutableMapping[TargetId, LastWrite],
        keep: Callable[[Change], None],
    ) -> None:
        self._clock, self._orders, self._book, self._last = clock, orders, book, last
        self._undertakings = undertakings
        self.throws = ThrowBook(keep, self._given)
        self._foreteller = Foreteller(site, clock, table, staging)
        self._count = Count(site, clock, table, book, undertakings, self.throws)
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site, self._roster = site, Roster.of(site.city)
        self._foreteller.adopt(site)
        self._count.adopt(site)

    def _given(self, key: Key) -> bool:
        actor, request_id = key
        try:
            return bool(self._undertakings.targets(request_id, actor))
        except UnknownTarget:
            return False

    # -- looking and throwing -----------------------------------------------------------------------------------

    def aim(self, scope: str, knife: str = "") -> Aim:
        """The lights a scope and a knife mean now. Raises like ``aiming.aim``."""
        return aim(self._site, scope, knife)

    def aim_at(self, targets: Collection[TargetId], knife: str = "") -> Aim:
        """Lights each named. Raises like ``aiming.aim_at``."""
        return aim_at(self._site, targets, knife)

    def check_action(self, action: str) -> None:
        """Refuse what is no action of the switch. Raises like ``aiming.check_action``."""
        check_action(self._site, action)

    async def select(self, aimed: Aim, throw: Throw, caller: Caller) -> SwitchPreview:
        """Look at what the throw would do; its token operates exactly that (``CommandDesk.operate``).

        The lights are those of this moment: what comes to the scope later is not part of it.

        Raises:
            InvalidValue: no action, a night OFF that is too long, or what ``CommandDesk.select`` refuses.
        """
        check_action(self._site, throw.action)
        check_night_off(self._site, self._roster, aimed, throw.action, self._clock.now(), throw.for_s)
        return await self._look(aimed, throw, caller)

    async def _look(self, aimed: Aim, throw: Throw, caller: Caller) -> SwitchPreview:
        throw = replace(throw, scope=str(aimed.scope), knife=aimed.knife.value)
        order = Order(
            targets=aimed.targets,
            value=throw.action,
            for_s=throw.for_s,
            reason=aimed.said(throw.reason),
            slot=throw.slot,
            ticket=throw.ticket,
            take_over=throw.take_over,
            request_id=throw.request_id,
            scope=throw.scope,
            knife=throw.knife,
            urgent=throw.urgent,
        )
        preview = await self._orders.select(order, caller)
        summary = await self._foreteller.summary(preview, self._told_off(aimed, throw), urgent=throw.urgent)
        left_out = tuple((one.target, one.cause, one.text) for one in preview.targets if one.effect is Effect.EXCLUDED)
        self.throws.put(Thrown(caller.actor, preview.request_id, throw, self._clock.now(), left_out))
        return SwitchPreview(throw.scope, throw.knife, throw.action, summary, _notable(preview))

    def _told_off(self, aimed: Aim, throw: Throw) -> frozenset[TargetId]:
        values, targets = Values(throw.action, self._site.switching.scenes), self._site.city.targets
        return frozenset(one for one in aimed.targets if values.of(targets[one]) == Switch(False))

    # -- following ----------------------------------------------------------------------------------------------

    def thrown(self, request_id: str, actor: str = "") -> LiveCount:
        """How a throw stands. Raises UnknownTarget: no throw of this id is known."""
        return self._count.shown(self._count.count(request_id, actor))

    async def retry(
        self, request_id: str, caller: Caller, reason: str = "", *, actor: str = "", anew: str = ""
    ) -> Receipt | ProposalView:
        """Ask exactly the remaining lights again: a new request, the same value, what is left of the lease, the same
        rules. What asked in vain too often to be tried soon is tried at once. ``anew`` is the new request's id.

        A light that left the scope or the knife since (reload) is asked no more. Whoever retries another's throw takes
        nothing over by it.

        Raises:
            UnknownTarget: no throw of this id is known.
            InvalidValue: nothing remains, or its time is over.
        """
        counted = self._count.count(request_id, actor)
        throw = counted.throw
        aimed = self._aimed_again(throw, counted.again)
        still = frozenset(aimed.targets) if aimed else frozenset()
        again = tuple(target for target in counted.again if target in still)
        if aimed is None or not again:
            raise InvalidValue(f"nothing of {request_id} remains to be asked again")
        ends_s = (counted.ends - self._clock.now()).total_seconds() if counted.ends else self._left_s(request_id, actor)
        if ends_s < 1.0:
            raise InvalidValue(f"the time of {request_id} is over; throw the switch anew")
        said = f"{reason.strip() or throw.reason}; rest of {request_id}"
        take_over = throw.take_over and counted.request.actor == caller.actor
        once_more = replace(throw, for_s=ends_s, reason=said, request_id=anew, take_over=take_over)
        preview = await self._look(replace(aimed, targets=again), once_more, caller)
        if not preview.preview.token:
            return _refused(preview.preview)
        came = await self._orders.operate(preview.preview.token, caller)
        if isinstance(came, Receipt):
            self._at_once([one.target for one in came.outcomes if one.accepted])
        return came

    def _aimed_again(self, throw: Throw, again: Sequence[TargetId]) -> Aim | None:
        """What a throw's scope means now; of lights each named, those that are still lights. None: nothing is left."""
        if not is_picked(throw.scope):
            return self.aim(throw.scope, throw.knife)
        there = [target for target in again if target in self._site.scopes.lights]
        return self.aim_at(there, throw.knife) if there else None

    def _left_s(self, request_id: str, actor: str) -> float:
        """What is left of a throw no light of which was taken: it counts from when it was looked at."""
        thrown = self.throws.get(request_id, actor)
        return thrown.throw.for_s - (self._clock.now() - thrown.at).total_seconds() if thrown else 0.0

    def _at_once(self, targets: Sequence[TargetId]) -> None:
        """Forget how often these failed: a person asks, and does not wait for the next try by itself."""
        for target in targets:
            last = self._last.get(target)
            if last is not None and last.settled and not last.confirmed:
                del self._last[target]

    # -- letting go ---------------------------------------------------------------------------------------------

    def held(self, aimed: Aim, caller: Caller, slot: Slot | None = None) -> list[Request]:
        """What the caller's own leases hold of these lights."""
        slots = _RELEASABLE if slot is None else (slot,)
        holders = (self._book.holder(target, one) for target in aimed.targets for one in slots)
        return [one for one in holders if one is not None and one.owner == caller.actor and one.lease is not None]

    async def release(self, aimed: Aim, caller: Caller, reason: str, slot: Slot | None = None) -> Receipt:
        """End all one's own leases on these lights together: one line in the journal, and everything is decided anew.

        Raises:
            InvalidValue: the caller holds nothing there.
        """
        held = self.held(aimed, caller, slot)
        if not held:
            raise InvalidValue(f"{caller.actor} holds no {aimed.knife} light in {aimed.scope}; see `zhadao leases`")
        leases = [one.lease.id for one in held if one.lease is not None]
        return await self._orders.release_all(leases, caller, aimed.said(reason))


def _notable(preview: Preview) -> Preview:
    told = [one for one in preview.targets if one.effect in (Effect.EXCLUDED, Effect.MASKED) or one.takes_over_from]
    return replace(preview, targets=tuple(told[:NAMED]))


def _refused(preview: Preview) -> Receipt:
    return Receipt(preview.request_id, tuple(refused(one.target, one.cause, one.text) for one in preview.targets))
