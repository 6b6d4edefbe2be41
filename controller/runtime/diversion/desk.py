"""Diversion for people: what runs, why, and what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.points import DeviceId
from controller.logic.diversion.programs import ProgramMemory
from controller.logic.diversion.rules import Program
from controller.logic.diversion.windows import next_opening, open_now
from controller.logic.station_scene import flag
from controller.logic.water_around import Diversion, SourceQuality
from controller.runtime.diversion.bars import Bars
from controller.runtime.diversion.views import BringerView, DiversionView, ProgramView
from controller.runtime.diversion.watch import DiversionWatch
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable
from controller.runtime.water_quality.watch import QualityWatch
from controller.settings.site import Site

Sees = Callable[[str], bool]


class DiversionDesk:
    """Only shows: people order a station or a gate as ever, and a program's slot is below theirs."""

    def __init__(
        self,
        site: Site,
        *,
        watch: DiversionWatch,
        bars: Bars,
        quality: QualityWatch,
        table: ImageTable,
        clock: Clock,
        local: LocalTime,
    ) -> None:
        self._watch = watch
        self._bars = bars
        self._quality = quality
        self._table = table
        self._clock = clock
        self._local = local
        self._city: City = site.city

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._city = site.city

    def show(self, sees: Sees = lambda _: True) -> DiversionView:
        """Every station that brings water in, of those the caller sees."""
        return DiversionView(tuple(self._bringer(name) for name in self._watch.bringers if sees(name)))

    def _bringer(self, name: DeviceId) -> BringerView:
        station = self._city.stations[name]
        view = self._table.view(name, self._clock.monotonic())
        wish = self._watch.diversion(name) or Diversion()
        state, text = self._state(name, wish)
        quality = self._quality.at(name) or SourceQuality()
        running = [
            unit for unit in station.units if unit.direction == "divert" and flag(view, f"{unit.output}.running")
        ]
        return BringerView(
            station=name,
            name=station.name,
            state=state,
            text_en=text.partition(" / ")[0],
            text_zh=text.rpartition(" / ")[2],
            units_running=len(running),
            fit=quality.fit,
            quality_en=quality.reason.partition(" / ")[0],
            quality_zh=quality.reason.rpartition(" / ")[2],
            programs=tuple(self._programs(name)),
        )

    def _state(self, name: DeviceId, wish: Diversion) -> tuple[str, str]:
        shut, barred = self._bars.shut(name), self._bars.barred(name)
        if shut:
            return "shut", shut
        if barred:
            return "barred", barred
        return ("runs", wish.reason) if wish.program else ("rests", wish.reason)

    def _programs(self, station: DeviceId) -> Iterator[ProgramView]:
        for program in self._watch.programs:
            if program.station == station:
                yield self._program(program, self._watch.memories.get(program.id, ProgramMemory()))

    def _program(self, program: Program, memory: ProgramMemory) -> ProgramView:
        local = self._local.of(self._clock.now())
        opens = None if open_now(program.windows, local) else next_opening(program.windows, local)
        rests = memory.rest_until_s
        resting = rests is not None and rests > self._clock.monotonic()
        return ProgramView(
            id=program.id,
            title_zh=program.title_zh,
            title_en=program.title_en,
            running=memory.running,
            text_en=memory.why.partition(" / ")[0],
            text_zh=memory.why.rpartition(" / ")[2],
            units=program.units,
            gates=dict(program.gates),
            since=self._wall(memory.since_s),
            rests_until=self._wall(rests) if resting else None,
            next_window=opens,
        )

    def _wall(self, at_s: float | None) -> datetime | None:
        return None if at_s is None else self._clock.now() + timedelta(seconds=at_s - self._clock.monotonic())
