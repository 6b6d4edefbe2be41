"""Which level points of a site have a vote, and so can be taken out of one."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.gauges import GaugeKind
from controller.domain.points import device_of
from controller.settings.site import Site


def voting_points(site: Site) -> Mapping[str, str]:
    """Every level point that a station, the river or the network's model listens to, with its owner's name."""
    city = site.city
    found = {
        f"{station.id}/{point}": station.name
        for station in city.stations.values()
        for point in (*station.inner_levels, station.outer_level)
        if point
    }
    levels = (GaugeKind.LEVEL, GaugeKind.TIDE)
    found |= {f"{gauge.id}/level_m": gauge.name for gauge in city.gauges.values() if gauge.kind in levels}
    listened = [str(gauge) for water in site.tides.waters.values() for gauge in water.gauges]
    if site.network is not None:
        listened += [point for reach in site.network.reaches.values() for point in reach.gauges]
        listened += [point for water in site.network.outside.values() for point in water.gauges]
    names = {station.id: station.name for station in city.stations.values()}
    names |= {gauge.id: gauge.name for gauge in city.gauges.values()}
    return found | {point: names.get(device_of(point), point) for point in listened if point not in found}
