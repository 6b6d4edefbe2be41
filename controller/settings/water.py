"""Stations and gauges from their entries."""

from __future__ import annotations

from controller.domain.gauges import DatedLevel, Gauge, GaugeKind
from controller.domain.pumps_and_gates import Gate, PumpUnit
from controller.domain.stations import (
    CriticalRule,
    GravityRule,
    Lining,
    RoadRule,
    StagedLevels,
    Station,
    StationKind,
    Turning,
)
from controller.settings.asset_models import (
    DatedLevelModel,
    GateModel,
    GaugeModel,
    GravityModel,
    LevelsModel,
    LiningModel,
    RoadModel,
    StationModel,
    TurningModel,
    UnitModel,
)
from controller.settings.context import Context, check_id, check_outputs, place_of
from controller.settings.equipment import check_equipment, gate_equipment, station_equipment, unit_equipment
from controller.settings.lights import key_of
from controller.settings.parsing import Entry
from controller.settings.pump_defaults import rules_for
from controller.settings.water_checks import check_gauge, check_station

_GAUGE_CLASSES = {
    GaugeKind.LEVEL: {"LG": "level gauge"},
    GaugeKind.TIDE: {"TG": "tide gauge"},
    GaugeKind.RAIN: {"RG": "rain gauge"},
    GaugeKind.QUALITY: {"WQ": "water quality"},
}


def station_of(entry: Entry[StationModel], context: Context) -> Station:
    """The station; what is wrong with it is noted."""
    model, spot = entry.value, entry.spot
    underpass = model.kind is StationKind.UNDERPASS
    check_id(model.id, {"UP": "underpass"} if underpass else {"PS": "pump or sluice station"}, spot, context)
    units = [(unit.output, spot.at("units", i, "output")) for i, unit in enumerate(model.units)]
    gates = [(gate.output, spot.at("gates", i, "output")) for i, gate in enumerate(model.gates)]
    check_outputs(units + gates, context.findings)
    check_station(entry, context.findings)
    check_equipment(entry, context.findings)
    return Station(
        id=model.id,
        name=model.name,
        division=model.id[:6],
        place=place_of(model.place, spot.at("place"), context.findings),
        kind=model.kind,
        units=tuple(_unit(model.id, unit, model.feeder) for unit in model.units),
        gates=tuple(_gate(model.id, gate) for gate in model.gates),
        inner_levels=tuple(model.inner_levels),
        outer_level=model.outer_level,
        outer_water=model.outer_water,
        turning=_turning(model.id, model.turning),
        levels=_levels(model.levels),
        gravity=_gravity(model.id, model.gravity),
        automatic=model.automatic,
        additional_starts_only=underpass,
        mode_proof_s=model.mode_proof_s,
        key_at=key_of(model.key_at),
        street=model.street,
        critical=CriticalRule(**model.critical.model_dump()),
        road=_road(model.id, model.road),
        **station_equipment(model, context.timezone),
    )


def _unit(station: str, model: UnitModel, feeder: str) -> PumpUnit:
    rules = rules_for(model.power_kw)
    return PumpUnit(
        id=f"{station}/{model.output}",
        output=model.output,
        name=model.name or model.output,
        pump=model.pump,
        flow_m3s=model.flow_m3s,
        power_kw=model.power_kw,
        rated_a=model.rated_a,
        min_run_s=_said(model.min_run_s, rules.min_run_s),
        min_off_s=_said(model.min_off_s, rules.min_off_s),
        max_starts_per_hour=model.max_starts_per_hour or rules.max_starts_per_hour,
        max_starts_per_day=model.max_starts_per_day or rules.max_starts_per_day,
        backspin_s=_said(model.backspin_s, rules.backspin_s),
        start_proof_s=_said(model.start_proof_s, rules.start_proof_s),
        stop_proof_s=_said(model.stop_proof_s, rules.stop_proof_s),
        discharge_gate=model.gate and f"{station}/{model.gate}",
        direction=model.direction,
        **unit_equipment(station, model, feeder),
    )


def _said(value: float | None, default: float) -> float:
    return default if value is None else value


def _gate(station: str, model: GateModel) -> Gate:
    return Gate(
        id=f"{station}/{model.output}",
        output=model.output,
        name=model.name or model.output,
        role=model.role,
        travel_s=model.travel_s,
        tolerance_percent=model.tolerance_percent,
        **gate_equipment(model),
    )


def _levels(model: LevelsModel | None) -> StagedLevels | None:
    return None if model is None else StagedLevels(**{**model.model_dump(), "offsets_m": tuple(model.offsets_m)})


def _gravity(station: str, model: GravityModel | None) -> GravityRule | None:
    if model is None:
        return None
    return GravityRule(f"{station}/{model.gate}", model.open_head_m, model.close_head_m, model.hold_s, model.floor_m)


def _road(station: str, model: RoadModel | None) -> RoadRule | None:
    if model is None:
        return None
    signal = "" if model.signal is None else f"{station}/{model.signal}"
    return RoadRule(**model.model_dump(exclude={"signal"}), signal=signal)


def _turning(station: str, model: TurningModel | None) -> Turning | None:
    if model is None:
        return None
    return Turning(model.reversal_s, _lining(station, model.drain), _lining(station, model.divert))


def _lining(station: str, model: LiningModel) -> Lining:
    opened, closed = (tuple(f"{station}/{gate}" for gate in gates) for gates in (model.open, model.closed))
    return Lining(opened, closed)


def gauge_of(entry: Entry[GaugeModel], context: Context) -> Gauge:
    """The gauge; what is wrong with it is noted."""
    model, spot = entry.value, entry.spot
    check_id(model.id, _GAUGE_CLASSES[model.kind], spot, context)
    check_gauge(entry, context.findings)
    return Gauge(
        id=model.id,
        name=model.name,
        division=model.id[:6],
        place=place_of(model.place, spot.at("place"), context.findings),
        kind=model.kind,
        warning=_dated(model.warning),
        guarantee=_dated(model.guarantee),
        street=model.street,
    )


def _dated(model: DatedLevelModel | None) -> DatedLevel | None:
    return None if model is None else DatedLevel(model.value_m, model.datum, model.since)
