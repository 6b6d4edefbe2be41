"""What outlives a restart of a station's memory: units' starts and hours, lock-outs, its PLC's restarts, its road."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from controller.domain.points import DeviceId, TargetId
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.stations import Station
from controller.logic.contract import GateMemory, Moment, StationMemory, UnitMemory
from controller.store.changes import Change, DropRecord, PutRecord, PutUnit
from controller.store.state_rows import UnitCounters

log = structlog.get_logger("water")

STATION = "station_memory"
"""The kind of a station's own record."""
HOURS_KEPT_EVERY = 0.1
"""Run hours are kept when they grew by this much (hours), besides at every start and stop."""


class WaterKept:
    """Keeps what changed of a memory, and takes it up again."""

    def __init__(self, keep: Callable[[Change], None]) -> None:
        self._keep = keep
        self._units: dict[TargetId, UnitMemory] = {}
        self._gates: dict[TargetId, str] = {}
        self._stations: dict[DeviceId, Mapping[str, Any]] = {}

    def note(self, station: Station, memory: StationMemory, moment: Moment) -> None:
        """Keep what is worth it of a memory."""
        for unit in station.units:
            now, kept = memory.units.get(unit.id), self._units.get(unit.id)
            if now is not None and _worth_keeping(now, kept):
                self._units[unit.id] = now
                self._keep(PutUnit(_counters(unit, now, moment)))
        for gate, past in memory.gates.items():
            if past.locked_out != self._gates.get(gate, ""):
                self._gates[gate] = past.locked_out
                self._keep(PutUnit(UnitCounters(gate, locked_out=past.locked_out)))
        body = _body(memory)
        if body != self._stations.get(station.id, NOTHING):
            self._stations[station.id] = body
            self._keep(PutRecord(STATION, station.id, body))

    def counted(
        self, station: Station, memory: StationMemory, counters: UnitCounters, wall: datetime, now_s: float
    ) -> StationMemory:
        """The memory with a unit's or gate's counters; wall times become moments of this process's monotonic clock."""
        if counters.target in {gate.id for gate in station.gates}:
            self._gates[counters.target] = counters.locked_out
            gate = GateMemory(locked_out=counters.locked_out)
            return replace(memory, gates={**memory.gates, counters.target: gate})
        unit = _unit_memory(counters, wall, now_s)
        self._units[counters.target] = unit
        return replace(memory, units={**memory.units, counters.target: unit})

    def taken_up(self, station: DeviceId, memory: StationMemory, body: Mapping[str, Any]) -> StationMemory:
        """The memory with the station's own record; a damaged one is as none, and told."""
        try:
            boots = None if body["boots"] is None else float(body["boots"])
            shut = bool(body["road_shut"])
        except (KeyError, ValueError, TypeError) as damaged:
            log.error("station_memory_not_restored", station=station, reason=repr(damaged))
            self._keep(DropRecord(STATION, station))
            return memory
        self._stations[station] = dict(body)
        return replace(memory, boots=boots, road=replace(memory.road, shut=shut))


def _body(memory: StationMemory) -> Mapping[str, Any]:
    return {"boots": memory.boots, "road_shut": memory.road.shut}


NOTHING = _body(StationMemory())


def _worth_keeping(now: UnitMemory, kept: UnitMemory | None) -> bool:
    if kept is None:
        return now != UnitMemory()
    return (
        now.starts_total != kept.starts_total
        or now.locked_out != kept.locked_out
        or now.stopped_since_s != kept.stopped_since_s
        or now.run_hours - kept.run_hours >= HOURS_KEPT_EVERY
    )


def _counters(unit: PumpUnit, memory: UnitMemory, moment: Moment) -> UnitCounters:
    def wall(at_s: float) -> datetime:
        return moment.wall - timedelta(seconds=moment.s - at_s)

    return UnitCounters(
        target=unit.id,
        starts=tuple(wall(at_s) for at_s in memory.starts_s),
        run_hours=memory.run_hours,
        starts_total=memory.starts_total,
        last_stop=None if memory.stopped_since_s is None else wall(memory.stopped_since_s),
        locked_out=memory.locked_out,
    )


def _unit_memory(counters: UnitCounters, wall: datetime, now_s: float) -> UnitMemory:
    def s(at: datetime) -> float:
        return now_s - (wall - at).total_seconds()

    starts_s = tuple(s(at) for at in counters.starts)
    stopped_s = None if counters.last_stop is None else s(counters.last_stop)
    return UnitMemory(
        starts_s=starts_s,
        # Its last start came after its last stop: it ran when we went. Seen running again it is no new start, and
        # unseen it counts as running, so that a restart never takes it for one to be stopped.
        running_since_s=starts_s[-1] if starts_s and (stopped_s is None or starts_s[-1] > stopped_s) else None,
        stopped_since_s=stopped_s,
        run_hours=counters.run_hours,
        starts_total=counters.starts_total,
        locked_out=counters.locked_out,
    )
