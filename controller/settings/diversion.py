"""Diversion from its entry: stations that bring water in, what bars them, their programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from controller.domain.assets import City
from controller.domain.gauges import GaugeKind
from controller.domain.pumps_and_gates import GateRole
from controller.domain.stations import Station, StationKind
from controller.logic.diversion.rules import (
    Bringer,
    DiversionRules,
    FlushTarget,
    LevelTarget,
    MountainFlood,
    Program,
    QualityTarget,
    Window,
)
from controller.logic.tidal.rules import GaugePoint
from controller.logic.water_quality.rules import Parameter
from controller.settings.diversion_models import (
    BringerModel,
    DiversionModel,
    DiversionProgramModel,
    FillModel,
    FlushModel,
    FreshenModel,
    MountainFloodModel,
    WindowModel,
)
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from controller.settings.tides import Points, gauge_point

BRINGS_IN = frozenset({StationKind.INTAKE, StationKind.BIDIRECTIONAL})
_DAYS: Mapping[str, frozenset[int]] = {
    **{day: frozenset({number}) for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    "weekdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
}


@dataclass(frozen=True, slots=True)
class _Site:
    city: City
    points: Points
    findings: Findings

    def point(self, text: str | None, spot: Spot) -> GaugePoint | None:
        return None if text is None else gauge_point(text, spot, self.points, self.findings)


def diversion_of(
    entries: Sequence[Entry[DiversionModel]], city: City, points: Points, findings: Findings
) -> DiversionRules:
    """Everything a site says of diversion; what is wrong with it is noted."""
    for second in entries[1:]:
        findings.add(second.spot, "a second diversion:", f"{entries[0].spot} says it already; keep one")
    if not entries:
        return DiversionRules()
    entry, site = entries[0], _Site(city, points, findings)
    bringers: dict[str, Bringer] = {}
    for position, model in enumerate(entry.value.bringers):
        spot = entry.spot.at("bringers", position)
        if model.station in bringers:
            findings.add(spot.at("station"), "named twice", "leave one of them out")
        if (station := _bringing(model.station, spot, site)) is not None:
            bringers[station.id] = _bringer(model, station, spot, site)
    programs = tuple(_programs(entry, bringers, site))
    return DiversionRules(MappingProxyType(bringers), programs)


def _bringing(named: str, spot: Spot, site: _Site) -> Station | None:
    stations = {name: one for name, one in site.city.stations.items() if one.kind in BRINGS_IN}
    if named not in stations:
        site.findings.add(spot.at("station"), "no intake or bidirectional station", did_you_mean(named, stations))
    return stations.get(named)


def _bringer(model: BringerModel, station: Station, spot: Spot, site: _Site) -> Bringer:
    quality = {name for name, gauge in site.city.gauges.items() if gauge.kind is GaugeKind.QUALITY}
    for position, source in enumerate(model.sources):
        if source not in quality:
            site.findings.add(spot.at("sources", position), "no water-quality gauge", did_you_mean(source, quality))
    for position, other in enumerate(model.drains):
        if other not in site.city.stations:
            hint = did_you_mean(other, site.city.stations)
            site.findings.add(spot.at("drains", position), "no such station", hint)
    levels = station.levels
    usual_m = None if levels is None else levels.start_m - levels.span_m
    return Bringer(
        station=station.id,
        response=model.response,
        signal=model.signal,
        below_warning_m=model.below_warning_m,
        full_m=usual_m if model.full_m is None else model.full_m,
        drains=tuple(model.drains),
        hold_s=model.hold,
        sources=tuple(model.sources),
        flood=_flood(model.mountain_flood, spot.at("mountain_flood"), site),
    )


def _flood(model: MountainFloodModel | None, spot: Spot, site: _Site) -> MountainFlood | None:
    if model is None:
        return None
    said = (("level", model.level, model.level_m), ("turbidity", model.turbidity, model.turbidity_ntu))
    for name, gauge, limit in (*said, ("rain", model.rain, model.rain_mm)):
        if (gauge is None) != (limit is None):
            site.findings.add(spot, f"{name}: its gauge and its limit belong together", "give both, or neither")
    if model.level is None and model.turbidity is None and model.rain is None:
        site.findings.add(spot, "no limit at all", "give a level, a turbidity or a rain gauge with its limit")
    return MountainFlood(
        level=site.point(model.level, spot.at("level")),
        level_m=model.level_m or 0.0,
        turbidity=site.point(model.turbidity, spot.at("turbidity")),
        turbidity_ntu=model.turbidity_ntu or 0.0,
        rain=site.point(model.rain, spot.at("rain")),
        rain_mm=model.rain_mm or 0.0,
        rain_s=model.within,
        hold_s=model.hold,
    )


def _programs(entry: Entry[DiversionModel], bringers: Mapping[str, Bringer], site: _Site) -> Iterator[Program]:
    known: set[str] = set()
    for position, model in enumerate(entry.value.programs):
        spot = entry.spot.at("programs", position)
        if model.id in known:
            site.findings.add(spot.at("id"), "duplicate program", "leave one of them out")
        known.add(model.id)
        if model.station not in bringers:
            hint = did_you_mean(model.station, bringers)
            site.findings.add(spot.at("station"), "not among the bringers", hint)
        else:
            yield _program(model, site.city.stations[model.station], spot, site)


def _program(model: DiversionProgramModel, station: Station, spot: Spot, site: _Site) -> Program:
    divert = [unit for unit in station.units if unit.direction == "divert"]
    if model.units > len(divert):
        site.findings.add(spot.at("units"), f"{station.name} has {len(divert)} units that bring water in", "fewer")
    if not model.units and not model.gates:
        site.findings.add(spot, "neither units nor gates", "say units: 1, or gates: {G4: 100}")
    intakes = [gate.output for gate in station.gates if gate.role is GateRole.INTAKE]
    for gate in model.gates:
        if gate not in intakes:
            site.findings.add(spot.at("gates", gate), "no intake gate of this station", did_you_mean(gate, intakes))
    if model.at_most < model.least_run:
        site.findings.add(spot.at("at_most"), "shorter than least_run", "longer, or a shorter least_run")
    return Program(
        id=model.id,
        title_zh=model.title.zh,
        title_en=model.title.en,
        station=station.id,
        units=model.units,
        gates=MappingProxyType({f"{station.id}/{gate}": percent for gate, percent in model.gates.items()}),
        windows=tuple(_window(one) for one in model.when) or (Window(),),
        level=_fill(model.fill, spot.at("fill"), site),
        quality=_freshen(model.freshen, spot.at("freshen"), site),
        flush=_flush(model.flush, spot.at("flush"), site),
        least_run_s=model.least_run,
        least_rest_s=model.least_rest,
        at_most_s=model.at_most,
    )


def _window(model: WindowModel) -> Window:
    days = frozenset[int]().union(*(_DAYS[day] for day in model.days)) or frozenset(range(7))
    months = frozenset(model.months) or frozenset(range(1, 13))
    return Window(days, months, _minutes(model.begins), _minutes(model.ends))


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return min(int(hour) * 60 + int(minute), 24 * 60)


def _fill(model: FillModel | None, spot: Spot, site: _Site) -> LevelTarget | None:
    if model is None:
        return None
    if model.below_m >= model.to_m:
        site.findings.add(spot.at("below_m"), f"not below to_m {model.to_m:g}", "lower: it begins below and fills up")
    return LevelTarget(model.below_m, model.to_m, site.point(model.gauge, spot.at("gauge")))


def _freshen(model: FreshenModel | None, spot: Spot, site: _Site) -> QualityTarget | None:
    gauge = None if model is None else site.point(model.gauge, spot.at("gauge"))
    if model is None or gauge is None:
        return None
    if gauge.point not in list(Parameter):
        site.findings.add(spot.at("gauge"), "no quality point", did_you_mean(gauge.point, list(Parameter)))
        return None
    target = QualityTarget(gauge, model.worse_than, model.good_at, Parameter(gauge.point).rising_is_worse)
    if target.is_worse(model.good_at):
        site.findings.add(
            spot.at("good_at"), "still worse than worse_than: it would never end", "the better of the two"
        )
    return target


def _flush(model: FlushModel | None, spot: Spot, site: _Site) -> FlushTarget | None:
    if model is None:
        return None
    outfalls = {name: one for name, one in site.city.stations.items() if one.gravity is not None}
    outfall = outfalls.get(model.outfall)
    if outfall is None:
        site.findings.add(spot.at("outfall"), "no station with a gravity rule", did_you_mean(model.outfall, outfalls))
        return None
    if not outfall.outer_water:
        site.findings.add(spot.at("outfall"), "stands at no tidal water: there is no falling tide", "another outfall")
    return FlushTarget(outfall.id, model.floor_m, outfall.outer_water)
