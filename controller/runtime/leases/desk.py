"""The desk of leases: seeing them, extending and aborting them, standing orders and their shifts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping

import structlog

from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot, SlotKind
from controller.domain.targets import Target
from controller.runtime.book import RequestBook
from controller.runtime.commanding.ports import Rights
from controller.runtime.leases.answers import STAYS, Answers, done, not_written, refusal_of, targets_of
from controller.runtime.leases.extending import Extending, Heir
from controller.runtime.leases.standing_orders import StandingOrders
from controller.runtime.leases.views import LeaseView, StandingView
from controller.runtime.leases.watch import LeaseWatch
from controller.runtime.leases.writer import LeaseWriter, Line
from controller.runtime.two_persons import ProposalView
from controller.runtime.undertakings.desk import Undertakings
from controller.runtime.views import Receipt
from controller.runtime.waker import Waker
from controller.settings.leases import LeaseLimits, LeaseRules, terms_of

log = structlog.get_logger("leases")

LOOK_S = 30.0
"""Leases are looked at at least this often for warnings and shifts (clock seconds)."""
SOONEST_S = 0.5
SOONEST_REAL_S = 0.2

Withdraw = Callable[[str, str, str], int]
"""Cancels what the commands of an owner's request have not sent yet, with the reason; how many those were."""


