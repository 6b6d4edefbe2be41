"""An order's way into the field, by the ways there are: selections and plans; and what the field makes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.request import Request
from controller.domain.rights import SELF, Caller
from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.order import Act, DispatchOrder, FromPlan
from controller.logic.plans.run import NO_WORDS, owner_of
from controller.runtime.book import RequestBook
from controller.runtime.commanding.desk import CommandDesk
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.commanding.second_person import KIND as ORDER
from controller.runtime.commanding.views import Preview
from controller.runtime.leases.desk import LeaseDesk
from controller.runtime.plans.book import PlanBook
from controller.runtime.plans.starting import KIND as PLAN
from controller.runtime.plans.views import PlanPreview, RunView
from controller.runtime.two_persons import ProposalView
from controller.runtime.undertakings.desk import Undertakings
from controller.runtime.undertakings.views import PartView
from controller.runtime.views import Order, Receipt

CLOCK_STEP = timedelta(seconds=5)
"""A run that began so shortly before the order was sent out may still be its own: clocks are stepped."""


class Became(Enum):
    """What the field has of an order: NOTHING (not taken), GOES ON, MET (proven), or it ENDED one way or another."""

    NOTHING = auto()
    GOES_ON = auto()
    MET = auto()
    RAN_OUT = auto()
    TAKEN_OVER = auto()
    RELEASED = auto()


@dataclass(frozen=True, slots=True)
class Found:
    """An order looked for. ``held``: what it still holds; ``barred``: why it does not come to pass, as far as known."""

    became: Became = Became.NOTHING
    request: str = ""
    why: Words = NO_WORDS
    held: tuple[Request, ...] = ()
    run: RunView | None = None
    barred: Words | None = None

    @property
    def holds(self) -> bool:
        """Whether it has a say in the field: a slot that is filled, a run that lives."""
        return bool(self.held) or (self.run is not None and self.run.live)


NOTHING = Found()


class FieldWay:
    """Where orders go, and where they are found again: the desks of commands and of plans. Nothing is decided here."""

    def __init__(
        self,
        *,
        clock: Clock,
        orders: CommandDesk,
        plans: PlanBook,
        leases: LeaseDesk,
        undertakings: Undertakings,
        proposals: ProposalBook,
        book: RequestBook,
    ) -> None:
        self._clock, self._orders, self._plans, self._leases = clock, orders, plans, leases
        self._undertakings, self._proposals, self._book = undertakings, proposals, book

    # -- there --------------------------------------------------------------------------------------------------

    async def look(self, order: DispatchOrder, caller: Caller, *, take_over: bool) -> PlanPreview | Preview:
        """What it would do now, with a token that does exactly that.

        Raises:
            InvalidValue, UnknownTarget: it makes no sense any more: its plan or target is another, or gone.
        """
        reason = f"调度令 {order.number}: {order.reason}"
        task = order.task
        if isinstance(task, FromPlan):
            return await self._plans.preview(
                task.plan,
                caller,
                parameters=task.parameters,
                reason=reason,
                ticket=order.number,
                basis=(*order.said_grounds, *(one.text.zh for one in order.grounds))[:20],
                take_over=take_over,
            )
        return await self._orders.select(
            Order(
                (task.target,),
                task.value,
                task.for_s,
                reason,
                slot=task.slot,
                ticket=order.number,
                take_over=take_over,
                request_id=self.request_id(order),
            ),
            caller,
        )

    def request_id(self, order: DispatchOrder) -> str:
        """Under which its next attempt goes out; empty where that is not known before."""
        return f"{order.number}.{order.attempts + 1}" if isinstance(order.task, Act) else ""

    async def go(self, order: DispatchOrder, token: str, caller: Caller) -> Receipt | ProposalView:
        """Do what was looked at. Raises StoreError: a proposal could not be written down."""
        if isinstance(order.task, FromPlan):
            return await self._plans.start(token, caller)
        return await self._orders.operate(token, caller)

    # -- and back -----------------------------------------------------------------------------------------------

    async def abort(self, order: DispatchOrder, caller: Caller, why: str) -> str:
        """End what it holds: a run takes its way to its plan's safe state, a request is released (handed back). No
        unit stops for it. Gives back why not; empty when it is on its way, or held nothing."""
        found = self.find(order)
        if found.run is not None and found.run.live:
            if found.run.phase == "aborting":
                return ""
            came = await self._plans.abort(found.run.id, caller, why)
            return "" if came.accepted else f"{came.text_en} / {came.text_zh}"
        if not found.held or order.execution is None:
            return ""
        for owner, request in sorted({(one.owner, one.request_id) for one in found.held}):
            try:
                receipt = await self._leases.abort(request, caller, why, owner=owner)
            except UnknownTarget:
                continue  # it ended by itself, or its successor took the slot, in this very moment
            if self._book.of_request(owner, request):
                return "; ".join(one.text for one in receipt.outcomes if not one.accepted)
        return ""

    async def withdraw(self, order: DispatchOrder, caller: Caller, why: str) -> None:
        """Its proposal, where it waits for a second person, is not to be confirmed any more."""
        proposal = self.proposal(order)
        if proposal:
            with contextlib.suppress(UnknownTarget, InvalidValue):
                await self._proposals.refuse(proposal, caller, why)

    async def release(self, order: DispatchOrder, why: str) -> str:
        """``abort`` by the controller itself: what is over holds nothing."""
        return await self.abort(order, SELF, why)

    def waits(self, order: DispatchOrder) -> bool:
        """Whether its proposal still waits for its second person."""
        return bool(self.proposal(order))

    def proposal(self, order: DispatchOrder) -> str:
        """The proposal it waits for; empty: none. It is looked for: the controller may have died between keeping the
        proposal and noting its id with the order."""
        way, task = order.execution, order.task
        if way is None or way.given:
            return ""
        if way.proposal:
            return way.proposal if self._proposals.keeps(way.proposal) else ""

        def mine(body: Mapping[str, Any]) -> bool:
            about = (
                body["ticket"] == order.number and body["plan"] == task.plan
                if isinstance(task, FromPlan)
                else body["request_id"] == way.request
            )
            return bool(about and body["proposer"]["actor"] == way.owner)

        return self._proposals.kept_as(PLAN if isinstance(task, FromPlan) else ORDER, mine)

    # -- what became of it --------------------------------------------------------------------------------------

    def find(self, order: DispatchOrder) -> Found:
        """How it stands in the field now; level-triggered: nothing needs to have been seen happening."""
        if order.execution is None:
            return NOTHING
        return self._run(order) if isinstance(order.task, FromPlan) else self._request(order)

    def _run(self, order: DispatchOrder) -> Found:
        run = self._run_of(order)
        if run is None:
            return NOTHING
        why = Words(run.why_zh, run.why_en)
        if run.live:
            blocks = [one for one in run.blocks if one.bar]
            barred = Words(blocks[0].text_zh, blocks[0].text_en) if blocks else None
            return Found(Became.GOES_ON, run.id, why, run=run, barred=barred)
        ends = {"finished": Became.MET, "lapsed": Became.RAN_OUT, "superseded": Became.TAKEN_OVER}
        owner = owner_of(run.id)  # a plan may leave its last orders standing until their lease ends
        left = tuple(sorted((one for one in self._book.held() if one.owner == owner), key=lambda one: one.target))
        return Found(ends.get(run.phase, Became.RELEASED), run.id, why, left, run=run)

    def _run_of(self, order: DispatchOrder) -> RunView | None:
        execution, task = order.execution, order.task
        if execution is None or not isinstance(task, FromPlan):
            return None
        if execution.request:
            try:
                return self._plans.run(execution.request)
            except UnknownTarget:
                return None
        since = execution.signed.at - CLOCK_STEP
        mine = [
            one
            for one in self._plans.runs(limit=50)
            if one.ticket == order.number
            and one.plan == task.plan
            and one.by == execution.owner
            and (one.live or one.begun >= since)
        ]
        return mine[0] if mine else None

    def _request(self, order: DispatchOrder) -> Found:
        assert order.execution is not None  # noqa: S101 - narrows
        owner, request = order.execution.owner, order.execution.request
        held = tuple(self._book.of_request(owner, request))
        try:
            parts: Sequence[PartView] = self._undertakings.whole(request, owner).parts
        except UnknownTarget:
            return Found(Became.GOES_ON, request, held=held) if held else NOTHING
        part = next((one for one in parts if isinstance(order.task, Act) and one.target == order.task.target), None)
        if part is None:
            return Found(Became.GOES_ON, request, held=held) if held else NOTHING
        return Found(_became(part, bool(held)), request, Words(part.remark, part.remark), held, barred=_barred(part))


def _became(part: PartView, held: bool) -> Became:
    """The field's own word for one target: CONFIRMED is proven by independent feedback."""
    state = CommandState(part.state)
    if state is CommandState.CONFIRMED:
        return Became.MET
    if state is CommandState.REJECTED:
        return Became.GOES_ON if held else Became.NOTHING
    if held or not state.final:
        return Became.GOES_ON
    if state is CommandState.SUPERSEDED:
        return Became.TAKEN_OVER
    return Became.RELEASED if state is CommandState.CANCELLED else Became.RAN_OUT


def _barred(part: PartView) -> Words | None:
    if part.masked_by:
        return Words(f"被上级指令屏蔽：{part.masked_by}", f"masked: {part.masked_by}")
    bad = part.cause or CommandState(part.state) in (
        CommandState.MISMATCH,
        CommandState.FAILED,
        CommandState.INDETERMINATE,
    )
    return Words(f"未达到：{part.remark}", f"not there: {part.cause} {part.remark}".strip()) if bad else None
