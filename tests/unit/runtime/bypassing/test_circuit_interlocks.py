"""Interlocks of lighting outputs: they hold switching on, end what is on, trip and latch; all outlives a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from controller.domain.clock import Clock
from controller.domain.expression import parse
from controller.domain.intents import Switch
from controller.domain.quality import Detail, Quality
from controller.domain.request import Lease, Request
from controller.domain.slots import Slot
from controller.logic.contract import InterlockMemory, Moment
from controller.logic.interlocks import Action, InterlockKind, OnBad
from controller.runtime.bypassing.memory import InterlockRecords, memory_body, memory_of
from controller.store.changes import Change, DropRecord, PutRecord
from drivers.base import Endpoint
from drivers.soft import SoftDriver
from tests.unit.runtime.bypassing.guarded_city import K1, P1, RACK, guarded_city, held_by, rack, wants_to_start
from tests.unit.runtime.soft_city import DUSK, LC1, SoftCity, SoftField, person

WET = replace(
    RACK,
    id="dry",
    target=K1,
    action=Action.ENERGISE,
    condition=parse("energy_kwh < 100"),
    on_bad=OnBad.ALLOW,
    bypassable=False,
)
ENDS = replace(WET, kind=InterlockKind.INTERLOCK, on_delay_s=60.0)
TRIPS = replace(WET, kind=InterlockKind.TRIP, trip_to=Switch(on=False))
LATCHED = replace(RACK, id="valve", kind=InterlockKind.INTERLOCK, target=P1, latched=True)


class StandsInWater(SoftField):
    """A field that already does when the controller comes."""

    def make(self, endpoint: Endpoint, clock: Clock, **settings: object) -> SoftDriver:
        driver = super().make(endpoint, clock, **settings)
        if endpoint.name == "gw-1":
            driver.set(LC1, "energy_kwh", 200.0)
        return driver


def on(city: SoftCity) -> bool:
    return city.assembly.table.view(LC1, city.clock.monotonic()).value("K1.feedback") is True


async def ordered_on(city: SoftCity) -> None:
    now = city.clock.now()
    lease = Lease("L", now, now + timedelta(hours=12), city.clock.monotonic() + 12 * 3600.0)
    city.assembly.book.hold(Request(K1, Slot.CITY_MANUAL, Switch(on=True), "lin", "test", lease=lease))
    await city.clock.sleep(15.0)


async def water(city: SoftCity, kwh: float) -> None:
    city.lamps.set(LC1, "energy_kwh", kwh)
    await city.clock.sleep(70.0)


async def test_a_permissive_holds_switching_on_and_leaves_alone_what_is_on(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, WET) as city:
        await water(city, 200.0)
        await ordered_on(city)
        assert (on(city), held_by(city, K1)) == (False, ["dry"])
        await water(city, 50.0)
        assert (on(city), held_by(city, K1)) == (True, [])
        await water(city, 200.0)
        assert on(city)


async def test_an_interlock_switches_off_what_is_on_and_lets_it_on_again_after_its_delay(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, ENDS) as city:
        await ordered_on(city)
        assert on(city)
        await water(city, 200.0)
        assert not on(city)
        shown = city.controller.explain(K1)
        assert (shown.winner.name, shown.winner.owner) == ("equipment_protection", "interlock dry")
        assert shown.masked[0].name == "city_manual"
        await water(city, 50.0)
        await city.clock.sleep(130.0)
        assert on(city)


async def test_a_circuit_trips_and_stays_tripped_over_a_restart_until_a_person_resets_it(tmp_path: Path) -> None:
    soft = SoftField()
    async with guarded_city(tmp_path, TRIPS, soft=soft) as city:
        await ordered_on(city)
        await water(city, 200.0)
        assert not on(city)
        (stands,) = (await city.controller.reset(K1, person("lin"), "impatient")).outcomes
        assert "still stands" in stands.text
    async with guarded_city(tmp_path, TRIPS, soft=soft, start=DUSK + timedelta(minutes=5)) as city:
        await water(city, 50.0)
        await ordered_on(city)
        assert (on(city), city.assembly.alarms.standing(K1, "tripped")) == (False, True)
        (reset,) = (await city.controller.reset(K1, person("lin"), "dried, insulation proven")).outcomes
        assert reset.accepted, reset.text
        await city.clock.sleep(90.0)
        assert (on(city), city.assembly.alarms.standing(K1, "tripped")) == (True, False)
    async with guarded_city(tmp_path, TRIPS, soft=soft, start=DUSK + timedelta(minutes=10)) as city:
        assert city.assembly.book.holder(K1, Slot.EQUIPMENT_PROTECTION) is None


async def test_a_reading_nobody_trusts_keeps_no_road_dark_unless_config_says_so(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, WET) as city:
        city.lamps.spoil(LC1, "energy_kwh", Quality.BAD, Detail.FAILURE)
        await ordered_on(city)
        assert on(city)
    async with guarded_city(tmp_path / "blocking", replace(WET, on_bad=OnBad.BLOCK)) as city:
        city.lamps.spoil(LC1, "energy_kwh", Quality.BAD, Detail.FAILURE)
        await city.clock.sleep(70.0)
        await ordered_on(city)
        assert (on(city), held_by(city, K1)) == (False, ["dry"])


async def test_a_latched_interlock_outlives_a_restart_though_its_cause_is_gone(tmp_path: Path) -> None:
    soft = SoftField()
    async with guarded_city(tmp_path, LATCHED, soft=soft) as city:
        await rack(city, 0.4)
    soft_rack = 0.1
    async with guarded_city(tmp_path, LATCHED, soft=soft, start=DUSK + timedelta(minutes=5)) as city:
        await wants_to_start(city)
        await rack(city, soft_rack)
        assert held_by(city) == ["valve"]
        (reset,) = (await city.controller.reset(P1, person("lin"), "looked at")).outcomes
        assert reset.accepted, reset.text
        await city.clock.sleep(3.0)
        assert "valve" not in held_by(city)
    async with guarded_city(tmp_path, LATCHED, soft=soft, start=DUSK + timedelta(minutes=10)) as city:
        await wants_to_start(city)
        assert "valve" not in held_by(city)


async def test_a_delay_under_way_goes_on_over_a_restart(tmp_path: Path) -> None:
    slow = replace(ENDS, off_delay_s=300.0)

    def acts(city: SoftCity) -> bool:
        return city.controller.explain(K1).winner.owner == "interlock dry"

    async with guarded_city(tmp_path, slow, soft=StandsInWater()) as city:
        await city.clock.sleep(30.0)
        assert not acts(city)
    async with guarded_city(tmp_path, slow, soft=StandsInWater(), start=DUSK + timedelta(seconds=150)) as city:
        await city.clock.sleep(100.0)
        assert not acts(city)
        await city.clock.sleep(80.0)
        assert acts(city), "the 300 s began before the restart"


def test_a_memory_comes_back_with_the_time_that_passed_and_nothing_it_has_not_seen() -> None:
    then, later = Moment(DUSK, 1000.0), Moment(DUSK + timedelta(seconds=40), 7.0)
    body = memory_body(InterlockMemory(990.0, None, acting=False, latched=True), then)
    assert memory_of(body, later) == InterlockMemory(7.0 - 50.0, None, acting=False, latched=True)
    stepped_back = Moment(DUSK - timedelta(hours=1), 7.0)
    assert memory_of(body, stepped_back).false_since_s == 7.0
    releasing = memory_body(InterlockMemory(None, 995.0, acting=True), then)
    assert memory_of(releasing, later) == InterlockMemory(None, None, acting=True)


def test_only_what_matters_later_is_kept_and_once() -> None:
    kept: list[Change] = []
    records, moment = InterlockRecords(kept.append), Moment(DUSK, 1000.0)
    records.note({"a": InterlockMemory(None, 990.0)}, moment)
    assert kept == []
    low = InterlockMemory(999.0)
    for _ in range(3):
        records.note({"a": low}, moment)
    assert [type(change) for change in kept] == [PutRecord]
    records.note({"a": InterlockMemory(None, 1000.0)}, moment)
    records.note({"a": InterlockMemory(None, 1000.0)}, moment)
    assert [type(change) for change in kept] == [PutRecord, DropRecord]


async def test_switching_on_that_hangs_on_an_unreadable_point_is_told_while_it_is_wanted(tmp_path: Path) -> None:
    def told(city: SoftCity) -> list[str]:
        return [alarm.text for alarm in city.assembly.alarms.of_kind("interlock_unknown") if alarm.stands]

    async with guarded_city(tmp_path, replace(WET, on_bad=OnBad.BLOCK)) as city:
        city.lamps.spoil(LC1, "energy_kwh", Quality.BAD, Detail.FAILURE)
        await city.clock.sleep(70.0)
        assert told(city) == []
        await ordered_on(city)
        (text,) = told(city)
        assert "energy_kwh BAD" in text
        assert "条件不明" in text
        await water(city, 50.0)
        assert (told(city), on(city)) == ([], True)
