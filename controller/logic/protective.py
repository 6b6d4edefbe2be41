"""The protective direction: what makes people safer at once, and which nobody ever has to wait for.

DESIGN section 4: cutting one circuit in danger, stopping one unit, closing a river gate, switching uncut road lights
on. No second person, no selection, no journal stands before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from controller.domain.intents import Dim, GateOrder, Intent, StationMode, StationOrder, Switch, UnitMode, UnitOrder
from controller.domain.lights import Circuit, Luminaire
from controller.domain.pumps_and_gates import Gate, PumpUnit
from controller.domain.slots import Slot
from controller.logic.roster import Member

FULL_PERCENT = 100.0
_FULL_LIGHT = (Switch(True), Dim(FULL_PERCENT))


def protective(member: Member, value: Intent, *, alone: bool) -> bool:
    """Whether this value for this target goes the protective way.

    ``alone``: the order moves nothing else of the water side. Stopping one unit is protective, stopping a row of
    them may flood a street; road lights may be switched on by the thousand.
    """
    if isinstance(value, (Switch, Dim)):
        return value in _FULL_LIGHT and member.lights_a_road
    if isinstance(value, UnitOrder):
        return alone and value.mode is UnitMode.STOP
    return alone and (member.to_the_river or member.closes_a_road) and value == GateOrder(0.0)


def protective_part(members: Sequence[Member], value_of: Sequence[Intent]) -> list[bool]:
    """For each target of one order, whether it goes the protective way."""
    alone = sum(member.station is not None for member in members) <= 1
    return [protective(member, value, alone=alone) for member, value in zip(members, value_of, strict=True)]


def written_or_not(slot: Slot, *, protects: bool) -> bool:
    """Whether an order goes on when the journal cannot be written: slots 1 to 3, and what protects."""
    return protects or slot <= Slot.EMERGENCY_ORDER


def safe_stop(member: Member) -> Intent | None:
    """What an emergency stop makes of one unit, circuit, lamp or gate; None for what has no such thing.

    A gate with a river outside closes, and so does a road's. One behind a pump is held where it is: closing it
    against a running pump
    breaks the one or the other, so the unit is what has to be stopped.
    """
    if isinstance(member.part, PumpUnit):
        return UnitOrder(UnitMode.STOP)
    if isinstance(member.part, Circuit):
        return Switch(False)
    if isinstance(member.part, Luminaire):
        return Dim(0.0)
    if isinstance(member.part, Gate):
        return GateOrder(0.0 if member.to_the_river or member.closes_a_road else None)
    return None


def takes_energy_away(value: Intent) -> bool:
    """Whether it only switches off or stops: what a maintenance tag or a LOCAL switch lets people still ask for."""
    return value in (Switch(False), Dim(0.0), UnitOrder(UnitMode.STOP), StationOrder(StationMode.COUNT, 0))
