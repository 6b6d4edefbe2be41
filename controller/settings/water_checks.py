"""What contradicts itself in a station or gauge."""

from __future__ import annotations

from itertools import pairwise

from controller.domain.gauges import GaugeKind
from controller.domain.pumps_and_gates import GateRole
from controller.domain.stations import StationKind
from controller.settings.asset_models import GaugeModel, LevelsModel, StationModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean


def check_station(entry: Entry[StationModel], findings: Findings) -> None:
    """A station's gates, levels and limits against each other."""
    model, spot = entry.value, entry.spot
    _check_discharge_gates(model, spot, findings)
    _check_starts(model, spot, findings)
    _check_gravity(model, spot, findings)
    _check_turning(model, spot, findings)
    _check_road(model, spot, findings)
    if model.levels is not None:
        _check_levels(model.levels, spot.at("levels"), findings)
        _check_stages(model.levels, len(model.units), spot.at("levels"), findings)
        _check_critical(model, model.levels, spot, findings)
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


def _check_turning(model: StationModel, spot: Spot, findings: Findings) -> None:
    """The lining speaks of this station's gates, and never wants one open and closed."""
    if model.turning is None:
        return
    gates = [gate.output for gate in model.gates]
    if model.kind is not StationKind.BIDIRECTIONAL:
        findings.add(spot.at("turning"), f"a {model.kind} station does not turn", "leave it out")
    for way, lining in (("drain", model.turning.drain), ("divert", model.turning.divert)):
        here = spot.at("turning", way)
        for key, named in (("open", lining.open), ("closed", lining.closed)):
            for position, gate in enumerate(named):
                if gate not in gates:
                    findings.add(here.at(key, position), "no such gate in this station", did_you_mean(gate, gates))
        both = sorted(set(lining.open) & set(lining.closed))
        if both:
            findings.add(here, f"{both[0]} cannot be open and closed", "say it once")


def _check_levels(levels: LevelsModel, spot: Spot, findings: Findings) -> None:
    restart_m = levels.dry_run_m + levels.dry_run_restart_m
    stop_m = levels.start_m - levels.span_m
    if levels.start_m <= restart_m:
        hint = f"above dry_run_m + dry_run_restart_m = {restart_m:g}"
        findings.add(spot.at("start_m"), "the first unit starts where the dry-run hold still acts", hint)
    elif stop_m <= levels.dry_run_m:
        hint = f"span_m below start_m − dry_run_m = {levels.start_m - levels.dry_run_m:g}"
        findings.add(spot.at("span_m"), f"the first unit would stop at {stop_m:g}, below the dry-run stop", hint)


def _check_stages(levels: LevelsModel, units: int, spot: Spot, findings: Findings) -> None:
    here = spot.at("offsets_m")
    if len(levels.offsets_m) > max(units - 1, 0):
        findings.add(here, f"{len(levels.offsets_m)} offsets for {units} units", "one for each unit after the first")
    if any(later <= earlier for earlier, later in pairwise(levels.offsets_m)):
        findings.add(here, "a further unit would not start higher than the one before", "say them in rising order")
    restart_m = levels.dry_run_m + levels.dry_run_restart_m
    if levels.floor_m is not None and levels.floor_m < restart_m:
        hint = f"at least dry_run_m + dry_run_restart_m = {restart_m:g}, or leave it out: that is the floor then"
        findings.add(spot.at("floor_m"), "the floor lies where the dry-run hold acts", hint)


def _check_road(model: StationModel, spot: Spot, findings: Findings) -> None:
    road = model.road
    signals = [gate.output for gate in model.gates if gate.role is GateRole.ROAD]
    for position, gate in enumerate(model.gates):
        if gate.role is GateRole.ROAD and (road is None or road.signal != gate.output):
            findings.add(spot.at("gates", position), "closes a road nobody names", f"road: {{signal: {gate.output}}}")
    if road is None:
        return
    here = spot.at("road")
    if road.signal is not None and road.signal not in signals:
        findings.add(here.at("signal"), "no gate of role road in this station", did_you_mean(road.signal, signals))
    if road.reopens_m >= road.closes_m:
        findings.add(here.at("reopens_m"), "not below closes_m", f"below {road.closes_m:g}, or the road opens in water")
    if model.kind is not StationKind.UNDERPASS:
        findings.add(here, f"a {model.kind} station has no road", "leave it out, or say kind: underpass")
    if road.no_pass_m <= road.closes_m:
        findings.add(here.at("no_pass_m"), "not above closes_m", f"above {road.closes_m:g}: first closed, then no pass")
    if model.levels is not None and road.road_m <= model.levels.start_m:
        hint = f"above levels.start_m {model.levels.start_m:g}, in the same datum"
        findings.add(here.at("road_m"), "the road lies below the level its pumps start at", hint)


def _check_critical(model: StationModel, levels: LevelsModel, spot: Spot, findings: Findings) -> None:
    rule = model.critical
    if rule.guarantee_m is None:
        return
    from_m = rule.guarantee_m - rule.margin_m
    if from_m - rule.span_m <= levels.start_m:
        findings.add(
            spot.at("critical", "guarantee_m"),
            f"starts past manual orders from {from_m:g} m, which begins where ordinary starts do",
            f"guarantee_m − margin_m − span_m above levels.start_m {levels.start_m:g}",
        )


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
