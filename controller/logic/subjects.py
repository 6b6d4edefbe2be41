"""Where every target and asset of a city stands, as rights ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from controller.domain.assets import City
from controller.domain.gauges import Gauge
from controller.domain.lights import Cabinet, Pole
from controller.domain.points import DeviceId, device_of
from controller.domain.rights import OwnerClass
from controller.domain.stations import Station
from controller.logic.rights import WATER, Subject, Where


def subjects_of(city: City, groups: Mapping[str, Iterable[str]]) -> Mapping[str, Subject]:
    """The subject of every target and every asset, by its id.

    A group lists assets (with all their outputs) or single targets. An asset has the classes of its outputs; a gauge,
    which has none, belongs to the water side. What stands alike shares one subject, so that it is judged once.
    """
    member_of: dict[str, set[str]] = {}
    for name, members in groups.items():
        for member in members:
            member_of.setdefault(member, set()).add(name)
    places = {asset.id: _where(asset, frozenset(member_of.get(asset.id, ()))) for asset in city.assets()}
    subjects = dict(_targets(city, places, member_of))
    classes: dict[DeviceId, dict[OwnerClass, None]] = {}
    for target in city.targets.values():
        classes.setdefault(device_of(target.id), {})[OwnerClass(target.owner_class)] = None
    for asset, where in places.items():
        subjects[asset] = Subject(tuple(classes.get(asset, dict.fromkeys(WATER))), where)
    for pump in city.mobile_pumps.values():
        groups_of_it = frozenset(member_of.get(pump.id, ()))
        subjects[pump.id] = Subject(WATER, Where(pump.division, groups=groups_of_it))
    alike: dict[Subject, Subject] = {}
    return {name: alike.setdefault(subject, subject) for name, subject in subjects.items()}


def _targets(
    city: City, places: Mapping[DeviceId, Where], member_of: Mapping[str, set[str]]
) -> Iterator[tuple[str, Subject]]:
    for target in city.targets.values():
        where = places.get(device_of(target.id), Where())
        if target.id in member_of:
            groups = frozenset(chain(where.groups, member_of[target.id]))
            where = Where(where.division, where.street, where.station, groups)
        yield target.id, Subject((OwnerClass(target.owner_class),), where)


def _where(asset: Cabinet | Pole | Station | Gauge, groups: frozenset[str]) -> Where:
    street = f"{asset.division}/{asset.street}" if isinstance(asset, Cabinet) and asset.street else ""
    return Where(asset.division, street, asset.id if isinstance(asset, Station) else "", groups)
