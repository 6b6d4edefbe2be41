"""The whole controller on soft devices in virtual time: what only shows when everything runs by itself."""

from __future__ import annotations

from pathlib import Path

from controller.domain.slots import Slot
from controller.store.journal_read import read
from tests.unit.runtime.soft_city import LC1, LC2, SoftField, soft_city

K1, K2 = f"{LC1}/K1", f"{LC1}/K2"
OTHER = f"{LC2}/K1"


async def test_an_order_goes_out_at_once_and_not_at_the_next_tick(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.clock.sleep(5.3)
        before_s = city.clock.monotonic()
        await city.order(K2, value="on")
        await city.until(lambda: (f"{K2}.command", True) in city.writes())
        assert city.clock.monotonic() - before_s < 0.5


async def test_a_lease_ends_when_its_time_is_over_and_the_program_goes_on(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.order(K2, value="on", for_s=65.0)
        await city.clock.sleep(64.0)
        assert city.lamps.value(LC1, "K2.feedback") is True
        await city.clock.sleep(2.5)
        assert city.lamps.value(LC1, "K2.feedback") is False
        assert city.assembly.book.decision(K2).winner.slot is Slot.SCHEDULE


async def test_every_command_is_confirmed_by_its_contact_and_both_are_in_the_journal(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.order(K1, OTHER, value="on")
        await city.clock.sleep(10.0)
        for target in (K1, OTHER):
            (command,) = city.controller.commands(target)
            steps = [state for state, _, _ in command.history]
            assert steps == ["VALIDATED", "QUEUED", "SENT", "ACKED", "VERIFYING", "CONFIRMED"]
    records = read(tmp_path / "data")
    story = [one.kind for one in records if K1 in str((one.target, one.data)) and one.kind != "alarm"]
    assert story == ["order", "commands", "outcome"]


async def test_it_is_not_ready_before_it_knows_of_every_device_who_can_be_reached(tmp_path: Path) -> None:
    field = SoftField()
    make = field.make
    field.make = lambda endpoint, clock, **said: _silent(make(endpoint, clock, **said))  # type: ignore[method-assign]  # none answers
    async with soft_city(tmp_path, soft=field) as city:
        health = city.controller.health()
        assert (health.alive, health.ready) == (True, False)
        assert "devices not read yet" in health.reasons[0]
        await city.ready()


async def test_a_restart_in_the_middle_of_an_override_switches_nothing(tmp_path: Path) -> None:
    field = SoftField()
    async with soft_city(tmp_path, soft=field) as city:
        await city.ready()
        await city.order(K2, value="on", for_s=600.0)
        await city.until(lambda: city.lamps.value(LC1, "K2.feedback") is True)
    shown = {point: field.drivers["gw-1"].value(LC1, point) for point in ("K2.command", "K2.feedback")}
    make = field.make
    field.make = lambda endpoint, clock, **said: _lit(make(endpoint, clock, **said), shown)  # type: ignore[method-assign]  # the field goes on as it was
    async with soft_city(tmp_path, soft=field) as city:
        await city.ready()
        await city.clock.sleep(30.0)
        assert city.writes("K2.command") == []
        assert city.assembly.book.decision(K2).winner.slot is Slot.CITY_MANUAL


def _lit(driver, shown):  # type: ignore[no-untyped-def]  # a soft device and what it showed
    for point, value in shown.items():
        if LC1 in driver._twins:
            driver.set(LC1, point, value)
    return driver


def _silent(driver):  # type: ignore[no-untyped-def]  # a soft device that leaves everybody waiting
    driver.go_silent()
    return driver
