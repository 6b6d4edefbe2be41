"""Who has a station: its own panel (LOCAL), a person at the centre (REMOTE-MANUAL), or automation (REMOTE-AUTO)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.image import View
from controller.domain.intents import StationMode, StationOrder
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.switch_guard import REMOTE, SWITCH, has_switch

_MANUAL = frozenset(
    {
        *(Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION, Slot.EMERGENCY_ORDER),
        *(Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL),
    }
)
"""What only a person ends: people's own orders, and what is latched until a person resets it."""


class Control(StrEnum):
    """就地 / 远方手动 / 远方自动."""

    LOCAL = "LOCAL"
    REMOTE_MANUAL = "REMOTE-MANUAL"
    REMOTE_AUTO = "REMOTE-AUTO"


@dataclass(frozen=True, slots=True)
class Hands:
    """In whose hands a station is: ``by`` names the person or the logic, or what its switch says."""

    control: Control
    by: str


def hands_of(view: View, winner: Request) -> Hands:
    """In whose hands the station is now. A switch that cannot be read counts as LOCAL, as everywhere."""
    switch = view.value(SWITCH)
    if switch != REMOTE and has_switch(view):
        return Hands(Control.LOCAL, str(switch) if switch is not None else "switch not readable")
    if winner.slot in _MANUAL:
        return Hands(Control.REMOTE_MANUAL, f"{winner.owner} ({winner.slot.label})")
    handed_back = winner.value == StationOrder(StationMode.HAND_BACK)
    return Hands(Control.REMOTE_AUTO, "its PLC" if handed_back else f"{winner.owner} ({winner.slot.label})")
