"""What one light is asked with: everything slot 12 depends on but the sky itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from controller.domain.image import Image
from controller.domain.places import Place
from controller.domain.request import Request
from controller.logic.contract import Moment
from controller.logic.lighting import Light
from schedules.program import Program


@dataclass(frozen=True, slots=True)
class Asked:
    """A light at one moment.

    ``program`` is the one in force tonight, ``below`` the light's other computed requests. ``burns``: it is proven on,
    by a GOOD contact or level, since before the start (nothing was written to it). ``level_at`` tells what the program
    wants at a second of the epoch (percent).
    """

    light: Light
    place: Place
    shift_s: float
    night: date
    program: Program
    below: Sequence[Request]
    burns: bool
    level_at: Callable[[float], float]
    image: Image
    moment: Moment

    @property
    def at_s(self) -> float:
        """Wall time in seconds of the epoch."""
        return self.moment.wall.timestamp()
