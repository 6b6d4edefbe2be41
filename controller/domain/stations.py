"""Pump, sluice and underpass stations, and what each goes by: levels, road, rack, turning, power."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.places import NO_KEY_PLACE, KeyPlace, Place
from controller.domain.points import DeviceId, TargetId
from controller.domain.pumps_and_gates import Gate, PumpUnit


class StationKind(StrEnum):
    """What a station is for."""

    DRAINAGE = "drainage"
    BIDIRECTIONAL = "bidirectional"
    INTAKE = "intake"
    LIFT = "lift"
    UNDERPASS = "underpass"


@dataclass(frozen=True, slots=True)
class StagedLevels:
    """Staged level control (metres above the station's datum).

    The first unit starts at ``start_m``, each further one ``step_m`` higher; all stop ``span_m`` below their own
    start (hysteresis: ≥ 0.15 m in a canal, ≥ 0.30 m in a sump). ``dry_run_m`` stops every unit, whoever ordered
    it; they may start again ``dry_run_restart_m`` above it. ``offsets_m``: how far above ``start_m`` each further unit
    starts, in place of even steps. ``floor_m``: nothing that is foreseen draws the water below it (navigation,
    intakes); None: the dry-run limit and its restart alone.
    """

    start_m: float
    step_m: float
    span_m: float
    dry_run_m: float
    dry_run_restart_m: float = 0.30
    stagger_s: float = 45.0
    offsets_m: tuple[float, ...] = ()
    floor_m: float | None = None


@dataclass(frozen=True, slots=True)
class RoadRule:
    """The road of an underpass: its lowest point ``road_m`` in the station's datum, and the water over it (m).

    At ``closes_m`` the road is closed, at ``no_pass_m`` nobody passes (FACTS: 15 and 27 cm); people are warned when the
    water would reach the first within ``warn_s`` as it rises now.

    ``signal``: the gate of role ``road`` that closes it to traffic (a boom, a light). Closed by itself with the road;
    opened again by a person, or by itself once the water has stood at most ``reopens_m`` over the road for
    ``reopen_hold_s`` (None: only a person opens it).
    """

    road_m: float
    closes_m: float = 0.15
    no_pass_m: float = 0.27
    warn_s: float = 900.0
    signal: TargetId = ""
    reopens_m: float = 0.05
    reopen_hold_s: float | None = 600.0


@dataclass(frozen=True, slots=True)
class CriticalRule:
    """When units start past a forgotten manual stop (slot 4): ``margin_m`` below the guarantee level.

    ``guarantee_m`` is the station's own (its datum); None: its reach's. It is over ``span_m`` below where it began.
    """

    guarantee_m: float | None = None
    margin_m: float = 0.20
    span_m: float = 0.10
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class RackRule:
    """Head over a trash rack (m): 0.2 clean, 0.3 alarm, 0.5 shed a unit, 0.8 stop (FACTS, trash rack).

    At ``start_m`` and more no unit is started (start sequence); an emergency order and ``flood_critical`` may start
    one up to ``shed_m``. Past ``shed_m`` for ``confirm_s`` one unit is stopped, a further one ``shed_every_s`` later,
    never the last; past ``stop_m`` for ``confirm_s`` all are.
    """

    start_m: float = 0.3
    alarm_m: float = 0.3
    shed_m: float = 0.5
    stop_m: float = 0.8
    confirm_s: float = 10.0
    shed_every_s: float = 60.0


@dataclass(frozen=True, slots=True)
class ExerciseRule:
    """The exercise of units that stand still: after ``every_days`` one runs its minimum time, one at a time.

    From ``from_hour`` until before ``until_hour`` local time, in calm water (the level between the first unit's stop
    and start). ``automatic`` false: it is only proposed to people.
    """

    every_days: float = 30.0
    from_hour: int = 9
    until_hour: int = 16
    automatic: bool = False
    timezone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class PowerReturn:
    """When units may start again after the supply came back: at random within these seconds, longest stopped first."""

    least_s: float = 10.0
    most_s: float = 60.0


@dataclass(frozen=True, slots=True)
class GravityRule:
    """Gravity first: open when inner − outer ≥ ``open_head_m`` for ``hold_s``; close at ≤ ``close_head_m``.

    ``floor_m``: inner level (m) the gate is not kept open below (navigation, intakes); None: the head decides alone.
    """

    gate: TargetId
    open_head_m: float = 0.10
    close_head_m: float = 0.05
    hold_s: float = 600.0
    floor_m: float | None = None


@dataclass(frozen=True, slots=True)
class Lining:
    """Where a station's gates have to stand, proven, before a unit of one direction starts."""

    open: tuple[TargetId, ...] = ()
    closed: tuple[TargetId, ...] = ()


@dataclass(frozen=True, slots=True)
class Turning:
    """How a bidirectional station turns: rest between the two directions (s), and how its gates are lined for each.

    Every unit of the other direction is proven stopped for ``reversal_s`` first (FACTS: at least 5 min).
    """

    reversal_s: float = 300.0
    drain: Lining = Lining()
    divert: Lining = Lining()


@dataclass(frozen=True, slots=True)
class Station:
    """A pump, sluice or underpass station (classes PS, UP).

    Points: ``mode_command`` / ``mode`` (PLC_AUTO | REMOTE), ``control_switch`` (LOCAL | REMOTE | OFF), ``heartbeat``,
    the inner level sensors named in ``inner_levels`` (median of three), ``outer_level_m``, ``rack_head_m``,
    ``flow_m3s``.
    ``automatic`` true lets the centre's staged control take slot 12; false leaves HAND_BACK to the PLC.
    ``additional_starts_only``: the centre may add starts and never stop what the PLC runs (underpasses).
    ``mode_proof_s``: how long the PLC may take to report the mode it was asked for.
    ``supply``: the point that is true while the motors' supply is there (undervoltage relay); ``boots``: a counter of
    the PLC's own restarts; ``low_low``: the hard-wired low-low trip, true while it acts. None: not wired.
    """

    id: DeviceId
    name: str
    division: str
    place: Place
    kind: StationKind
    units: tuple[PumpUnit, ...]
    gates: tuple[Gate, ...]
    inner_levels: tuple[str, ...]
    outer_level: str | None
    levels: StagedLevels | None
    gravity: GravityRule | None = None
    automatic: bool = False
    additional_starts_only: bool = False
    mode_proof_s: float = 10.0
    key_at: KeyPlace = NO_KEY_PLACE
    critical: CriticalRule = CriticalRule()
    road: RoadRule | None = None
    """Of an underpass."""
    outer_water: str = ""
    """The tidal water outside (a name of ``water/tide.yaml``); empty: what lies outside has no tide."""
    turning: Turning | None = None
    """Of a bidirectional station."""
    rack: RackRule = RackRule()
    exercise: ExerciseRule = ExerciseRule()
    power_return: PowerReturn = PowerReturn()
    supply: str | None = None
    boots: str | None = None
    low_low: str | None = None
    street: str = ""
