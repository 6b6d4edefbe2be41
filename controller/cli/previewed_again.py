"""Whether what was looked at a second time is still what a person said yes to: levels move, orders must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from controller.runtime.commanding.views import Preview
    from controller.runtime.dispatch_orders.views import DispatchOrderPreview
    from controller.runtime.plans.views import PlanPreview


def does_else(now: DispatchOrderPreview, shown: DispatchOrderPreview) -> bool:
    """Whether executing the order would do, or need, another thing than was shown; or nothing any more."""
    if bool(now.token) != bool(shown.token) or (now.plan is None) != (shown.plan is None):
        return True
    if now.plan is not None and shown.plan is not None:
        return plan_does_else(now.plan, shown.plan)
    return now.act is None or shown.act is None or _act(now.act) != _act(shown.act)


def plan_does_else(now: PlanPreview, shown: PlanPreview) -> bool:
    """Whether starting the plan would do, or need, another thing than was shown."""
    return _plan(now) != _plan(shown)


def _plan(one: PlanPreview) -> tuple[object, ...]:
    steps = tuple((step.step, step.target, step.value, step.effect, bool(step.blocked)) for step in one.steps)
    return steps, one.second_person, one.alone, one.refused, one.takes_over, one.starts


def _act(one: Preview) -> tuple[object, ...]:
    targets = tuple(
        (each.target, each.effect, each.cause, each.takes_over_from, each.masked_by) for each in one.targets
    )
    second = tuple(need.text_en for need in one.second_person)
    return one.value, one.slot, targets, second, one.alone
