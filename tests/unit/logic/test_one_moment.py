"""Remembered answers are the schedule's own, and each question is asked of it once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from controller.domain.places import Place
from controller.logic.one_moment import AtOneMoment
from schedules.calendar import Calendar, Rule
from schedules.plan import LightingPlan, PlannedLight
from schedules.program import Edge, Program, Title, parse_time_point
from schedules.resolve import LightState
from schedules.scenes import SceneStage
from schedules.when import Always

WEST, EAST = Place(30.2, 120.0), Place(30.2, 120.4)
DUSK = datetime(2026, 6, 21, 11, 2, tzinfo=UTC)


@dataclass(slots=True)
class Counting:
    plan: LightingPlan
    asked: list[object] = field(default_factory=list)

    def standing(self, target: str, place: Place, shift_s: float = 0.0) -> tuple[int, Place, float]:
        return self.plan.standing(target, place, shift_s)

    def planned_at(
        self, program: str, place: Place, wall: datetime, shift_s: float = 0.0, target: str = ""
    ) -> PlannedLight:
        self.asked.append((program, place, wall, shift_s))
        return self.plan.planned_at(program, place, wall, shift_s, target)

    def astronomical_at(self, place: Place, wall: datetime, shift_s: float = 0.0) -> LightState:
        self.asked.append((place, wall, shift_s))
        return self.plan.astronomical_at(place, wall, shift_s)


def test_every_answer_is_the_schedules_own() -> None:
    plan = LightingPlan({})
    remembered = AtOneMoment(plan)
    for wall in (DUSK, DUSK + timedelta(minutes=3)):
        for place in (WEST, EAST, WEST):
            for shift_s in (0.0, 14.0, 0.0):
                for program in ("a", "b", "a"):
                    expected = plan.planned_at(program, place, wall, shift_s)
                    assert remembered.planned_at(program, place, wall, shift_s) == expected
                assert remembered.astronomical_at(place, wall, shift_s) == plan.astronomical_at(place, wall, shift_s)


def test_the_same_question_is_asked_of_the_schedule_once() -> None:
    counting = Counting(LightingPlan({}))
    remembered = AtOneMoment(counting)
    for _ in range(6):
        remembered.planned_at("a", WEST, DUSK, 3.0)
        remembered.astronomical_at(WEST, DUSK, 3.0)
    assert counting.asked == [("a", WEST, DUSK, 3.0), (WEST, DUSK, 3.0)]


def test_lights_a_rule_singles_out_are_not_answered_for_others_and_a_scene_is_one_question() -> None:
    end = parse_time_point("23:30")
    stage = SceneStage("s", EAST, end)
    rule = Rule("lit", Always(), {"a": "b"}, frozenset({"one"}))
    late = Program("b", Title("b", "b"), (Edge(parse_time_point("sunset"), 100.0), Edge(end, 0.0)))
    plan = LightingPlan({"b": late}, Calendar((rule,)), stages={"m1": stage, "m2": stage})
    counting = Counting(plan)
    remembered = AtOneMoment(counting)
    programs = {
        target: remembered.planned_at("a", WEST, DUSK, 3.0, target).program for target in ("one", "two", "three")
    }
    assert programs == {"one": "b", "two": "a", "three": "a"}
    assert len(counting.asked) == 2
    members = [
        remembered.planned_at("b", place, DUSK, shift_s, m)
        for m, place, shift_s in (("m1", WEST, 3.0), ("m2", EAST, 9.0))
    ]
    assert members[0] is members[1]
    assert len(counting.asked) == 3
