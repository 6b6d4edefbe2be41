"""An optimiser's answer in the outlook's own steps, as the model checks it."""

from __future__ import annotations

from controller.domain.points import TargetId
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.checking import Booked
from controller.logic.optimiser.problem import Answer
from controller.logic.optimiser.stepping import steps_within


def booked_of(answer: Answer, outlook: Outlook) -> Booked:
    """Units and gates of each step of the outlook as the answer's step over it has them."""
    steps = steps_within(outlook.steps_s, 0.0, answer.steps_s)

    def gravity(gate: TargetId, step: int, level_m: float) -> float:
        del level_m
        return answer.by_gate[gate][steps[step]]

    counts = {station: tuple(series[step] for step in steps) for station, series in answer.counts.items()}
    return Booked(counts, gravity)
