"""The optimiser's plan beside the rules', as both come out of the same model."""

from __future__ import annotations

from dataclasses import dataclass

from controller.logic.optimiser.checking import Judged
from controller.logic.optimiser.problem import Answer, Earlier


@dataclass(frozen=True, slots=True)
class Weighed:
    """Both plans as the model sees them. ``answer``: the optimiser's, where it is to be followed; None: the rules'.

    ``earlier``: what the next solve begins from. ``reason``: why the rules go on, where they do.
    """

    answer: Answer | None
    ours: Judged | None
    rules: Judged | None
    earlier: Earlier | None
    reason: str = ""
