"""Executing an order: looked at, written down as on its way, sent the one way there is, found again in the field."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.rights import SELF, Caller
from controller.logic.dispatch_orders.acts import begun, executing, not_begun, superseded, to_execute, told
from controller.logic.dispatch_orders.acts import rivals as rivals_of
from controller.logic.dispatch_orders.clocks import ran_out
from controller.logic.dispatch_orders.order import Act, DispatchOrder, Execution, FromPlan, Ground, Signed
from controller.logic.dispatch_orders.states import ACTING
from controller.runtime.commanding.receipts import refused
from controller.runtime.commanding.views import Preview
from controller.runtime.dispatch_orders.field import FieldWay, Found
from controller.runtime.dispatch_orders.shelf import OrderShelf
from controller.runtime.dispatch_orders.showing import ground_view
from controller.runtime.dispatch_orders.views import DispatchOrderPreview, DispatchOrderView
from controller.runtime.dispatch_orders.writing import OrderWriter
from controller.runtime.plans.views import PlanPreview
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt
from controller.settings.site import Site

TOKEN_S = 600.0
"""Tokens are forgotten after this; the desk that gave one lets it live much shorter."""
AGAIN = "preview the order anew: nothing is selected under this token for it / 请重新预演后执行"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a token stands for: this order, this attempt, this session."""

    number: str
    attempt: int
    caller: Caller
    until_s: float


