"""From what came over the wire to what a plant takes."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from controller.domain.errors import InvalidValue
from controller.domain.points import Value

Label = TypeVar("Label", bound=StrEnum)


def truth(value: Value) -> bool:
    """A switch: true or false, or the numbers 0 and 1."""
    if value in (0, 1):
        return bool(value)
    raise InvalidValue(f"a switch is true or false, not {value!r}")


def number(value: Value) -> float:
    """A number that is not a text."""
    if isinstance(value, str):
        raise InvalidValue(f"a number is wanted, not {value!r}")
    return float(value)


def percent(value: Value) -> float:
    """0–100."""
    wanted = number(value)
    if not 0.0 <= wanted <= 100.0:
        raise InvalidValue(f"a percentage lies between 0 and 100, not {wanted!r}")
    return wanted


def labelled(kind: type[Label]) -> Callable[[Value], Label]:
    """A reader of one enumeration's names."""

    def read(value: Value) -> Label:
        try:
            return kind(str(value))
        except ValueError:
            known = " | ".join(kind)
            raise InvalidValue(f"one of {known} is wanted, not {value!r}") from None

    return read
