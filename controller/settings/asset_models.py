"""The form of ``assets/*.yaml``: cabinets, poles, stations and gauges, each with its wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from controller.domain.gauges import GaugeKind
from controller.domain.lights import Grade, LightClass
from controller.domain.pumps_and_gates import GateRole, PumpType
from controller.domain.stations import StationKind
from controller.settings.equipment_models import GateEquipmentModel, StationEquipmentModel, UnitEquipmentModel
from controller.settings.fields import Finite, Model, NotNegative, Output, Positive, Text, Word

Count = Annotated[int, Field(ge=1, le=1000)]
_ID = "a unified id, division-class-serial: 330106-LC-0001"
_OUTPUT = "an output of the device, as its profile names it: K1"


class PlaceModel(Model):
    """WGS-84 degrees; the bounds are checked with the rest of the site, where swapped numbers can be told."""

    lat: Finite
    lon: Finite


class KeyAtModel(Model):
    """Where the key of a LOCAL/REMOTE switch is: ``{zh: 泵房值班室, en: pump house, duty room}``."""

    zh: Text
    en: Text


class WireModel(Model):
    """Where the device is: swapping a simulated device for the real one is this line.

    ``unit`` is the Modbus unit id. ``root`` is put before every OPC UA node identifier (the id and a dot when left
    out). ``absent`` lists points of the profile this very device does not have. ``poll_s`` is how often its
    normal points are read where the site's ``poll_normal_s`` does not suit it (and its fast ones, unless ``fast_s``
    is given); ``fast_s`` and ``slow_s`` the same for fast and slow points.
    """

    profile: Text = Field(description="the device's register map: a file under profiles/")
    endpoint: Text = Field(description="an endpoint of endpoints.yaml")
    unit: Annotated[int, Field(ge=1, le=247)] | None = None
    root: str | None = None
    absent: list[str] = Field(default_factory=list)
    poll_s: Annotated[float, Field(ge=0.1, le=3600.0)] | None = None
    fast_s: Annotated[float, Field(ge=0.1, le=3600.0)] | None = None
    slow_s: Annotated[float, Field(ge=0.1, le=86400.0)] | None = None


class AssetModel(Model):
    """What every asset has."""

    id: Text = Field(description=_ID)
    name: Text = Field(description="what people call it")
    place: PlaceModel = Field(description="where it stands: {lat: 30.27, lon: 120.15}")
    wire: WireModel = Field(description="how it is reached: {profile: cabinet-8, endpoint: gw-1, unit: 1}")


class DimModel(Model):
    """A circuit whose lamps are dimmed as one: ``dim: {min_percent: 20}``; below it they are told it."""

    min_percent: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)] = 10.0


class CircuitModel(Model):
    """A switched circuit. ``lamp_w`` is one lamp with its driver."""

    output: Output = Field(description=_OUTPUT)
    name: Text = Field(description="what it lights")
    lights: Word[LightClass] = LightClass.ROAD
    program: Text = Field(description="a lighting program of lighting/*.yaml")
    lamps: Count
    lamp_w: Positive = Field(description="watts of one lamp: 150")
    phase: Literal["a", "b", "c", "ab", "bc", "ac", "abc"] = "abc"
    no_restrike_s: NotNegative = 60.0
    evacuation: bool = False
    underpass: bool = False
    dim: DimModel | None = None


class CabinetModel(AssetModel):
    """A streetlight cabinet, class LC."""

    grade: Word[Grade] = Grade.SECOND
    road: str = ""
    street: str = ""
    feeder: str = ""
    key_at: KeyAtModel | None = None
    circuits: Annotated[list[CircuitModel], Field(min_length=1)] = Field(description="its outputs; at least one")


class LuminaireModel(Model):
    """A dimmable lamp head."""

    output: Output = Field(description=_OUTPUT)
    program: Text = Field(description="a lighting program of lighting/*.yaml")
    rated_w: Positive = Field(description="watts at 100 %")


class PoleModel(AssetModel):
    """A smart pole, class SP."""

    grade: Word[Grade] = Grade.SECOND
    road: str = ""
    street: str = ""
    feeder: str = ""
    luminaires: list[LuminaireModel] = Field(default_factory=list)
    displays: list[Output] = Field(default_factory=list)


class UnitModel(UnitEquipmentModel):
    """A pump unit; what is left out of its times and counts comes from its size (``pump_defaults``)."""

    output: Output = Field(description=_OUTPUT)
    name: Text | None = None
    pump: Word[PumpType] = Field(description="axial, centrifugal or submersible: decides the start sequence")
    flow_m3s: Positive
    power_kw: Positive
    rated_a: Positive = Field(description="motor current at full load, amperes; undercurrent is judged by it")
    gate: Output | None = None
    direction: Literal["drain", "divert"] = "drain"
    min_run_s: NotNegative | None = None
    min_off_s: NotNegative | None = None
    max_starts_per_hour: Count | None = None
    max_starts_per_day: Count | None = None
    backspin_s: NotNegative | None = None
    start_proof_s: Positive | None = None
    stop_proof_s: Positive | None = None


class GateModel(GateEquipmentModel):
    """A gate."""

    output: Output = Field(description=_OUTPUT)
    name: Text | None = None
    role: Word[GateRole] = Field(description="gravity, discharge, suction, intake or road")
    travel_s: Positive
    tolerance_percent: Annotated[float, Field(gt=0, le=20)] = 2.0


class LevelsModel(Model):
    """Staged levels, metres above the station's datum."""

    start_m: Finite
    step_m: Positive
    span_m: Positive
    dry_run_m: Finite
    dry_run_restart_m: Positive = 0.30
    stagger_s: NotNegative = 45.0
    offsets_m: Annotated[list[Positive], Field(max_length=63)] = Field(default_factory=list)
    floor_m: Finite | None = None


