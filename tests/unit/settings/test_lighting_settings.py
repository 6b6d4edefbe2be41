"""Programs, rules, modes, holidays and scenes as their files say them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from controller.domain.places import Place
from controller.settings.checks import check_site, look_over
from controller.settings.load import load_site
from controller.settings.site import Site
from schedules.calendar import Mode
from schedules.conditions import LuxMode, LuxRule, PointRef
from schedules.conflicts import conflicts
from schedules.holidays import DayKind
from schedules.program import Saving, parse_time_point
from schedules.public_holidays import library_tables
from tests.unit.settings.small_site import FILES, write_site

PROGRAMS = "site/lighting/programs.yaml"
MORE = "site/lighting/z-more.yaml"
"""Files are read in the order of their names, and so are their rules."""
HANGZHOU = Path("config/hangzhou")


def with_more(tmp_path: Path, more: str) -> Path:
    return write_site(tmp_path, {MORE: more})


def site_with(tmp_path: Path, more: str) -> Site:
    return load_site(with_more(tmp_path, more))


def problems_of(tmp_path: Path, more: str) -> list[str]:
    _, problems = check_site(with_more(tmp_path, more))
    return [f"{problem.line}: {problem.message}; {problem.hint}" for problem in problems]


def test_dimming_steps_are_savings_each_until_the_next(tmp_path: Path) -> None:
    site = site_with(
        tmp_path,
        "programs:\n  - id: stepped\n    title: {zh: 调光, en: Stepped}\n    edges: {sunset: on, sunrise: off}\n"
        "    dimming: {22:00: 70%, 00:00: 40%, 04:30: on}\n",
    )
    clock = {text: parse_time_point(text) for text in ("22:00", "00:00", "04:30")}
    assert site.lighting.programs["stepped"].savings == (
        Saving(clock["22:00"], clock["00:00"], 70.0),
        Saving(clock["00:00"], clock["04:30"], 40.0),
    )


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("edges: {sunset: on, sunrise: off}\n    lux: true", LuxRule(LuxMode.ASTRO_AND_LUX)),
        ("lux: only", LuxRule(LuxMode.LUX)),
        (
            "lux: {mode: lux, evening: [-20, 10], on_below_lx: 25, hold: 5m}",
            LuxRule(LuxMode.LUX, (-20, 10), on_below_lx=25.0, hold_s=300.0),
        ),
    ],
)
def test_the_light_sensors_part_is_read_short_and_long(tmp_path: Path, said: str, rule: LuxRule) -> None:
    site = site_with(tmp_path, f"programs:\n  - id: lit\n    title: {{zh: 光控, en: Lux}}\n    {said}\n")
    program = site.lighting.programs["lit"]
    assert program.lux == rule
    if rule.mode is LuxMode.LUX:
        assert program.edges == rule.edges()


VALUE = """\
programs:
  - id: busy
    title: {zh: 车流, en: Traffic}
    edges: {sunset: on, sunrise: off}
    dimming: {22:00: 50%}
    values:
      - {if: energy_kwh > 20 and level < 50, from: 22:00, until: sunrise, level: on, title: {zh: 车流大, en: Busy},
         points: {energy_kwh: POINT, level: 330106-SP-0001/L1.level}}
"""


def test_a_value_condition_names_points_of_other_devices(tmp_path: Path) -> None:
    site = site_with(tmp_path, VALUE.replace("POINT", "330106-LC-0001/energy_kwh"))
    (condition,) = site.lighting.programs["busy"].conditions
    assert condition.points["level"] == PointRef("330106-SP-0001", "L1.level")
    assert (str(condition.start), str(condition.until), condition.percent) == ("22:00", "sunrise", 100.0)


@pytest.mark.parametrize(
    ("point", "told"),
    [("330106-LC-0009/energy_kwh", "no device 330106-LC-0009"), ("330106-LC-0001/energy", "no such point")],
)
def test_a_point_that_is_not_there_is_named(tmp_path: Path, point: str, told: str) -> None:
    (problem,) = problems_of(tmp_path, VALUE.replace("POINT", point))
    assert told in problem


def test_a_value_may_not_darken_a_road(tmp_path: Path) -> None:
    more = VALUE.replace("POINT", "330106-LC-0001/energy_kwh").replace(
        "level: on, title", "may_darken: true, level: off, title"
    )
    rule = "rules:\n  - {name: r, when: {weekdays: [1]}, use: {all-night: busy}}\n"
    assert problems_of(tmp_path / "unused", more) == []
    (problem,) = problems_of(tmp_path / "used", more + rule)
    assert "would darken a road" in problem


CALENDAR = """\
modes:
  - {mode: event, name: {zh: 灯会, en: Fair}, when: {season: {first: 10-16, last: 10-18}}}
  - {mode: holiday, name: {zh: 除夕, en: Eve}, when: {festivals: {names: [除夕], days: [0]}}}
