"""What the displays before an underpass show: the warning, a doubt, or nothing of it. Pure.

Water at the closing level, two of three GOOD gauges, warns at once. Only two GOOD gauges standing clearly below it
for a while take the warning away: missing or doubtful signals never do, and nothing here ever says that a road is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from controller.domain.points import Reading
from controller.logic.contract import Moment
from controller.logic.poles import FloodWarning
from controller.logic.wet_zones import Vote, Water, vote


class FloodStage(StrEnum):
    """CLEAR: nothing is shown. DOUBT: it cannot be told. WARNING: the road is closed by water."""

    CLEAR = "clear"
    DOUBT = "doubt"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class FloodCase:
    """Where an underpass stands. ``since``: wall time of the stage. ``clear_s``: since when it is proven clear,
    ``blind_s``: since when nobody can tell (both monotonic, None while it is not so)."""

    stage: FloodStage = FloodStage.CLEAR
    since: datetime | None = None
    clear_s: float | None = None
    blind_s: float | None = None


NO_FLOOD = FloodCase()


def said_by(warning: FloodWarning, readings: Sequence[Reading]) -> Vote:
    """What the gauges say of the closing level."""
    return vote(readings, warning.closes_at.value_m, warning.margin_m)


def follow_flood(case: FloodCase, said: Vote, moment: Moment, warning: FloodWarning) -> FloodCase:
    """The case after looking at the gauges. The same object comes back while nothing changed.

    One GOOD gauge over the level while the others cannot be believed is a doubt at once.
    """
    if said.water is Water.OVER:
        if case.stage is FloodStage.WARNING:
            return case if case.clear_s is None and case.blind_s is None else replace(case, clear_s=None, blind_s=None)
        return FloodCase(FloodStage.WARNING, moment.wall)
    if case.stage is FloodStage.WARNING:
        return _warned(case, said, moment, warning)
    if said.water is Water.UNKNOWN:
        return _unknown(case, said, moment, warning)
    return _known(case, moment, warning)


def text_of(case: FloodCase, warning: FloodWarning) -> str:
    """What its displays show; empty for nothing."""
    return {FloodStage.WARNING: warning.text, FloodStage.DOUBT: warning.doubt_text}.get(case.stage, "")


def _warned(case: FloodCase, said: Vote, moment: Moment, warning: FloodWarning) -> FloodCase:
    if said.water is not Water.CLEAR:
        return case if case.clear_s is None else replace(case, clear_s=None)
    if case.clear_s is None:
        return replace(case, clear_s=moment.s)
    return NO_FLOOD if moment.s - case.clear_s >= warning.hold_s else case


def _unknown(case: FloodCase, said: Vote, moment: Moment, warning: FloodWarning) -> FloodCase:
    if case.stage is FloodStage.DOUBT:
        return case if case.clear_s is None else replace(case, clear_s=None)
    begun = case if case.blind_s is not None else replace(case, blind_s=moment.s)
    blind_s = moment.s if begun.blind_s is None else begun.blind_s
    if not warning.doubt_text or (said.over == 0 and moment.s - blind_s < warning.blind_after_s):
        return begun
    return FloodCase(FloodStage.DOUBT, moment.wall, blind_s=blind_s)


def _known(case: FloodCase, moment: Moment, warning: FloodWarning) -> FloodCase:
    """Two GOOD gauges stand below the level: a doubt goes after the same while, so that it does not flicker."""
    if case.stage is FloodStage.CLEAR:
        return case if case == NO_FLOOD else NO_FLOOD
    if case.clear_s is None:
        return replace(case, clear_s=moment.s)
    return NO_FLOOD if moment.s - case.clear_s >= warning.hold_s else case
