"""An optimiser's answer in an outlook's own steps, as the model checks it, and what it costs there."""

from __future__ import annotations

from controller.domain.points import TargetId
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.checking import Booked, judged
from controller.logic.optimiser.problem import Answer
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.stepping import steps_within
from controller.logic.water_rules.prices import StepPrices
from controller.logic.water_rules.scene import NetworkNow


def booked_of(answer: Answer, outlook: Outlook) -> Booked:
    """Units and gates of each step of the outlook as the answer's step over it has them."""
    steps = steps_within(outlook.steps_s, 0.0, answer.steps_s)

    def gravity(gate: TargetId, step: int, level_m: float) -> float:
        del level_m
        return answer.by_gate[gate][steps[step]]

    counts = {station: tuple(series[step] for step in steps) for station, series in answer.counts.items()}
    return Booked(counts, gravity)


def yuan_of(
    answer: Answer,
    network: Network,
    now: NetworkNow,
    outlook: Outlook,
    settings: OptimiserSettings,
    prices: StepPrices,
) -> float:
    """What an answer costs, run through the network's model."""
    return judged(network, now, outlook, booked_of(answer, outlook), settings, prices).yuan
