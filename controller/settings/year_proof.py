"""Proof over a whole year that no schedule burns lamps by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from controller.domain.assets import Cabinet, City, Place, Pole
from controller.settings.context import in_china
from controller.settings.parsing import Findings, Spot
from schedules.calendar import Calendar, InRange, OnDates, OnDayKinds, OnWeekdays
from schedules.plan import LightingPlan
from schedules.program import ProgramId
from schedules.resolve import day_burning

PROOF_YEAR = 2028
"""A leap year, so that every date is tried; sun times repeat within half a minute from year to year."""

Burning = tuple[date, float]


def check_no_day_burning(city: City, plan: LightingPlan, spots: Mapping[ProgramId, Spot], findings: Findings) -> None:
    """Try every program a light can get, where and when it can get it. ``spots`` says where each program stands."""
    places = {base: _outermost(used) for base, used in _used_at(city).items()}
    for program, spot in spots.items():
        burnt = list(_burnt(program, places, plan))
        if burnt:
            night, minutes = max(burnt, key=lambda burning: burning[1])
            nights = len({night for night, _ in burnt})
            message = f"burns lamps by day on {nights} nights, worst {night} with {minutes:.0f} min"
            findings.add(spot, message, "end it with a sunrise edge, move the fixed time, or use it in a season only")


def _used_at(city: City) -> dict[ProgramId, list[Place]]:
    used: dict[ProgramId, list[Place]] = {}
    for cabinet in filter(_somewhere, city.cabinets.values()):
        for program in {circuit.program for circuit in cabinet.circuits}:
            used.setdefault(program, []).append(cabinet.place)
    for pole in filter(_somewhere, city.poles.values()):
        for program in {lamp.program for lamp in pole.luminaires}:
            used.setdefault(program, []).append(pole.place)
    return used


def _somewhere(asset: Cabinet | Pole) -> bool:
    """Coordinates refused already have no sun times to try."""
    return in_china(asset.place.lat, asset.place.lon)


def _outermost(places: list[Place]) -> frozenset[Place]:
    """West, east, south, north: the sun times of all others lie between theirs."""
    return frozenset(
        {
            min(places, key=lambda place: place.lon),
            max(places, key=lambda place: place.lon),
            min(places, key=lambda place: place.lat),
            max(places, key=lambda place: place.lat),
        }
    )


def _burnt(program: ProgramId, places: Mapping[ProgramId, frozenset[Place]], plan: LightingPlan) -> Iterator[Burning]:
    known = plan.programs.get(program)
    if known is None:
        return
    years = _years(plan.calendar)
    for base, used in places.items():
        if base == program or any(rule.use.get(base) == program for rule in plan.calendar.rules):
            for place in used:
                nights = (burning for year in years for burning in day_burning(known, place, plan.tz, year))
                yield from (burnt for burnt in nights if _may_come(plan.calendar, base, program, burnt[0]))


def _years(calendar: Calendar) -> list[int]:
    """The year of the proof, and those that rules with definite dates speak of."""
    years = {PROOF_YEAR}
    for rule in calendar.rules:
        if isinstance(rule.when, OnDates):
            years |= {day.year for day in rule.when.dates}
        elif isinstance(rule.when, InRange):
            years |= {rule.when.first.year, rule.when.last.year}
    return sorted(years)


def _may_come(calendar: Calendar, base: ProgramId, program: ProgramId, night: date) -> bool:
    """Whether a light with program ``base`` can get ``program`` on this date.

    Rules by weekday or kind of day may fall on any date in some year; the others say for certain.
    """
    for rule in calendar.rules:
        instead = rule.use.get(base)
        if instead is None:
            continue
        if isinstance(rule.when, (OnDayKinds, OnWeekdays)):
            if instead == program:
                return True
        elif rule.when.applies(night, calendar.holidays):
            return instead == program
    return base == program
