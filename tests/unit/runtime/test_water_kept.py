"""What a station remembers over a restart: its PLC's own restarts, its road, its units' starts; nothing damaged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from controller.logic.contract import Moment, RoadMemory, StationMemory, UnitMemory
from controller.logic.station_observation import observe_station
from controller.runtime.water_kept import STATION, WaterKept
from controller.store.changes import Change, DropRecord, PutRecord, PutUnit
from tests.unit.logic.water_rig import PS, Rig, equipped, station, unit

WALL = datetime(2026, 6, 22, 5, 0, tzinfo=UTC)


def test_a_plc_that_restarted_while_we_were_away_is_seen_to_have() -> None:
    kept: list[Change] = []
    asset = equipped()
    WaterKept(kept.append).note(asset, StationMemory(boots=7.0), Moment(WALL, 100.0))
    (record,) = kept
    assert record == PutRecord(STATION, PS, {"boots": 7.0, "road_shut": False})
    memory = WaterKept(kept.append).taken_up(PS, StationMemory(), record.body)
    rig = Rig(asset)
    rig.plant.boots = 8.0
    rig.run(2)
    view = rig.view
    assert observe_station(asset, view, memory, rig.moment).since_power_s is not None
    assert observe_station(asset, view, replace(memory, boots=8.0), rig.moment).since_power_s is None


def test_a_road_the_water_closed_and_the_starts_of_this_hour_are_taken_up() -> None:
    kept: list[Change] = []
    asset = station(1, gravity=False)
    memory = StationMemory(
        units={unit(1).id: UnitMemory(starts_s=(40.0, 70.0), starts_total=2, running_since_s=70.0)},
        road=RoadMemory(shut=True),
    )
    writer = WaterKept(kept.append)
    writer.note(asset, memory, Moment(WALL, 100.0))
    writer.note(asset, memory, Moment(WALL, 101.0))
    units = [one for one in kept if isinstance(one, PutUnit)]
    assert len(units) == 1
    later = WALL + timedelta(seconds=60)
    reader = WaterKept(kept.append)
    again = reader.counted(asset, StationMemory(), units[0].counters, later, 1000.0)
    assert again.units[unit(1).id].starts_s == (880.0, 910.0)
    (record,) = [one for one in kept if isinstance(one, PutRecord)]
    assert reader.taken_up(PS, again, record.body).road.shut


def test_a_damaged_record_is_as_none() -> None:
    kept: list[Change] = []
    assert WaterKept(kept.append).taken_up(PS, StationMemory(), {"boots": "many"}) == StationMemory()
    assert kept == [DropRecord(STATION, PS)]
