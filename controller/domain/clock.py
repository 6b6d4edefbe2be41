"""One injected clock for everything that waits or expires."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall and monotonic time of one process, possibly faster than real (demo) or virtual (tests).

    ``speed`` is how many clock seconds pass per real second: 1 wherever a real device is attached.
    """

    @property
    def speed(self) -> float:
        """Clock seconds per real second."""
        ...

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step back; only differences mean something."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that many clock seconds."""
        ...
