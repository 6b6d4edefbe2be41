"""The guards every unit, gate and circuit has by itself, described as data: what tables show and checks reason with.

The guards that act are ``unit_guards``, ``gate_guards``, ``light_guards`` and ``sequencers.station``; a test drives
them with values found from these descriptions, so that a description that is no longer true fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from controller.domain.expression import Expression, parse
from controller.domain.lights import Cabinet, Circuit
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate, GateRole, PumpType, PumpUnit
from controller.domain.stations import Station
from controller.logic.built_in_texts import TEXTS, GuardText
from controller.logic.diversion.turning import reversal_s
from controller.logic.interlocks import OnBad
from controller.logic.road_signal import BLIND, WATER
from controller.logic.tidal.gates import CLOSE_HEAD_M
from controller.logic.unit_guards import REVERSAL_S


class Act(StrEnum):
    """What an output is asked to do."""

    START = "start"
    STOP = "stop"
    OPEN = "open"
    CLOSE = "close"
    ENERGISE = "energise"
    SWITCH_OFF = "switch off"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One guard of one act.

    ``condition`` as people read it; ``holds`` the same for reasoning, None where it speaks of what is remembered
    (times, counts). ``on_bad`` None: it is always known. ``people_may``: false, it keeps only automation from the
    act. ``begins`` and ``ends``: whether it stands before the act, and whether, proven false, it ends it.
    """

    id: str
    target: TargetId
    act: Act
    condition: str
    holds: Expression | None = None
    on_bad: OnBad | None = None
    people_may: bool = False
    begins: bool = True
    ends: bool = False

    @property
    def text(self) -> GuardText:
        """Why it stands and how it is cleared, in both languages."""
        return TEXTS[self.id]


def known(
    guard: str,
    target: TargetId,
    act: Act,
    condition: str,
    on_bad: OnBad = OnBad.BLOCK,
    *,
    begins: bool = True,
    ends: bool = False,
) -> BuiltIn:
    """A guard over points."""
    return BuiltIn(guard, target, act, condition, parse(condition), on_bad, begins=begins, ends=ends)


def remembered(
    guard: str,
    target: TargetId,
    act: Act,
    condition: str,
    *,
    people_may: bool = False,
    begins: bool = True,
    ends: bool = False,
) -> BuiltIn:
    """A guard over what is remembered: always known."""
    return BuiltIn(guard, target, act, condition, people_may=people_may, begins=begins, ends=ends)


def station_guards(station: Station, points: Collection[str]) -> tuple[BuiltIn, ...]:
    """Every built-in guard of a station's units and gates; ``points`` are those its device has."""
    return (
        *(guard for unit in station.units for guard in _unit(station, unit, points)),
        *(guard for gate in station.gates for guard in _gate(station, gate)),
    )


def cabinet_guards(cabinet: Cabinet) -> tuple[BuiltIn, ...]:
    """Every built-in guard of a cabinet's circuits."""
    return tuple(guard for circuit in cabinet.circuits for guard in _circuit(circuit))


def _reached(target: TargetId, act: Act) -> Iterator[BuiltIn]:
    yield remembered("not_ready", target, act, "the device is online and was read completely")
    yield known("local", target, act, "control_switch == 'REMOTE'")


def _circuit(circuit: Circuit) -> Iterator[BuiltIn]:
    for act in (Act.ENERGISE, Act.SWITCH_OFF):
        yield from _reached(circuit.id, act)
    rest = f"off for {circuit.no_restrike_s:g} s or more"
    yield remembered("no_restrike", circuit.id, Act.ENERGISE, rest)


def _unit(station: Station, unit: PumpUnit, points: Collection[str]) -> Iterator[BuiltIn]:
    yield from _reached(unit.id, Act.START)
    yield from _own(unit, points)
    yield from _power(station, unit)
    yield from _while_running(station, unit)
    yield from _water(station, unit, points)
    yield from _neighbours(station, unit)
    yield from _path(station, unit)
    yield from _reached(unit.id, Act.STOP)
    if station.additional_starts_only:
        yield remembered("plc_stops", unit.id, Act.STOP, "never: only its own PLC stops an underpass unit")
    else:
        yield remembered("min_run", unit.id, Act.STOP, f"runs for {unit.min_run_s:g} s or more")


def _own(unit: PumpUnit, points: Collection[str]) -> Iterator[BuiltIn]:
    out, start = unit.output, Act.START
    yield remembered("locked_out", unit.id, start, "no lock-out stands")
    yield remembered("feedback", unit.id, start, f"{out}.running can be read")
    if f"{out}.fault" in points:
        yield known("fault", unit.id, start, f"not {out}.fault")
    if f"{out}.available" in points:
        yield known("available", unit.id, start, f"{out}.available")
    for name in unit.auxiliaries:
        yield known(name, unit.id, start, f"{out}.{name}")
    still = ", or its shaft still and its flap closed" if unit.flap else ""
    yield remembered("backspin", unit.id, start, f"stopped for {unit.backspin_s:g} s or more{still}")
    yield remembered("min_off", unit.id, start, f"stopped for {unit.min_off_s:g} s or more")
    for per, most in (("hour", unit.max_starts_per_hour), ("day", unit.max_starts_per_day)):
        yield remembered(f"starts_per_{per}", unit.id, start, f"fewer than {most} starts in the last {per}")


