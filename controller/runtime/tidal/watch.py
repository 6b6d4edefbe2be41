"""Looks at every tidal water every few seconds, and answers for each station's outer side."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.domain.stations import Station
from controller.logic.contract import Moment
from controller.logic.levels import outer_level_m
from controller.logic.tidal.rules import TidalWater
from controller.logic.tidal.side import outer_side
from controller.logic.tidal.table import falling
from controller.logic.tidal.trust import WaterMemory, WaterState, follow, taken_up
from controller.logic.water_around import OuterSide, OuterTrust
from controller.runtime.gauge_exclusions.asked import NONE_EXCLUDED, Excluding
from controller.runtime.local_time import LocalTime
from controller.runtime.tidal.alarms import TidalAlarms
from controller.runtime.tidal.records import TidalRecords
from controller.runtime.tidal.tables import Chosen, TideTables
from controller.settings.site import Site
from controller.store.changes import Change
from controller.store.state import StoredState

LOOK_S = 10.0
"""A bore rises over minutes, a tide over hours."""
NEW = WaterMemory()


class TidalWatch:
    """A source of ``WaterAround.outer``.

    When table and gauges last agreed and when the water last rose fast outlive a restart, with their age.
    """

    def __init__(
        self,
        site: Site,
        tables: TideTables,
        alarms: TidalAlarms,
        local: LocalTime,
        keep: Callable[[Change], None],
        excluded: Excluding = NONE_EXCLUDED,
    ) -> None:
        self.excluded = excluded
        self.tables = tables
        self._records = TidalRecords(keep)
        self._alarms = alarms
        self._local = local
        self._memories: dict[str, WaterMemory] = {}
        self.states: dict[str, WaterState] = {}
        self._sides: dict[DeviceId, OuterSide] = {}
        self._changes = 0
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); a water whose rules stay keeps what was seen of it."""
        before: Mapping[str, TidalWater] = getattr(self, "waters", {})
        self.waters = site.tides.waters
        self._stations = [one for one in site.city.stations.values() if one.outer_water in self.waters]
        kept = {name for name, water in self.waters.items() if before.get(name) == water}
        self._memories = {name: memory for name, memory in self._memories.items() if name in kept}
        self.states = {name: state for name, state in self.states.items() if name in kept}
        self.tables.adopt(site.tides)
        self._alarms.adopt(site)
        self._sides.clear()
        self._looked_s: float | None = None
        self._changes += 1

    def restore(self, stored: StoredState, moment: Moment) -> None:
        """What was seen before a restart, as far as it is recent enough to say something."""
        for name, (agreed_at, rose_at) in self._records.restore(stored, self.waters).items():
            self._memories[name] = taken_up(self.waters[name], agreed_at, rose_at, moment)

    # -- a source of WaterAround ---------------------------------------------------------------------------------

    def look(self, image: Image, moment: Moment) -> int:
        """Look when it is time to; a number that changes with any answer."""
        if self._looked_s is None or not 0.0 <= moment.s - self._looked_s < LOOK_S:
            self._looked_s = moment.s
            self._look(image, moment)
        return self._changes

    def at(self, station: DeviceId) -> OuterSide | None:
        """A station's outer side; None where it has no tidal water."""
        return self._sides.get(station)

    # -- for others ----------------------------------------------------------------------------------------------

    def stations(self, water: str) -> list[Station]:
        """The stations at a water."""
        return [one for one in self._stations if one.outer_water == water]

    def chosen(self, water: TidalWater, moment: Moment) -> Chosen:
        """The table that holds for a water now."""
        return self.tables.of(water, moment.wall, moment.s)

    def falls(self, water: str, moment: Moment) -> bool | None:
        """Whether the tide falls, as far as it is believed; None where it is not."""
        state, rules = self.states.get(water), self.waters.get(water)
        if state is None or rules is None or state.trust is not OuterTrust.AGREED:
            return None
        near = self.chosen(rules, moment).near
        return None if near is None else falling(near, moment.wall)

    def _look(self, image: Image, moment: Moment) -> None:
        for name, water in self.waters.items():
            readings = {one: image.view(one.device, moment.s).read(one.point) for one in water.gauges}
            chosen = self.chosen(water, moment)
            memory = self._memories.get(name, NEW)
            out = [one for one in readings if self.excluded.excludes(str(one))]
            memory, state = follow(water, chosen.near, readings, memory, moment, chosen.refused, out)
            self._memories[name], self.states[name] = memory, state
            self._records.note(name, state, moment)
            self._alarms.tell(water, state, chosen, moment)
        for station in self._stations:
            self._answer(station, image, moment)

    def _answer(self, station: Station, image: Image, moment: Moment) -> None:
        water = self.waters[station.outer_water]
        view = image.view(station.id, moment.s)
        own_m = outer_level_m(station, view, self.excluded.of(station.id))
        near = self.chosen(water, moment).near
        side = outer_side(station, water, self.states[water.id], near, own_m, moment, self._local.zone)
        if self._sides.get(station.id) != side:
            self._sides[station.id] = side
            self._changes += 1
