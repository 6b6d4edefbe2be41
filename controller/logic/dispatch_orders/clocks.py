"""Times that pass by themselves: acknowledgement with escalation, validity. Monotonic seconds."""

from __future__ import annotations

from controller.logic.dispatch_orders.order import DispatchOrder
from controller.logic.dispatch_orders.states import BEFORE_EXECUTION, OrderState


def times_late(order: DispatchOrder, due_s: float, now_s: float, within_s: float) -> int:
    """How often its acknowledgement was waited for in vain: 1 when it is first late, 2 after as long again …"""
    if order.state is not OrderState.ISSUED or now_s < due_s:
        return 0
    return 1 + int((now_s - due_s) / within_s)


def ran_out(order: DispatchOrder, valid_until_s: float, now_s: float) -> bool:
    """Whether it is not executing by the time it had to be. One on its way into the field has not run out."""
    waits = order.state in BEFORE_EXECUTION and order.spoken is None and not order.pending
    return waits and now_s >= valid_until_s
