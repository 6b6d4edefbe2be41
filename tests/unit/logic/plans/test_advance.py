"""The step function of a run, as tables and short stories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain.errors import InvalidValue
from controller.domain.expression_grammar import parse
from controller.domain.intents import GateOrder, StationMode, StationOrder
from controller.logic.alarm_settings import Words
from controller.logic.interlocks import OnBad
from controller.logic.plans.people import aborted, answered, chosen, paused, resumed
from controller.logic.plans.plan import (
    Answer,
    Ask,
    Ending,
    Fallback,
    FallbackAct,
    Otherwise,
    Parameter,
    Set,
    Start,
    Tell,
    Together,
    Until,
    Verify,
    Wait,
    Way,
    WayOut,
    When,
)
from controller.logic.plans.run import Phase, StepState
from controller.logic.plans.seen import Bar
from controller.logic.plans.turn import Kind
from tests.unit.logic.plans.plan_rig import GATE, PS, Rig, W, condition, plan, step


def count(number: int) -> StationOrder:
    """What a start orders: so many at least."""
    return StationOrder(StationMode.COUNT, number, at_least=True)


def test_steps_follow_each_other_only_when_the_field_proves_them() -> None:
    rig = Rig(plan(step("one", Start(PS, 1.0)), step("two", Start(PS, 2.0))), follows=False)
    rig.turns(60)
    assert (rig.acts, rig.state("one"), rig.state("two")) == ([(PS, count(1))], StepState.ACTIVE, None)
    rig.running = 1
    rig.turns(2)
    assert (rig.acts, rig.state("one")) == ([(PS, count(1)), (PS, count(2))], StepState.DONE)


def test_a_start_never_orders_fewer_than_run() -> None:
    rig = Rig(plan(step("one", Start(PS, 1.0))), running=3)
    rig.turns(3)
    assert rig.acts == [(PS, count(3))]
    assert rig.run.phase is Phase.FINISHED


def test_a_start_orders_nothing_while_nobody_can_tell_how_many_run() -> None:
    rig = Rig(plan(step("one", Start(PS, 1.0))), running=None)
    rig.turns(30)
    assert rig.acts == []
    assert "cannot be told" in rig.turn.blocks[0].text.en
    rig.running = 2
    rig.turns(3)
    assert rig.acts == [(PS, count(2))]


def test_units_that_others_started_besides_make_a_start_done_too() -> None:
    rig = Rig(plan(step("one", Start(PS, 1.0)), step("rest", Wait(60), None)), follows=False)
    rig.once()
    rig.running = 4  # level near its guarantee: started above the plan
    rig.bars[PS] = Bar.MASKED
    rig.turns(2)
    assert rig.state("one") is StepState.DONE


@pytest.mark.parametrize(
    ("fallback", "phase", "state", "then"),
    [
        (Fallback(FallbackAct.SKIP), Phase.RUNNING, StepState.SKIPPED, StepState.ACTIVE),
        (Fallback(FallbackAct.HOLD), Phase.HELD, StepState.ACTIVE, None),
        (Fallback(FallbackAct.ABORT), Phase.ABORTED, StepState.ACTIVE, None),
    ],
)
def test_what_is_late_is_skipped_held_or_aborted_as_its_plan_says(
    fallback: Fallback, phase: Phase, state: StepState, then: StepState | None
) -> None:
    rig = Rig(plan(step("one", Start(PS, 1.0), 60.0, fallback), step("two", Wait(600), None)), follows=False)
    rig.turns(70)
    assert (rig.run.phase, rig.state("one"), rig.state("two")) == (phase, state, then)
    assert rig.acts[0] == (PS, count(1))


def test_a_retry_gives_the_step_its_whole_time_again_and_orders_nothing_twice() -> None:
    rig = Rig(plan(step("one", Start(PS, 1.0), 60.0, Fallback(FallbackAct.SKIP, 2))), follows=False)
    rig.turns(150)
    assert rig.run.steps["one"].tries == 3
    assert rig.acts == [(PS, count(1))]
    rig.turns(60)
    assert rig.state("one") is StepState.SKIPPED


def test_branches_run_side_by_side_and_the_step_is_over_with_the_last() -> None:
    both = Together(((step("gate", Set(GATE, "open")),), (step("wait", Wait(50), None), step("tell", Tell(W), None))))
    rig = Rig(plan(step("both", both, None), step("end", Wait(1), None)))
    rig.turns(10)
    assert (rig.state("gate"), rig.state("wait"), rig.state("both")) == (
        StepState.DONE,
        StepState.ACTIVE,
        StepState.ACTIVE,
    )
    rig.turns(50)
    assert (rig.state("both"), rig.run.phase) == (StepState.DONE, Phase.FINISHED)
    assert (Kind.TOLD, "tell") in rig.said


QUESTION = Ask(
    W,
    (
        Answer("on", W),
        Answer("far", W, Way.TO, "last"),
        Answer("out", W, Way.ABORT),
        Answer("end", W, Way.FINISH),
    ),
    silence="far",
)


@pytest.mark.parametrize(
    ("said", "phase", "between"),
    [
        ("on", Phase.RUNNING, StepState.ACTIVE),
        ("far", Phase.RUNNING, StepState.PASSED),
        ("out", Phase.ABORTED, None),
        ("end", Phase.FINISHED, None),
        ("", Phase.RUNNING, StepState.PASSED),
    ],
)
def test_answers_lead_where_the_plan_says_and_silence_does_too(
    said: str, phase: Phase, between: StepState | None
) -> None:
    one = plan(step("ask", QUESTION, 300.0), step("between", Wait(900), None), step("last", Wait(900), None))
    rig = Rig(one)
    rig.once()
    assert [prompt.step for prompt in rig.turn.prompts] == ["ask"]
    if said:
        rig.run = answered(one, rig.run, "ask", said, "wang")
        rig.turns(2)
    else:
        rig.turns(301)
    assert (rig.run.phase, rig.state("between")) == (phase, between)


def test_a_question_is_answered_once_and_only_with_what_it_offers() -> None:
    one = plan(step("ask", QUESTION, 300.0), step("last", Wait(900), None))
    rig = Rig(one)
    with pytest.raises(InvalidValue, match="asks nothing"):
        answered(one, rig.run, "ask", "on", "wang")
    rig.once()
    with pytest.raises(InvalidValue, match="say one of on, far"):
        answered(one, rig.run, "ask", "perhaps", "wang")
    rig.run = answered(one, rig.run, "ask", "on", "wang")
    with pytest.raises(InvalidValue, match="answered already"):
        answered(one, rig.run, "ask", "far", "chen")


def test_until_waits_and_verify_fails_on_what_is_proven_false() -> None:
    low = parse("canal.level_m < 1.5")
    waits = Rig(plan(step("low", Until(low))))
    waits.turns(30)
    assert waits.state("low") is StepState.ACTIVE
    waits.level_m = 1.2
    waits.once()
    assert waits.run.phase is Phase.FINISHED
    fails = Rig(plan(step("low", Verify(low))))
    fails.once()
    assert fails.run.phase is Phase.HELD
    blind = Rig(plan(step("low", Verify(low), 60.0)), level_m=None)
    blind.turns(30)
    assert blind.run.phase is Phase.RUNNING, "what cannot be known yet is waited for"
    blind.turns(31)
    assert blind.run.phase is Phase.HELD


@pytest.mark.parametrize(
    ("on_bad", "otherwise", "level_m", "phase"),
    [
        (OnBad.BLOCK, Otherwise.HOLD, 0.5, Phase.HELD),
        (OnBad.BLOCK, Otherwise.ABORT, 0.5, Phase.ABORTED),
        (OnBad.BLOCK, Otherwise.ABORT, None, Phase.HELD),
        (OnBad.ASK, Otherwise.ABORT, None, Phase.HELD),
        (OnBad.ALLOW, Otherwise.ABORT, None, Phase.RUNNING),
        (OnBad.ASK, Otherwise.HOLD, 2.0, Phase.RUNNING),
    ],
)
def test_a_condition_that_fails_holds_or_aborts_and_what_nobody_knows_only_ever_holds(
    on_bad: OnBad, otherwise: Otherwise, level_m: float | None, phase: Phase
) -> None:
    always = condition("water", "canal.level_m > 1", when=When.ALWAYS, on_bad=on_bad, otherwise=otherwise)
    rig = Rig(plan(step("one", Start(PS, 1.0)), step("wait", Wait(900), None), conditions=(always,)))
    rig.turns(5)
    rig.level_m = level_m
    rig.turns(5)
    assert rig.run.phase is phase
    assert rig.running == 1
    assert [value for _, value in rig.acts if value != StationOrder(StationMode.HOLD)] == [count(1)]


def test_a_person_who_resumes_vouches_for_what_cannot_be_known_but_not_for_what_is_false() -> None:
    always = condition("water", "canal.level_m > 1", when=When.ALWAYS, on_bad=OnBad.ASK)
    one = plan(step("wait", Wait(900), None), conditions=(always,))
    rig = Rig(one, level_m=None)
    rig.once()
    rig.run = resumed(one, rig.run, "wang", rig.read, rig.moment)
    rig.turns(5)
    assert rig.run.phase is Phase.RUNNING
    rig.level_m = 0.2
    rig.once()
    assert rig.run.phase is Phase.HELD
    with pytest.raises(InvalidValue, match="not now"):
        resumed(one, rig.run, "wang", rig.read, rig.moment)


def test_an_order_that_was_released_or_ran_out_is_not_given_again_by_itself() -> None:
    one = plan(step("one", Start(PS, 1.0)), step("wait", Wait(9000), None))
    rig = Rig(one)
    rig.turns(5)
    rig.slot.clear()
    rig.turns(30)
    assert (rig.run.phase, len(rig.acts)) == (Phase.HELD, 1)
    assert "released" in rig.run.why.en
    rig.run = resumed(one, rig.run, "wang", rig.read, rig.moment)
    rig.turns(3)
    assert rig.acts == [(PS, count(1)), (PS, count(1))]


def test_what_another_took_over_stays_theirs_unless_a_person_takes_it_back() -> None:
    one = plan(step("one", Start(PS, 1.0)), step("wait", Wait(9000), None))
    rig = Rig(one)
    rig.turns(5)
    rig.slot[PS] = ("plan/R9", count(2))
    rig.turns(5)
    assert rig.run.phase is Phase.HELD
    assert "taken over by plan/R9" in rig.run.why.en
    rig.run = resumed(one, rig.run, "wang", rig.read, rig.moment)
    rig.turns(5)
    assert rig.slot[PS][0] == "plan/R9"
    rig.run = paused(rig.run, "wang", "stop", rig.moment)
    rig.run = resumed(one, rig.run, "wang", rig.read, rig.moment, take_over=True)
    rig.turns(5)
    assert rig.slot[PS][0] == "plan/R1"


def test_a_pause_orders_nothing_and_gives_the_step_its_time_again() -> None:
    one = plan(step("one", Start(PS, 1.0), 60.0), step("two", Start(PS, 2.0)))
    rig = Rig(one, follows=False)
    rig.turns(50)
    rig.run = paused(rig.run, "wang", "wait", rig.moment)
    rig.running = 1
    rig.turns(600)
    assert (rig.state("one"), rig.acts) == (StepState.ACTIVE, [(PS, count(1))])
    rig.running = 0
    rig.run = resumed(one, rig.run, "wang", rig.read, rig.moment)
    rig.turns(50)
    assert rig.run.phase is Phase.RUNNING


def test_the_longest_time_hands_everything_back_and_stops_nothing() -> None:
    rig = Rig(plan(step("one", Start(PS, 2.0)), step("wait", Wait(9000), None), longest_s=600.0))
    rig.turns(605)
    assert (rig.run.phase, rig.running, rig.slot) == (Phase.LAPSED, 2, {})
    assert rig.acts == [(PS, count(2))]
    assert len(rig.released) == 1


@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_leaves_what_runs_running(ending: Ending) -> None:
    one = plan(step("one", Start(PS, 2.0)), step("gate", Set(GATE, "40%")), ending=ending)
    rig = Rig(one)
    rig.turns(10)
    assert (rig.run.phase, rig.running) == (Phase.FINISHED, 2)
    held = {target: value for target, (_, value) in rig.slot.items()}
    assert (
        held
        == {
            Ending.HAND_BACK: {},
            Ending.KEEP: {PS: count(2), GATE: GateOrder(40.0)},
            Ending.HOLD: {PS: StationOrder(StationMode.HOLD), GATE: GateOrder(None)},
        }[ending]
    )


def test_an_abort_goes_through_its_steps_whatever_fails_and_ends_in_its_safe_state() -> None:
    steps = (step("shut", Set(GATE, "close"), 60.0), step("tell", Tell(W), None))
    way_out = WayOut(Words("闸关", "gate shut"), steps, Ending.HOLD)
    rig = Rig(plan(step("open", Set(GATE, "open")), step("wait", Wait(9000), None), way_out=way_out))
    rig.turns(5)
    rig.run = aborted(rig.run, "wang", "the bore comes", rig.moment)
    rig.follows = False
    rig.turns(5)
    assert rig.run.phase is Phase.ABORTING
    rig.turns(61)
    assert (rig.run.phase, rig.state("shut")) == (Phase.ABORTED, StepState.SKIPPED)
    assert rig.acts[-2:] == [(GATE, GateOrder(0.0)), (GATE, GateOrder(None))]


def test_an_abort_orders_no_longer_what_never_got_in() -> None:
    rig = Rig(plan(step("one", Start(PS, 1.0))), refuses=True)
    rig.turns(5)
    rig.run = aborted(rig.run, "wang", "no", rig.moment)
    rig.refuses = False
    rig.turns(5)
    assert (rig.run.phase, rig.acts) == (Phase.ABORTED, [])


def test_a_held_run_past_its_time_waits_for_a_person_and_is_aborted_with_time_for_its_way_out() -> None:
    way_out = WayOut(Words("闸关", "gate shut"), (step("shut", Set(GATE, "close"), 60.0),))
    one = plan(step("one", Start(PS, 1.0)), step("wait", Wait(9000), None), way_out=way_out, longest_s=600.0)
    rig = Rig(one)
    rig.turns(5)
    rig.slot.clear()
    rig.turns(700)
    assert rig.run.phase is Phase.HELD
    with pytest.raises(InvalidValue, match="longest time"):
        resumed(one, rig.run, "wang", rig.read, rig.moment)
    rig.run = aborted(rig.run, "wang", "over", rig.moment)
    rig.turns(5)
    assert rig.run.phase is Phase.ABORTED
    assert (GATE, GateOrder(0.0)) in rig.acts


def test_a_run_found_after_its_time_is_held_not_lapsed() -> None:
    rig = Rig(plan(step("wait", Wait(9000), None), longest_s=600.0))
    rig.once()
    rig.now_s += 3600.0
    rig.die()
    assert rig.run.phase is Phase.HELD
    rig.turns(5)
    assert "does not go on by itself" in rig.run.why.en


def test_a_step_whose_time_ran_out_while_nobody_was_there_is_looked_at_first() -> None:
    rig = Rig(plan(step("one", Start(PS, 1.0), 60.0, Fallback(FallbackAct.ABORT)), step("w", Wait(900), None)))
    rig.follows = False
    rig.once()
    rig.now_s += 1800.0
    rig.running = 1
    rig.die()
    rig.once()
    assert (rig.run.phase, rig.state("one")) == (Phase.RUNNING, StepState.DONE)


def test_parameters_are_what_was_chosen_or_what_the_plan_says() -> None:
    one = plan(parameters=(Parameter("units", W, 2, 1, 4, whole=True), Parameter("low", W, 1.5, 1.0, 2.0)))
    assert chosen(one, {"units": 3}) == {"units": 3.0, "low": 1.5}
    for wrong, why in (({"units": 5}, "between 1 and 4"), ({"units": 1.5}, "a count"), ({"unit": 1}, "no parameter")):
        with pytest.raises(InvalidValue, match=why):
            chosen(one, wrong)
    rig = Rig(replace(one, steps=(step("s", Start(PS, "units")),)), parameters={"units": 3.0, "low": 1.5})
    rig.turns(3)
    assert rig.acts == [(PS, count(3))]
