"""Mobile pumps 移动泵车: assets without an output. Where one is and what it does is what people report of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.domain.places import Place
from controller.domain.points import DeviceId


@dataclass(frozen=True, slots=True)
class MobilePump:
    """A mobile pump 移动泵车 (class MP): no device and no output; where it is and what it does is what people report.

    ``home`` is where it stands by, ``contact`` the role that sends it, never a person.
    """

    id: DeviceId
    name: str
    division: str
    home: Place
    home_name: str
    capacity_m3s: float
    contact: str


class MobilePumpState(StrEnum):
    """READY 待命 at its home, UNDERWAY 在途, PUMPING 抽排, FAULT 故障."""

    READY = "ready"
    UNDERWAY = "underway"
    PUMPING = "pumping"
    FAULT = "fault"


STATES_ZH: Mapping[MobilePumpState, str] = {
    MobilePumpState.READY: "待命",
    MobilePumpState.UNDERWAY: "在途",
    MobilePumpState.PUMPING: "抽排",
    MobilePumpState.FAULT: "故障",
}


@dataclass(frozen=True, slots=True)
class MobilePumpReport:
    """What was last said of one: state, where (None: at its home, or not said), by whom, when (aware), and a note."""

    pump: DeviceId
    state: MobilePumpState
    place: Place | None
    where: str
    by: str
    at: datetime
    note: str = ""
