"""What contradicts itself in a station or gauge."""

from __future__ import annotations

from controller.domain.assets import GateRole, GaugeKind
from controller.settings.asset_models import GaugeModel, LevelsModel, StationModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean


def check_station(entry: Entry[StationModel], findings: Findings) -> None:
    """A station's gates, levels and limits against each other."""
    model, spot = entry.value, entry.spot
    _check_discharge_gates(model, spot, findings)
    _check_starts(model, spot, findings)
    _check_gravity(model, spot, findings)
    if model.levels is not None:
        _check_levels(model.levels, spot.at("levels"), findings)
    elif model.automatic:
        findings.add(spot.at("automatic"), "automatic control without levels", "give levels:, or say automatic: false")


def _check_discharge_gates(model: StationModel, spot: Spot, findings: Findings) -> None:
    roles = {gate.output: gate.role for gate in model.gates}
    users: dict[str, str] = {}
    for position, unit in enumerate(model.units):
        if unit.gate is None:
            continue
        here = spot.at("units", position, "gate")
        if unit.gate not in roles:
            findings.add(here, "no such gate in this station", did_you_mean(unit.gate, roles))
        elif roles[unit.gate] is not GateRole.DISCHARGE:
            findings.add(here, f"a {roles[unit.gate]} gate behind a pump", "name its discharge gate")
        elif users.setdefault(unit.gate, unit.output) != unit.output:
            findings.add(here, f"already the gate of {users[unit.gate]}", "each unit has its own discharge gate")
    _check_unguarded(model, spot, findings)


def _check_unguarded(model: StationModel, spot: Spot, findings: Findings) -> None:
    """A unit that names no gate, where a discharge gate is nobody's: nothing would prove it before a start."""
    named = {unit.gate for unit in model.units}
    orphans = [gate.output for gate in model.gates if gate.role is GateRole.DISCHARGE and gate.output not in named]
    for position, unit in enumerate(model.units):
        if unit.gate is None and orphans:
            hint = f"say gate: {orphans[0]}, or whose gate that is"
            findings.add(spot.at("units", position), "its start is guarded by no gate's proof", hint)


def _check_starts(model: StationModel, spot: Spot, findings: Findings) -> None:
    for position, unit in enumerate(model.units):
        hour, day = unit.max_starts_per_hour, unit.max_starts_per_day
        if hour is not None and day is not None and day < hour:
            here = spot.at("units", position, "max_starts_per_day")
            findings.add(here, f"fewer starts a day than an hour ({hour})", f"at least {hour}")


def _check_gravity(model: StationModel, spot: Spot, findings: Findings) -> None:
    rule = model.gravity
    if rule is None:
        return
    here = spot.at("gravity")
    role = next((gate.role for gate in model.gates if gate.output == rule.gate), None)
    gravity_gates = [gate.output for gate in model.gates if gate.role is GateRole.GRAVITY]
    if role is None:
        findings.add(here.at("gate"), "no such gate in this station", did_you_mean(rule.gate, gravity_gates))
    elif role is not GateRole.GRAVITY:
        findings.add(here.at("gate"), f"a {role} gate can't let water out by itself", "name the gate of role gravity")
    if rule.close_head_m >= rule.open_head_m:
        hint = f"close_head_m below open_head_m {rule.open_head_m:g}, or the gate hunts"
        findings.add(here.at("close_head_m"), "closes at a higher head than it opens", hint)
    if model.outer_level is None:
        findings.add(here, "a gravity rule without outer_level", "name the outer level point: outer_level_m")


def _check_levels(levels: LevelsModel, spot: Spot, findings: Findings) -> None:
    restart_m = levels.dry_run_m + levels.dry_run_restart_m
    stop_m = levels.start_m - levels.span_m
    if levels.start_m <= restart_m:
        hint = f"above dry_run_m + dry_run_restart_m = {restart_m:g}"
        findings.add(spot.at("start_m"), "the first unit starts where the dry-run hold still acts", hint)
    elif stop_m <= levels.dry_run_m:
        hint = f"span_m below start_m − dry_run_m = {levels.start_m - levels.dry_run_m:g}"
        findings.add(spot.at("span_m"), f"the first unit would stop at {stop_m:g}, below the dry-run stop", hint)


def check_gauge(entry: Entry[GaugeModel], findings: Findings) -> None:
    """A gauge's warning and guarantee levels against each other and its kind."""
    model, spot = entry.value, entry.spot
    for key, level in (("warning", model.warning), ("guarantee", model.guarantee)):
        if level is not None and model.kind not in (GaugeKind.LEVEL, GaugeKind.TIDE):
            findings.add(spot.at(key), f"a {model.kind} gauge has no {key} level", "leave it out")
    if model.warning is None or model.guarantee is None:
        return
    warning, guarantee = model.warning, model.guarantee
    if warning.datum != guarantee.datum:
        hint = f"the same datum for both; warning is in {warning.datum}"
        findings.add(spot.at("guarantee", "datum"), "warning and guarantee can't be compared", hint)
    elif warning.value_m >= guarantee.value_m:
        hint = f"below the guarantee level {guarantee.value_m:g}: 警戒 comes before 保证"
        findings.add(spot.at("warning", "value_m"), "the warning level is not below the guarantee level", hint)