class LeaseDesk:
    """What happens to a lease between its order and its end. Releasing one early is the order desk's."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        writer: LeaseWriter,
        watch: LeaseWatch,
        standing: StandingOrders,
        extending: Extending,
        undertakings: Undertakings,
        answers: Answers,
        withdraw: Withdraw,
    ) -> None:
        self._clock = clock
        self._book = book
        self._writer = writer
        self._watch = watch
        self._standing = standing
        self._extending = extending
        self._undertakings = undertakings
        self._answers = answers
        self._withdraw = withdraw
        self._waker = Waker(clock)
        self._targets: Mapping[TargetId, Target] = {}
        self._limits: Mapping[Slot, LeaseLimits] = {}

    def adopt(self, targets: Mapping[TargetId, Target], limits: Mapping[Slot, LeaseLimits], rules: LeaseRules) -> None:
        """Take a site over, also in place of another (reload). Leases that live keep their time."""
        self._targets, self._limits = targets, limits
        self._extending.adopt(targets, limits, rules)
        self._watch.adopt(rules)
        self._standing.adopt(rules.shift)
        self.wake()

    def authorise_by(self, rights: Rights) -> None:
        """Ask this authority again at every act, whatever the front already asked."""
        self._answers.rights = rights

    def inherit_by(self, heir: Heir) -> None:
        """Let this one say who, besides its owner, may extend a lease."""
        self._extending.heir = heir

    def wake(self) -> None:
        """Slots were filled or emptied."""
        self._waker.call()

    # -- what people ask ----------------------------------------------------------------------------------------

    def length_s(self, slot: Slot, targets: Iterable[TargetId]) -> float:
        """How long an order for these lives when nobody says: the shortest default among their classes (s).

        Raises:
            InvalidValue: the slot takes no lease.
        """
        if slot.kind is not SlotKind.LEASED:
            raise InvalidValue(f"slot {slot.label} takes no lease")
        classes = {self._targets[target].owner_class for target in targets if target in self._targets} or {""}
        return min(terms_of(self._limits, slot, one).default.total_seconds() for one in classes)

    def lease(self, lease_id: str) -> LeaseView:
        """One lease.

        Raises:
            UnknownTarget: no such lease lives; it may have ended by itself.
        """
        return self._view(self._living(lease_id))

    def living(self, *, owner: str = "", target: TargetId = "", request_id: str = "") -> list[LeaseView]:
        """Leases that live, the one that ends first before the others; only an owner's, a target's, a request's."""
        found = [
            one
            for one in self._book.held()
            if one.lease is not None
            and owner in ("", one.owner)
            and target in ("", one.target)
            and request_id in ("", one.request_id)
        ]
        return [self._view(one) for one in sorted(found, key=lambda one: (_end_s(one), one.target))]

    def standing(self) -> list[StandingView]:
        """Standing orders, the one to be confirmed first before the others."""
        return self._standing.views()

    # -- acts ---------------------------------------------------------------------------------------------------

    async def extend(self, lease_id: str, for_s: float, caller: Caller, reason: str) -> Receipt | ProposalView:
        """Let a lease live ``for_s`` seconds from now on, for no longer than a new order may last: its owner may, and
        whoever has the shift now, where a dispatch order stands behind it. It stays its owner's.

        What took a second person takes one again, and so does what would need one now (a lease that reaches into the
        night): then a proposal comes back. Longer than the slot's maximum it becomes a standing order, a proposal
        too, of ``lease_rules.standing_maximum`` at most.

        Raises:
            UnknownTarget: no such lease lives.
            InvalidValue: no reason, a length that is none, or a machine asks for what takes two people.
        """
        return await self._extending.extend([self._living(lease_id)], for_s, caller, reason)

    async def extend_request(
        self, request_id: str, for_s: float, caller: Caller, reason: str
    ) -> Receipt | ProposalView:
        """Extend every lease that the caller's request still holds; like ``extend``.

        Raises:
            UnknownTarget: it holds none any more.
            InvalidValue: see ``extend``.
        """
        requests = [one for one in self._book.of_request(caller.actor, request_id) if one.lease is not None]
        if not requests:
            raise UnknownTarget(f"request {request_id} of {caller.actor} holds no lease any more")
        return await self._extending.extend(requests, for_s, caller, reason)

    async def confirm_standing(self, standing_id: str, caller: Caller, reason: str) -> Receipt:
        """A person of this shift says that a standing order goes on.

        Raises:
            UnknownTarget: no such standing order.
            InvalidValue: no reason was given.
        """
        receipt = await self._standing.confirm(standing_id, caller, reason)
        self.wake()
        return receipt

    async def abort(self, request_id: str, caller: Caller, reason: str, owner: str = "") -> Receipt:
        """End a request at every target: its leases are released, what is not sent yet is cancelled.

        What was sent is followed to its end; running pumps go on until somebody or something orders anew. What is
        latched stays: it has its own way back. ``owner`` is whose request, where several chose one id.

        Raises:
            UnknownTarget: no such request, or nothing of it is in force any more.
            InvalidValue: no reason was given.
        """
        if not reason.strip():
            raise InvalidValue("an abort needs a reason; it is read by whoever asks why, tonight or in court")
        owner = owner or self._undertakings.get(request_id).actor
        held = self._book.of_request(owner, request_id)
        if not held:
            raise UnknownTarget(f"nothing of request {request_id} of {owner} is in force any more")
        act_id = secrets.token_hex(8)
        self._undertakings.opened(act_id, caller, "abort", targets_of(held), value=request_id, reason=reason)
        denied = self._answers.denied(held, caller)
        if denied:
            return self._answers.refused(act_id, held, denied, "abort_refused", caller, reason)
        self._undertakings.advanced(act_id, caller, CommandState.AUTHORISED)
        told = f"aborted by {caller.actor}: {reason.strip()}"
        line = Line("abort", caller, {"request": request_id, "owner": owner, "reason": reason.strip()})
        written = await self._writer.empty(lambda: _leased(self._book.of_request(owner, request_id)), line)
        if written.error:
            return self._answers.given(act_id, caller, not_written(written.requests, written.error))
        self._undertakings.ended(written.requests, CommandState.CANCELLED, told)
        cancelled = self._withdraw(owner, request_id, told)
        text = f"released; {cancelled} writes of the request were not sent yet and are cancelled"
        latched = [refusal_of(one, STAYS) for one in held if one.lease is None]
        return self._answers.given(act_id, caller, [*(done(one, text) for one in written.requests), *latched])

    # -- its own life -------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Warn, alarm and tidy up, for ever."""
        soonest_s = max(SOONEST_S, SOONEST_REAL_S * self._clock.speed)
        while True:
            self._supervised_look()
            now_s = self._clock.monotonic()
            await self._waker.wait(min(LOOK_S, max(0.0, self._watch.next_s(now_s) - now_s)))
            await self._clock.sleep(soonest_s)

    def look(self) -> None:
        """Look once."""
        self._standing.sweep()
        self._watch.look(self._standing.all())

    def _supervised_look(self) -> None:
        """Supervision boundary: warnings tell people; whatever they raise must not stop the controller."""
        try:
            self.look()
        except Exception:  # the named supervision boundary of looking after leases
            log.exception("lease_watch_fault")

    # -- inside -------------------------------------------------------------------------------------------------

    def _living(self, lease_id: str) -> Request:
        request = self._book.lease(lease_id)
        if request is None:
            raise UnknownTarget(f"no living lease {lease_id}; it may have ended by itself, see `zhadao explain TARGET`")
        return request

    def _view(self, request: Request) -> LeaseView:
        lease, ending, now_s = request.lease, self._watch.ending(request), self._clock.monotonic()
        assert lease is not None  # noqa: S101 - narrows the type; only leased requests come here
        standing = self._standing.of_lease(lease.id)
        return LeaseView(
            id=lease.id,
            request_id=request.request_id,
            target=request.target,
            slot=request.slot.label,
            value=str(request.value),
            owner=request.owner,
            confirmed_by=request.confirmed_by,
            reason=request.reason,
            ticket=request.ticket,
            granted=lease.granted,
            expires=lease.expires,
            remaining_s=max(0.0, lease.expires_s - now_s),
            maximum_s=self._extending.maximum_s(request),
            warned=self._watch.warned(request, now_s),
            then=f"{ending.then.slot.label} ({ending.then.value})" if ending else "",
            changes=ending.changes if ending else False,
            standing=standing.id if standing else "",
        )


def _leased(requests: Iterable[Request]) -> list[Request]:
    return [request for request in requests if request.lease is not None]


def _end_s(request: Request) -> float:
    return request.lease.expires_s if request.lease else float("inf")
