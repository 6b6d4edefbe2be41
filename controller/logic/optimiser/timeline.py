"""The hours ahead in steps, in which something is decided, and in the parts of steps in which water is reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PART_S = 900.0
"""No part is longer: within it the waters around count as standing still."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """``within``: the parts of each step; ``step_of``: the step of each part; ``parts_s``: their lengths."""

    steps_s: tuple[float, ...]
    parts_s: tuple[float, ...]
    step_of: tuple[int, ...]
    within: tuple[range, ...]

    @property
    def begins_s(self) -> tuple[float, ...]:
        """When each step begins, and, last, when all is over."""
        return (0.0, *accumulate(self.steps_s))

    def between(self, at_step_ends: Sequence[float]) -> Array:
        """Values known at the start and at every step's end, straight between them, at every part's end."""
        ends = (0.0, *accumulate(self.parts_s))
        return np.asarray(np.interp(ends, self.begins_s, at_step_ends), dtype=np.float64)

    def over_parts(self, by_step: Sequence[float]) -> Array:
        """Values of steps, for each of their parts."""
        return np.asarray([by_step[step] for step in self.step_of], dtype=np.float64)


def timeline_of(steps_s: tuple[float, ...]) -> Timeline:
    """Each step in equal parts."""
    parts: list[float] = []
    step_of: list[int] = []
    within: list[range] = []
    for step, length in enumerate(steps_s):
        count = max(1, ceil(length / PART_S - 1e-9))
        within.append(range(len(parts), len(parts) + count))
        parts += [length / count] * count
        step_of += [step] * count
    return Timeline(steps_s, tuple(parts), tuple(step_of), tuple(within))
