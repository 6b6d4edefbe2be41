"""The plan asked for single lights: scopes, scenes, hard ends, and one start for all of a scene."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.domain.errors import InvalidValue
from controller.domain.places import Place
from schedules.calendar import Calendar, DayKind, Holidays, OnDayKinds, Rule
from schedules.plan import LightingPlan
from schedules.program import Edge, Program, Title, all_night, parse_time_point
from schedules.public_holidays import library_tables
from schedules.scenes import Scene, SceneNight, SceneStage, Step, later, show

TZ = ZoneInfo("Asia/Shanghai")
WEST, EAST, MIDDLE = Place(30.2, 119.0), Place(30.2, 120.7), Place(30.25, 120.2)
TITLE, MAIN = Title("试", "test"), Title("主秀", "Main show")
HOLIDAY_NIGHTS = OnDayKinds(frozenset({DayKind.HOLIDAY}))
MEMBERS = frozenset({"w/K1", "e/K1"})


SCENE = Scene(
    "bridge",
    Title("桥", "Bridge"),
    MEMBERS,
    MIDDLE,
    parse_time_point("23:30"),
    (
        SceneNight(
            Title("节假日", "holidays"),
            HOLIDAY_NIGHTS,
            (Step(parse_time_point("dusk"), TITLE, 60.0),),
            (show(parse_time_point("20:30"), 15, 100.0, MAIN),),
            parse_time_point("23:00"),
        ),
        SceneNight(
            Title("平日", "ordinary"),
            None,
            (Step(parse_time_point("dusk"), TITLE, 60.0),),
            curfew=parse_time_point("22:00"),
        ),
    ),
)
LATE = Program("late", TITLE, (Edge(parse_time_point("dusk"), 100.0), Edge(parse_time_point("02:00"), 0.0)))
PLAN = LightingPlan(
    {"road": all_night("road", TITLE), "landscape": LATE, "late": LATE, **{one.id: one for one in SCENE.programs()}},
    Calendar((*SCENE.rules(), Rule("festival", HOLIDAY_NIGHTS, {"landscape": "late"})), Holidays(library_tables())),
    TZ,
    dict.fromkeys(MEMBERS, SCENE.stage),
)
HOLIDAY, ORDINARY = date(2026, 10, 2), date(2026, 10, 15)


def local(night: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(night.year, night.month, night.day, hour, minute, tzinfo=TZ) + timedelta(days=hour < 12)


def level(target: str, place: Place, wall: datetime, shift_s: float = 20.0) -> float:
    planned = PLAN.planned_at("landscape", place, wall, shift_s, target)
    state = planned.exception or planned.ordinary
    assert state is not None
    return state.percent


@pytest.mark.parametrize(
    ("night", "clock", "percent"),
    [
        (HOLIDAY, "20:29", 60),
        (HOLIDAY, "20:30", 100),
        (HOLIDAY, "20:45", 60),
        (HOLIDAY, "22:59", 60),
        (HOLIDAY, "23:00", 0),
        (ORDINARY, "20:30", 60),
        (ORDINARY, "22:00", 0),
        (ORDINARY, "03:00", 0),
    ],
)
def test_a_scene_is_what_its_members_programs_say(night: date, clock: str, percent: float) -> None:
    assert level("w/K1", WEST, local(night, clock)) == percent


def test_every_member_starts_at_one_instant_wherever_it_stands_and_whatever_its_spread() -> None:
    starts = {
        target: PLAN.planned_at("landscape", place, local(HOLIDAY, "13:00"), shift_s, target).until
        for target, place, shift_s in (("w/K1", WEST, 3.0), ("e/K1", EAST, 29.0))
    }
    assert len(set(starts.values())) == 1
    others = {PLAN.planned_at("landscape", place, local(HOLIDAY, "13:00"), 0.0).until for place in (WEST, EAST)}
    assert len(others) == 2


def test_the_hard_end_caps_whatever_program_a_member_is_given() -> None:
    bare = LightingPlan(
        PLAN.programs,
        Calendar((Rule("f", HOLIDAY_NIGHTS, {"landscape": "late"}),), PLAN.calendar.holidays),
        TZ,
        PLAN.stages,
    )
    for target, at_1 in (("w/K1", 0.0), ("other/K1", 100.0)):
        planned = bare.planned_at("landscape", WEST, local(HOLIDAY, "01:00"), 0.0, target)
        assert planned.exception is not None
        assert planned.exception.base_percent == planned.exception.percent == at_1
        assert planned.ended is (target == "w/K1")
    before = bare.planned_at("landscape", WEST, local(HOLIDAY, "23:00"), 0.0, "w/K1")
    assert not before.ended
    assert before.until == local(HOLIDAY, "23:30")


def test_a_light_no_rule_singles_out_follows_the_calendar_at_its_own_place() -> None:
    assert PLAN.standing("other/K1", EAST, 7.0) == (0, EAST, 7.0)
    assert PLAN.planned_at("landscape", EAST, local(HOLIDAY, "01:00"), 0.0, "other/K1").rule == "festival"
    assert PLAN.night("road", EAST, ORDINARY)[1].percent == 100


def test_the_program_itself_comes_with_what_is_planned() -> None:
    planned = PLAN.planned_at("road", EAST, local(ORDINARY, "20:00"))
    assert planned.source is PLAN.programs["road"]
    assert PLAN.planned_at("unheard-of", EAST, local(ORDINARY, "20:00")).source is None


def test_a_scene_without_a_night_for_every_other_night_is_refused() -> None:
    with pytest.raises(InvalidValue, match="every other night"):
        Scene("s", TITLE, MEMBERS, MIDDLE, parse_time_point("23:00"), SCENE.nights[:1])


def test_a_hard_end_is_a_clock_time() -> None:
    with pytest.raises(InvalidValue, match="clock time"):
        SceneStage("s", MIDDLE, parse_time_point("dawn"))


@pytest.mark.parametrize(
    ("start", "minutes", "end"), [("23:50", 15, "00:05"), ("dusk+10m", 20, "dusk+30m"), ("11:00", 59, "11:59")]
)
def test_a_show_ends_so_many_minutes_later(start: str, minutes: int, end: str) -> None:
    assert str(later(parse_time_point(start), minutes)) == end


@pytest.mark.parametrize(("start", "minutes"), [("11:50", 15), ("20:00", 0), ("20:00", 121), ("dusk+235m", 10)])
def test_a_show_that_leaves_its_night_is_refused(start: str, minutes: int) -> None:
    with pytest.raises(InvalidValue):
        show(parse_time_point(start), minutes, 100.0, MAIN)
