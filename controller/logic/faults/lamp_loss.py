"""Lamp loss: the circuit draws less than its baseline says, and goes on doing so."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules

LEAST_SAMPLES = 8
SUSPECT_PART = 0.7
"""A single look this near the limit begins a window."""
GONE_PART = 0.5
"""The fault is over, or was none, once the window's median is above this part of the limit."""


class Low(NamedTuple):
    """The looks of the window (monotonic seconds, share off the baseline); whether the fault stands."""

    looks: tuple[tuple[float, float], ...] = ()
    stands: bool = False
    share: float = 0.0

    @property
    def pending(self) -> bool:
        """Whether more looks decide something."""
        return bool(self.looks)


SOUND = Low()


def follow_low(before: Low, off: float | None, at_s: float, limit: float, rules: FaultRules) -> Low:
    """The state after a look; ``off`` is the share off the baseline (None: nothing can be said, the window waits)."""
    if off is None:
        return before
    if not before.stands and not before.looks and off > -SUSPECT_PART * limit:
        return SOUND
    if before.looks and at_s - before.looks[-1][0] > rules.gap_s:
        before = before._replace(looks=())
    if before.looks and at_s <= before.looks[-1][0]:
        return before
    begin_s = at_s - rules.loss_for_s
    looks = (*(look for look in before.looks if look[0] >= begin_s), (at_s, off))
    middle = median(one for _, one in looks)
    whole = at_s - looks[0][0] >= rules.loss_for_s - 1.5 * rules.sample_s and len(looks) >= LEAST_SAMPLES
    if whole and middle <= -limit:
        return Low(looks, stands=True, share=-middle)
    if before.stands:
        over = whole and middle > -GONE_PART * limit
        return SOUND if over else before._replace(looks=looks)
    calm = len(looks) >= 5 and middle > -GONE_PART * limit
    return SOUND if calm else Low(looks)


def lamp_loss(low: Low, lamps: int, now_w: float, expected_w: float, limit: float) -> Finding | None:
    """What is found, in words."""
    if not low.stands:
        return None
    lost = low.share * lamps
    count = max(1, round(lost))
    several = "lamp" if count == 1 else "lamps"
    sure = 0.9 if low.share > 1.5 * limit else 0.7
    return Finding(
        FaultKind.LAMP_LOSS,
        f"about {count} of {lamps} {several} out: {now_w:,.0f} W where {expected_w:,.0f} W are usual at this hour, "
        f"voltage and level ({-100 * low.share:.1f}%, limit {-100 * limit:.1f}%)",
        f"约 {count}/{lamps} 盏灯不亮：当前 {now_w:,.0f} W，同时段、同电压、同调光级通常为 {expected_w:,.0f} W"
        f"（{-100 * low.share:.1f}%，限值 {-100 * limit:.1f}%）",
        sure,
        low.share * expected_w,
    )
