"""A year's proof of many lights: every light's own nights, the nights on which plans differ, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from controller.domain.places import Place
from schedules.calendar import Calendar, DayKind, OnDates, OnDayKinds, Rule
from schedules.plan import LightingPlan
from schedules.program import Program, Title, all_night, half_night, landscape, parse_time_point
from schedules.proof_conflicts import oddities_of
from schedules.proof_words import change_text, nights_text
from schedules.proof_year import YearProof, prove_year
from schedules.spans import Sky, spans_of

TZ = ZoneInfo("Asia/Shanghai")
TITLE = Title("试", "tried")
FIRST, NIGHTS = date(2028, 2, 1), 60
EAST, WEST = Place(30.25, 120.5), Place(29.6, 118.6)


@dataclass(frozen=True)
class Light:
    """A light."""

    target: str
    program: str
    place: Place


LIGHTS = (
    Light("a/K1", "road", EAST),
    Light("a/K2", "half", EAST),
    Light("b/K1", "half", WEST),
    Light("b/K2", "trees", WEST),
    Light("c/K1", "trees", EAST),
)


def half(dark_from: str) -> Program:
    return half_night("half", TITLE, parse_time_point(dark_from), parse_time_point("05:00"))


def plan(dark_from: str = "23:30", *rules: Rule) -> LightingPlan:
    programs = [
        all_night("road", TITLE),
        half(dark_from),
        landscape("trees", TITLE, parse_time_point("22:00")),
        landscape("late", TITLE, parse_time_point("00:30")),
    ]
    weekend = Rule("weekend", OnDayKinds(frozenset({DayKind.WEEKEND})), {"trees": "late"})
    return LightingPlan({one.id: one for one in programs}, Calendar((*rules, weekend)), TZ)


def slow_h(of: LightingPlan, light: Light) -> float:
    """The light's burning hours, night by night as the controller works them out."""
    total = 0.0
    for night in (FIRST + timedelta(days=position) for position in range(NIGHTS)):
        sky = Sky(night, of.standing(light.target, light.place).place, TZ)
        spans = spans_of(of.program_of_night(light.program, night, light.target), sky)
        total += sum(span.end_s - span.start_s for span in spans if span.percent > 0.0)
    return total / 3600.0


def proven(*plans: LightingPlan) -> YearProof:
    return prove_year(plans, LIGHTS, FIRST, NIGHTS)


def test_every_lights_hours_are_those_of_its_own_place_and_its_own_nights() -> None:
    festival = Rule("festival", OnDates(frozenset({date(2028, 2, 29)})), every="late", only=frozenset({"a/K1", "c/K1"}))
    plans = plan(), plan("00:00", festival)
    proof = proven(*plans)
    for which, one in enumerate(plans):
        assert list(proof.of_lights(which, "burn_s") / 3600.0) == pytest.approx(
            [slow_h(one, light) for light in LIGHTS], abs=1e-3
        )
    changed = {
        LIGHTS[member].target
        for s in proof.segments
        if s.tried[0] is not s.tried[1]
        for member in proof.members(s, 1)[0]
    }
    assert changed == {"a/K1", "a/K2", "b/K1", "c/K1"}, "b/K2 has what it had"


def test_where_two_plans_agree_they_are_worked_out_once() -> None:
    renamed = plan()
    renamed = replace(
        renamed, programs={k: replace(p, title=Title("改名", "renamed")) for k, p in renamed.programs.items()}
    )
    assert all(segment.tried[0] is segment.tried[1] for segment in proven(plan(), renamed).segments)


def test_a_dark_road_shows_its_nights_and_its_worst_one() -> None:
    gap = replace(half("23:30"), id="road", edges=(*half("23:30").edges,), savings=())
    gone = Program("road", TITLE, (gap.edges[0], replace(gap.edges[1], at=parse_time_point("02:00"))))
    broken = replace(plan(), programs={**plan().programs, "road": gone})
    (tried,) = {id(s.tried[0]): s.tried[0] for s in proven(broken).segments if s.tried[0].program.id == "road"}.values()
    assert tried.gap_nights.tolist() == [NIGHTS]
    position, seconds = int(tried.gap_worst[0][0]), float(tried.gap_worst[1][0])
    sky = Sky(FIRST + timedelta(days=position), EAST, TZ)
    assert seconds == pytest.approx(sky.sun.morning_s - 1800.0 - sky.second(parse_time_point("02:00")), abs=1e-3)
    assert np.all(tried.day_s == 0.0)


def test_what_moved_is_said_as_a_person_would() -> None:
    assert change_text(half("23:30"), half("00:00")) == "off 23:30→00:00"
    later = all_night("road", TITLE, parse_time_point("sunset-10m"))
    assert change_text(all_night("road", TITLE), later) == "on sunset→sunset-10m"
    both = change_text(all_night("road", TITLE), half("23:30"))
    assert both == "on sunset, off sunrise → on sunset, off sunrise, off 23:30–05:00"
    assert nights_text(FIRST, range(NIGHTS), NIGHTS) == "every night"
    assert nights_text(FIRST, [0, 1, 2, 28], NIGHTS) == "2028-02-01–02-03, 2028-02-29"
    assert nights_text(FIRST, [0, 2, 4, 6, 8], NIGHTS).endswith("and 1 more")


def test_rules_that_decide_nothing_and_programs_nobody_gets_are_named() -> None:
    spare = replace(plan(), programs={**plan().programs, "spare": half("22:00")})
    never = Rule("never", OnDates(frozenset({date(2020, 1, 1)})), {"trees": "late"})
    odd = oddities_of(replace(spare, calendar=plan("23:30", never).calendar), LIGHTS, LIGHTS, FIRST, NIGHTS)
    assert odd.unused == ("spare",)
    assert oddities_of(spare, LIGHTS, LIGHTS, FIRST, NIGHTS, {"spare"}).unused == (), "a declared state may bring it"
    assert [one.rule for one in odd.rules] == ["never"]
