"""What stands in the city: assets and their outputs, as the pure layers see them (no endpoints, no registers)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
    ``{output}.available``. ``discharge_gate`` is the target id of the gate behind it (``330102-PS-0001/G1``), if any.
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


class GateRole(StrEnum):
    """GRAVITY lets water out by its own head; DISCHARGE stands behind a pump; INTAKE lets clean water in."""

    GRAVITY = "gravity"
    DISCHARGE = "discharge"
    INTAKE = "intake"


@dataclass(frozen=True, slots=True)
class Gate:
    """A sluice or discharge gate.

    Points: ``{output}.position_command`` (%), ``{output}.position_percent``, ``{output}.open_limit``,
    ``{output}.closed_limit``, ``{output}.fault``.
    """

    id: TargetId
    output: str
    name: str
    role: GateRole
    travel_s: float
    tolerance_percent: float = 2.0


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
    it; they may start again ``dry_run_restart_m`` above it.
    """

    start_m: float
    step_m: float
    span_m: float
    dry_run_m: float
    dry_run_restart_m: float = 0.30
    stagger_s: float = 45.0


@dataclass(frozen=True, slots=True)
class GravityRule:
    """Gravity first: open when inner − outer ≥ ``open_head_m`` for ``hold_s``; close at ≤ ``close_head_m``."""

    gate: TargetId
    open_head_m: float = 0.10
    close_head_m: float = 0.05
    hold_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Station:
    """A pump, sluice or underpass station (classes PS, UP).

    Points: ``mode_command`` / ``mode`` (PLC_AUTO | REMOTE), ``control_switch`` (LOCAL | REMOTE | OFF), ``heartbeat``,
    the inner level sensors named in ``inner_levels`` (median of three), ``outer_level_m``, ``rack_head_m``,
    ``flow_m3s``.
    ``automatic`` true lets the centre's staged control take slot 12; false leaves HAND_BACK to the PLC.
    ``additional_starts_only``: the centre may add starts and never stop what the PLC runs (underpasses).
    ``mode_proof_s``: how long the PLC may take to report the mode it was asked for.
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
    min_percent: float | None = None
    """A dimmed circuit's lowest level (%); None for everything else. Its kind is luminaire: what it can do is dim."""
    text_bytes: int | None = None
    """A display's room in bytes of UTF-8; None: not known, or no display."""


@dataclass(frozen=True, slots=True)
class City:
    """All assets of a site, by id."""

    cabinets: Mapping[DeviceId, Cabinet]
    poles: Mapping[DeviceId, Pole]
    stations: Mapping[DeviceId, Station]
    gauges: Mapping[DeviceId, Gauge]
    targets: Mapping[TargetId, Target]

    def assets(self) -> Iterator[Cabinet | Pole | Station | Gauge]:
        """Every asset, lighting first."""
        yield from self.cabinets.values()
        yield from self.poles.values()
        yield from self.stations.values()
        yield from self.gauges.values()
