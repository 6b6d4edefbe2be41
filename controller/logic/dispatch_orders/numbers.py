"""Numbers of dispatch orders: per year, counted up, never used twice: ``2026-0001``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NUMBER = re.compile(r"^(?P<year>\d{4})-(?P<nth>\d{4,6})$")


def number_of(year: int, nth: int) -> str:
    """The order's number."""
    return f"{year:04d}-{nth:04d}"


def parts_of(number: str) -> tuple[int, int] | None:
    """The year and which of that year; None where it is no such number."""
    found = _NUMBER.match(number)
    return None if found is None else (int(found["year"]), int(found["nth"]))


def highest(numbers: Iterable[str], known: Mapping[int, int]) -> dict[int, int]:
    """The highest number of each year, of these and of what was known before."""
    found = dict(known)
    for number in numbers:
        parts = parts_of(number)
        if parts is not None:
            found[parts[0]] = max(found.get(parts[0], 0), parts[1])
    return found
