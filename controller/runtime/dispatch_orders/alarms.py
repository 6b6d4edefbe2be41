"""Alarms of dispatch orders: nobody acknowledged, something bars it, its lease ends soon, it ended unexpectedly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.order import DispatchOrder
from controller.logic.dispatch_orders.states import ACTING, TITLES, OrderState
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.dispatch_orders.field import Found
from controller.settings.site import Site

UNACKNOWLEDGED = "order_unacknowledged"
BARRED = "order_blocked"
ENDS_SOON = "order_ends_soon"
ENDED = "order_ended"
UNREADABLE = "order_unreadable"
"""An order of before a restart that cannot be read any more."""
STANDING = (UNACKNOWLEDGED, BARRED, ENDS_SOON)
BARRED_AFTER_S = 60.0
"""What bars an order for longer than this is told; a sequence that takes its time is not."""

Told = tuple[str, Words, int]


class OrderAlarms:
    """Raises and takes back. A source is the order's first object and its number: who may not see the object is told
    nothing of it."""

    def __init__(self, site: Site, alarms: AlarmBook, speed: float) -> None:
        self._alarms = alarms
        self._speed = speed
        self._barred_s: dict[str, float] = {}
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self._warn_s = site.lease_rules.at(self._speed).warn_before.total_seconds()

    def look(self, order: DispatchOrder, found: Found, now_s: float) -> None:
        """Everything that stands of an order now; the rest of it is over."""
        standing = {condition: (words, priority) for condition, words, priority in self._standing(order, found, now_s)}
        source = source_of(order)
        for condition in STANDING:
            told = standing.get(condition)
            if told is None:
                self._alarms.clear(source, condition)
            else:
                zh, en = f"调度令 {order.number}：{told[0].zh}", f"order {order.number}: {told[0].en}"
                self._alarms.set(source, condition, f"{en} / {zh}", told[1], text_zh=zh)
        if order.state in (OrderState.EXPIRED, OrderState.SUPERSEDED, OrderState.ABORTED, OrderState.REJECTED):
            self._tell_end(order)

    def over(self, order: DispatchOrder) -> None:
        """It ended: nothing of it stands any more."""
        source = source_of(order)
        for condition in STANDING:
            self._alarms.clear(source, condition)
        self._barred_s.pop(order.number, None)

    def unreadable(self, numbers: Iterable[str]) -> None:
        """Orders nobody follows any more: what they hold ends with its lease."""
        for number in numbers:
            zh = f"重启后调度令 {number} 的记录无法读取，不再跟踪；已下指令保持至租期结束，不停机：请按书面令人工核对"
            en = (
                f"order {number} of before the restart cannot be read: nobody follows it; what it ordered stands until "
                "its lease ends and nothing stops: go by its printed form"
            )
            self._alarms.set(f"order/{number}", UNREADABLE, f"{en} / {zh}", Priority.HIGH, text_zh=zh)

    def forget_gone(self, unfinished: Iterable[DispatchOrder]) -> None:
        """After a restart: what stands of orders that are over by now is over."""
        sources = {source_of(order) for order in unfinished}
        for condition in STANDING:
            for alarm in self._alarms.of_kind(condition):
                if alarm.source not in sources:
                    self._alarms.clear(alarm.source, condition)

    def _tell_end(self, order: DispatchOrder) -> None:
        """Once, until somebody acknowledges it; what a person did themselves is told to nobody by an alarm."""
        last = order.steps[-1]
        if last.signed.person:
            return
        zh = f"调度令 {order.number} {TITLES[order.state].zh}：{last.why}"
        en = f"order {order.number} is {TITLES[order.state].en}: {last.why}"
        source = source_of(order)
        self._alarms.set(source, ENDED, f"{en} / {zh}", Priority.HIGH, text_zh=zh)
        self._alarms.clear(source, ENDED)

    def _standing(self, order: DispatchOrder, found: Found, now_s: float) -> Iterator[Told]:
        if order.state is OrderState.ISSUED and order.escalated:
            yield UNACKNOWLEDGED, self._waits(order), Priority.EMERGENCY if order.escalated > 1 else Priority.HIGH
        barred = self._barred(order, found, now_s)
        if barred is not None:
            yield BARRED, barred, Priority.HIGH
        ends = [one.lease.expires_s for one in found.held if one.lease] if order.state in ACTING else []
        if ends and min(ends) - now_s < self._warn_s:
            left = max(1, round((min(ends) - now_s) / 60))
            zh = f"{left} 分钟后到期，届时交还水位控制，机组不因此停机；如仍需要请延期（zhadao extend）或另下令"
            en = f"it ends in {left} min: handed back to level control then, nothing stops; extend it, or order anew"
            yield ENDS_SOON, Words(zh, en), Priority.MEDIUM

    def _waits(self, order: DispatchOrder) -> Words:
        contacts = self._site.dispatch.contacts(order.objects)
        to = contacts[min(order.escalated, len(contacts)) - 1] if contacts else order.unit
        minutes = round(self._site.dispatch.acknowledge_s * order.escalated / 60)
        return Words(
            f"{order.unit.zh}签发后 {minutes} 分钟仍未签收，请联系{to.zh}",
            f"not acknowledged by {order.unit.en} for {minutes} min: call {to.en}",
        )

    def _barred(self, order: DispatchOrder, found: Found, now_s: float) -> Words | None:
        if order.state is not OrderState.EXECUTING or found.barred is None or found.run is not None:
            self._barred_s.pop(order.number, None)  # a plan tells itself what bars it
            return None
        since_s = self._barred_s.setdefault(order.number, now_s)
        return found.barred if now_s - since_s >= BARRED_AFTER_S else None


def source_of(order: DispatchOrder) -> str:
    """What its alarms are about."""
    return f"{order.objects[0].partition('/')[0]}/{order.number}" if order.objects else f"order/{order.number}"
