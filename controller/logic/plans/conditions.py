"""A plan's conditions at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from controller.domain.expression import Truth, truth
from controller.logic.interlocks import OnBad
from controller.logic.plans.plan import Condition, Plan, When
from controller.logic.plans.run import Run
from controller.logic.plans.seen import Read, lookup_for


@dataclass(frozen=True, slots=True)
class Found:
    """A condition and what is known of it."""

    condition: Condition
    truth: Truth

    @property
    def refuses(self) -> bool:
        """Whether nothing may be begun on it, whoever asks."""
        blind = self.truth is Truth.UNKNOWN and self.condition.on_bad is OnBad.BLOCK
        return self.truth is Truth.FALSE or blind

    @property
    def asks(self) -> bool:
        """Whether a person has to have it in sight who begins."""
        return self.truth is Truth.UNKNOWN and self.condition.on_bad is OnBad.ASK


def conditions_now(plan: Plan, parameters: Mapping[str, float], read: Read) -> tuple[Found, ...]:
    """Every condition of a plan as it stands."""
    lookup = lookup_for(plan, parameters, read)
    return tuple(Found(one, truth(one.expression, lookup)) for one in plan.conditions)


def against(plan: Plan, run: Run, read: Read) -> Found | None:
    """The first condition that speaks against a run going on: proven false before merely unknown."""
    found = [one for one in conditions_now(plan, run.parameters, read) if one.condition.when is When.ALWAYS]
    false = next((one for one in found if one.truth is Truth.FALSE), None)
    if false is not None:
        return false
    unsure = (one for one in found if one.truth is Truth.UNKNOWN and one.condition.on_bad is not OnBad.ALLOW)
    return next((one for one in unsure if one.condition.id not in run.vouched), None)