class Executing:
    """One order at a time: whoever calls ``execute`` and ``abort`` has the desk's lock."""

    def __init__(self, site: Site, *, clock: Clock, shelf: OrderShelf, writer: OrderWriter, way: FieldWay) -> None:
        self._clock, self._shelf, self._writer, self._way = clock, shelf, writer, way
        self._tokens: dict[bytes, Looked] = {}
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): what was previewed is void."""
        self._site = site
        self._tokens.clear()

    async def preview(
        self,
        order: DispatchOrder,
        caller: Caller,
        view: DispatchOrderView,
        tide: list[Ground],
        *,
        take_over: bool,
    ) -> DispatchOrderPreview:
        """What it would do now. It is looked at in every state; a token comes only where it may be executed.

        Raises:
            InvalidValue, UnknownTarget: its plan or target is another by now, or gone.
        """
        not_now = ""
        try:
            self._may_now(order)
        except InvalidValue as error:
            not_now = str(error)
        replaces = any(self._way.find(one).holds for one in self._replaced(order))
        seen = await self._way.look(order, caller, take_over=take_over or replaces)
        token = "" if not_now else seen.token
        if token:
            self._remember(token, Looked(order.number, order.attempts, caller, self._clock.monotonic() + TOKEN_S))
        obstacle = "" if seen.token else _obstacle(seen)
        blank = replace(seen, token="")
        against = [one for one in rivals_of(order, self._shelf.unfinished()) if one.number not in order.supersedes]
        return DispatchOrderPreview(
            order=view,
            token=token,
            not_now=not_now or obstacle,
            obstacle=obstacle,
            plan=blank if isinstance(blank, PlanPreview) else None,
            act=None if isinstance(blank, PlanPreview) else blank,
            tide=tuple(map(ground_view, tide)),
            rivals=(told(against),) if against else (),
        )

    async def execute(self, order: DispatchOrder, token: str, signed: Signed, caller: Caller) -> Receipt | ProposalView:
        """Do what was looked at, or propose it to a second person.

        Raises:
            InvalidValue: not now, or the token is not for this. StoreError: it could not be written down.
        """
        self._may_now(order)
        self._used(token, order, caller)
        way = Execution(signed, caller.actor, self._way.request_id(order))
        order = begun(order, way)
        await self._writer.write("sent", caller, [order], {"attempt": order.attempts, "request": way.request})
        order = self._shelf.get(order.number)
        came = await self._sent(order, token, caller)
        if isinstance(came, ProposalView):
            waiting = replace(order, execution=replace(way, proposal=came.id))
            await self._writer.note("waits for a second person", [waiting], {"proposal": came.id})
            return came
        if not any(one.accepted for one in came.outcomes):
            await self._writer.note("not taken", [not_begun(order)], {"why": [one.text for one in came.outcomes][:3]})
            return came
        await self.given(order, came.request_id, signed)
        return came

    async def _sent(self, order: DispatchOrder, token: str, caller: Caller) -> Receipt | ProposalView:
        try:
            return await self._way.go(order, token, caller)
        except (InvalidValue, StoreError) as error:
            cause = Cause.NO_EVIDENCE if isinstance(error, StoreError) else Cause.NOT_READY
            return Receipt("", tuple(refused(one, cause, str(error)) for one in order.objects))

    async def given(self, order: DispatchOrder, request: str, signed: Signed) -> None:
        """The field has it: it executes, and takes the place of those it supersedes; together or not at all."""
        changed = [executing(order, request, signed)]
        changed += [superseded(one, order.number, signed) for one in self._replaced(order)]
        await self._writer.note("executing", changed, {"request": request})
        why = f"superseded by order {order.number} 由调度令 {order.number} 替代"
        for one in changed[1:]:
            await self._way.release(one, why)
        for one in self._named(order):
            if one.pending:  # what still waits for its second person is not to be confirmed any more
                await self._way.withdraw(one, SELF, why)

    def _replaced(self, order: DispatchOrder) -> list[DispatchOrder]:
        """What it supersedes and still binds."""
        return [one for one in self._named(order) if one.state in ACTING or not one.pending]

    def _named(self, order: DispatchOrder) -> list[DispatchOrder]:
        named = (self._shelf.get(one) for one in order.supersedes if one in self._shelf)
        return [one for one in named if one.state.binds]

    def _may_now(self, order: DispatchOrder) -> None:
        """Raises InvalidValue: it may not be executed now, be it that nobody has yet noted that its time is over."""
        to_execute(order, self._clock.now(), self._shelf.unfinished())
        if ran_out(order, self._shelf.deadlines(order.number).valid_until_s, self._clock.monotonic()):
            raise InvalidValue(
                f"order {order.number} was to be executing by {order.valid_until:%Y-%m-%d %H:%M %Z}: write it anew"
                " / 调度令已逾期，请重新拟令"
            )

    async def abort(self, order: DispatchOrder, caller: Caller, why: str) -> str:
        """End what it holds, or take its proposal back; why not, when it cannot be ended."""
        if order.pending:
            await self._way.withdraw(order, caller, why)
        return await self._way.abort(order, caller, why)

    def find(self, order: DispatchOrder) -> Found:
        """How it stands in the field."""
        return self._way.find(order)

    def holds(self, order: DispatchOrder) -> str:
        """What it still holds, for people; empty: nothing."""
        found = self._way.find(order)
        if found.run is not None and found.run.live:
            return f"run {found.run.id} ({found.run.phase})"
        return ", ".join(f"{one.target} {one.value}" for one in found.held)

    def safe_state(self, order: DispatchOrder) -> tuple[str, str]:
        """What an abort of it leads to, in words."""
        if order.execution is None:
            return "nothing was ordered by it", "未曾执行"
        if isinstance(order.task, FromPlan):
            plan = self._site.plans.get(order.task.plan)
            if plan is not None:
                return plan.way_out.state.en, plan.way_out.state.zh
        return "handed back to level control; what runs goes on", "交还水位控制，运行机组不因此停机"

    def _remember(self, token: str, looked: Looked) -> None:
        now_s = self._clock.monotonic()
        self._tokens = {one: known for one, known in self._tokens.items() if known.until_s > now_s}
        self._tokens[_digest(token)] = looked

    def _used(self, token: str, order: DispatchOrder, caller: Caller) -> None:
        looked = self._tokens.pop(_digest(token), None)
        if looked is None or (looked.number, looked.attempt) != (order.number, order.attempts):
            raise InvalidValue(AGAIN)
        if (looked.caller.actor, looked.caller.session) != (caller.actor, caller.session):
            raise InvalidValue(AGAIN)


def _obstacle(seen: PlanPreview | Preview) -> str:
    if isinstance(seen, PlanPreview):
        return "; ".join(seen.refused)
    named = "; ".join(dict.fromkeys(f"{one.target}: {one.cause} {one.text}" for one in seen.targets if one.cause))
    return named or "nothing of it can be operated now / 当前无可操作对象"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def describes(order: DispatchOrder) -> str:
    """What it orders, in a word."""
    task = order.task
    return f"{task.target} {task.value}" if isinstance(task, Act) else task.plan
