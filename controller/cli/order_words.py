"""What people type of a dispatch order, as the API takes it."""

from __future__ import annotations


def words_of(
    reason: str,
    plan: str,
    param: list[str] | None,
    target: str,
    value: str,
    lasting: str,
    slot: str,
    unit: str,
    ground: list[str] | None,
) -> dict[str, object]:
    """What an order says, as the API takes it."""
    from controller.cli.durations import parse_duration
    from controller.cli.planning import numbers

    return {
        "reason": reason,
        "plan": plan,
        "parameters": numbers(param),
        "target": target,
        "value": value,
        "for_s": parse_duration(lasting),
        "slot": slot,
        "unit": unit,
        "grounds": ground or [],
    }
