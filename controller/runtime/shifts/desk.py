"""Handing over and taking over: two named people, both journalled; what is unfinished goes with it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.runtime.dispatch_orders.desk import DispatchDesk
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.shifts.records import CURRENT, HAND_OVER, SHIFT, HandOver, Shift, hand_over_of, shift_of
from controller.runtime.shifts.summary import Summary
from controller.runtime.shifts.views import ShiftItem, ShiftReceipt, ShiftsView
from controller.runtime.stream import ChangeStream
from controller.store.changes import Change, DropRecord
from controller.store.state import StoredState

log = structlog.get_logger("shifts")

MOST_KEPT = 60
MOST_NOTE = 1000
Sees = Callable[[ShiftItem], bool]


class ShiftDesk:
    """Whether the caller may take part is asked before a method is called."""

    def __init__(
        self,
        *,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        stream: ChangeStream,
        summary: Summary,
        orders: DispatchDesk,
        on: Callable[[str], None],
    ) -> None:
        self._clock, self._keeper, self._evidence, self._stream = clock, keeper, evidence, stream
        self._summary, self._orders, self._on = summary, orders, on
        self._now: Shift | None = None
        self._handed: dict[str, HandOver] = {}
        self._lock = asyncio.Lock()

    def restore(self, stored: StoredState) -> None:
        """Take up what was kept."""
        try:
            body = stored.of(SHIFT).get(CURRENT)
            self._now = shift_of(body) if body is not None else None
            self._handed = {name: hand_over_of(body) for name, body in stored.of(HAND_OVER).items()}
        except (KeyError, ValueError, TypeError) as error:
            log.error("shift_unreadable", reason=repr(error))
        self._on(self._now.id if self._now else "")

    def has_it(self, caller: Caller) -> bool:
        """Whether this person has the shift that is on."""
        return self._now is not None and bool(caller.person) and caller.person == self._now.person

    def answers_for(self, request: Request, caller: Caller) -> bool:
        """Whether this person may extend what another shift's dispatch order holds."""
        return self.has_it(caller) and self._orders.stands_behind(request)

    def show(self, sees: Sees = lambda _: True) -> ShiftsView:
        """The shift that is on, the hand-over that waits, and everything unfinished that the caller may see."""
        waits = self._waits()
        last = sorted(self._handed.values(), key=lambda one: one.at, reverse=True)[:10]
        return ShiftsView(
            now=self._now.view() if self._now else None,
            waits=waits.view(tuple(filter(sees, waits.items))) if waits else None,
            items=tuple(filter(sees, self._summary.items())),
            last=tuple(one.view(()) for one in last if one.taken_by),
        )

    async def hand_over(self, caller: Caller, note: str = "") -> ShiftReceipt:
        """Hand over everything as it stands now; another person takes it. Raises InvalidValue: the note is too long."""
        _check(note)
        async with self._lock:
            refusal = self._not_to_hand_over(caller)
            if refusal is not None:
                self._evidence.later(
                    "shift_denied", caller.actor, "", {"person": caller.person, "why": refusal.text_en}
                )
                return refusal
            items = self._summary.items()
            one = HandOver(f"H{secrets.token_hex(4)}", caller.actor, caller.person, self._clock.now(), note, items)
            waits = self._waits()
            dropped = [DropRecord(HAND_OVER, waits.id)] if waits else []
            said = {"hand_over": one.id, "person": caller.person, "note": note, **_counted(items)}
            problem = await self._written("shift_handed_over", caller, said, [*dropped, one.record()])
            if problem:
                return problem
            if waits:
                del self._handed[waits.id]
            self._handed[one.id] = one
        self._stream.publish("shift", one.id, {"handed_by": caller.actor})
        en = f"{len(items)} things are handed over ({one.id}); another person takes over: zhadao shift take-over"
        return ShiftReceipt(True, "", en, f"已交班，共 {len(items)} 项，待接班人接班", one.id)

    async def take_over(
        self, caller: Caller, *, orders: Sequence[str] = (), note: str = "", alone: bool = False
    ) -> ShiftReceipt:
        """Take over what was handed over. ``orders``: unfinished orders acknowledged with it; the others stay marked.

        ``alone``: nobody handed over (they had to leave); it takes a note, and is told so for ever.

        Raises:
            InvalidValue: the note is too long, or missing where nobody handed over.
        """
        _check(note)
        async with self._lock:
            waits = self._waits()
            refusal = self._not_to_take_over(caller, waits, alone=alone, note=note)
            if refusal is not None:
                self._evidence.later(
                    "shift_denied", caller.actor, "", {"person": caller.person, "why": refusal.text_en}
                )
                return refusal
            now = self._clock.now()
            shift = Shift(f"S{secrets.token_hex(4)}", caller.actor, caller.person, now, waits.by if waits else "", note)
            changes: list[Change] = [shift.record()]
            taken = replace(waits, taken_by=caller.actor, taken=now, remark=note) if waits else None
            if taken:
                changes.append(taken.record())
            said: dict[str, object] = {
                "shift": shift.id,
                "hand_over": waits.id if waits else "",
                "handed_by": shift.handed_by,
                "person": caller.person,
                "note": note,
                "orders": list(orders),
            }
            problem = await self._written("shift_taken_over", caller, said, [*changes, *self._old()])
            if problem:
                return problem
            self._now = shift
            if taken:
                self._handed[taken.id] = taken
            self._on(shift.id)
        self._stream.publish("shift", shift.id, {"by": caller.actor})
        return await self._acknowledged(shift, caller, orders)

    async def acknowledge(self, caller: Caller, orders: Sequence[str]) -> ShiftReceipt:
        """Somebody of the shift that is on has seen these orders."""
        if self._now is None:
            return _refused("no shift has been taken over yet: zhadao shift take-over", "尚未接班")
        return await self._acknowledged(self._now, caller, orders)

    async def _acknowledged(self, shift: Shift, caller: Caller, orders: Sequence[str]) -> ShiftReceipt:
        try:
            await self._orders.shift_acknowledge(orders, caller, shift.id)
        except StoreError as error:
            return _unwritten(error)
        unfinished = self._orders.orders(unfinished=True, limit=1000)
        left = tuple(one.number for one in unfinished if one.not_acknowledged)
        more_en = f"; {len(left)} orders are not acknowledged yet: {', '.join(left)}" if left else ""
        more_zh = f"；尚有 {len(left)} 份调度令未确认：{'、'.join(left)}" if left else ""
        return ShiftReceipt(
            True, "", f"the shift is {shift.by}'s{more_en}", f"已接班（{shift.by}）{more_zh}", shift.id, left
        )

    # -- how ----------------------------------------------------------------------------------------------------

    def _waits(self) -> HandOver | None:
        return next((one for one in self._handed.values() if not one.taken_by), None)

    def _not_to_hand_over(self, caller: Caller) -> ShiftReceipt | None:
        if not caller.person:
            return _refused(
                "a person hands over, signed in under their own name", "须由人员本人交班", Cause.NO_AUTHORITY
            )
        if self._now is not None and self._now.person != caller.person:
            en = f"{self._now.by} has the shift: they hand it over; if they cannot, take it over alone, saying why"
            return _refused(en, f"当班人为 {self._now.by}，须由其本人交班；本人不在时可单独接班并说明原因")
        return None

    def _not_to_take_over(
        self, caller: Caller, waits: HandOver | None, *, alone: bool, note: str
    ) -> ShiftReceipt | None:
        if not caller.person:
            return _refused(
                "a person takes over, signed in under their own name", "须由人员本人接班", Cause.NO_AUTHORITY
            )
        if waits is None and not alone:
            en = "nobody has handed over; if nobody can, say that you take over alone, and why"
            return _refused(en, "尚无人交班；确无人交班时可单独接班并说明原因")
        if waits is None and not note.strip():
            raise InvalidValue("say why nobody handed over / 须说明无人交班的原因")
        if waits is not None and waits.person == caller.person:
            return _refused("another person takes over what one handed over", "交班人与接班人不得为同一人")
        return None

    async def _written(
        self, kind: str, caller: Caller, said: dict[str, object], changes: Sequence[Change]
    ) -> ShiftReceipt | None:
        try:
            await self._evidence.before(kind, caller.actor, "", said)
        except StoreError as error:
            return _unwritten(error)
        try:
            await self._keeper.keep_now(changes)
        except StoreError as error:
            await self._evidence.void(kind, caller, "", {**said, "why": str(error)})
            return _unwritten(error)
        return None

    def _old(self) -> list[Change]:
        over = sorted((one for one in self._handed.values() if one.taken_by), key=lambda one: one.at)
        gone = over[: max(0, len(over) - MOST_KEPT)]
        for one in gone:
            del self._handed[one.id]
        return [DropRecord(HAND_OVER, one.id) for one in gone]


def _check(note: str) -> None:
    if len(note) > MOST_NOTE:
        raise InvalidValue(f"a note has at most {MOST_NOTE} characters / 备注至多{MOST_NOTE}字")


def _counted(items: Sequence[ShiftItem]) -> dict[str, object]:
    return {
        "orders": [one.id for one in items if one.kind == "order"],
        "runs": [one.id for one in items if one.kind == "run"],
        "marked": sum(one.marked for one in items),
        "items": len(items),
    }


def _refused(en: str, zh: str, cause: Cause = Cause.NOT_READY) -> ShiftReceipt:
    return ShiftReceipt(False, cause.value, en, zh)


def _unwritten(error: StoreError) -> ShiftReceipt:
    return ShiftReceipt(False, Cause.NO_EVIDENCE.value, f"nothing was done: {error}", f"未执行：{error}")
