"""The one place where parts are put together, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
import uvicorn
import uvloop

from controller.api.app import create_app
from controller.domain.clock import Clock
from controller.domain.points import TargetId, device_of
from controller.domain.request import Request
from controller.logic.contract import Verdict
from controller.runtime.actuals import is_met
from controller.runtime.alarms import AlarmBook
from controller.runtime.announcer import Announcer
from controller.runtime.authority import SingleOperator
from controller.runtime.book import RequestBook
from controller.runtime.channel import Channel
from controller.runtime.channels import ChannelPool
from controller.runtime.clocks import RealClock
from controller.runtime.command_log import CommandLog
from controller.runtime.controller import Controller, Parts
from controller.runtime.cycle import Cycle
from controller.runtime.dispatch import Dispatcher
from controller.runtime.evidence import Evidence
from controller.runtime.facade import ControllerFacade
from controller.runtime.keeper import Keeper
from controller.runtime.lighting import LightingDiscipline
from controller.runtime.listening import Listener, listening, local_note
from controller.runtime.logs import configure_logs
from controller.runtime.orders import OrderDesk
from controller.runtime.pace import paced
from controller.runtime.resets import ResetDesk
from controller.runtime.restoring import restore
from controller.runtime.signals import stop_signals
from controller.runtime.startup import settle
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.verification import Verifier
from controller.runtime.views import ReloadReport
from controller.runtime.watch import Watch
from controller.runtime.water import WaterDiscipline
from controller.runtime.witness import WitnessedAuthority
from controller.settings.checks import check_site
from controller.settings.diff import diff_sites
from controller.settings.load import load_site
from controller.settings.site import Site
from controller.store.store import Store
from drivers.base import Endpoint
from drivers.factory import make_driver
from drivers.profile import Poll

log = structlog.get_logger("main")

LAST_ANSWERS_S = 3
"""How long open requests may take to end when the controller stops; a page's live stream would stay for ever."""
Announce = Callable[[str, str], None]
LiveView = Callable[[ControllerFacade], Coroutine[None, None, None]]


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
                yield self.controller
            finally:
                await _cancel(front)
                await pool.close()
                self.stream.close()
                evidence.later("stopped", "controller", "", {})
                await _cancel([*background, *self._ending])

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


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


@dataclass(frozen=True, slots=True)
class Serving:
    """How a controller is served: where it listens, whose data it keeps, what it tells people once it is up.

    ``announce`` is called once with the page's address and the one-time sign-in code. ``config`` is the folder a
    reload reads anew; ``adapt`` turns what it read into what this process runs (the demo's own addresses).
    """

    data: Path
    host: str | None = None
    port: int | None = None
    announce: Announce | None = None
    live: LiveView | None = None
    config: Path | None = None
    adapt: Callable[[Site], Site] = lambda site: site


async def serve(site: Site, clock: Clock, serving: Serving) -> None:
    """Run a controller with its API until SIGINT or SIGTERM (or until cancelled).

    Raises:
        ControllerError: in one sentence what is in the way: the data folder, the port, the configuration.
    """
    port = site.api.port if serving.port is None else serving.port
    with listening(serving.host or site.api.host, port) as listener:
        store = Store.open(serving.data)
        try:
            await _serve_with(Assembly(paced(site, clock.speed), clock, store), serving, listener)
        finally:
            await store.close()


async def _serve_with(assembly: Assembly, serving: Serving, listener: Listener) -> None:
    authority = SingleOperator(assembly.clock)
    door = WitnessedAuthority(authority, assembly.evidence)
    config = uvicorn.Config(
        create_app(assembly.controller, door),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=LAST_ANSWERS_S,
    )
    server = _Server(config)
    token = authority.new_session("local-cli").token
    async with assembly.running(serving.config, serving.adapt) as controller:
        with stop_signals(controller) as stop, local_note(serving.data, listener.url, token):
            api = asyncio.create_task(server.serve(sockets=[listener.socket]), name="api")
            if serving.announce is not None:
                serving.announce(listener.url, authority.new_code())
            settle()
            live = [asyncio.create_task(serving.live(controller), name="live")] if serving.live else []
            try:
                await stop.wait()
            finally:
                await _cancel(live)
                server.should_exit = True
                await asyncio.wait([api])
                door.close()


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: one place decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def run_controller(
    config: Path,
    data: Path,
    host: str | None,
    port: int | None,
    log_json: bool,
    live: LiveView | None,
    announce: Announce | None = None,
) -> int:
    """``zhadao run``: control a site of real devices in real time until told to stop; the exit code.

    Raises:
        ControllerError: in one sentence what is in the way.
    """
    configure_logs(as_json=log_json, quiet=live is not None)
    serving = Serving(data, host, port, announce, live, config)
    uvloop.run(serve(load_site(config), RealClock(), serving))
    return 0
