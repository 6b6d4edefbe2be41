"""The optimiser's own task: a question every few minutes, and every minute what its answer is still good for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import structlog

from controller.domain.clock import Clock
from controller.domain.points import DeviceId
from controller.logic.optimiser.problem import Problem
from controller.logic.optimiser.standing import Aim, Considered, Halt, aim_of
from controller.logic.water_rules.scene import NetworkNow
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.local_time import LocalTime
from controller.runtime.optimiser.acceptances import Acceptances
from controller.runtime.optimiser.placing import Placing
from controller.runtime.optimiser.records import Acceptance
from controller.runtime.optimiser.words import FAILED, HALTS, LOST_RIGHT, OVER
from controller.runtime.optimiser.worker import NoAnswer, Worker
from controller.runtime.table import ImageTable
from controller.runtime.water_rules.seeing import Believed, Looks, look_ahead, network_now
from controller.settings.site import Site

log = structlog.get_logger("optimiser")

LOOK_EVERY_S = 60.0
LEASES = 1.5
"""A target's lease, as a share of how long a plan may speak: an optimiser that dies lets go by itself."""
STANDING = "handed_back"


class OptimiserWatch:
    """Level-triggered: whoever holds what is worked out anew at every look; nothing is remembered but the last plan.

    ``changes`` is another number whenever ``steers`` may be. Its orders are on the recording as any other's.
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
        acceptances: Acceptances,
        placing: Placing,
        worker: Worker,
    ) -> None:
        self._clock, self._table, self._local = clock, table, local
        self._believed, self._looks = believed, looks
        self._alarms, self._placing, self._worker = alarms, placing, worker
        self.acceptances = acceptances
        self.considered: Considered | None = None
        self.standing: dict[DeviceId, str] = {}
        self.steers: dict[DeviceId, Aim] = {}
        self.changes = 0
        self._asked_s = float("-inf")
        self._steering = asyncio.Lock()
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): the plan is made anew; until then what it set is let go at the next look."""
        self._city, self.settings = site.city, replace(site.optimiser, rules=site.water_rules)
        self.considered, self._asked_s = None, float("-inf")
        for station in [name for name in self.standing if name not in site.city.stations]:
            del self.standing[station]
            self._says(station, None)
            self._alarms.clear(f"optimiser/{station}", STANDING)

    async def run(self) -> None:
        """Look for ever.

        A supervision boundary: whatever goes wrong here costs a plan, and never a pump; the rules go on.
        """
        try:
            await self._clock.sleep(LOOK_EVERY_S)  # the waters are looked at first
            while True:
                if not await self._supervised(self.look):
                    self.considered = None
                    await self._supervised(self._let_all_go)
                await self._clock.sleep(LOOK_EVERY_S)
        finally:
            await self._worker.close()

    async def _supervised(self, act: Callable[[], Awaitable[None]]) -> bool:
        """Whether it was done."""
        try:
            await act()
        except Exception:  # the named supervision boundary of the optimiser
            log.exception("optimiser_failed")
            return False
        return True

    async def look_again(self) -> None:
        """Somebody accepted or withdrew: give stations their targets, or back to the rules, now."""
        network, estimate = self._believed.network, self._believed.estimate
        if network is None or estimate is None:
            await self._steer(NetworkNow({}, {}, {}))
        else:
            await self._steer(network_now(network, estimate, self._city, self._table, self._clock.monotonic()))

    def running(self, station: DeviceId) -> int:
        """Units that are believed to drain there now."""
        estimate = self._believed.estimate
        return 0 if estimate is None else estimate.acts.counts.get((station, "drain"), 0)

    async def look(self) -> None:
        """A new plan where it is time; then every station that was accepted gets its target, or back to the rules."""
        network, estimate = self._believed.network, self._believed.estimate
        now_s = self._clock.monotonic()
        if network is None or estimate is None or not self.settings.enabled:
            self.considered = None
            await self._steer(NetworkNow({}, {}, {}))
            return
        if now_s - self._asked_s >= self.settings.every_s - LOOK_EVERY_S / 2.0:
            self._asked_s = now_s
            await self._consider()
        await self._steer(network_now(network, estimate, self._city, self._table, self._clock.monotonic()))

    async def _consider(self) -> None:
        network, estimate = self._believed.network, self._believed.estimate
        if network is None or estimate is None:
            return
        at, at_s = self._clock.now(), self._clock.monotonic()
        ahead = look_ahead(network, self._looks)
        now = replace(network_now(network, estimate, self._city, self._table, at_s), forecast_error=ahead.error)
        before = self.considered.weighed.earlier if self.considered and self.considered.weighed else None
        problem = Problem(network, now, ahead.outlook, self.settings, self._local.of(at), ahead.foretold, before)
        found = await self._worker.ask(problem)
        if isinstance(found, NoAnswer):
            log.warning("optimiser_no_answer", why=found.why)
            if self.considered is None:
                self.considered = Considered(at, at_s, network, ahead.foretold, None, found.why)
            return
        self.considered = Considered(at, at_s, network, ahead.foretold, found, found.reason)

    async def _steer(self, now: NetworkNow) -> None:
        """Every accepted station, and every one that is still held without being accepted."""
        async with self._steering:
            await self._steer_all(now)

    async def _steer_all(self, now: NetworkNow) -> None:
        wall = self._clock.now()
        for one in list(self.acceptances.all()):
            ended = self._ended(one, wall)
            if ended is not None:
                await self.acceptances.end(one, *ended)
                continue
            await self._steer_one(one, now)
        for station in [name for name in self._city.stations if self.acceptances.of(name) is None]:
            await self._placing.let_go(station, "not accepted 未接受")
            self._says(station, None)
            if self.standing.pop(station, None) is not None:
                self._alarms.clear(f"optimiser/{station}", STANDING)

    def _ended(self, one: Acceptance, wall: datetime) -> tuple[str, str] | None:
        if wall >= one.until:
            return OVER
        return LOST_RIGHT if self.acceptances.refused(one) else None

    async def _steer_one(self, one: Acceptance, now: NetworkNow) -> None:
        aim = aim_of(one.station, self.considered, now, self._clock.monotonic(), self.settings)
        if isinstance(aim, Halt):
            english, chinese = HALTS[aim]
            await self._placing.let_go(one.station, f"{english} {chinese}")
        else:
            english = await self._placing.place(one, aim, self.settings.late_s * LEASES)
            chinese = f"目标未被接受：{english}" if english else ""
        steering = not english and isinstance(aim, Aim)
        self._says(one.station, aim if steering and isinstance(aim, Aim) else None)
        self.standing[one.station] = "" if steering else f"{english} {chinese}"
        if steering or aim is Halt.DIVERTS:
            self._alarms.clear(f"optimiser/{one.station}", STANDING)
        else:
            self._tell_handed_back(one.station, english, chinese)

    def _tell_handed_back(self, station: DeviceId, english: str, chinese: str) -> None:
        self._alarms.set(
            f"optimiser/{station}",
            STANDING,
            f"the optimiser gives {station} back to the rules: {english}; they go on from what runs, nothing has to be "
            "done",
            Priority.LOW,
            text_zh=f"{station} 已交还规则控制：{chinese}；由规则按现状继续运行，无需操作",
        )

    def _says(self, station: DeviceId, aim: Aim | None) -> None:
        if self.steers.get(station) == aim:
            return
        if aim is None:
            self.steers.pop(station, None)
        else:
            self.steers[station] = aim
        self.changes += 1

    async def _let_all_go(self) -> None:
        for one in self.acceptances.all():
            self._says(one.station, None)
            self.standing[one.station] = " ".join(FAILED)
            self._tell_handed_back(one.station, *FAILED)
            await self._placing.let_go(one.station, " ".join(FAILED))
