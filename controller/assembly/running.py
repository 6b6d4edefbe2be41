"""The running controller: every task it has, started and stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from controller.assembly.reloading import publish, reload, route
from controller.assembly.wires import channel_to
from controller.runtime.channels import ChannelPool
from controller.runtime.controller import Controller
from controller.runtime.tasks import cancel_all
from controller.settings.site import Site

if TYPE_CHECKING:
    from controller.assembly.parts import Assembly


@contextlib.asynccontextmanager
async def started(assembly: Assembly, config: Path | None, adapt: Callable[[Site], Site]) -> AsyncIterator[Controller]:
    """Field, cycles and everything beside them, in this order; stopped in the reverse. Nothing is left behind."""
    evidence = assembly.evidence
    assembly.recorder.begin(config)
    async with asyncio.TaskGroup() as tasks:
        background = [
            tasks.create_task(evidence.run(), name="evidence"),
            tasks.create_task(assembly.keeper.run(), name="keeper"),
            tasks.create_task(evidence.sign(), name="checkpoints"),
        ]
        pool = ChannelPool(partial(channel_to, assembly), tasks, assembly.wires)
        route(assembly, await pool.adopt(assembly.site))
        assembly.publishing.begin(config, partial(publish, assembly, config, adapt, pool))
        if config is not None:
            assembly.controller.reload_by(partial(reload, assembly, config, adapt, pool))
        front = [tasks.create_task(cycle.run(), name=cycle.discipline.name) for cycle in assembly.cycles]
        front.append(tasks.create_task(assembly.watch.run(), name="watch"))
        front.append(tasks.create_task(assembly.controller.totals.run(), name="totals"))
        front.append(tasks.create_task(assembly.light_history.run(), name="light history"))
        front.append(tasks.create_task(assembly.backups.run(), name="backups"))
        front.append(tasks.create_task(assembly.timetables.run(), name="timetables"))
        front.append(tasks.create_task(assembly.light_faults.run(), name="light faults"))
        front.append(tasks.create_task(assembly.opcua.run(), name="opcua certificates"))
        front.append(tasks.create_task(assembly.alarming.run(), name="alarms"))
        front.append(tasks.create_task(assembly.handling.run(), name="handling"))
        front.append(tasks.create_task(assembly.notices.run(), name="notices"))
        front.append(tasks.create_task(assembly.plans.engine.run(), name="plans"))
        front.append(tasks.create_task(assembly.drill.run(), name="drill"))
        front.append(tasks.create_task(assembly.dispatch_orders.follower.run(), name="dispatch orders"))
        front.append(tasks.create_task(assembly.commanding.run(), name="commanding"))
        front.append(tasks.create_task(assembly.guarding.bypasses.run(), name="bypasses"))
        front += [tasks.create_task(life, name=name) for name, life in assembly.lives.tasks().items()]
        front.append(tasks.create_task(assembly.forecasts.run(), name="forecasts"))
        front.append(tasks.create_task(assembly.model_levels.run(), name="model levels"))
        front.append(tasks.create_task(assembly.hydraulics.run(), name="hydraulics"))
        front.append(tasks.create_task(assembly.water_rules.run(), name="water rules"))
        front.append(tasks.create_task(assembly.optimiser.watch.run(), name="optimiser"))
        front.append(tasks.create_task(assembly.conditions.states.run(), name="states"))
        front.append(tasks.create_task(assembly.daylight.weather.run(), name="weather signals"))
        try:
            async with assembly.housekeeping.kept():
                yield assembly.controller
        finally:
            await cancel_all(front)
            await pool.close()
            await assembly.recorder.close()
            await assembly.light_history.close()
            assembly.stream.close()
            evidence.later("stopped", "controller", "", {})
            await cancel_all([*background, *assembly.ending])
            assembly.people.close()
            assembly.refusals.close()
