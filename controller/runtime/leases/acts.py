"""Extending a lease as an act that takes two people: what the second one is shown, and who carries it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from controller.domain.errors import InvalidValue
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.runtime.leases.watch import LeaseWatch
from controller.runtime.leases.writer import LeaseWriter
from controller.runtime.two_persons import Wording
from controller.runtime.views import Receipt
from controller.store.changes import Change

EXTEND = "extend"
STANDING = "standing_order"
"""The kinds of proposal."""

NAMED = 20
"""So many targets are named one by one to whoever confirms; the others are counted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An extension: which leases, for how long from when it is carried out, why; and why it takes two people."""

    act_id: str
    leases: tuple[str, ...]
    for_s: float
    reason: str
    standing: bool = False
    """Longer than the slot's maximum: confirmed anew each shift."""
    because: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """As a proposal keeps it; ``plan_of`` reads it back."""
        return {
            "act": self.act_id,
            "leases": list(self.leases),
            "for_s": self.for_s,
            "reason": self.reason,
            "standing": self.standing,
            "because": list(self.because),
        }


def plan_of(body: Mapping[str, Any]) -> Plan:
    """The plan of a proposal's body."""
    return Plan(
        body["act"],
        tuple(body["leases"]),
        float(body["for_s"]),
        body["reason"],
        body["standing"],
        tuple(body["because"]),
    )


class Extends(Protocol):
    """Who carries an extension out."""

    async def carry_out(
        self, plan: Plan, caller: Caller, *, confirmed_by: str = "", also: Sequence[Change] = ()
    ) -> Receipt:
        """Do it; refusals come back in the receipt, ``also`` is then not applied."""
        ...


class ExtensionAct:
    """Implements ``two_persons.TwoPersonAct``."""

    def __init__(self, desk: Extends, writer: LeaseWriter, watch: LeaseWatch) -> None:
        self._desk = desk
        self._writer = writer
        self._watch = watch

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What would go on, and what would come instead if it didn't. Leases that ended meanwhile only narrow it."""
        plan = plan_of(body)
        members = self._writer.living(plan.leases)
        if not members:
            raise InvalidValue("none of these leases lives any more; give the order anew")
        hours, first = plan.for_s / 3600, members[0]
        what = first.target if len(members) == 1 else f"{len(members)} targets"
        standing_en = " as a standing order" if plan.standing else ""
        standing_zh = "（长期指令，每班确认）" if plan.standing else ""
        title_en = f"{first.slot.label} '{first.value}' of {first.owner} on {what} goes on for {hours:g} h{standing_en}"
        title_zh = f"{first.owner} 对 {len(members)} 个目标的指令“{first.value}”延长 {hours:g} 小时{standing_zh}"
        kept = Counter((one.slot.label, str(one.value), one.owner) for one in members)
        return Wording(title_en, title_zh, tuple(self._lines(plan, members)), _fingerprint(plan, kept))

    def _lines(self, plan: Plan, members: Sequence[Request]) -> list[str]:
        lines = [*plan.because]
        if len(members) < len(plan.leases):
            lines.append(f"{len(plan.leases) - len(members)} leases ended meanwhile and are left out")
        for request in members[:NAMED]:
            ending = self._watch.ending(request)
            then = f"; without it {ending.then.slot.label} ({ending.then.value}) would decide" if ending else ""
            lines.append(f"{request.target}: {request.value} goes on{then}")
        if len(members) > NAMED:
            lines.append(f"and {len(members) - NAMED} more")
        return lines

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Extend, in the proposer's name. The transaction that keeps it ends the proposal: it is never done twice."""
        del key
        return await self._desk.carry_out(plan_of(body), proposer, confirmed_by=confirmer.actor, also=also)


def _fingerprint(plan: Plan, kept: Mapping[tuple[str, str, str], int]) -> str:
    """What the proposer agreed to; a member lost meanwhile does not change it."""
    return f"{plan.for_s:g}|{plan.standing}|{sorted(kept)}"
