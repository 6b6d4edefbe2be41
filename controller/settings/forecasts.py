"""What a site says of its forecasts, checked; and every place it can be told something about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from types import MappingProxyType

from controller.domain.assets import City
from controller.domain.gauges import Gauge, GaugeKind
from controller.logic.forecasts.places import ForecastPlace, ForecastPlaces
from controller.logic.forecasts.series import ForecastKind
from controller.logic.forecasts.settings import ForecastSettings
from controller.logic.forecasts.soundness import ForecastLimits
from controller.logic.hydraulics.network import Network
from controller.settings.forecast_models import ForecastsModel, PlaceModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean

_KINDS: Mapping[GaugeKind, ForecastKind] = MappingProxyType(
    {GaugeKind.RAIN: ForecastKind.RAIN, GaugeKind.TIDE: ForecastKind.TIDE, GaugeKind.LEVEL: ForecastKind.TIDE}
)


def forecasts_of(
    entries: Sequence[Entry[ForecastsModel]],
    city: City,
    network: Network | None,
    signals: Set[str],
    findings: Findings,
) -> ForecastSettings:
    """The settings; what is wrong is noted. ``signals``: the kinds of weather signal the site has."""
    for second in entries[1:]:
        findings.add(second.spot, "a second forecasts", f"{entries[0].spot} says it already; keep one")
    if not entries:
        return ForecastSettings(places=_places((), city, network, findings))
    model, spot = entries[0].value, entries[0].spot
    if model.lowest_tide_m >= model.highest_tide_m:
        findings.add(spot.at("lowest_tide_m"), "not below highest_tide_m", f"below {model.highest_tide_m:g}")
    for position, kind in enumerate(model.rain_signals):
        if signals and kind not in signals:
            here = spot.at("rain_signals", position)
            findings.add(here, "no weather signal of this site", did_you_mean(kind, signals))
    named = [(one, spot.at("places", position)) for position, one in enumerate(model.places)]
    return ForecastSettings(
        places=_places(named, city, network, findings),
        limits=ForecastLimits(
            most_rain_mm_h=model.most_rain_mm_h,
            lowest_tide_m=model.lowest_tide_m,
            highest_tide_m=model.highest_tide_m,
            longest_horizon=timedelta(seconds=model.longest_horizon),
            oldest_issue=timedelta(seconds=model.keep),
        ),
        stale_after=timedelta(seconds=model.stale_after),
        keep=timedelta(seconds=model.keep),
        inbox_every_s=model.inbox_every,
        rain_signals=frozenset(model.rain_signals),
    )


def _places(
    named: Sequence[tuple[PlaceModel, Spot]], city: City, network: Network | None, findings: Findings
) -> ForecastPlaces:
    """Gauges under their ids (and their names), catchments and outside waters of the network, and what is named."""
    gauges = {one.id: one for one in city.gauges.values() if one.kind in _KINDS}
    places = {name: ForecastPlace(name, _KINDS[gauge.kind], name, gauge.name) for name, gauge in gauges.items()}
    also = _names(gauges)
    for catchment in network.catchments if network else ():
        places.setdefault(
            catchment.name, ForecastPlace(catchment.name, ForecastKind.RAIN, catchment.gauge, catchment.name)
        )
    for outside in network.outside.values() if network else ():
        measured = (point.partition("/")[0] for point in outside.gauges)
        gauge = next((one for one in measured if one in gauges), "")
        places.setdefault(outside.name, ForecastPlace(outside.name, ForecastKind.TIDE, gauge, outside.title))
        also.setdefault(outside.title, outside.name)
    for model, spot in named:
        known = gauges.get(model.gauge)
        if model.name in places:
            findings.add(spot.at("name"), f"{model.name} is a place already", "another name, or leave it out")
        elif known is None:
            findings.add(
                spot.at("gauge"), "no rain, level or tide gauge of this site", did_you_mean(model.gauge, gauges)
            )
        else:
            places[model.name] = ForecastPlace(model.name, _KINDS[known.kind], known.id, model.name)
    free = {name: leads for name, leads in also.items() if name not in places}
    return ForecastPlaces(MappingProxyType(places), MappingProxyType(free))


def _names(gauges: Mapping[str, Gauge]) -> dict[str, str]:
    """Gauges by what people call them; a name two gauges share leads nowhere."""
    count: dict[str, int] = {}
    for gauge in gauges.values():
        count[gauge.name] = count.get(gauge.name, 0) + 1
    return {gauge.name: name for name, gauge in gauges.items() if count[gauge.name] == 1}
