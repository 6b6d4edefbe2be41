"""Acting alone under a declared response: allowed, flagged, countersigned within two hours by somebody else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import UnknownTarget
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.commanding.desk import CommandDesk
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, Receipt
from controller.settings.safety import Safety
from controller.store.journal_read import read
from tests.unit.runtime.commanding.test_second_person import GROUP, causes, held
from tests.unit.runtime.leases.lease_rig import unwritable
from tests.unit.runtime.soft_city import DUSK, SoftCity, person, soft_city

TWO_HOURS = 7200.0


async def declare(city: SoftCity, state: str) -> None:
    answer = await city.controller.desks.states.declare(
        "lighting", "city", state, for_s=6 * 3600.0, reason="red rain signal", caller=person("chief")
    )
    assert answer.accepted, answer.text_en


def desk(city: SoftCity) -> CommandDesk:
    return city.controller.desks.orders


async def acted_alone(city: SoftCity) -> Receipt:
    preview = await city.select(*GROUP, value="off", for_s=60.0)
    assert preview.second_person
    assert "one person may act" in preview.alone
    receipt = await city.operate(preview)
    assert isinstance(receipt, Receipt)
    assert causes(receipt) == {""}
    return receipt


async def test_under_a_declared_response_of_three_or_higher_one_person_acts_and_is_flagged(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iii")
        await acted_alone(city)
        assert held(city) == ("off", "lin")
        (debt,) = desk(city).to_countersign()
        assert (debt.actor, debt.targets, debt.overdue) == ("lin", 2, False)
        assert (debt.due - debt.acted).total_seconds() == TWO_HOURS
    order = next(record for record in read(tmp_path / "data") if record.kind == "order")
    assert order.data["countersign"] == debt.id


async def test_under_a_lower_response_it_still_takes_two(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iv")
        assert isinstance(await city.operate(await city.select(*GROUP, value="off", for_s=60.0)), ProposalView)
        assert desk(city).to_countersign() == ()


async def test_a_machine_never_acts_alone(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iii")
        preview = await city.select(*GROUP, value="off", for_s=60.0)
        assert preview.alone
        machine = Caller("scada")
        preview = await desk(city).select(Order(GROUP, "off", 60.0, "by a machine", "city_manual"), machine)
        receipt = await desk(city).operate(preview.token, machine)
        assert isinstance(receipt, Receipt)
        assert causes(receipt) == {"NO_ACCESS_AUTHORITY"}


async def test_only_another_person_countersigns(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iii")
        await acted_alone(city)
        (debt,) = desk(city).to_countersign()
        for nobody in (person("lin", "S-other"), Caller("scada")):
            assert causes(await desk(city).countersign(debt.id, nobody)) == {"NO_ACCESS_AUTHORITY"}
        assert causes(await desk(city).countersign(debt.id, person("wang"), "seen")) == {""}
        assert desk(city).to_countersign() == ()
        with pytest.raises(UnknownTarget):
            await desk(city).countersign(debt.id, person("wang"))
    kinds = [record.kind for record in read(tmp_path / "data")]
    assert kinds.count("countersign_denied") == 2
    assert kinds.count("countersigned") == 1


async def test_an_overdue_one_is_an_alarm_until_somebody_countersigns_also_across_a_restart(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iii")
        city.assembly.commanding.adopt(replace(city.site, safety=Safety(countersign=timedelta(seconds=90.0))))
        await acted_alone(city)
        (debt,) = desk(city).to_countersign()
        await city.clock.sleep(80.0)
        assert not city.assembly.alarms.standing(f"act/{debt.id}", "countersignature")
        await city.clock.sleep(40.0)
        assert city.assembly.alarms.standing(f"act/{debt.id}", "countersignature")
    async with soft_city(tmp_path) as city:
        assert [one.id for one in desk(city).to_countersign()] == [debt.id]
        await desk(city).countersign(debt.id, person("wang"))
        assert not city.assembly.alarms.standing(f"act/{debt.id}", "countersignature")
    async with soft_city(tmp_path) as city:
        assert desk(city).to_countersign() == ()


async def test_an_emergency_order_is_taken_once_a_response_is_declared(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iii")
        (outcome,) = (await city.order(GROUP[0], value="on", slot="emergency_order")).outcomes
        assert outcome.accepted


async def test_a_debt_of_an_act_that_no_disk_took_is_kept_once_one_does(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iii")
        with unwritable(city.store.folder.journal, "INSERT", "entries"):
            preview = await city.select(*GROUP, value="off", for_s=3600.0, slot="emergency_order")
            answer = await city.operate(preview)
            assert isinstance(answer, Receipt)
            assert causes(answer) == {""}
        await city.clock.sleep(5.0)
    async with soft_city(tmp_path) as city:
        (debt,) = desk(city).to_countersign()
        assert debt.actor == "lin"


async def test_a_clock_set_back_while_we_were_stopped_gives_nobody_longer(tmp_path: Path) -> None:
    async with soft_city(tmp_path, DUSK) as city:
        await city.ready()
        await declare(city, "flood_iii")
        await acted_alone(city)
    async with soft_city(tmp_path, DUSK - timedelta(hours=5)) as city:
        await city.clock.sleep(TWO_HOURS + 60.0)
        (debt,) = desk(city).to_countersign()
        assert debt.overdue


async def test_an_emergency_order_goes_on_when_nobody_can_tell_whether_it_was_given_before(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iii")
        previews = [
            await city.select(*GROUP, value="off", slot=slot, request_id=slot)
            for slot in ("city_manual", "emergency_order")
        ]
        with closing(sqlite3.connect(tmp_path / "data" / "state.sqlite")) as state:
            state.execute("ALTER TABLE outcomes RENAME TO unreadable")
        ordinary, emergency = [await city.operate(preview) for preview in previews]
        assert isinstance(ordinary, Receipt)
        assert causes(ordinary) == {"JOURNAL_UNAVAILABLE"}
        assert isinstance(emergency, Receipt)
        assert causes(emergency) == {""}
        assert all(city.assembly.book.holder(target, Slot.EMERGENCY_ORDER) for target in GROUP)
        assert not any(city.assembly.book.holder(target, Slot.CITY_MANUAL) for target in GROUP)


async def test_an_emergency_order_is_not_extended_once_the_response_is_over(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await declare(city, "flood_iii")
        (outcome,) = (await city.order(GROUP[0], value="on", slot="emergency_order", for_s=600.0)).outcomes
        assert outcome.accepted, outcome.text
        states, leases = city.controller.desks.states, city.controller.desks.leases
        longer = await leases.extend(str(outcome.lease_id), 1200.0, person("lin"), "goes on")
        assert isinstance(longer, Receipt)
        assert causes(longer) == {""}
        assert (await states.end(states.list()[0].id, person("chief"), reason="the rain is over")).accepted
        refused = await leases.extend(str(outcome.lease_id), 2400.0, person("lin"), "goes on")
        assert isinstance(refused, Receipt)
        assert causes(refused) == {"NO_ACCESS_AUTHORITY"}
        (release,) = (await city.controller.desks.orders.release(str(outcome.lease_id), person("lin"))).outcomes
        assert release.accepted
