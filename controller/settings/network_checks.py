"""What contradicts itself, or names something that is not there, in a description of the waters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from itertools import pairwise

from controller.domain.assets import City
from controller.domain.gauges import DatedLevel, GaugeKind
from controller.domain.points import device_of
from controller.domain.pumps_and_gates import GateRole
from controller.settings.network_models import NetworkModel, PlacedModel, ReachModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean

_MEASURES = (GaugeKind.LEVEL, GaugeKind.TIDE)


def check_network(entry: Entry[NetworkModel], city: City, points: Mapping[str, Set[str]], findings: Findings) -> None:
    """Everything the description refers to and everything it says of itself."""
    model, spot = entry.value, entry.spot
    reaches, outside = [one.id for one in model.reaches], [one.id for one in model.outside]
    waters = {*reaches, *outside}
    _once([(one.id, spot.at("reaches", i, "id")) for i, one in enumerate(model.reaches)], findings)
    _once([(one.id, spot.at("outside", i, "id")) for i, one in enumerate(model.outside)], findings)
    for name in sorted({*reaches} & {*outside}):
        position = outside.index(name)
        findings.add(spot.at("outside", position, "id"), "also the name of a reach", "give one of them another name")
    gauges = _Gauges(model.datum, city, points, findings)
    for position, reach in enumerate(model.reaches):
        _reach(reach, spot.at("reaches", position), model.datum, city, gauges, findings)
    for position, water in enumerate(model.outside):
        gauges.check(water.gauges, spot.at("outside", position))
    for position, channel in enumerate(model.channels):
        here = spot.at("channels", position, "between")
        for end, name in enumerate(channel.between):
            _known(name, reaches, "reach", here.at(end), findings)
        if channel.between[0] == channel.between[1]:
            findings.add(here, "a channel from a reach to itself", "name two reaches")
    _stations(model.stations, spot.at("stations"), city, waters, findings)
    _gates(model, spot.at("gates"), city, waters, findings)
    _catchments(model, spot.at("catchments"), city, reaches, findings)


def levels_of(model: ReachModel, city: City) -> tuple[DatedLevel | None, DatedLevel | None]:
    """A reach's warning and guarantee level: its own, else those of the first of its gauges that has them."""
    gauges = [city.gauges[device_of(point)] for point in model.gauges if device_of(point) in city.gauges]
    warning = next((gauge.warning for gauge in gauges if gauge.warning), None)
    guarantee = next((gauge.guarantee for gauge in gauges if gauge.guarantee), None)
    if model.warning is not None:
        warning = DatedLevel(model.warning.value_m, model.warning.datum, model.warning.since)
    if model.guarantee is not None:
        guarantee = DatedLevel(model.guarantee.value_m, model.guarantee.datum, model.guarantee.since)
    return warning, guarantee


class _Gauges:
    """Checks level points as they are named; each speaks for one water only."""

    def __init__(self, datum: str, city: City, points: Mapping[str, Set[str]], findings: Findings) -> None:
        self._datum, self._city, self._points, self._findings = datum, city, points, findings
        self._seen: dict[str, Spot] = {}

    def check(self, gauges: Sequence[str], spot: Spot) -> None:
        """The points of one water."""
        for position, text in enumerate(gauges):
            here = spot.at("gauges", position)
            if self._seen.setdefault(text, here) is not here:
                self._findings.add(here, "measures two waters", f"{self._seen[text]} names it already; leave one out")
            self._point(text, here)

    def _point(self, text: str, here: Spot) -> None:
        device, slash, point = text.partition("/")
        known = self._points.get(device)
        if known is None:
            if self._points:
                measuring = [name for name, gauge in self._city.gauges.items() if gauge.kind in _MEASURES]
                self._findings.add(here, "unknown gauge", did_you_mean(device, measuring))
            return
        if not slash or point not in known:
            levels = sorted(name for name in known if "level" in name)
            hint = f"write {device}/{levels[0]}" if levels else "name a device whose profile has a level"
            self._findings.add(here, f"{device} has no such point", hint)
        gauge = self._city.gauges.get(device)
        dated = None if gauge is None else gauge.warning or gauge.guarantee
        if dated is not None and dated.datum != self._datum:
            hint = f"the network's levels are in {self._datum}; give the gauge's levels in it, or leave the gauge out"
            self._findings.add(here, f"{device} measures above {dated.datum}", hint)


def _reach(reach: ReachModel, spot: Spot, datum: str, city: City, gauges: _Gauges, findings: Findings) -> None:
    gauges.check(reach.gauges, spot)
    _storage(reach, spot, findings)
    warning, guarantee = levels_of(reach, city)
    for key, said in (("warning", reach.warning), ("guarantee", reach.guarantee)):
        if said is not None and said.datum != datum:
            findings.add(
                spot.at(key, "datum"), f"the network's levels are in {datum}", "convert it, and say since when"
            )
    for key, level in (("warning", warning), ("guarantee", guarantee)):
        if level is None:
            hint = f"say {key}: {{value_m, datum, since}}, or name a gauge that has it"
            findings.add(spot, f"nothing says where the {key} level of {reach.id} is", hint)
    if warning is not None and guarantee is not None:
        _order(reach, warning, guarantee, spot, findings)


