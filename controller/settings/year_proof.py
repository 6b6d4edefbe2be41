"""Proof over a whole year that no schedule burns lamps by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from controller.domain.assets import City
from controller.domain.lights import Cabinet, Pole
from controller.domain.places import Place
from controller.domain.points import TargetId
from controller.settings.context import in_china
from controller.settings.parsing import Findings, Spot
from schedules.calendar import Calendar
from schedules.plan import LightingPlan
from schedules.possible import chance_of, years_of
from schedules.program import Program, ProgramId, capped
from schedules.resolve import day_burning
from schedules.scenes import SceneStage

PROOF_YEAR = 2028
"""A leap year, so that every date is tried; sun times repeat within half a minute from year to year."""

Burning = tuple[date, float]


class Kind(NamedTuple):
    """Lights the plan treats alike: their own program, the rules that single them out, their scene."""

    own: ProgramId
    standing: int
    stage: SceneStage | None


@dataclass(frozen=True, slots=True)
class Alike:
    """One kind of light: any one of them, and the outermost places."""

    kind: Kind
    example: TargetId
    places: frozenset[Place]


def check_no_day_burning(city: City, plan: LightingPlan, spots: Mapping[ProgramId, Spot], findings: Findings) -> None:
    """Try every program a light can get, where and when it can get it. ``spots`` says where each program stands."""
    kinds = list(_kinds(city, plan))
    for program, spot in spots.items():
        burnt = list(_burnt(program, kinds, plan))
        if burnt:
            night, minutes = max(burnt, key=lambda burning: burning[1])
            nights = len({night for night, _ in burnt})
            message = f"burns lamps by day on {nights} nights, worst {night} with {minutes:.0f} min"
            findings.add(spot, message, "end it with a sunrise edge, move the fixed time, or use it in a season only")


def _kinds(city: City, plan: LightingPlan) -> Iterator[Alike]:
    found: dict[Kind, tuple[TargetId, set[Place]]] = {}
    assets: list[Cabinet | Pole] = [*city.cabinets.values(), *city.poles.values()]
    for asset in filter(_somewhere, assets):
        for light in asset.circuits if isinstance(asset, Cabinet) else asset.luminaires:
            standing = plan.standing(light.id, asset.place)
            kind = Kind(light.program, standing.kind, plan.stages.get(light.id))
            found.setdefault(kind, (light.id, set()))[1].add(standing.place)
    return (Alike(kind, example, _outermost(places)) for kind, (example, places) in found.items())


def _somewhere(asset: Cabinet | Pole) -> bool:
    """Coordinates refused already have no sun times to try."""
    return in_china(asset.place.lat, asset.place.lon)


def _outermost(places: set[Place]) -> frozenset[Place]:
    """West, east, south, north: the sun times of all others lie between theirs."""
    return frozenset(
        {
            min(places, key=lambda place: place.lon),
            max(places, key=lambda place: place.lon),
            min(places, key=lambda place: place.lat),
            max(places, key=lambda place: place.lat),
        }
    )


def _burnt(program: ProgramId, kinds: list[Alike], plan: LightingPlan) -> Iterator[Burning]:
    known = plan.programs.get(program)
    if known is None:
        return
    years = _years(plan.calendar)
    for alike in kinds:
        if not _gets(plan.calendar, alike, program):
            continue
        lit = _with_its_end(known, alike.kind.stage)
        for place in alike.places:
            nights = (burning for year in years for burning in day_burning(lit, place, plan.tz, year))
            yield from (burnt for burnt in nights if _may_come(plan.calendar, alike, program, burnt[0]))


def _with_its_end(program: Program, stage: SceneStage | None) -> Program:
    return program if stage is None else capped(program, stage.hard_end)


def _gets(calendar: Calendar, alike: Alike, program: ProgramId) -> bool:
    """Whether lights of a kind may get the program at all."""
    own = alike.kind.own
    given = (rule.gives(own) for rule in calendar.rules if rule.holds_for(alike.example))
    return own == program or any(one == program for one in given)


def _years(calendar: Calendar) -> list[int]:
    """The year of the proof, and those that rules with definite dates speak of."""
    return sorted({PROOF_YEAR}.union(*(years_of(rule.when) for rule in calendar.rules)))


def _may_come(calendar: Calendar, alike: Alike, program: ProgramId, night: date) -> bool:
    """Whether lights of a kind can get the program on this date, in this year or another."""
    own = alike.kind.own
    for rule in calendar.rules:
        instead = rule.gives(own) if rule.holds_for(alike.example) else None
        if instead is None:
            continue
        chance = chance_of(rule.when, night)
        if chance.possible and instead == program:
            return True
        if chance.certain:
            return False
    return own == program
