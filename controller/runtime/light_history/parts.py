"""How the lights burned, put together: sampling, alarms about figures, and the desk that answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from controller.domain.clock import Clock
from controller.runtime.alarms import AlarmBook
from controller.runtime.light_history.desk import LightFigures
from controller.runtime.light_history.faults import AlarmedFaults
from controller.runtime.light_history.sampler import Sampler
from controller.runtime.light_history.watching import RateWatch
from controller.runtime.light_totals import LightTotals
from controller.runtime.table import ImageTable
from controller.settings.site import Site
from controller.store.light_history import LightHistoryStore


class LightHistory:
    """Made once by the assembly. ``desk`` answers from the start, with what is known."""

    def __init__(
        self,
        site: Site,
        *,
        totals: LightTotals,
        table: ImageTable,
        clock: Clock,
        data: Path,
        alarms: AlarmBook,
        crowded: Callable[[], bool],
    ) -> None:
        self._site = site
        store, faults = LightHistoryStore(data), AlarmedFaults(alarms, lambda: self._site.light_rates.faults)
        self.sampler = Sampler(
            site,
            totals=totals,
            table=table,
            clock=clock,
            store=store,
            alarms=alarms,
            faults=faults,
            crowded=crowded,
        )
        self.watch = RateWatch(site, totals=totals, faults=faults, alarms=alarms, clock=clock)
        self.sampler.sampled = self.watch.look
        self.desk = LightFigures(site, totals=totals, sampler=self.sampler, store=store, faults=faults, clock=clock)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self.sampler.adopt(site)
        self.watch.adopt(site)
        self.desk.adopt(site)

    async def run(self) -> None:
        """Sample for ever."""
        await self.sampler.run()

    async def close(self) -> None:
        """Close the file; everything sampled is in it."""
        await self.sampler.close()
