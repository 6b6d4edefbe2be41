"""What stands in the city: assets and their outputs, as the pure layers see them (no endpoints, no registers)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from controller.domain.intents import Intent, TargetKind
from controller.domain.points import DeviceId, TargetId


class LightClass(StrEnum):
    """What a circuit lights; road and landscape lighting are two knives."""

    ROAD = "road"
    LANDSCAPE = "landscape"


class Grade(StrEnum):
    """Lighting zone grade: 特级, 一级, 二级."""

    SPECIAL = "special"
    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Place:
    """WGS-84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where the key of a device's LOCAL/REMOTE switch is, for whoever has to go there. False when nobody said."""

    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@dataclass(frozen=True, slots=True)
class Circuit:
    """One switched lighting circuit: an output of a cabinet.

    ``program`` names the lighting program; ``no_restrike_s`` is how long it stays off once switched off
    (60 s LED, 600 s HID); ``stagger_s`` the time between contactors of one cabinet.
    Points used: ``{output}.command``, ``{output}.feedback`` (auxiliary contact), ``{output}.power_w``.
    """

    id: TargetId
    output: str
    name: str
    light_class: LightClass
    program: str
    lamps: int
    rated_w: float
    phase: str = "abc"
    no_restrike_s: float = 60.0
    evacuation: bool = False
    underpass: bool = False
    min_percent: float | None = None
    """The lowest level its lamps can be dimmed to; None: it is switched, not dimmed.

    A dimmed circuit is told levels (``Dim``), 0 % is its contactor open. Further points: ``{output}.level_command``,
    ``{output}.level`` (what the lamps are reported to give).
    """


@dataclass(frozen=True, slots=True)
class Luminaire:
    """A dimmable lamp head of a smart pole.

    Points: ``{output}.level_command``, ``{output}.level``, ``{output}.power_w``.
    """

    id: TargetId
    output: str
    program: str
    rated_w: float


@dataclass(frozen=True, slots=True)
class Display:
    """A pole's message display. Points: ``{output}.text_command``, ``{output}.text``."""

    id: TargetId
    output: str
    text_bytes: int | None = None
    """Room for a message in bytes of UTF-8, by its profile; None where the wire says no limit."""


@dataclass(frozen=True, slots=True)
class Cabinet:
    """A streetlight cabinet (class LC)."""

    id: DeviceId
    name: str
    division: str
    place: Place
    grade: Grade
    circuits: tuple[Circuit, ...]
    street: str = ""
    road: str = ""
    key_at: KeyPlace = KeyPlace()
    feeder: str = ""
    """The medium-voltage line or transformer it hangs on, by whatever name the grid gives it; empty: not known."""


@dataclass(frozen=True, slots=True)
class Pole:
    """A smart pole 智慧灯杆 (class SP)."""

    id: DeviceId
    name: str
    division: str
    place: Place
    luminaires: tuple[Luminaire, ...]
    displays: tuple[Display, ...]
    road: str = ""
    street: str = ""
    grade: Grade = Grade.SECOND
    feeder: str = ""


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
    water in."""

    GRAVITY = "gravity"
    DISCHARGE = "discharge"
    INTAKE = "intake"
    SUCTION = "suction"


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
    """

    road_m: float
    closes_m: float = 0.15
    no_pass_m: float = 0.27
    warn_s: float = 900.0


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
    key_at: KeyPlace = KeyPlace()
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


@dataclass(frozen=True, slots=True)
class DatedLevel:
    """A level with its datum and the date it was set: sources conflict, so a bare number is not enough."""

    value_m: float
    datum: str
    since: date


class GaugeKind(StrEnum):
    """What a gauge measures."""

    LEVEL = "level"
    TIDE = "tide"
    RAIN = "rain"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A measuring place without outputs (LG level, TG tide, RG rain, WQ water quality).

    Points by kind: ``level_m`` | ``level_m`` | ``rain_mm_h`` | ``turbidity_ntu, ammonia_mg_l, oxygen_mg_l``.
    ``device`` and ``prefix`` say where its points are read: a gauge may hang on a station's PLC.
    """

    id: DeviceId
    name: str
    division: str
    place: Place
    kind: GaugeKind
    warning: DatedLevel | None = None
    guarantee: DatedLevel | None = None


@dataclass(frozen=True, slots=True)
class WaterReach:
    """What a station's units can do: the target levels it can hold (m) and the most it moves each way (m³/s).

    ``lowest_m`` None: it has no staged levels, so no target level. ``highest_m`` None: no guarantee level of its own.
    """

    lowest_m: float | None
    highest_m: float | None
    most_m3s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Target:
    """What a slot array hangs on: its kind, and the value of its slot 16."""

    id: TargetId
    kind: TargetKind
    name: str
    default: Intent
    owner_class: str
    """Rights class: ``road_lighting | landscape_lighting | poles | pumps | gates``."""
    units: int | None = None
    """How many pump units a station has: the most a unit count can ask for."""
    water: WaterReach | None = None
    """What a station can be told in metres and m³/s; None for everything else."""
    min_percent: float | None = None
    """A dimmed circuit's lowest level (%); None for everything else. Its kind is luminaire: what it can do is dim."""
    text_bytes: int | None = None
    """A display's room in bytes of UTF-8; None: not known, or no display."""
    min_speed_percent: float | None = None
    """Lowest speed (%) of a pump unit's drive; None: fixed speed, or no unit."""


@dataclass(frozen=True, slots=True)
class MobilePump:
    """A mobile pump 移动泵车 (class MP): no device and no output; where it is and what it does is what people report.

    ``home`` is where it stands by, ``contact`` the role that sends it, never a person.
    """

    id: DeviceId
    name: str
    division: str
    home: Place
    home_name: str
    capacity_m3s: float
    contact: str


@dataclass(frozen=True, slots=True)
class City:
    """All assets of a site, by id."""

    cabinets: Mapping[DeviceId, Cabinet]
    poles: Mapping[DeviceId, Pole]
    stations: Mapping[DeviceId, Station]
    gauges: Mapping[DeviceId, Gauge]
    targets: Mapping[TargetId, Target]
    mobile_pumps: Mapping[DeviceId, MobilePump] = field(default_factory=dict)

    def assets(self) -> Iterator[Cabinet | Pole | Station | Gauge]:
        """Every asset, lighting first."""
        yield from self.cabinets.values()
        yield from self.poles.values()
        yield from self.stations.values()
        yield from self.gauges.values()