rules:
  - name: special zones
    when: {mode: [event]}
    only: [grade:second, 330106-LC-0001/K2]
    use: {landscape: landscape-late}
  - name: last Fridays in summer
    when: {nth: {weekdays: [5], of_month: [-1]}, season: {first: 06-01, last: 08-31}}
    unless: {days: [holiday]}
    use: {landscape: landscape-late}
  - name: moon
    when: {lunar: {days: [15], months: [8]}}
    use: {landscape: landscape-late}
  - name: solstice
    when: {solar_terms: [冬至]}
    use: {landscape: landscape-late}
holiday_notices:
  - {issued: 2026-09-01, title: 补休通知, days: {2026-10-19: holiday, 2026-10-02: ordinary, 2026-10-24: make_up}}
"""


def test_rules_of_every_kind_are_read(tmp_path: Path) -> None:
    plan = site_with(tmp_path, CALENDAR).lighting
    rules = {rule.name: rule for rule in plan.calendar.rules}
    chosen = {
        night: plan.calendar.choose("landscape", date.fromisoformat(night), "330106-LC-0001/K2").rule
        for night in ("2026-10-17", "2026-06-26", "2026-09-25", "2026-12-22", "2026-10-01", "2026-11-02")
    }
    assert chosen == {
        "2026-10-17": "special zones",
        "2026-06-26": "last Fridays in summer",
        "2026-09-25": "moon",
        "2026-12-22": "solstice",
        "2026-10-01": "holidays",
        "2026-11-02": "",
    }
    assert rules["special zones"].only == load_site(tmp_path / "site").scopes.lights.keys()
    assert plan.calendar.mode(date(2026, 10, 17)) is Mode.EVENT
    assert plan.calendar.mode(date(2026, 2, 16)) is Mode.HOLIDAY


def test_local_notices_win_over_library_and_own_table(tmp_path: Path) -> None:
    holidays = site_with(tmp_path, CALENDAR).lighting.calendar.holidays
    days = [date(2026, 10, 19), date(2026, 10, 2), date(2026, 10, 24)]
    assert [holidays.kind(day) for day in days] == [DayKind.HOLIDAY, DayKind.WORKDAY, DayKind.WORKDAY]
    assert holidays.tables[2025] == library_tables()[2025]
    assert holidays.tables[2026].holidays == frozenset({date(2026, 10, 1)}), "the site's own table stands for its year"


def test_a_mode_cannot_hang_on_modes(tmp_path: Path) -> None:
    more = "modes:\n  - {mode: event, name: {zh: 甲, en: a}, when: {mode: [holiday]}}\n"
    (problem,) = problems_of(tmp_path, more)
    assert "cannot hang on modes" in problem


SCENE = """\
scenes:
  - id: bridge
    title: {zh: 桥, en: Bridge}
    members: [class:landscape]
    hard_end: "23:30"
    steps:
      - {at: dusk, name: {zh: 亮灯, en: On}, level: 60%}
    nights:
      - name: {zh: 节假日, en: holidays}
        when: {days: [holiday]}
        curfew: "23:00"
        shows: [{at: ["20:30", "21:30"], for: 15m, name: {zh: 主秀, en: Show}}]
      - {name: {zh: 平日, en: ordinary}, curfew: "22:00"}
