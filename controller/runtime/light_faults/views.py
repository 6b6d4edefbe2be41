"""Open faults and baselines as people are shown them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.domain.points import DeviceId, TargetId


@dataclass(frozen=True, slots=True)
class LightFaultView:
    """One open fault. ``about`` is the circuit or the cabinet; ``since`` (UTC) when its alarm was raised.

    ``confidence`` 0–1: how sure the kind is. ``lost_w`` is what is missing (negative: what flows and should not).
    ``baseline_w``: what the circuit usually draws now, None where that is not known. ``alarm``: the alarm's id, empty
    while none stands yet; ``folded_under``: the alarms that hide it.
    """

    about: TargetId
    cabinet: DeviceId
    name: str
    kind: str
    title_zh: str
    title_en: str
    since: datetime
    text_zh: str
    text_en: str
    method_zh: str
    method_en: str
    confidence: float
    lost_w: float
    baseline_w: float | None
    alarm: str
    alarm_state: str
    folded_under: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LightFaultsView:
    """The open faults of a scope. ``by_kind`` counts them; ``circuits`` of the scope, of which ``learned`` have a
    baseline to compare with: the others' lamps and cables are not judged yet."""

    scope: str
    circuits: int
    learned: int
    by_kind: dict[str, int]
    faults: tuple[LightFaultView, ...]


@dataclass(frozen=True, slots=True)
class BaselineView:
    """What one circuit is compared with. ``share_off``: how far the last look was off, None when not comparable.

    ``limit``: how far below is too far; ``least_lamps``: the fewest lost lamps that pass it; ``nights`` learned while
    it still learns; ``exponent``: how its power follows the voltage (0: LED drivers, about 2: discharge lamps).
    """

    circuit: TargetId
    name: str
    lamps: int
    rated_w: float
    learned: bool
    nights: int
    level: int
    baseline_w: float | None
    exponent: float | None
    limit: float | None
    least_lamps: int | None
    share_off: float | None
