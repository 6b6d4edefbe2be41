"""A gate and its drive: it travels at its own speed, has limit switches, and may jam."""

from __future__ import annotations

from controller.domain.assets import Gate

FULL = 100.0
_AT_LIMIT = 0.05
"""A limit switch closes this close (%) to the end."""


class GatePlant:
    """Truth of one gate. ``jammed``: the drive trips and it stays where it is, with ``fault`` shown."""

    __slots__ = ("_now_s", "_stalled", "asset", "goal", "jammed", "position")

    def __init__(self, asset: Gate, start_s: float, position: float = 0.0) -> None:
        self.asset = asset
        self.position = position
        self.goal = position
        self.jammed = False
        self._stalled = False
        self._now_s = start_s

    @property
    def moving(self) -> bool:
        """Whether it is under way."""
        return not self.jammed and self.position != self.goal

    @property
    def open_limit(self) -> bool:
        """Fully open, by its limit switch."""
        return self.position >= FULL - _AT_LIMIT

    @property
    def closed_limit(self) -> bool:
        """Fully closed, by its limit switch."""
        return self.position <= _AT_LIMIT

    @property
    def fault(self) -> bool:
        """The drive has tripped while it should have moved; it shows until the gate is freed."""
        return self.jammed and self._stalled

    def aim(self, percent: float) -> None:
        """Travel to this opening, 0–100 %."""
        self.goal = min(FULL, max(0.0, percent))

    def advance(self, to_s: float) -> float | None:
        """Let time pass; returns the moment it reached an end (0 or 100 %), None when it did not."""
        elapsed_s, began_s = to_s - self._now_s, self._now_s
        self._now_s = to_s
        self._stalled = self.jammed and (self._stalled or self.position != self.goal)
        if not self.moving or elapsed_s <= 0.0:
            return None
        distance = self.goal - self.position
        needed_s = abs(distance) / FULL * self.asset.travel_s
        if needed_s > elapsed_s:
            self.position += distance * elapsed_s / needed_s
            return None
        self.position = self.goal
        return began_s + needed_s if self.goal in (0.0, FULL) else None
