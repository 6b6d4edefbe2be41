"""What people are told by the command desk: previews, selections, what waits for a countersignature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.domain.points import TargetId
from controller.logic.confirmation import Need
from controller.logic.preview import Effect
from controller.runtime.hydraulics.views import ReachAheadView


@dataclass(frozen=True, slots=True)
class TargetPreview:
    """What an order would do to one target."""

    target: TargetId
    name: str
    effect: Effect
    cause: str
    """Why it is excluded or refused, in the field's word; empty when it is part of the order."""
    text: str
    actual: str
    """What its feedback says now."""
    interlocks: tuple[str, ...]
    """Interlocks that would hold or force it, each with its reason."""
    takes_over_from: str
    """Whose slot it would take; empty for nobody's."""
    then: str
    """Who decides when the lease ends, as things stand now: ``schedule: on``."""
    power_kw: float
    flow_m3s: float
    assured: bool = True
    """False: it is attempted (it protects), and nobody can promise that it works."""
    masked_by: str = ""
    """What decides the target instead, whose it is and why; empty when nothing stands above the order."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a selected order would do. Operating it with ``token`` does exactly this, or narrows it, or is refused.

    ``token`` is shown once, works once, until ``expires``, for the session that selected; it is empty when nothing is
    left to operate. ``needs``: why it was selected; ``second_person``: why another person has to confirm (empty when
    nobody has to); ``alone``: why one person may act all the same, with a countersignature due.
    """

    token: str
    expires: datetime
    request_id: str
    value: str
    slot: str
    lease_ends: datetime
    targets: tuple[TargetPreview, ...]
    effects: Mapping[Effect, int]
    causes: Mapping[str, int]
    """How many are excluded for each cause."""
    power_kw: float
    flow_m3s: float
    afterwards: Mapping[str, int]
    """Who would decide when the lease ends, and how many targets."""
    needs: tuple[Need, ...]
    second_person: tuple[Need, ...]
    alone: str
    waters: tuple[ReachAheadView, ...] = ()
    """The waters it would move in the hours ahead, with it and without; empty where the model knows of none."""
    both_knives: tuple[str, str] = ("", "")
    """In English and Chinese: that its lights are of both knives, road and landscape; empty when they are of one."""


@dataclass(frozen=True, slots=True)
class CountersignView:
    """An act of one person that took two, under a declared response: another countersigns it."""

    id: str
    """The request id of the act."""
    actor: str
    text: str
    reason: str
    targets: int
    acted: datetime
    due: datetime
    overdue: bool
