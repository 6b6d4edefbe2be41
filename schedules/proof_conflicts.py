"""What a calendar says in vain over the nights of a proof: odd rules, programs nobody gets, years without holidays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schedules.conflicts import Conflict, conflicts
from schedules.plan import LightingPlan
from schedules.proof_year import ProvenLight


@dataclass(frozen=True, slots=True)
class Oddities:
    """``rules``: those that decide nothing or contradict each other. ``unused``: programs no light gets."""

    rules: tuple[Conflict, ...]
    unused: tuple[str, ...]
    missing_years: tuple[int, ...]


def oddities_of(
    plan: LightingPlan,
    kinds: Sequence[ProvenLight],
    lights: Sequence[ProvenLight],
    first: date,
    nights: int,
    brought: Collection[str] = (),
) -> Oddities:
    """Everything of that sort; ``kinds`` are one of each kind of lights there is, ``lights`` all of them.

    ``brought``: programs that a declared state may bring in any night, and that are therefore of use.
    """
    dates = [first + timedelta(days=position) for position in range(nights)]
    used = set(brought)
    used |= {plan.chosen(light.program, night, light.target).choice.program for light in kinds for night in dates}
    found = conflicts(plan.calendar, [light.target for light in lights], first, nights)
    last = dates[-1]
    missing = {*plan.calendar.missing_years(first), *(y for y in plan.calendar.missing_years(last) if y <= last.year)}
    return Oddities(tuple(found), tuple(sorted(set(plan.programs) - used)), tuple(sorted(missing)))
