"""A run whose way out cannot be walked: its plan's safe state all the same, without the steps that lead there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from controller.logic.alarm_settings import Words
from controller.logic.contract import Moment
from controller.logic.plans.endings import ended, left_as
from controller.logic.plans.plan import Ending
from controller.logic.plans.run import Phase, Run
from controller.logic.plans.turn import Turn
from controller.runtime.plans.placing import Placing
from controller.runtime.plans.shelf import Going
from controller.store.changes import Change

log = structlog.get_logger("plans")


async def safe_state(
    going: Going, placing: Placing, moment: Moment, record: Callable[[Going, Run], Change], why: Words
) -> Turn:
    """How it ends: as its way out leaves things; handed back (bumpless) where that cannot be ordered any more.

    Whoever calls has the engine's lock. No ending of these stops a unit.
    """
    plan, run = going.plan, going.run
    handed_back = ended(run, Phase.ABORTED, why, moment, release=True)
    if plan is None or plan.way_out.ending is Ending.HAND_BACK:
        return handed_back
    there = {one.target for one in placing.held(run)}  # what left the site, or its slot, is not ordered anew
    run = replace(run, wants={target: want for target, want in run.wants.items() if target in there})
    turn = left_as(run, plan.way_out.ending, Phase.ABORTED, why, moment)
    if not turn.place:
        return turn
    try:
        placed = await placing.place(plan, turn.run, turn.place, lambda after: record(going, after))
    except Exception:  # supervision boundary: a person's abort ends the run, whatever the controller fails at
        log.exception("plan_hold_failed", run=run.id)
        return handed_back
    return handed_back if placed.refused else ended(placed.run, Phase.ABORTED, why, moment)
