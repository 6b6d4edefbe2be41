"""Faults of a cabinet on real sockets: told with the right words, folded under their cause, kept over a restart."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from controller.logic.faults.baseline import HOURS, Baseline
from controller.logic.faults.cabinet import CabinetWatch
from controller.logic.faults.remember import remembered
from controller.runtime.light_faults.office import RECORD
from controller.settings.site import Site
from controller.store.changes import PutRecord
from controller.store.store import Store
from tests.scenarios.city import LOCAL, RunningCity, controlled, hangzhou, running_field, with_timing
from tests.scenarios.part import part_of

NIGHT = datetime(2026, 9, 30, 21, 0, tzinfo=LOCAL)
LC = "330106-LC-0001"
K1 = f"{LC}/K1"


def site() -> Site:
    return with_timing(
        part_of(hangzhou(), LC), poll_normal_s=30.0, lighting_cycle_s=15.0, water_cycle_s=300.0, heartbeat_s=60.0
    )


async def learn(data: Path, here: Site) -> None:
    """A store in which every circuit's sound nights are known already."""
    watch = CabinetWatch(here.city.cabinets[LC], frozenset(), here.faults)
    for circuit in watch.circuits.values():
        by_hour = array("f", [circuit.circuit.rated_w] * HOURS)
        circuit.baselines[100] = Baseline(by_hour, by_hour, circuit.circuit.rated_w, 0.0, 0.001, 222.0, 240.0)
    store = Store.open(data)
    await store.state.apply([PutRecord(RECORD, LC, remembered(watch))])
    await store.close()


@asynccontextmanager
async def learned_city(data: Path) -> AsyncIterator[RunningCity]:
    here = site()
    await learn(data, here)
    async with (
        running_field(here, NIGHT, step_s=60.0) as (clock, field, bound),
        controlled(clock, field, bound, data) as city,
    ):
        await city.all_as_wanted(K1)
        await city.clock.sleep(300.0)
        yield city


async def test_two_broken_lamps_are_told_and_folded_under_the_phase_that_is_lost_later(tmp_path: Path) -> None:
    async with learned_city(tmp_path) as city:
        assert city.controller.desks.light_faults.of_scope("city").faults == ()
        city.field.cabinet(LC).lose_lamps("K1", 2)
        await city.until(lambda: bool(city.alarms("lamp_loss")), within_s=1200.0, every_s=10.0)
        (alarm,) = city.alarms("lamp_loss")
        assert alarm.source == K1
        assert "about 2 of 8 lamps out: 1,080 W where 1,440 W are usual" in alarm.text
        assert "约 2/8 盏灯不亮" in alarm.text_zh
        assert alarm.response_en.startswith("find the lamps by night")
        (handled,) = city.controller.desks.handling.list()
        assert (handled.about, handled.urgency) == (K1, "ordinary")

        city.field.cabinet(LC).lose_phase("b")
        await city.until(lambda: bool(city.alarms("phase_loss")), within_s=200.0, every_s=5.0)
        await city.clock.sleep(600.0)
        assert city.alarms("lamp_loss") == []
        assert city.alarms("cable_theft") == []
        (phase,) = city.alarms("phase_loss")
        assert phase.folded >= 1
        faults = {one.kind: one for one in city.controller.desks.light_faults.open_faults(LC)}
        assert faults["lamp_loss"].folded_under == (f"{LC}:phase_loss",)
        assert faults["lamp_loss"].alarm_state == "SUPPRESSED"
        assert city.controller.desks.light_faults.intact(K1) is False

        city.field.cabinet(LC).lose_phase("b", False)
        city.field.cabinet(LC).lose_lamps("K1", 0)
        await city.until(lambda: not city.controller.desks.light_faults.of_scope("city").faults, 2400.0, every_s=30.0)
        assert city.controller.desks.light_faults.intact(K1) is True


async def test_what_was_learned_and_found_outlives_the_controller(tmp_path: Path) -> None:
    here = site()
    await learn(tmp_path, here)
    async with running_field(here, NIGHT, step_s=60.0) as (clock, field, bound):
        async with controlled(clock, field, bound, tmp_path) as city:
            await city.all_as_wanted(K1)
            await city.clock.sleep(300.0)
            field.cabinet(LC).steal_cable("K1", "b")
            await city.until(lambda: bool(city.alarms("cable_theft")), within_s=400.0, every_s=10.0)
            (before,) = city.alarms("cable_theft")
            assert "phase B fell from" in before.text
            await city.clock.sleep(30.0)
        async with controlled(clock, field, bound, tmp_path) as city:
            await city.all_as_wanted(K1)
            await city.clock.sleep(600.0)
            (after,) = city.alarms("cable_theft")
            assert (after.raised, after.text) == (before.raised, before.text)
            assert city.controller.desks.light_faults.of_scope(LC).learned == 6
