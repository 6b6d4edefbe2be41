"""A part of a site: some of its devices, with nothing else about them changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from controller.domain.points import device_of
from controller.logic.daylight_plan import LuxArea
from controller.logic.hydraulics.network import Network
from controller.logic.scopes import Scopes
from controller.logic.tidal.rules import TidalRules
from controller.logic.wet_zones import FloodZone
from controller.settings.site import Site

T = TypeVar("T")


def part_of(site: Site, *devices: str) -> Site:
    """The site with only these devices, on their own endpoints, with their own programs and interlocks."""
    wanted = frozenset(devices)
    strange = wanted - site.wires.keys()
    assert not strange, f"the site has no {sorted(strange)}"
    bindings = {
        endpoint.name: tuple(binding for binding in endpoint.devices if binding.device in wanted)
        for endpoint in site.endpoints
    }
    city = replace(
        site.city,
        cabinets=_among(site.city.cabinets, wanted),
        poles=_among(site.city.poles, wanted),
        stations=_among(site.city.stations, wanted),
        gauges=_among(site.city.gauges, wanted),
        targets={name: target for name, target in site.city.targets.items() if device_of(name) in wanted},
    )
    lights = frozenset(city.targets)
    bringers = _among(site.diversion.bringers, wanted)
    bringers = {
        name: replace(
            one,
            drains=tuple(other for other in one.drains if other in wanted),
            sources=tuple(gauge for gauge in one.sources if gauge in wanted),
        )
        for name, one in bringers.items()
    }
    return replace(
        site,
        city=city,
        endpoints=tuple(replace(e, devices=bindings[e.name]) for e in site.endpoints if bindings[e.name]),
        wires=_among(site.wires, wanted),
        ageings=_among(site.ageings, wanted),
        interlocks=tuple(spec for spec in site.interlocks if device_of(spec.target) in wanted),
        wet_power=replace(site.wet_power, zones=_zones(site, wanted)),
        scopes=Scopes.of(city, {name: members & lights for name, members in site.scopes.groups.items()}),
        daylight=replace(site.daylight, areas=_areas(site, wanted)),
        tides=_tides(site, wanted),
        diversion=replace(
            site.diversion,
            bringers=bringers,
            programs=tuple(one for one in site.diversion.programs if one.station in wanted),
        ),
        quality=replace(site.quality, gauges=_among(site.quality.gauges, wanted)),
        plans={name: plan for name, plan in site.plans.items() if wanted >= {*plan.scope.values()}},
    )


def _tides(site: Site, wanted: frozenset[str]) -> TidalRules:
    """The tidal waters by the gauges that are there."""
    waters = {
        name: replace(water, gauges=tuple(gauge for gauge in water.gauges if gauge.device in wanted))
        for name, water in site.tides.waters.items()
    }
    return replace(site.tides, waters={name: water for name, water in waters.items() if water.gauges})


def waters_of(network: Network | None, wanted: frozenset[str]) -> Network | None:
    """The waters that something of what is left measures or pumps, and the links between them."""
    if network is None:
        return None
    inner = _among(network.inner, wanted)
    kept = {
        name: reach
        for name, reach in network.reaches.items()
        if name in inner.values() or wanted & {device_of(point) for point in reach.gauges}
    }
    if not kept:
        return None
    waters = {*kept, *network.outside}
    return replace(
        network,
        reaches=kept,
        channels=tuple(one for one in network.channels if {one.a, one.b} <= waters),
        gates=tuple(one for one in network.gates if one.station in inner),
        pumps=tuple(one for one in network.pumps if one.station in inner),
        catchments=tuple(one for one in network.catchments if one.into in kept),
        inner=inner,
        outer=_among(network.outer, wanted),
    )


def _areas(site: Site, wanted: frozenset[str]) -> tuple[LuxArea, ...]:
    """The areas whose photocells are all there."""
    return tuple(area for area in site.daylight.areas if {sensor.device for sensor in area.sensors} <= wanted)


def _zones(site: Site, wanted: frozenset[str]) -> tuple[FloodZone, ...]:
    """The flood zones whose gauges are all there."""
    whole = (zone for zone in site.wet_power.zones if {gauge.device for gauge in zone.gauges} <= wanted)
    return tuple(
        replace(zone, circuits=tuple(m for m in zone.circuits if device_of(m.circuit) in wanted)) for zone in whole
    )


def _among(mapping: Mapping[str, T], wanted: frozenset[str]) -> dict[str, T]:
    return {name: value for name, value in mapping.items() if name in wanted}
