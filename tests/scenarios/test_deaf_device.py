"""A device that acknowledges and does nothing: seen by its feedback, tried again with patience, alarmed."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from controller.runtime.views import CommandView
from tests.scenarios.city import LOCAL, RunningCity, hangzhou, running_city
from tests.scenarios.part import part_of

EVENING = datetime(2026, 6, 21, 18, 58, tzinfo=LOCAL)
AFTER_SUNSET = datetime(2026, 6, 21, 19, 20, tzinfo=LOCAL)
NO_RESTRIKE_S = 60.0
CABINET = "330102-LC-0001"
CIRCUIT, SOUND = f"{CABINET}/K1", f"{CABINET}/K3"


def break_it(city: RunningCity, fault: str) -> None:
    cabinet = city.field.cabinet(CABINET)
    if fault == "the coil is dead":
        cabinet.circuits["K1"].contactor.stuck = True
    else:
        city.field.device(CABINET).ignore("K1.command")


def repair(city: RunningCity) -> None:
    city.field.device(CABINET).heal()
    city.field.cabinet(CABINET).circuits["K1"].contactor.repair()


def attempts(city: RunningCity) -> list[CommandView]:
    """Commands of the broken circuit, oldest first."""
    return list(reversed(city.controller.commands(CIRCUIT)))


@pytest.mark.parametrize("fault", ["the coil is dead", "the electronics ignore the register"])
async def test_it_is_a_mismatch_tried_again_later_each_time_and_over_once_repaired(tmp_path: Path, fault: str) -> None:
    async with running_city(tmp_path, EVENING, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(CIRCUIT, SOUND)
        break_it(city, fault)
        await city.until(lambda: bool(city.alarms("mismatch")), within_s=1500)
        assert [alarm.source for alarm in city.alarms("mismatch")] == [CIRCUIT]
        assert "told True and acknowledged it" in city.alarms("mismatch")[0].text
        assert city.shown(CIRCUIT).agrees is False
        assert city.shown(SOUND).agrees is True

        await city.clock.sleep(600.0)
        waits_s = [(later.created - earlier.created).total_seconds() for earlier, later in pairwise(attempts(city))]
        assert waits_s == sorted(waits_s)
        assert waits_s == pytest.approx([30.0, 60.0, 120.0, 300.0][: len(waits_s)], abs=2.0)
        assert {command.state for command in attempts(city)} == {"MISMATCH"}
        assert len(city.alarms("mismatch")) == 1
        assert not city.moves(CIRCUIT)

        repair(city)
        await city.until(lambda: city.shown(CIRCUIT).agrees is True, within_s=310)
        await city.until(lambda: not city.alarms("mismatch"), within_s=5)
        assert attempts(city)[-1].state == "CONFIRMED"
        assert [event.value for event in city.moves(CIRCUIT)] == [True]


async def test_an_auxiliary_contact_that_lies_is_a_mismatch_too(tmp_path: Path) -> None:
    async with running_city(tmp_path, AFTER_SUNSET, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(CIRCUIT)
        city.field.cabinet(CABINET).circuits["K1"].contactor.lying = False
        await city.until(lambda: bool(city.alarms("mismatch")), within_s=NO_RESTRIKE_S + 15)
        assert city.field.cabinet(CABINET).circuits["K1"].contactor.closed
        repair(city)
        await city.until(lambda: not city.alarms("mismatch"), within_s=310)


async def test_a_mismatch_is_over_when_the_order_it_did_not_follow_is(tmp_path: Path) -> None:
    async with running_city(tmp_path, AFTER_SUNSET, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(CIRCUIT)
        city.field.cabinet(CABINET).circuits["K1"].contactor.welded = True
        assert (await city.order(CIRCUIT, "off", for_s=120.0)).accepted
        await city.until(lambda: bool(city.alarms("mismatch")), within_s=15)
        await city.until(lambda: city.shown(CIRCUIT).winner.name == "schedule", within_s=125)
        await city.until(lambda: not city.alarms("mismatch"), within_s=30)
        assert not city.moves(CIRCUIT)
