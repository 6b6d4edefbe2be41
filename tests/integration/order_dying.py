"""A controller with one dispatch order, on a soft station, that dies (SIGKILL, by its own hand) at a named write.

``python -m tests.integration.order_dying FOLDER WRITE SIDE``: it dies ``before`` or ``after`` the WRITE-th time the
state store keeps a dispatch order in this life; 0 lives until the order is closed. Everything else about it is real.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import looptime

from controller.assembly import Assembly
from controller.runtime.clocks import ScaledClock
from controller.runtime.dispatch_orders.desk import DispatchDesk
from controller.runtime.dispatch_orders.records import ORDER
from controller.runtime.dispatch_orders.views import DispatchOrderView, DispatchReceipt
from controller.settings.load import load_site
from controller.store.changes import Change, PutRecord
from controller.store.state import StateStore
from controller.store.store import Store
from tests.unit.runtime.dispatch_orders.order_rig import CHEN, WEI, ZHANG, ordering
from tests.unit.runtime.soft_city import DUSK, PS, SoftField

MOST_STEPS = 400


def main() -> None:
    """As the command line says."""
    folder, write, side = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    _dying(write, side)
    loop = looptime.new_event_loop(start=0, noop_cycles=2)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_live(folder))


def _dying(at: int, side: str) -> None:
    keep, told = StateStore.apply, [0]

    async def keeping(self: StateStore, changes: Sequence[Change]) -> None:
        told[0] += any(isinstance(one, PutRecord) and one.kind == ORDER for one in changes)
        comes = at and told[0] == at and any(isinstance(one, PutRecord) and one.kind == ORDER for one in changes)
        if comes and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        await keep(self, changes)
        if comes:
            os.kill(os.getpid(), signal.SIGKILL)

    StateStore.apply = keeping  # type: ignore[method-assign]  # this process exists to die there


async def _live(folder: Path) -> None:
    lives = folder / "lives"
    nth = len(lives.read_text().splitlines()) if lives.exists() else 0
    with lives.open("a") as file:
        file.write("x\n")
    clock = ScaledClock(DUSK + timedelta(minutes=nth), source=asyncio.get_running_loop().time, origin_s=0.0)
    with SoftField().wired() as wires:
        store = Store.open(folder / "data")
        try:
            assembly = Assembly(load_site(folder / "config" / "site"), clock, store)
            async with assembly.running() as controller:
                for point in ("inner_level_1_m", "inner_level_2_m"):
                    wires.drivers["ua-1"].set(PS, point, 1.5)
                while not controller.health().ready:
                    await clock.sleep(0.5)
                await clock.sleep(3.0)
                desk = controller.desks.dispatch_orders
                for _ in range(MOST_STEPS):
                    if await _on(desk):
                        break
                    await clock.sleep(1.0)
                print(json.dumps([[one.number, one.state] for one in desk.orders()]))
        finally:
            await store.close()


async def _on(desk: DispatchDesk) -> bool:
    """One step further, as people would take it who see how it stands; whether it is closed."""
    orders = desk.orders()
    if not orders:
        await desk.propose(ordering(for_s=120.0), ZHANG)
        return False
    one: DispatchOrderView = orders[-1]
    if one.state == "proposed":
        await desk.issue(one.number, CHEN)
    elif one.state == "issued":
        await desk.acknowledge(one.number, WEI)
    elif one.state == "acknowledged" and not one.pending:
        preview = await desk.preview(one.number, WEI)
        if preview.token:
            assert isinstance(await desk.execute(one.number, preview.token, WEI), DispatchReceipt)
    elif one.state == "verified" and not one.held:
        await desk.close(one.number, CHEN, "done")
    return one.state == "closed"


if __name__ == "__main__":
    main()
