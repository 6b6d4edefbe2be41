"""Leases between their order and their end: extended, aborted, warned of. On real stores, the clock moved by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.leases.watch import ENDS_SOON
from controller.runtime.views import Receipt
from controller.store.journal_read import read
from tests.unit.runtime.core_field import ROAD, TREES
from tests.unit.runtime.leases.lease_rig import HOUR, LIN, LIN_AGAIN, MACHINE, WANG, LeaseRig, lease_rig, unwritable

# -- extending ----------------------------------------------------------------------------------------------------


async def test_an_extended_lease_keeps_its_id_and_ends_when_it_was_extended_to(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES)
        await rig.pass_time(3000.0)
        outcome = await rig.extended(mine, 2 * HOUR)
        assert (outcome.accepted, outcome.lease_id) == (True, mine)
        await rig.pass_time(2 * HOUR - 10.0)
        assert rig.held(TREES) is not None
        await rig.pass_time(20.0)
        assert rig.held(TREES) is None


async def test_an_extended_lease_is_still_extended_after_a_restart(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES)
        await rig.extended(mine, 3 * HOUR)
    async with lease_rig(tmp_path, rig.clock) as rig:
        assert rig.lease(mine).remaining_s == pytest.approx(3 * HOUR)


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_stepped_wall_clock_neither_ends_nor_lengthens_an_extended_lease(tmp_path: Path, hours: int) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES)
        await rig.extended(mine, 1.5 * HOUR)
        rig.clock.stepped += timedelta(hours=hours)
        assert rig.lease(mine).remaining_s == 1.5 * HOUR
        await rig.pass_time(1.5 * HOUR - 10.0)
        assert rig.held(TREES) is not None
        await rig.pass_time(20.0)
        assert rig.held(TREES) is None


async def test_an_extension_is_one_line_in_the_journal_and_one_request_of_its_own(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES)
        receipt = await rig.desk.extend(mine, 2 * HOUR, LIN, "goes on")
        assert isinstance(receipt, Receipt)
        view = rig.undertakings.get(receipt.request_id, "lin")
        assert (view.kind, view.state, view.reason) == ("extend", "CONFIRMED", "goes on")
        assert {"RECEIVED", "AUTHORISED", "CONFIRMED"} <= view.stages.keys()
    (line,) = [record for record in read(tmp_path) if record.kind == "extend"]
    assert (line.actor, line.target, line.data["leases"]) == ("lin", TREES, {TREES: mine})


async def test_everything_a_request_holds_is_extended_in_one_act(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        await rig.order(ROAD, TREES)
        answer = await rig.desk.extend_request("R1", 2 * HOUR, LIN, "goes on")
        assert isinstance(answer, Receipt)
        assert {one.target: one.accepted for one in answer.outcomes} == {ROAD: True, TREES: True}
        assert [view.remaining_s for view in rig.desk.living(request_id="R1")] == [2 * HOUR, 2 * HOUR]
        with pytest.raises(UnknownTarget, match="holds no lease"):
            await rig.desk.extend_request("R1", HOUR, WANG, "mine?")
    assert [record.kind for record in read(tmp_path)].count("extend") == 1


@pytest.mark.parametrize(
    ("caller", "for_s", "cause"),
    [
        (WANG, 2 * HOUR, "LOCKED_BY_OTHER_CLIENT"),
        (LIN, 600.0, "OUT_OF_RANGE"),
        (LIN, 31 * 24 * HOUR, "OUT_OF_RANGE"),
    ],
)
async def test_an_extension_by_another_to_earlier_or_beyond_everything_is_refused(
    tmp_path: Path, caller: Caller, for_s: float, cause: str
) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES)
        outcome = await rig.extended(mine, for_s, caller)
        assert (outcome.accepted, outcome.cause) == (False, cause)
        assert rig.lease(mine).remaining_s == HOUR
    assert [record.kind for record in read(tmp_path)].count("extend_refused") == 1


@pytest.mark.parametrize("for_s", [float("nan"), float("inf"), -5.0, 0.0])
async def test_an_extension_that_makes_no_sense_is_not_even_looked_at(tmp_path: Path, for_s: float) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES)
        with pytest.raises(InvalidValue, match="at least 1 s"):
            await rig.desk.extend(mine, for_s, LIN, "goes on")
        with pytest.raises(InvalidValue, match="needs a reason"):
            await rig.desk.extend(mine, HOUR, LIN, "  ")
        with pytest.raises(UnknownTarget, match="ended by itself"):
            await rig.desk.extend("gone", HOUR, LIN, "goes on")


class NoRight:
    def outside(self, caller: Caller, slot: Slot, targets: Sequence[str]) -> dict[str, str]:
        assert slot is Slot.CITY_MANUAL
        assert list(targets) in ([TREES], [ROAD])
        return {TREES: f"{caller.actor} may not operate here any more"}


async def test_an_extension_and_an_abort_ask_the_authority_again(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES)
        rig.desk.authorise_by(NoRight())
        outcome = await rig.extended(mine, 2 * HOUR)
        assert (outcome.cause, outcome.text) == ("NO_ACCESS_AUTHORITY", "lin may not operate here any more")
        (outcome,) = (await rig.desk.abort("R1", LIN, "no")).outcomes
        assert outcome.cause == "NO_ACCESS_AUTHORITY"
        assert rig.held(TREES) is not None
    assert {"extend_refused", "abort_refused"} <= {record.kind for record in read(tmp_path)}


async def test_rights_that_went_since_an_extension_was_proposed_refuse_its_confirmation(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(ROAD, said="off", for_s=300.0)
        proposal = await rig.proposed(mine, 2 * HOUR)
        rig.desk.authorise_by(NoRight())
        assert (await rig.confirmed(proposal)).cause == "NO_ACCESS_AUTHORITY"
        assert rig.lease(mine).remaining_s == 300.0


async def _act(rig: LeaseRig, act: str, lease_id: str) -> object:
    if act == "extend":
        return await rig.desk.extend(lease_id, 2 * HOUR, LIN, "on")
    return await rig.desk.abort("R1", LIN, "no")


@pytest.mark.parametrize("act", ["extend", "abort"])
@pytest.mark.parametrize("medium", ["journal", "state"])
async def test_what_cannot_be_written_down_is_not_done_to_a_lease(tmp_path: Path, act: str, medium: str) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES)
        await rig.keeper.flush()
        row = ("INSERT" if act == "extend" else "DELETE", "requests") if medium == "state" else ("INSERT", "entries")
        with unwritable(tmp_path / f"{medium}.sqlite", *row):
            answer = await _act(rig, act, mine)
        assert isinstance(answer, Receipt)
        assert (answer.outcomes[0].accepted, answer.outcomes[0].cause) == (False, "JOURNAL_UNAVAILABLE")
        assert rig.lease(mine).remaining_s == HOUR
        assert rig.undertakings.get("R1").counts == {"VALIDATED": 1}
    kinds = [record.kind for record in read(tmp_path)]
    assert (kinds.count(act), kinds.count(f"{act}_void")) == (int(medium == "state"), 1)


# -- extensions of two people ----------------------------------------------------------------------------------------


async def test_what_would_now_reach_into_the_night_takes_a_second_person(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(ROAD, said="off", for_s=300.0)
        proposal = await rig.proposed(mine, 2 * HOUR)
        assert proposal.kind == "extend"
        assert any("between sunset and sunrise" in line for line in proposal.wording.lines)
        assert rig.lease(mine).remaining_s == 300.0
        for nobody in (LIN, LIN_AGAIN, MACHINE):
            assert (await rig.confirmed(proposal, nobody)).cause == "NO_ACCESS_AUTHORITY"
        assert (await rig.confirmed(proposal)).accepted
        view = rig.lease(mine)
        assert (view.owner, view.confirmed_by, view.remaining_s) == ("lin", "wang", 2 * HOUR)
        assert rig.proposals.open() == ()
    (line,) = [record for record in read(tmp_path) if record.kind == "extend"]
    assert (line.actor, line.data["confirmed_by"]) == ("lin", "wang")


async def test_what_took_two_people_takes_two_again_after_a_restart_too(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(ROAD, said="off", for_s=300.0)
        await rig.confirmed(await rig.proposed(mine, HOUR))
    async with lease_rig(tmp_path, rig.clock) as rig:
        again = await rig.proposed(mine, 2 * HOUR)
        assert again.wording.lines[0] == "the order took two people (wang confirmed it)"


async def test_an_extension_of_what_ended_meanwhile_cannot_be_confirmed(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(ROAD, said="off", for_s=60.0)
        proposal = await rig.proposed(mine, 2 * HOUR)
        await rig.pass_time(70.0)
        outcome = await rig.confirmed(proposal)
        assert (outcome.accepted, "none of these leases lives" in outcome.text) == (False, True)
        assert rig.held(ROAD) is None


async def test_what_goes_the_protective_way_is_extended_by_one_person_in_the_night_too(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(ROAD)
        assert (await rig.extended(mine, 8 * HOUR)).accepted


# -- abort -----------------------------------------------------------------------------------------------------------


async def test_an_abort_releases_every_lease_of_its_request_and_no_other(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        await rig.order(ROAD, TREES)
        other = await rig.order(ROAD, request_id="R2", slot=Slot.DISTRICT_MANUAL)
        receipt = await rig.desk.abort("R1", WANG, "wrong road")
        assert {one.target: one.accepted for one in receipt.outcomes} == {ROAD: True, TREES: True}
        assert [view.id for view in rig.desk.living()] == [other]
        view = rig.undertakings.whole("R1", "lin")
        assert {(one.state, one.remark) for one in view.parts} == {("CANCELLED", "aborted by wang: wrong road")}
        assert rig.undertakings.get(receipt.request_id, "wang").kind == "abort"
        with pytest.raises(UnknownTarget, match="in force any more"):
            await rig.desk.abort("R1", WANG, "again")
    async with lease_rig(tmp_path, rig.clock) as rig:
        assert [view.id for view in rig.desk.living()] == [other]
        assert rig.undertakings.get("R1").counts == {"CANCELLED": 2}


async def test_an_abort_needs_a_reason_and_something_to_abort(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        await rig.order(ROAD)
        with pytest.raises(InvalidValue, match="needs a reason"):
            await rig.desk.abort("R1", LIN, " ")
        with pytest.raises(UnknownTarget, match="no request R9"):
            await rig.desk.abort("R9", LIN, "no")


# -- warnings --------------------------------------------------------------------------------------------------------


def ends_soon(rig: LeaseRig) -> bool:
    return rig.alarmed("lease/lin/R1", ENDS_SOON)


async def test_the_end_of_a_request_is_warned_of_once_with_what_comes_then(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        await rig.order(ROAD, TREES, for_s=HOUR)
        await rig.pass_time(49 * 60.0)
        assert not ends_soon(rig)
        await rig.pass_time(70.0)
        assert ends_soon(rig)
        (alarm,) = [one for one in rig.alarms.all() if one.condition == ENDS_SOON]
        assert (alarm.priority, "2 targets" in alarm.text, "分钟后到期" in alarm.text) == (4, True, True)
        assert "default (on) ×1, default (off) ×1" in alarm.text
        assert all(view.warned for view in rig.desk.living())
        await rig.pass_time(600.0)
        assert not ends_soon(rig)


@pytest.mark.parametrize("how", ["extended", "aborted"])
async def test_a_warning_is_taken_back_when_the_lease_does_not_end_soon_any_more(tmp_path: Path, how: str) -> None:
    async with lease_rig(tmp_path) as rig:
        mine = await rig.order(TREES, for_s=100.0)
        await rig.pass_time(90.0)
        assert ends_soon(rig)
        await (rig.extended(mine, HOUR) if how == "extended" else rig.desk.abort("R1", LIN, "done"))
        rig.desk.look()
        assert not ends_soon(rig)


async def test_a_warning_of_before_a_restart_is_taken_back_when_its_lease_is_over(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        await rig.order(TREES, for_s=100.0)
        await rig.pass_time(90.0)
        alarms = rig.alarms.all()
    rig.clock.s += HOUR
    async with lease_rig(tmp_path, rig.clock) as rig:
        rig.alarms.restore(alarms)
        assert ends_soon(rig)
        rig.desk.look()
        assert not ends_soon(rig)


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_stepped_clock_warns_of_nothing(tmp_path: Path, hours: int) -> None:
    async with lease_rig(tmp_path) as rig:
        await rig.order(TREES, for_s=HOUR)
        rig.clock.stepped += timedelta(hours=hours)
        await rig.pass_time(60.0)
        assert not ends_soon(rig)


async def test_an_order_lives_as_long_as_its_slot_says_when_nobody_says(tmp_path: Path) -> None:
    async with lease_rig(tmp_path) as rig:
        assert rig.desk.length_s(Slot.CITY_MANUAL, [ROAD]) == 2 * HOUR
        with pytest.raises(InvalidValue, match="takes no lease"):
            rig.desk.length_s(Slot.SCHEDULE, [ROAD])
