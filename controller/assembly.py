"""A controller put together: every part made once, here, and handed what it needs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path

from controller.domain.clock import Clock
from controller.domain.points import TargetId, device_of
from controller.domain.request import Request
from controller.logic.contract import Verdict
from controller.runtime.actuals import is_met
from controller.runtime.alarms import AlarmBook
from controller.runtime.announcer import Announcer
from controller.runtime.book import RequestBook
from controller.runtime.channel import Channel
from controller.runtime.channels import ChannelPool
from controller.runtime.command_log import CommandLog
from controller.runtime.controller import Controller, Parts
from controller.runtime.cycle import Cycle
from controller.runtime.dispatch import Dispatcher
from controller.runtime.evidence import Evidence
from controller.runtime.housekeeping import Housekeeping
from controller.runtime.keeper import Keeper
from controller.runtime.lighting import LightingDiscipline
from controller.runtime.orders import OrderDesk
from controller.runtime.pace import paced
from controller.runtime.resets import ResetDesk
from controller.runtime.restoring import restore
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.tasks import cancel_all
from controller.runtime.verification import Verifier
from controller.runtime.views import ReloadReport
from controller.runtime.watch import Watch
from controller.runtime.water import WaterDiscipline
from controller.settings.checks import check_site
from controller.settings.diff import diff_sites
from controller.settings.site import Site
from controller.store.store import Store
from drivers.base import Endpoint
from drivers.factory import make_driver
from drivers.profile import Poll


class Assembly:
    """A controller put together and ready to run; ``running`` starts it and stops it cleanly."""

    def __init__(self, site: Site, clock: Clock, store: Store) -> None:
        self.site = site
        self.clock = clock
        self._store = store
        self.stream = ChangeStream(clock)
        self.evidence = Evidence(store.journal, clock)
        self.keeper = Keeper(store.state, clock)
        announcer = Announcer(self.stream, self.evidence, self.keeper)
        self.alarms = AlarmBook(clock, announcer.alarm)
        self.evidence.alarm_in(self.alarms)
        self.keeper.alarm_in(self.alarms)
        self.commands = CommandLog(clock, announcer.command)
        self.table = ImageTable(site.ageings)
        self.book = RequestBook(site.city.targets)
        self.verifier = Verifier(self.commands, self.alarms)
        self.dispatcher = Dispatcher(
            clock=clock,
            book=self.book,
            commands=self.commands,
            verifier=self.verifier,
            evidence=self.evidence,
            timing=site.timing,
        )
        phases: dict[str, str] = {}
        verdicts: dict[str, Sequence[Verdict]] = {}
        self.lighting = LightingDiscipline(site, self.book, self.verifier.last, phases, verdicts)
        self.water = WaterDiscipline(
            site, self.book, self.verifier.last, phases, verdicts, alarms=self.alarms, keep=self.keeper.keep
        )
        self.desk = OrderDesk(
            clock=clock,
            book=self.book,
            targets=site.city.targets,
            maxima={slot: limits.maximum for slot, limits in site.leases.items()},
            state=store.state,
            evidence=self.evidence,
            changed=self._ordered,
        )
        self.resets = ResetDesk(
            discipline=self.water,
            book=self.book,
            alarms=self.alarms,
            state=store.state,
            evidence=self.evidence,
            changed=self._wake,
        )
        self._announcer = announcer
        self._ending: set[asyncio.Task[None]] = set()
        self.cycles = [
            self._cycle(self.lighting, site.timing.lighting_cycle_s),
            self._cycle(self.water, site.timing.water_cycle_s),
        ]
        self.housekeeping = Housekeeping(site, self.alarms, store.state, clock)
        self.watch = Watch(site, self.table, self.alarms, self.stream, clock, met=self._is_met)
        self.controller = Controller(
            Parts(
                site=site,
                clock=clock,
                table=self.table,
                book=self.book,
                commands=self.commands,
                alarms=self.alarms,
                stream=self.stream,
                evidence=self.evidence,
                desk=self.desk,
                resets=self.resets,
                cycles=self.cycles,
                phases=phases,
                verdicts=verdicts,
            )
        )

    def _cycle(self, discipline: LightingDiscipline | WaterDiscipline, period_s: float) -> Cycle:
        return Cycle(
            discipline,
            period_s=period_s,
            clock=self.clock,
            table=self.table,
            book=self.book,
            verifier=self.verifier,
            dispatcher=self.dispatcher,
            alarms=self.alarms,
            on_ended=self._leases_ended,
            on_decided=self._announcer.decided,
        )

    @contextlib.asynccontextmanager
    async def running(
        self, config: Path | None = None, adapt: Callable[[Site], Site] = lambda site: site
    ) -> AsyncIterator[Controller]:
        """Start in order (past, field, cycles) and stop in the reverse; nothing is left behind."""
        store, evidence = self._store, self.evidence
        over = restore(store.state.stored, self.book, self.alarms, self.water, self.clock)
        await evidence.before_automation("started", "controller", "", {"config_hash": self.site.config_hash})
        await self.desk.end(over, "ran out while the controller was stopped")
        async with asyncio.TaskGroup() as tasks:
            background = [
                tasks.create_task(evidence.run(), name="evidence"),
                tasks.create_task(self.keeper.run(), name="keeper"),
            ]
            pool = ChannelPool(self._channel, tasks)
            self.dispatcher.route(await pool.adopt(self.site))
            if config is not None:
                self.controller.reload_by(partial(self._reload, config, adapt, pool))
            front = [tasks.create_task(cycle.run(), name=cycle.discipline.name) for cycle in self.cycles]
            front.append(tasks.create_task(self.watch.run(), name="watch"))
            try:
                async with self.housekeeping.kept():
                    yield self.controller
            finally:
                await cancel_all(front)
                await pool.close()
                self.stream.close()
                evidence.later("stopped", "controller", "", {})
                await cancel_all([*background, *self._ending])

    async def _reload(self, config: Path, adapt: Callable[[Site], Site], pool: ChannelPool) -> ReloadReport:
        """Validate, diff, swap; a bad configuration changes nothing."""
        site, problems = await asyncio.to_thread(check_site, config)
        if site is None:
            texts = tuple(str(problem) for problem in problems)
            return ReloadReport(applied=False, config_hash=self.site.config_hash, problems=texts)
        new = paced(adapt(site), self.clock.speed)
        diff = diff_sites(self.site, new)
        anew = new.timing != self.site.timing or new.profiles != self.site.profiles
        self.site = new
        gone = self.book.adopt(new.city.targets)
        self.table.adopt(new.ageings)
        self.lighting.adopt(new)
        self.water.adopt(new)
        self.desk.adopt(new.city.targets, {slot: limits.maximum for slot, limits in new.leases.items()})
        self.watch.adopt(new)
        self.housekeeping.adopt(new)
        self.controller.adopt(new)
        self.dispatcher.route(await pool.adopt(new, all_anew=anew))
        await self.desk.end(gone, "its target left the configuration")
        for cycle in self.cycles:
            cycle.start_anew()
        return ReloadReport(
            applied=True, config_hash=new.config_hash, changes=diff.lines(), restart_needed=diff.restart_needed
        )

    def _channel(self, endpoint: Endpoint, site: Site, connects: asyncio.Semaphore) -> Channel:
        timing, speed = site.timing, self.clock.speed
        publishing_s = {
            Poll.FAST: timing.opcua_publish_s / speed,
            Poll.NORMAL: timing.poll_normal_s / speed,
            Poll.SLOW: timing.poll_slow_s / speed,
        }  # an OPC UA server publishes in real seconds, however fast demo time runs
        driver = make_driver(
            endpoint,
            self.clock,
            opcua_intervals_s=publishing_s,
            opcua_keepalive_s=timing.opcua_keepalive_s / speed,
        )
        return Channel(
            endpoint,
            driver,
            clock=self.clock,
            table=self.table,
            timing=timing,
            outcomes=self.dispatcher,
            connects=connects,
        )

    def _is_met(self, target: TargetId) -> bool:
        wanted, last = self.book.decision(target).winner.value, self.verifier.last.get(target)
        view = self.table.view(device_of(target), self.clock.monotonic())
        return is_met(self.site.city.targets[target], wanted, last, view, self.site.city)

    def _ordered(self, requests: Sequence[Request]) -> None:
        self._announcer.ordered(requests)
        self._wake()

    def _leases_ended(self, over: list[Request]) -> None:
        self._announcer.ordered(over)
        task = asyncio.get_running_loop().create_task(self.desk.end(over, "its time was over"), name="leases ended")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        self._wake()

    def _wake(self) -> None:
        for cycle in self.cycles:
            cycle.wake()
