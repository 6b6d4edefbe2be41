"""Stations that cannot do all they should, as grounds beside what is proposed for their division."""

from __future__ import annotations

from collections.abc import Iterator

from controller.domain.assets import City
from controller.domain.stations import Station
from controller.runtime.alarms import AlarmBook
from controller.runtime.conditions.views import Ground

AWAY = ("offline", "frozen")
OUT = ("fault", "locked_out", "tripped")


def failed_stations(city: City, alarms: AlarmBook, division: str) -> Iterator[Ground]:
    """One ground for every station of a division that is out of reach or has units out."""
    for station in city.stations.values():
        if station.division != division:
            continue
        if any(alarms.standing(station.id, kind) for kind in AWAY):
            yield _ground(station, "is out of reach", "失联")
            continue
        out = [unit.id for unit in station.units if any(alarms.standing(unit.id, kind) for kind in OUT)]
        if out:
            many = f"{len(out)} of {len(station.units)}"
            yield _ground(station, f"has {many} units out", f"{len(station.units)}台机组中{len(out)}台不可用")


def _ground(station: Station, en: str, zh: str) -> Ground:
    return Ground("station", station.id, "", f"{station.name} {en}", f"{station.name}{zh}")
