"""What the settings hand over for lighting: programs, calendar, scenes, time zone, asked as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from controller.domain.places import Place
from controller.domain.points import TargetId
from schedules.astro import night_of
from schedules.calendar import Calendar, Choice, Mode
from schedules.program import ASTRONOMICAL, Program, ProgramId, capped
from schedules.resolve import LightState, Period, resolve_night, state_at
from schedules.scenes import SceneStage


@dataclass(frozen=True, slots=True)
class PlannedLight:
    """What the plan says of one light at one moment.

    ``ordinary`` is the ordinary week's state, ``exception`` that of an exceptional night (holiday, listed date),
    which stands above it; ``rule`` names the calendar rule in force, ``program`` the program it chose. ``until`` is
    the wall time (UTC) before which none of it changes. ``ordinary`` is None when no program applies.
    ``source`` is the chosen program itself (None: none applies), with its light-sensor and value conditions.
    ``ended``: the hard end of its scene has come, and nothing but a person lights it before the next noon.
    """

    program: ProgramId
    rule: str
    ordinary: LightState | None
    exception: LightState | None
    until: datetime
    source: Program | None = None
    ended: bool = False


class Standing(NamedTuple):
    """How the plan sees one light: lights of one ``kind`` are treated alike; their sun's place and their spread."""

    kind: int
    place: Place
    shift_s: float


class NightChoice(NamedTuple):
    """A light's night: the rule's choice and the program it comes to (None: no program applies)."""

    choice: Choice
    program: Program | None


@dataclass(frozen=True, slots=True)
class LightingPlan:
    """All lighting programs of a site, its calendar, scenes and time zone.

    ``target`` in its questions is the light asked for; empty: any light no scope singles out. ``stages`` are the
    scenes' members: one place for the sun, no spread, a hard end.
    """

    programs: Mapping[ProgramId, Program]
    calendar: Calendar = field(default_factory=Calendar)
    tz: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    stages: Mapping[TargetId, SceneStage] = field(default_factory=lambda: MappingProxyType({}))
    _capped: dict[tuple[ProgramId, SceneStage], Program] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def standing(self, target: TargetId, place: Place, shift_s: float = 0.0) -> Standing:
        """How the plan sees a light that stands at ``place`` and switches ``shift_s`` after its program.

        A scene's member follows the sun at the scene's place and has no spread, so that all of them start together.
        """
        stage = self.stages.get(target)
        kind = self.calendar.standing(target)
        if stage is None:
            return Standing(kind, place, shift_s)
        return Standing(kind, stage.place, 0.0)

    def planned_at(
        self, program: ProgramId, place: Place, wall: datetime, shift_s: float = 0.0, target: TargetId = ""
    ) -> PlannedLight:
        """What the plan says of a light at ``wall`` when every edge comes ``shift_s`` later."""
        _, place, shift_s = self.standing(target, place, shift_s)
        night = night_of(wall - timedelta(seconds=shift_s), self.tz)
        chosen, ordinary = self.chosen(program, night, target), self.ordinarily(program, night, target)
        usual = self._state(ordinary.program, place, wall, shift_s)
        special = self._state(chosen.program, place, wall, shift_s) if chosen.choice.exceptional else None
        found = [state.until for state in (usual, special) if state is not None]
        ended, end = self._ended(target, night, wall)
        return PlannedLight(
            program=chosen.choice.program,
            rule=chosen.choice.rule,
            ordinary=usual,
            exception=special,
            until=min([*found, *end]) if found else self.astronomical_at(place, wall, shift_s).until,
            source=chosen.program,
            ended=ended,
        )

    def astronomical_at(self, place: Place, wall: datetime, shift_s: float = 0.0) -> LightState:
        """What holds where no program applies: lit from sunset to sunrise."""
        return state_at(ASTRONOMICAL, place, self.tz, wall, shift_s)

    def chosen(self, program: ProgramId, night: date, target: TargetId = "") -> NightChoice:
        """A light's night, and why: rule, exceptional or not, and the program with its scene's hard end."""
        return self._night(self.calendar.choose(program, night, target), target)

    def ordinarily(self, program: ProgramId, night: date, target: TargetId = "") -> NightChoice:
        """What the night would have without its exceptional rules."""
        return self._night(self.calendar.ordinary(program, night, target), target)

    def mode(self, night: date) -> Mode:
        """平日, 节假日 or 重大活动."""
        return self.calendar.mode(night)

    def program_of_night(self, program: ProgramId, night: date, target: TargetId = "") -> Program:
        """The program in force on a night; astronomical when none applies."""
        return self.chosen(program, night, target).program or ASTRONOMICAL

    def night(self, program: ProgramId, place: Place, night: date, target: TargetId = "") -> tuple[Period, ...]:
        """All periods of a light's night, for people: ``zhadao schedule show``."""
        standing = self.standing(target, place)
        return resolve_night(self.program_of_night(program, night, target), night, standing.place, self.tz)

    def _night(self, choice: Choice, target: TargetId) -> NightChoice:
        known = self.programs.get(choice.program)
        stage = self.stages.get(target)
        if known is None or stage is None:
            return NightChoice(choice, known)
        key = (choice.program, stage)
        program = self._capped.get(key)
        if program is None:
            program = self._capped[key] = capped(known, stage.hard_end)
        return NightChoice(choice, program)

    def _ended(self, target: TargetId, night: date, wall: datetime) -> tuple[bool, tuple[datetime, ...]]:
        """Whether the light's hard end has come, and when it will (if it has not)."""
        stage = self.stages.get(target)
        if stage is None:
            return False, ()
        end = stage.ends_at(night, self.tz)
        return (True, ()) if wall >= end else (False, (end,))

    def _state(self, program: Program | None, place: Place, wall: datetime, shift_s: float) -> LightState | None:
        return state_at(program, place, self.tz, wall, shift_s) if program else None
