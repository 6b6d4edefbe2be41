"""Every type of program as a table: what lamps do through a night, and what a moment hangs on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from controller.domain.errors import InvalidValue
from controller.domain.expression import parse
from schedules.conditions import PointRef
from schedules.program import (
    Edge,
    End,
    LuxMode,
    LuxRule,
    Program,
    Saving,
    Show,
    Title,
    ValueCondition,
    all_night,
    by_light,
    capped,
    half_night,
    stepped,
)
from schedules.resolve import state_at
from tests.unit.schedules.test_resolve import MIDSUMMER, MIDWINTER, TITLE, TZ, WEST_LAKE, at, levels, local

MAIN = Title("主秀", "Main show")
LEVELS = ((at("22:00"), 70.0), (at("00:00"), 40.0), (at("04:30"), 70.0))
SCENE = Program(
    "scene",
    TITLE,
    (Edge(at("dusk"), 60), Edge(at("21:30"), 30, Title("静态", "Still"))),
    shows=(Show(at("19:45"), at("20:00"), 100, MAIN), Show(at("21:45"), at("22:00"), 100, MAIN)),
    ends=(End(at("22:30")), End(at("23:30"), hard=True)),
)
TYPES = [
    ("all-night", all_night("a", TITLE), MIDWINTER, "12:00 0, 17:03 100, 06:52 0"),
    (
        "astronomical with offsets",
        all_night("a", TITLE, at("sunset+12m"), at("sunrise-20m")),
        MIDWINTER,
        "12:00 0, 17:15 100, 06:32 0",
    ),
    ("half-night", half_night("h", TITLE, at("23:30")), MIDWINTER, "12:00 0, 17:03 100, 23:30 0"),
    (
        "half-night, lit again before dawn",
        half_night("h", TITLE, at("23:30"), at("05:00")),
        MIDWINTER,
        "12:00 0, 17:03 100, 23:30 0, 05:00 100, 06:52 0",
    ),
    (
        "stepped dimming",
        stepped("s", TITLE, LEVELS),
        MIDWINTER,
        "12:00 0, 17:03 100, 22:00 70, 00:00 40, 04:30 70, 06:52 0",
    ),
    (
        "stepped dimming in a short night",
        stepped("s", TITLE, (*LEVELS[:2], (at("05:30"), 70.0))),
        MIDSUMMER,
        "12:00 0, 19:04 100, 22:00 70, 00:00 40, 04:59 0",
    ),
    (
        "fixed times",
        Program("f", TITLE, (Edge(at("18:30"), 100), Edge(at("00:30"), 50), Edge(at("05:45"), 0))),
        MIDSUMMER,
        "12:00 0, 18:30 100, 00:30 50, 05:45 0",
    ),
    (
        "minimum burn",
        half_night("h", TITLE, at("23:30"), at("04:50"), min_burn_min=15),
        MIDSUMMER,
        "12:00 0, 19:04 100, 23:30 0",
    ),
    ("light sensor alone, nothing measured", by_light("l", TITLE), MIDWINTER, "12:00 0, 17:18 100, 07:22 0"),
    (
        "astronomical and light sensor, nothing measured",
        replace(all_night("a", TITLE), lux=LuxRule(LuxMode.ASTRO_AND_LUX)),
        MIDWINTER,
        "12:00 0, 17:03 100, 06:52 0",
    ),
    (
        "a scene with shows, a still and a curfew",
        SCENE,
        MIDWINTER,
        "12:00 0, 17:30 60, 19:45 100, 20:00 60, 21:30 30, 21:45 100, 22:00 30, 22:30 0",
    ),
    ("a scene whose show begins before its dusk", SCENE, MIDSUMMER, "12:00 0, 19:32 60, 19:45 100, 20:00 60, "
     "21:30 30, 21:45 100, 22:00 30, 22:30 0"),
    (
        "a hard end caps what another program would light after it",
        capped(Program("p", TITLE, (Edge(at("dusk"), 100), Edge(at("02:00"), 0), Edge(at("04:00"), 100))), at("00:30")),
        MIDWINTER,
        "12:00 0, 17:30 100, 00:30 0",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("what", "program", "night", "expected"), TYPES, ids=[row[0] for row in TYPES])
def test_a_night_of_each_type(what: str, program: Program, night: date, expected: str) -> None:
    assert what
    assert ", ".join(f"{clock} {percent:g}" for clock, percent in levels(program, night)) == expected


@pytest.mark.parametrize(
    ("clock", "cause", "percent"),
    [
        ("19:50", "on from 19:45 until 20:00 (主秀 Main show)", 100),
        ("21:40", "30% at 21:30 (静态 Still)", 30),
        ("22:31", "off from 22:30 (curfew 熄灯)", 0),
    ],
)
def test_a_scenes_moment_names_its_step(clock: str, cause: str, percent: float) -> None:
    state = state_at(SCENE, WEST_LAKE, TZ, local(MIDWINTER, clock))
    assert (state.cause, state.percent) == (cause, percent)
    assert state.base_percent == percent, "an end is no saving that a declared state could lift"


def test_a_hard_end_says_so() -> None:
    lit = capped(all_night("a", TITLE), at("23:30"))
    assert state_at(lit, WEST_LAKE, TZ, local(MIDWINTER, "23:31")).cause == "off from 23:30 (hard end 最晚熄灯)"


def test_savings_darken_a_show_too() -> None:
    saving = replace(SCENE, savings=(Saving(at("19:50"), at("19:55"), 20),))
    assert state_at(saving, WEST_LAKE, TZ, local(MIDWINTER, "19:52")).percent == 20


def test_the_lux_rules_defaults_are_those_of_the_trade() -> None:
    rule = LuxRule(LuxMode.LUX)
    assert (rule.evening, rule.morning, rule.hysteresis_lx, rule.hold_s) == ((-30, 15), (-15, 30), 10.0, 180.0)
    assert [str(edge.at) for edge in rule.edges()] == ["sunset+15m", "sunrise+30m"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("evening", (15, 30)), ("morning", (-90, 0)), ("on_below_lx", 0.0), ("hysteresis_lx", -1.0), ("hold_s", 7200.0)],
)
def test_a_lux_rule_that_makes_no_sense_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidValue):
        replace(LuxRule(LuxMode.LUX), **{field: value})  # type: ignore[arg-type]  # any field, from a table


def test_a_program_the_sensor_decides_alone_has_no_edges_of_its_own() -> None:
    with pytest.raises(InvalidValue, match="ends of the sensor's windows"):
        replace(all_night("a", TITLE), lux=LuxRule(LuxMode.LUX))


def test_a_value_condition_keeps_its_expression_and_refuses_names_it_does_not_ask_for() -> None:
    condition = ValueCondition(parse("traffic > 20"), at("22:00"), at("05:00"), 100.0, TITLE)
    assert str(condition.when) == "traffic > 20"
    with pytest.raises(InvalidValue, match="does not ask for"):
        replace(condition, points={"rain": PointRef("330106-SP-0001", "rain")})
