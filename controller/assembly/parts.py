"""A controller put together: every part made once, here, and handed what it needs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from controller.assembly.running import started
from controller.assembly.taking_up import take_up
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
from controller.runtime.command_log import CommandLog, Track
from controller.runtime.commanding.making import Commanding, Surroundings
from controller.runtime.commanding.permission import Asking
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.conditions.parts import Conditions
from controller.runtime.controller import Controller, Parts
from controller.runtime.cycle import Cycle
from controller.runtime.daylight.parts import DaylightParts
from controller.runtime.desks import Desks
from controller.runtime.dial_in_alarms import DialInAlarms
from controller.runtime.dispatch import Dispatcher
from controller.runtime.dispatch_orders.parts import Around as AroundOrders
from controller.runtime.dispatch_orders.parts import DispatchOrders
from controller.runtime.diversion.parts import TideAndDiversion
from controller.runtime.drills.desk import DrillDesk
from controller.runtime.evidence import Evidence
from controller.runtime.forecasts.model_levels import ModelLevels
from controller.runtime.forecasts.office import ForecastOffice
from controller.runtime.forecasts.rain_signals import RainSignals
from controller.runtime.forecasts.warnings_desk import WarningsDesk
from controller.runtime.handling.parts import HandlingOffice
from controller.runtime.housekeeping import Housekeeping
from controller.runtime.hydraulics.office import Hydraulics
from controller.runtime.keeper import Keeper
from controller.runtime.light_faults.desk import LightFaultDesk
from controller.runtime.light_faults.office import LightFaults
from controller.runtime.light_history.parts import LightHistory
from controller.runtime.light_totals import LightTotals
from controller.runtime.lighting import LightingDiscipline
from controller.runtime.lighting_plans.desk import LightingPlanDesk
from controller.runtime.local_time import LocalTime
from controller.runtime.mobile_pumps.desk import MobilePumpDesk
from controller.runtime.noted import Noted
from controller.runtime.notices.parts import Notices
from controller.runtime.opcua_office import OpcUaOffice
from controller.runtime.optimiser.parts import Around as AroundOptimiser
from controller.runtime.optimiser.parts import Optimiser
from controller.runtime.people.house import People
from controller.runtime.people.tokens import key_in
from controller.runtime.plans.foretelling import Foreteller
from controller.runtime.plans.parts import Around as AroundPlans
from controller.runtime.plans.parts import Plans
from controller.runtime.poles.desk import Looks, PoleDesk
from controller.runtime.poles.watch import PoleWatch
from controller.runtime.poll_pace import PollPace
from controller.runtime.publishing.parts import Publishing
from controller.runtime.recording.core import Core
from controller.runtime.recording.recorder import Recorder
from controller.runtime.reports.month import LightingReports
from controller.runtime.request_lives import Around, RequestLives
from controller.runtime.resets import Latches, ResetDesk
from controller.runtime.shifts.desk import ShiftDesk
from controller.runtime.shifts.summary import Summary
from controller.runtime.stream import ChangeStream
from controller.runtime.switching.desk import KnifeDesk
from controller.runtime.switching.groups import GroupDesk
from controller.runtime.table import ImageTable, Indifferent
from controller.runtime.talq.desk import TalqDesk
from controller.runtime.timetables.parts import Timetables
from controller.runtime.verification import Verifier
from controller.runtime.watch import Watch
from controller.runtime.water import WaterDiscipline
from controller.runtime.water_rules.desk import RulesDesk
from controller.runtime.water_rules.watch import RulesWatch
from controller.runtime.waters.declared import DeclaredResponse
from controller.runtime.waters.waters import Waters
from controller.runtime.wet_power.desk import WetPowerDesk
from controller.runtime.wet_power.lockouts import Lockouts
from controller.runtime.wet_power.watch import WetPowerWatch
from controller.runtime.wires import Wires
from controller.settings.site import Site
from controller.store.store import Store
from drivers.modbus.dialin import DialIns


class Assembly:
    """A controller put together and ready to run; ``running`` starts it and stops it cleanly."""

    def __init__(self, site: Site, clock: Clock, store: Store) -> None:
        self.site = site
        self.clock = clock
        self.store = store
        self.local = LocalTime(site.lighting.tz)
        acts = ActRequests()
        self.stream = ChangeStream(clock)
        self.evidence = Evidence(store.journal, clock, store.second, site.drill)
        self.keeper = Keeper(store.state, clock)
        announcer = Announcer(self.stream, self.evidence, self.keeper)
        followers = AlarmFollowers(announcer.alarm)
        self.alarms = AlarmBook(clock, followers, site.alarms, site.drill)
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
        self.forecasts = ForecastOffice(
            site,
            table=self.table,
            clock=clock,
            keeper=self.keeper,
            evidence=self.evidence,
            alarms=self.alarms,
            stream=self.stream,
            local=self.local,
            data=store.folder.path,
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
            foresight=self.forecasts,
            look_again=self._look_again,
            wake=self._states_changed,
        )
        self.turns = asyncio.Lock()
        self.pace = PollPace()
        self.refusals = DialInAlarms(self.alarms)
        self.wires = Wires()
        self.dial_ins = DialIns(self.refusals, arrived=self.wires.reachable)
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
        self.poles = PoleWatch(site, self.alarms, self.evidence, self.keeper.keep, self.wet.concerns)
        followers.add(self.poles.alarm)
        self.daylight = DaylightParts(
            site,
            clock=clock,
            evidence=self.evidence,
            alarms=self.alarms,
            keeper=self.keeper,
            stream=self.stream,
            acts=acts,
            local=self.local,
            book=self.book,
            conditions=self.conditions,
            changed=self._wake,
        )
        self.lighting = LightingDiscipline(
            site,
            self.book,
            self.verifier.last,
            phases,
            verdicts,
            wet=self.wet,
            poles=self.poles,
            interlocks=self.guarding.circuits,
            conditions=self.conditions.site_book,
            measures=self.conditions.declared.measures,
            daylight=self.daylight.asked,
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
        self.waters = Waters(site, self.water, self.table, self.alarms)
        self.waters.ask("excluded", self.conditions.excluded)
        self.waters.ask("response", DeclaredResponse(self.conditions.declared))
        self.rain_signals = RainSignals(site, self.daylight.asked.signals)
        self.waters.ask("rain_signal", self.rain_signals)
        self.tidal = TideAndDiversion(
            site,
            table=self.table,
            clock=clock,
            alarms=self.alarms,
            keep=self.keeper.keep,
            local=self.local,
            came_in=self.forecasts.forecasts.tide_table,
            around=self.water.around,
            excluded=self.conditions.excluded,
        )
        self.tidal.plug_into(self.waters)
        self.hydraulics = Hydraulics(
            site,
            clock=clock,
            table=self.table,
            alarms=self.alarms,
            keep=self.keeper.keep,
            book=self.book,
            foretold=self.forecasts.forecasts,
            data=store.folder.path,
            excluded=self.conditions.excluded.excludes,
        )
        self.hydraulics.tell(self.waters)
        self.model_levels = ModelLevels(self.hydraulics.desk, clock)
        self.conditions.advisor.levels = self.model_levels
        self.water_rules = RulesWatch(
            site,
            clock=clock,
            table=self.table,
            believed=self.hydraulics.watch,
            looks=self.hydraulics.ahead,
            local=self.local,
            alarms=self.alarms,
        )
        self.waters.ask("guidance", self.water_rules)
        self.rules_desk = RulesDesk(site, self.water_rules)
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
        self.desk.levels = self.hydraulics.desk
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
        self.publishing = Publishing(
            site,
            clock=clock,
            keeper=self.keeper,
            evidence=self.evidence,
            alarms=self.alarms,
            proposals=self.proposals,
        )
        self.timetables = Timetables(
            site,
            clock=clock,
            table=self.table,
            evidence=self.evidence,
            alarms=self.alarms,
            keeper=self.keeper,
            conditions=self.conditions,
        )
        self.pole_desk = PoleDesk(
            site,
            Looks(clock, self.table, self.book, self.poles, self.desk.release_all),
            evidence=self.evidence,
            acts=acts,
            changed=self._wake,
        )
        self.switching = KnifeDesk(
            site,
            clock=clock,
            orders=self.desk,
            book=self.book,
            table=self.table,
            staging=self.lighting.staging,
            undertakings=self.lives.undertakings,
            last=self.verifier.last,
            keep=self.keeper.keep,
        )
        self.groups = GroupDesk(site)
        self.talq = TalqDesk(site, clock=clock, book=self.book, switching=self.switching, drafts=self.publishing.desk)
        self.plans = Plans(
            site,
            AroundPlans(
                clock=clock,
                book=self.book,
                table=self.table,
                keeper=self.keeper,
                evidence=self.evidence,
                alarms=self.alarms,
                stream=self.stream,
                proposals=self.proposals,
                conditions=self.conditions,
                commanding=self.commanding,
                follower=self.lives.undertakings,
                last=self.verifier.last,
                phases=phases,
                verdicts=verdicts,
                turns=self.turns,
                writer=self.lives.writer,
            ),
        )
        self.optimiser = Optimiser(
            site,
            AroundOptimiser(
                clock=clock,
                table=self.table,
                book=self.book,
                keeper=self.keeper,
                evidence=self.evidence,
                alarms=self.alarms,
                local=self.local,
                acts=acts,
                believed=self.hydraulics.watch,
                looks=self.hydraulics.ahead,
                conditions=self.conditions,
                commanding=self.commanding,
                follower=self.lives.undertakings,
                turns=self.turns,
                writer=self.lives.writer,
            ),
            self.water_rules,
        )
        self.waters.ask("guidance", self.optimiser.guidance)
        self.lighting_plans = LightingPlanDesk(site, clock)
        self.light_faults = LightFaults(
            site,
            clock=clock,
            table=self.table,
            alarms=self.alarms,
            keep=self.keeper.keep,
            crowded=self.commands.crowded,
        )
        self.light_fault_desk = LightFaultDesk(
            self.light_faults, alarms=self.alarms, clock=clock, scopes=lambda: self.site.scopes
        )
        self.totals = LightTotals(site, self.table, self.book, clock, self.commands.crowded)
        self.light_history = LightHistory(
            site,
            totals=self.totals,
            table=self.table,
            clock=clock,
            data=store.folder.path,
            alarms=self.alarms,
            crowded=self.commands.crowded,
        )
        self.lighting_reports = LightingReports(site, self.light_history.desk, clock)
        self.warnings = WarningsDesk(
            site,
            office=self.forecasts,
            table=self.table,
            clock=clock,
            rate=lambda gauge: self.watch.rise_m_per_h(gauge),
            levels=lambda: self.conditions.advisor.levels,
            signals=self.rain_signals,
            states=self.conditions.states,
        )
        self.mobile_pumps = MobilePumpDesk(
            site, clock=clock, keeper=self.keeper, evidence=self.evidence, stream=self.stream, acts=acts
        )
        self.drill = DrillDesk(site.drill, store.folder.path, clock=clock, evidence=self.evidence, alarms=self.alarms)
        self.plans.book.foreteller = Foreteller(self.hydraulics.ahead)
        self.dispatch_orders = DispatchOrders(
            site,
            AroundOrders(
                clock=clock,
                table=self.table,
                book=self.book,
                keeper=self.keeper,
                evidence=self.evidence,
                alarms=self.alarms,
                stream=self.stream,
                local=self.local,
                orders=self.desk,
                plans=self.plans.book,
                leases=self.lives.leases,
                undertakings=self.lives.undertakings,
                proposals=self.proposals,
                countersigns=self.commanding.countersigns,
                warnings=self.warnings,
                tides=self.tidal.tide_desk,
                states=self.conditions.states,
                excluded=self.conditions.excluded,
            ),
        )
        self.shifts = ShiftDesk(
            clock=clock,
            keeper=self.keeper,
            evidence=self.evidence,
            stream=self.stream,
            summary=Summary(
                clock=clock,
                local=self.local,
                orders=self.dispatch_orders.desk,
                plans=self.plans.book,
                leases=self.lives.leases,
                bypasses=self.guarding.bypasses,
                tags=self.conditions.tags,
                alarms=self.alarming.desk,
                states=self.conditions.states,
                forecasts=self.forecasts.desk,
                proposals=self.proposals,
                acts=self.desk,
            ),
            orders=self.dispatch_orders.desk,
            on=self.dispatch_orders.on_shift,
        )
        self.lives.leases.inherit_by(self.shifts.answers_for)
        self.desks = Desks(
            dispatch_orders=self.dispatch_orders.desk,
            shifts=self.shifts,
            mobile_pumps=self.mobile_pumps,
            light_figures=self.light_history.desk,
            lighting_reports=self.lighting_reports,
            switching=self.switching,
            groups=self.groups,
            lighting_plans=self.lighting_plans,
            talq=self.talq,
            plans=self.plans.book,
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
            gauges=self.conditions.gauges,
            states=self.conditions.states,
            people=self.people.desk,
            bypasses=self.guarding.bypasses,
            timetables=self.timetables.desk,
            light_faults=self.light_fault_desk,
            drafts=self.publishing.desk,
            poles=self.pole_desk,
            weather=self.daylight.weather,
            tides=self.tidal.tide_desk,
            diversion=self.tidal.diversion_desk,
            quality=self.tidal.quality_desk,
            tonight=self.daylight.tonight,
            network=self.hydraulics.desk,
            water_rules=self.rules_desk,
            optimiser=self.optimiser.desk,
            forecasts=self.forecasts.desk,
            warnings=self.warnings,
            drill=self.drill,
        )
        self.announcer = announcer
        core = Core(
            book=self.book,
            last=self.verifier.last,
            verdicts=verdicts,
            lighting=self.lighting,
            water=self.water,
            wet=self.wet,
            poles=self.poles,
            lockouts=lockouts,
            circuits=self.guarding.circuits,
            tags=self.conditions.site_book.tags,
            switches=self.conditions.site_book.switches,
            declared=self.conditions.declared,
            bypasses=self.guarding.book,
            daylight=self.daylight.asked,
        )
        self.recorder = Recorder(
            core,
            self.table,
            site=site,
            clock=clock,
            data=store.folder.path,
            alarms=self.alarms,
            crowded=self.commands.crowded,
        )
        self.ending: set[asyncio.Task[None]] = set()
        self.cycles = [
            self._cycle(self.lighting, site.timing.lighting_cycle_s, indifferent=self.lighting.indifferent),
            self._cycle(self.water, site.timing.water_cycle_s, before=self.waters.look),
        ]
        self.opcua = OpcUaOffice(
            site, store.folder.path, alarms=self.alarms, evidence=self.evidence, clock=clock, local=self.local
        )
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
                totals=self.totals,
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
        self.plans.authorise_by(asking)
        self.optimiser.authorise_by(asking)
        self.dispatch_orders.authorise_by(asking)

    def _cycle(
        self,
        discipline: LightingDiscipline | WaterDiscipline,
        period_s: float,
        before: Callable[[Moment], None] | None = None,
        indifferent: Indifferent = lambda _: frozenset(),
    ) -> Cycle:
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
            before=before,
            indifferent=indifferent,
        )

    @contextlib.asynccontextmanager
    async def running(
        self, config: Path | None = None, adapt: Callable[[Site], Site] = lambda site: site
    ) -> AsyncIterator[Controller]:
        """Start in order (past, field, cycles) and stop in the reverse; nothing is left behind."""
        await take_up(self)
        async with started(self, config, adapt) as controller:
            yield controller

    def _is_met(self, target: TargetId) -> bool:
        wanted, last = self.book.decision(target).winner.value, self.verifier.last.get(target)
        view = self.table.view(device_of(target), self.clock.monotonic())
        return is_met(self.site.city.targets[target], wanted, last, view, self.site.city)

    def _command_moved(self, track: Track) -> None:
        self.announcer.command(track)
        self.lives.undertakings.command(track)

    def _ordered(self, requests: Sequence[Request]) -> None:
        self.announcer.ordered(requests)
        self.lives.leases.wake()
        self._wake()

    def _leases_ended(self, over: list[Request]) -> None:
        self.announcer.ordered(over)
        self.lives.ended(over, CommandState.EXPIRED, "its time was over")
        task = asyncio.get_running_loop().create_task(self.desk.end(over, "its time was over"), name="leases ended")
        self.ending.add(task)
        task.add_done_callback(self.ending.discard)
        self._wake()

    def _decided(self, decisions: Sequence[Decision]) -> None:
        self.announcer.decided(decisions)
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