class RoadModel(Model):
    """The road of an underpass, in the station's datum."""

    road_m: Finite = Field(description="its lowest point: 4.0")
    closes_m: Positive = 0.15
    no_pass_m: Positive = 0.27
    warn_s: Annotated[float, Field(ge=60, le=3600)] = 900.0
    signal: Output | None = Field(default=None, description="the gate of role road that closes it to traffic: G1")
    reopens_m: NotNegative = 0.05
    reopen_hold_s: Annotated[float, Field(ge=60, le=86400)] | None = 600.0


class CriticalModel(Model):
    """Starts past a forgotten manual stop, ``margin_m`` below the guarantee level and until ``span_m`` lower.

    Without ``guarantee_m`` the guarantee level of the station's reach counts (``water/network.yaml``), if it has one.
    """

    guarantee_m: Finite | None = None
    margin_m: Annotated[float, Field(gt=0, le=2.0)] = 0.20
    span_m: Annotated[float, Field(gt=0, le=1.0)] = 0.10
    enabled: bool = True


class GravityModel(Model):
    """Gravity first."""

    gate: Output = Field(description="the gravity gate of this station: G5")
    open_head_m: Positive = 0.10
    close_head_m: NotNegative = 0.05
    hold_s: NotNegative = 600.0
    floor_m: Finite | None = None


class LiningModel(Model):
    """Where gates stand for one direction: ``{open: [G6], closed: [G3, G4]}``."""

    open: list[Output] = Field(default_factory=list)
    closed: list[Output] = Field(default_factory=list)


class TurningModel(Model):
    """How a bidirectional station turns; 5 min between the directions at least (FACTS)."""

    reversal_s: Annotated[float, Field(ge=300, le=7200)] = 300.0
    drain: LiningModel = Field(default_factory=LiningModel)
    divert: LiningModel = Field(default_factory=LiningModel)


class StationModel(AssetModel, StationEquipmentModel):
    """A pump, sluice or underpass station, classes PS and UP."""

    kind: Word[StationKind] = Field(description="drainage, bidirectional, intake, lift or underpass")
    units: list[UnitModel] = Field(default_factory=list)
    gates: list[GateModel] = Field(default_factory=list)
    inner_levels: Annotated[list[str], Field(min_length=1, max_length=3)] = Field(
        description="its inner level points, best three: [inner_level_1_m, inner_level_2_m, inner_level_3_m]"
    )
    outer_level: str | None = None
    outer_water: str = ""
    turning: TurningModel | None = None
    levels: LevelsModel | None = None
    gravity: GravityModel | None = None
    critical: CriticalModel = Field(default_factory=CriticalModel)
    road: RoadModel | None = None
    automatic: bool = False
    street: str = ""
    mode_proof_s: Positive = 10.0
    key_at: KeyAtModel | None = None


_DATED = "levels are dated and have a datum, since sources differ: {value_m: 2.7, datum: 吴淞, since: 2021-07-01}"


class DatedLevelModel(Model):
    """A level with its datum and the date it was set."""

    value_m: Finite = Field(description=_DATED)
    datum: Text = Field(description=_DATED)
    since: date = Field(description=_DATED)


class GaugeModel(AssetModel):
    """A measuring place: LG level, TG tide, RG rain, WQ water quality."""

    kind: Word[GaugeKind] = Field(description="level, tide, rain or quality")
    street: str = ""
    warning: DatedLevelModel | None = None
    guarantee: DatedLevelModel | None = None
