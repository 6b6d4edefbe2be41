"""What people ask for, made sense of: an order's own words, and its JSON form in a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from controller.domain.errors import InvalidValue
from controller.domain.slots import Slot
from controller.logic.roster import Member
from controller.logic.switching import SCENE
from controller.runtime.views import Order

MANUAL_SLOTS: Mapping[str, Slot] = {
    slot.label: slot for slot in (Slot.EMERGENCY_ORDER, Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL)
}
"""Slots a person may fill by an order. Plans, scenes and optimiser targets come by their own ways."""
SCENE_SLOT = Slot.EVENT_SCENE
"""A named scene goes into the slot of events, and nothing else that people order does."""
LONGEST_S = 366 * 86_400.0


def slot_of(order: Order) -> Slot:
    """The slot an order fills.

    Raises:
        InvalidValue: the order itself makes no sense (slot, duration, no target, no reason).
    """
    slot = MANUAL_SLOTS.get(order.slot)
    if order.value.startswith(SCENE):
        slot = SCENE_SLOT if order.slot == SCENE_SLOT.label else None
        if slot is None:
            raise InvalidValue(f"a scene goes into {SCENE_SLOT.label}, not into {order.slot!r}")
    if slot is None:
        raise InvalidValue(f"slot {order.slot!r} cannot be filled by an order; say one of {', '.join(MANUAL_SLOTS)}")
    if not order.targets:
        raise InvalidValue("an order names at least one target")
    if not order.reason.strip():
        raise InvalidValue("an order needs a reason; it is read by whoever asks why, tonight or in court")
    if not 1 <= order.for_s <= LONGEST_S:
        raise InvalidValue(f"a lease lasts at least 1 s; {order.for_s:g} s were asked")
    return slot


def both_knives(members: Iterable[Member]) -> tuple[str, str]:
    """What the preview of an order says whose lights are of both knives, in English and Chinese; else empty.

    The switch refuses such a throw; an order that names each target may mean it, and says it.
    """
    found = tuple(members)
    roads = sum(one.lights_a_road for one in found)
    landscape = sum(one.is_landscape for one in found)
    if not roads or not landscape:
        return "", ""
    return (
        f"road and landscape lighting are two knives: this order names both, {roads} road and {landscape} landscape",
        f"路灯与景观是两把闸刀：本指令同时含路灯 {roads} 路、景观 {landscape} 路",
    )


def order_data(order: Order) -> dict[str, Any]:
    """An order as plain JSON; ``order_from`` reads it back."""
    return {**asdict(order), "targets": list(order.targets)}


def order_from(data: Mapping[str, Any]) -> Order:
    """The order ``order_data`` wrote."""
    return Order(**{**data, "targets": tuple(data["targets"])})
