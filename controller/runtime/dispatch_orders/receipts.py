"""Answers of the desk of dispatch orders, in both languages."""

from __future__ import annotations

from controller.domain.command import Cause
from controller.domain.errors import StoreError
from controller.runtime.dispatch_orders.views import DispatchOrderView, DispatchReceipt


def done(order: DispatchOrderView, en: str, zh: str) -> DispatchReceipt:
    """It was done."""
    return DispatchReceipt(True, "", en, zh, order.number, order=order)


def not_now(order: DispatchOrderView, why: str) -> DispatchReceipt:
    """It was refused; ``why`` is ``english / chinese``, and may begin with the field's word for it."""
    cause = Cause.NOT_READY
    for one in (Cause.LOCKED, Cause.NO_AUTHORITY):
        if why.startswith(f"{one.value}: "):
            cause, why = one, why.removeprefix(f"{one.value}: ")
    english, _, chinese = why.partition(" / ")
    return DispatchReceipt(False, cause.value, english, chinese or english, order.number, order=order)


def unwritten(number: str, error: StoreError) -> DispatchReceipt:
    """It could not be written down, so it was not done."""
    en, zh = f"nothing was done: {error}", f"未执行：日志或状态无法写入（{error}）"
    return DispatchReceipt(False, Cause.NO_EVIDENCE.value, en, zh, number)
