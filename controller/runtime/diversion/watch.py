"""Runs the diversion programs: what each station that brings water in should do now, and which outfall flushes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.diversion.programs import ProgramMemory, Sight, follow_program
from controller.logic.diversion.rules import Program
from controller.logic.diversion.windows import open_now
from controller.logic.levels import inner_level
from controller.logic.tidal.rules import GaugePoint
from controller.logic.water_around import Diversion, Flush, SourceQuality
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.diversion.bars import Bars
from controller.runtime.diversion.records import PROGRAM, program_body, program_of
from controller.runtime.gauge_exclusions.asked import NONE_EXCLUDED, Excluding
from controller.runtime.local_time import LocalTime
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

LOOK_S = 5.0
RESTS = Diversion(reason="no program runs / 无引水计划运行")
BLIND = "diversion_blind"
NEW = ProgramMemory()
Falls = Callable[[str, Moment], bool | None]
"""Whether a tidal water falls, as far as it is believed."""
Fit = Callable[[DeviceId], SourceQuality | None]
"""Whether a station's sources are fit; None where nobody judges them."""


class DiversionWatch:
    """Sources of ``WaterAround.diversion`` and ``.flush``."""

    def __init__(
        self,
        site: Site,
        *,
        bars: Bars,
        fit: Fit,
        falls: Falls,
        alarms: AlarmBook,
        keep: Callable[[Change], None],
        local: LocalTime,
        excluded: Excluding = NONE_EXCLUDED,
    ) -> None:
        self._bars = bars
        self._excluded = excluded
        self._fit = fit
        self._falls = falls
        self._alarms = alarms
        self._keep = keep
        self._local = local
        self.memories: dict[str, ProgramMemory] = {}
        self._wishes: dict[DeviceId, Diversion] = {}
        self._flushes: dict[DeviceId, Flush] = {}
        self._looked_s: float | None = None
        self.changes = 0
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): programs that stay go on, what is gone is wound down by its station."""
        self.programs = site.diversion.programs
        self.bringers = site.diversion.bringers
        self._stations = site.city.stations
        names = {program.id for program in self.programs}
        for gone in self.memories.keys() - names:
            self._keep(DropRecord(PROGRAM, gone))
        self.memories = {name: memory for name, memory in self.memories.items() if name in names}
        self._looked_s = None
        self.changes += 1

    def restore(self, stored: StoredState, moment: Moment) -> None:
        """What ran before a restart goes on, with its times."""
        for program in self.programs:
            body = stored.of(PROGRAM).get(program.id)
            if body is not None:
                self.memories[program.id] = program_of(body, moment, program.least_rest_s)

    def look(self, image: Image, moment: Moment) -> int:
        """Look when it is time to; a number that changes with any answer."""
        if self._looked_s is None or not 0.0 <= moment.s - self._looked_s < LOOK_S:
            self._looked_s = moment.s
            self._look(image, moment)
        return self.changes

    def diversion(self, station: DeviceId) -> Diversion | None:
        """What a station's program wants; None for one that brings no water in."""
        return self._wishes.get(station)

    def flush(self, station: DeviceId) -> Flush | None:
        """The flushing an outfall is wanted for; None: none."""
        return self._flushes.get(station)

    def _look(self, image: Image, moment: Moment) -> None:
        wishes: dict[DeviceId, Diversion] = {}
        flushes: dict[DeviceId, Flush] = {}
        for name in self.bringers:
            running = self._follow(name, image, moment)
            wishes[name] = RESTS if running is None else self._wish(running)
            if running is not None and running.flush is not None:
                flush = running.flush
                flushes[flush.outfall] = Flush(flush.floor_m, running.id, self.memories[running.id].why)
            self._tell(name, running)
        if (wishes, flushes) != (self._wishes, self._flushes):
            self._wishes, self._flushes = wishes, flushes
            self.changes += 1

    def _follow(self, station: DeviceId, image: Image, moment: Moment) -> Program | None:
        """One look at the programs of a station; the first that runs. Others wait while it does."""
        sight = self._sight(station, image, moment)
        local = self._local.of(moment.wall)
        running: Program | None = None
        for program in self.programs:
            if program.station != station:
                continue
            own = replace(
                sight,
                in_window=open_now(program.windows, local),
                barred=sight.barred or _goes_before(running),
                falling=None if program.flush is None else self._falls(program.flush.water, moment),
            )
            memory = follow_program(program, own, self.memories.get(program.id, NEW), moment.s)
            self._remember(program, memory, moment)
            running = program if memory.running and running is None else running
        return running

    def _sight(self, station: DeviceId, image: Image, moment: Moment) -> Sight:
        quality = self._fit(station)
        view, excluded = image.view(station, moment.s), self._excluded.of(station)
        barred = self._bars.barred(station) or self._bars.shut(station) or ""

        def number(gauge: GaugePoint) -> float | None:
            return image.view(gauge.device, moment.s).number(gauge.point)

        return Sight(
            in_window=False,
            barred=barred,
            fit=None if quality is None else quality.fit,
            judged=quality is not None,
            inner_m=inner_level(self._stations[station], view, excluded=excluded).level_m,
            number=number,
            unfit="" if quality is None else quality.reason,
        )

    def _remember(self, program: Program, memory: ProgramMemory, moment: Moment) -> None:
        before = self.memories.get(program.id, NEW)
        self.memories[program.id] = memory
        if (before.running, before.since_s, before.rest_until_s) != (
            memory.running,
            memory.since_s,
            memory.rest_until_s,
        ):
            self._keep(PutRecord(PROGRAM, program.id, program_body(memory, moment)))

    def _wish(self, program: Program) -> Diversion:
        return Diversion(program.units, dict(program.gates), program.id, self.memories[program.id].why)

    def _tell(self, station: DeviceId, running: Program | None) -> None:
        """What draws on a source nobody knows goes on for a while, and people are told."""
        quality = self._fit(station)
        if running is None or quality is None or quality.fit is not None:
            self._alarms.clear(station, BLIND)
            return
        name, (en, _, zh) = self._stations[station].name, quality.reason.partition(" / ")
        text = f"{name} brings water in on unknown quality ({en}); it is stopped if that stays so"
        zh_text = f"{name}在水源水质不明（{zh}）的情况下引水，持续不明将自动停止"
        self._alarms.set(station, BLIND, text, Priority.MEDIUM, text_zh=zh_text)


def _goes_before(running: Program | None) -> str:
    if running is None:
        return ""
    return f"{running.title_en} runs and goes before / {running.title_zh}正在运行，优先"
