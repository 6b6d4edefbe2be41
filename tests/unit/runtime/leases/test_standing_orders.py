"""Standing orders: two people to begin, one person each shift to go on, and an end if nobody cares."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.runtime.leases.standing_orders import ENDED
from controller.runtime.leases.watch import UNCONFIRMED
from controller.store.journal_read import read
from tests.unit.runtime.core_field import TREES
from tests.unit.runtime.leases.lease_rig import HOUR, LIN_AGAIN, MACHINE, WANG, LeaseRig, lease_rig


def unconfirmed(rig: LeaseRig, standing_id: str) -> bool:
    return rig.alarmed(f"standing/{standing_id}", UNCONFIRMED)


async def test_longer_than_the_maximum_is_a_standing_order_that_stands_two_shifts_by_itself(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine, name = await rig.standing(TREES)
        view = rig.lease(mine)
        assert (view.standing, view.remaining_s) == (name, 24 * HOUR)
        (order,) = rig.desk.standing()
        assert order.until - order.confirmed == timedelta(hours=72)
        assert order.confirm_by - order.confirmed == timedelta(hours=12)
        assert (order.owner, order.confirmed_by, order.targets, order.overdue) == ("lin", "wang", 1, False)
    (line,) = [record for record in read(tmp_path) if record.kind == "standing_order"]
    assert (line.actor, line.data["confirmed_by"]) == ("lin", "wang")


async def test_confirmed_each_shift_it_stands_until_its_end_and_no_longer(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine, name = await rig.standing(TREES, 30 * HOUR)
        for _ in range(2):
            await rig.pass_time(11 * HOUR)
            (outcome,) = (await rig.desk.confirm_standing(name, WANG, "seen")).outcomes
            assert outcome.accepted
        assert rig.lease(mine).remaining_s == 8 * HOUR
        await rig.pass_time(8 * HOUR - 10.0)
        assert rig.held(TREES) is not None
        await rig.pass_time(20.0)
        assert rig.held(TREES) is None
        assert rig.desk.standing() == []
        assert not [alarm for alarm in rig.alarms.all() if alarm.condition == ENDED]


async def test_not_confirmed_it_is_alarmed_after_a_shift_and_ends_after_the_next(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        _, name = await rig.standing(TREES)
        await rig.pass_time(12 * HOUR - 10.0)
        assert not unconfirmed(rig, name)
        await rig.pass_time(20.0)
        assert unconfirmed(rig, name)
        await rig.pass_time(12 * HOUR - 40.0)
        assert rig.held(TREES) is not None
        await rig.pass_time(60.0)
        assert rig.held(TREES) is None
        assert not unconfirmed(rig, name)
        (told,) = [alarm for alarm in rig.alarms.all() if alarm.condition == ENDED]
        assert (told.priority, "nobody confirmed it for two shifts" in told.text) == (2, True)
    (line,) = [record for record in read(tmp_path) if record.kind == "standing_ended"]
    assert line.data["unconfirmed"]


async def test_a_late_confirmation_takes_the_alarm_back_and_is_journalled(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine, name = await rig.standing(TREES)
        await rig.pass_time(13 * HOUR)
        assert unconfirmed(rig, name)
        await rig.desk.confirm_standing(name, LIN_AGAIN, "still needed")
        rig.desk.look()
        assert not unconfirmed(rig, name)
        assert rig.lease(mine).remaining_s == 24 * HOUR
    (line,) = [record for record in read(tmp_path) if record.kind == "standing_confirmed"]
    assert (line.actor, line.data["person"], line.data["reason"]) == ("lin-phone", "lin", "still needed")


async def test_only_a_person_with_a_reason_confirms_a_standing_order(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine, name = await rig.standing(TREES)
        await rig.pass_time(HOUR)
        (outcome,) = (await rig.desk.confirm_standing(name, MACHINE, "me")).outcomes
        assert outcome.cause == "NO_ACCESS_AUTHORITY"
        with pytest.raises(InvalidValue, match="next shift"):
            await rig.desk.confirm_standing(name, WANG, " ")
        with pytest.raises(UnknownTarget, match="no standing order"):
            await rig.desk.confirm_standing("none", WANG, "seen")
        assert rig.lease(mine).remaining_s == 23 * HOUR


@pytest.mark.parametrize("hours", [0, 1, -1])
async def test_a_stepped_clock_changes_nothing_of_a_shift_while_we_run(tmp_path: Path, hours: int) -> None:
    async with lease_rig(tmp_path) as rig:
        _, name = await rig.standing(TREES)
        rig.clock.stepped += timedelta(hours=hours)
        await rig.pass_time(12 * HOUR - 10.0)
        assert not unconfirmed(rig, name)
        await rig.pass_time(20.0)
        assert unconfirmed(rig, name)
        await rig.pass_time(12 * HOUR)
        assert rig.held(TREES) is None


async def test_a_standing_order_goes_on_after_a_restart_with_what_is_left_of_its_shift(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine, name = await rig.standing(TREES)
        await rig.pass_time(10 * HOUR)
    rig.clock.s += HOUR
    async with lease_rig(tmp_path, rig.clock) as rig:
        (view,) = rig.desk.standing()
        assert (view.id, view.overdue, rig.lease(mine).remaining_s) == (name, False, 13 * HOUR)
        await rig.pass_time(HOUR + 10.0)
        assert unconfirmed(rig, name)


async def test_a_clock_set_back_while_we_were_stopped_lengthens_no_standing_order(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine, _ = await rig.standing(TREES, 30 * HOUR)
    rig.clock.stepped -= timedelta(days=5)
    async with lease_rig(tmp_path, rig.clock) as rig:
        assert rig.lease(mine).remaining_s == 24 * HOUR
        await rig.pass_time(24 * HOUR + 10.0)
        assert rig.held(TREES) is None


async def test_a_machine_cannot_make_an_order_stand(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES, caller=MACHINE)
        with pytest.raises(InvalidValue, match="machine"):
            await rig.desk.extend(mine, 72 * HOUR, MACHINE, "for ever")
        assert rig.lease(mine).remaining_s == HOUR


async def test_a_standing_order_made_to_stand_longer_is_one_standing_order(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine, _ = await rig.standing(TREES)
        await rig.confirmed(await rig.proposed(mine, 100 * HOUR))
        (view,) = rig.desk.standing()
        assert view.until - view.confirmed == timedelta(hours=100)
    async with lease_rig(tmp_path, rig.clock) as rig:
        assert len(rig.desk.standing()) == 1


async def test_an_aborted_standing_order_stands_no_more_and_nobody_is_alarmed(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        await rig.standing(TREES)
        await rig.desk.abort("R1", WANG, "not needed any more")
        rig.desk.look()
        assert rig.desk.standing() == []
        assert rig.alarms.all() == []
    async with lease_rig(tmp_path, rig.clock) as rig:
        assert rig.desk.standing() == []
