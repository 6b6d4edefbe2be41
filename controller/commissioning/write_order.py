"""What a guided write is about, and what came of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.commissioning.bench_line import Subject
from controller.domain.points import Reading, Value, point_id
from drivers.profile import NO_FEEDBACK, PointSpec

FOLLOWED = 0.02
"""A measured feedback follows when it is within this share of the point's range."""


@dataclass(frozen=True, slots=True)
class Before:
    """How point, feedback and switch stood when the person was asked."""

    old: Value
    feedback: Reading | None
    switch: Reading | None


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """What a person confirmed: this value to this point, held so long at most. ``by``: who sat there."""

    subject: Subject
    point: str
    value: Value
    hold_s: float = 5.0
    by: str = ""

    @property
    def id(self) -> str:
        """What is typed back: ``10.20.6.9:502#1/K1.command``."""
        return point_id(self.subject.name, self.point)

    @property
    def spec(self) -> PointSpec:
        """The point in its profile."""
        return self.subject.profile.points[self.point]


@dataclass(slots=True)
class WriteReport:
    """What came of it. ``put_back`` is the one thing that must never be false unsaid."""

    sent: bool = False
    acknowledged: bool = False
    read_back: Value | None = None
    feedback: list[tuple[float, str]] = field(default_factory=list)
    """Seconds after the write, and what the feedback showed then."""
    followed_s: float | None = None
    put_back: bool = False
    trouble: str = ""
    interrupted: bool = False

    def proven(self, order: WriteOrder) -> bool:
        """Whether the device acknowledged, its feedback followed where it has one, and everything is as before."""
        followed = order.spec.feedback == NO_FEEDBACK or self.followed_s is not None
        return self.acknowledged and followed and self.put_back and not self.trouble


def follows(spec: PointSpec, feedback: Reading, value: Value) -> bool:
    """Whether the feedback shows what was written: the same word, or a number within 2 % of the point's range."""
    shown = feedback.value
    if not feedback.good or shown is None:
        return False
    if isinstance(shown, (bool, str)) or isinstance(value, (bool, str)):
        return shown == value
    span = (spec.high - spec.low) if spec.high is not None and spec.low is not None else abs(value) or 1.0
    return abs(shown - value) <= FOLLOWED * span


def told(reading: Reading) -> str:
    """A reading in a sentence: ``True``, ``7 (BAD out_of_range)``."""
    value = "nothing" if reading.value is None else str(reading.value)
    return value if reading.good else f"{value} ({reading.quality.name} {reading.detail})".rstrip()
