"""The city's waters from their entry: reaches, links, stations and land, with everything they refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from types import MappingProxyType

from controller.domain.assets import City
from controller.domain.points import device_of
from controller.domain.stations import Station
from controller.logic.hydraulics.network import (
    Catchment,
    Channel,
    EstimationRules,
    GravityGate,
    Network,
    Outside,
    PumpGroup,
    Reach,
    StorageCurve,
)
from controller.settings.network_checks import check_network, levels_of
from controller.settings.network_models import EstimationModel, NetworkModel, OutsideModel, PlacedModel, ReachModel
from controller.settings.parsing import Entry, Findings

DEPTH_M = 10.0
"""How deep a reach given by its plain area is taken to be below its floor."""


def network_of(
    entries: Sequence[Entry[NetworkModel]], city: City, points: Mapping[str, Set[str]], findings: Findings
) -> Network | None:
    """The site's waters; None where nobody described them. What is wrong is noted.

    ``points``: what each device has.
    """
    for second in entries[1:]:
        findings.add(second.spot, "a second network", f"{entries[0].spot} says it already; keep one")
    if not entries:
        return None
    entry = entries[0]
    problems = len(findings.problems)
    check_network(entry, city, points, findings)
    return None if len(findings.problems) > problems else _built(entry.value, city)


def _built(model: NetworkModel, city: City) -> Network:
    return Network(
        datum=model.datum,
        reaches=MappingProxyType({one.id: _reach(one, model.stations, city) for one in model.reaches}),
        outside=MappingProxyType({one.id: _outside(one, model.stations, city) for one in model.outside}),
        channels=tuple(Channel(one.between[0], one.between[1], one.conveyance_m2s) for one in model.channels),
        gates=tuple(
            GravityGate(one.gate, one.source, one.to, one.width_m, one.height_m, one.sill_m, device_of(one.gate))
            for one in model.gates
        ),
        pumps=tuple(group for placed in model.stations for group in _groups(placed, city.stations[placed.id])),
        catchments=tuple(
            Catchment(one.name, one.into, one.gauge, one.area_km2 * 1e6, one.runoff, one.lag, one.base_m3s)
            for one in model.catchments
        ),
        inner=MappingProxyType({placed.id: placed.inner for placed in model.stations}),
        outer=MappingProxyType({placed.id: placed.outer for placed in model.stations}),
        rules=_rules(model.estimation),
    )


def _rules(model: EstimationModel) -> EstimationRules:
    return EstimationRules(
        gauge_sd_m=model.gauge_sd_m,
        apart_m=model.apart_m,
        jump_m=model.jump_m,
        moved_m=model.moved_m,
        still_m=model.still_m,
        inflow_error=model.inflow_error,
        residual_s=model.residual,
        lost_m=model.lost_m,
    )


def _reach(model: ReachModel, stations: Sequence[PlacedModel], city: City) -> Reach:
    own = [
        f"{placed.id}/{point}"
        for placed in stations
        if placed.inner == model.id
        for point in city.stations[placed.id].inner_levels
    ]
    warning, guarantee = levels_of(model, city)
    return Reach(
        name=model.id,
        title=model.title.zh,
        storage=_storage(model),
        floor_m=model.floor_m,
        warning_m=warning.value_m if warning else float("inf"),
        guarantee_m=guarantee.value_m if guarantee else float("inf"),
        gauges=tuple(dict.fromkeys([*model.gauges, *own])),
        title_en=model.title.en,
        levels_since=max((one.since for one in (warning, guarantee) if one), default=None),
    )


def _storage(model: ReachModel) -> StorageCurve:
    if model.storage is not None:
        return StorageCurve(tuple((level, area) for level, area in model.storage))
    area = model.area_m2 or 1.0
    return StorageCurve(((model.floor_m - DEPTH_M, area), (model.floor_m, area)))


def _outside(model: OutsideModel, stations: Sequence[PlacedModel], city: City) -> Outside:
    own = [
        f"{placed.id}/{point}"
        for placed in stations
        if placed.outer == model.id and (point := city.stations[placed.id].outer_level) is not None
    ]
    return Outside(model.id, model.title.zh, tuple(dict.fromkeys([*model.gauges, *own])), model.title.en, model.usual_m)


def _groups(placed: PlacedModel, station: Station) -> Iterator[PumpGroup]:
    """A station's units by direction; units of unlike size count with their mean, their rules with the strictest."""
    for direction in dict.fromkeys(unit.direction for unit in station.units):
        units = [unit for unit in station.units if unit.direction == direction]
        yield PumpGroup(
            station=station.id,
            inner=placed.inner,
            outer=placed.outer,
            units=len(units),
            unit_m3s=sum(unit.flow_m3s for unit in units) / len(units),
            unit_kw=sum(unit.power_kw for unit in units) / len(units),
            direction=direction,
            min_run_s=max(unit.min_run_s for unit in units),
            min_off_s=max(unit.min_off_s for unit in units),
            max_starts_per_hour=min(unit.max_starts_per_hour for unit in units),
            rated_head_m=placed.rated_head_m,
            shutoff_head_m=placed.shutoff_head_m,
        )
