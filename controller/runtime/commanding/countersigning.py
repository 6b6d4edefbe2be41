"""Acts of one person that took two, under a declared response: flagged, and countersigned within two hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.commanding.views import CountersignView
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.views import Receipt, TargetOutcome
from controller.store.changes import DropRecord, PutRecord

KIND = "countersign"
"""Kind of the records in the state store."""
OVERDUE = "countersignature"
"""The alarm's condition; its source is ``act/REQUEST``."""


@dataclass(frozen=True, slots=True)
class Debt:
    """One act that waits for its countersignature."""

    id: str
    actor: str
    person: str
    text: str
    reason: str
    targets: int
    acted: datetime
    due: datetime
    due_s: float

    def record(self) -> PutRecord:
        """As the state store keeps it."""
        body = {
            "actor": self.actor,
            "person": self.person,
            "text": self.text,
            "reason": self.reason,
            "targets": self.targets,
            "acted": self.acted.isoformat(),
            "due": self.due.isoformat(),
        }
        return PutRecord(KIND, self.id, body)


class Countersigns:
    """Who still owes a second name. An overdue one is an alarm until somebody countersigns: it never lapses."""

    def __init__(
        self, *, clock: Clock, evidence: Evidence, keeper: Keeper, alarms: AlarmBook, within: timedelta
    ) -> None:
        self._clock = clock
        self._evidence = evidence
        self._keeper = keeper
        self._alarms = alarms
        self._debts: dict[str, Debt] = {}
        self.within = within

    def restore(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Take up what waited before a restart."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        for debt_id, body in records.items():
            acted, due = datetime.fromisoformat(body["acted"]), datetime.fromisoformat(body["due"])
            # A wall clock that was set back while we were stopped must not give them longer than they had.
            left_s = min(due - wall, due - acted).total_seconds()
            self._debts[debt_id] = Debt(
                id=debt_id,
                actor=body["actor"],
                person=body["person"],
                text=body["text"],
                reason=body["reason"],
                targets=body["targets"],
                acted=acted,
                due=due,
                due_s=now_s + left_s,
            )

    def draft(self, request_id: str, caller: Caller, *, text: str, reason: str, targets: int) -> Debt:
        """A debt for an act about to be done: keep its record with the act, then ``owe`` it."""
        now = self._clock.now()
        return Debt(
            id=f"{caller.actor}:{request_id}",
            actor=caller.actor,
            person=caller.person,
            text=text,
            reason=reason,
            targets=targets,
            acted=now,
            due=now + self.within,
            due_s=self._clock.monotonic() + self.within.total_seconds(),
        )

    def owe(self, debt: Debt) -> None:
        """The act was done."""
        self._debts[debt.id] = debt

    def open(self) -> tuple[CountersignView, ...]:
        """Everything that waits, the most urgent first."""
        now_s = self._clock.monotonic()
        return tuple(
            CountersignView(
                id=debt.id,
                actor=debt.actor,
                text=debt.text,
                reason=debt.reason,
                targets=debt.targets,
                acted=debt.acted,
                due=debt.due,
                overdue=debt.due_s <= now_s,
            )
            for debt in sorted(self._debts.values(), key=lambda one: one.due_s)
        )

    async def countersign(self, debt_id: str, caller: Caller, remark: str = "") -> Receipt:
        """Another person puts their name beside it. It judges nothing anew: the act is long done.

        Raises:
            UnknownTarget: nothing of this id waits.
        """
        debt = self._debts.get(debt_id)
        if debt is None:
            raise UnknownTarget(f"nothing to countersign under {debt_id}; it may be done already")
        if not caller.person or caller.person == debt.person:
            text = "a second, different person countersigns, signed in under their own name"
            said = {"act": debt_id, "person": caller.person, "text": text}
            self._evidence.later("countersign_denied", caller.actor, "", said)
            return _receipt(debt, Cause.NO_AUTHORITY.value, text)
        said = {"act": debt_id, "of": debt.actor, "person": caller.person, "remark": remark}
        try:
            await self._evidence.before("countersigned", caller.actor, "", said)
            await self._keeper.keep_now([DropRecord(KIND, debt_id)])
        except StoreError as error:
            return _receipt(debt, Cause.NO_EVIDENCE.value, f"nothing was done: {error}")
        self._debts.pop(debt_id, None)
        self._alarms.clear(f"act/{debt_id}", OVERDUE)
        return _receipt(debt, "", f"countersigned by {caller.actor}")

    def sweep(self) -> None:
        """Raise the alarm for what is overdue."""
        now_s = self._clock.monotonic()
        for debt in self._debts.values():
            if debt.due_s <= now_s:
                text = f"{debt.actor} acted alone ({debt.text}) and nobody has countersigned; somebody else has to"
                self._alarms.set(f"act/{debt.id}", OVERDUE, text, Priority.HIGH)

    def next_due_s(self) -> float:
        """When the next one becomes overdue (monotonic); infinite when none will."""
        now_s = self._clock.monotonic()
        return min((debt.due_s for debt in self._debts.values() if debt.due_s > now_s), default=float("inf"))


def _receipt(debt: Debt, cause: str, text: str) -> Receipt:
    return Receipt(debt.id, (TargetOutcome("", not cause, cause, text, None, None),))
