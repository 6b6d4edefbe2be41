"""七堡 on automatic through a storm: gravity first, gates before pumps, every unit in its turn, no short cycling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.stations import StagedLevels
from controller.settings.site import Site
from hil.field import Event
from hil.plants.events import Motion
from hil.world import StationModel, StormModel, World
from tests.scenarios.city import LOCAL, RunningCity, hangzhou, hangzhou_world, running_city, with_timing
from tests.scenarios.part import part_of

STATION = "330102-PS-0003"
GRAVITY = "G5"
UNITS = 4
EBB = datetime(2026, 6, 21, 5, 0, tzinfo=LOCAL)
FIRST = StormModel.model_validate({"after": "10m", "lasts": "1h", "peak_mm_h": 90})
SECOND = StormModel.model_validate({"after": "2h30m", "lasts": "1h", "peak_mm_h": 90})


def world_of(level_m: float, *storms: StormModel) -> World:
    """七堡 with a small part of its waters and land, so that a storm is over in hours; its level at the start."""
    world = hangzhou_world()
    curve = [[-1.0, 0.10e6], [1.5, 0.12e6], [3.5, 0.16e6]]
    small = {"level_m": level_m, "curve": curve}
    reaches = tuple(r.model_copy(update=small) if r.name == "east" else r for r in world.reaches)
    less = {"area_km2": 4.0, "lag": 600.0}
    catchments = tuple(c.model_copy(update=less) if c.into == "east" else c for c in world.catchments)
    stations = tuple(_narrow(model) if model.id == STATION else model for model in world.stations)
    return replace(world, reaches=reaches, catchments=catchments, stations=stations, storms=storms)


def _narrow(model: StationModel) -> StationModel:
    assert model.sluice is not None
    return model.model_copy(update={"sluice": model.sluice.model_copy(update={"width_m": 3.0})})


def seven_forts() -> Site:
    """七堡 alone, with the slow pace that is enough for water."""
    return with_timing(part_of(hangzhou(), STATION), opcua_publish_s=5.0, water_cycle_s=5.0, lighting_cycle_s=60.0)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one unit, as it really was."""

    unit: str
    start: datetime
    stop: datetime | None


def runs(events: Sequence[Event]) -> Iterator[Run]:
    """Every run of every unit, from the truth log."""
    begun: dict[str, datetime] = {}
    for event in events:
        if event.motion is not Motion.CONTACTOR:
            continue
        if event.value:
            begun[event.output] = event.at
        else:
            yield Run(event.output, begun.pop(event.output), event.at)
    for unit, start in begun.items():
        yield Run(unit, start, None)


Levels = dict[datetime, float]


async def follow(city: RunningCity, for_s: float) -> Levels:
    """Let time pass; no unit ever runs beside an open gravity gate. Returns the inner level as it went."""
    levels: Levels = {}
    end_s = city.clock.monotonic() + for_s
    while city.clock.monotonic() < end_s:
        await city.clock.sleep(15.0)
        plant = city.field.station(STATION)
        running = [output for output, pump in plant.pumps.items() if pump.contactor.closed]
        assert plant.gates[GRAVITY].closed_limit or not running, f"{running} run beside an open gravity gate"
        levels[city.clock.now()] = plant.inner_m
    return levels


def assert_hysteresis(history: Sequence[Run], levels: Levels, staged: StagedLevels) -> None:
    """Units start at or above the first start level and stop at least the span below the last."""
    for run in history:
        assert run.stop is not None
        before = max(level for at, level in levels.items() if at <= run.start)
        assert before >= staged.start_m, run
        at_stop = next(level for at, level in levels.items() if at >= run.stop)
        assert at_stop <= staged.start_m + (UNITS - 1) * staged.step_m - staged.span_m, run


def assert_each_unit_keeps_its_times(history: Sequence[Run], units: Sequence[PumpUnit]) -> None:
    for unit in units:
        own = sorted((run for run in history if run.unit == unit.output), key=lambda run: run.start)
        for run in own:
            assert run.stop is None or run.stop - run.start >= timedelta(seconds=unit.min_run_s), run
        for earlier, later in pairwise(own):
            assert earlier.stop is not None
            assert later.start - earlier.stop >= timedelta(seconds=max(unit.min_off_s, unit.backspin_s)), later
        for run in own:
            within = [other for other in own if timedelta() <= other.start - run.start < timedelta(hours=1)]
            assert len(within) <= unit.max_starts_per_hour, within


def assert_one_start_at_a_time(history: Sequence[Run], stagger_s: float) -> None:
    starts = sorted(run.start for run in history)
    assert all(later - earlier >= timedelta(seconds=stagger_s) for earlier, later in pairwise(starts)), starts


def assert_gate_open_before_start(events: Sequence[Event], run: Run, gate: str) -> None:
    """The discharge gate's last limit before the start is the open one, or it is on its way there at 95 %."""
    reached = [e for e in events if e.motion is Motion.GATE_LIMIT and e.output == gate]
    before = [e.value for e in reached if e.at <= run.start]
    soon = [e.value for e in reached if run.start < e.at <= run.start + timedelta(seconds=3)]
    assert (before[-1:] == [100.0]) or soon[:1] == [100.0], (run, reached)


def assert_gravity_first(events: Sequence[Event], first: Run) -> None:
    """Water went out by itself before the first pump, and the gate was proven closed when that started."""
    moved = [e.value for e in events if e.motion is Motion.GATE_LIMIT and e.output == GRAVITY and e.at <= first.start]
    assert moved[-2:] == [100.0, 0.0], moved


def assert_each_takes_its_turn(history: Sequence[Run]) -> None:
    """No unit starts a second time before each has run once."""
    assert {run.unit for run in history[:4]} == {"P1", "P2", "P3", "P4"}, history


async def test_two_storms_are_pumped_out_in_order(tmp_path: Path) -> None:
    site = seven_forts()
    station = site.city.stations[STATION]
    assert station.levels is not None
    async with running_city(tmp_path, EBB, site=site, world=world_of(1.70, FIRST, SECOND)) as city:
        levels = await follow(city, for_s=4.4 * 3600.0)
        events = [event for event in city.field.events() if event.device == STATION]
        history = sorted(runs(events), key=lambda run: run.start)
        print(max(levels.values()), [(r.unit, f"{r.start:%H:%M:%S}", r.stop and f"{r.stop:%H:%M:%S}") for r in history])
        assert all(run.stop is not None for run in history)
        assert_each_unit_keeps_its_times(history, station.units)
        assert_one_start_at_a_time(history, station.levels.stagger_s)
        assert_hysteresis(history, levels, station.levels)
        assert_each_takes_its_turn(history)
        assert_gravity_first(events, history[0])
        for run in history:
            assert_gate_open_before_start(events, run, f"G{run.unit[1:]}")
        assert not [event for event in events if event.motion is Motion.TRIP]
        ends = {command.state for command in city.controller.commands(limit=5000)}
        assert ends <= {"CONFIRMED", "SUPERSEDED"}, ends
        assert max(levels.values()) < 2.3
