"""A changed configuration taken over while everything runs: every part adopts it, in this order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from controller.domain.command import CommandState
from controller.domain.points import DeviceId
from controller.runtime.channel import Channel
from controller.runtime.channels import ChannelPool
from controller.runtime.departures import tell_departures
from controller.runtime.pace import paced
from controller.runtime.views import ReloadReport
from controller.settings.checks import check_site
from controller.settings.diff import diff_sites
from controller.settings.site import Site

if TYPE_CHECKING:
    from controller.assembly.parts import Assembly


async def reload(assembly: Assembly, config: Path, adapt: Callable[[Site], Site], pool: ChannelPool) -> ReloadReport:
    """Validate, diff, swap; a bad configuration changes nothing. Published lighting stays over the folder's own."""
    async with assembly.publishing.swapping:
        return await _reloaded(assembly, config, adapt, pool)


async def publish(
    assembly: Assembly, config: Path | None, adapt: Callable[[Site], Site], pool: ChannelPool, site: Site
) -> None:
    """A site whose lighting two people published takes the place of the running one, as at a reload."""
    await _swapped(assembly, config, paced(adapt(site), assembly.clock.speed), pool)


async def _reloaded(assembly: Assembly, config: Path, adapt: Callable[[Site], Site], pool: ChannelPool) -> ReloadReport:
    overlay = assembly.publishing.overlay()
    site, problems = await asyncio.to_thread(check_site, config, overlay)
    if site is None:
        texts = tuple(str(problem) for problem in problems)
        return ReloadReport(applied=False, config_hash=assembly.site.config_hash, problems=texts)
    return await _swapped(assembly, config, paced(adapt(site), assembly.clock.speed), pool)


async def _swapped(assembly: Assembly, config: Path | None, new: Site, pool: ChannelPool) -> ReloadReport:
    diff = diff_sites(assembly.site, new)
    anew = new.timing != assembly.site.timing or new.profiles != assembly.site.profiles
    before, assembly.site = assembly.site.city, new
    assembly.local.adopt(new.lighting.tz)
    gone = assembly.book.adopt(new.city.targets)
    assembly.table.adopt(new.ageings)
    assembly.wet.lockouts.adopt(new)
    assembly.wet.adopt(new)
    assembly.poles.adopt(new)
    assembly.pole_desk.adopt(new)
    assembly.wet_power.adopt(new.city)
    assembly.guarding.adopt(new)
    assembly.daylight.adopt(new)
    assembly.lighting.adopt(new)
    assembly.water.adopt(new)
    assembly.people.adopt(new)
    assembly.lives.adopt(new)
    assembly.lives.ended(gone, CommandState.CANCELLED, "its target left the configuration")
    assembly.commanding.adopt(new)
    assembly.forecasts.adopt(new)
    assembly.conditions.adopt(new)
    assembly.warnings.adopt(new)
    assembly.lighting.states_changed()
    assembly.rain_signals.adopt(new)
    assembly.tidal.adopt(new)
    assembly.hydraulics.adopt(new)
    assembly.water_rules.adopt(new)
    assembly.rules_desk.adopt(new)
    assembly.waters.adopt(new)
    assembly.mobile_pumps.adopt(new)
    assembly.handling.adopt(new)
    assembly.notices.adopt(new)
    assembly.alarming.adopt(new)
    assembly.watch.adopt(new)
    assembly.housekeeping.adopt(new)
    assembly.opcua.adopt(new)
    assembly.backups.adopt(new.backups)
    assembly.publishing.adopt(new)
    assembly.controller.adopt(new)
    assembly.light_history.adopt(new)
    assembly.lighting_reports.adopt(new)
    assembly.recorder.adopted(new, config)
    assembly.timetables.adopt(new)
    assembly.light_faults.adopt(new)
    assembly.switching.adopt(new)
    assembly.groups.adopt(new)
    assembly.lighting_plans.adopt(new)
    assembly.talq.adopt(new)
    assembly.plans.adopt(new)
    assembly.optimiser.adopt(new)
    assembly.dispatch_orders.adopt(new)
    route(assembly, await pool.adopt(new, all_anew=anew))
    tell_departures(assembly.alarms, before, new.city, gone)
    await assembly.desk.end(gone, "its target left the configuration")
    for cycle in assembly.cycles:
        cycle.start_anew()
    return ReloadReport(
        applied=True, config_hash=new.config_hash, changes=diff.lines(), restart_needed=diff.restart_needed
    )


def route(assembly: Assembly, channels: Mapping[DeviceId, Channel]) -> None:
    """Which channel leads to which device, told to everybody who writes."""
    assembly.dispatcher.route(channels)
    assembly.timetables.route(channels)
