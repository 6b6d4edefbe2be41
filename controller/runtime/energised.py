"""What is seen running or lit at an asset: whoever goes to work there is told before they touch it."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain.assets import City
from controller.domain.image import View
from controller.domain.intents import TargetKind
from controller.domain.points import DeviceId, TargetId, device_of, output_of

PROOFS = {TargetKind.UNIT: "running", TargetKind.CIRCUIT: "feedback"}
"""The point of an output that proves it: a unit's contactor, a circuit's auxiliary contact."""
STARTED_BY_ITS_PLC = frozenset({TargetKind.UNIT, TargetKind.STATION, TargetKind.GATE})
"""Kinds that a station's own PLC starts or moves when it decides by itself."""

Views = Callable[[DeviceId], View]


def energised(city: City, views: Views, on: TargetId) -> tuple[TargetId, ...]:
    """The units and circuits within ``on`` (an output, or a whole asset) that are seen running or lit."""
    view, found = views(device_of(on)), []
    for target in _within(city, on):
        proof = PROOFS.get(city.targets[target].kind)
        if proof is not None and view.value(f"{output_of(target)}.{proof}") is True:
            found.append(target)
    return tuple(found)


def has_own_control(city: City, on: TargetId) -> bool:
    """Whether a PLC stands behind it that may start or move it without the centre."""
    return any(city.targets[target].kind in STARTED_BY_ITS_PLC for target in _within(city, on))


def _within(city: City, on: TargetId) -> list[TargetId]:
    if on in city.targets and device_of(on) != on:
        return [on]
    return [target for target in city.targets if device_of(target) == on]
