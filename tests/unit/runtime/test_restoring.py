from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from controller.domain.slots import Slot
from controller.runtime.alarming.kept import alarm_data
from controller.runtime.alarms import Alarm, AlarmBook, AlarmState
from controller.runtime.restoring import restore
from controller.store.changes import PutRequest
from tests.unit.logic.water_rig import station
from tests.unit.runtime.core_rig import PS, ROAD, TREES, CoreRig


def test_a_lease_comes_back_with_its_remaining_time_and_no_switching_in_between() -> None:
    rig = CoreRig(station(automatic=False)).run(3)
    rig.order(TREES, "on", for_s=100.0)
    rig.run(20)
    rig.nobody_looks(30)
    rig.restart()
    held = rig.book.holder(TREES, Slot.CITY_MANUAL)
    assert held is not None
    assert held.lease is not None
    assert held.lease.expires_s - rig.clock.s == pytest.approx(50.0)
    rig.run(45)
    assert rig.lamps.closed["K2"] is True
    assert sum(rig.commands.counts.values()) == 0
    rig.run(10)
    assert rig.lamps.closed["K2"] is False


def test_a_lease_that_ran_out_meanwhile_is_ended_and_told() -> None:
    rig = CoreRig().run(3)
    rig.order(TREES, "on", for_s=20.0)
    rig.run(5)
    rig.nobody_looks(60)
    rig.restart()
    assert [request.target for request in rig.ended] == [TREES]
    assert rig.book.holder(TREES, Slot.CITY_MANUAL) is None
    assert rig.kept.requests == {}


@pytest.mark.parametrize(("hours", "left_s"), [(-1, 100.0), (1, None)])
def test_a_wall_clock_stepped_while_we_were_down_never_lengthens_a_lease(hours: int, left_s: float | None) -> None:
    rig = CoreRig().run(3)
    rig.order(TREES, "on", for_s=100.0)
    rig.clock.stepped += timedelta(hours=hours)
    rig.restart()
    held = rig.book.holder(TREES, Slot.CITY_MANUAL)
    left = held.lease.expires_s - rig.clock.s if held is not None and held.lease is not None else None
    assert left == left_s


def test_a_latch_has_no_end_and_survives_every_restart() -> None:
    rig = CoreRig().run(3)
    rig.order(ROAD, "off", slot=Slot.LIFE_SAFETY)
    rig.nobody_looks(100_000)
    rig.restart()
    rig.run(3)
    assert rig.book.decision(ROAD).winner.slot is Slot.LIFE_SAFETY


def test_an_order_for_a_target_that_is_gone_is_handed_back_and_not_held() -> None:
    rig = CoreRig().run(3)
    strange = replace(rig.request(TREES, "on", Slot.CITY_MANUAL, 600.0, "lin"), target="330106-LC-0001/K9")
    rig.kept.apply(PutRequest(strange))
    rig.restart()
    assert [request.target for request in rig.ended] == ["330106-LC-0001/K9"]


def test_nothing_computed_is_restored_it_is_worked_out_from_the_field() -> None:
    rig = CoreRig().run(3)
    rig.restart()
    assert rig.book.requests(ROAD) == ()
    assert rig.book.requests(PS) == ()


def test_alarms_come_back_as_they_stood() -> None:
    rig = CoreRig()
    wall = rig.clock.now()
    alarm = Alarm("x:offline", "x", "offline", "gone", 2, AlarmState.RTNUN, wall, wall, "lin")
    stored = replace(rig.kept.stored(), alarms={alarm.id: alarm_data(alarm)})
    book = AlarmBook(rig.clock, lambda _: None)
    restore(stored, rig.book, book, rig.water, rig.clock)
    assert book.all() == [alarm]


def test_a_units_starts_hours_and_lock_out_come_back() -> None:
    rig = CoreRig()
    rig.pumps.inner_m = 3.4
    rig.run(400)
    before = rig.water._memories[PS].units
    rig.nobody_looks(60)
    rig.restart()
    after = rig.water._memories[PS].units
    for target, unit in before.items():
        again = after[target]
        assert unit.starts_total == again.starts_total == 1
        assert again.starts_s == pytest.approx(unit.starts_s, abs=1e-3)
        assert again.running_since_s == pytest.approx(unit.starts_s[-1], abs=1e-3)
