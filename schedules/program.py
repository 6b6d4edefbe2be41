"""Lighting programs: what a night looks like, said in sun times and clock times.

A program is data. ``schedules.resolve`` makes periods of it for one night at one place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from controller.domain.errors import InvalidValue
from schedules.conditions import LuxMode, LuxRule, ValueCondition
from schedules.program_parts import (
    DARK,
    FULL,
    MAX_OFFSET_MIN,
    TIME_POINT_FORMS,
    Anchor,
    Edge,
    End,
    Saving,
    Show,
    TimePoint,
    Title,
    parse_level,
    parse_time_point,
)

__all__ = [
    "ASTRONOMICAL",
    "DARK",
    "DUSK",
    "FULL",
    "MAX_OFFSET_MIN",
    "SUNRISE",
    "SUNSET",
    "TIME_POINT_FORMS",
    "Anchor",
    "Edge",
    "End",
    "LuxMode",
    "LuxRule",
    "Program",
    "ProgramId",
    "Saving",
    "Show",
    "TimePoint",
    "Title",
    "ValueCondition",
    "all_night",
    "by_light",
    "capped",
    "half_night",
    "landscape",
    "parse_level",
    "parse_time_point",
    "stepped",
]

ProgramId = str
"""Name of a program: ``road-half-night``."""


@dataclass(frozen=True, slots=True)
class Program:
    """One night's plan, the same every night it is chosen for.

    ``edges`` and ``savings`` are put in order by the times they have that night; of two at the same moment the later
    in the list holds. A night starts dark at noon and what it left on ends at the next noon.
    ``min_burn_min``: a burn shorter than this many minutes is left out (a relight at 05:00 when the sun rises at
    05:03 only wears lamps).
    ``lux`` is the light sensor's part and ``conditions`` are those on values of points; both are evaluated by the
    live control (slot 12). The edges alone are what holds when nothing can be measured.
    ``shows`` stand above the edges and ``ends`` above both: from the earliest end on the lamps are off. Savings then
    darken what is left.
    """

    id: ProgramId
    title: Title
    edges: tuple[Edge, ...]
    savings: tuple[Saving, ...] = ()
    min_burn_min: int = 0
    lux: LuxRule | None = None
    conditions: tuple[ValueCondition, ...] = ()
    shows: tuple[Show, ...] = ()
    ends: tuple[End, ...] = ()

    def __post_init__(self) -> None:
        if not self.edges:
            raise InvalidValue(f"program {self.id!r} has no edges; give it at least one ON and one OFF")
        if not 0 <= self.min_burn_min <= MAX_OFFSET_MIN:
            raise InvalidValue(
                f"program {self.id!r}: min_burn_min lies between 0 and {MAX_OFFSET_MIN} minutes, "
                f"not {self.min_burn_min}"
            )
        if self.lux is not None and self.lux.mode is LuxMode.LUX and self.edges != self.lux.edges():
            raise InvalidValue(
                f"program {self.id!r} is decided by the light sensor alone: its edges are the ends of the sensor's "
                "windows; leave edges out, or let the sensor add to them (astro_and_lux)"
            )


def capped(program: Program, hard_end: TimePoint) -> Program:
    """The program with nothing lit from ``hard_end`` on."""
    end = End(hard_end, hard=True)
    return program if end in program.ends else replace(program, ends=(*program.ends, end))


SUNSET = TimePoint(Anchor.SUNSET)
SUNRISE = TimePoint(Anchor.SUNRISE)
DUSK = TimePoint(Anchor.DUSK)


def all_night(
    program: ProgramId, title: Title, on: TimePoint = SUNSET, off: TimePoint = SUNRISE, min_burn_min: int = 0
) -> Program:
    """全夜灯: lit from sunset to sunrise, each with its offset."""
    return Program(program, title, (Edge(on, FULL), Edge(off, DARK)), min_burn_min=min_burn_min)


def half_night(
    program: ProgramId,
    title: Title,
    dark_from: TimePoint,
    dark_until: TimePoint | None = None,
    *,
    on: TimePoint = SUNSET,
    off: TimePoint = SUNRISE,
    percent: float = DARK,
    min_burn_min: int = 15,
) -> Program:
    """半夜灯: as all-night, but dark or dimmed from ``dark_from``; ``dark_until`` None stays so until morning."""
    edges = (Edge(on, FULL), Edge(off, DARK))
    return Program(program, title, edges, (Saving(dark_from, dark_until, percent),), min_burn_min)


def by_light(program: ProgramId, title: Title, lux: LuxRule | None = None) -> Program:
    """光控: the light sensor alone decides inside its windows; lit from window's end to window's end without it."""
    rule = lux or LuxRule(LuxMode.LUX)
    return Program(program, title, rule.edges(), lux=rule)


def stepped(
    program: ProgramId,
    title: Title,
    steps: tuple[tuple[TimePoint, float], ...],
    *,
    on: TimePoint = SUNSET,
    off: TimePoint = SUNRISE,
) -> Program:
    """Stepped dimming: full from ``on``, then each (time point, percent) until the next, out at ``off``.

    A step before that night's ON or after its OFF changes nothing.
    """
    ends = [start for start, _ in steps[1:]]
    savings = tuple(Saving(start, until, percent) for (start, percent), until in zip(steps, [*ends, None], strict=True))
    return Program(program, title, (Edge(on, FULL), Edge(off, DARK)), savings)


def landscape(program: ProgramId, title: Title, curfew: TimePoint, on: TimePoint = DUSK) -> Program:
    """景观照明: lit at dusk, out at its curfew."""
    return Program(program, title, (Edge(on, FULL), Edge(curfew, DARK)))


ASTRONOMICAL = all_night("astronomical", Title("经纬度时控", "Sunset to sunrise"))
"""What holds where no program applies: a road is never dark for want of a program."""
