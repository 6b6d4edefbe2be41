"""What the waters would do with a plan and without it: the plan rehearsed on the model, from the levels as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from controller.domain.errors import InvalidValue
from controller.logic.hydraulics.network import Network
from controller.logic.plans.plan import Plan, every_step
from controller.logic.plans.rehearsal import Rehearsal, Tried, moves_water, rehearse_in_parts, waters_of
from controller.runtime.hydraulics.ahead import LookingAhead
from controller.runtime.plans.views import Foretold, Levels

AHEAD_H = 12.0
SHOWN = 24
"""Moments of a course that are told at most."""
SUBSTEP_S = 120.0


class Foreteller:
    """Implements ``ports.Foretells`` over the network's model."""

    def __init__(self, ahead: LookingAhead) -> None:
        self._ahead = ahead

    async def foretell(self, plan: Plan, parameters: Mapping[str, float]) -> Foretold | None:
        """The plan tried on the model; None where the model knows nothing of what it moves.

        Worked out in slices on the one thread: no station's turn waits for it.
        """
        try:
            waters = self._ahead.waters_of(plan.targets)
            if not waters:
                return None
            scene = self._ahead.scene(waters)
            if not moves_water(plan, scene.network):
                return None
            hours = min(AHEAD_H, max(1.0, plan.longest_s / 3600.0))
            outlooks, basis = self._ahead.outlooks(scene.network, hours)
            rehearsal = Rehearsal(plan, scene.network, scene.stations, outlooks.likely, parameters, scene.now)
            for tried in rehearse_in_parts(rehearsal, scene.levels_m, substep_s=SUBSTEP_S):
                if tried is not None:
                    return foretold_of(plan, tried, scene.network, f"{basis.text_en} / {basis.text_zh}")
                await asyncio.sleep(0)
        except InvalidValue as why:
            return Foretold((), (), "", f"the model cannot tell: {why}")
        return None


def foretold_of(plan: Plan, tried: Tried, network: Network, note: str) -> Foretold:
    """A rehearsal as people are told it."""
    steps = tuple(
        (step.id, None if step.id not in tried.steps else tried.steps[step.id] / 3600.0)
        for step in every_step(plan.steps)
    )
    levels = tuple(_levels(name, tried, network) for name in waters_of(plan, network))
    return Foretold(levels, steps, tried.run.phase.value, note)


def _levels(name: str, tried: Tried, network: Network) -> Levels:
    reach = network.reaches[name]
    with_m, without_m = tried.with_plan.levels_m[name], tried.without.levels_m[name]
    every = max(1, (len(tried.moments_s) - 1) // SHOWN)
    course = tuple(
        (round(at_s / 3600.0, 2), round(one, 3), round(other, 3))
        for at_s, one, other in list(zip(tried.moments_s, with_m, without_m, strict=True))[::every]
    )
    return Levels(
        water=name,
        title=reach.title,
        warning_m=reach.warning_m,
        guarantee_m=reach.guarantee_m,
        course=course,
        highest_with_m=max(with_m),
        highest_without_m=max(without_m),
    )
