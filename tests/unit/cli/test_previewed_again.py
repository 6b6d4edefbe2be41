"""What a person said yes to is what is done, however long they thought: else they are asked again."""

from __future__ import annotations

from dataclasses import replace

from controller.api.examples_dispatch_orders import PREVIEW
from controller.cli.previewed_again import does_else


def test_a_fresh_token_and_another_power_are_the_same_act() -> None:
    assert PREVIEW.plan is not None
    plan = replace(PREVIEW.plan, power_kw=PREVIEW.plan.power_kw + 12.0)
    again = replace(PREVIEW, token=PREVIEW.token[::-1], plan=plan)
    assert not does_else(again, PREVIEW)


def test_a_step_more_a_second_person_more_or_no_token_is_shown_anew() -> None:
    plan = PREVIEW.plan
    assert plan is not None
    others = (
        replace(plan, steps=plan.steps[:-1]),
        replace(plan, second_person=(*plan.second_person, "it moves 2 stations")),
        replace(plan, takes_over=("R1",)),
        replace(plan, starts=plan.starts + 1),
    )
    assert all(does_else(replace(PREVIEW, plan=other), PREVIEW) for other in others)
    assert does_else(replace(PREVIEW, token=""), PREVIEW)
