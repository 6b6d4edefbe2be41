"""The states of a dispatch order and which may follow which.

FACTS: proposed → issued → acknowledged → ticket checked → executing → verified → closed, with rejected / expired /
superseded / aborted. An order that asks for no operation ticket goes from acknowledged to executing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from controller.domain.errors import InvalidValue
from controller.logic.alarm_settings import Words


class OrderState(StrEnum):
    """How a dispatch order stands."""

    PROPOSED = "proposed"
    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    TICKET_CHECKED = "ticket_checked"
    EXECUTING = "executing"
    VERIFIED = "verified"
    CLOSED = "closed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    ABORTED = "aborted"

    @property
    def over(self) -> bool:
        """Whether nothing follows."""
        return self in OVER

    @property
    def binds(self) -> bool:
        """Whether another order about the same object has to supersede it first: it was issued and is not over."""
        return self in BINDING


_S = OrderState
OVER = frozenset({_S.CLOSED, _S.REJECTED, _S.EXPIRED, _S.SUPERSEDED, _S.ABORTED})
BINDING = frozenset({_S.ISSUED, _S.ACKNOWLEDGED, _S.TICKET_CHECKED, _S.EXECUTING, _S.VERIFIED})
BEFORE_EXECUTION = frozenset({_S.PROPOSED, _S.ISSUED, _S.ACKNOWLEDGED, _S.TICKET_CHECKED})
"""An order that ran out of time before it was executed ends EXPIRED in these."""
ACTING = frozenset({_S.EXECUTING, _S.VERIFIED})
"""In these an order may hold something of the field."""

NEXT: Mapping[OrderState, frozenset[OrderState]] = MappingProxyType(
    {
        _S.PROPOSED: frozenset({_S.ISSUED, _S.REJECTED, _S.EXPIRED}),
        _S.ISSUED: frozenset({_S.ACKNOWLEDGED, _S.REJECTED, _S.EXPIRED, _S.SUPERSEDED, _S.ABORTED}),
        _S.ACKNOWLEDGED: frozenset({_S.TICKET_CHECKED, _S.EXECUTING, _S.EXPIRED, _S.SUPERSEDED, _S.ABORTED}),
        _S.TICKET_CHECKED: frozenset({_S.EXECUTING, _S.EXPIRED, _S.SUPERSEDED, _S.ABORTED}),
        _S.EXECUTING: frozenset({_S.VERIFIED, _S.EXPIRED, _S.SUPERSEDED, _S.ABORTED}),
        _S.VERIFIED: frozenset({_S.CLOSED, _S.SUPERSEDED, _S.ABORTED}),
        **dict.fromkeys(OVER, frozenset[OrderState]()),
    }
)
"""What may follow what."""
SPOKEN_NEXT: Mapping[OrderState, frozenset[OrderState]] = MappingProxyType(
    {state: frozenset() for state in OrderState} | {_S.ACKNOWLEDGED: frozenset({_S.CLOSED, _S.ABORTED})}
)
"""The same of an order that was given by telephone and entered afterwards: it executes nothing here."""

TITLES: Mapping[OrderState, Words] = MappingProxyType(
    {
        _S.PROPOSED: Words("拟稿", "proposed"),
        _S.ISSUED: Words("已签发", "issued"),
        _S.ACKNOWLEDGED: Words("已签收", "acknowledged"),
        _S.TICKET_CHECKED: Words("操作票已核", "ticket checked"),
        _S.EXECUTING: Words("执行中", "executing"),
        _S.VERIFIED: Words("已核实", "verified"),
        _S.CLOSED: Words("已办结", "closed"),
        _S.REJECTED: Words("已退回", "rejected"),
        _S.EXPIRED: Words("已过期", "expired"),
        _S.SUPERSEDED: Words("已被替代", "superseded"),
        _S.ABORTED: Words("已中止", "aborted"),
    }
)


def check_step(number: str, now: OrderState, to: OrderState, *, spoken: bool = False) -> None:
    """Nothing, when the step is possible.

    Raises:
        InvalidValue: it is not; the message says what is.
    """
    possible = (SPOKEN_NEXT if spoken else NEXT)[now]
    if to in possible:
        return
    ordered = [one for one in OrderState if one in possible]
    then_en = ", ".join(TITLES[one].en for one in ordered) or "nothing: it is over"
    then_zh = "、".join(TITLES[one].zh for one in ordered) or "无，已终结"
    phone_en, phone_zh = (" by telephone", "电话") if spoken else ("", "")
    raise InvalidValue(
        f"order {number}{phone_en} is {TITLES[now].en} and cannot become {TITLES[to].en}; what may follow: {then_en}"
        f" / {phone_zh}调度令 {number} 当前{TITLES[now].zh}，不能转为{TITLES[to].zh}；可转为：{then_zh}"
    )
