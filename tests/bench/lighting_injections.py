"""What is broken in the recorded nights: every kind of fault, on a circuit or cabinet drawn by lot."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from controller.domain.lights import Circuit
from controller.logic.faults.kinds import FaultKind
from hil.plants.cabinet import CabinetPlant
from tests.bench.lighting_nights import EVENING_S, HALF_S, HOUR_S, OFF_S, ON_S, Injection, Specimen

QUIET_SHARE = 0.4
"""Part of the test nights of a cabinet in which nothing is broken."""
OF_LAMPS = frozenset({FaultKind.LAMP_LOSS, FaultKind.CABLE_THEFT})


def hardest(one: Specimen, random: Random) -> Injection:
    """One lamp of the largest circuit: the smallest fault there is."""
    return lamps(one.cabinet.circuits[0], random, 1)


def drawn(one: Specimen, random: Random, last: str) -> Injection | None:
    """A fault of a night, or none; ``last``: what was broken the night before."""
    if random.random() < QUIET_SHARE:
        return None
    circuit = random.choice([circuit for circuit in one.cabinet.circuits if circuit.id != last])
    makers: list[Callable[[Circuit, Random], Injection]] = [
        lambda c, r: lamps(c, r, 1),
        lambda c, r: lamps(c, r, 2),
        lambda c, r: lamps(c, r, 3),
        _theft_on,
        _welded,
        _coil,
        _burner,
        _trip,
        lambda _, r: _phase(r, one.cabinet.id),
        lambda _, r: _leak(r, one.cabinet.id),
        lambda _, r: _door(r, one.cabinet.id),
        lambda _, r: _wet(r, one.cabinet.id),
    ]
    if any(name.endswith(".line_open") for name in one.specs):
        makers.append(_theft_off)
    return random.choice([*makers, makers[0], makers[1], makers[3]])(circuit, random)


def _lit_s(circuit: Circuit, random: Random, left_s: float = 2.0 * HOUR_S) -> float:
    ends_s = HALF_S if "half" in circuit.name else EVENING_S if "landscape" in circuit.name else OFF_S
    return random.uniform(ON_S + 600.0, ends_s - left_s)


def lamps(circuit: Circuit, random: Random, count: int) -> Injection:
    """So many lamps of a circuit go out at one moment while it is lit."""
    share = f"{count} of {circuit.lamps} lamps" + (" (dimmed)" if circuit.min_percent is not None else "")
    output = circuit.output
    return Injection(
        f"lamp loss: {share}",
        circuit.id,
        _lit_s(circuit, random),
        lambda plant: plant.lose_lamps(output, count),
        lambda plant: plant.lose_lamps(output, 0),
        FaultKind.LAMP_LOSS,
    )


def _theft_on(circuit: Circuit, random: Random) -> Injection:
    phase, share, output = random.choice(circuit.phase), random.choice((0.5, 0.8, 1.0)), circuit.output
    return Injection(
        f"cable theft while on: {share:.0%} of a phase",
        circuit.id,
        _lit_s(circuit, random, 600.0),
        lambda plant: plant.steal_cable(output, phase, share),
        lambda plant: plant.steal_cable(output, phase, 0.0),
        FaultKind.CABLE_THEFT,
    )


def _theft_off(circuit: Circuit, random: Random) -> Injection:
    phase, output = random.choice(circuit.phase), circuit.output
    return Injection(
        "cable theft while off (line sensed)",
        circuit.id,
        random.uniform(0.0, ON_S - 900.0),
        lambda plant: plant.steal_cable(output, phase, 0.6),
        lambda plant: plant.steal_cable(output, phase, 0.0),
        FaultKind.CABLE_THEFT,
    )


def _welded(circuit: Circuit, random: Random) -> Injection:
    output = circuit.output
    return Injection(
        "contactor welded",
        circuit.id,
        _lit_s(circuit, random, 600.0),
        lambda plant: setattr(plant.circuits[output].contactor, "welded", True),
        lambda plant: _repair(plant, output),
        FaultKind.STUCK_CONTACTOR,
        told=False,
    )


def _coil(circuit: Circuit, random: Random) -> Injection:
    output = circuit.output
    return Injection(
        "contactor stays open",
        circuit.id,
        random.uniform(0.0, ON_S - 60.0),
        lambda plant: setattr(plant.circuits[output].contactor, "stuck", True),
        lambda plant: _repair(plant, output),
        FaultKind.STUCK_CONTACTOR,
        told=True,
    )


def _repair(plant: CabinetPlant, output: str) -> None:
    plant.circuits[output].contactor.repair()
    plant.command(output, False)
    plant.circuits[output].contactor.order(False, plant.now_s)


def _burner(circuit: Circuit, random: Random) -> Injection:
    output = circuit.output
    return Injection(
        "contactor bypassed by day",
        circuit.id,
        random.uniform(0.0, ON_S - 2.0 * HOUR_S),
        lambda plant: plant.bypass_contactor(output),
        lambda plant: plant.bypass_contactor(output, False),
        FaultKind.DAY_BURNER,
    )


def _trip(circuit: Circuit, random: Random) -> Injection:
    output = circuit.output
    return Injection(
        "breaker trip",
        circuit.id,
        _lit_s(circuit, random),
        lambda plant: plant.trip_breaker(output),
        lambda plant: plant.trip_breaker(output, False),
        FaultKind.BREAKER_TRIP,
        OF_LAMPS,
    )


def _phase(random: Random, cabinet: str) -> Injection:
    phase = random.choice("abc")
    return Injection(
        "phase loss",
        cabinet,
        random.uniform(ON_S + 600.0, OFF_S - HOUR_S),
        lambda plant: plant.lose_phase(phase),
        lambda plant: plant.lose_phase(phase, False),
        FaultKind.PHASE_LOSS,
        OF_LAMPS,
    )


def _leak(random: Random, cabinet: str) -> Injection:
    milliamperes = random.uniform(32.0, 80.0)
    return Injection(
        "leakage of 32 to 80 mA",
        cabinet,
        random.uniform(0.0, OFF_S),
        lambda plant: setattr(plant, "leakage_ma", milliamperes),
        lambda plant: setattr(plant, "leakage_ma", 4.0),
        FaultKind.LEAKAGE,
    )


def _door(random: Random, cabinet: str) -> Injection:
    return Injection(
        "door open",
        cabinet,
        random.uniform(0.0, OFF_S),
        lambda plant: setattr(plant, "door_open", True),
        lambda plant: setattr(plant, "door_open", False),
        FaultKind.DOOR,
    )


def _wet(random: Random, cabinet: str) -> Injection:
    return Injection(
        "immersion",
        cabinet,
        random.uniform(0.0, OFF_S),
        lambda plant: setattr(plant, "immersed", True),
        lambda plant: setattr(plant, "immersed", False),
        FaultKind.IMMERSION,
    )