def _power(station: Station, unit: PumpUnit) -> Iterator[BuiltIn]:
    rule = station.power_return
    if station.supply is not None:
        yield known("supply", unit.id, Act.START, station.supply, OnBad.ALLOW)
    if station.supply is not None or station.boots is not None:
        since = f"{rule.least_s:g} to {rule.most_s:g} s since the supply came back, the longest stopped first"
        yield remembered("power_return", unit.id, Act.START, since)
    if unit.feeder:
        free = f"no other unit on feeder {unit.feeder} is starting or started within {unit.feeder_rest_s:g} s"
        yield remembered("feeder", unit.id, Act.START, free)


def _while_running(station: Station, unit: PumpUnit) -> Iterator[BuiltIn]:
    """What locks a running unit out. Where the centre only adds starts, nothing does."""
    if station.additional_starts_only:
        return
    if unit.undercurrent_share > 0.0:
        drawn = f"it draws {unit.undercurrent_share:.0%} of {unit.rated_a:g} A or more, or less for under "
        drawn += f"{unit.undercurrent_s:g} s behind its open path"
        yield remembered("undercurrent", unit.id, Act.START, drawn, begins=False, ends=True)
    if unit.discharge_gate:
        within = f"its discharge gate is not proven shut for {unit.gate_proof_s:g} s behind the running pump"
        yield remembered("closed_path", unit.id, Act.START, within, begins=False, ends=True)
    if unit.auxiliaries and unit.auxiliary_trip_s is not None:
        kept = f"its auxiliaries are not proven off for {unit.auxiliary_trip_s:g} s"
        yield remembered("auxiliary", unit.id, Act.START, kept, begins=False, ends=True)


def _water(station: Station, unit: PumpUnit, points: Collection[str]) -> Iterator[BuiltIn]:
    stops, levels = not station.additional_starts_only, station.levels
    if levels is not None:
        dry = f"inner_level_m > {levels.dry_run_m:g}"
        yield known("dry_run", unit.id, Act.START, dry, OnBad.ASK, ends=stops)
        again_m = levels.dry_run_m + levels.dry_run_restart_m
        yield remembered("dry_run", unit.id, Act.START, f"above {again_m:g} m since it was dry", ends=stops)
    if station.inner_levels:
        yield remembered("level", unit.id, Act.START, "the voted inner level is trusted", people_may=True)
    if "rack_head_m" in points:
        rack = station.rack
        yield known("rack", unit.id, Act.START, f"rack_head_m < {rack.start_m:g}", OnBad.ALLOW)
        if stops:
            blocked = f"rack_head_m <= {rack.stop_m:g}"
            yield known("rack_stop", unit.id, Act.START, blocked, OnBad.ALLOW, begins=False, ends=True)
            shed = f"rack_head_m <= {rack.shed_m:g}, or another unit is shed for it"
            yield remembered("rack_shed", unit.id, Act.START, shed, begins=False, ends=True)
    if station.low_low is not None:
        yield known("low_low", unit.id, Act.START, f"not {station.low_low}")


def _neighbours(station: Station, unit: PumpUnit) -> Iterator[BuiltIn]:
    others = [other for other in station.units if other.direction != unit.direction]
    if others:
        stopped = " and ".join(f"not {other.output}.running" for other in others)
        yield known("direction", unit.id, Act.START, stopped)
        rest_s = reversal_s(station, REVERSAL_S)
        yield remembered("direction", unit.id, Act.START, f"these stopped for {rest_s:g} s or more")
    if unit.direction != "drain":
        yield remembered("drainage_first", unit.id, Act.START, "nothing asks for drainage first", ends=True)
    if station.turning is not None:
        yield remembered("lining", unit.id, Act.START, f"its gates are proven lined to {unit.direction}")
    if len(station.units) > 1:
        yield remembered("stagger", unit.id, Act.START, "no other unit is starting or has just started")


