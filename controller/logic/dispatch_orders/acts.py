"""What people do to an order, and what the field makes of it: each gives a new order, or a sentence why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from controller.domain.errors import InvalidValue
from controller.logic.dispatch_orders.order import DispatchOrder, Execution, Ground, Signed, Step, overlap
from controller.logic.dispatch_orders.states import OrderState, check_step
from controller.logic.dispatch_orders.tickets import checked, complete, ticked

_S = OrderState


def moved(order: DispatchOrder, to: OrderState, signed: Signed, why: str = "") -> DispatchOrder:
    """The order in another state. Raises InvalidValue: that step is not possible; says what is."""
    check_step(order.number, order.state, to, spoken=order.spoken is not None)
    return replace(order, state=to, steps=(*order.steps, Step(to, signed, why)))


def rivals(order: DispatchOrder, others: Iterable[DispatchOrder]) -> list[DispatchOrder]:
    """Orders that bind the same object, by their numbers. What was only spoken binds nothing here."""
    found = (one for one in others if one.number != order.number and one.state.binds and one.spoken is None)
    return sorted((one for one in found if overlap(order, one)), key=lambda one: one.number)


def issued(
    order: DispatchOrder,
    signed: Signed,
    why: str,
    *,
    acknowledge_by: datetime,
    grounds: tuple[Ground, ...],
    others: Iterable[DispatchOrder],
    alone: bool,
) -> DispatchOrder:
    """Signed by whoever may issue orders. ``alone``: their own draft, in an emergency; it is flagged.

    Raises:
        InvalidValue: not a draft, their own draft without saying that it is urgent, or another order binds the object
            and this one does not say that it supersedes it.
    """
    check_step(order.number, order.state, _S.ISSUED, spoken=order.spoken is not None)
    if not signed.person:
        raise InvalidValue(f"{signed.by} is a machine: a person issues orders / 调度令须由人员签发")
    own = signed.person == order.proposed.person
    if own and not alone:
        raise InvalidValue(
            "another person issues what one wrote; in an emergency say so (urgent): it is flagged and countersigned "
            "within two hours / 拟稿人与签发人不得为同一人；紧急时可单人签发，两小时内补签"
        )
    left = [one for one in rivals(order, others) if one.number not in order.supersedes]
    if left:
        raise InvalidValue(f"LOCKED_BY_OTHER_CLIENT: {told(left)}")
    after = moved(order, _S.ISSUED, signed, why)
    return replace(after, acknowledge_by=acknowledge_by, grounds=grounds, urgent=own)


def told(orders: Iterable[DispatchOrder]) -> str:
    """Orders that stand against another, for people."""
    orders = list(orders)
    flags = " ".join(f"--supersedes {one.number}" for one in orders)
    names = ", ".join(f"{one.number} ({one.state.value}, {one.proposed.by}: {one.reason})" for one in orders)
    return (
        f"{names} is about the same object: settle it, or supersede it explicitly ({flags})"
        f" / 同一对象已有调度令 {names}：先办结，或明确替代（{flags}）"
    )


def acknowledged(order: DispatchOrder, signed: Signed, why: str) -> DispatchOrder:
    """The executing unit has it. Raises InvalidValue: not issued, or by the issuer of an order that is not urgent."""
    check_step(order.number, order.state, _S.ACKNOWLEDGED, spoken=order.spoken is not None)
    issuer = order.when(_S.ISSUED)
    if not signed.person:
        raise InvalidValue(f"{signed.by} is a machine: a person acknowledges / 调度令须由人员签收")
    if issuer is not None and issuer.signed.person == signed.person and not order.urgent:
        raise InvalidValue(
            f"{signed.by} issued it; somebody of the executing unit acknowledges / 签发人不得自行签收，由执行单位签收"
        )
    return moved(order, _S.ACKNOWLEDGED, signed, why)


def tick(order: DispatchOrder, nth: int, signed: Signed, *, supervisor: bool) -> DispatchOrder:
    """One tick on its ticket; the last one before execution checks the ticket.

    Raises:
        InvalidValue: it has none, its turn has not come, or see ``tickets.ticked``.
    """
    if order.ticket is None:
        raise InvalidValue(f"order {order.number} takes no operation ticket / 本调度令无需操作票")
    if order.state is _S.TICKET_CHECKED:
        raise InvalidValue(
            f"order {order.number} is ticked as far as it goes beforehand: execute it, the rest is ticked then"
            " / 操作前各项已勾票：请执行，其余各项在执行开始后勾票"
        )
    if order.state not in (_S.ACKNOWLEDGED, _S.EXECUTING, _S.VERIFIED):
        raise InvalidValue(
            f"order {order.number} is {order.state.value}: a ticket is ticked after its acknowledgement"
            " / 须在签收之后勾票"
        )
    executing = order.state is not _S.ACKNOWLEDGED
    after = replace(order, ticket=ticked(order.ticket, nth, signed, supervisor=supervisor, executing=executing))
    assert after.ticket is not None  # noqa: S101 - narrows
    if order.state is _S.ACKNOWLEDGED and checked(after.ticket):
        return moved(after, _S.TICKET_CHECKED, signed, "every line before the execution is ticked 操作前各项已勾票")
    return after


def to_execute(order: DispatchOrder, now: datetime, others: Iterable[DispatchOrder]) -> None:
    """Nothing, when it may be executed now.

    Raises:
        InvalidValue: not acknowledged, its ticket not checked, not its time, or another order executes there.
    """
    check_step(order.number, order.state, _S.EXECUTING, spoken=order.spoken is not None)
    if order.pending:
        raise InvalidValue(f"order {order.number} is on its way already / 调度令已提交执行，待确认")
    if order.ticket is not None and order.state is not _S.TICKET_CHECKED:
        raise InvalidValue(
            f"order {order.number} takes an operation ticket: tick it first / 须先完成操作票（操作前各项勾票）"
        )
    if order.begin is not None and now < order.begin:
        raise InvalidValue(f"order {order.number} is for {order.begin:%Y-%m-%d %H:%M %Z} / 未到调度令规定时间")
    busy = [
        one
        for one in rivals(order, others)
        if one.number not in order.supersedes or (one.pending and one.superseded_by != order.number)
    ]
    if busy:
        raise InvalidValue(f"LOCKED_BY_OTHER_CLIENT: {told(busy)}")


def begun(order: DispatchOrder, execution: Execution) -> DispatchOrder:
    """On its way into the field: written down before it goes there."""
    return replace(order, execution=execution, attempts=order.attempts + 1)


def not_begun(order: DispatchOrder) -> DispatchOrder:
    """It was refused, or nobody confirmed it: as it was before."""
    return replace(order, execution=None)


def executing(order: DispatchOrder, request: str, signed: Signed) -> DispatchOrder:
    """The field has it. Raises InvalidValue: that step is not possible."""
    assert order.execution is not None  # noqa: S101 - narrows; it was begun
    given = replace(order.execution, request=request, given=True)
    return replace(moved(order, _S.EXECUTING, signed, request), execution=given)


def superseded(order: DispatchOrder, by: str, signed: Signed) -> DispatchOrder:
    """Another order took its place."""
    return replace(moved(order, _S.SUPERSEDED, signed, f"order {by} 由调度令 {by} 替代"), superseded_by=by)


def closed(order: DispatchOrder, signed: Signed, why: str, *, holds: str) -> DispatchOrder:
    """A person ends it. ``holds``: what it still holds of the field, for people; empty: nothing.

    Raises:
        InvalidValue: not verified (or entered from the telephone), its ticket has open lines, or it still holds.
    """
    check_step(order.number, order.state, _S.CLOSED, spoken=order.spoken is not None)
    if order.ticket is not None and not complete(order.ticket):
        raise InvalidValue("its operation ticket has open lines: tick them first / 操作票尚有未勾项")
    if holds:
        raise InvalidValue(
            f"it still holds {holds}: let that end, or abort the order (handed back, nothing stops)"
            f" / 指令仍在生效（{holds}）：待其到期，或中止（交还水位控制，机组不因此停机）"
        )
    return moved(order, _S.CLOSED, signed, why)
