"""The sky over each area, by its photocells: dark or bright in every band some program or rule asks about."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Set

from controller.domain.image import Image, LinkState, View
from controller.domain.lights import Grade
from controller.domain.points import DeviceId
from controller.domain.quality import Detail
from controller.logic.contract import Moment
from controller.logic.daylight_plan import LuxArea, Sensor
from controller.logic.lighting_automatic import lux_band
from controller.logic.lighting_lux import (
    NO_VOTE,
    Band,
    Fault,
    FreezeMemory,
    SensorRead,
    Sky,
    SkyMemory,
    Vote,
    follow_freeze,
    is_frozen,
    judge,
    light_elsewhere,
    suspect,
    vote,
)
from controller.runtime.alarms import AlarmBook
from controller.runtime.daylight.sensor_alarms import NO_SUSPECTS, SensorAlarms, Suspects
from controller.runtime.schedule_heap import DueHeap
from controller.settings.site import Site
from schedules.plan import LightingPlan

PAST_S = 0.001
"""What only grows old changes nothing and still loses its voice: looked at so long after its age ends."""
RETRY_S = 10.0
"""An area that could not be judged (the turn then fails, loudly) is tried again after this long."""
UNKNOWN_SKY = SkyMemory()


class Skies:
    """Follows the sensors of every area; costs nothing while none of them reports anything new."""

    def __init__(self, site: Site, *, alarms: AlarmBook) -> None:
        self._memories: dict[str, SkyMemory] = {}
        self._freezes: dict[str, FreezeMemory] = {}
        self._settling: set[str] = set()
        self._alarms = SensorAlarms(alarms)
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); what is remembered of areas and sensors that stay is kept."""
        self._lux = site.daylight.lux
        self.areas: Mapping[str, LuxArea] = {area.id: area for area in site.daylight.areas}
        bands = {*(rule.band for rule in site.daylight.dark), *program_bands(site.lighting)}
        self._bands: Mapping[str, Band] = {str(band): band for band in sorted(bands, key=str)}
        self._names: Mapping[Band, str] = {band: name for name, band in self._bands.items()}
        self._areas_of: dict[DeviceId, list[str]] = {}
        for area in self.areas.values():
            for device in {sensor.device for sensor in area.sensors}:
                self._areas_of.setdefault(device, []).append(area.id)
        known = {_key(area, band) for area in self.areas for band in self._bands}
        sensors = {str(sensor) for area in self.areas.values() for sensor in area.sensors}
        self._memories = {key: memory for key, memory in self._memories.items() if key in known}
        self._freezes = {name: memory for name, memory in self._freezes.items() if name in sensors}
        self._settling &= self.areas.keys()
        self._votes: dict[str, Vote] = {}
        self._alarms.adopt(self.areas.values())
        self._due = DueHeap()
        for name in self.areas:
            self._due.put(name, float("-inf"))

    def look(self, image: Image, changed: Set[DeviceId], moment: Moment) -> set[str]:
        """Hear the sensors that reported or are due; gives back the areas whose sky became another."""
        touched = {area for device in changed & self._areas_of.keys() for area in self._areas_of[device]}
        touched.update(self._due.take(moment.s))
        return {area for area in sorted(touched) if self._hear(self.areas[area], image, moment)}

    def sky(self, area: str, band: Band) -> SkyMemory:
        """The area's sky in a band."""
        return self._memories.get(_key(area, self._names.get(band, "")), UNKNOWN_SKY)

    def said(self, area: str) -> Vote:
        """What its sensors said when they were last heard."""
        return self._votes.get(area, NO_VOTE)

    def lux(self, sensor: str) -> float | None:
        """What a sensor last said; None for one that was never read."""
        memory = self._freezes.get(sensor)
        return None if memory is None else memory.lux

    @property
    def settling(self) -> Set[str]:
        """Areas that are bright after a start, and not yet for long enough."""
        return self._settling

    def skies(self, area: str) -> Iterator[tuple[Band, SkyMemory]]:
        """The area's sky in every band, for people."""
        return ((band, self._memories.get(_key(area, name), UNKNOWN_SKY)) for name, band in self._bands.items())

    def next_due_s(self) -> float:
        """When something is due by time alone (monotonic)."""
        return self._due.next_s()

    def _hear(self, area: LuxArea, image: Image, moment: Moment) -> bool:
        self._due.put(area.id, moment.s + RETRY_S)
        views = {sensor.device: image.view(sensor.device, moment.s) for sensor in area.sensors}
        reads = [self._read(sensor, views[sensor.device], moment.s) for sensor in area.sensors]
        said = vote(reads, self._lux.off_median)
        self._votes[area.id] = said
        changed, settling, due_s = False, False, float("inf")
        for name, band in self._bands.items():
            key = _key(area.id, name)
            before = self._memories.get(key, UNKNOWN_SKY)
            now = self._memories[key] = judge(band, said, before, moment.s)
            changed |= now.sky is not before.sky
            settling |= now.sky is Sky.SETTLING
            due_s = min(due_s, float("inf") if now.due_s is None else now.due_s)
        (self._settling.add if settling else self._settling.discard)(area.id)
        self._due.put(area.id, min(due_s, self._ages_s(area, views, moment.s)))
        out_of_reach = {device for device, view in views.items() if view.block.link is not LinkState.ONLINE}
        wanted = min(self._lux.wanted, len(area.sensors))
        self._alarms.tell(area, said, out_of_reach, wanted, self._suspects(area, said))
        return changed

    def _suspects(self, area: LuxArea, said: Vote) -> Suspects:
        """Who is probably wrong where a cell is far off its neighbours, by what the other areas say now."""
        if not any(one.fault is Fault.LYING for one in said.rejected):
            return NO_SUSPECTS
        elsewhere = light_elsewhere([vote for name, vote in self._votes.items() if name != area.id])
        found = {one.sensor: suspect(one, said, elsewhere, self._lux.off_median) for one in said.rejected}
        return Suspects(found, said, elsewhere)

    def _read(self, sensor: Sensor, view: View, now_s: float) -> SensorRead:
        reading, name = view.read(sensor.point), str(sensor)
        lux = view.number(sensor.point)
        if lux is None or not math.isfinite(lux):
            return SensorRead(name, None, detail=reading.detail.value or reading.quality.name.lower())
        if now_s >= self._old_s(sensor, view):
            return SensorRead(name, None, detail=Detail.OLD_DATA.value)
        memory = follow_freeze(self._freezes.get(name), lux, now_s)
        if memory is not None:
            self._freezes[name] = memory
        return SensorRead(name, lux, is_frozen(memory, now_s, self._lux.frozen_after_s))

    def _ages_s(self, area: LuxArea, views: Mapping[DeviceId, View], now_s: float) -> float:
        ages_s = min((views[one.device].ages_s([one.point]) for one in area.sensors), default=float("inf")) + PAST_S
        ends = (
            memory.since_s + self._lux.frozen_after_s
            for sensor in area.sensors
            if (memory := self._freezes.get(str(sensor))) is not None
        )
        olds = (self._old_s(sensor, views[sensor.device]) for sensor in area.sensors)
        return min((ages_s, *(end for end in (*ends, *olds) if end > now_s)))

    def _old_s(self, sensor: Sensor, view: View) -> float:
        """When the sensor's reading is no news of the sky any more."""
        reading = view.block.readings.get(sensor.point)
        read_s = float("-inf") if reading is None else max(reading.received_s, view.block.renewed_s)
        return read_s + self._lux.max_age_s


def program_bands(plan: LightingPlan) -> Iterable[Band]:
    """Every band some program's light sensor is judged in."""
    for program in plan.programs.values():
        if program.lux is not None:
            for grade in Grade:
                yield lux_band(program.lux, grade, program.min_burn_min * 60.0)


def _key(area: str, band: str) -> str:
    return f"{area}|{band}"
