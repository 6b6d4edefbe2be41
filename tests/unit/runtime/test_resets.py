"""A latch is reset by a person, written down first, with the cause proven gone."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from controller.assembly import Assembly
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.expression import parse
from controller.domain.quality import Detail, Quality
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.contract import StationMemory, UnitMemory
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, OnBad
from controller.runtime.clocks import ScaledClock
from controller.settings.load import load_site
from controller.store.journal_read import read
from controller.store.store import Store
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import DUSK, LC1, PS, SoftCity, SoftField, person
from tests.unit.runtime.test_orders import allow_writing
from tests.unit.settings.small_site import write_site

P1 = f"{PS}/P1"
TRIP = InterlockSpec(
    "rack", InterlockKind.TRIP, P1, Action.START, parse("rack_head_m < 0.6"), OnBad.ALLOW, "栅差", "the rack is blocked"
)


@contextlib.asynccontextmanager
async def tripping_city(tmp_path: Path, soft: SoftField | None = None) -> AsyncIterator[SoftCity]:
    """The small site with a trip of its pump unit."""
    site = replace(load_site(write_site(tmp_path / "config")), interlocks=(TRIP,))
    clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
    with (soft or SoftField()).wired() as wires:
        store = Store.open(tmp_path / "data")
        try:
            assembly = Assembly(site, clock, store)
            async with assembly.running() as controller:
                city = SoftCity(clock, site, store, assembly, controller, wires)
                await city.ready()
                yield city
        finally:
            await store.close()


def plc(city: SoftCity) -> SoftDriver:
    return city.field.drivers["ua-1"]


def tripped(city: SoftCity) -> bool:
    return city.assembly.book.holder(P1, Slot.EQUIPMENT_PROTECTION) is not None


def alarmed(city: SoftCity) -> bool:
    return city.assembly.alarms.standing(P1, "tripped")


async def trip(city: SoftCity) -> None:
    plc(city).set(PS, "rack_head_m", 0.9)
    await city.until(lambda: tripped(city))


async def clear(city: SoftCity) -> None:
    """The rack is clean, and the controller has seen it."""
    plc(city).set(PS, "rack_head_m", 0.1)
    await city.clock.sleep(20.0)


async def test_a_trip_is_reset_once_its_cause_is_gone_and_its_alarm_ends(tmp_path: Path) -> None:
    async with tripping_city(tmp_path) as city:
        await trip(city)
        await clear(city)
        assert tripped(city)
        assert alarmed(city)
        (outcome,) = (await city.controller.reset(P1, person("lin"), "rack cleaned")).outcomes
        assert outcome.accepted, outcome.text
        await city.clock.sleep(20.0)
        assert not tripped(city)
        assert not alarmed(city)


async def test_a_trip_stays_while_its_cause_stands_or_cannot_be_known(tmp_path: Path) -> None:
    async with tripping_city(tmp_path) as city:
        await trip(city)
        (stands,) = (await city.controller.reset(P1, person("lin"), "impatient")).outcomes
        assert (stands.accepted, stands.cause) == (False, "BLOCKED_BY_INTERLOCKING")
        assert "still stands" in stands.text
        plc(city).spoil(PS, "rack_head_m", Quality.BAD, Detail.FAILURE)
        await city.clock.sleep(20.0)
        (unknown,) = (await city.controller.reset(P1, person("lin"), "impatient")).outcomes
        assert "cannot be known" in unknown.text
        assert tripped(city)


async def test_a_reset_is_in_the_journal_before_the_act_and_so_is_its_refusal(tmp_path: Path) -> None:
    async with tripping_city(tmp_path) as city:
        await trip(city)
        await city.controller.reset(P1, person("lin"), "too early")
        await clear(city)
        await city.controller.reset(P1, person("lin"), "rack cleaned")
    lines = [(line.actor, line.target, line.data["reason"]) for line in read(tmp_path / "data", kind="reset")]
    assert lines == [("lin", P1, "too early"), ("lin", P1, "rack cleaned")]


async def test_without_evidence_nothing_is_reset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise StoreError("disk full")

    async with tripping_city(tmp_path) as city:
        await trip(city)
        await clear(city)
        monkeypatch.setattr(city.assembly.evidence, "before", full)
        (outcome,) = (await city.controller.reset(P1, person("lin"), "rack cleaned")).outcomes
        assert (outcome.accepted, outcome.cause) == (False, "JOURNAL_UNAVAILABLE")
        assert tripped(city)


async def test_a_trip_outlives_a_restart_and_a_reset_does_too(tmp_path: Path) -> None:
    soft = SoftField()
    async with tripping_city(tmp_path, soft) as city:
        await trip(city)
    async with tripping_city(tmp_path, soft) as city:
        assert tripped(city)
        await clear(city)
        (outcome,) = (await city.controller.reset(P1, person("lin"), "rack cleaned")).outcomes
        assert outcome.accepted, outcome.text
    async with tripping_city(tmp_path, soft) as city:
        await clear(city)
        assert not tripped(city)


async def test_a_locked_out_unit_is_reset_but_not_while_its_start_is_taken_back(tmp_path: Path) -> None:
    async with tripping_city(tmp_path) as city:
        await clear(city)
        water = city.assembly.water
        locked = UnitMemory(locked_out="start not proven", withdraw=True)
        water._memories[PS] = replace(water._memories.get(PS, StationMemory()), units={P1: locked})
        assert "taken back" in str(water.reset_refusal(P1))
        water._memories[PS] = replace(water._memories[PS], units={P1: replace(locked, withdraw=False)})
        (outcome,) = (await city.controller.reset(P1, person("lin"), "motor checked")).outcomes
        assert outcome.accepted
        assert water._memories[PS].units[P1].locked_out == ""


async def test_a_machine_resets_nothing_even_when_the_cause_is_gone(tmp_path: Path) -> None:
    async with tripping_city(tmp_path) as city:
        await trip(city)
        await clear(city)
        (refused,) = (await city.controller.reset(P1, Caller("scada-bridge"), "looks fine")).outcomes
        assert (refused.accepted, refused.cause, tripped(city)) == (False, "NO_ACCESS_AUTHORITY", True)
    (line,) = [line for line in read(tmp_path / "data") if line.kind == "reset"]
    assert "is a machine" in line.data["refused"]


async def test_what_is_not_latched_or_not_there_is_refused(tmp_path: Path) -> None:
    async with tripping_city(tmp_path) as city:
        for target in (P1, PS, f"{LC1}/K1"):
            (outcome,) = (await city.controller.reset(target, person("lin"), "just in case")).outcomes
            assert (outcome.accepted, outcome.cause) == (False, "OUT_OF_RANGE"), target
        with pytest.raises(UnknownTarget):
            await city.controller.reset("330106-PS-0099/P1", person("lin"), "nowhere")
        with pytest.raises(InvalidValue, match="reason"):
            await city.controller.reset(P1, person("lin"), "  ")


async def test_a_reset_that_could_not_be_kept_is_taken_back_in_the_journal(tmp_path: Path) -> None:
    async with tripping_city(tmp_path) as city:
        await trip(city)
        await clear(city)
        state = tmp_path / "data" / "state.sqlite"
        with sqlite3.connect(state) as connection:
            refuse = "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            connection.execute(f"CREATE TRIGGER full BEFORE DELETE ON requests {refuse}")
        connection.close()
        (outcome,) = (await city.controller.reset(P1, person("lin"), "rack cleaned")).outcomes
        allow_writing(state)
        assert (outcome.accepted, outcome.cause, tripped(city)) == (False, "JOURNAL_UNAVAILABLE", True)
    kinds = [line.kind for line in read(tmp_path / "data")]
    assert [kind for kind in kinds if kind.startswith("reset")] == ["reset", "reset_void"]
