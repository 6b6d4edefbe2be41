"""How far each light of a thrown switch got: asked, acknowledged, proved by its contact, proved by its power."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.command import Cause, CommandState
from controller.logic.switching import Drawn, PowerProof, judge_power


class Stage(StrEnum):
    """Where one light stands; exactly one of these."""

    WAITING = "waiting"
    """Not told yet: its turn in staging has not come, or nothing has been decided yet."""
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    BY_CONTACT = "proved_by_contact"
    BY_POWER = "proved_by_power"
    MISMATCHED = "mismatched"
    """Told, and its contact or its power says otherwise."""
    UNREACHABLE = "unreachable"
    HELD = "held"
    """An interlock, a tag or somebody at the cabinet keeps it from being told."""
    MASKED = "masked"
    REFUSED = "refused"
    ENDED = "ended"
    """Its lease is over, or somebody released or replaced it."""


UNDER_WAY = frozenset({Stage.WAITING, Stage.SENT, Stage.ACKNOWLEDGED})
_NEVER = frozenset({Cause.NO_AUTHORITY, Cause.OUT_OF_RANGE, Cause.UNKNOWN_TARGET})
"""Refusals that asking again does not change."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the request's own book says of a light. ``since_s``: for how long it has been in that state."""

    state: CommandState
    cause: str = ""
    remark: str = ""
    masked_by: str = ""
    held: bool = False
    """Whether its slot is still ours."""
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Field:
    """What the field shows of it now. ``agrees``: its contact or level; None while it cannot be told.

    ``power_w``: None while it is not measured, cannot be trusted, or was read before the contact proved it.
    ``metered``: whether it is measured at all.
    """

    ready: bool
    agrees: bool | None = None
    power_w: float | None = None
    metered: bool = True


NOTHING_SEEN = Field(ready=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """The stage and, where somebody has to know it, why. ``retry``: whether asking again can change it.

    ``awaits_power``: proved by its contact, and what its meter says is still to come.
    """

    stage: Stage
    text: str = ""
    retry: bool = False
    awaits_power: bool = False


def standing(told: Told, seen: Field, percent: float, rated_w: float, proof: PowerProof) -> Standing:
    """Where a light stands that should be at ``percent`` of ``rated_w``."""
    if told.masked_by:
        return Standing(Stage.MASKED, told.masked_by)
    if told.state is CommandState.CONFIRMED:
        return _proved(told, seen, percent, rated_w, proof)
    if told.state is CommandState.REJECTED:
        return _refused(told)
    if not told.held:
        return Standing(Stage.ENDED, told.remark)
    if told.state in (CommandState.MISMATCH, CommandState.FAILED):
        if told.cause == Cause.OFFLINE or not seen.ready:
            return Standing(Stage.UNREACHABLE, told.remark, retry=True)
        return Standing(Stage.MISMATCHED, told.remark, retry=True)
    if not seen.ready:
        return Standing(Stage.UNREACHABLE, told.remark or "out of reach", retry=True)
    return _on_its_way(told)


def _refused(told: Told) -> Standing:
    stage = Stage.UNREACHABLE if told.cause == Cause.OFFLINE else Stage.REFUSED
    return Standing(stage, told.remark, retry=told.cause not in _NEVER)


def _on_its_way(told: Told) -> Standing:
    match told.state:
        case CommandState.SENT | CommandState.INDETERMINATE:
            return Standing(Stage.SENT, told.remark)
        case CommandState.ACKED | CommandState.VERIFYING:
            return Standing(Stage.ACKNOWLEDGED, told.remark)
    if told.cause:
        return Standing(Stage.HELD, told.remark, retry=True)
    return Standing(Stage.WAITING, told.remark)


def _proved(told: Told, seen: Field, percent: float, rated_w: float, proof: PowerProof) -> Standing:
    """Proved once. While the order still stands, what the field shows now may take that back."""
    if not told.held:
        return Standing(Stage.BY_CONTACT, told.remark)
    if seen.agrees is False:
        return Standing(Stage.MISMATCHED, "proved before, and its contact says otherwise now", retry=True)
    if seen.power_w is None or rated_w <= 0.0:
        awaits = seen.ready and seen.metered and rated_w > 0.0
        return Standing(Stage.BY_CONTACT, "" if seen.ready else "proved before; out of reach now", awaits_power=awaits)
    drawn = judge_power(percent, rated_w, seen.power_w, proof)
    if drawn is Drawn.PROVED:
        return Standing(Stage.BY_POWER)
    if told.since_s < proof.steady_s:
        return Standing(Stage.BY_CONTACT, "its power is not steady yet", awaits_power=True)
    share = f"{seen.power_w:.0f} W of {rated_w * max(percent, 0.0) / 100.0 or rated_w:.0f} W"
    if drawn is Drawn.BETWEEN:
        return Standing(Stage.BY_CONTACT, f"it draws only {share}: lamps are missing")
    says = "on, and it draws" if percent > 0.0 else "off, and it still draws"
    return Standing(Stage.MISMATCHED, f"its contact says {says} {share}", retry=True)
