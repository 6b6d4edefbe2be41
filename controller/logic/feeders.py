"""One unit starting per feeder at a time, across stations: whose start on a feeder others have to wait for.

Derived from what stations remember and what was last sent, so that a replay finds the same. A start that is lost
(nobody proved it, its order ended) is under way no longer after its proof time and a minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.domain.points import DeviceId, TargetId
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.stations import Station
from controller.logic.contract import LastWrite, StationMemory
from controller.logic.station_scene import NO_UNIT, attempt_of
from controller.logic.water_around import FeederUse

NO_MEMORY = StationMemory()


@dataclass(frozen=True, slots=True)
class Hanging:
    """A unit on a feeder, and the station that remembers it."""

    station: DeviceId
    unit: PumpUnit


Feeders = Mapping[str, tuple[Hanging, ...]]
"""Which units hang on each feeder that more than one unit hangs on."""


def feeders_of(stations: Iterable[Station]) -> Feeders:
    """The feeders of a city with the units on them."""
    found: dict[str, list[Hanging]] = {}
    for station in stations:
        for unit in station.units:
            if unit.feeder:
                found.setdefault(unit.feeder, []).append(Hanging(station.id, unit))
    return {feeder: tuple(units) for feeder, units in found.items() if len(units) > 1}


def feeder_uses(
    station: Station,
    feeders: Feeders,
    memories: Mapping[DeviceId, StationMemory],
    last: Mapping[TargetId, LastWrite],
    now_s: float,
) -> Mapping[str, tuple[FeederUse, ...]]:
    """The starts under way or just made on the feeders this station's units hang on."""
    mine = dict.fromkeys(unit.feeder for unit in station.units if unit.feeder in feeders)
    return {feeder: tuple(_uses(feeders[feeder], memories, last, now_s)) for feeder in mine}


def _uses(
    units: Iterable[Hanging],
    memories: Mapping[DeviceId, StationMemory],
    last: Mapping[TargetId, LastWrite],
    now_s: float,
) -> Iterable[FeederUse]:
    for hanging in units:
        unit = hanging.unit
        past = memories.get(hanging.station, NO_MEMORY).units.get(unit.id, NO_UNIT)
        begun_s = attempt_of(unit, past, last.get(unit.id), now_s)
        if begun_s is not None:
            yield FeederUse(unit.id, unit.name, begun_s, starting=True)
        elif past.starts_s:
            yield FeederUse(unit.id, unit.name, past.starts_s[-1], starting=False)
