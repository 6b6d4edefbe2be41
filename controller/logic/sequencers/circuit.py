"""A lighting circuit's sequencer: the contactor, proven by its auxiliary contact."""

from __future__ import annotations

from functools import cache

from controller.domain.errors import InvalidValue
from controller.domain.image import View
from controller.domain.intents import Switch
from controller.domain.lights import Circuit, LightClass
from controller.domain.request import Decision
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite, Moment
from controller.logic.sequencers.level_triggered import Goal, LightStep, LightTiming, step_towards


def step_circuit(
    circuit: Circuit, decision: Decision, view: View, last: LastWrite | None, now: Moment, timing: LightTiming
) -> LightStep:
    """Want ``command`` written while feedback or command differ from the intent.

    Raises:
        InvalidValue: the winner is not a switch value (arbitration admits none).
    """
    return step_towards(_goal(circuit, decision, timing), view, last, now.s, timing)


def _goal(circuit: Circuit, decision: Decision, timing: LightTiming) -> Goal:
    wanted = decision.winner.value
    if not isinstance(wanted, Switch):
        raise InvalidValue(f"circuit {circuit.id} takes on or off, not {wanted}; withdraw that request")
    protective = _protective(circuit, wanted, decision.winner.slot)
    command, feedback = _points(circuit.output)
    return Goal(
        target=circuit.id,
        command=command,
        feedback=feedback,
        value=wanted.on,
        said=str(wanted),
        verify_s=timing.verify_s,
        insist=protective,
        protective=protective,
    )


@cache
def _points(output: str) -> tuple[str, str]:
    """Kept, because a name made anew is hashed anew, some ten times in each look at each circuit."""
    return f"{output}.command", f"{output}.feedback"


def _protective(circuit: Circuit, wanted: Switch, slot: Slot) -> bool:
    """Lighting a road, or cutting a circuit in danger."""
    if wanted.on:
        return circuit.light_class is LightClass.ROAD
    return slot <= Slot.EQUIPMENT_PROTECTION
