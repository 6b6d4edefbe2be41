"""Which units run when a station is told how many: rotation by wear, and people's orders to single units first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from controller.domain.intents import UnitMode
from controller.domain.points import TargetId
from controller.logic.contract import UnitMemory

HOURS_PER_START = 10.0
"""One start wears a unit like this many hours of running (FACTS, rotation)."""


class Wish(Enum):
    """What a unit should do. KEEP: go on as it is, and finish what was begun."""

    START = "start"
    STOP = "stop"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit as allocation sees it.

    ``committed``: it runs or is being started. ``may_start`` / ``may_stop``: its own guards allow it now.
    ``wear``: what rotation compares.
    """

    unit: TargetId
    order: UnitMode
    committed: bool
    may_start: bool
    may_stop: bool
    wear: float


def wear(past: UnitMemory) -> float:
    """Run hours + 10 × starts."""
    return past.run_hours + HOURS_PER_START * past.starts_total


def allocate(candidates: Sequence[Candidate], count: int, keep: int = 0) -> Mapping[TargetId, Wish]:
    """What each unit should do so that ``count`` run.

    START and STOP orders of a unit stand; units on AUTO fill up with the least worn that may start, and give way
    most worn first (those past their minimum run before the others). A unit started by its own order counts
    towards ``count`` but pushes no other out. ``keep``: this many running units stay, but none is added for it.
    """
    wishes = {one.unit: _OWN.get(one.order, Wish.STOP) for one in candidates}
    free = [one for one in candidates if one.order is UnitMode.AUTO]
    on = [one for one in free if one.committed]
    by_order = sum(one.order is UnitMode.START and (one.committed or one.may_start) for one in candidates)
    excess = len(on) - max(count, keep)
    leaving = sorted(on, key=lambda one: (not one.may_stop, -one.wear))[: max(excess, 0)]
    missing = count - by_order - len(on)
    idle = [one for one in free if not one.committed and one.may_start]
    coming = sorted(idle, key=lambda one: one.wear)[: max(missing, 0)]
    wishes |= {one.unit: Wish.START for one in on if one not in leaving}
    wishes |= {one.unit: Wish.START for one in coming}
    return wishes


_OWN = {UnitMode.START: Wish.START, UnitMode.STOP: Wish.STOP}
