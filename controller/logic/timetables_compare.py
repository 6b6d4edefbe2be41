"""A table read back against the programs: equal, or where it differs and by how much. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from controller.logic.timetables import Night, Table, length, without

ROLL_DAYS = 30
"""Nights just past are next year's: they are written anew at most this many days later."""
TOLERANCE_MIN = 1
"""A minute is what a device can tell: an edge that is off by one is no difference."""


class Sameness(StrEnum):
    """Whether a device's own fallback does what the programs want."""

    EQUAL = "equal"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    NEVER_DOWNLOADED = "never_downloaded"
    NO_TABLE = "no_table"


@dataclass(frozen=True, slots=True)
class Difference:
    """One output in one night: minutes it would be dark though wanted lit, and lit though wanted dark.

    ``unreadable``: what stands in the device is no night; it is counted as dark.
    """

    output: str
    night: date
    darker_min: int
    longer_min: int
    unreadable: bool = False


def same_night(one: Night, other: Night, tolerance_min: int = TOLERANCE_MIN) -> bool:
    """Whether two nights switch at the same minutes, as far as a device can tell."""
    return len(one) == len(other) and all(
        abs(a - b) <= tolerance_min
        for left, right in zip(one, other, strict=True)
        for a, b in zip(left, right, strict=True)
    )


def differences(
    wanted: Table, found: Table, dates: Sequence[date], tonight: date, roll_days: int = ROLL_DAYS
) -> Iterator[Difference]:
    """Where the device's table is not the wanted one, in order of rows.

    Nights that are further away than all but ``roll_days`` of the table are left out: their rows still hold a night
    that has passed, which is no defect until it comes near.
    """
    end = tonight + timedelta(days=len(dates) - roll_days)
    for row, night in enumerate(dates):
        if night >= end:
            continue
        for output in wanted.assigned:
            ours, theirs = wanted.night(row, output), found.night(row, output)
            if ours is None:
                continue
            if theirs is None:
                yield Difference(output, night, length(ours), 0, unreadable=True)
            elif not same_night(ours, theirs):
                yield Difference(output, night, length(without(ours, theirs)), length(without(theirs, ours)))


@dataclass(frozen=True, slots=True)
class Summary:
    """Differences in a few words: how many nights, which outputs, the first night, the worst of both directions."""

    nights: int = 0
    outputs: tuple[str, ...] = ()
    first: date | None = None
    darker_min: int = 0
    longer_min: int = 0


def summary(found: Sequence[Difference]) -> Summary:
    """What people are told first."""
    if not found:
        return Summary()
    return Summary(
        nights=len({one.night for one in found}),
        outputs=tuple(sorted({one.output for one in found})),
        first=min(one.night for one in found),
        darker_min=max(one.darker_min for one in found),
        longer_min=max(one.longer_min for one in found),
    )
