"""What the settings hand over for lighting: programs, calendar, time zone, asked as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.assets import Place
from schedules.astro import night_of
from schedules.calendar import Calendar
from schedules.program import ASTRONOMICAL, Program, ProgramId
from schedules.resolve import LightState, Period, resolve_night, state_at


@dataclass(frozen=True, slots=True)
class PlannedLight:
    """What the plan says of one program key at one moment.

    ``ordinary`` is the ordinary week's state, ``exception`` that of an exceptional night (holiday, listed date),
    which stands above it; ``rule`` names the calendar rule in force, ``program`` the program it chose. ``until`` is
    the wall time (UTC) before which none of it changes. ``ordinary`` is None when no program applies.
    """

    program: ProgramId
    rule: str
    ordinary: LightState | None
    exception: LightState | None
    until: datetime


@dataclass(frozen=True, slots=True)
class LightingPlan:
    """All lighting programs of a site, its calendar and its time zone."""

    programs: Mapping[ProgramId, Program]
    calendar: Calendar = field(default_factory=Calendar)
    tz: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def planned_at(self, program: ProgramId, place: Place, wall: datetime, shift_s: float = 0.0) -> PlannedLight:
        """What the plan says at ``wall`` when every edge comes ``shift_s`` later."""
        night = night_of(wall - timedelta(seconds=shift_s), self.tz)
        chosen, ordinary = self.calendar.choose(program, night), self.calendar.ordinary(program, night)
        usual = self._state(ordinary.program, place, wall, shift_s)
        special = self._state(chosen.program, place, wall, shift_s) if chosen.exceptional else None
        ends = [state.until for state in (usual, special) if state is not None]
        return PlannedLight(
            program=chosen.program,
            rule=chosen.rule,
            ordinary=usual,
            exception=special,
            until=min(ends) if ends else self.astronomical_at(place, wall, shift_s).until,
        )

    def astronomical_at(self, place: Place, wall: datetime, shift_s: float = 0.0) -> LightState:
        """What holds where no program applies: lit from sunset to sunrise."""
        return state_at(ASTRONOMICAL, place, self.tz, wall, shift_s)

    def program_of_night(self, program: ProgramId, night: date) -> Program:
        """The program in force on a night; astronomical when none applies."""
        return self.programs.get(self.calendar.resolve(program, night), ASTRONOMICAL)

    def night(self, program: ProgramId, place: Place, night: date) -> tuple[Period, ...]:
        """All periods of a night at a place, for people: ``zhadao schedule show``."""
        return resolve_night(self.program_of_night(program, night), night, place, self.tz)

    def _state(self, program: ProgramId, place: Place, wall: datetime, shift_s: float) -> LightState | None:
        known = self.programs.get(program)
        return state_at(known, place, self.tz, wall, shift_s) if known else None
