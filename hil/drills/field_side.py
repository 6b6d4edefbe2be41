"""The field's side of a drill: the sealed site, the drill's world, its script and its truth."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from controller.domain.clock import Clock
from controller.logic.drills.drill import Drill
from controller.runtime.drills.folder import DrillFolder
from controller.runtime.drills.seal import sealed
from controller.settings.site import Site
from hil.drills.script import run_script
from hil.drills.truth import EVERY_S, LOOK_S, Truth
from hil.drills.world import world_of
from hil.field import Field
from hil.sim_process import Beside
from hil.world import World


def drilled(folder: Path, site: Site, world: World, clock: Clock) -> tuple[Site, World, Beside]:
    """What the field serves in the drill of this folder, and what goes on beside it.

    Raises:
        StoreError: the folder is no drill's. ConfigError: drill and world do not fit together.
    """
    kept = DrillFolder(folder)
    record = kept.record

    async def beside(field: Field) -> None:
        await go_on(field, record.drill, record.began, clock, kept.truth)

    late_s = (clock.now() - record.began).total_seconds()
    return sealed(site, record.mark), world_of(world, record.drill, late_s), beside


async def go_on(
    field: Field,
    drill: Drill,
    began: datetime,
    clock: Clock,
    file: Path,
    every_s: float = EVERY_S,
    look_s: float = LOOK_S,
) -> None:
    """Script and truth, until cancelled."""
    with file.open("a", encoding="utf-8") as opened:
        truth = Truth(field, opened)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(truth.keep(clock, every_s, look_s), name="truth")
            tasks.create_task(run_script(field, drill, began, clock, truth.injected), name="script")
