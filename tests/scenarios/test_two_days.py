"""A night of the whole demo city, with a storm; two days of it, over the solstice, among the long campaigns.

Real field, real sockets, real controller, one virtual-time loop. Polls and what devices bear in silence are
stretched so that two days fit into a minute; programs, protections, proofs and minimum times are as configured.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from controller.domain.command import CommandState
from controller.domain.pumps_and_gates import GateRole, PumpUnit
from controller.domain.stations import Station
from controller.runtime.nights import night_view
from controller.settings.recording import RecordingSettings
from controller.settings.site import Site
from controller.store.journal_verify import verify
from hil.field import Event
from hil.plants.events import Motion
from tests.scenarios.city import RunningCity, hangzhou, patient, polled, running_city, with_timing

MORNING = datetime(2026, 6, 21, 0, 0, tzinfo=UTC)
AFTERNOON = datetime(2026, 6, 21, 8, 0, tzinfo=UTC)
NIGHTS = (date(2026, 6, 21), date(2026, 6, 22))
WITHIN_S = 8.0
"""After its program's edge: the cabinet's own contactors half a second apart, and its turn under the kW ceiling."""


def stretched() -> Site:
    """The demo city for two virtual days."""
    site = with_timing(
        hangzhou(),
        lighting_cycle_s=60.0,
        water_cycle_s=30.0,
        poll_normal_s=5000.0,
        poll_slow_s=7200.0,
        heartbeat_s=5000.0,
        opcua_publish_s=120.0,
        opcua_keepalive_s=240.0,
        stale_min_s=400.0,
        dead_min_s=600.0,
    )
    unrecorded = replace(site, recording=RecordingSettings(enabled=False))  # ``test_replay`` proves recordings
    return polled(patient(unrecorded, 24.0), frozenset(site.city.stations), 120.0)


async def test_a_night_of_the_demo_city_goes_by_the_program(tmp_path: Path) -> None:
    await hours_go_by(tmp_path, AFTERNOON, hours=16)


@pytest.mark.soak
async def test_two_days_of_the_demo_city_go_by_the_program(tmp_path: Path) -> None:
    await hours_go_by(tmp_path, MORNING, hours=48)


async def hours_go_by(tmp_path: Path, start: datetime, hours: int) -> None:
    """From four in the afternoon to eight in the morning; or two days and their nights."""
    async with running_city(tmp_path, start, site=stretched(), step_s=60.0) as city:
        gc.freeze()
        await city.clock.sleep(hours * 3600.0)
        events = city.field.events()
        every_circuit_switched_by_its_program(city, events, start, start + timedelta(hours=hours))
        no_pump_was_started_against_a_closed_path(city, events)
        no_pump_was_short_cycled(city, events)
        nothing_was_left_unproven(city, hours)
        pumps_had_work_to_do(events)
    report = verify(tmp_path)
    assert report.ok, report.problem


def every_circuit_switched_by_its_program(
    city: RunningCity, events: tuple[Event, ...], start: datetime, until: datetime
) -> None:
    moved: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.motion is Motion.CONTACTOR and event.device in city.site.city.cabinets:
            moved[f"{event.device}/{event.output}"].append(event)
    wrong = []
    for cabinet in city.site.city.cabinets.values():
        for circuit in cabinet.circuits:
            expected = [edge for night in NIGHTS for edge in night_view(city.site, circuit.id, night).edges]
            expected = [edge for edge in expected if start < edge.at < until - timedelta(minutes=1)]
            happened = moved[circuit.id]
            said = [(edge.value == "on", edge.at) for edge in expected]
            done = [(bool(event.value), event.at) for event in happened]
            late = [abs((a[1] - b[1]).total_seconds()) for a, b in zip(said, done, strict=False)]
            if [s[0] for s in said] != [d[0] for d in done] or max(late, default=0.0) > WITHIN_S:
                wrong.append((circuit.id, said, done))
    assert not wrong, f"{len(wrong)} circuits did not follow their program, e.g. {wrong[0]}"


def no_pump_was_started_against_a_closed_path(city: RunningCity, events: tuple[Event, ...]) -> None:
    for station in city.site.city.stations.values():
        gates = {gate.output: gate for gate in station.gates}
        limits = {
            output: [(e.at, float(e.value)) for e in events if _is_limit(e, station.id, output)] for output in gates
        }
        for unit in station.units:
            behind = gates.get(str(unit.discharge_gate).rpartition("/")[2])
            for start in (e for e in events if _is_start(e, station.id, unit.output)):
                if behind is not None:
                    open_by = start.at + timedelta(seconds=0.05 * behind.travel_s + 1.0)
                    assert _position(limits[behind.output], open_by) == 100.0, f"{unit.id} started on a closed gate"
                for gate in station.gates:
                    if gate.role is GateRole.GRAVITY:
                        stood = _position(limits[gate.output], start.at)
                        assert stood == 0.0, f"{unit.id} started at {start.at} with {gate.id} at {stood} %"


def _is_limit(event: Event, device: str, output: str) -> bool:
    return event.motion is Motion.GATE_LIMIT and (event.device, event.output) == (device, output)


def _is_start(event: Event, device: str, output: str) -> bool:
    moved = event.motion is Motion.CONTACTOR and (event.device, event.output) == (device, output)
    return moved and event.value is True


def _position(limits: list[tuple[datetime, float]], at: datetime) -> float:
    """The limit a gate last reached; gates begin closed. A pump may start from 95 % on (its PLC's own rule)."""
    return next((value for when, value in reversed(limits) if when <= at), 0.0)


def no_pump_was_short_cycled(city: RunningCity, events: tuple[Event, ...]) -> None:
    for station, unit in _units(city):
        moves = [
            (event.at, bool(event.value))
            for event in events
            if event.device == station.id and event.output == unit.output and event.motion is Motion.CONTACTOR
        ]
        for (before, ran), (after, _) in pairwise(moves):
            least_s = unit.min_run_s if ran else unit.min_off_s
            took_s = (after - before).total_seconds()
            assert took_s >= least_s - 1.0, f"{unit.id} {'ran' if ran else 'stood'} {took_s:.0f} s, least {least_s:g} s"
        starts = [at for at, ran in moves if ran]
        for first, last in zip(starts, starts[unit.max_starts_per_hour :], strict=False):
            assert last - first >= timedelta(hours=1), f"{unit.id} was started too often round {last}"


def nothing_was_left_unproven(city: RunningCity, hours: int) -> None:
    counts = city.assembly.commands.counts
    assert counts[CommandState.CONFIRMED] > hours * 1000 // 12
    bad = {CommandState.MISMATCH, CommandState.INDETERMINATE, CommandState.FAILED}
    unproven = [track.view() for track in city.assembly.commands.recent() if track.state in bad]
    assert not unproven, f"{len(unproven)} commands were not proven, e.g. {unproven[0]}"
    assert not any(counts[state] for state in bad)
    health = city.controller.health()
    assert health.alive
    assert health.ready


def pumps_had_work_to_do(events: tuple[Event, ...]) -> None:
    """A storm that moves no pump would prove nothing."""
    starts = [e for e in events if e.motion is Motion.CONTACTOR and "-PS-" in e.device and e.value is True]
    assert len({event.device for event in starts}) >= 2


def _units(city: RunningCity) -> Iterator[tuple[Station, PumpUnit]]:
    for station in city.site.city.stations.values():
        for unit in station.units:
            yield station, unit
