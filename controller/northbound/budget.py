"""How much of the processor all clients get together: a share, with a little saved up for whoever opens a picture."""

from __future__ import annotations

from collections.abc import Callable

SHARE = 0.2
"""Of one core, as long as anybody asks for more."""
SAVED_S = 0.25
"""Of work that is done at once after a quiet time: somebody opening a picture does not wait."""
SMALL = 1024
"""Bytes of a message that hardly costs anything: a place for a publication, a look whether we are alive …"""
PATIENCE_S = 1.0
"""… and is answered while others owe less than so much work: a client that asks for much must not make it look dead."""


class Budget:
    """Seconds of work that may be done; below zero they are owed. ``time`` is a clock of seconds."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._left_s = SAVED_S
        self._filled_s = time()

    def spend(self, work_s: float) -> None:
        """So much was done."""
        self._fill()
        self._left_s -= work_s

    def wait_s(self, size: int) -> float:
        """How long a message of so many bytes has to wait; 0 when it is its turn."""
        self._fill()
        lent_s = PATIENCE_S if size <= SMALL else 0.0
        return max(0.0, -(self._left_s + lent_s) / SHARE)

    def _fill(self) -> None:
        now_s = self._time()
        self._left_s = min(SAVED_S, self._left_s + (now_s - self._filled_s) * SHARE)
        self._filled_s = now_s
