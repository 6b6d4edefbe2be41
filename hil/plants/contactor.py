"""A contactor: it takes time to move, and its auxiliary contact tells what the contacts do, not what was ordered."""

from __future__ import annotations

from math import inf

PULL_IN_S = 0.080
DROP_OUT_S = 0.050


class Contactor:
    """Main contacts with their delays and their usual ways of failing.

    ``stuck``: the coil is dead, orders change nothing. ``welded``: once closed it stays closed.
    ``lying``: the auxiliary contact shows this whatever the main contacts do (None: honest).
    """

    __slots__ = ("_goal", "closed", "due_s", "lying", "stuck", "welded")

    def __init__(self, *, closed: bool = False) -> None:
        self.closed = closed
        self.due_s = inf
        self._goal = closed
        self.stuck = False
        self.welded = False
        self.lying: bool | None = None

    @property
    def feedback(self) -> bool:
        """What the auxiliary contact shows."""
        return self.closed if self.lying is None else self.lying

    def order(self, on: bool, at_s: float) -> None:
        """Energise or release the coil at ``at_s``; the contacts follow ``due_s``. Repeating an order does nothing."""
        if on == self._goal:
            return
        self._goal = on
        if on == self.closed:
            self.due_s = inf
        else:
            self.due_s = at_s + (PULL_IN_S if on else DROP_OUT_S)

    def repair(self) -> None:
        """Sound again; it waits for the next order."""
        self.stuck = self.welded = False
        self.lying = None
        self._goal, self.due_s = self.closed, inf

    def move(self, to_s: float) -> float | None:
        """Let time pass; returns the exact moment the contacts moved, None when they did not."""
        if to_s < self.due_s:
            return None
        moved_s, self.due_s = self.due_s, inf
        if self.stuck or (self.welded and self.closed):
            return None
        self.closed = self._goal
        return moved_s
