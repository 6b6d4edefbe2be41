"""``world.yaml``: what only the simulation knows of a site: waters, land, tide, storms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from controller.logic.drills.drill import Rain
from controller.settings.fields import Duration, Finite, Model, NotNegative, Positive, Text
from controller.settings.parsing import Findings, M, Spot
from controller.settings.problems import ConfigProblems, did_you_mean
from controller.settings.yaml_lines import read_document

Share = Annotated[float, Field(ge=0, le=1)]


class ReachModel(Model):
    """A body of water: a storage curve of (level m, surface m²), lowest first, and its level at the start."""

    name: Text
    title: str = ""
    curve: Annotated[list[Annotated[list[Finite], Field(min_length=2, max_length=2)]], Field(min_length=1)]
    level_m: Finite


class OutsideModel(Model):
    """Water outside the balance: constant, or a tide. Times of high water are Unix seconds."""

    name: Text
    title: str = ""
    mean_m: Finite
    m2_m: NotNegative = 0.0
    m2_high_s: Finite = 0.0
    s2_m: NotNegative = 0.0
    s2_high_s: Finite = 0.0
    bore_m: NotNegative = 0.0
    bore_after: Duration = 27_000.0


class CatchmentModel(Model):
    """Land that drains into a reach: rain of its gauge, the share that runs off, the lag of its drains."""

    name: Text
    into: Text
    gauge: Text
    area_km2: Positive
    runoff: Share
    lag: Duration
    base_m3s: NotNegative = 0.0


class ChannelModel(Model):
    """An open link between two waters; m³/s per metre of difference."""

    between: Annotated[list[Text], Field(min_length=2, max_length=2)]
    conveyance_m2s: Positive


class SluiceModel(Model):
    """The opening behind a station's gravity or intake gate."""

    gate: Text
    width_m: Positive
    height_m: Positive
    sill_m: Finite
    inwards: bool = False


class StationModel(Model):
    """Which waters a station stands between, and its pumps' heads."""

    id: Text
    inner: Text
    outer: Text
    rated_head_m: Positive
    shutoff_head_m: Positive
    sluice: SluiceModel | None = None


class GaugeModel(Model):
    """What a gauge hangs in: ``of`` for levels; a quality gauge's quiet values and its rain gauge."""

    id: Text
    of: str = ""
    offset_m: Finite = 0.0
    rain: str = ""
    turbidity_ntu: Positive = 12.0
    ammonia_mg_l: Positive = 0.25
    oxygen_mg_l: Positive = 7.0


class StormModel(Model):
    """A storm, so long after the field's start, triangular; ``factors`` by rain gauge (1 where nothing is said)."""

    after: Duration
    lasts: Duration
    peak_mm_h: Positive
    factors: dict[str, NotNegative] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """Everything ``world.yaml`` says, with every name checked."""

    reaches: tuple[ReachModel, ...] = ()
    outside: tuple[OutsideModel, ...] = ()
    catchments: tuple[CatchmentModel, ...] = ()
    channels: tuple[ChannelModel, ...] = ()
    stations: tuple[StationModel, ...] = ()
    gauges: tuple[GaugeModel, ...] = ()
    storms: tuple[StormModel, ...] = ()
    series: tuple[Rain, ...] = ()
    """Rain a drill brings, counted from the field's start."""


_KEYS = ("reaches", "outside", "catchments", "channels", "stations", "gauges", "storms")


def load_world(file: Path) -> World:
    """Read a site's ``world.yaml``.

    Raises:
        ConfigProblems: with every problem, each with its line.
    """
    document = read_document(file, file.name)
    findings = Findings()
    top = Spot(document, ())
    findings.top(document, dict.fromkeys(_KEYS, list))

    def of(key: str, model: type[M]) -> tuple[M, ...]:
        usable = isinstance(document.value((key,)), list)
        return tuple(entry.value for entry in findings.items(model, top.at(key))) if usable else ()

    world = World(
        of("reaches", ReachModel),
        of("outside", OutsideModel),
        of("catchments", CatchmentModel),
        of("channels", ChannelModel),
        of("stations", StationModel),
        of("gauges", GaugeModel),
        of("storms", StormModel),
    )
    if not findings.problems:
        _check_names(world, top, findings)
        _check_curves(world, top, findings)
    if findings.problems:
        raise ConfigProblems(findings.problems)
    return world


def _check_names(world: World, top: Spot, findings: Findings) -> None:
    reaches = {reach.name for reach in world.reaches}
    waters = reaches | {water.name for water in world.outside}

    def check(spot: Spot, name: str, known: Iterable[str]) -> None:
        if name not in known:
            findings.add(spot, f"there is no water called {name}", did_you_mean(name, known))

    for position, catchment in enumerate(world.catchments):
        check(top.at("catchments", position, "into"), catchment.into, reaches)
    for position, channel in enumerate(world.channels):
        for end in (0, 1):
            check(top.at("channels", position, "between", end), channel.between[end], waters)
    for position, station in enumerate(world.stations):
        check(top.at("stations", position, "inner"), station.inner, waters)
        check(top.at("stations", position, "outer"), station.outer, waters)
    for position, gauge in enumerate(world.gauges):
        if gauge.of:
            check(top.at("gauges", position, "of"), gauge.of, waters)


def _check_curves(world: World, top: Spot, findings: Findings) -> None:
    for position, reach in enumerate(world.reaches):
        levels = [level for level, _ in reach.curve]
        spot = top.at("reaches", position, "curve")
        if levels != sorted(set(levels)) or any(area <= 0 for _, area in reach.curve):
            findings.add(spot, "a storage curve rises", "pairs [level m, surface m²], lowest first, surfaces above 0")
        elif reach.level_m <= levels[0]:
            findings.add(top.at("reaches", position, "level_m"), "below the bed", f"above {levels[0]} m")
    for position, station in enumerate(world.stations):
        if station.shutoff_head_m <= station.rated_head_m:
            spot = top.at("stations", position, "shutoff_head_m")
            findings.add(spot, "not above the rated head", f"more than {station.rated_head_m} m")
