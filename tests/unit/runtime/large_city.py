"""A city of many cabinets around the whole core, without wires: commands end in a list, turns are driven by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from controller.assembly import Assembly
from controller.domain.command import Command
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.runtime.commanding.views import Preview
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, Receipt
from controller.store.store import Store
from tests.bench.synthetic import CabinetField, ManualTime, cabinet_city

LIN = Caller("lin", "lin", "S-1")


class LargeCity:
    """``assembly`` over ``cabinets`` cabinets of six circuits, online and off, on an afternoon in June."""

    def __init__(self, cabinets: int, store: Store) -> None:
        self.site, self.clock = cabinet_city(cabinets), ManualTime()
        self.assembly = Assembly(self.site, self.clock, store)
        self.field = CabinetField(self.site, self.clock, self.assembly.table)
        self.targets: tuple[TargetId, ...] = tuple(self.site.city.targets)
        self.sent: list[Command] = []
        self.cycle = self.assembly.cycles[0]
        channels = dict.fromkeys(self.site.city.cabinets, self)
        self.assembly.dispatcher.route(channels)  # type: ignore[arg-type]  # only submit is asked

    def submit(self, command: Command, not_before_s: float) -> None:
        del not_before_s
        self.sent.append(command)

    async def settled(self) -> int:
        """Turns until nothing waits for the next one; how many those were."""
        turns = 1
        await self.cycle.turn()
        while self.cycle.behind():
            await self.cycle.turn()
            turns += 1
        return turns

    async def select(self, targets: Sequence[TargetId], value: str, caller: Caller = LIN) -> Preview:
        order = Order(tuple(targets), value, 3600.0, "try", "city_manual")
        return await self.assembly.desk.select(order, caller)

    async def ordered(self, targets: Sequence[TargetId], value: str, caller: Caller = LIN) -> Receipt | ProposalView:
        preview = await self.select(targets, value, caller)
        return await self.assembly.desk.operate(preview.token, caller)


@asynccontextmanager
async def large_city(folder: Path, cabinets: int) -> AsyncIterator[LargeCity]:
    store = await asyncio.to_thread(Store.open, folder / "data")
    try:
        yield LargeCity(cabinets, store)
    finally:
        await store.close()