"""


def test_a_scene_becomes_programs_rules_and_a_stage_of_its_members(tmp_path: Path) -> None:
    site = site_with(tmp_path, SCENE)
    plan = site.lighting
    (member,) = plan.stages
    assert member == "330106-LC-0001/K2"
    assert plan.stages[member].place == Place(site.city.cabinets["330106-LC-0001"].place.lat, 120.13)
    assert plan.chosen("landscape", date(2026, 10, 1), member).choice.program == "scene/bridge/1"
    assert plan.chosen("landscape", date(2026, 10, 3), member).choice.program == "scene/bridge/2"
    program = plan.program_of_night("landscape", date(2026, 10, 1), member)
    assert [str(one.start) for one in program.shows] == ["20:30", "21:30"]
    assert [(str(end.at), end.hard) for end in program.ends] == [("23:00", False), ("23:30", True)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[class:landscape]", "[330106-LC-0001/K1]", "not a landscape circuit"),
        ("[class:landscape]", "['group:nobody']", "no light has this group"),
        ("[class:landscape]", "[330106-LC-0002]", "no landscape circuit among them"),
        ('hard_end: "23:30"', "hard_end: dawn", "clock time"),
        ('curfew: "23:00"', 'curfew: "23:45"', "comes after the scene's hard end"),
        ('"21:30"', '"20:40"', "overlap"),
        ('"21:30"', '"22:50"', "past 23:00"),
        ("for: 15m", "for: 90s", "whole minutes"),
        ("        when: {days: [holiday]}\n", "", "which nights?"),
        ("ordinary}, curfew", "ordinary}, when: {weekdays: [1]}, curfew", "every other night"),
        ("steps:\n      - {at: dusk, name: {zh: 亮灯, en: On}, level: 60%}\n    ", "", "no steps"),
    ],
)
def test_a_scene_that_makes_no_sense_is_refused_with_its_reason(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SCENE
    found = problems_of(tmp_path, SCENE.replace(old, new, 1))
    assert found
    assert all(told in problem for problem in found), found


def test_a_circuit_is_in_one_scene_only(tmp_path: Path) -> None:
    second = SCENE.replace("scenes:\n", "").replace("id: bridge", "id: tower").replace("桥", "塔")
    problems = problems_of(tmp_path, SCENE + second)
    assert any("is in scene bridge already" in problem for problem in problems)


def test_a_rule_that_can_never_decide_is_an_error_and_odd_ones_are_warnings(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: again, when: {days: [holiday]}, use: {landscape: all-night}}\n"
    (problem,) = problems_of(
        tmp_path / "shadowed", rules.replace("all-night", "landscape").replace("- {name", "- {name")
    )
    assert "can never decide: holidays always comes first" in problem
    old = "rules:\n  - {name: old, when: {dates: [2020-01-01]}, use: {landscape: landscape-late}}\n"
    checked = look_over(with_more(tmp_path / "old", old), today=date(2026, 1, 1))
    assert checked.problems == []
    assert [warning.message.split(" 三年")[0] for warning in checked.warnings if "lighting" in warning.file] == [
        "picks no night in the three years from 2026-01-01"
    ]


def test_the_demo_sites_rules_have_no_conflicts_whenever_they_are_looked_at() -> None:
    checked = look_over(HANGZHOU, today=date(2026, 6, 21))
    assert checked.site is not None
    assert checked.problems == []
    assert [warning for warning in checked.warnings if "lighting" in warning.file] == []
    lights = checked.site.scopes.lights.keys()
    for today in (date(2026, 11, 23), date(2028, 2, 29)):
        assert conflicts(checked.site.lighting.calendar, lights, today) == []


def test_the_demo_site_takes_its_holidays_from_the_library() -> None:
    plan = load_site(HANGZHOU).lighting
    assert plan.calendar.holidays.tables == library_tables()
    assert plan.calendar.missing_years(date(2026, 12, 1)) == tuple({2027} - library_tables().keys())


def test_reloading_reads_memberships_anew(tmp_path: Path) -> None:
    folder = write_site(tmp_path, {MORE: SCENE})
    before = load_site(folder).lighting.stages.keys()
    lights = folder / "assets" / "lights.yaml"
    lights.write_text(FILES["site/assets/lights.yaml"].replace(", lights: landscape", "", 1))
    (folder / "lighting" / "z-more.yaml").write_text(SCENE.replace("[class:landscape]", "[city]"))
    _, problems = check_site(folder)
    assert before == {"330106-LC-0001/K2"}
    assert any("no landscape circuit" in problem.message for problem in problems)
