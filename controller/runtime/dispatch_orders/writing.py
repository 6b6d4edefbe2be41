"""Every change of a dispatch order: journalled, kept, then in memory. Several change together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from controller.domain.errors import StoreError
from controller.domain.rights import SELF, Caller
from controller.logic.dispatch_orders.order import DispatchOrder
from controller.runtime.dispatch_orders.shelf import OrderShelf
from controller.runtime.evidence import VOID, Evidence
from controller.runtime.keeper import Keeper
from controller.store.changes import Change
from controller.store.lines import Record

log = structlog.get_logger("dispatch_orders")

KIND = "dispatch_order"
Tell = Callable[[str, dict[str, object]], None]
"""Told an order's number and how it stands, for the live stream."""


class OrderWriter:
    """Writes. Whoever calls has the desk's lock."""

    def __init__(self, *, shelf: OrderShelf, evidence: Evidence, keeper: Keeper, tell: Tell) -> None:
        self._shelf, self._evidence, self._keeper, self._tell = shelf, evidence, keeper, tell

    async def write(
        self,
        what: str,
        caller: Caller,
        orders: Sequence[DispatchOrder],
        said: Mapping[str, Any] | None = None,
        also: Sequence[Change] = (),
    ) -> None:
        """A person's act.

        Raises:
            StoreError: it could not be written; nothing was done.
        """
        anew = [replace(one, version=one.version + 1) for one in orders]
        await self._evidence.before(KIND, caller.actor, "", _line(what, caller, anew, said))
        try:
            await self._keeper.keep_now([*self._shelf.changes(anew), *also])
        except StoreError as error:
            why = {"what": what, "orders": [one.number for one in anew], "why": str(error)}
            await self._evidence.void(KIND, caller, "", why)
            raise
        self._put(anew)

    async def note(self, what: str, orders: Sequence[DispatchOrder], said: Mapping[str, Any] | None = None) -> None:
        """What the field or the clock made of it: goes on where the disk does not, and is kept as soon as it can be."""
        anew = [replace(one, version=one.version + 1) for one in orders]
        await self._evidence.before_automation(KIND, SELF.actor, "", _line(what, SELF, anew, said))
        changes = self._shelf.changes(anew)
        try:
            await self._keeper.keep_now(changes)
        except StoreError as error:
            log.error("dispatch_order_not_kept", orders=[one.number for one in anew], reason=str(error))
            for change in changes:
                self._keeper.keep(change)
        self._put(anew)

    def denied(self, what: str, caller: Caller, number: str, why: str) -> None:
        """An act that was refused is written down too."""
        self._evidence.later(f"{KIND}_denied", caller.actor, "", _denial(what, caller, number, why))

    async def take_back(self, tail: Sequence[Record]) -> None:
        """At the start: what the journal tells of and nobody kept was not done; its numbers are used up."""
        told = {line.data.get("line") for line in tail if line.kind == f"{KIND}{VOID}"}
        for line in tail:
            if line.kind != KIND:
                continue
            members = {one["order"]: one["version"] for one in line.data.get("orders", ())}
            self._shelf.used(list(members))
            lost = [one for one, version in members.items() if not self._kept(one, version)]
            if lost and line.seq not in told:
                why = "the controller ended before this was kept: it was not done"
                data = {"what": line.data.get("what"), "orders": lost, "line": line.seq, "why": why}
                await self._evidence.void(KIND, SELF, "", data)

    def _kept(self, number: str, version: int) -> bool:
        """Whether the state store came that far; what it has forgotten meanwhile is long over."""
        return number in self._shelf and self._shelf.get(number).version >= version

    def _put(self, orders: Sequence[DispatchOrder]) -> None:
        for one in orders:
            self._shelf.put(one)
            self._tell(one.number, {"state": one.state.value, "objects": list(one.objects), "reason": one.reason})


def _line(what: str, caller: Caller, orders: Sequence[DispatchOrder], said: Mapping[str, Any] | None) -> dict[str, Any]:
    members = [
        {"order": one.number, "state": one.state.value, "version": one.version, "objects": list(one.objects)}
        for one in orders
    ]
    return {"what": what, "person": caller.person, "orders": members, **(said or {})}


def _denial(what: str, caller: Caller, number: str, why: str) -> dict[str, Any]:
    return {"what": what, "order": number, "person": caller.person, "why": why}
