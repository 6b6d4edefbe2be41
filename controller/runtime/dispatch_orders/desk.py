"""The desk of dispatch orders (调度令): write, issue, acknowledge, tick, execute, abort, close. Written down first.

Rights on an order's objects are asked by whoever calls; the desk asks who may issue, and what superseding takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.dispatch_orders.acts import acknowledged, closed, issued, moved, superseded, tick
from controller.logic.dispatch_orders.order import DispatchOrder, Signed, Spoken, Step
from controller.logic.dispatch_orders.states import ACTING, OrderState
from controller.runtime.dispatch_orders.acting import DeskBase, needed, short, slot_of
from controller.runtime.dispatch_orders.receipts import done, unwritten
from controller.runtime.dispatch_orders.views import DispatchOrderPreview, DispatchOrderView, DispatchReceipt
from controller.runtime.dispatch_orders.writing_orders import Draft, check_words, task_of, unit_of
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt

S = OrderState


class DispatchDesk(DeskBase):
    """Everything people ask of dispatch orders. One act at a time."""

    # -- looking ------------------------------------------------------------------------------------------------

    def orders(self, *, unfinished: bool = False, limit: int = 100) -> list[DispatchOrderView]:
        """Orders, newest first; ``unfinished``: only those that are not over."""
        found = [one for one in self._shelf.all() if not (unfinished and one.state.over)]
        return [self._view(one) for one in found[:limit]]

    def order(self, number: str) -> DispatchOrderView:
        """One order. Raises UnknownTarget."""
        return self._view(self._shelf.get(number))

    def objects(self, number: str) -> Sequence[TargetId]:
        """What an order is about: what rights are asked on. Raises UnknownTarget."""
        return self._shelf.get(number).objects

    def stands_behind(self, request: Request) -> bool:
        """Whether an order that acts made this request."""
        made = (one.execution for one in self._shelf.unfinished() if one.state in ACTING and one.execution is not None)
        return any((one.owner, one.request) == (request.owner, request.request_id) for one in made)

    def slot(self, number: str) -> Slot:
        """The slot it would fill. Raises UnknownTarget."""
        return slot_of(self._shelf.get(number))

    def objects_of(self, draft: Draft) -> Sequence[TargetId]:
        """What an order that is not written yet would be about. Raises UnknownTarget, InvalidValue."""
        return task_of(draft, self._site)[1]

    async def preview(self, number: str, caller: Caller, *, take_over: bool = False) -> DispatchOrderPreview:
        """What executing it now would do. Raises UnknownTarget; InvalidValue: it makes no sense any more."""
        order = self._shelf.get(number)
        tide = self._grounds.tide([one.partition("/")[0] for one in order.objects])
        return await self._executing.preview(order, caller, self._view(order), tide, take_over=take_over)

    # -- writing and issuing ------------------------------------------------------------------------------------

    async def propose(self, draft: Draft, caller: Caller) -> DispatchReceipt:
        """Write an order. Nothing is ordered by it yet.

        Raises:
            UnknownTarget: no such plan or target, or no such order to supersede. InvalidValue: it makes no sense.
        """
        check_words(draft)
        task, objects = task_of(draft, self._site)
        for number in draft.supersedes:
            self._shelf.get(number)
        now, rules = self._clock.now(), self._site.dispatch
        async with self._lock:
            order = DispatchOrder(
                number=self._number(now),
                state=S.PROPOSED,
                task=task,
                objects=tuple(objects),
                unit=unit_of(draft, tuple(objects), self._site),
                reason=draft.reason.strip(),
                steps=(Step(S.PROPOSED, self._signed(caller), draft.reason.strip()),),
                valid_until=(draft.begin or now) + timedelta(seconds=draft.valid_s or rules.valid_s),
                said_grounds=tuple(one.strip() for one in draft.grounds if one.strip()),
                begin=draft.begin,
                supersedes=tuple(dict.fromkeys(draft.supersedes)),
                ticket=rules.ticket(objects, self._names()),
                shift=self._shift(),
            )
            return await self._done("proposed", caller, [order], f"order {order.number} is written", "已拟稿")

    async def enter_spoken(self, draft: Draft, caller: Caller, spoken: Spoken) -> DispatchReceipt:
        """Enter an order that was given by telephone. It executes nothing here; it is kept, printed and closed.

        Raises:
            UnknownTarget, InvalidValue: as ``propose``; or it was spoken in the future, or nobody spoke.
        """
        check_words(draft)
        task, objects = task_of(draft, self._site)
        now = self._clock.now()
        if spoken.at > now:
            raise InvalidValue("an order is entered after it was spoken / 电话调度令的通话时间不能晚于现在")
        if not spoken.by.strip() or not spoken.to.strip():
            raise InvalidValue("say who spoke and who took it down / 须填写发令人与受令人")
        async with self._lock:
            first = Step(
                S.PROPOSED, self._signed(caller), f"entered from the telephone 电话补录: {draft.reason.strip()}"
            )
            said = Signed(spoken.by.strip(), "", spoken.at)
            heard = Signed(spoken.to.strip(), "", spoken.at)
            order = DispatchOrder(
                number=self._number(now),
                state=S.ACKNOWLEDGED,
                task=task,
                objects=tuple(objects),
                unit=unit_of(draft, tuple(objects), self._site),
                reason=draft.reason.strip(),
                steps=(first, Step(S.ISSUED, said, "spoken 电话"), Step(S.ACKNOWLEDGED, heard, "spoken 电话")),
                valid_until=now + timedelta(seconds=draft.valid_s or self._site.dispatch.valid_s),
                said_grounds=tuple(one.strip() for one in draft.grounds if one.strip()),
                spoken=Spoken(spoken.at, spoken.by.strip(), spoken.to.strip()),
                shift=self._shift(),
            )
            en = f"order {order.number} by telephone is entered; it executes nothing here"
            return await self._done("entered", caller, [order], en, "电话调度令已补录，不作执行依据")

    async def issue(
        self, number: str, caller: Caller, *, reason: str = "", urgent: bool = False, supersedes: Sequence[str] = ()
    ) -> DispatchReceipt:
        """Sign it: from now on it binds its objects, and its acknowledgement is waited for. Raises UnknownTarget."""
        short(reason)
        async with self._lock:
            order = self._shelf.get(number)
            named = tuple(dict.fromkeys((*order.supersedes, *supersedes)))
            replaced = [self._shelf.get(one) for one in named]
            order = replace(order, supersedes=named)
            now, signed = self._clock.now(), self._signed(caller)
            try:
                self._may_issue(caller, order, replaced)
                after = issued(
                    order,
                    signed,
                    reason.strip(),
                    acknowledge_by=now + timedelta(seconds=self._site.dispatch.acknowledge_s),
                    grounds=self._grounds.of(order.task, order.objects),
                    others=self._shelf.unfinished(),
                    alone=urgent,
                )
            except InvalidValue as error:
                return self._denied("issue", order, caller, error)
            others = [self._replaced(one, after, signed) for one in replaced if one.state.binds]
            debt = None
            if after.urgent:
                text = f"dispatch order {number} written and issued by one person"
                count = len(after.objects)
                debt = self._countersigns.draft(number, caller, text=text, reason=after.reason, targets=count)
            also = [debt.record()] if debt else []
            en, zh = f"order {number} is issued to {after.unit.en}", f"调度令 {number} 已签发至{after.unit.zh}"
            receipt = await self._done("issued", caller, [after, *others], en, zh, also=also)
            if debt and receipt.accepted:
                self._countersigns.owe(debt)
            return receipt

    def _replaced(self, old: DispatchOrder, new: DispatchOrder, signed: Signed) -> DispatchOrder:
        """One that acts goes on until the new one takes its place; anything else is superseded at once."""
        if old.state in ACTING or old.pending:
            return replace(old, superseded_by=new.number)
        return superseded(old, new.number, signed)

    def _may_issue(self, caller: Caller, order: DispatchOrder, replaced: Sequence[DispatchOrder]) -> None:
        rules = self._site.dispatch
        if self._rights is None:
            return
        if rules.may_issue and not rules.may_issue & self._rights.roles(caller, order.objects):
            roles = ", ".join(sorted(role.value for role in rules.may_issue))
            raise InvalidValue(f"{Cause.NO_AUTHORITY.value}: only {roles} may issue orders / 无签发权限")
        for one in replaced:
            if one.state.binds and self._rights.outside(caller, slot_of(one), one.objects):
                raise InvalidValue(
                    f"{Cause.NO_AUTHORITY.value}: order {one.number} is not yours to supersede / 无权替代该调度令"
                )

    # -- at the executing unit ----------------------------------------------------------------------------------

    async def acknowledge(self, number: str, caller: Caller, *, remark: str = "") -> DispatchReceipt:
        """The executing unit has it. Raises UnknownTarget."""
        short(remark)
        en, zh = f"order {number} is acknowledged", f"调度令 {number} 已签收"
        return await self._act(
            "acknowledged", number, caller, lambda order, signed: acknowledged(order, signed, remark.strip()), en, zh
        )

    async def reject(self, number: str, caller: Caller, reason: str) -> DispatchReceipt:
        """It is not taken: a draft by whoever may issue, an issued one by its executing unit. Raises UnknownTarget."""
        needed(reason, "a rejection")
        en, zh = f"order {number} is rejected", f"调度令 {number} 已退回"
        return await self._act(
            "rejected", number, caller, lambda order, signed: moved(order, S.REJECTED, signed, reason.strip()), en, zh
        )

    async def tick(self, number: str, caller: Caller, nth: int, *, supervisor: bool) -> DispatchReceipt:
        """Tick a line of its operation ticket, as operator or as supervisor. Raises UnknownTarget."""
        who_en, who_zh = ("supervised", "监护人已勾票") if supervisor else ("ticked", "操作人已勾票")
        return await self._act(
            "ticked",
            number,
            caller,
            lambda order, signed: tick(order, nth, signed, supervisor=supervisor),
            f"line {nth} is {who_en}",
            f"第 {nth} 项{who_zh}",
            said={"line": nth, "supervisor": supervisor},
        )

    async def execute(self, number: str, token: str, caller: Caller) -> DispatchReceipt | ProposalView:
        """Do what was previewed: the plan starts, or the target is ordered. Raises UnknownTarget."""
        async with self._lock:
            order = self._shelf.get(number)
            try:
                came = await self._executing.execute(order, token, self._signed(caller), caller)
            except InvalidValue as error:
                return self._denied("execute", order, caller, error)
            except StoreError as error:
                return unwritten(number, error)
            finally:
                self.changed()
            if isinstance(came, Receipt):
                return self._taken(self._shelf.get(number), came)
            return came

    def _taken(self, order: DispatchOrder, came: Receipt) -> DispatchReceipt:
        if any(one.accepted for one in came.outcomes):
            en, zh = f"order {order.number} is executing: {came.request_id}", f"调度令 {order.number} 开始执行"
            return done(self._view(order), en, zh)
        first = next(iter(came.outcomes), None)
        text = first.text if first else "nothing was taken"
        return DispatchReceipt(
            False,
            first.cause if first else Cause.NOT_READY.value,
            text,
            f"未执行：{text}",
            order.number,
            order=self._view(order),
        )

    # -- its end ------------------------------------------------------------------------------------------------

    async def abort(self, number: str, caller: Caller, reason: str) -> DispatchReceipt:
        """End it now; one person may. A plan goes to its safe state, a target is handed back; no running unit stops.

        Raises:
            UnknownTarget: no such order. InvalidValue: no reason.
        """
        needed(reason, "an abort")
        async with self._lock:
            order = self._shelf.get(number)
            try:
                after = moved(order, S.ABORTED, self._signed(caller), reason.strip())
            except InvalidValue as error:
                return self._denied("abort", order, caller, error)
            problem = await self._executing.abort(order, caller, f"调度令 {number}: {reason.strip()}")
            if problem:
                return self._denied("abort", order, caller, InvalidValue(problem))
            safe_en, safe_zh = self._executing.safe_state(order)
            en, zh = f"order {number} is aborted: {safe_en}", f"调度令 {number} 已中止：{safe_zh}"
            return await self._done("aborted", caller, [after], en, zh, said={"reason": reason.strip()})

    async def close(self, number: str, caller: Caller, result: str) -> DispatchReceipt:
        """A person ends what is verified, with its result. Raises UnknownTarget; InvalidValue: no result."""
        needed(result, "a closed order")
        en, zh = f"order {number} is closed", f"调度令 {number} 已办结"
        return await self._act(
            "closed",
            number,
            caller,
            lambda order, signed: closed(order, signed, result.strip(), holds=self._executing.holds(order)),
            en,
            zh,
        )

    async def shift_acknowledge(self, numbers: Sequence[str], caller: Caller, shift: str) -> Sequence[str]:
        """The new shift has seen these; those it could be noted of. Raises StoreError: nothing was noted."""
        async with self._lock:
            found = [self._shelf.get(one) for one in numbers if one in self._shelf]
            fresh = [replace(one, shift=shift) for one in found if not one.state.over and one.shift != shift]
            if fresh:
                await self._writer.write("shift_acknowledged", caller, fresh, {"shift": shift})
            return tuple(one.number for one in found)
