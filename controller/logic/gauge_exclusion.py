"""Level gauges that a person took out of the vote, and how far the one that may be left alone is believed.

Excluding is no act on a pump: what runs goes on, and the station's own control waits one of its steps before it goes by
what the others say. With two left both have to agree; with one left nobody can tell whether it lies, so it stops
nothing and may bring one unit more, once, and only while it is seen to move as water does; with none the station holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.domain.image import View

AGREE_M = 0.10
"""Two gauges further apart than this are not believed for automatic escalation (FACTS, pumps)."""
LIVELY_S = 600.0
"""A gauge left alone that was not seen to move for so long may be frozen: it brings nothing."""
STILL_M = 0.002
"""A gauge that moved by less has not moved."""
NOISE_M = 0.05
MAX_RATE_M_S = 0.02
"""No water in a canal or sump rises faster (m/s): what does has leapt."""
LOOKED_S = 10.0
"""A gauge that stood still for longer was read meanwhile: a leap is judged over this time at most (s)."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """What people took out of a station's votes. ``points``: its own level points, with who, why and until when.

    ``agree_m``: so near (m) the last two have to be. ``lively_s``: so lately (s) the last one must have moved.
    """

    points: Mapping[str, str]
    agree_m: float = AGREE_M
    lively_s: float = LIVELY_S

    def words(self) -> tuple[str, ...]:
        """One sentence per gauge, for people."""
        return tuple(f"{point} is out of the vote: {said}" for point, said in sorted(self.points.items()))


EXCLUDES_NOTHING = Excluded({})


@dataclass(frozen=True, slots=True)
class LoneGauge:
    """The one gauge that is left, followed since it is alone (monotonic s, m).

    ``running``: drainage units that ran when it was left alone; ``asked``: the count it was once allowed to ask for.
    ``moved_s``: when it was last seen to move; None: not yet. ``doubt``: why it is not believed any more.
    """

    point: str
    value_m: float
    seen_s: float
    running: int
    moved_s: float | None = None
    doubt: str = ""
    asked: int | None = None

    def believed(self, lively_s: float, now_s: float) -> bool:
        """Whether it may bring one unit more: it moves, and never leapt."""
        return not self.doubt and self.moved_s is not None and now_s - self.moved_s <= lively_s


def left_alone(points: tuple[str, ...], excluded: Excluded, view: View) -> str | None:
    """The only level point a person's exclusion leaves GOOD; None where nothing is excluded, or not just one is left.

    A gauge that is alone because others merely failed is none: nobody looked at them, and the station holds.
    """
    if not any(point in excluded.points for point in points):
        return None
    answering = [point for point in points if point not in excluded.points and view.number(point) is not None]
    return answering[0] if len(answering) == 1 else None


def follow_lone(past: LoneGauge | None, point: str | None, view: View, running: int) -> LoneGauge | None:
    """The lone gauge after one look. While others flicker in and out beside it, what it was allowed stays used up."""
    value_m = None if point is None else view.number(point)
    if point is None or value_m is None:
        return past if past is None or past.moved_s is None else replace(past, moved_s=None)
    if past is None or past.point != point:
        begun, asked = (running, None) if past is None else (past.running, past.asked)
        return LoneGauge(point, value_m, view.now_s, begun, asked=asked)
    step_m, age_s = abs(value_m - past.value_m), min(max(0.0, view.now_s - past.seen_s), LOOKED_S)
    if step_m > NOISE_M + MAX_RATE_M_S * age_s:
        return replace(past, value_m=value_m, seen_s=view.now_s, doubt=f"it leapt by {step_m:.2f} m")
    if step_m <= STILL_M:
        return past
    return replace(past, value_m=value_m, seen_s=view.now_s, moved_s=view.now_s)
