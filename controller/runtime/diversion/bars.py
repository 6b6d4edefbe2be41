"""What stands against bringing water in, station by station: drainage first, a full canal, a mountain flood."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.domain.stations import Station
from controller.logic.contract import Moment
from controller.logic.diversion.barring import BarMemory, Circumstances, follow_bar
from controller.logic.diversion.flood import FloodMemory, follow_flood
from controller.logic.diversion.rules import Bringer
from controller.logic.levels import inner_level
from controller.logic.station_scene import flag
from controller.logic.tidal.rules import GaugePoint
from controller.logic.water_around import WaterAround
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.gauge_exclusions.asked import NONE_EXCLUDED, Excluding
from controller.settings.site import Site

LOOK_S = 5.0
FLOOD = "mountain_flood"


class Bars:
    """Sources of ``WaterAround.no_diversion`` and ``.shut`` (``barred`` and ``shut`` here).

    ``around``: what else is known around the stations: responses, signals, distances to warning levels. Holds are of
    minutes and begin anew with a restart; a cause that stands is seen again at once.
    """

    def __init__(
        self,
        site: Site,
        around: Callable[[], WaterAround],
        alarms: AlarmBook,
        excluded: Excluding = NONE_EXCLUDED,
    ) -> None:
        self._excluded = excluded
        self._around = around
        self._alarms = alarms
        self._bars: dict[DeviceId, BarMemory] = {}
        self._floods: dict[DeviceId, FloodMemory] = {}
        self._looked_s: float | None = None
        self.changes = 0
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._bringers = site.diversion.bringers
        self._stations = site.city.stations
        self._bars = {name: one for name, one in self._bars.items() if name in self._bringers}
        gone = [name for name in self._floods if name not in self._bringers or self._bringers[name].flood is None]
        for name in gone:
            del self._floods[name]
            self._alarms.clear(name, FLOOD)
        self._looked_s = None
        self.changes += 1

    def look(self, image: Image, moment: Moment) -> int:
        """Look when it is time to; a number that changes with any answer."""
        if self._looked_s is None or not 0.0 <= moment.s - self._looked_s < LOOK_S:
            self._looked_s = moment.s
            around = self._around()
            for bringer in self._bringers.values():
                self._bar(bringer, image, around, moment)
                self._flood(bringer, image, moment)
        return self.changes

    def barred(self, station: DeviceId) -> str | None:
        """Why no water may be brought in; None: it may."""
        found = self._bars.get(station)
        return (found.reason or None) if found is not None else None

    def shut(self, station: DeviceId) -> str | None:
        """Why its intake gates are to be shut; None: nothing says so."""
        found = self._floods.get(station)
        return (found.reason or None) if found is not None else None

    def _bar(self, bringer: Bringer, image: Image, around: WaterAround, moment: Moment) -> None:
        name = bringer.station
        before = self._bars.get(name, BarMemory())
        view = image.view(name, moment.s)
        seen = Circumstances(
            response=around.response.get(name, 0),
            signal=around.rain_signal.get(name, ""),
            below_warning_m=around.below_warning_m.get(name),
            inner_m=inner_level(self._stations[name], view, excluded=self._excluded.of(name)).level_m,
            draining=self._draining(bringer, image, moment),
        )
        after = follow_bar(bringer, seen, before, moment.s)
        self._bars[name] = after
        self.changes += after.reason != before.reason

    def _draining(self, bringer: Bringer, image: Image, moment: Moment) -> str:
        for name in bringer.drains:
            station = self._stations[name]
            if _drains(station, image, moment):
                return station.name
        return ""

    def _flood(self, bringer: Bringer, image: Image, moment: Moment) -> None:
        if bringer.flood is None:
            return
        before = self._floods.get(bringer.station, FloodMemory())

        def number(gauge: GaugePoint) -> float | None:
            return image.view(gauge.device, moment.s).number(gauge.point)

        after = follow_flood(bringer.flood, number, before, moment.s)
        self._floods[bringer.station] = after
        if after.reason == before.reason:
            return
        self.changes += 1
        if after.reason:
            en, _, zh = after.reason.partition(" / ")
            station = self._stations[bringer.station].name
            text = f"{station}: its intake is shut: {en}"
            self._alarms.set(bringer.station, FLOOD, text, Priority.HIGH, text_zh=f"{station}取水闸关闭：{zh}")
        else:
            self._alarms.clear(bringer.station, FLOOD)


def _drains(station: Station, image: Image, moment: Moment) -> bool:
    view = image.view(station.id, moment.s)
    return any(unit.direction == "drain" and flag(view, f"{unit.output}.running") is True for unit in station.units)
