"""A controller with one plan, on a soft station kept in a file, that dies (SIGKILL, by its own hand) at a named write.

``python -m tests.integration.plan_dying FOLDER SECONDS WRITE SIDE``: it dies ``before`` or ``after`` the WRITE-th time
the state store keeps a run; 0 lives for SECONDS of virtual time. Everything else about it is real.
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
from typing import Any

import looptime

from controller.assembly import Assembly
from controller.domain.rights import Caller
from controller.runtime.clocks import ScaledClock
from controller.runtime.plans.records import RUN
from controller.settings.load import load_site
from controller.store.changes import Change, PutRecord
from controller.store.state import StateStore
from controller.store.store import Store
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import DUSK, PS, SoftField

LIN = Caller("lin", person="lin", session="S-lin")


def main() -> None:
    """As the command line says."""
    folder, seconds, write, side = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    _dying(write, side)
    loop = looptime.new_event_loop(start=0, noop_cycles=2)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_live(folder, seconds))


def _dying(at: int, side: str) -> None:
    keep, told = StateStore.apply, [0]

    async def keeping(self: StateStore, changes: Sequence[Change]) -> None:
        told[0] += any(isinstance(one, PutRecord) and one.kind == RUN for one in changes)
        comes = at and told[0] == at
        if comes and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        await keep(self, changes)
        if comes:
            os.kill(os.getpid(), signal.SIGKILL)

    StateStore.apply = keeping  # type: ignore[method-assign]  # this process exists to die there


async def _live(folder: Path, seconds: float) -> None:
    lives = folder / "lives"
    nth = len(lives.read_text().splitlines()) if lives.exists() else 0
    with lives.open("a") as file:
        file.write("x\n")
    # Each life begins a minute after the last one: wall time goes on while nobody is there.
    clock = ScaledClock(DUSK + timedelta(minutes=2 * nth), source=asyncio.get_running_loop().time, origin_s=0.0)
    with SoftField().wired() as wires:
        store = Store.open(folder / "data")
        try:
            assembly = Assembly(load_site(folder / "config" / "site"), clock, store)
            async with assembly.running() as controller:
                _as_it_was(wires.drivers["ua-1"], folder / "field")
                while not controller.health().ready:
                    await clock.sleep(0.5)
                await clock.sleep(3.0)
                book = controller.desks.plans
                if not book.runs():
                    await book.start((await book.preview("short", LIN, reason="trying")).token, LIN)
                ends_s = clock.monotonic() + seconds
                while clock.monotonic() < ends_s and any(run.live for run in book.runs()):
                    await clock.sleep(1.0)
                print(json.dumps([run.phase for run in book.runs()]))
        finally:
            await store.close()


def _as_it_was(driver: SoftDriver, file: Path) -> None:
    """The station as the last process left it, and every write from now on in the file before it is answered."""
    driver.set(PS, "G2.position_percent", 50.0)
    for point in ("inner_level_1_m", "inner_level_2_m"):
        driver.set(PS, point, 1.5)
    feedback = {"mode_command": "mode", "G2.position_command": "G2.position_percent"}

    def shown(point: str, value: Any) -> None:
        driver.set(PS, feedback[point], value)
        if point == "G2.position_command":
            driver.set(PS, "G2.closed_limit", float(value) == 0.0)

    for line in file.read_text().splitlines() if file.exists() else ():
        shown(*json.loads(line))

    def written(point: str) -> Any:
        def write(value: Any) -> None:
            shown(point, value)
            with file.open("a") as log:
                log.write(json.dumps([point, value]) + "\n")
                log.flush()
                os.fsync(log.fileno())

        return write

    for point in feedback:
        driver.on_write(PS, point, written(point))


if __name__ == "__main__":
    main()