def _path(station: Station, unit: PumpUnit) -> Iterator[BuiltIn]:
    gates = {gate.id: gate for gate in station.gates} | {gate.output: gate for gate in station.gates}
    gravity = gates.get(station.gravity.gate) if station.gravity is not None else None
    if gravity is not None:
        yield known("gravity_gate", unit.id, Act.START, proven_closed(gravity))
    suction = gates.get(unit.suction_gate or "")
    if suction is not None:
        yield known("suction_gate", unit.id, Act.START, proven_open(suction))
    for one in (suction, gates.get(unit.discharge_gate or "")):
        if one is not None:
            yield remembered("gate_locked", unit.id, Act.START, f"no lock-out stands at {one.output}")
    gate = gates.get(unit.discharge_gate or "")
    if gate is not None:
        shut = unit.pump is PumpType.CENTRIFUGAL
        yield known("discharge_gate", unit.id, Act.START, proven_closed(gate) if shut else proven_open(gate))


def proven_closed(gate: Gate) -> str:
    """The condition that proves a gate closed: limit switch and position do not contradict."""
    out = gate.output
    return f"{out}.closed_limit and not {out}.open_limit and {out}.position_percent <= {gate.tolerance_percent:g}"


def proven_open(gate: Gate) -> str:
    """The condition that proves a gate fully open."""
    out, least = gate.output, 100.0 - gate.tolerance_percent
    return f"{out}.open_limit and not {out}.closed_limit and {out}.position_percent >= {least:g}"


def _gate(station: Station, gate: Gate) -> Iterator[BuiltIn]:
    for act in (Act.OPEN, Act.CLOSE):
        yield from _reached(gate.id, act)
    yield remembered("gate_locked", gate.id, Act.OPEN, f"no lock-out stands at {gate.output}")
    few = f"fewer than {gate.max_moves_per_hour} moves in the last hour, where no pump's sequence asks for it"
    yield remembered("moves_per_hour", gate.id, Act.OPEN, few)
    if gate.buttons:
        yield remembered("buttons", gate.id, Act.OPEN, "it is asked to open or close, not to stand in between")
    else:
        step = f"a move of {gate.min_step_percent:g} % or more, or to an end, where automation regulates it"
        yield remembered("min_step", gate.id, Act.OPEN, step, people_may=True)
    if gate.role is GateRole.GRAVITY:
        yield from _to_the_river(station, gate)
    elif gate.role is GateRole.INTAKE:
        yield from _lets_in(station, gate)
    elif gate.role is GateRole.DISCHARGE:
        yield from _behind_its_pump(station, gate)
    elif gate.role is GateRole.ROAD:
        yield remembered(WATER, gate.id, Act.OPEN, "no water stands over the road", ends=True)
        yield remembered(BLIND, gate.id, Act.OPEN, "the level over the road can be read", ends=True)
    elif gate.role is GateRole.SUCTION:
        for unit in station.units:
            if unit.suction_gate in (gate.id, gate.output):
                yield known("suction", gate.id, Act.CLOSE, f"not {unit.output}.running")


def _lets_in(station: Station, gate: Gate) -> Iterator[BuiltIn]:
    yield remembered("cannot_close", gate.id, Act.OPEN, f"{gate.output}.position_percent can be read")
    yield known("cannot_close", gate.id, Act.OPEN, f"not {gate.output}.fault", OnBad.ALLOW)
    yield remembered("mountain_flood", gate.id, Act.OPEN, "no mountain flood rule acts", ends=True)
    if station.outer_water:
        yield from _of_the_tide(gate)


def _to_the_river(station: Station, gate: Gate) -> Iterator[BuiltIn]:
    yield remembered("cannot_close", gate.id, Act.OPEN, f"{gate.output}.position_percent can be read")
    yield known("cannot_close", gate.id, Act.OPEN, f"not {gate.output}.fault", OnBad.ALLOW)
    if station.units:
        stopped = " and ".join(f"not {unit.output}.running" for unit in station.units)
        yield known("unit_runs", gate.id, Act.OPEN, stopped)
    outer = station.outer_level
    if outer is None:
        yield remembered("outer_level", gate.id, Act.OPEN, "never: this station measures no outer level")
    else:
        yield known("outer_level", gate.id, Act.OPEN, f"inner_level_m - {outer} > {_close_head_m(station, gate):g}")
    if station.outer_water:
        yield from _of_the_tide(gate)


def _close_head_m(station: Station, gate: Gate) -> float:
    rule = station.gravity
    return rule.close_head_m if rule is not None and rule.gate == gate.id else CLOSE_HEAD_M


def _of_the_tide(gate: Gate) -> Iterator[BuiltIn]:
    yield remembered("bore", gate.id, Act.OPEN, "no bore is expected within its window", ends=True)
    yield remembered("fast_rise", gate.id, Act.OPEN, "the river has not risen fast lately", ends=True)


def _behind_its_pump(station: Station, gate: Gate) -> Iterator[BuiltIn]:
    for unit in station.units:
        if unit.discharge_gate in (gate.id, gate.output):
            yield remembered("backflow", gate.id, Act.OPEN, f"{unit.output} runs or is being started")
            yield known("dead_head", gate.id, Act.CLOSE, f"not {unit.output}.running")
