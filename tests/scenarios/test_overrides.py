"""A person's order and its end: the program takes over again, whoever is masked comes to light."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from controller.domain.rights import Caller
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from hil.plants.cabinet import ControlSwitch
from tests.scenarios.city import LOCAL, hangzhou, running_city
from tests.scenarios.part import part_of

NIGHT = datetime(2026, 6, 21, 21, 0, tzinfo=LOCAL)
CABINET = "330102-LC-0001"
CIRCUIT = f"{CABINET}/K1"
CITY, DISTRICT = "city_manual", "district_manual"
NO_RESTRIKE_S = 60.0


async def test_an_override_ends_with_its_lease_and_the_program_takes_over(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(CIRCUIT)
        ordered = city.clock.now()
        assert (await city.order(CIRCUIT, "off", for_s=600.0)).accepted
        await city.until(lambda: city.shown(CIRCUIT).actual == "off", within_s=5)
        shown = city.shown(CIRCUIT)
        assert (shown.winner.name, shown.agrees) == (DISTRICT, True)
        assert [slot.name for slot in shown.masked][:1] == ["schedule"]
        assert len(shown.after_leases) == 1

        await city.clock.sleep(590.0)
        assert city.shown(CIRCUIT).actual == "off"
        await city.until(lambda: city.shown(CIRCUIT).actual == "on", within_s=20)
        assert city.shown(CIRCUIT).winner.name == "schedule"
        off, on = city.moves(CIRCUIT)
        assert (off.value, on.value) == (False, True)
        assert timedelta() <= off.at - ordered < timedelta(seconds=3)
        assert timedelta(seconds=600) <= on.at - ordered < timedelta(seconds=604)
    assert [record.data["why"] for record in read(tmp_path, kind="lease_ended")] == ["its time was over"]
    assert verify(tmp_path).ok


async def test_an_override_released_early_ends_at_once_but_never_against_the_re_strike_pause(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(CIRCUIT)
        outcome = await city.order(CIRCUIT, "off", for_s=3600.0)
        await city.until(lambda: city.shown(CIRCUIT).actual == "off", within_s=5)
        assert outcome.lease_id is not None
        await city.controller.release(outcome.lease_id, Caller("an operator", person="an operator"), "done early")
        await city.clock.sleep(1.0)
        held = city.shown(CIRCUIT)
        assert (held.winner.name, held.wanted, held.actual) == ("schedule", "on", "off")
        assert [interlock.id for interlock in held.interlocks] == ["light.no_restrike"]

        await city.until(lambda: city.shown(CIRCUIT).actual == "on", within_s=NO_RESTRIKE_S + 5)
        off, on = city.moves(CIRCUIT)
        assert timedelta(seconds=NO_RESTRIKE_S - 1) <= on.at - off.at < timedelta(seconds=NO_RESTRIKE_S + 4)
        assert not city.shown(CIRCUIT).interlocks


async def test_the_city_masks_the_district_and_its_end_reveals_it(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(CIRCUIT)
        assert (await city.order(CIRCUIT, "off", for_s=1200.0, slot=DISTRICT, actor="district")).accepted
        await city.until(lambda: city.shown(CIRCUIT).actual == "off", within_s=5)
        assert (await city.order(CIRCUIT, "on", for_s=300.0, slot=CITY, actor="city")).accepted
        await city.until(lambda: city.shown(CIRCUIT).actual == "on", within_s=NO_RESTRIKE_S + 5)
        shown = city.shown(CIRCUIT)
        assert (shown.winner.owner, shown.masked[0].name) == ("city", DISTRICT)

        await city.until(lambda: city.shown(CIRCUIT).winner.owner == "district", within_s=310)
        await city.until(lambda: city.shown(CIRCUIT).actual == "off", within_s=5)
        await city.until(lambda: city.shown(CIRCUIT).winner.name == "schedule", within_s=1200)
        await city.until(lambda: city.shown(CIRCUIT).actual == "on", within_s=5)
        assert [event.value for event in city.moves(CIRCUIT)] == [False, True, False, True]


async def test_another_owner_is_kept_out_of_a_held_slot(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(CIRCUIT)
        assert (await city.order(CIRCUIT, "off", for_s=600.0, actor="first")).accepted
        refused = await city.order(CIRCUIT, "on", for_s=600.0, actor="second")
        assert (refused.accepted, refused.cause) == (False, "LOCKED_BY_OTHER_CLIENT")
        await city.clock.sleep(100.0)
        assert city.shown(CIRCUIT).winner.owner == "first"


async def test_a_key_turned_to_local_blocks_us_and_the_actual_state_is_taken_over_afterwards(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=part_of(hangzhou(), CABINET)) as city:
        await city.all_as_wanted(CIRCUIT)
        cabinet = city.field.cabinet(CABINET)
        cabinet.turn_switch(ControlSwitch.LOCAL)
        await city.clock.sleep(10.0)
        cabinet.switch_locally("K1", on=False)
        await city.clock.sleep(300.0)
        blocked = city.shown(CIRCUIT)
        assert (blocked.wanted, blocked.actual) == ("on", "off")
        assert [(interlock.id, interlock.cause) for interlock in blocked.interlocks] == [
            ("light.local_switch", "BLOCKED_LOCAL")
        ]
        assert "解放东路" in blocked.interlocks[0].reason
        assert [event.value for event in city.moves(CIRCUIT)] == [False]
        cabinet = city.field.cabinet(CABINET)
        cabinet.turn_switch(ControlSwitch.REMOTE)
        await city.until(lambda: city.shown(CIRCUIT).actual == "on", within_s=70)
        assert not city.shown(CIRCUIT).interlocks
