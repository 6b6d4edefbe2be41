"""Pump units and gates, with the rules of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.points import TargetId


class PumpType(StrEnum):
    """Decides the start sequence: an axial pump starts with its discharge gate open, a centrifugal one closed."""

    AXIAL = "axial"
    CENTRIFUGAL = "centrifugal"
    SUBMERSIBLE = "submersible"


@dataclass(frozen=True, slots=True)
class PumpUnit:
    """One pump unit and its own rules (seconds and counts; defaults of FACTS by size, changed in config).

    Points: ``{output}.run_command``, ``{output}.running`` (contactor), ``{output}.current_a``, ``{output}.fault``,
    ``{output}.available``. ``discharge_gate`` is the target id of the gate behind it (``330102-PS-0001/G1``), if any;
    ``suction_gate`` of the one before it, which units may share. Further points only where the fields say so.
    """

    id: TargetId
    output: str
    name: str
    pump: PumpType
    flow_m3s: float
    power_kw: float
    rated_a: float
    min_run_s: float
    min_off_s: float
    max_starts_per_hour: int
    max_starts_per_day: int
    backspin_s: float
    start_proof_s: float
    stop_proof_s: float
    discharge_gate: str | None = None
    direction: str = "drain"
    suction_gate: str | None = None
    suction_stays_open: bool = False
    """Whether its suction gate is left open after a stop instead of closed in the reverse order."""
    gate_proof_s: float = 60.0
    """A running unit's discharge gate is proven open within this, else: stop, close, lock out (FACTS)."""
    undercurrent_share: float = 0.6
    undercurrent_s: float = 10.0
    """Less than this share of ``rated_a`` for so long, behind an open path, trips it (FACTS); a share of 0 never."""
    auxiliaries: tuple[str, ...] = ()
    """``lubrication``, ``cooling``: on and proven before the motor, off after it.

    Points of each: ``{output}.lubrication_command``, ``{output}.lubrication``.
    """
    auxiliary_proof_s: float = 30.0
    auxiliary_after_s: float = 60.0
    """How long they run on after the motor."""
    auxiliary_trip_s: float | None = None
    """Proven failed for so long beside a running motor, they trip it; None: an alarm, and the motor runs on."""
    flap: bool = False
    """Whether its flap tells that it is closed: ``{output}.flap_closed``."""
    min_speed_percent: float | None = None
    """Lowest speed of a variable-speed drive (%); None: fixed speed.

    Points: ``{output}.speed_command``, ``{output}.speed_percent``.
    """
    feeder: str = ""
    """The medium-voltage feeder or transformer it hangs on: one unit starting per feeder at a time; empty: its own."""
    feeder_rest_s: float = 30.0
    """How long after another unit's start on its feeder it may start."""


class GateRole(StrEnum):
    """GRAVITY lets water out by its own head; DISCHARGE stands behind a pump, SUCTION before one; INTAKE lets clean
    water in; ROAD closes the road of an underpass to traffic (a boom or a light: 0 % closed, 100 % open)."""

    GRAVITY = "gravity"
    DISCHARGE = "discharge"
    INTAKE = "intake"
    SUCTION = "suction"
    ROAD = "road"


@dataclass(frozen=True, slots=True)
class Gate:
    """A sluice or discharge gate.

    Points: ``{output}.position_command`` (%), ``{output}.position_percent``, ``{output}.open_limit``,
    ``{output}.closed_limit``, ``{output}.fault``. Further points only where the fields say so.
    ``tolerance_percent`` is its dead-band: nearer than this to where it should be it is there.
    """

    id: TargetId
    output: str
    name: str
    role: GateRole
    travel_s: float
    tolerance_percent: float = 2.0
    min_step_percent: float = 5.0
    """A smaller move is not made, unless to an end: regulating wears a gate out."""
    max_moves_per_hour: int = 12
    """More moves an hour than this wait (anti-hunting); closing to protect and a pump's own sequence do not."""
    jam_s: float = 15.0
    """Driven and not moved for so long it is jammed: stopped, locked out until a person resets it."""
    drift_percent: float = 5.0
    drift_returns: bool = False
    """Moved further than this without an order it drifts: an alarm; ``drift_returns`` brings it back as well."""
    torque_limit_percent: float | None = None
    """Trip limit of the drive's torque or current (% of rated): ``{output}.torque_percent``; None: not measured."""
    emergency_lower: bool = False
    """Whether it can be let down without motor power: ``{output}.emergency_lower_command``."""
    emergency_lower_s: float = 60.0
    """How long letting it down takes."""
    buttons: bool = False
    """Whether its drive is told open, close and stop (``{output}.open_command``, ``{output}.close_command``) and has
    no position to be told."""
