"""An SOS button: what calls, what ends a call, and what never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import Reading, bad, good, uncertain
from controller.domain.quality import Detail
from controller.logic.contract import Moment
from controller.logic.poles import SosRules
from controller.logic.poles_sos import SILENT, SosCase, SosStage, answered, follow_sos

BEGIN = datetime(2026, 7, 21, 18, 0, tzinfo=UTC)
RULES = SosRules(hold_s=600.0, stuck_after_s=3600.0, blind_after_s=60.0)
UP, DOWN = good(False), good(True)
LOST, DOUBTED = bad(Detail.FAILURE), uncertain(True, Detail.INCONSISTENT)
QUIET, CALLING, ANSWERED = SosStage.QUIET, SosStage.CALLING, SosStage.ANSWERED


def at(s: float) -> Moment:
    return Moment(BEGIN + timedelta(seconds=s), s)


def played(*steps: tuple[float, Reading | str]) -> SosCase:
    """What became of it: readings at their seconds; a text is a person answering."""
    case = SILENT
    for s, happened in steps:
        if isinstance(happened, str):
            case = answered(case, happened)
        else:
            case = follow_sos(case, happened, at(s), RULES, reachable=True)
    return case


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        (((0, UP),), QUIET),
        (((0, DOWN),), CALLING),
        (((0, LOST),), QUIET),
        (((0, DOUBTED),), QUIET),
        (((0, DOWN), (5, UP)), CALLING),
        (((0, DOWN), (5, UP), (9000, UP)), CALLING),
        (((0, DOWN), (5, UP), (10, "li"), (599, UP)), CALLING),
        (((0, DOWN), (5, UP), (10, "li"), (600, UP)), QUIET),
        (((0, DOWN), (5, UP), (700, "li"), (701, UP)), QUIET),
        (((0, DOWN), (5, LOST), (9000, LOST)), CALLING),
        (((0, DOWN), (5, UP), (10, "li"), (600, LOST)), QUIET),
        (((0, DOWN), (10, "li"), (600, DOWN)), ANSWERED),
        (((0, DOWN), (10, "li"), (600, LOST)), ANSWERED),
        (((0, DOWN), (10, "li"), (600, DOWN), (9000, DOWN)), ANSWERED),
        (((0, DOWN), (10, "li"), (600, DOWN), (700, UP)), QUIET),
        (((0, DOWN), (10, "li"), (600, DOWN), (700, UP), (701, DOWN)), CALLING),
        (((0, DOWN), (10, "li"), (600, DOWN), (700, LOST), (701, DOWN)), ANSWERED),
        (((0, DOWN), (5, UP), (10, "li"), (20, DOWN), (610, DOWN)), CALLING),
    ],
)
def test_where_a_button_comes_to_stand(steps: tuple[tuple[float, Reading | str], ...], stage: SosStage) -> None:
    assert played(*steps).stage is stage


def test_pressed_again_after_an_answer_is_another_call_that_nobody_answered() -> None:
    case = played((0, DOWN), (5, UP), (10, "li"), (20, DOWN))
    assert (case.answered_by, case.since, case.since_s) == ("", BEGIN + timedelta(seconds=20), 20)


def test_the_first_answer_keeps_its_name_and_nobody_answers_what_does_not_call() -> None:
    assert played((0, DOWN), (1, "li"), (2, "wang")).answered_by == "li"
    assert answered(SILENT, "li") is SILENT


def test_a_button_is_stuck_when_it_was_never_seen_released() -> None:
    held = played((0, DOWN), (3000, LOST), (3600, DOWN))
    assert held.stuck(3600, RULES)
    assert not held.stuck(3599, RULES)
    assert not played((0, DOWN), (3000, UP), (3600, DOWN)).stuck(3600, RULES)


def test_a_button_is_blind_when_its_pole_answers_and_it_does_not() -> None:
    case = played((0, LOST), (60, LOST))
    assert case.blind(60, RULES)
    assert not case.blind(59, RULES)
    assert not played((0, LOST), (30, UP), (60, LOST)).blind(60, RULES)
    gone = follow_sos(case, bad(Detail.OLD_DATA), at(61), RULES, reachable=False)
    assert not gone.blind(9000, RULES)


READINGS = st.sampled_from([UP, DOWN, LOST, DOUBTED])
STEPS = st.lists(st.tuples(st.integers(0, 400), st.one_of(READINGS, st.sampled_from(["li", "wang"]))), max_size=25)


@given(STEPS)
def test_nothing_but_an_answer_and_the_shortest_time_ends_a_call(steps: list[tuple[int, Reading | str]]) -> None:
    case, now_s, began_s = SILENT, 0.0, 0.0
    for after_s, happened in steps:
        now_s += after_s
        before = case
        if isinstance(happened, str):
            case = answered(case, happened)
            assert case.calling == before.calling
            continue
        case = follow_sos(case, happened, at(now_s), RULES, reachable=True)
        assert case.calling or not before.calling or (before.answered_by and now_s >= before.since_s + RULES.hold_s)
        assert not case.calling or before.calling or happened is DOWN
        began_s = case.since_s if case.calling and not before.calling else began_s
        assert not case.calling or case.since_s >= began_s
