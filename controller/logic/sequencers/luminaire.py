"""The sequencers of a smart pole: a luminaire's level, proven by its reported level, and a display's text."""

from __future__ import annotations

from controller.domain.errors import InvalidValue
from controller.domain.image import View
from controller.domain.intents import Dim, Show
from controller.domain.lights import Display, Luminaire
from controller.domain.request import Decision
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite, Moment
from controller.logic.sequencers.level_triggered import Goal, LightStep, LightTiming, point_of, step_towards

COMMAND_ROUNDING_PERCENT = 0.5
"""A level command read back within half a point is the same command (registers hold whole percents)."""


def step_luminaire(
    luminaire: Luminaire, decision: Decision, view: View, last: LastWrite | None, now: Moment, timing: LightTiming
) -> LightStep:
    """Want ``level_command`` written while level or command differ from the intent.

    Raises:
        InvalidValue: the winner is not a level (arbitration admits none).
    """
    wanted = decision.winner.value
    if not isinstance(wanted, Dim):
        raise InvalidValue(f"luminaire {luminaire.id} takes a level such as 60%, not {wanted}; withdraw that request")
    protective = wanted.percent > 0.0 or decision.winner.slot <= Slot.EQUIPMENT_PROTECTION
    goal = Goal(
        target=luminaire.id,
        command=point_of(luminaire.id, "level_command"),
        feedback=point_of(luminaire.id, "level"),
        value=wanted.percent,
        said=str(wanted),
        verify_s=timing.level_verify_s,
        tolerance=timing.level_tolerance_percent,
        command_tolerance=COMMAND_ROUNDING_PERCENT,
        insist=protective,
        protective=protective,
    )
    return step_towards(goal, view, last, now.s, timing)


def step_display(
    display: Display, decision: Decision, view: View, last: LastWrite | None, now: Moment, timing: LightTiming
) -> LightStep:
    """Want ``text_command`` written while the shown text differs from the intent.

    Raises:
        InvalidValue: the winner is not a text (arbitration admits none).
    """
    wanted = decision.winner.value
    if not isinstance(wanted, Show):
        raise InvalidValue(f"display {display.id} takes text: MESSAGE, not {wanted}; withdraw that request")
    goal = Goal(
        target=display.id,
        command=point_of(display.id, "text_command"),
        feedback=point_of(display.id, "text"),
        value=wanted.text,
        said=str(wanted) if wanted.text else "cleared",
        verify_s=timing.display_verify_s,
    )
    return step_towards(goal, view, last, now.s, timing)
