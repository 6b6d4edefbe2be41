"""The network's model, put together once by the assembly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from controller.domain.clock import Clock
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.hydraulics.ahead import LookingAhead
from controller.runtime.hydraulics.around import ReachSource, below_warning_m, floor_m, guarantee_m, level_m
from controller.runtime.hydraulics.desk import NetworkDesk
from controller.runtime.hydraulics.rain_basis import Foretold
from controller.runtime.hydraulics.watch import NetworkWatch
from controller.runtime.table import ImageTable
from controller.runtime.waters.waters import Waters
from controller.settings.site import Site
from controller.store.changes import Change
from controller.store.state import StoredState


class Hydraulics:
    """``watch`` estimates, ``ahead`` puts looks ahead together (for plans and the optimiser too), ``desk`` answers."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        table: ImageTable,
        alarms: AlarmBook,
        keep: Callable[[Change], None],
        book: RequestBook,
        foretold: Foretold,
        data: Path,
        excluded: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.watch = NetworkWatch(
            site, clock=clock, table=table, alarms=alarms, keep=keep, data=data, excluded=excluded
        )
        self.ahead = LookingAhead(site, watch=self.watch, foretold=foretold, book=book, clock=clock)
        self.desk = NetworkDesk(watch=self.watch, ahead=self.ahead, clock=clock)

    def tell(self, waters: Waters) -> None:
        """From now on the stations' decisions know their reaches."""
        waters.ask("reach_m", ReachSource(self.watch, level_m))
        waters.ask("below_warning_m", ReachSource(self.watch, below_warning_m))
        waters.ask("guarantee_m", ReachSource(self.watch, guarantee_m))
        waters.ask("floor_m", ReachSource(self.watch, floor_m))

    def restore(self, stored: StoredState) -> None:
        """What was believed before a restart."""
        self.watch.restore(stored)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); before what lies around the stations is asked anew."""
        self.watch.adopt(site)
        self.ahead.adopt(site)

    async def run(self) -> None:
        """Look for ever."""
        await self.watch.run()
