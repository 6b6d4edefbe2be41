"""A controller put together: every part made once, here, and handed what it needs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from controller.domain.clock import Clock
from controller.domain.command import Command, CommandState
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.request import Decision, Request
from controller.logic.contract import Moment, Verdict
from controller.runtime.act_requests import ActRequests
from controller.runtime.actuals import is_met
from controller.runtime.alarming.followers import AlarmFollowers
from controller.runtime.alarming.parts import Alarming
from controller.runtime.alarms import AlarmBook
from controller.runtime.announcer import Announcer
from controller.runtime.backups import BackupDesk
from controller.runtime.book import RequestBook
from controller.runtime.bypassing.guarding import Guarding
from controller.runtime.channel import Channel
from controller.runtime.channels import ChannelPool
from controller.runtime.command_log import CommandLog, Track
from controller.runtime.commanding.making import Commanding, Surroundings
from controller.runtime.commanding.permission import Asking
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.commanding.unkept import last_lines
from controller.runtime.conditions.parts import Conditions
from controller.runtime.controller import Controller, Parts
from controller.runtime.cycle import Cycle
from controller.runtime.desks import Desks
from controller.runtime.dial_in_alarms import DialInAlarms
from controller.runtime.dispatch import Dispatcher
from controller.runtime.evidence import Evidence
from controller.runtime.handling.parts import HandlingOffice
from controller.runtime.housekeeping import Housekeeping
from controller.runtime.keeper import Keeper
from controller.runtime.lighting import LightingDiscipline
from controller.runtime.local_time import LocalTime
from controller.runtime.noted import Noted
from controller.runtime.notices.parts import Notices
from controller.runtime.opcua_office import OpcUaOffice
from controller.runtime.pace import paced
from controller.runtime.people.house import People
from controller.runtime.people.restored import from_a_backup
from controller.runtime.people.tokens import key_in
from controller.runtime.poll_pace import PollPace
from controller.runtime.recording.core import Core
from controller.runtime.recording.recorder import Recorder
from controller.runtime.request_lives import Around, RequestLives
from controller.runtime.resets import Latches, ResetDesk
from controller.runtime.restoring import restore
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.tasks import cancel_all
from controller.runtime.timetables.parts import Timetables
from controller.runtime.traffic.connecting import ConnectLimit
from controller.runtime.traffic.news import ToldInAlarms
from controller.runtime.verification import Verifier
from controller.runtime.views import ReloadReport
from controller.runtime.watch import Watch
from controller.runtime.water import WaterDiscipline
from controller.runtime.wet_power.desk import WetPowerDesk
from controller.runtime.wet_power.lockouts import Lockouts
from controller.runtime.wet_power.records import CHECK
from controller.runtime.wet_power.watch import WetPowerWatch
from controller.runtime.wires import Wires
from controller.settings.checks import check_site
from controller.settings.diff import diff_sites
from controller.settings.site import Site
from controller.store.store import Store
from drivers.base import Endpoint
from drivers.factory import make_driver
from drivers.modbus.dialin import DialIns
from drivers.profile import Poll


class Assembly:
    """A controller put together and ready to run; ``running`` starts it and stops it cleanly."""

    def __init__(self, site: Site, clock: Clock, store: Store) -> None:
        self.site = site
        self.clock = clock
        self._store = store
        self.local = LocalTime(site.lighting.tz)
        acts = ActRequests()
        self.stream = ChangeStream(clock)
        self.evidence = Evidence(store.journal, clock, store.second)
        self.keeper = Keeper(store.state, clock)
        announcer = Announcer(self.stream, self.evidence, self.keeper)
        followers = AlarmFollowers(announcer.alarm)
        self.alarms = AlarmBook(clock, followers, site.alarms)
        self.evidence.alarm_in(self.alarms)
        self.keeper.alarm_in(self.alarms)
        self.alarming = Alarming(
            site, self.alarms, evidence=self.evidence, keeper=self.keeper, clock=clock, local=self.local
        )
        self.commands = CommandLog(clock, self._command_moved)
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
            guard=self._may_be_sent,
        )
        self.proposals = ProposalBook(
            clock=clock,
            state=store.state,
            evidence=self.evidence,
            told=lambda proposal, data: self.stream.publish("proposal", proposal, dict(data)),
        )
        self.conditions = Conditions(
            site,
            table=self.table,
            clock=clock,
            state=store.state,
            keeper=self.keeper,
            evidence=self.evidence,
            alarms=self.alarms,
            stream=self.stream,
            proposals=self.proposals,
            local=self.local,
            acts=acts,
            look_again=self._look_again,
            wake=self._states_changed,
        )
        self.turns = asyncio.Lock()
        self._pace = PollPace()
        self._refusals = DialInAlarms(self.alarms)
        self._dial_ins = DialIns(self._refusals)
        self.wires = Wires()
        phases: dict[str, str] = {}
        verdicts: Noted[str, Sequence[Verdict]] = Noted()
        self.guarding = Guarding(
            site,
            self.book,
            clock=clock,
            state=store.state,
            keeper=self.keeper,
            evidence=self.evidence,
            alarms=self.alarms,
            stream=self.stream,
            proposals=self.proposals,
            acts=acts,
            look_again=self._look_again,
        )
        lockouts = Lockouts(site, self.verifier.last, self.alarms, self.evidence, self.keeper.keep)
        self.wet = WetPowerWatch(site, self.book, lockouts, self.alarms, self.evidence, self.keeper.keep)
        self.lighting = LightingDiscipline(
            site,
            self.book,
            self.verifier.last,
            phases,
            verdicts,
            wet=self.wet,
            interlocks=self.guarding.circuits,
            conditions=self.conditions.site_book,
            measures=self.conditions.declared.measures,
        )
        self.water = WaterDiscipline(
            site,
            self.book,
            self.verifier.last,
            phases,
            verdicts,
            alarms=self.alarms,
            keep=self.keeper.keep,
            bypassed=self.guarding.book.in_force,
            conditions=self.conditions.site_book,
        )
        self.lives = RequestLives(
            site,
            Around(
                clock=clock,
                book=self.book,
                table=self.table,
                dispatcher=self.dispatcher,
                alarms=self.alarms,
                stream=self.stream,
                evidence=self.evidence,
                keeper=self.keeper,
                proposals=self.proposals,
                last=self.verifier.last,
                phases=phases,
                verdicts=verdicts,
                lock=self.turns,
                changed=self._ordered,
                declared=self.conditions.declared,
            ),
        )
        acts.tell(self.lives.undertakings)
        self.commanding = Commanding(
            site,
            Surroundings(
                clock=clock,
                book=self.book,
                table=self.table,
                state=store.state,
                keeper=self.keeper,
                evidence=self.evidence,
                alarms=self.alarms,
                local=self.local,
                lights=self.lighting,
                water=self.water,
                changed=self._ordered,
                turns=self.turns,
                conditions=self.conditions.site_book,
                declared=self.conditions.declared,
                follower=self.lives.undertakings,
                words=self.conditions.words,
            ),
            self.proposals,
        )
        self.desk = self.commanding.desk
        self.resets = ResetDesk(
            discipline=Latches(self.water, self.guarding.circuits),
            book=self.book,
            alarms=self.alarms,
            state=store.state,
            evidence=self.evidence,
            changed=self._wake,
            acts=acts,
        )
        self.people = People(
            site,
            clock,
            key=key_in(store.folder.path),
            state=self.keeper,
            stored=store.state.stored,
            evidence=self.evidence,
            keep=self.keeper.keep,
        )
        self.wet_power = WetPowerDesk(
            clock=clock,
            watch=self.wet,
            table=self.table,
            city=site.city,
            keeper=self.keeper,
            evidence=self.evidence,
            proposals=self.proposals,
            acts=acts,
            local=self.local,
            changed=self._wake,
        )
        self.alarming.heed(self.conditions.site_book.tags, self.conditions.declared)
        self.handling = HandlingOffice(
            site, alarms=self.alarms, evidence=self.evidence, keeper=self.keeper, clock=clock, stream=self.stream
        )
        self.notices = Notices(
            site,
            alarms=self.alarms,
            declared=self.conditions.declared,
            evidence=self.evidence,
            keeper=self.keeper,
            clock=clock,
            local=self.local,
        )
        followers.add(self.handling.alarm)
        followers.add(self.notices.alarm)
        self.backups = BackupDesk(site.backups, store, clock=clock, evidence=self.evidence, alarms=self.alarms)
        self.timetables = Timetables(
            site,
            clock=clock,
            table=self.table,
            evidence=self.evidence,
            alarms=self.alarms,
            keeper=self.keeper,
            conditions=self.conditions,
        )
        self.desks = Desks(
            backups=self.backups,
            wet_power=self.wet_power,
            orders=self.desk,
            proposals=self.proposals,
            resets=self.resets,
            alarms=self.alarming.desk,
            handling=self.handling.desk,
            notices=self.notices.desk,
            undertakings=self.lives.undertakings,
            leases=self.lives.leases,
            tags=self.conditions.tags,
            switches=self.conditions.switches,
            states=self.conditions.states,
            people=self.people.desk,
            bypasses=self.guarding.bypasses,
            timetables=self.timetables.desk,
        )
        self._announcer = announcer
        core = Core(
            book=self.book,
            last=self.verifier.last,
            verdicts=verdicts,
            lighting=self.lighting,
            water=self.water,
            wet=self.wet,
            lockouts=lockouts,
            circuits=self.guarding.circuits,
            tags=self.conditions.site_book.tags,
            switches=self.conditions.site_book.switches,
            declared=self.conditions.declared,
            bypasses=self.guarding.book,
        )
        self.recorder = Recorder(core, self.table, site=site, clock=clock, data=store.folder.path, alarms=self.alarms)
        self._ending: set[asyncio.Task[None]] = set()
        self.cycles = [
            self._cycle(self.lighting, site.timing.lighting_cycle_s),
            self._cycle(self.water, site.timing.water_cycle_s),
        ]
        self.opcua = OpcUaOffice(site, store.folder.path, alarms=self.alarms, clock=clock, local=self.local)
        self.housekeeping = Housekeeping(site, self.alarms, store.state, clock)
        self.watch = Watch(
            site, self.table, self.alarms, self.stream, clock, met=self._is_met, no_path=self.wires.no_path
        )
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
                desks=self.desks,
                facts=self.conditions.facts,
                cycles=self.cycles,
                phases=phases,
                verdicts=verdicts,
                wires=self.wires,
            )
        )

    def ask_rights(self) -> None:
        """From now on the desks ask the people's permissions themselves, target by target, at every step of an act.

        What a front asked when a request came in may not hold any more when a selection is operated or confirmed.
        """
        asking = Asking(self.people.permissions)
        self.commanding.authorise_by(asking)
        self.proposals.authorise_by(asking.objection)
        self.lives.leases.authorise_by(asking)

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
            on_decided=self._decided,
            witness=self.recorder,
        )

    async def take_up(self) -> None:
        """What stood before: latches, leases, tags, people, what waits for a second person. What ran out is ended."""
        stored, tail = self._store.state.stored, await last_lines(self._store)
        self.handling.restore(stored)
        over = restore(stored, self.book, self.alarms, self.water, self.clock)
        self.notices.restore(stored)
        self.commanding.restore(stored)
        self.wet.restore(stored, Moment(self.clock.now(), self.clock.monotonic()))
        self.wet_power.restore(stored.of(CHECK))
        self.conditions.restore(stored)
        self.alarming.restored()
        self.handling.restored()
        self.watch.restored()
        self.lighting.states_changed()
        self.people.restore()
        self.guarding.restore(stored, self.water)
        self.lives.restore(stored, over)
        self.timetables.restore(stored)
        await self.evidence.begin()
        if from_a_backup(tail):
            await self.people.came_from_a_backup(self.alarms)
        said = self.evidence.announcing(self.site.config_hash)
        await self.evidence.before_automation("started", "controller", "", said)
        await self.commanding.take_back(tail)
        await self.desk.end(over, "ran out while the controller was stopped")

    @contextlib.asynccontextmanager
    async def running(
        self, config: Path | None = None, adapt: Callable[[Site], Site] = lambda site: site
    ) -> AsyncIterator[Controller]:
        """Start in order (past, field, cycles) and stop in the reverse; nothing is left behind."""
        evidence = self.evidence
        await self.take_up()
        self.recorder.begin(config)
        async with asyncio.TaskGroup() as tasks:
            background = [
                tasks.create_task(evidence.run(), name="evidence"),
                tasks.create_task(self.keeper.run(), name="keeper"),
                tasks.create_task(evidence.sign(), name="checkpoints"),
            ]
            pool = ChannelPool(self._channel, tasks, self.wires)
            self._route(await pool.adopt(self.site))
            if config is not None:
                self.controller.reload_by(partial(self._reload, config, adapt, pool))
            front = [tasks.create_task(cycle.run(), name=cycle.discipline.name) for cycle in self.cycles]
            front.append(tasks.create_task(self.watch.run(), name="watch"))
            front.append(tasks.create_task(self.controller.totals.run(), name="totals"))
            front.append(tasks.create_task(self.backups.run(), name="backups"))
            front.append(tasks.create_task(self.timetables.run(), name="timetables"))
            front.append(tasks.create_task(self.opcua.run(), name="opcua certificates"))
            front.append(tasks.create_task(self.alarming.run(), name="alarms"))
            front.append(tasks.create_task(self.handling.run(), name="handling"))
            front.append(tasks.create_task(self.notices.run(), name="notices"))
            front.append(tasks.create_task(self.commanding.run(), name="commanding"))
            front.append(tasks.create_task(self.guarding.bypasses.run(), name="bypasses"))
            front += [tasks.create_task(life, name=name) for name, life in self.lives.tasks().items()]
            front.append(tasks.create_task(self.conditions.states.run(), name="states"))
            try:
                async with self.housekeeping.kept():
                    yield self.controller
            finally:
                await cancel_all(front)
                await pool.close()
                await self.recorder.close()
                self.stream.close()
                evidence.later("stopped", "controller", "", {})
                await cancel_all([*background, *self._ending])
                self.people.close()
                self._refusals.close()

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
        self.local.adopt(new.lighting.tz)
        gone = self.book.adopt(new.city.targets)
        self.table.adopt(new.ageings)
        self.wet.lockouts.adopt(new)
        self.wet.adopt(new)
        self.wet_power.adopt(new.city)
        self.guarding.adopt(new)
        self.lighting.adopt(new)
        self.water.adopt(new)
        self.people.adopt(new)
        self.lives.adopt(new)
        self.lives.ended(gone, CommandState.CANCELLED, "its target left the configuration")
        self.commanding.adopt(new)
        self.conditions.adopt(new)
        self.lighting.states_changed()
        self.handling.adopt(new)
        self.notices.adopt(new)
        self.alarming.adopt(new)
        self.watch.adopt(new)
        self.housekeeping.adopt(new)
        self.opcua.adopt(new)
        self.backups.adopt(new.backups)
        self.controller.adopt(new)
        self.recorder.adopted(new, config)
        self.timetables.adopt(new)
        self._route(await pool.adopt(new, all_anew=anew))
        await self.desk.end(gone, "its target left the configuration")
        for cycle in self.cycles:
            cycle.start_anew()
        return ReloadReport(
            applied=True, config_hash=new.config_hash, changes=diff.lines(), restart_needed=diff.restart_needed
        )

    def _route(self, channels: Mapping[DeviceId, Channel]) -> None:
        self.dispatcher.route(channels)
        self.timetables.route(channels)

    def _channel(self, endpoint: Endpoint, site: Site, connects: ConnectLimit) -> Channel:
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
            dial_ins=self._dial_ins,
            opcua_around=self.opcua.around,
        )
        return Channel(
            endpoint,
            driver,
            clock=self.clock,
            table=self.table,
            timing=timing,
            outcomes=self.dispatcher,
            connects=connects,
            pace=self._pace,
            news=ToldInAlarms(self.alarms),
        )

    def _is_met(self, target: TargetId) -> bool:
        wanted, last = self.book.decision(target).winner.value, self.verifier.last.get(target)
        view = self.table.view(device_of(target), self.clock.monotonic())
        return is_met(self.site.city.targets[target], wanted, last, view, self.site.city)

    def _command_moved(self, track: Track) -> None:
        self._announcer.command(track)
        self.lives.undertakings.command(track)

    def _ordered(self, requests: Sequence[Request]) -> None:
        self._announcer.ordered(requests)
        self.lives.leases.wake()
        self._wake()

    def _leases_ended(self, over: list[Request]) -> None:
        self._announcer.ordered(over)
        self.lives.ended(over, CommandState.EXPIRED, "its time was over")
        task = asyncio.get_running_loop().create_task(self.desk.end(over, "its time was over"), name="leases ended")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        self._wake()

    def _decided(self, decisions: Sequence[Decision]) -> None:
        self._announcer.decided(decisions)
        self.controller.totals.decided(decisions)

    def _may_be_sent(self, command: Command) -> Verdict:
        return self.conditions.last_guard.judge(command)

    def _states_changed(self) -> None:
        """What is declared changed: programs are worked out anew where it matters."""
        self.lighting.states_changed()
        self.notices.declared()
        self.alarming.hurry()
        self._wake()

    def _look_again(self, device: DeviceId) -> None:
        """A tag or a switch's word changed: the device's outputs are decided anew at once."""
        self.lighting.look_again(device)
        self.water.look_again(device)
        self.alarming.hurry()
        self._wake()

    def _wake(self) -> None:
        for cycle in self.cycles:
            cycle.wake()
