"""Runs whose time is nearly over, and wall clocks that were set back while nobody was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from controller.domain.expression_grammar import parse
from controller.logic.contract import Moment
from controller.logic.plans.plan import Ending, Fallback, FallbackAct, Set, Until, Verify, WayOut
from controller.logic.plans.run import Phase, StepState
from controller.runtime.plans.records import record_of, run_of, taken_up
from tests.unit.logic.plans.plan_rig import GATE, PS, WALL, Rig, W, plan, step


def test_an_abort_of_the_plans_own_a_minute_before_its_longest_time_still_reaches_its_safe_state() -> None:
    way_out = WayOut(W, (step("shut", Set(GATE, "close"), 300.0),), Ending.HOLD)
    aborting = Fallback(FallbackAct.ABORT)
    rig = Rig(
        plan(
            step("take", Set(PS, "hold")),
            step("look", Verify(parse("canal.level_m < 1")), 60.0, aborting),
            way_out=way_out,
            longest_s=600.0,
        ),
        gate_percent=50.0,
        follows=False,
    )
    rig.now_s = 540.0
    for _ in range(5):
        rig.once()
    assert rig.run.phase is Phase.ABORTING
    rig.once(120.0)
    assert rig.run.phase is Phase.ABORTING, "its longest time is over, and its gate is still on its way"
    rig.gate_percent = 0.0
    rig.once()
    rig.once()
    assert rig.run.phase is Phase.ABORTED
    assert rig.run.steps["shut"].state is StepState.DONE


def test_a_wall_clock_set_back_while_nobody_was_there_gives_no_step_more_time_than_it_had() -> None:
    rig = Rig(plan(step("wait", Until(parse("canal.level_m < 1")), 600.0)))
    rig.once()
    kept = record_of(rig.run, {}, rig.moment).body
    back = Moment(WALL - timedelta(hours=8), 50.0)
    found = taken_up(run_of("R1", kept, back), back)
    (state,) = found.steps.values()
    assert state.since_s <= back.s
    assert state.deadline_s is not None
    assert state.deadline_s - back.s <= 600.0
    assert found.phase_s <= back.s
    assert found.ends_s - back.s <= rig.plan.longest_s
    on = Moment(WALL + timedelta(seconds=120.0), 7.0)
    (later,) = run_of("R1", kept, on).steps.values()
    assert (later.since_s, later.deadline_s) == (7.0 - 119.0, 7.0 + 481.0)
    assert replace(later, note=state.note).state is StepState.ACTIVE
