"""The priority array every target has: BACnet's idea, with leases."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum, StrEnum


class SlotKind(StrEnum):
    """How a slot empties: by reset, by expiry, by the next cycle, or never."""

    LATCHED = "latched"
    LEASED = "leased"
    COMPUTED = "computed"
    CONFIG = "config"


class Slot(IntEnum):
    """Priorities of DESIGN section 4, 1 highest."""

    LIFE_SAFETY = 1
    EQUIPMENT_PROTECTION = 2
    EMERGENCY_ORDER = 3
    FLOOD_CRITICAL = 4
    CITY_MANUAL = 7
    DISTRICT_MANUAL = 8
    PLAN = 9
    EVENT_SCENE = 10
    OPTIMISER = 11
    AUTOMATIC = 12
    CALENDAR_EXCEPTION = 13
    ENERGY_SAVING = 14
    SCHEDULE = 15
    DEFAULT = 16

    @property
    def kind(self) -> SlotKind:
        """How this slot is filled and emptied."""
        return _KINDS[self]

    @property
    def label(self) -> str:
        """The slot's name as people read it: ``city_manual``."""
        return self.name.lower()


_LATCHED = {Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION}
_LEASED = {
    Slot.EMERGENCY_ORDER,
    Slot.CITY_MANUAL,
    Slot.DISTRICT_MANUAL,
    Slot.PLAN,
    Slot.EVENT_SCENE,
    Slot.OPTIMISER,
}
_KINDS = {
    slot: SlotKind.LATCHED
    if slot in _LATCHED
    else SlotKind.LEASED
    if slot in _LEASED
    else SlotKind.CONFIG
    if slot is Slot.DEFAULT
    else SlotKind.COMPUTED
    for slot in Slot
}

MAX_LEASE: dict[Slot, timedelta] = {
    Slot.EMERGENCY_ORDER: timedelta(hours=24),
    Slot.CITY_MANUAL: timedelta(hours=12),
    Slot.DISTRICT_MANUAL: timedelta(hours=12),
    Slot.PLAN: timedelta(hours=24),
    Slot.EVENT_SCENE: timedelta(hours=16),
    Slot.OPTIMISER: timedelta(hours=2),
}
"""Longest lease per slot unless the site's config says shorter (a config may never say longer)."""
