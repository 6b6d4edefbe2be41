"""Dispatch orders as the state store keeps them: wall times, words, no objects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.order import (
    Act,
    DispatchOrder,
    Execution,
    FromPlan,
    Ground,
    Signed,
    Spoken,
    Step,
    Task,
    Ticket,
    TicketStep,
)
from controller.logic.dispatch_orders.states import OrderState
from controller.store.changes import PutRecord

ORDER = "dispatch_order"
NUMBERS = "dispatch_numbers"
"""Kinds of the records in the state store; of the second kind, one a year."""


def record_of(order: DispatchOrder) -> PutRecord:
    """An order as it is kept."""
    body = {
        "state": order.state.value,
        "task": _task(order.task),
        "objects": list(order.objects),
        "unit": _words(order.unit),
        "reason": order.reason,
        "steps": [[step.state.value, _signed(step.signed), step.why] for step in order.steps],
        "valid_until": order.valid_until.isoformat(),
        "grounds": [[_words(one.text), one.quality, one.age_s] for one in order.grounds],
        "said_grounds": list(order.said_grounds),
        "begin": _time(order.begin),
        "acknowledge_by": _time(order.acknowledge_by),
        "urgent": order.urgent,
        "escalated": order.escalated,
        "supersedes": list(order.supersedes),
        "superseded_by": order.superseded_by,
        "ticket": None if order.ticket is None else _ticket(order.ticket),
        "execution": None if order.execution is None else _execution(order.execution),
        "attempts": order.attempts,
        "spoken": None if order.spoken is None else [order.spoken.at.isoformat(), order.spoken.by, order.spoken.to],
        "shift": order.shift,
        "version": order.version,
    }
    return PutRecord(ORDER, order.number, body)


def order_of(number: str, body: Mapping[str, Any]) -> DispatchOrder:
    """The order ``record_of`` wrote. Raises KeyError, ValueError or TypeError for what it did not write."""
    spoken = body["spoken"]
    return DispatchOrder(
        number=number,
        state=OrderState(body["state"]),
        task=_task_of(body["task"]),
        objects=tuple(body["objects"]),
        unit=Words(*body["unit"]),
        reason=body["reason"],
        steps=tuple(Step(OrderState(state), _signed_of(signed), why) for state, signed, why in body["steps"]),
        valid_until=datetime.fromisoformat(body["valid_until"]),
        grounds=tuple(Ground(Words(*text), quality, age_s) for text, quality, age_s in body["grounds"]),
        said_grounds=tuple(body["said_grounds"]),
        begin=_time_of(body["begin"]),
        acknowledge_by=_time_of(body["acknowledge_by"]),
        urgent=body["urgent"],
        escalated=body["escalated"],
        supersedes=tuple(body["supersedes"]),
        superseded_by=body["superseded_by"],
        ticket=None if body["ticket"] is None else _ticket_of(body["ticket"]),
        execution=None if body["execution"] is None else _execution_of(body["execution"]),
        attempts=body["attempts"],
        spoken=None if spoken is None else Spoken(datetime.fromisoformat(spoken[0]), spoken[1], spoken[2]),
        shift=body["shift"],
        version=body["version"],
    )


def _words(words: Words) -> list[str]:
    return [words.zh, words.en]


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _time_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _signed(signed: Signed) -> list[str]:
    return [signed.by, signed.person, signed.at.isoformat()]


def _signed_of(data: list[str]) -> Signed:
    return Signed(data[0], data[1], datetime.fromisoformat(data[2]))


def _task(task: Task) -> dict[str, Any]:
    if isinstance(task, Act):
        return {"target": task.target, "value": task.value, "for_s": task.for_s, "slot": task.slot}
    return {"plan": task.plan, "title": _words(task.title), "parameters": dict(task.parameters)}


def _task_of(data: Mapping[str, Any]) -> Task:
    if "plan" in data:
        return FromPlan(data["plan"], Words(*data["title"]), {name: float(v) for name, v in data["parameters"].items()})
    return Act(data["target"], data["value"], float(data["for_s"]), data["slot"])


def _ticket(ticket: Ticket) -> dict[str, Any]:
    lines = [
        [
            _words(one.text),
            one.after,
            None if one.operator is None else _signed(one.operator),
            None if one.supervisor is None else _signed(one.supervisor),
        ]
        for one in ticket.steps
    ]
    return {"steps": lines, "supervised": ticket.supervised}


def _ticket_of(data: Mapping[str, Any]) -> Ticket:
    lines = (
        TicketStep(
            Words(*text),
            after,
            None if operator is None else _signed_of(operator),
            None if supervisor is None else _signed_of(supervisor),
        )
        for text, after, operator, supervisor in data["steps"]
    )
    return Ticket(tuple(lines), data["supervised"])


def _execution(one: Execution) -> dict[str, Any]:
    return {
        "signed": _signed(one.signed),
        "owner": one.owner,
        "request": one.request,
        "proposal": one.proposal,
        "given": one.given,
    }


def _execution_of(data: Mapping[str, Any]) -> Execution:
    return Execution(_signed_of(data["signed"]), data["owner"], data["request"], data["proposal"], data["given"])
