"""Guidance for every station, worked out every few minutes: the source of ``WaterAround.guidance``."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from controller.domain.clock import Clock
from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.hydraulics.network import Network
from controller.logic.water_around import Guidance
from controller.logic.water_rules.guidance import Advised, advise_in_parts
from controller.logic.water_rules.scene import NetworkNow
from controller.logic.water_rules.settings import RuleSettings
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable
from controller.runtime.water_rules.seeing import Ahead, Believed, Looks, look_ahead, network_now
from controller.runtime.water_rules.words import words
from controller.settings.site import Site

log = structlog.get_logger("water_rules")

SOURCE, FAILED = "water_rules", "rules_failed"

LOOK_EVERY_S = 60.0
PLAN_EVERY_S = 300.0
"""The plan is made so often; in between levels are compared with it each minute."""
STALE_S = 900.0
"""Guidance older than this is withdrawn: stations go by their own levels."""


@dataclass(frozen=True, slots=True)
class Worked:
    """One working-out: when, from what, and what came of it."""

    at: datetime
    at_s: float
    network: Network
    now: NetworkNow
    ahead: Ahead
    advised: Advised


class RulesWatch:
    """Level-triggered: everything is worked out from what is believed now; nothing is remembered but the last plan.

    ``changes`` is another number whenever any guidance may be another one. What water was told is on its recording, so
    a replay needs nothing of this.
    """

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        table: ImageTable,
        believed: Believed,
        looks: Looks,
        local: LocalTime,
        alarms: AlarmBook,
    ) -> None:
        self._clock, self._table, self._alarms = clock, table, alarms
        self._believed, self._looks, self._local = believed, looks, local
        self._guidance: dict[DeviceId, Guidance] = {}
        self.worked: Worked | None = None
        self.changes = 0
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): guidance is worked out anew at the next look; until then there is none."""
        self._city = site.city
        self._settings = site.water_rules
        self._withdraw()

    def look(self, image: Image, moment: Moment) -> int:
        """Another number whenever guidance changed; withdraws what is stale."""
        del image
        if self.worked is not None and moment.s - self.worked.at_s > STALE_S:
            self._withdraw()
        return self.changes

    def at(self, station: DeviceId) -> Guidance | None:
        """A station's guidance; None: it goes by its own level."""
        return self._guidance.get(station)

    async def run(self) -> None:
        """Work out for ever.

        A supervision boundary: whatever goes wrong here costs the network's view, and never a pump; what was said
        before is withdrawn and people are told.
        """
        while True:
            try:
                await self.work_out()
            except Exception as error:  # the named supervision boundary of the network's rules
                log.exception("water_rules_failed")
                self._withdraw()
                self._failed(error)
            else:
                self._alarms.clear(SOURCE, FAILED)
            await self._clock.sleep(LOOK_EVERY_S)

    async def work_out(self) -> None:
        """One look: a new plan when it is time, the last one's guidance otherwise.

        The plan is made in slices on the one thread, so a turn of a station never waits for it; a site taken over
        meanwhile makes it void.
        """
        network, estimate = self._believed.network, self._believed.estimate
        if network is None or estimate is None:
            self._withdraw()
            return
        now_s = self._clock.monotonic()
        worked = self.worked
        seen = network_now(network, estimate, self._city, self._table, now_s)
        if worked is not None and worked.network is network and not _worth_it(worked, seen, now_s, self._settings):
            return
        start = self._clock.now()
        ahead = look_ahead(network, self._looks)
        now = replace(seen, forecast_error=ahead.error)
        settings, local = self._settings, self._local.of(start)
        for advised in advise_in_parts(network, now, ahead.outlook, settings, local, ahead.foretold):
            if advised is None:
                await asyncio.sleep(0)
            elif self._believed.network is network and self._settings is settings:
                self.worked = Worked(start, now_s, network, now, ahead, advised)
                self._tell(network, advised)

    def _failed(self, error: Exception) -> None:
        self._alarms.set(
            SOURCE,
            FAILED,
            f"the network's rules failed ({type(error).__name__}: {error}): no guidance stands, every station goes on "
            "by its own level; nothing has to be done at once, tell whoever maintains the controller",
            Priority.MEDIUM,
            text_zh="河网调度规则计算失败，网络指导已撤销，各站按自身水位继续运行，请通知维护人员",
        )

    def _tell(self, network: Network, advised: Advised) -> None:
        guidance = {
            station: replace(advice.guidance, reason=" / ".join(words(advice, network)))
            for station, advice in advised.advice.items()
        }
        if guidance != self._guidance:
            self._guidance = guidance
            self.changes += 1

    def _withdraw(self) -> None:
        self.worked = None
        if self._guidance:
            self._guidance = {}
            self.changes += 1


def _worth_it(worked: Worked, seen: NetworkNow, now_s: float, settings: RuleSettings) -> bool:
    """Whether to plan anew: it is time, a reach passed its ceiling, other levels are known, other units are ready."""
    if not 0.0 <= now_s - worked.at_s < PLAN_EVERY_S:
        return True
    ready = {name: station.ready for name, station in seen.stations.items()}
    return (
        seen.levels_m.keys() != worked.now.levels_m.keys()
        or seen.unsure != worked.now.unsure
        or _over(worked.network, seen, settings) != _over(worked.network, worked.now, settings)
        or ready != {name: station.ready for name, station in worked.now.stations.items()}
    )


def _over(network: Network, now: NetworkNow, settings: RuleSettings) -> frozenset[str]:
    """Reaches at or above their ceiling: guidance must not hold anything back there, not even until the next plan."""
    return frozenset(
        name
        for name, level_m in now.levels_m.items()
        if name in network.reaches and level_m >= network.reaches[name].warning_m - settings.ceiling_below_warning_m
    )
