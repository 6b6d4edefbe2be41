"""A feeder's power budget: automatic starts wait for room, who is in more danger goes first, people are warned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain.intents import StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.domain.stations import CriticalRule, Station
from controller.logic.contract import StationMemory, UnitMemory
from controller.logic.feeder_limits import FeederLimit, FeederRoom, Persons
from controller.logic.feeder_power import rooms_of, short_of
from controller.logic.station_scene import scene_of
from controller.logic.water_around import WaterAround
from tests.unit.logic.water_rig import PS, Rig, station, unit

LINE = "江边变 I 段"
LIMITS = {LINE: FeederLimit(LINE, 250.0)}
RUNS = UnitMemory(running_since_s=1.0)


def hanging(name: str, units: int = 2) -> Station:
    plain = station(units, gravity=False)
    return replace(
        plain,
        id=name,
        name=name,
        units=tuple(replace(one, id=f"{name}/{one.output}", feeder=LINE) for one in plain.units),
    )


A, B = hanging("A"), hanging("B")


def room_for(own: Station, a: StationMemory, b: StationMemory) -> FeederRoom:
    return rooms_of(own, LIMITS, (A, B), {"A": a, "B": b}, {}, 100.0)[LINE]


def test_what_runs_on_it_counts_wherever_it_stands() -> None:
    room = room_for(A, StationMemory(units={"A/P1": RUNS}), StationMemory(units={"B/P2": RUNS}))
    assert (room.used_kw, room.kept_kw) == (200.0, 0.0)
    assert room.fits(50.0)
    assert not room.fits(100.0)


def test_room_is_kept_for_who_stands_nearer_its_guarantee_level() -> None:
    far, near = StationMemory(below_guarantee_m=0.9), StationMemory(below_guarantee_m=0.3, short_of=1)
    assert room_for(A, far, near).kept_kw == 100.0
    assert room_for(A, far, near).kept_for == "B"
    assert room_for(B, far, near).kept_kw == 0.0
    assert room_for(A, far, replace(near, below_guarantee_m=None)).kept_kw == 0.0
    assert room_for(A, far, replace(near, short_of=9)).kept_kw == 200.0


def test_a_station_on_no_limited_feeder_is_not_asked() -> None:
    assert rooms_of(station(), LIMITS, (A, B), {}, {}, 0.0) == {}


def on_a_line(slot: Slot, room: FeederRoom) -> Rig:
    units = (unit(1, feeder=LINE), unit(2, feeder=LINE))
    rig = Rig(station(2, gravity=False, automatic=False, units=units, critical=CriticalRule(guarantee_m=9.0)))
    rig.plant.inner_m = 3.5
    rig.around = WaterAround(feeder_room={LINE: room})
    rig.run(3).order("", "count 1", slot=slot)
    rig.run(90)
    return rig


FULL = FeederRoom(LIMITS[LINE], 200.0)


@pytest.mark.parametrize(
    ("slot", "persons", "starts"),
    [
        (Slot.PLAN, Persons.WARNED, False),
        (Slot.OPTIMISER, Persons.WARNED, False),
        (Slot.CITY_MANUAL, Persons.WARNED, True),
        (Slot.EMERGENCY_ORDER, Persons.WARNED, True),
        (Slot.CITY_MANUAL, Persons.HELD, False),
    ],
)
def test_an_automatic_start_waits_for_room_and_a_persons_may_pass(slot: Slot, persons: Persons, starts: bool) -> None:
    rig = on_a_line(slot, replace(FULL, limit=replace(FULL.limit, persons=persons)))
    assert any(rig.plant.running.values()) is starts
    if not starts:
        assert rig.memory.short_of == 1


def test_it_waits_with_words_and_starts_as_soon_as_there_is_room_and_what_runs_goes_on_past_a_limit() -> None:
    rig = on_a_line(Slot.PLAN, FULL)
    rig.around = WaterAround(feeder_room={LINE: replace(FULL, used_kw=100.0)})
    rig.until_running(1)
    over = replace(FULL, used_kw=300.0)
    rig.around = WaterAround(feeder_room={LINE: over})
    rig.run(200)
    assert sum(rig.plant.running.values()) == 1
    assert "300 kW, limit 250 kW" in dict(rig.step.alarms)[f"{PS}:feeder_power"]


def test_what_a_station_is_short_of_counts_its_count_and_its_units_own_orders() -> None:
    rig = Rig(station(3, gravity=False))
    scene = scene_of(rig.station, rig.look(), rig.memory, {}, rig.moment)
    start = Request(f"{PS}/P1", Slot.PLAN, UnitOrder(UnitMode.START), "a plan", "")
    stop = replace(start, value=UnitOrder(UnitMode.STOP))
    count = StationOrder(StationMode.COUNT, 2)
    assert short_of(scene, count, {}) == 2
    assert short_of(scene, count, {f"{PS}/P1": start}) == 2
    assert short_of(scene, count, {f"{PS}/P1": stop}) == 2
    assert short_of(scene, StationOrder(StationMode.HOLD), {f"{PS}/P1": start}) == 1
