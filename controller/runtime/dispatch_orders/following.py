"""Following orders: what the clock and the field make of them. Looked at again and again; no event has to be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import structlog

from controller.domain.clock import Clock
from controller.domain.rights import SELF
from controller.logic.dispatch_orders.acts import moved, not_begun, superseded
from controller.logic.dispatch_orders.clocks import ran_out, times_late
from controller.logic.dispatch_orders.order import DispatchOrder, Signed
from controller.logic.dispatch_orders.states import OrderState
from controller.runtime.dispatch_orders.alarms import OrderAlarms
from controller.runtime.dispatch_orders.executing import Executing
from controller.runtime.dispatch_orders.field import Became, FieldWay, Found
from controller.runtime.dispatch_orders.shelf import OrderShelf
from controller.runtime.dispatch_orders.writing import OrderWriter
from controller.runtime.keeper import Keeper
from controller.runtime.waker import Waker
from controller.settings.site import Site

log = structlog.get_logger("dispatch_orders")

LOOK_S = 1.0
REST_S = 3600.0
FAULT_PAUSE_S = 10.0
UNKNOWN_S = 15.0
"""An order on its way that nobody knows of, so long after a start or its sending, was never taken."""

S = OrderState


class OrderFollower:
    """One look after the other, each of all orders that are not over, under the desk's lock."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        shelf: OrderShelf,
        writer: OrderWriter,
        executing: Executing,
        way: FieldWay,
        alarms: OrderAlarms,
        keeper: Keeper,
        lock: asyncio.Lock,
    ) -> None:
        self._clock, self._shelf, self._writer, self._executing = clock, shelf, writer, executing
        self._way, self._alarms, self._keeper, self._lock = way, alarms, keeper, lock
        self._waker = Waker(clock)
        self._begun_s = clock.monotonic()
        self._sent_s: dict[str, float] = {}
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self.wake()

    def wake(self) -> None:
        """Somebody did something: a look at once."""
        self._waker.call()

    async def run(self) -> None:
        """Look, for ever."""
        self._begun_s = self._clock.monotonic()
        self._alarms.forget_gone(self._shelf.unfinished())
        self._alarms.unreadable(self._shelf.unreadable)
        pause_s = max(LOOK_S, 0.1 * self._clock.speed)
        while True:
            idle = not self._shelf.unsettled and next(self._shelf.unfinished(), None) is None
            if not idle:
                await self._supervised_look()
            await self._waker.wait(REST_S * self._clock.speed if idle else pause_s)

    async def _supervised_look(self) -> None:
        """Supervision boundary: whatever following raises must not stop the controller."""
        try:
            await self.look()
        except Exception:  # the named supervision boundary of following dispatch orders
            log.exception("dispatch_orders_fault")
            await self._clock.sleep(FAULT_PAUSE_S)

    async def look(self) -> None:
        """Look once at every order that is not over, and at what ended ones still hold."""
        for one in tuple(self._shelf.unfinished()):
            async with self._lock:
                order = self._shelf.get(one.number)
                if not order.state.over:  # it may have ended while the lock was waited for
                    await self._look_at(order)
        for number in tuple(self._shelf.unsettled):
            async with self._lock:
                await self._settle(self._shelf.get(number))
        keep = timedelta(seconds=self._site.dispatch.keep_s)
        for change in self._shelf.overflow(self._clock.now() - keep):
            self._keeper.keep(change)

    async def _look_at(self, order: DispatchOrder) -> None:
        why = self._overtaken(order)
        if why:
            await self._way.withdraw(order, SELF, why)
        found = self._way.find(order) if order.execution is not None else Found()
        for after, what, said in self._next(order, found):
            await self._writer.note(what, [after], said)
        order = self._shelf.get(order.number)
        if order.pending and found.became is not Became.NOTHING:
            await self._arrived(order, found)
        order = self._shelf.get(order.number)
        self._alarms.look(order, found, self._clock.monotonic())

    # -- what follows by itself ---------------------------------------------------------------------------------

    def _next(self, order: DispatchOrder, found: Found) -> Iterator[tuple[DispatchOrder, str, dict[str, object]]]:
        """The one change that time or field make of it now, if any."""
        now_s, times = self._clock.monotonic(), self._shelf.deadlines(order.number)
        rules = self._site.dispatch
        late = times_late(order, times.acknowledge_s, now_s, rules.acknowledge_s)
        if ran_out(order, times.valid_until_s, now_s):
            why = "not executing by the time it had to be 逾期未执行"
            yield moved(order, S.EXPIRED, self._self(), why), "expired", {"why": why}
        elif late > order.escalated:
            contacts = rules.contacts(order.objects)
            to = contacts[min(late, len(contacts)) - 1] if contacts else order.unit
            yield replace(order, escalated=late), "escalated", {"times": late, "to": to.zh}
        elif order.state is S.EXECUTING:
            yield from self._ended(order, found)
        elif order.pending and found.became is Became.NOTHING:
            yield from self._sent(order, now_s)
        elif order.superseded_by and not order.pending:
            yield from self._replaced(order)

    def _ended(self, order: DispatchOrder, found: Found) -> Iterator[tuple[DispatchOrder, str, dict[str, object]]]:
        ends = {
            Became.MET: (S.VERIFIED, "proven by the field's own feedback 现场反馈已证实"),
            Became.RAN_OUT: (S.EXPIRED, "its time was over before it was proven 到期未证实"),
            Became.TAKEN_OVER: (S.SUPERSEDED, "its object was ordered otherwise 对象已由他人另行下令"),
            Became.RELEASED: (S.ABORTED, "it was released in the field's own desks 已被释放或中止"),
        }
        to, why = ends.get(found.became, (None, ""))
        if to is not None:
            told = f"{why}: {found.why.zh or found.why.en}" if found.why.en else why
            yield moved(order, to, self._self(), told), to.value, {"why": told, "request": found.request}

    def _sent(self, order: DispatchOrder, now_s: float) -> Iterator[tuple[DispatchOrder, str, dict[str, object]]]:
        """One on its way: it waits for a second person, is lost, or may still turn up."""
        proposal = self._way.proposal(order)
        if proposal and order.execution is not None and not order.execution.proposal:
            waiting = replace(order, execution=replace(order.execution, proposal=proposal))
            yield waiting, "waits for a second person", {"proposal": proposal}
        elif self._lost(order, now_s):
            yield not_begun(order), "not taken", {"why": "nothing of it was taken, and nobody waits for it any more"}

    def _replaced(self, order: DispatchOrder) -> Iterator[tuple[DispatchOrder, str, dict[str, object]]]:
        """One whose place another was to take: it did, or it ended without."""
        by = order.superseded_by
        if self._took_place(by):
            yield superseded(order, by, self._self()), "superseded", {"by": by}
        elif by not in self._shelf or self._shelf.get(by).state.over:
            yield replace(order, superseded_by=""), "not superseded", {"by": by}

    def _overtaken(self, order: DispatchOrder) -> str:
        """Why nobody may confirm it any more; empty: it waits for nobody, or may still be confirmed."""
        if not order.pending or not self._way.waits(order):
            return ""
        if self._clock.monotonic() >= self._shelf.deadlines(order.number).valid_until_s:
            return f"order {order.number} was not confirmed by the time it had to be executing 逾期未确认"
        by = order.superseded_by
        return f"superseded by order {by} 由调度令 {by} 替代" if self._took_place(by) else ""

    def _took_place(self, by: str) -> bool:
        """Whether the order that was to take another's place came into the field."""
        return by in self._shelf and self._shelf.get(by).acted

    def _lost(self, order: DispatchOrder, now_s: float) -> bool:
        """Whether an order on its way was never taken. While its proposal waits, it is not lost."""
        if self._way.waits(order):
            self._sent_s.pop(order.number, None)
            return False
        since_s = self._sent_s.setdefault(order.number, now_s)
        lost = now_s - max(since_s, self._begun_s) >= UNKNOWN_S
        if lost:
            self._sent_s.pop(order.number, None)
        return lost

    async def _arrived(self, order: DispatchOrder, found: Found) -> None:
        """One on its way is there: confirmed by a second person, or taken just before the controller died."""
        self._sent_s.pop(order.number, None)
        signed = order.execution.signed if order.execution is not None else self._self()
        by = order.superseded_by
        if self._took_place(by):
            after = superseded(order, by, self._self())
            await self._writer.note("superseded", [after], {"by": by})
            return  # what it holds is given up by ``_settle``
        await self._executing.given(order, found.request, signed)

    async def _settle(self, order: DispatchOrder) -> None:
        """What is over holds nothing."""
        found = self._way.find(order)
        if found.holds:
            problem = await self._way.release(order, f"dispatch order {order.number} is {order.state.value}")
            if problem:
                log.error("dispatch_order_not_released", order=order.number, reason=problem)
            return
        if not self._way.waits(order):
            self._shelf.unsettled.discard(order.number)
        self._alarms.over(order)

    def _self(self) -> Signed:
        return Signed(SELF.actor, "", self._clock.now())
