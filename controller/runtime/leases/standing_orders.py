"""The standing orders there are: begun by two people, confirmed anew each shift by one, ended by their leases' end."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.commanding.ports import Declared
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.leases.answers import Answers
from controller.runtime.leases.standing import Standing, restored
from controller.runtime.leases.undeclared import undeclared
from controller.runtime.leases.views import StandingView
from controller.runtime.leases.writer import LeaseWriter, Line
from controller.runtime.views import Receipt, TargetOutcome

log = structlog.get_logger("standing_orders")

ENDED = "ended_unconfirmed"


class StandingOrders:
    """Remembers them; ``LeaseDesk`` begins them when their second person confirmed."""

    def __init__(
        self,
        *,
        clock: Clock,
        writer: LeaseWriter,
        evidence: Evidence,
        alarms: AlarmBook,
        keeper: Keeper,
        answers: Answers,
        shift: timedelta,
        declared: Declared | None = None,
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._evidence = evidence
        self._alarms = alarms
        self._keeper = keeper
        self._answers = answers
        self._declared = declared
        self._shift_s = shift.total_seconds()
        self._all: dict[str, Standing] = {}

    def adopt(self, shift: timedelta) -> None:
        """Swap the shift's length (reload); orders that stand keep theirs until they end."""
        self._shift_s = shift.total_seconds()

    def restore(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Take them up again, with what is left of them."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        for name, body in records.items():
            try:
                self._all[name] = restored(name, body, wall, now_s)
            except (KeyError, ValueError, TypeError) as error:
                log.error("standing_order_not_restored", id=name, reason=repr(error))

    def all(self) -> Mapping[str, Standing]:
        """By id."""
        return self._all

    def views(self) -> list[StandingView]:
        """As people see them, the one to be confirmed first before the others."""
        now_s = self._clock.monotonic()
        ordered = sorted(self._all.values(), key=lambda one: one.due_s)
        return [one.view(self._writer.living(one.leases), now_s) for one in ordered]

    def of_lease(self, lease_id: str) -> Standing | None:
        """The standing order a lease belongs to."""
        return next((one for one in self._all.values() if lease_id in one.leases), None)

    def targets_of(self, standing_id: str) -> tuple[TargetId, ...]:
        """Its targets, for asking whether somebody may confirm it. Raises UnknownTarget."""
        return tuple(one.target for one in self._writer.living(self._known(standing_id).leases))

    def made(self, leases: Sequence[str], for_s: float, owner: str, reason: str, confirmed_by: str) -> Standing:
        """A new one, not remembered yet."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        return Standing(
            id=secrets.token_hex(6),
            owner=owner,
            reason=reason,
            leases=frozenset(leases),
            until=wall + timedelta(seconds=for_s),
            until_s=now_s + for_s,
            confirmed=wall,
            confirmed_s=now_s,
            confirmed_by=confirmed_by,
            shift_s=self._shift_s,
        )

    def replaced_by(self, new: Standing) -> list[Standing]:
        """Those whose leases all belong to the new one from now on."""
        return [one for one in self._all.values() if one.leases <= new.leases]

    def begun(self, new: Standing) -> None:
        """It was written down."""
        for old in self.replaced_by(new):
            del self._all[old.id]
        self._all[new.id] = new

    async def confirm(self, standing_id: str, caller: Caller, reason: str) -> Receipt:
        """A person of this shift says that it goes on: its leases reach two shifts ahead again, at most to its end.

        Raises:
            UnknownTarget: no such standing order; it may have ended.
            InvalidValue: no reason was given.
        """
        if not reason.strip():
            raise InvalidValue("say why it goes on: the next shift reads it")
        known = self._known(standing_id)
        members = self._writer.living(known.leases)
        refusal = self._refusal(members, caller)
        if refusal:
            said = {"standing": standing_id, "refused": refusal, "reason": reason.strip()}
            self._evidence.later("standing_refused", caller.actor, "", said)
            return _receipt(standing_id, members, Cause.NO_AUTHORITY, refusal)
        wall, now_s = self._clock.now(), self._clock.monotonic()
        again = known.confirmed_again(caller.person, wall, now_s)
        line = Line("standing_confirmed", caller, {"standing": standing_id, "reason": reason.strip()})
        written = await self._writer.renew(known.leases, again.next_lease_s(now_s), line, also=[again.record()])
        if written.error:
            return _receipt(standing_id, members, Cause.NO_EVIDENCE, f"nothing was done: {written.error}")
        self._all[standing_id] = again
        return _receipt(standing_id, written.requests, None, "confirmed for this shift")

    def _refusal(self, members: Sequence[Request], caller: Caller) -> str:
        if not caller.person:
            return f"{caller.actor} is a machine; a person of the shift confirms a standing order"
        denied = {**undeclared(self._declared, members), **self._answers.denied(members, caller)}
        return next(iter(denied.values())).text if denied else ""

    def sweep(self) -> None:
        """Forget those whose leases are all over; an end that nobody wanted is told."""
        now_s = self._clock.monotonic()
        for standing in tuple(self._all.values()):
            if self._writer.living(standing.leases):
                continue
            del self._all[standing.id]
            self._keeper.keep(standing.dropped())
            forgotten = standing.overdue(now_s)
            said = {"standing": standing.id, "unconfirmed": forgotten, "reason": standing.reason}
            self._evidence.later("standing_ended", "controller", "", said)
            if forgotten:
                self._tell_end(standing)

    def _tell_end(self, standing: Standing) -> None:
        english = (
            f"the standing order of {standing.owner} ended because nobody confirmed it for two shifts; its pumps are "
            f"kept running until somebody orders anew. Its reason: {standing.reason}"
        )
        chinese = f"{standing.owner} 的长期指令连续两班未确认，已终止；其运行的水泵保持运行，请人工处置"
        source = f"standing/{standing.id}"
        self._alarms.set(source, ENDED, f"{english} / {chinese}", Priority.HIGH)
        self._alarms.clear(source, ENDED)  # it happened; what stays is that nobody has seen it yet

    def _known(self, standing_id: str) -> Standing:
        standing = self._all.get(standing_id)
        if standing is None:
            raise UnknownTarget(f"no standing order {standing_id}; it may have ended")
        return standing


def _receipt(standing_id: str, members: Sequence[Request], cause: Cause | None, text: str) -> Receipt:
    return Receipt(
        standing_id,
        tuple(
            TargetOutcome(
                one.target,
                cause is None,
                cause.value if cause else "",
                text,
                one.lease.id if one.lease else None,
                one.lease.expires if one.lease else None,
            )
            for one in members
        ),
    )
