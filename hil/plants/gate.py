"""A gate and its drive: it travels at its own speed, has limit switches, and fails in the ways gates do."""

from __future__ import annotations

from controller.domain.pumps_and_gates import Gate

FULL = 100.0
_AT_LIMIT = 0.05
"""A limit switch closes this close (%) to the end."""
MOVING_TORQUE = 45.0
STALLED_TORQUE = 250.0
HEAVY_TORQUE = 130.0
"""Torque (% of the drive's rating) while it travels, against an obstacle, and where it runs heavily."""


class GatePlant:
    """Truth of one gate.

    Its faults: ``jammed`` (the drive trips and it stays where it is, with ``fault`` shown), ``slow`` (the share of its
    speed it still has), ``heavy`` (it moves, with too much torque), ``creep_percent_s`` (it moves by itself while
    nobody drives it), ``open_limit_lies`` and ``closed_limit_lies`` (what the switch shows whatever is true).
    ``powered`` false: its drive has no supply and it stalls; ``released`` lets it down without.
    """

    __slots__ = (
        "_now_s",
        "_stalled",
        "_told",
        "asset",
        "closed_limit_lies",
        "creep_percent_s",
        "goal",
        "heavy",
        "jammed",
        "open_limit_lies",
        "position",
        "powered",
        "released",
        "slow",
    )

    def __init__(self, asset: Gate, start_s: float, position: float = 0.0) -> None:
        self.asset = asset
        self.position = position
        self.goal = position
        self.jammed = False
        self.slow = 1.0
        self.heavy = False
        self.creep_percent_s = 0.0
        self.open_limit_lies: bool | None = None
        self.closed_limit_lies: bool | None = None
        self.powered = True
        self.released = False
        self._told: float | None = None
        self._stalled = False
        self._now_s = start_s

    @property
    def moving(self) -> bool:
        """Whether it is under way."""
        driven = not self.jammed and self.powered and self.position != self.goal
        return driven or (self.released and self.position > 0.0) or self._creeps

    @property
    def open_limit(self) -> bool:
        """Fully open, by its limit switch."""
        return self.position >= FULL - _AT_LIMIT if self.open_limit_lies is None else self.open_limit_lies

    @property
    def closed_limit(self) -> bool:
        """Fully closed, by its limit switch."""
        return self.position <= _AT_LIMIT if self.closed_limit_lies is None else self.closed_limit_lies

    @property
    def fault(self) -> bool:
        """The drive has tripped while it should have moved; it shows until the gate is freed."""
        return self.jammed and self._stalled

    @property
    def torque_percent(self) -> float:
        """Torque of its drive."""
        if not self.powered or self.position == self.goal:
            return 0.0
        if self.jammed:
            return STALLED_TORQUE
        return HEAVY_TORQUE if self.heavy else MOVING_TORQUE

    def aim(self, percent: float, *, anew: bool = True) -> None:
        """Travel to this opening, 0–100 %. Not ``anew``: an order that is already done is not begun again."""
        if not anew and percent == self._told:
            return
        self._told = percent
        self.goal = min(FULL, max(0.0, percent))

    def forget(self) -> None:
        """An order was given: whatever it says is begun, also when it says the same again."""
        self._told = None

    def advance(self, to_s: float) -> float | None:
        """Let time pass; returns the moment it reached an end (0 or 100 %), None when it did not."""
        elapsed_s, began_s = to_s - self._now_s, self._now_s
        self._now_s = to_s
        self._stalled = self.jammed and (self._stalled or (self.powered and self.position != self.goal))
        if elapsed_s <= 0.0:
            return None
        if self.released:
            return self._fall(began_s, elapsed_s)
        if self._creeps:
            self.position = self.goal = min(FULL, max(0.0, self.position + self.creep_percent_s * elapsed_s))
            return None
        return self._travel(began_s, elapsed_s) if self.moving else None

    @property
    def _creeps(self) -> bool:
        return self.creep_percent_s != 0.0 and self.position == self.goal and 0.0 <= self.position <= FULL

    def _fall(self, began_s: float, elapsed_s: float) -> float | None:
        before, rate = self.position, FULL / self.asset.emergency_lower_s
        self.position = max(0.0, before - rate * elapsed_s)
        self.goal = self.position
        return began_s + before / rate if before > 0.0 >= self.position else None

    def _travel(self, began_s: float, elapsed_s: float) -> float | None:
        distance = self.goal - self.position
        needed_s = abs(distance) / FULL * self.asset.travel_s / self.slow
        if needed_s > elapsed_s:
            self.position += distance * elapsed_s / needed_s
            return None
        self.position = self.goal
        return began_s + needed_s if self.goal in (0.0, FULL) else None
