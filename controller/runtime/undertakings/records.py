"""How a request's life stands in the state store, and how it is read back after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from controller.domain.command import Cause, CommandState
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.runtime.undertakings.life import BEFORE_DISPATCH, IN_HAND, Key, Part, Undertaking, move
from controller.store.changes import DropRecord, PutRecord

KIND = "undertaking"
"""Kind of the records in the state store."""

RESTARTED = "the controller was restarted; followed again from the field / 控制器已重启，按现场状态继续跟踪"
NEVER_TAKEN = (
    "the controller ended before it was taken: it was not done; order anew / 控制器在受理前中断，未执行，请重新下令"
)
NOT_ANSWERED = (
    "the controller ended before it answered: the journal says what was done / 控制器在答复前中断，以日志为准"
)


def put(undertaking: Undertaking) -> PutRecord:
    """The request as it is kept: one row a target."""
    slot = undertaking.slot
    body = {
        "id": undertaking.id,
        "actor": undertaking.actor,
        "person": undertaking.person,
        "origin": undertaking.origin,
        "kind": undertaking.kind,
        "value": undertaking.value,
        "slot": slot.label if slot else "",
        "reason": undertaking.reason,
        "opened": undertaking.opened.isoformat(),
        "settled": undertaking.settled.isoformat() if undertaking.settled else None,
        "confirmed_by": undertaking.confirmed_by,
        "follow": undertaking.follow,
        "answered": undertaking.answered,
        "stages": {state.value: at.isoformat() for state, at in undertaking.stages.items()},
        "parts": [_row(undertaking, part) for part in undertaking.parts.values()],
    }
    return PutRecord(KIND, _name(undertaking.key), body)


def drop(key: Key) -> DropRecord:
    """The request is forgotten."""
    return DropRecord(KIND, _name(key))


def read(body: Mapping[str, Any]) -> Undertaking:
    """The request of a record. What was on its way is INDETERMINATE now: only the field knows.

    Raises:
        KeyError, ValueError, TypeError: the record is not one that ``put`` made.
    """
    opened = datetime.fromisoformat(body["opened"])
    parts = [_part(row, opened) for row in body["parts"]]
    return Undertaking(
        id=body["id"],
        actor=body["actor"],
        person=body["person"],
        origin=body["origin"],
        kind=body["kind"],
        value=body["value"],
        slot=Slot[body["slot"].upper()] if body["slot"] else None,
        reason=body["reason"],
        opened=opened,
        parts={part.target: part for part in parts},
        confirmed_by=body["confirmed_by"],
        follow=body["follow"],
        answered=body.get("answered", True),
        stages={CommandState(state): datetime.fromisoformat(at) for state, at in body["stages"].items()},
        settled=datetime.fromisoformat(body["settled"]) if body["settled"] else None,
    )


def made_again(request: Request, now: datetime) -> Undertaking:
    """A request of which only what it holds was kept; its targets follow one by one (``part_again``)."""
    return Undertaking(
        id=request.request_id,
        actor=request.owner,
        person="",
        origin=request.origin,
        kind="order",
        value=str(request.value),
        slot=request.slot,
        reason=request.reason,
        opened=request.since or now,
        parts={},
        confirmed_by=request.confirmed_by,
        follow=True,
        answered=True,
    )


def left_unanswered(undertaking: Undertaking, now: datetime) -> bool:
    """A request kept in the moment between its first word and its answer, of which nothing is held: an order was
    never taken; of an act without a slot only the journal knows. One that waits for its second person waits on.

    Gives back whether that says anything new.
    """
    if undertaking.answered or any(part.state is CommandState.SELECTED for part in undertaking.parts.values()):
        return False
    undertaking.answered = True
    state, told = (
        (CommandState.CANCELLED, NOT_ANSWERED) if undertaking.slot is None else (CommandState.REJECTED, NEVER_TAKEN)
    )
    for part in undertaking.parts.values():
        if part.state in BEFORE_DISPATCH and not part.followed:
            move(undertaking, part, state, now, cause=Cause.NOT_READY.value, remark=told)
    return True


def part_again(request: Request, now: datetime) -> Part:
    """A target of such a request."""
    return Part(request.target, CommandState.VALIDATED, now, remark=RESTARTED, followed=True)


def _row(undertaking: Undertaking, part: Part) -> list[Any]:
    after_s = round((part.at - undertaking.opened).total_seconds(), 3)
    masked, told = part.masked_by, part.remark
    return [
        part.target,
        part.state.value,
        after_s,
        part.cause,
        told,
        masked,
        part.attempts,
        part.command,
        part.followed,
    ]


def _part(row: list[Any], opened: datetime) -> Part:
    target, state, after_s, cause, remark, masked_by, attempts, command, followed = row
    part = Part(
        target=target,
        state=CommandState(state),
        at=opened + timedelta(seconds=after_s),
        cause=cause,
        remark=remark,
        masked_by=masked_by,
        attempts=attempts,
        command=command,
        followed=followed,
    )
    if part.followed and part.state in IN_HAND:
        part.state = CommandState.VALIDATED if part.state is CommandState.QUEUED else CommandState.INDETERMINATE
        part.remark = RESTARTED
    return part


def _name(key: Key) -> str:
    return "/".join(key)
