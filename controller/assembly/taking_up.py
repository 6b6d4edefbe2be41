"""What stood before the start: taken up from the state store and the journal's tail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.logic.contract import Moment
from controller.runtime.commanding.unkept import last_lines
from controller.runtime.people.restored import from_a_backup
from controller.runtime.restoring import restore
from controller.runtime.switching.throws import KIND as SWITCH
from controller.runtime.wet_power.records import CHECK

if TYPE_CHECKING:
    from controller.assembly.parts import Assembly


async def take_up(assembly: Assembly) -> None:
    """What stood before: latches, leases, tags, people, what waits for a second person. What ran out is ended."""
    stored, tail = assembly.store.state.stored, await last_lines(assembly.store)
    assembly.handling.restore(stored)
    over = restore(stored, assembly.book, assembly.alarms, assembly.water, assembly.clock)
    assembly.notices.restore(stored)
    assembly.commanding.restore(stored)
    assembly.wet.restore(stored, Moment(assembly.clock.now(), assembly.clock.monotonic()))
    assembly.wet_power.restore(stored.of(CHECK))
    assembly.poles.restore(stored, Moment(assembly.clock.now(), assembly.clock.monotonic()))
    assembly.forecasts.restore(stored)
    assembly.hydraulics.restore(stored)
    assembly.conditions.restore(stored)
    assembly.alarming.restored()
    assembly.handling.restored()
    assembly.watch.restored()
    assembly.poles.restored()
    assembly.daylight.restore(stored)
    assembly.mobile_pumps.restore(stored)
    assembly.lighting.states_changed()
    assembly.people.restore()
    assembly.guarding.restore(stored, assembly.water)
    assembly.lives.restore(stored, over)
    assembly.timetables.restore(stored)
    assembly.light_faults.restore(stored)
    assembly.publishing.restore(stored)
    assembly.switching.throws.restore(stored.of(SWITCH))
    assembly.tidal.restore(stored)
    assembly.plans.restore(stored)
    assembly.optimiser.restore(stored)
    assembly.dispatch_orders.restore(stored)
    assembly.shifts.restore(stored)
    await assembly.evidence.begin()
    if from_a_backup(tail):
        await assembly.people.came_from_a_backup(assembly.alarms)
    said = assembly.evidence.announcing(assembly.site.config_hash)
    await assembly.evidence.before_automation("started", "controller", "", said)
    await assembly.commanding.take_back(tail)
    assembly.lives.take_back(tail)
    await assembly.publishing.take_back(tail)
    await assembly.plans.book.take_back(tail)
    await assembly.dispatch_orders.take_back(tail)
    await assembly.desk.end(over, "ran out while the controller was stopped")
