"""What a unit, gate or station has besides, from its entry; and what contradicts itself in it."""

from __future__ import annotations

from typing import Any

from controller.domain.pumps_and_gates import GateRole
from controller.domain.stations import ExerciseRule, PowerReturn, RackRule
from controller.logic.sequencers.gate import TRAVEL_GRACE_S, TRAVEL_MARGIN
from controller.settings.asset_models import GateModel, StationModel, UnitModel
from controller.settings.equipment_models import GateEquipmentModel, UnitEquipmentModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean


def unit_equipment(station: str, model: UnitModel, feeder: str) -> dict[str, Any]:
    """Further fields of ``PumpUnit``; ``feeder`` is the station's, which a unit's own replaces."""
    said = {name: getattr(model, name) for name in UnitEquipmentModel.model_fields}
    return said | {
        "suction_gate": model.suction_gate and f"{station}/{model.suction_gate}",
        "auxiliaries": tuple(model.auxiliaries),
        "feeder": feeder if model.feeder is None else model.feeder,
    }


def gate_equipment(model: GateModel) -> dict[str, Any]:
    """Further fields of ``Gate``."""
    return {name: getattr(model, name) for name in GateEquipmentModel.model_fields}


def station_equipment(model: StationModel, timezone: str) -> dict[str, Any]:
    """Further fields of ``Station``."""
    return {
        "rack": RackRule(**model.rack.model_dump()),
        "exercise": ExerciseRule(**model.exercise.model_dump(), timezone=timezone),
        "power_return": PowerReturn(**model.power_return.model_dump()),
        "supply": model.supply,
        "boots": model.boots,
        "low_low": model.low_low,
    }


def check_equipment(entry: Entry[StationModel], findings: Findings) -> None:
    """Suction gates, proof times, auxiliaries and gates that could not work as they are written."""
    model, spot = entry.value, entry.spot
    gates = {gate.output: gate for gate in model.gates}
    for position, unit in enumerate(model.units):
        here = spot.at("units", position)
        _check_suction(unit, gates, here, findings)
        _check_proof(unit, gates, here, findings)
        if len(set(unit.auxiliaries)) < len(unit.auxiliaries):
            findings.add(here.at("auxiliaries"), "one auxiliary named twice", "name each once")
    used = {unit.suction_gate for unit in model.units}
    for position, gate in enumerate(model.gates):
        _check_gate(gate, used, spot.at("gates", position), findings)
    if model.exercise.automatic and not model.automatic:
        hint = "say automatic: true for the station as well, or leave its PLC to exercise its units"
        findings.add(spot.at("exercise", "automatic"), "the centre exercises no unit of a station its PLC runs", hint)


def _check_suction(unit: UnitModel, gates: dict[str, GateModel], here: Spot, findings: Findings) -> None:
    if unit.suction_gate is None:
        return
    gate, spot = gates.get(unit.suction_gate), here.at("suction_gate")
    if gate is None:
        suction = [name for name, one in gates.items() if one.role is GateRole.SUCTION]
        findings.add(spot, "no such gate in this station", did_you_mean(unit.suction_gate, suction or gates))
    elif gate.role is not GateRole.SUCTION:
        findings.add(spot, f"a {gate.role} gate before a pump", "name the gate of role suction")


def _check_proof(unit: UnitModel, gates: dict[str, GateModel], here: Spot, findings: Findings) -> None:
    """A gate that travels longer than its proof time would trip every start behind it."""
    gate = gates.get(unit.gate or "")
    needed_s = (
        0.0 if gate is None or gate.role is not GateRole.DISCHARGE else gate.travel_s * TRAVEL_MARGIN + TRAVEL_GRACE_S
    )
    if needed_s > unit.gate_proof_s:
        message = (
            f"its discharge gate takes up to {needed_s:g} s and must be proven open within {unit.gate_proof_s:g} s"
        )
        findings.add(here.at("gate"), message, f"say gate_proof_s: {needed_s:g}, if its maker allows that")


def _check_gate(gate: GateModel, used: set[str | None], here: Spot, findings: Findings) -> None:
    if gate.role is GateRole.SUCTION and gate.output not in used:
        findings.add(here, "a suction gate before no pump", f"say suction_gate: {gate.output} at its unit")
    if gate.emergency_lower and gate.role not in (GateRole.GRAVITY, GateRole.INTAKE):
        hint = "leave it out: only gravity and intake gates are let down to keep the river out"
        findings.add(here.at("emergency_lower"), f"a {gate.role} gate is not let down by us", hint)
    if gate.min_step_percent and gate.min_step_percent <= gate.tolerance_percent:
        hint = f"more than tolerance_percent {gate.tolerance_percent:g}, or 0 for none"
        findings.add(here.at("min_step_percent"), "smaller than what counts as arrived", hint)
    if gate.drift_percent <= gate.tolerance_percent:
        hint = f"more than tolerance_percent {gate.tolerance_percent:g}"
        findings.add(here.at("drift_percent"), "less than what counts as arrived", hint)
