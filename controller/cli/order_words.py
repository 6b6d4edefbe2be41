"""What people type of a dispatch order, as the API takes it."""

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.failing import Refused

TargetOption = Annotated[
    list[str] | None, typer.Option("--target", help="One station, unit or gate: 330102-PS-0001; several take a plan.")
]


def words_of(
    reason: str,
    plan: str,
    param: list[str] | None,
    target: list[str] | None,
    value: str,
    lasting: str,
    slot: str,
    unit: str,
    ground: list[str] | None,
) -> dict[str, object]:
    """What an order says, as the API takes it."""
    from controller.cli.durations import parse_duration
    from controller.cli.planning import numbers

    if target is not None and len(target) > 1:
        raise Refused(
            f"an order is for one target, and {len(target)} are named: several take a plan (zhadao plan list), or an "
            "order each 一份调度令只对一个对象：多个对象请用预案，或分别拟令"
        )
    return {
        "reason": reason,
        "plan": plan,
        "parameters": numbers(param),
        "target": target[0] if target else "",
        "value": value,
        "for_s": parse_duration(lasting),
        "slot": slot,
        "unit": unit,
        "grounds": ground or [],
    }
