"""The small city with interlocks of a test's own, its pump unit ordered to start."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from controller.assembly import Assembly
from controller.domain.expression import parse
from controller.domain.intents import UnitMode, UnitOrder, parse_intent
from controller.domain.points import TargetId
from controller.domain.request import Lease, Request
from controller.domain.slots import Slot
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, OnBad
from controller.runtime.clocks import ScaledClock
from controller.settings.load import load_site
from controller.store.store import Store
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import DUSK, LC1, PS, SoftCity, SoftField
from tests.unit.settings.small_site import changed, write_site

P1, K1 = f"{PS}/P1", f"{LC1}/K1"
RACK = InterlockSpec(
    id="rack-clear",
    kind=InterlockKind.PERMISSIVE,
    target=PS,
    action=Action.START,
    condition=parse("rack_head_m < 0.3"),
    on_bad=OnBad.BLOCK,
    text_zh="拦污栅堵塞",
    text_en="the rack is blocked",
    bypassable=True,
    clear_zh="清污",
    clear_en="clean it",
    bypass_max_s=7200.0,
)
STRICT = replace(RACK, id="strict", bypassable=False, condition=parse("rack_head_m < 4"))
TRIP = replace(RACK, id="trip", kind=InterlockKind.TRIP, target=P1, condition=parse("rack_head_m < 0.45"))


@contextlib.asynccontextmanager
async def guarded_city(
    tmp_path: Path,
    *interlocks: InterlockSpec,
    soft: SoftField | None = None,
    start: datetime = DUSK,
) -> AsyncIterator[SoftCity]:
    """A running controller; the same ``soft`` again is the same field for the next process."""
    # The built-in guard of the rack binds later than the interlock that is bypassed here.
    own_rack = changed(
        "site/assets/water.yaml", "    automatic: true\n", "    automatic: true\n    rack: {start_m: 0.5}\n"
    )
    site = replace(load_site(write_site(tmp_path / "config", own_rack)), interlocks=tuple(interlocks))
    clock = ScaledClock(start, source=asyncio.get_running_loop().time, origin_s=asyncio.get_running_loop().time())
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


async def rack(city: SoftCity, head_m: float) -> None:
    """The rack's head, seen by the controller."""
    plc(city).set(PS, "rack_head_m", head_m)
    await city.clock.sleep(20.0)


async def wants_to_start(city: SoftCity) -> None:
    """Good water, a station in our hands, and the unit ordered to start."""
    for point, value in {
        "inner_level_1_m": 2.5,
        "inner_level_2_m": 2.5,
        "outer_level_m": 1.0,
        "mode": "REMOTE",
    }.items():
        plc(city).set(PS, point, value)
    plc(city).set(PS, "P1.available", True)
    now = city.clock.now()
    for target, said in ((PS, "hold"), (P1, "start")):
        lease = Lease(f"L-{target}", now, now + timedelta(hours=12), city.clock.monotonic() + 12 * 3600.0)
        kind = city.site.city.targets[target].kind
        order = Request(target, Slot.CITY_MANUAL, parse_intent(kind, said), "lin", "test", lease=lease)
        city.assembly.book.hold(order)
    await city.clock.sleep(130.0)  # its shaft is surely still


def held_by(city: SoftCity, target: TargetId = P1) -> list[str]:
    """The interlocks that hold or force the target, by what people are told."""
    return [one.id for one in city.controller.explain(target).interlocks if one.ruling != "bypassed"]


def stopped_in_slot_2(city: SoftCity) -> bool:
    winner = city.assembly.book.decision(P1).winner
    return winner.slot is Slot.EQUIPMENT_PROTECTION and winner.value == UnitOrder(UnitMode.STOP)
