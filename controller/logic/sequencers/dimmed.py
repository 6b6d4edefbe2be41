"""A dimmed circuit's sequencer: the contactor proven by its contact, the level by what the lamps report.

Up: contactor first, then the level. Down: the level first, to its lowest, then the contactor; a dimmer that does not
answer keeps no contactor closed. A cut (slots 1 and 2) opens the contactor at once. Between two levels the contactor is
left alone. The level is written behind a closed contactor only, and always lies between its lowest and 100 %: what is
off is off by its contactor, so that a cabinet that goes on by its own program is never lit at nothing.
"""

from __future__ import annotations

from functools import cache

from controller.domain.errors import InvalidValue
from controller.domain.image import View
from controller.domain.intents import Dim, Intent, Switch
from controller.domain.lights import Circuit, LightClass
from controller.domain.points import TargetId
from controller.domain.request import Decision
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite, Moment
from controller.logic.sequencers.level_triggered import Goal, LightStep, LightTiming, step_towards

FULL_PERCENT = 100.0
COMMAND_ROUNDING_PERCENT = 0.5


@cache
def level_name(circuit: TargetId) -> TargetId:
    """What a dimmed circuit's level goes by among commands and proofs, beside its contactor's."""
    return f"{circuit}.level"


@cache
def dimmed_points(output: str) -> tuple[str, str, str, str]:
    """Contactor command and contact, level command and reported level."""
    return f"{output}.command", f"{output}.feedback", f"{output}.level_command", f"{output}.level"


def lowest_percent(circuit: Circuit) -> float:
    """The lowest level its lamps are ever told. Never 0 %: whatever closes the contactor without us gives light."""
    return FULL_PERCENT if circuit.min_percent is None else circuit.min_percent


def percent_of(wanted: Intent) -> float | None:
    """The level a value asks for: ``on`` is 100 %, ``off`` 0 %; None for what is no light's value."""
    if isinstance(wanted, Switch):
        return FULL_PERCENT if wanted.on else 0.0
    return wanted.percent if isinstance(wanted, Dim) else None


def kept_percent(percent: float, min_percent: float) -> float:
    """The level its lamps are told: 0 %, or from their lowest level to 100 %."""
    return 0.0 if percent <= 0.0 else max(percent, min_percent)


def step_dimmed(
    circuit: Circuit,
    decision: Decision,
    view: View,
    last: LastWrite | None,
    last_level: LastWrite | None,
    now: Moment,
    timing: LightTiming,
) -> LightStep:
    """At most one write towards the wanted level. ``last`` is the contactor's, ``last_level`` the dimmer's.

    Raises:
        InvalidValue: the winner is neither a level nor on or off (arbitration admits none).
    """
    winner = decision.winner
    wanted = percent_of(winner.value)
    if wanted is None or circuit.min_percent is None:
        raise InvalidValue(f"circuit {circuit.id} takes a level such as 60%, not {winner.value}; withdraw that request")
    percent = kept_percent(wanted, circuit.min_percent)
    if percent <= 0.0:
        return _down(circuit, winner.slot, view, (last, last_level), now, timing)
    return _up(circuit, percent, _said(wanted, percent), view, (last, last_level), now, timing)


_Lasts = tuple[LastWrite | None, LastWrite | None]


def _up(
    circuit: Circuit, percent: float, said: str, view: View, last: _Lasts, now: Moment, timing: LightTiming
) -> LightStep:
    road = circuit.light_class is LightClass.ROAD
    contact = step_towards(_contact(circuit, timing, on=True, urgent=road), view, last[0], now.s, timing)
    if contact.wanted or not _closed(circuit, view):
        return contact
    return step_towards(_level(circuit, percent, said, timing, urgent=road), view, last[1], now.s, timing)


def _down(circuit: Circuit, slot: Slot, view: View, last: _Lasts, now: Moment, timing: LightTiming) -> LightStep:
    cut = slot <= Slot.EQUIPMENT_PROTECTION
    if not cut and _closed(circuit, view) and not _dimmer_is_done(circuit, view, last[1]):
        low = lowest_percent(circuit)
        goal = _level(circuit, low, f"off, first down to {low:g}%", timing, urgent=False)
        level = step_towards(goal, view, last[1], now.s, timing)
        if level.wanted or level.next_s is not None:
            return level
    return step_towards(_contact(circuit, timing, on=False, urgent=cut), view, last[0], now.s, timing)


def _closed(circuit: Circuit, view: View) -> bool:
    """Whether the contactor is proven closed; by its command alone where its contact cannot be trusted.

    The level of a road whose auxiliary contact is broken is still set: nothing is lit by it that was not.
    """
    command, feedback, _, _ = dimmed_points(circuit.output)
    contact = view.read(feedback)
    return bool(contact.value) if contact.good else view.value(command) is True


def _dimmer_is_done(circuit: Circuit, view: View, last: LastWrite | None) -> bool:
    """Whether going down need not wait for the level: it is unreadable, or did not prove its lowest."""
    _, _, command, level = dimmed_points(circuit.output)
    if not view.read(level).good:
        return True
    return (
        last is not None
        and last.point == command
        and last.value == lowest_percent(circuit)
        and last.settled
        and last.failures > 0
    )


def _contact(circuit: Circuit, timing: LightTiming, *, on: bool, urgent: bool) -> Goal:
    command, feedback, _, _ = dimmed_points(circuit.output)
    return Goal(
        target=circuit.id,
        command=command,
        feedback=feedback,
        value=on,
        said="on" if on else "off",
        verify_s=timing.verify_s,
        insist=urgent,
        protective=urgent,
    )


def _level(circuit: Circuit, percent: float, said: str, timing: LightTiming, *, urgent: bool) -> Goal:
    _, _, command, level = dimmed_points(circuit.output)
    return Goal(
        target=level_name(circuit.id),
        command=command,
        feedback=level,
        value=percent,
        said=said,
        verify_s=timing.level_verify_s,
        tolerance=timing.level_tolerance_percent,
        command_tolerance=COMMAND_ROUNDING_PERCENT,
        insist=urgent,
        protective=urgent,
    )


def _said(wanted: float, percent: float) -> str:
    if wanted == percent:
        return f"{percent:g}%"
    return f"{percent:g}% (its lamps go no lower; {wanted:g}% was asked 已按最低调光值执行)"
