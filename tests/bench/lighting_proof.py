"""A year's proof of a whole city: a draft beside what is in force, every light, every night."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from controller.domain.places import Place
from schedules import astro
from schedules.calendar import Calendar, DayKind, InSeason, OnDates, OnDayKinds, Rule
from schedules.plan import LightingPlan
from schedules.program import Program, Title, all_night, half_night, landscape, parse_time_point, stepped
from schedules.proof_year import prove_year
from tests.bench.registry import benchmark, remark

CABINETS = 10_000
SAMPLES = 5
FIRST = date(2028, 1, 1)
"""A leap year."""
SOUTH, NORTH, WEST, EAST = 29.2, 30.6, 118.4, 120.7
"""Hangzhou from the far west of 淳安 to the east of 钱塘, in degrees."""
CIRCUITS = ("all-night", "half-night", "stepped", "landscape", "all-night", "half-night")
"""The usual six of a cabinet."""
TITLE = Title("试", "tried")


@dataclass(frozen=True, slots=True)
class Light:
    """A circuit."""

    target: str
    program: str
    place: Place


@benchmark(
    "lighting.prove_year_10000_s",
    unit="s",
    must=20.0,
    goal=5.0,
    note="10,000 cabinets at places of their own with 60,000 circuits, 366 nights, two plans (in force and draft) side "
    "by side, sun times worked out anew; one process, one thread",
)
def prove_year_10000_s() -> list[float]:
    rng = random.Random(20260621)  # noqa: S311 - a made-up city, the same every time
    places = [Place(rng.uniform(SOUTH, NORTH), rng.uniform(WEST, EAST)) for _ in range(CABINETS)]
    lights = [
        Light(f"{number:05d}/K{output}", program, place)
        for number, place in enumerate(places)
        for output, program in enumerate(CIRCUITS, 1)
    ]
    plans = [_plan("23:30"), _plan("00:00")]
    _proven(plans, lights[: 6 * 100])
    return [_proven(plans, lights) for _ in range(SAMPLES)]


def _plan(dark_from: str) -> LightingPlan:
    steps = (
        (parse_time_point("22:00"), 70.0),
        (parse_time_point("00:00"), 50.0),
        (parse_time_point("dawn-15m"), 80.0),
    )
    programs: list[Program] = [
        all_night("all-night", TITLE, parse_time_point("sunset-5m"), parse_time_point("sunrise+5m")),
        half_night("half-night", TITLE, parse_time_point(dark_from), parse_time_point("05:00")),
        half_night("half-winter", TITLE, parse_time_point("23:00"), parse_time_point("05:30")),
        stepped("stepped", TITLE, steps),
        landscape("landscape", TITLE, parse_time_point("22:00")),
        landscape("landscape-weekend", TITLE, parse_time_point("22:30")),
        landscape("landscape-festival", TITLE, parse_time_point("00:00")),
    ]
    rules = (
        Rule(
            "festival",
            OnDates(frozenset(date(2028, 10, day) for day in range(1, 8))),
            {"landscape": "landscape-festival"},
        ),
        Rule("weekend", OnDayKinds(frozenset({DayKind.WEEKEND})), {"landscape": "landscape-weekend"}),
        Rule("winter", InSeason((11, 15), (2, 15), exceptional=False), {"half-night": "half-winter"}),
    )
    return LightingPlan({one.id: one for one in programs}, Calendar(rules), ZoneInfo("Asia/Shanghai"))


def _proven(plans: list[LightingPlan], lights: list[Light]) -> float:
    """Seconds, from nothing known to every light's year. A fresh process asks the almanac anew too."""
    for almanac in (astro._sun_at_greenwich, astro._twilight_at_greenwich):
        almanac.cache_clear()
    began_s = time.perf_counter()
    proof = prove_year(plans, lights, FIRST)
    burning_h = proof.of_lights(0, "burn_s").sum() / 3600.0, proof.of_lights(1, "burn_s").sum() / 3600.0
    took_s = time.perf_counter() - began_s
    remark(f"{len(lights)} lights: {burning_h[0]:,.0f} light-hours in force, {burning_h[1]:,.0f} in the draft")
    return took_s
