"""The optimiser's targets on the one way of all orders: looked at, journalled, kept, put into slot 11; and out."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.intents import StationMode, StationOrder
from controller.domain.points import DeviceId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.optimiser.standing import Aim
from controller.runtime.book import RequestBook
from controller.runtime.commanding.looking import Looker
from controller.runtime.commanding.ports import Follower
from controller.runtime.commanding.taking import Register, Taking
from controller.runtime.leases.writer import LeaseWriter, Line
from controller.runtime.optimiser.records import Acceptance
from controller.runtime.views import Order

OWNER = Caller("optimiser", origin="optimiser")
"""Whom its targets are journalled under; the person who accepted stands in the request's reason."""
RENEW_AT = 0.7
"""A target with less of its lease left than this share is granted anew while the plan still says it."""
SHORTEST_S = 30.0


@dataclass(frozen=True, slots=True)
class Placing:
    """``lock`` is that of whoever fills slots."""

    clock: Clock
    book: RequestBook
    looker: Looker
    register: Register
    writer: LeaseWriter
    follower: Follower
    lock: asyncio.Lock

    def held(self, station: DeviceId) -> Request | None:
        """What the optimiser holds of a station's slot 11."""
        if station not in self.book:
            return None
        holder = self.book.holder(station, Slot.OPTIMISER)
        return holder if holder is not None and holder.owner == OWNER.actor else None

    async def place(self, one: Acceptance, aim: Aim, lease_s: float) -> str:
        """See that the station's slot says this; why not, where something refuses it."""
        value = StationOrder(StationMode.COUNT, aim.count, at_least=aim.at_least)
        for_s = max(SHORTEST_S, min(lease_s, (one.until - self.clock.now()).total_seconds()))
        held = self.held(one.station)
        if held is not None and held.value == value and held.lease is not None:
            if held.lease.expires_s - self.clock.monotonic() >= RENEW_AT * for_s:
                return ""
            line = Line("optimiser_extended", OWNER, {"station": one.station, "for_s": round(for_s), "by": one.by})
            return (await self.writer.renew([held.lease.id], for_s, line)).error
        return await self._order(one, value, for_s)

    async def _order(self, one: Acceptance, value: StationOrder, for_s: float) -> str:
        request_id = f"optimiser-{secrets.token_hex(4)}"
        reason = f"optimiser 优化: accepted by {one.by} 接受人" + (f": {one.reason}" if one.reason else "")
        order = Order((one.station,), str(value), for_s, reason, Slot.OPTIMISER.label, request_id=request_id)
        async with self.lock:
            sighting = await self.looker.look(order, Slot.OPTIMISER, OWNER, request_id=request_id, reachable_only=False)
            if not sighting.included:
                return "; ".join(excluded.preview.text for excluded in sighting.excluded) or "refused"
            receipt = await self.register.take(
                Taking(
                    sighting=sighting,
                    caller=OWNER,
                    request_id=request_id,
                    taken=sighting.included,
                    said={"accepted_by": one.by, "person": one.person},
                )
            )
        return "; ".join(outcome.text for outcome in receipt.outcomes if not outcome.accepted)

    async def let_go(self, station: DeviceId, why: str) -> str:
        """Give the slot up: the rules go on from what runs. Why not, when it could not be written."""
        if self.held(station) is None:
            return ""
        line = Line("optimiser_let_go", OWNER, {"station": station, "why": why})

        def mine() -> list[Request]:
            held = self.held(station)
            return [] if held is None else [held]

        written = await self.writer.empty(mine, line)
        if not written.error:
            self.follower.ended(written.requests, CommandState.CANCELLED, why)
        return written.error
