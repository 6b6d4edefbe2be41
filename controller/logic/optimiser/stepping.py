"""Hours ahead in the steps a programme is made of: short ones where something is decided now, long ones later."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from controller.logic.hydraulics.outlook import Outlook


def restepped(outlook: Outlook, short_s: float, long_s: float) -> Outlook:
    """The same hours with the outlook's own steps for ``short_s`` ahead, and gathered into ``long_s`` after that."""
    groups: list[list[int]] = []
    begun = gathered = 0.0
    for step, length in enumerate(outlook.steps_s):
        if begun < short_s - 1.0 or not groups or gathered >= long_s - 1.0 or _closed(begun, short_s, length):
            groups.append([])
            gathered = 0.0
        groups[-1].append(step)
        begun += length
        gathered += length

    def means(series: Sequence[float]) -> tuple[float, ...]:
        return tuple(_mean(series, outlook.steps_s, group) for group in groups)

    return Outlook(
        outlook.start,
        tuple(sum(outlook.steps_s[step] for step in group) for group in groups),
        {name: means(series) for name, series in outlook.inflow_m3s.items()},
        {name: means(series) for name, series in outlook.outer_m.items()},
    )


def _closed(begun_s: float, short_s: float, length_s: float) -> bool:
    """Whether the first long step begins here: nothing long is gathered onto the last short one."""
    return short_s - 1.0 <= begun_s < short_s + length_s - 1.0


def _mean(series: Sequence[float], steps_s: Sequence[float], group: Sequence[int]) -> float:
    length = sum(steps_s[step] for step in group)
    return sum(series[step] * steps_s[step] for step in group) / length


def steps_within(steps_s: Sequence[float], shifted_s: float, earlier_s: Sequence[float]) -> list[int]:
    """For each step the one of an earlier outlook that covered its middle."""
    ends = list(accumulate(earlier_s))
    found, begun, at = [], shifted_s, 0
    for length in steps_s:
        while at < len(ends) - 1 and ends[at] <= begun + length / 2.0:
            at += 1
        found.append(at)
        begun += length
    return found
