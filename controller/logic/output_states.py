"""What is true of an output before, during and after an act, and what its signals can never say together.

What checks reason with: a unit that may start stands still, a running one has its gate open, a tripped one draws no
current; a gate is not at both ends at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.expression import Expression, names, parse
from controller.domain.intents import GateOrder
from controller.domain.lights import Circuit, Luminaire
from controller.domain.points import TargetId, device_of
from controller.domain.pumps_and_gates import Gate, PumpUnit
from controller.domain.stations import Station
from controller.logic.built_in_guards import proven_closed, proven_open
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec
from controller.logic.value_ranges import Range

Output = PumpUnit | Gate | Circuit | Luminaire
Ranges = Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class Part:
    """One output and the act of it that an interlock watches."""

    target: TargetId
    output: Output
    action: Action


def parts_of(spec: InterlockSpec, city: City) -> tuple[Part, ...]:
    """Every act the interlock watches."""
    return tuple(part for part in parts_of_device(device_of(spec.target), city) if spec.binds(part.target, part.action))


def parts_of_device(device: str, city: City) -> Iterator[Part]:
    """Every act of the device's outputs that an interlock could watch."""
    if device in city.stations:
        station = city.stations[device]
        yield from (Part(unit.id, unit, Action.START) for unit in station.units)
        for gate in station.gates:
            yield from (Part(gate.id, gate, action) for action in (Action.OPEN, Action.CLOSE))
    if device in city.cabinets:
        yield from (Part(one.id, one, Action.ENERGISE) for one in city.cabinets[device].circuits)
    if device in city.poles:
        yield from (Part(one.id, one, Action.ENERGISE) for one in city.poles[device].luminaires)


def begin_state(part: Part, ranges: Ranges) -> Iterator[Expression]:
    """Before the act: the unit stands still, the lamp is off, the gate is not yet where it goes."""
    out = part.output.output
    if isinstance(part.output, PumpUnit):
        yield from _those(ranges, f"not {out}.running")
    elif isinstance(part.output, Circuit):
        yield from _those(ranges, f"not {out}.feedback")
    elif isinstance(part.output, Gate) and part.action is Action.OPEN:
        yield from _those(ranges, f"{out}.position_percent < {100.0 - part.output.tolerance_percent:g}")


def rest_state(part: Part, station: Station | None, ranges: Ranges) -> Iterator[Expression]:
    """Where a start is decided: the unit stands still behind its closed discharge gate.

    The gate opens only as the start sequence begins; a condition that wants it open before would wait for ever.
    """
    yield from begin_state(part, ranges)
    if isinstance(part.output, PumpUnit):
        yield from (proof for gate in _behind(part.output, station) for proof in _those(ranges, proven_closed(gate)))


def _behind(unit: PumpUnit, station: Station | None) -> Iterator[Gate]:
    if station is not None:
        yield from (gate for gate in station.gates if unit.discharge_gate in (gate.id, gate.output))


def under_way_state(part: Part, station: Station | None, ranges: Ranges) -> Iterator[Expression]:
    """While a unit runs (its discharge gate open behind it) or a lamp is on."""
    out = part.output.output
    if isinstance(part.output, Circuit):
        yield from _those(ranges, f"{out}.feedback")
    elif isinstance(part.output, PumpUnit):
        yield from _those(ranges, f"{out}.running")
        yield from (proof for gate in _behind(part.output, station) for proof in _those(ranges, proven_open(gate)))


def done_state(part: Part, ranges: Ranges, spec: InterlockSpec) -> Iterator[Expression]:
    """Once an interlock has acted: the unit is stopped and draws nothing, the lamp is off, the gate is where told."""
    out = part.output.output
    if isinstance(part.output, PumpUnit):
        yield from _those(
            ranges, f"not {out}.running", f"not {out}.run_command", f"{out}.current_a == 0", f"{out}.speed_percent == 0"
        )
    elif isinstance(part.output, Circuit):
        yield from _those(ranges, f"not {out}.feedback", f"not {out}.command", f"{out}.power_w == 0")
    elif isinstance(part.output, Luminaire):
        yield from _those(ranges, f"{out}.level == 0", f"{out}.power_w == 0")
    elif spec.kind is InterlockKind.TRIP and spec.trip_to == GateOrder(0.0):
        yield from _those(ranges, proven_closed(part.output))


def physics(used: Collection[str], ranges: Ranges) -> list[Expression]:
    """What a gate's signals can never say together, for the gates these names speak of."""
    facts: list[Expression] = []
    for out in sorted({name.partition(".")[0] for name in used if name.partition(".")[0][:1] == "G" and "." in name}):
        both = f"not ({out}.open_limit and {out}.closed_limit)"
        at_open = f"not {out}.open_limit or {out}.position_percent >= 50"
        at_closed = f"not {out}.closed_limit or {out}.position_percent <= 50"
        facts.extend(_those(ranges, both, at_open, at_closed))
    return facts


def _those(ranges: Ranges, *conditions: str) -> Iterator[Expression]:
    """Those whose points the device has."""
    for condition in map(parse, conditions):
        if names(condition) <= ranges.keys():
            yield condition