def _order(reach: ReachModel, warning: DatedLevel, guarantee: DatedLevel, spot: Spot, findings: Findings) -> None:
    if warning.value_m >= guarantee.value_m:
        hint = f"below the guarantee level {guarantee.value_m:g}: 警戒 comes before 保证"
        findings.add(spot.at("warning"), f"the warning level {warning.value_m:g} is not below it", hint)
    if reach.floor_m >= warning.value_m:
        findings.add(spot.at("floor_m"), "the floor is not below the warning level", f"below {warning.value_m:g}")


def _storage(reach: ReachModel, spot: Spot, findings: Findings) -> None:
    if (reach.storage is None) == (reach.area_m2 is None):
        findings.add(spot, "needs one of storage: and area_m2:", "storage: [[level m, surface m²], …], lowest first")
        return
    if reach.storage is None:
        return
    here = spot.at("storage")
    for position, pair in enumerate(reach.storage):
        if len(pair) != 2 or pair[1] <= 0.0:
            findings.add(here.at(position), "a level and its surface are wanted", "[2.0, 450000.0]; more than 0 m²")
            return
    for position, (lower, higher) in enumerate(pairwise(reach.storage)):
        if lower[0] >= higher[0]:
            findings.add(here.at(position + 1), f"{higher[0]:g} m is not above {lower[0]:g} m", "lowest level first")
        elif higher[1] < lower[1]:
            hint = "a water's surface does not shrink as it rises"
            findings.add(here.at(position + 1), f"{higher[1]:g} m² is less than {lower[1]:g} m² below it", hint)
    if reach.floor_m < reach.storage[0][0]:
        hint = f"at or above the lowest level of its storage, {reach.storage[0][0]:g}"
        findings.add(spot.at("floor_m"), "the floor lies below the storage curve", hint)


def _stations(
    placed: Sequence[PlacedModel], spot: Spot, city: City, waters: Collection[str], findings: Findings
) -> None:
    _once([(one.id, spot.at(i, "id")) for i, one in enumerate(placed)], findings)
    for position, one in enumerate(placed):
        here = spot.at(position)
        _known(one.id, city.stations, "station", here.at("id"), findings)
        for key, name in (("inner", one.inner), ("outer", one.outer)):
            _known(name, waters, "water", here.at(key), findings)
        if one.inner == one.outer:
            findings.add(here.at("outer"), "pumps in a circle", "inner and outer are two waters")
        rated, shutoff = one.rated_head_m, one.shutoff_head_m
        if (rated is None) != (shutoff is None):
            findings.add(here, "one head without the other", "say rated_head_m and shutoff_head_m, or neither")
        elif rated is not None and shutoff is not None and rated >= shutoff:
            findings.add(here.at("shutoff_head_m"), "not above the rated head", f"above rated_head_m {rated:g}")


def _gates(model: NetworkModel, spot: Spot, city: City, waters: Collection[str], findings: Findings) -> None:
    roles = {
        gate.id: gate.role
        for station in city.stations.values()
        for gate in station.gates
        if gate.role is not GateRole.DISCHARGE
    }
    _once([(one.gate, spot.at(i, "gate")) for i, one in enumerate(model.gates)], findings)
    for position, one in enumerate(model.gates):
        here = spot.at(position)
        _known(one.gate, roles, "gravity or intake gate", here.at("gate"), findings)
        for key, name in (("from", one.source), ("to", one.to)):
            _known(name, waters, "water", here.at(key), findings)
        if one.source == one.to:
            findings.add(here.at("to"), "leads back to where it comes from", "name two waters")


def _catchments(model: NetworkModel, spot: Spot, city: City, reaches: Collection[str], findings: Findings) -> None:
    rain = [name for name, gauge in city.gauges.items() if gauge.kind is GaugeKind.RAIN]
    _once([(one.name, spot.at(i, "name")) for i, one in enumerate(model.catchments)], findings)
    for position, one in enumerate(model.catchments):
        here = spot.at(position)
        _known(one.into, reaches, "reach", here.at("into"), findings)
        _known(one.gauge, rain, "rain gauge", here.at("gauge"), findings)


def _known(name: str, known: Collection[str], what: str, spot: Spot, findings: Findings) -> None:
    if name not in known:
        findings.add(spot, f"unknown {what}", did_you_mean(name, list(known)))


def _once(named: Sequence[tuple[str, Spot]], findings: Findings) -> None:
    seen: dict[str, Spot] = {}
    for name, spot in named:
        if seen.setdefault(name, spot) is not spot:
            findings.add(spot, f"{name} stands here twice", f"{seen[name]} says it already")
