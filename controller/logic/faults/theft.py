"""Cable theft: a large part of a circuit is gone at once, and neither breaker nor supply explains it.

Seen while the circuit burns, against what it drew until just before (kept over nights and restarts). A blown phase fuse
looks the same: both need a crew, and the cable end may be live. Seen while it is off only where the cabinet senses its
lines (``line.py``).
"""

from __future__ import annotations

from typing import NamedTuple

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules

FOLLOW = 0.2
"""How fast the remembered share follows what is seen."""
BACK_PART = 0.5
"""It is over once less than this part of the fall is left."""
WHOLE_PHASE = 0.85
"""A fall of this part of a phase's whole share of the circuit, on one phase, is that phase."""


class Drop(NamedTuple):
    """``steady``: the usual share of the reference power (0: not known yet), ``steady_s`` when it was last so.

    ``low_s``: since when it is low; ``seen_s`` the last look; ``back_s`` since when it is back.
    """

    steady: float = 0.0
    steady_s: float = 0.0
    low_s: float | None = None
    seen_s: float = 0.0
    back_s: float | None = None
    stands: bool = False
    share: float = 0.0

    @property
    def pending(self) -> bool:
        """Whether more looks decide something."""
        return self.low_s is not None or self.back_s is not None


def least_fall(lamps: int, phases: int, rules: FaultRules) -> float:
    """The smallest fall, as a share of the circuit, that is no lamp: 25 % of a phase, and more than two lamps."""
    by_lamps = rules.theft_lamps / lamps if lamps else 0.0
    return min(0.95, max(rules.theft_share / phases, by_lamps))


def follow_drop(
    before: Drop, share: float | None, at_s: float, fall: float, rules: FaultRules, *, explained: bool | None
) -> Drop:
    """The state after a look. ``share``: power now over the reference power (None: nothing can be said).

    ``fall``: see ``least_fall``. ``explained``: a breaker trip or a lost phase would do it (None: not read since it
    fell, so nothing is decided yet).
    """
    if share is None or at_s <= before.seen_s:
        return before
    if before.steady == 0.0:
        return Drop(share, at_s, seen_s=at_s)
    if before.stands:
        return _standing(before, share, at_s, rules)
    fell = 1.0 - share / before.steady
    if fell < fall:
        steady = before.steady + FOLLOW * (share - before.steady)
        return Drop(steady, at_s, seen_s=at_s)
    if explained:
        return before._replace(low_s=None, seen_s=at_s)
    if before.low_s is None or at_s - before.seen_s > rules.gap_s:
        return before._replace(low_s=at_s, seen_s=at_s)
    if explained is None or at_s - before.low_s < rules.theft_for_s:
        return before._replace(seen_s=at_s)
    return before._replace(stands=True, share=fell, low_s=None, seen_s=at_s)


def _standing(before: Drop, share: float, at_s: float, rules: FaultRules) -> Drop:
    if 1.0 - share / before.steady > BACK_PART * before.share:
        return before._replace(back_s=None, seen_s=at_s)
    if before.back_s is None or at_s - before.seen_s > rules.gap_s:
        return before._replace(back_s=at_s, seen_s=at_s)
    if at_s - before.back_s < rules.clear_for_s:
        return before._replace(seen_s=at_s)
    return Drop(share, at_s, seen_s=at_s)


class Where(NamedTuple):
    """The phase that fell: watts before and after, and which part of the circuit's fall it bears."""

    phase: str
    before_w: float
    after_w: float
    part: float


def cable_theft(drop: Drop, where: Where | None, before_w: float, now_w: float, at: str) -> Finding | None:
    """What is found, in words; ``at``: the local time at which it fell."""
    if not drop.stands:
        return None
    if where is None:
        what = f"the circuit fell from {before_w:,.0f} W to {now_w:,.0f} W (−{100 * drop.share:.0f}%)"
        what_zh = f"回路由 {before_w:,.0f} W 降至 {now_w:,.0f} W（−{100 * drop.share:.0f}%）"
    else:
        fell = 100.0 * (1.0 - where.after_w / where.before_w)
        name = where.phase.upper()
        what = f"phase {name} fell from {where.before_w:,.0f} W to {where.after_w:,.0f} W (−{fell:.0f}%)"
        what_zh = f"{name} 相由 {where.before_w:,.0f} W 降至 {where.after_w:,.0f} W（−{fell:.0f}%）"
    return Finding(
        FaultKind.CABLE_THEFT,
        f"{what} at {at} without a breaker trip: cable theft or a fuse; send a crew, and treat the cable as live",
        f"{at} {what_zh}，断路器未跳：疑似电缆被盗或熔断器熔断；请派员现场查看，电缆按带电处理",
        0.8 if where is not None and where.part >= WHOLE_PHASE else 0.6,
        max(0.0, before_w - now_w),
    )
