"""How a run ends, and in what state it leaves what it ordered. No ending stops a unit."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.intents import GateOrder, Intent, StationMode, StationOrder
from controller.logic.alarm_settings import Words
from controller.logic.contract import Moment
from controller.logic.plans.plan import Ending
from controller.logic.plans.run import Phase, Run, Want
from controller.logic.plans.turn import Kind, Telling, Turn


def ended(run: Run, phase: Phase, why: Words, moment: Moment, *, release: bool = False) -> Turn:
    """It is over. ``release``: what it holds is given up, and everything is decided anew."""
    wants = {} if release else run.wants
    over = replace(run, phase=phase, why=why, phase_s=moment.s, closing=None, ended=moment.wall, wants=wants)
    return Turn(over, release=release, tellings=(Telling(Kind.ENDED, "", why),))


def left_as(run: Run, ending: Ending, phase: Phase, why: Words, moment: Moment) -> Turn:
    """End it the way its plan says."""
    if ending is Ending.HAND_BACK:
        return ended(run, phase, why, moment, release=True)
    wants = {target: want for target, want in run.wants.items() if want.placed}
    if ending is Ending.HOLD:
        wants = {target: _held(want) for target, want in wants.items()}
    run = replace(run, wants=wants, why=why)
    place = tuple(want for want in wants.values() if not want.placed)
    if not place:
        return ended(run, phase, why, moment)
    return Turn(replace(run, closing=phase, phase_s=moment.s), place=place)


def _held(want: Want) -> Want:
    """The same target, left as it is. A unit keeps its order: stopping it is nobody's wish."""
    value = as_it_is(want.value)
    return want if value == want.value else replace(want, value=value, placed=False)


def as_it_is(value: Intent) -> Intent:
    """The order that leaves a target as it stands; one handed back stays handed back."""
    if isinstance(value, GateOrder):
        return GateOrder(None)
    if isinstance(value, StationOrder) and value.mode is not StationMode.HAND_BACK:
        return StationOrder(StationMode.HOLD)
    return value
