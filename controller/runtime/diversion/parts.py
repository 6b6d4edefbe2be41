"""Tide, quality and diversion, put together once by the assembly and plugged into what lies around the stations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.water_around import WaterAround
from controller.runtime.alarms import AlarmBook
from controller.runtime.diversion.bars import Bars
from controller.runtime.diversion.desk import DiversionDesk
from controller.runtime.diversion.watch import DiversionWatch
from controller.runtime.gauge_exclusions.asked import NONE_EXCLUDED, Excluding
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable
from controller.runtime.tidal.alarms import TidalAlarms
from controller.runtime.tidal.desk import TideDesk
from controller.runtime.tidal.tables import CameIn, TideTables
from controller.runtime.tidal.watch import TidalWatch
from controller.runtime.water_quality.alarms import QualityAlarms
from controller.runtime.water_quality.desk import QualityDesk
from controller.runtime.water_quality.watch import QualityWatch
from controller.runtime.waters.waters import Waters
from controller.settings.site import Site
from controller.store.changes import Change
from controller.store.state import StoredState


@dataclass(frozen=True, slots=True)
class _Field:
    """One answer of somebody who has several."""

    looks: Callable[[Image, Moment], int]
    answers: Callable[[DeviceId], object | None]

    def look(self, image: Image, moment: Moment) -> int:
        """Whether any answer may have changed."""
        return self.looks(image, moment)

    def at(self, station: DeviceId) -> object | None:
        """The answer for a station."""
        return self.answers(station)


class TideAndDiversion:
    """The watches, asked in this order before each turn of water, and the desks for people.

    ``came_in``: the tide table that was brought for a water; ``around``: what else is known around the stations.
    """

    def __init__(
        self,
        site: Site,
        *,
        table: ImageTable,
        clock: Clock,
        alarms: AlarmBook,
        keep: Callable[[Change], None],
        local: LocalTime,
        came_in: CameIn,
        around: Callable[[], WaterAround],
        excluded: Excluding = NONE_EXCLUDED,
    ) -> None:
        self._clock = clock
        self.tide = TidalWatch(site, TideTables(site.tides, came_in), TidalAlarms(alarms, local), local, keep, excluded)
        self.quality = QualityWatch(site, QualityAlarms(alarms))
        self.bars = Bars(site, around, alarms, excluded)
        self.diversion = DiversionWatch(
            site,
            bars=self.bars,
            fit=self.quality.at,
            falls=self.tide.falls,
            excluded=excluded,
            alarms=alarms,
            keep=keep,
            local=local,
        )
        self.tide_desk = TideDesk(self.tide, table, clock)
        self.quality_desk = QualityDesk(site, self.quality, table, clock)
        self.diversion_desk = DiversionDesk(
            site,
            watch=self.diversion,
            bars=self.bars,
            quality=self.quality,
            table=table,
            clock=clock,
            local=local,
        )

    def plug_into(self, waters: Waters) -> None:
        """Answer for the fields of ``WaterAround`` that are about tide, quality and diversion."""
        waters.ask("outer", self.tide)
        waters.ask("quality", self.quality)
        waters.ask("no_diversion", _Field(self.bars.look, self.bars.barred))
        waters.ask("shut", _Field(self.bars.look, self.bars.shut))
        waters.ask("diversion", _Field(self.diversion.look, self.diversion.diversion))
        waters.ask("flush", _Field(self.diversion.look, self.diversion.flush))

    def restore(self, stored: StoredState) -> None:
        """What stood before a restart."""
        moment = Moment(self._clock.now(), self._clock.monotonic())
        self.tide.restore(stored, moment)
        self.diversion.restore(stored, moment)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); before what lies around the stations is asked anew."""
        self.tide.adopt(site)
        self.quality.adopt(site)
        self.bars.adopt(site)
        self.diversion.adopt(site)
        self.quality_desk.adopt(site)
        self.diversion_desk.adopt(site)
