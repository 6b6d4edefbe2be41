"""The peer: plain fixed thresholds on the same nights, chosen as a careful engineer would choose them.

One reference per circuit: the mean of its lit power over the training nights (better than a rating plate), scaled in a
straight line with the dimming level. 4 % below it for 15 min is a lamp loss, 10 % above nothing 10 min after OFF a day
burner, a fall of 25 % between two polls with the contact closed and no trip a cable theft. The first five minutes after
ON are left out. Not normalised by voltage, not by hour. What needs no power is told as the detectors tell it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.domain.image import View
from controller.logic.faults.kinds import FaultKind

WARM_S, LOW_S, OFF_S = 300.0, 900.0, 600.0
POWER_KINDS = frozenset({FaultKind.LAMP_LOSS, FaultKind.DAY_BURNER, FaultKind.CABLE_THEFT})


@dataclass(slots=True)
class FixedThreshold:
    """One circuit. ``look`` gives what it would alarm now."""

    output: str
    total_w: float = 0.0
    looks: int = 0
    closed: bool | None = None
    since_s: float = 0.0
    low_s: float | None = None
    last_w: float | None = None
    level: float | None = None
    standing: set[FaultKind] = field(default_factory=set)

    @property
    def reference_w(self) -> float:
        """The mean it learned."""
        return self.total_w / self.looks if self.looks else 0.0

    def look(self, view: View, at_s: float, *, learning: bool) -> frozenset[FaultKind]:
        """Take in one poll; unknown values are passed over."""
        closed, watts = view.value(f"{self.output}.feedback"), view.number(f"{self.output}.power_w")
        level = view.number(f"{self.output}.level")
        share = 1.0 if level is None or level <= 0.0 else level / 100.0
        if closed is None or watts is None:
            return frozenset(self.standing)
        if closed is not self.closed:
            self.closed, self.since_s, self.low_s, self.last_w = bool(closed), at_s, None, None
            self.standing.clear()
        if level != self.level:
            self.level, self.last_w, self.low_s = level, None, None
        if learning:
            if closed and at_s - self.since_s >= WARM_S and share == 1.0:
                self.total_w, self.looks = self.total_w + watts, self.looks + 1
            return frozenset()
        self._judge(watts, self.reference_w * share, at_s, tripped=view.value(f"{self.output}.breaker_trip") is True)
        return frozenset(self.standing)

    def _judge(self, watts: float, usual_w: float, at_s: float, *, tripped: bool) -> None:
        lasted_s = at_s - self.since_s
        if not self.closed:
            if lasted_s >= OFF_S and watts > 0.1 * usual_w:
                self.standing.add(FaultKind.DAY_BURNER)
            return
        if lasted_s < WARM_S or tripped:
            return
        if self.last_w is not None and watts < 0.75 * self.last_w:
            self.standing.add(FaultKind.CABLE_THEFT)
        self.last_w = watts
        if watts >= 0.96 * usual_w:
            self.low_s = None
        elif self.low_s is None:
            self.low_s = at_s
        elif at_s - self.low_s >= LOW_S:
            self.standing.add(FaultKind.LAMP_LOSS)
