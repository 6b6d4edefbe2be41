"""Dispatch orders as people see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from controller.domain.clock import Clock
from controller.domain.points import device_of, output_of
from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.order import Act, DispatchOrder, Ground, Signed, Ticket
from controller.logic.dispatch_orders.states import NEXT, SPOKEN_NEXT, TITLES, OrderState
from controller.logic.dispatch_orders.tickets import whole
from controller.runtime.dispatch_orders.field import FieldWay, Found
from controller.runtime.dispatch_orders.shelf import OrderShelf
from controller.runtime.dispatch_orders.views import (
    DispatchOrderView,
    GroundView,
    HeldView,
    OrderStepView,
    TicketLineView,
)
from controller.settings.site import Site


class OrderShow:
    """Shows. ``shift``: the shift that is on now; empty where none has taken over yet."""

    def __init__(self, site: Site, *, clock: Clock, shelf: OrderShelf, way: FieldWay) -> None:
        self._clock, self._shelf, self._way = clock, shelf, way
        self.shift = ""
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site

    def view(self, order: DispatchOrder, rivals: Sequence[str]) -> DispatchOrderView:
        """An order in full."""
        task, act = order.task, isinstance(order.task, Act)
        found = self._way.find(order) if order.execution is not None else Found()
        words = self._words(order)
        contact = self._contact(order)
        entered = order.steps[0].signed
        spoken = order.spoken
        possible = (NEXT if spoken is None else SPOKEN_NEXT)[order.state]
        return DispatchOrderView(
            number=order.number,
            state=order.state.value,
            state_zh=TITLES[order.state].zh,
            kind="phone" if spoken else "act" if act else "plan",
            urgent=order.urgent,
            unit_zh=order.unit.zh,
            unit_en=order.unit.en,
            objects=order.objects,
            object_names=tuple(self.name(one) for one in order.objects),
            text_zh=words.zh,
            text_en=words.en,
            plan="" if isinstance(task, Act) else task.plan,
            parameters={} if isinstance(task, Act) else dict(task.parameters),
            target=task.target if isinstance(task, Act) else "",
            value=task.value if isinstance(task, Act) else "",
            for_s=task.for_s if isinstance(task, Act) else None,
            slot=task.slot if isinstance(task, Act) else "plan",
            reason=order.reason,
            begin=order.begin,
            valid_until=order.valid_until,
            acknowledge_by=order.acknowledge_by,
            overdue=order.state is OrderState.ISSUED and order.escalated > 0,
            escalated=order.escalated,
            next_contact_zh=contact.zh,
            next_contact_en=contact.en,
            grounds=tuple(map(ground_view, order.grounds)),
            said_grounds=order.said_grounds,
            steps=tuple(
                OrderStepView(one.state.value, TITLES[one.state].zh, one.signed.by, one.signed.at, one.why)
                for one in order.steps
            ),
            ticket=tuple(_lines(order.ticket)),
            supervised=order.ticket is not None and order.ticket.supervised,
            supersedes=order.supersedes,
            superseded_by=order.superseded_by,
            rivals=tuple(rivals),
            possible=tuple(one.value for one in OrderState if one in possible),
            pending=self._pending(order),
            run=found.run.id if found.run is not None else "",
            request=found.request if act else "",
            held=tuple(
                HeldView(one.target, str(one.value), one.slot.label, one.lease.expires if one.lease else None)
                for one in found.held
            ),
            doing_zh=found.barred.zh if found.barred else found.why.zh,
            doing_en=found.barred.en if found.barred else found.why.en,
            spoken_at=spoken.at if spoken else None,
            spoken_by=spoken.by if spoken else "",
            spoken_to=spoken.to if spoken else "",
            entered_by=entered.by,
            entered_at=entered.at,
            not_acknowledged=bool(self.shift) and not order.state.over and order.shift != self.shift,
        )

    def name(self, target: str) -> str:
        """What people call it: ``三堡排涝站 P1``."""
        station = self._site.city.stations.get(device_of(target))
        name = station.name if station is not None else device_of(target)
        return f"{name} {output_of(target)}".rstrip()

    def _words(self, order: DispatchOrder) -> Words:
        task = order.task
        if isinstance(task, Act):
            hours = f"{task.for_s / 3600:g}"
            name = self.name(task.target)
            return Words(f"{name}：{_value_zh(task.value)}，时长 {hours} 小时", f"{name}: {task.value} for {hours} h")
        numbers = "，".join(f"{name}={value:g}" for name, value in task.parameters.items())
        more = f"（{numbers}）" if numbers else ""
        return Words(f"执行预案“{task.title.zh}”{more}", f"plan “{task.title.en}” {numbers}".rstrip())

    def _contact(self, order: DispatchOrder) -> Words:
        """Whom to call now: the executing unit at first, then each contact role in turn."""
        contacts = self._site.dispatch.contacts(order.objects)
        if order.state is not OrderState.ISSUED or not order.escalated or not contacts:
            return order.unit
        return contacts[min(order.escalated, len(contacts)) - 1]

    def _pending(self, order: DispatchOrder) -> str:
        if not order.pending or order.execution is None:
            return ""
        if order.execution.proposal:
            return f"waits for a second person: zhadao confirm {order.execution.proposal} 待第二人确认"
        return "on its way 已提交，待现场受理"


def ground_view(one: Ground) -> GroundView:
    """A fact, for people."""
    return GroundView(one.text.zh, one.text.en, one.quality, one.age_s)


def _lines(ticket: Ticket | None) -> Iterator[TicketLineView]:
    if ticket is None:
        return
    open_ = next((nth for nth, one in enumerate(ticket.steps, 1) if not whole(one, ticket)), 0)
    for nth, one in enumerate(ticket.steps, 1):
        turn = "" if nth != open_ else "supervisor" if one.operator is not None else "operator"
        yield TicketLineView(
            nth,
            one.text.zh,
            one.text.en,
            one.after,
            one.operator.by if one.operator else "",
            _at(one.operator),
            one.supervisor.by if one.supervisor else "",
            _at(one.supervisor),
            turn,
        )


def _at(signed: Signed | None) -> datetime | None:
    return signed.at if signed else None


_VALUES = {
    "hand-back": "交还站内控制",
    "hold": "保持现状",
    "open": "全开",
    "close": "全关",
    "start": "开机",
    "stop": "停机",
    "auto": "自动",
}


def _value_zh(value: str) -> str:
    """A value in the words a written order uses."""
    words = value.split()
    direction = "（引水）" if words[-1] == "divert" else ""
    if len(words) > 1 and words[0] in ("count", "flow", "level"):
        said = {"count": f"开机 {words[1]} 台", "flow": f"流量 {words[1]} m³/s", "level": f"控制水位 {words[1]} m"}
        return said[words[0]] + direction
    if value.endswith("%"):
        return f"开度 {value}" if len(words) == 1 else value
    return _VALUES.get(value, value)
