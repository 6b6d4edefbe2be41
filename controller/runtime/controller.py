"""The running controller as its callers see it: questions answered, orders taken, the configuration swapped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from controller import __version__
from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.drill import DrillMark, drill_line
from controller.domain.errors import ConfigError, InvalidValue, StoreError
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.logic.contract import Verdict
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.command_log import CommandLog
from controller.runtime.conditions.views import SiteFacts
from controller.runtime.cycle import Cycle
from controller.runtime.desks import Desks
from controller.runtime.evidence import Evidence
from controller.runtime.explaining import Explainer
from controller.runtime.light_totals import LightTotals
from controller.runtime.nights import night_view
from controller.runtime.reporting import Reporter
from controller.runtime.stream import ChangeStream
from controller.runtime.table import ImageTable
from controller.runtime.traffic.health import EndpointView
from controller.runtime.views import (
    AlarmView,
    AssetView,
    Change,
    CommandView,
    Explanation,
    Health,
    NightView,
    Order,
    Overview,
    PointView,
    Receipt,
    ReloadReport,
)
from controller.runtime.why_words import WhyWords
from controller.runtime.wires import Wires
from controller.settings.site import Site
from schedules.astro import night_of

FIRST_YEAR, LAST_YEAR = 1901, 2100
LARGE = 1_000
"""Devices of a city whose overview is shared between those who ask within ``SHARED_S`` (real seconds)."""
SHARED_S = 1.0
STUCK_AFTER_CYCLES = 10
"""A cycle that has not ended for this many of its periods is stuck: not alive."""


@dataclass(slots=True)
class Parts:
    """What ``controller.main`` puts together."""

    site: Site
    clock: Clock
    table: ImageTable
    book: RequestBook
    commands: CommandLog
    alarms: AlarmBook
    stream: ChangeStream
    evidence: Evidence
    desks: Desks
    facts: Callable[[TargetId], SiteFacts]
    cycles: Sequence[Cycle]
    phases: Mapping[TargetId, str]
    verdicts: Mapping[TargetId, Sequence[Verdict]]
    wires: Wires
    totals: LightTotals


Swap = Callable[[], Awaitable[ReloadReport]]


class Controller:
    """Implements ``ControllerFacade`` over the parts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._started = parts.clock.now()
        self._swap: Swap | None = None
        self._shown: Overview | None = None
        self._shown_s = float("-inf")
        self.totals = parts.totals
        self._look()

    def reload_by(self, swap: Swap) -> None:
        """How a reload is done: only the composition root knows where the site came from."""
        self._swap = swap

    def adopt(self, site: Site) -> None:
        """The site was swapped."""
        self._parts.site = site
        self.totals.adopt(site)
        self._shown = None
        self._look()

    def _look(self) -> None:
        parts = self._parts
        desks = parts.desks
        self._reporter = Reporter(
            parts.site,
            parts.table,
            parts.book,
            parts.clock,
            tags=desks.tags.book,
            switch=desks.switches.at,
            excluded=desks.gauges.book,
        )
        self._explainer = Explainer(
            clock=parts.clock,
            book=parts.book,
            table=parts.table,
            city=parts.site.city,
            phases=parts.phases,
            verdicts=parts.verdicts,
            bypassed=parts.desks.bypasses.list,
            facts=parts.facts,
            words=WhyWords(parts.site, parts.clock).say,
        )

    @property
    def clock(self) -> Clock:
        """The controller's clock."""
        return self._parts.clock

    @property
    def drill(self) -> DrillMark | None:
        """What marks everything of a drill; None: this is no drill."""
        return self._parts.site.drill

    @property
    def desks(self) -> Desks:
        """Where acts are asked for."""
        return self._parts.desks

    # -- questions ----------------------------------------------------------------------------------------------

    def health(self) -> Health:
        """Alive: every cycle ends in time. Ready: nothing is unknown any more about who can be reached."""
        stats = tuple(cycle.stats() for cycle in self._parts.cycles)
        stuck = [s.discipline for s, c in zip(stats, self._parts.cycles, strict=True) if c.stuck(STUCK_AFTER_CYCLES)]
        unmet = self._parts.table.not_met()
        reasons = [f"the {name} cycle does not end" for name in stuck]
        if unmet:
            reasons.append(f"{len(unmet)} devices not read yet")  # unnamed: whoever asks for health shows no token
        run = "" if self._parts.site.drill is None else self._parts.site.drill.run
        return Health(not stuck, not unmet and not stuck, __version__, self._started, tuple(reasons), stats, run)

    def overview(self) -> Overview:
        """The whole city on one screen; that of a large city is made once a second, however many look at it."""
        now_s = self._parts.clock.monotonic()
        if self._shown is None or now_s - self._shown_s >= SHARED_S * self._parts.clock.speed or not self._large():
            self._shown, self._shown_s = self._overview(), now_s
        return self._shown

    def _large(self) -> bool:
        return len(self._parts.table.devices()) > LARGE

    def _overview(self) -> Overview:
        parts, reporter = self._parts, self._reporter
        devices, online = reporter.devices_online()
        now = parts.clock.now()
        return Overview(
            site=parts.site.name,
            timezone=parts.site.timezone,
            now=now,
            night=night_of(now, parts.site.lighting.tz).isoformat(),
            speed=parts.clock.speed,
            ready=not parts.table.not_met(),
            devices=devices,
            devices_online=online,
            lighting=self.totals.now(),
            stations=reporter.stations(),
            gauges=reporter.gauges(),
            alarms_unacknowledged=parts.alarms.unacknowledged(),
            leases=parts.book.leases,
            journal_ok=parts.evidence.healthy,
            bypassed=tuple(one.text_en for one in parts.desks.bypasses.list()),
            tags=len(parts.desks.tags.book),
            switches_away=parts.desks.switches.kept_out(),
            gauges_excluded=len(parts.desks.gauges.book.standing()),
            states=parts.desks.states.list(),
            proposed=parts.desks.states.proposed(),
            timetables=parts.desks.timetables.counts(),
            drill=drill_line(parts.site.drill),
        )

    def assets(self, kind: str | None = None, division: str | None = None) -> Iterator[AssetView]:
        """Assets, filtered; each as it is when it is taken."""
        return self._reporter.assets(kind, division)

    def asset(self, asset_id: str) -> AssetView:
        """One asset."""
        return self._reporter.asset(asset_id)

    def points(self, device: str) -> list[PointView]:
        """Every point of a device."""
        return self._reporter.points(device)

    def qualities(self) -> Iterator[Mapping[str, int]]:
        """Points by quality, device by device."""
        return self._parts.table.qualities(self._parts.clock.monotonic())

    def endpoints(self) -> Iterator[EndpointView]:
        """How each wire to the field is doing."""
        return self._parts.wires.views()

    def explain(self, target: str) -> Explanation:
        """Why the target is as it is."""
        return self._explainer.explain(target)

    def commands(self, target: str | None = None, limit: int = 100) -> list[CommandView]:
        """Recent commands, newest first."""
        recent = self._parts.commands.recent(target)
        return [track.view() for track, _ in zip(recent, range(limit), strict=False)]

    def alarms(self) -> list[AlarmView]:
        """Standing and unacknowledged alarms, most urgent first."""
        return self._parts.alarms.views()

    def night(self, target: str, night: date) -> NightView:
        """When the target's program switches it that night. Raises InvalidValue for a night no almanac here reaches."""
        if not FIRST_YEAR <= night.year <= LAST_YEAR:
            raise InvalidValue(f"no sun times for {night}: ask for a night of the years {FIRST_YEAR} to {LAST_YEAR}")
        return night_view(self._parts.site, target, night)

    def changes(self) -> AsyncIterator[Change]:
        """Every change from now on."""
        return self._parts.stream.listen()

    # -- acts ---------------------------------------------------------------------------------------------------

    async def order(self, order: Order, caller: Caller) -> Receipt:
        """Take an order."""
        return await self._parts.desks.orders.order(order, caller)

    async def release(self, lease_id: str, caller: Caller, reason: str = "") -> Receipt:
        """End a lease early."""
        return await self._parts.desks.orders.release(lease_id, caller, reason)

    def lease_target(self, lease_id: str) -> TargetId | None:
        """The target whose slot a lease fills."""
        held = self._parts.book.lease(lease_id)
        return None if held is None else held.target

    async def reset(self, target: str, caller: Caller, reason: str) -> Receipt:
        """Reset what is latched."""
        return await self._parts.desks.resets.reset(target, caller, reason)

    async def acknowledge(self, alarm_id: str, caller: Caller) -> AlarmView:
        """A person has seen the alarm."""
        receipt = await self._parts.desks.alarms.acknowledge(alarm_id, caller)
        if receipt.alarm is None or not receipt.accepted:
            raise (StoreError if receipt.cause == Cause.NO_EVIDENCE.value else InvalidValue)(receipt.text_en)
        return receipt.alarm

    async def reload(self, caller: Caller) -> ReloadReport:
        """Validate, diff and swap the configuration; a bad one changes nothing."""
        if self._swap is None:
            raise ConfigError("this controller was not started from a configuration folder; nothing to reload")
        report = await self._swap()
        data = {"applied": report.applied, "config_hash": report.config_hash, "changes": list(report.changes)}
        self._parts.evidence.later("reload", caller.actor, "", {**data, "person": caller.person})
        return report
