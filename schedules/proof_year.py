"""A plan tried over a year for every light: what each burns, and where it is dark or burns by day.

Lights that share a place and a program are one calculation; a year of 10,000 cabinets takes seconds. Nothing here
is rounded or sampled: every place, every night.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from controller.domain.places import Place
from schedules.plan import LightingPlan
from schedules.program import Anchor, Program, ProgramId, Title
from schedules.proof_measures import Chunk, Measured, measure
from schedules.proof_pattern import points_of
from schedules.proof_sky import Floats, YearSky
from schedules.resolve import DAY_MARGIN_MIN

NIGHTS = 366
"""A whole year, 29 February or not, and one night more."""
AT_ONCE = 128
"""Places worked out together: what they need then fits the processor's own memory."""
NAMELESS = Title("", "")
NEGLIGIBLE_S = 1e-3
"""Seconds a night under which day burning or darkness is arithmetic, not lamps."""


class ProvenLight(Protocol):
    """A light as the proof knows it."""

    @property
    def target(self) -> str:
        """Its id."""
        ...

    @property
    def program(self) -> ProgramId:
        """The program it is configured with."""
        ...

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...


Choices = Sequence[Program]
"""One light's program of each night."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Lights whose programs are the same every night, under every plan compared.

    ``places``: by plan, the positions of the places their sun is at, ascending.
    """

    first: ProvenLight
    places: tuple[NDArray[np.intp], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """One program on some nights (positions, ascending) at some places: what came of it, each array by place.

    Seconds over all these nights; ``*_nights`` count nights, ``worst_*`` are (night's position, seconds) by place.
    """

    program: Program
    nights: NDArray[np.intp]
    places: NDArray[np.intp]
    burn_s: Floats
    full_s: Floats
    burns: Floats
    day_s: Floats
    gap_s: Floats
    saved_s: Floats
    day_nights: Floats
    gap_nights: Floats
    day_worst: tuple[NDArray[np.intp], Floats]
    gap_worst: tuple[NDArray[np.intp], Floats]
    saved_most: Floats
    """The largest part of a night (0–1, sunset to sunrise) that savings leave dark."""


@dataclass(slots=True)
class Trial:
    """What is still to be tried: a program on nights at places."""

    program: Program
    nights: NDArray[np.intp]
    places: NDArray[np.intp]
    _parts: list[dict[str, Floats | NDArray[np.intp]]] = field(default_factory=list)

    def take(self, part: dict[str, Floats | NDArray[np.intp]]) -> None:
        """The next places' results."""
        self._parts.append(part)

    def done(self) -> Tried:
        """Everything taken, in the places' order."""
        whole = {name: np.concatenate([part[name] for part in self._parts]) for name in self._parts[0]}
        day_worst = whole.pop("day_worst_at").astype(np.intp), whole.pop("day_worst_s")
        gap_worst = whole.pop("gap_worst_at").astype(np.intp), whole.pop("gap_worst_s")
        return Tried(self.program, self.nights, self.places, day_worst=day_worst, gap_worst=gap_worst, **whole)


def choices_of(plan: LightingPlan, light: ProvenLight, first: date, nights: int = NIGHTS) -> tuple[Program, ...]:
    """The light's program of each night."""
    days = (first + timedelta(days=position) for position in range(nights))
    return tuple(plan.program_of_night(light.program, night, light.target) for night in days)


def same_program(program: Program) -> object:
    """What a program does, whatever it and its steps are called: two with the same answer light the same."""
    return replace(
        program,
        id="",
        title=NAMELESS,
        edges=tuple(replace(edge, name=None) for edge in program.edges),
        shows=tuple(replace(show, name=NAMELESS) for show in program.shows),
    )


@dataclass(frozen=True, slots=True)
class Lit:
    """All lights sorted: the places their sun is at, by plan for each light (positions), and each light's kind."""

    places: list[Place]
    place_of: tuple[NDArray[np.intp], ...]
    kinds: list[Kind]
    kind_of: NDArray[np.intp]


def sorted_lights(lights: Sequence[ProvenLight], plans: Sequence[LightingPlan]) -> Lit:
    """Lights that every plan treats alike are one kind: same program, same rules, same scene."""
    places: dict[Place, int] = {}
    firsts: dict[object, tuple[int, ProvenLight]] = {}
    place_of = [np.empty(len(lights), dtype=np.intp) for _ in plans]
    kind_of = np.empty(len(lights), dtype=np.intp)
    for position, light in enumerate(lights):
        key: list[object] = [light.program]
        for plan, found in zip(plans, place_of, strict=True):
            standing = plan.standing(light.target, light.place)
            found[position] = places.setdefault(standing.place, len(places))
            key += (standing.kind, plan.stages.get(light.target))
        kind_of[position] = firsts.setdefault(tuple(key), (len(firsts), light))[0]
    kinds = [
        Kind(light, tuple(np.unique(found[kind_of == number]) for found in place_of))
        for number, light in firsts.values()
    ]
    return Lit(list(places), tuple(place_of), kinds, kind_of)


def segments(*plans: Choices) -> dict[tuple[object, ...], NDArray[np.intp]]:
    """The nights by what they have under each plan: pairs of programs (as ``same_program``), nights ascending."""
    found: dict[tuple[object, ...], list[int]] = {}
    known: dict[int, object] = {}
    for position, programs in enumerate(zip(*plans, strict=True)):
        key = tuple(known.setdefault(id(program), same_program(program)) for program in programs)
        found.setdefault(key, []).append(position)
    return {key: np.array(nights, dtype=np.intp) for key, nights in found.items()}


def try_all(trials: Sequence[Trial], sky: YearSky, margin_min: float = DAY_MARGIN_MIN) -> None:
    """Work every trial out, places in slices."""
    by_program: dict[object, list[Trial]] = {}
    for trial in trials:
        by_program.setdefault(same_program(trial.program), []).append(trial)
    twilight = any(_asks_twilight(trial.program) for trial in trials)
    for begin in range(0, len(sky.places), AT_ONCE):
        chunk = Chunk.of(sky, slice(begin, min(begin + AT_ONCE, len(sky.places))), twilight=twilight)
        for together in by_program.values():
            _try_here(together, chunk, begin, margin_min)


def _asks_twilight(program: Program) -> bool:
    return any(point.anchor in (Anchor.DUSK, Anchor.DAWN) for point in points_of(program))


def _try_here(trials: Sequence[Trial], chunk: Chunk, begin: int, margin_min: float) -> None:
    """Trials of one program at one slice of places: measured once, added up for each."""
    inside = [_between(trial.places, begin, begin + len(chunk.sunset)) for trial in trials]
    wanted = [(trial, places) for trial, places in zip(trials, inside, strict=True) if len(places)]
    if not wanted:
        return
    rows = np.unique(np.concatenate([places for _, places in wanted])) - begin
    nights = np.unique(np.concatenate([trial.nights for trial, _ in wanted]))
    came = measure(wanted[0][0].program, chunk, rows, nights, margin_min)
    night_s = _lengths(chunk, rows, nights) if came.saved_s is not None else None
    for trial, places in wanted:
        at, when = np.searchsorted(rows, places - begin), np.searchsorted(nights, trial.nights)
        trial.take(_added_up(came, at, when, trial.nights, night_s))


def _between(places: NDArray[np.intp], begin: int, end: int) -> NDArray[np.intp]:
    low, high = np.searchsorted(places, (begin, end))
    return places[low:high]


def _lengths(chunk: Chunk, rows: NDArray[np.intp], nights: NDArray[np.intp]) -> Floats:
    cut = np.ix_(rows, nights)
    return chunk.sunrise[cut] - chunk.sunset[cut]


def _added_up(
    came: Measured, at: NDArray[np.intp], when: NDArray[np.intp], nights: NDArray[np.intp], night_s: Floats | None
) -> dict[str, Floats | NDArray[np.intp]]:
    whole = len(at) == came.burn_s.shape[0] and len(when) == came.burn_s.shape[1]
    mask = np.zeros(came.burn_s.shape[1])
    mask[when] = 1.0

    def total(values: Floats) -> Floats:
        return values.sum(axis=1) if whole else (values @ mask)[at]

    def cut(values: Floats | None) -> Floats | None:
        return None if values is None else values[np.ix_(at, when)]

    zero = np.zeros(len(at))
    found: dict[str, Floats | NDArray[np.intp]] = {
        "burn_s": total(came.burn_s),
        "full_s": total(came.full_s),
        "burns": total(came.burns),
        "saved_s": zero,
        "saved_most": zero,
    }
    for name, values in (("day", cut(came.day_s)), ("gap", cut(came.gap_s))):
        found |= _worst(name, values, nights, zero)
    saved = cut(came.saved_s)
    if saved is not None and night_s is not None:
        found["saved_s"] = saved.sum(axis=1)
        found["saved_most"] = (saved / night_s[np.ix_(at, when)]).max(axis=1)
    return found


def _worst(
    name: str, values: Floats | None, nights: NDArray[np.intp], zero: Floats
) -> dict[str, Floats | NDArray[np.intp]]:
    if values is None:
        at = np.zeros(len(zero), dtype=np.intp)
        return {f"{name}_s": zero, f"{name}_nights": zero, f"{name}_worst_at": at, f"{name}_worst_s": zero}
    counted = values > NEGLIGIBLE_S
    worst = values.argmax(axis=1)
    return {
        f"{name}_s": np.where(counted, values, 0.0).sum(axis=1),
        f"{name}_nights": counted.sum(axis=1).astype(np.float64),
        f"{name}_worst_at": nights[worst],
        f"{name}_worst_s": values[np.arange(len(worst)), worst],
    }


@dataclass(frozen=True, slots=True)
class Segment:
    """A kind of lights on the nights on which it has one program under each plan; ``tried`` in the plans' order."""

    kind: int
    nights: NDArray[np.intp]
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class YearProof:
    """Plans side by side over a year of nights from ``first`` on."""

    first: date
    nights: int
    lit: Lit
    segments: tuple[Segment, ...]
    choices: tuple[tuple[Choices, ...], ...]
    """By kind, by plan: the program of each night."""

    def of_lights(self, which: int, name: str) -> Floats:
        """A measure (``burn_s`` …) of every light, over all nights, under one of the plans."""
        found = np.zeros(len(self.lit.kind_of))
        for segment in self.segments:
            members, at = self.members(segment, which)
            found[members] += getattr(segment.tried[which], name)[at]
        return found

    def members(self, segment: Segment, which: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """A segment's lights, and where each one's place stands in its arrays under one of the plans."""
        members = np.flatnonzero(self.lit.kind_of == segment.kind)
        places = self.lit.kinds[segment.kind].places[which]
        return members, np.searchsorted(places, self.lit.place_of[which][members])

    def night(self, position: int) -> date:
        """The date of the night at a position."""
        return self.first + timedelta(days=int(position))


def prove_year(
    plans: Sequence[LightingPlan],
    lights: Sequence[ProvenLight],
    first: date,
    nights: int = NIGHTS,
    *,
    margin_min: float = DAY_MARGIN_MIN,
) -> YearProof:
    """Try these plans (in force and draft; or one alone) for every light over ``nights`` nights from ``first`` on.

    Raises:
        InvalidValue: a light stands where a program's sun times do not exist.
    """
    lit = sorted_lights(lights, plans)
    sky = YearSky(lit.places, first, nights, plans[0].tz)
    waiting: list[tuple[int, NDArray[np.intp], list[Trial]]] = []
    choices: list[tuple[Choices, ...]] = []
    for number, kind in enumerate(lit.kinds):
        chosen = tuple(choices_of(plan, kind.first, first, nights) for plan in plans)
        choices.append(chosen)
        waiting += [(number, some, list(_trials(chosen, some, kind))) for some in segments(*chosen).values()]
    trials = {id(one): one for _, _, own in waiting for one in own}
    try_all(list(trials.values()), sky, margin_min)
    done: Mapping[int, Tried] = {name: trial.done() for name, trial in trials.items()}
    found = tuple(Segment(kind, some, tuple(done[id(one)] for one in own)) for kind, some, own in waiting)
    return YearProof(first, nights, lit, found, tuple(choices))


def _trials(chosen: Sequence[Choices], nights: NDArray[np.intp], kind: Kind) -> Iterator[Trial]:
    """One trial for each plan; one and the same where the plans agree."""
    made: dict[object, Trial] = {}
    for programs, places in zip(chosen, kind.places, strict=True):
        program = programs[int(nights[0])]
        key = (same_program(program), places.tobytes())
        yield made.setdefault(key, Trial(program, nights, places))
