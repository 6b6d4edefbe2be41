"""One turn of a run: a step function of the plan, the run so far, the field as it is seen, and the moment.

Level-triggered: whatever was missed (a turn, a restart, a reading), the next turn finds what is so and goes on from
there. What a run wants is an absolute value of a target and is placed once; it is placed again only after a person
said so. Nothing that ends here stops a unit: the end of an order hands back or holds, never less.
"""

from __future__ import annotations

from dataclasses import replace

from controller.domain.expression import Truth
from controller.logic.alarm_settings import Words
from controller.logic.contract import Moment
from controller.logic.plans.conditions import Found, against
from controller.logic.plans.endings import ended, left_as
from controller.logic.plans.plan import Otherwise, Plan, Way
from controller.logic.plans.run import ACTING, Phase, Run
from controller.logic.plans.seen import Seen
from controller.logic.plans.turn import Kind, Telling, Turn
from controller.logic.plans.walk import Break, Walk
from controller.logic.plans.wording import LAPSED, lost, not_known, proven_false

WAY_OUT_S = 3600.0
"""An abort has at least this long (s) for its steps, however little of the plan's longest time is left."""
CLOSING_S = 60.0
"""So long a run that is ending tries to place its last orders (they only hold what is); then it ends without."""
DONE = Words("全部步骤已完成", "all its steps are over")


def advance(plan: Plan, run: Run, seen: Seen, moment: Moment) -> Turn:
    """What follows for a run now."""
    if not run.phase.live:
        return Turn(run)
    if run.phase is not Phase.HELD and moment.s >= run.ends_s:
        return ended(run, Phase.LAPSED, LAPSED, moment, release=True)
    if run.closing is not None:
        return _close(run, run.closing, moment)
    if run.phase is Phase.ABORTING:
        return _way_out(plan, run, seen, moment)
    if run.abort_asked and run.phase is Phase.RUNNING:
        return _abort(plan, run, run.why, moment, seen)
    run, gone = _without_lost(run, seen)
    if run.phase not in ACTING:
        return Turn(run)
    if gone is not None:
        return held(run, gone, moment)
    wrong = against(plan, run, seen.read)
    if wrong is not None:
        return _wrong(plan, run, wrong, moment, seen)
    return _steps(plan, run, seen, moment)


def _steps(plan: Plan, run: Run, seen: Seen, moment: Moment) -> Turn:
    walk = Walk(plan, run, seen, moment, aborting=False)
    over = walk.through(plan.steps)
    run = replace(run, steps=walk.steps, wants=walk.wants)
    if walk.broken is not None:
        turn = _broken(plan, run, walk.broken, moment, seen)
    elif over:
        turn = left_as(run, plan.ending, Phase.FINISHED, DONE, moment)
    else:
        turn = _going(run, walk, moment)
    return replace(turn, tellings=(*walk.tellings, *turn.tellings))


def _way_out(plan: Plan, run: Run, seen: Seen, moment: Moment) -> Turn:
    walk = Walk(plan, run, seen, moment, aborting=True)
    over = walk.through(plan.way_out.steps)
    run = replace(run, steps=walk.steps, wants=walk.wants)
    turn = left_as(run, plan.way_out.ending, Phase.ABORTED, run.why, moment) if over else _going(run, walk, moment)
    return replace(turn, tellings=(*walk.tellings, *turn.tellings))


def _going(run: Run, walk: Walk, moment: Moment) -> Turn:
    place = tuple(want for want in run.wants.values() if not want.placed)
    due = [at_s for at_s in (*walk.times, run.ends_s) if at_s > moment.s]
    return Turn(run, place=place, prompts=tuple(walk.prompts), blocks=tuple(walk.blocks), next_s=min(due, default=None))


def _close(run: Run, phase: Phase, moment: Moment) -> Turn:
    place = tuple(want for want in run.wants.values() if not want.placed)
    if not place or moment.s >= run.phase_s + CLOSING_S:
        return ended(run, phase, run.why, moment)
    return Turn(run, place=place, next_s=run.phase_s + CLOSING_S)


def _broken(plan: Plan, run: Run, broken: Break, moment: Moment, seen: Seen) -> Turn:
    if broken.way is Way.FINISH:
        return left_as(run, plan.ending, Phase.FINISHED, broken.why, moment)
    if broken.way is Way.ABORT:
        return _abort(plan, replace(run, abort_asked=broken.by or "the plan itself"), broken.why, moment, seen)
    return held(run, broken.why, moment)


def _wrong(plan: Plan, run: Run, wrong: Found, moment: Moment, seen: Seen) -> Turn:
    if wrong.truth is Truth.FALSE:
        said = proven_false(wrong.condition.text)
        if wrong.condition.otherwise is Otherwise.ABORT:
            return _abort(plan, replace(run, abort_asked="the plan itself"), said, moment, seen)
        return held(run, said, moment)
    return held(run, not_known(wrong.condition.text), moment)


def _abort(plan: Plan, run: Run, why: Words, moment: Moment, seen: Seen) -> Turn:
    """The way out begins at once, in this turn. What was never placed is not ordered any more."""
    wants = {target: want for target, want in run.wants.items() if want.placed}
    ends_s = max(run.ends_s, moment.s + WAY_OUT_S)  # its safe state is reached, however late it was asked for
    run = replace(
        run, phase=Phase.ABORTING, phase_s=moment.s, phase_by=run.abort_asked, why=why, wants=wants, ends_s=ends_s
    )
    turn = _way_out(plan, run, seen, moment)
    said = Words(f"{why.zh}；转入中止：{plan.way_out.state.zh}", f"{why.en}; aborting: {plan.way_out.state.en}")
    return replace(turn, tellings=(Telling(Kind.ABORTING, "", said), *turn.tellings))


def held(run: Run, why: Words, moment: Moment) -> Turn:
    """It stops where it is, and waits for a person."""
    waits = replace(run, phase=Phase.HELD, phase_s=moment.s, phase_by="", why=why)
    return Turn(waits, tellings=(Telling(Kind.HELD, "", why),))


def _without_lost(run: Run, seen: Seen) -> tuple[Run, Words | None]:
    """Orders that are no longer in their slot: they are not placed again without a person's word."""
    gone = [want for want in run.wants.values() if want.placed and seen.of(want.target).holder != run.owner]
    if not gone:
        return run, None
    wants = dict(run.wants) | {want.target: replace(want, placed=False) for want in gone}
    return replace(run, wants=wants), lost(gone[0].target, seen.of(gone[0].target).holder)
