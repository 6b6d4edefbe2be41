"""Remembered answers are the schedule's own, and each question is asked of it once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from controller.domain.assets import Place
from controller.logic.one_moment import AtOneMoment
from schedules.plan import LightingPlan, PlannedLight
from schedules.resolve import LightState

WEST, EAST = Place(30.2, 120.0), Place(30.2, 120.4)
DUSK = datetime(2026, 6, 21, 11, 2, tzinfo=UTC)


@dataclass(slots=True)
class Counting:
    plan: LightingPlan
    asked: list[object] = field(default_factory=list)

    def planned_at(self, program: str, place: Place, wall: datetime, shift_s: float = 0.0) -> PlannedLight:
        self.asked.append((program, place, wall, shift_s))
        return self.plan.planned_at(program, place, wall, shift_s)

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
