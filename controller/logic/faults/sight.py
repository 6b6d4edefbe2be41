"""What one look at a cabinet shows of its circuits and phases, as the detectors are given it. Unknown is None."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from controller.domain.image import View
from controller.domain.lights import Cabinet, Circuit
from controller.domain.quality import Quality

PHASES = "abc"
POWER_FACTOR = 0.95
"""Assumed where a cabinet measures volts and amperes and no watts."""


class PhaseSight(NamedTuple):
    """One phase of the supply. ``at_s`` is when its voltage was received."""

    volts: float | None
    watts: float | None
    at_s: float


class CircuitSight(NamedTuple):
    """One circuit at one look; times are monotonic. None: not known now (not GOOD, or not measured at all).

    ``commanded`` is None also while the cabinet obeys somebody else: its key, its own timetable, a lock-out.
    ``volts``: mean over the circuit's phases; None while one of them is unknown or far off nominal.
    """

    closed: bool | None
    closed_at_s: float
    commanded: bool | None
    tripped: bool | None
    watts: float | None
    watts_at_s: float
    level: float | None
    line_open: bool | None
    line_at_s: float


@dataclass(frozen=True, slots=True)
class CircuitPoints:
    """The names of a circuit's points; empty where its profile has none."""

    command: str
    feedback: str
    trip: str
    watts: str
    level: str
    line: str
    lock: str

    @classmethod
    def of(cls, circuit: Circuit, points: Set[str]) -> CircuitPoints:
        """As far as the device has them."""
        names = ("command", "feedback", "breaker_trip", "power_w", "level", "line_open", "locked_out")
        there = (name if (name := f"{circuit.output}.{one}") in points else "" for one in names)
        return cls(*there)


@dataclass(frozen=True, slots=True)
class CabinetPoints:
    """A cabinet's points."""

    circuits: Mapping[str, CircuitPoints]
    phase_watts: bool
    phase_amperes: bool
    has: Set[str]

    @classmethod
    def of(cls, cabinet: Cabinet, points: Set[str]) -> CabinetPoints:
        """As far as the device has them."""
        circuits = {circuit.id: CircuitPoints.of(circuit, points) for circuit in cabinet.circuits}
        return cls(circuits, "power_a_w" in points, "current_a_a" in points, frozenset(points))


def obeys_centre(view: View, points: CabinetPoints) -> bool:
    """Whether its command registers are what it goes by: REMOTE, and not on its own timetable."""
    if "control_switch" in points.has and view.value("control_switch") != "REMOTE":
        return False
    return "timetable_active" not in points.has or view.value("timetable_active") is False


def circuit_sight(view: View, points: CircuitPoints, obeys: bool) -> CircuitSight:
    """One circuit as it shows itself now."""
    closed, closed_at_s = _known(view, points.feedback)
    watts, watts_at_s = _known(view, points.watts)
    line, line_at_s = _known(view, points.line)
    commanded = None
    if obeys and points.command and (not points.lock or view.value(points.lock) is False):
        commanded = view.value(points.command)
    tripped = view.value(points.trip) if points.trip else False
    level = view.number(points.level) if points.level else 100.0
    return CircuitSight(
        closed=None if closed is None else bool(closed),
        closed_at_s=closed_at_s,
        commanded=None if commanded is None else bool(commanded),
        tripped=None if tripped is None else bool(tripped),
        watts=float(watts) if isinstance(watts, (int, float)) else None,
        watts_at_s=watts_at_s,
        level=level,
        line_open=None if line is None else bool(line),
        line_at_s=line_at_s,
    )


def phase_sights(view: View, points: CabinetPoints) -> dict[str, PhaseSight]:
    """The supply, phase by phase; watts worked out from amperes where none are measured."""
    return {phase: _phase(view, points, phase) for phase in PHASES}


def _phase(view: View, points: CabinetPoints, phase: str) -> PhaseSight:
    volts, at_s = _known(view, f"voltage_{phase}_v")
    known_v = float(volts) if isinstance(volts, (int, float)) else None
    watts: float | None = None
    if points.phase_watts:
        watts = view.number(f"power_{phase}_w")
    elif points.phase_amperes and known_v is not None:
        amperes = view.number(f"current_{phase}_a")
        watts = None if amperes is None else amperes * known_v * POWER_FACTOR
    return PhaseSight(known_v, watts, at_s)


def _known(view: View, point: str) -> tuple[object | None, float]:
    """A GOOD value and when it was received; None where it is not GOOD."""
    if not point:
        return None, view.now_s
    reading = view.read(point)
    return (reading.value if reading.quality is Quality.GOOD else None), reading.received_s
