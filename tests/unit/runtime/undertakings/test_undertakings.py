"""Requests followed from their first word to what the field proves, on the real core with soft devices."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

import pytest

from controller.domain.command import CommandState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Caller
from controller.runtime.undertakings.views import PartView, UndertakingView
from controller.runtime.views import Change, Order, Receipt, TargetOutcome
from controller.store.changes import DropRecord
from controller.store.journal_read import read
from controller.store.store import Store
from tests.unit.runtime.soft_city import LC1, LC2, PS, SoftCity, soft_city

ROAD, TREES, OTHER = f"{LC1}/K1", f"{LC1}/K2", f"{LC2}/K1"
LIN, WANG = Caller("lin", "lin", "s1"), Caller("wang", "wang", "s2")


async def order(city: SoftCity, *targets: str, value: str = "on", caller: Caller = LIN, **said: object) -> Receipt:
    given = {"for_s": 600.0, "reason": "trying", "slot": "city_manual", "request_id": "R1"} | said
    return await city.assembly.desk.order(Order(targets, value, **given), caller)  # type: ignore[arg-type]  # a test's words


def life(city: SoftCity, request_id: str = "R1", actor: str = "lin") -> UndertakingView:
    return city.assembly.desks.undertakings.whole(request_id, actor)


def part(city: SoftCity, target: str, request_id: str = "R1", actor: str = "lin") -> PartView:
    return next(one for one in life(city, request_id, actor).parts if one.target == target)


async def settled(city: SoftCity, request_id: str = "R1", within_s: float = 60.0) -> UndertakingView:
    await city.until(lambda: life(city, request_id).settled is not None, within_s)
    return life(city, request_id)


async def test_an_order_passes_every_stage_and_is_confirmed_by_its_feedback(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, TREES)
        view = await settled(city)
        assert (view.state, view.counts, view.waiting, view.masked) == ("CONFIRMED", {"CONFIRMED": 1}, 0, 0)
        passed = ["RECEIVED", "VALIDATED", "QUEUED", "SENT", "ACKED", "VERIFYING", "CONFIRMED"]
        assert [stage for stage in view.stages if stage in passed] == passed
        assert list(view.stages.values()) == sorted(view.stages.values())
        (one,) = view.parts
        assert "K2.feedback" in one.remark
        command = city.assembly.commands.get(one.command)
        assert command is not None
        assert (command.command.request_id, command.command.on_behalf_of) == ("R1", TREES)
    (line,) = [record for record in read(tmp_path / "data") if record.kind == "request_settled"]
    assert (line.actor, line.data["counts"]) == ("lin", {"CONFIRMED": 1})


async def test_what_is_already_as_wanted_is_confirmed_by_its_feedback_without_a_command(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, TREES, value="off")
        view = await settled(city)
        assert (view.parts[0].state, view.parts[0].attempts) == ("CONFIRMED", 0)
        assert "its feedback shows it: off" in view.parts[0].remark
    assert (TREES + ".command", False) not in city.writes()


async def test_each_target_of_one_order_has_its_own_outcome(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, ROAD, OTHER, f"{LC1}/K9")
        view = await settled(city)
        assert view.counts == {"CONFIRMED": 2, "REJECTED": 1}
        assert (part(city, f"{LC1}/K9").cause, view.state) == ("UNKNOWN_TARGET", "REJECTED")


async def test_a_masked_target_is_told_as_such_and_nobody_waits_for_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.assembly.desk.stop(TREES, WANG, "smoke")
        await order(city, TREES)
        view = await settled(city)
        one = view.parts[0]
        assert (view.masked, view.waiting, one.state) == (1, 0, "VALIDATED")
        assert "life_safety of wang" in one.masked_by


async def test_a_target_that_is_not_masked_any_more_is_followed_on(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, TREES, value="off", slot="city_manual", request_id="above", for_s=5.0, caller=WANG)
        await order(city, TREES, slot="district_manual")
        await city.until(lambda: part(city, TREES).masked_by != "", 4.0)
        await city.until(lambda: part(city, TREES).state == "CONFIRMED")
        assert part(city, TREES).masked_by == ""


async def test_an_order_whose_time_is_over_before_its_device_is_back_is_expired(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        city.lamps.lose()
        await city.clock.sleep(30.0)
        await order(city, TREES, for_s=20.0)
        await city.clock.sleep(10.0)
        assert (life(city).waiting, part(city, TREES).attempts) == (1, 0)
        await city.clock.sleep(20.0)
        one = part(city, TREES)
        assert (one.state, one.cause, one.lease_id) == ("EXPIRED", "EXPIRED", None)
        city.lamps.recover()
        await city.clock.sleep(60.0)
        assert part(city, TREES) == one
        assert (f"{TREES}.command", True) not in city.writes()


async def test_an_order_waits_for_a_device_that_is_away_and_is_confirmed_on_its_return(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        city.lamps.lose()
        await city.clock.sleep(30.0)
        await order(city, TREES, for_s=3600.0)
        await city.clock.sleep(60.0)
        assert life(city).waiting == 1
        city.lamps.recover()
        assert (await settled(city, within_s=120.0)).counts == {"CONFIRMED": 1}


@pytest.mark.parametrize("taken_over", [True, False])
async def test_the_end_of_a_masked_order_says_who_ended_it(tmp_path: Path, taken_over: bool) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.assembly.desk.stop(TREES, WANG, "smoke")
        receipt = await order(city, TREES)
        await settled(city)
        if taken_over:
            await order(city, TREES, caller=WANG, take_over=True, request_id="R2")
        else:
            await city.assembly.desk.release(receipt.outcomes[0].lease_id or "", WANG, "not needed")
        state, word = ("SUPERSEDED", "wang ordered anew") if taken_over else ("CANCELLED", "released by wang")
        assert (part(city, TREES).state, word in part(city, TREES).remark) == (state, True)


async def test_the_same_id_of_two_people_is_two_requests(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, TREES)
        await order(city, ROAD, caller=WANG)
        assert [life(city, actor=name).parts[0].target for name in ("lin", "wang")] == [TREES, ROAD]
        assert city.assembly.desks.undertakings.targets("R1", "wang") == (ROAD,)
        assert [view.actor for view in city.assembly.desks.undertakings.recent()] == ["wang", "lin"]
        with pytest.raises(UnknownTarget, match="no request R9"):
            city.assembly.desks.undertakings.get("R9")


async def test_the_same_request_again_does_not_begin_its_life_anew(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, TREES)
        before = await settled(city)
        await order(city, TREES)
        assert life(city) == before


async def test_progress_is_streamed_once_for_all_that_comes_together(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        heard: list[Change] = []

        async def listen() -> None:
            heard.extend([change async for change in city.controller.changes() if change.kind == "request"])

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0)
        await order(city, ROAD, OTHER)
        await settled(city)
        await city.clock.sleep(1.0)
        city.assembly.stream.close()
        await listening
        assert heard[-1].subject == "R1"
        assert (heard[-1].data["counts"], heard[-1].data["settled"]) == ({"CONFIRMED": 2}, True)
        assert len(heard) < 12


async def test_what_came_out_is_still_known_after_a_restart(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, ROAD, OTHER, f"{LC1}/K9")
        before = await settled(city)
    async with soft_city(tmp_path) as city:
        after = life(city)
        assert (after.counts, after.stages, after.settled) == (before.counts, before.stages, before.settled)
        assert [one.remark for one in after.parts] == [one.remark for one in before.parts]


async def test_what_was_under_way_is_followed_from_the_field_after_a_restart(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await order(city, TREES)
        assert life(city).waiting == 1
    async with soft_city(tmp_path) as city:
        assert life(city).waiting == 1
        await city.ready()
        view = await settled(city)
        assert view.counts == {"CONFIRMED": 1}


async def test_a_request_whose_life_was_not_kept_in_time_is_made_again_from_what_it_holds(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await order(city, ROAD, OTHER)
    store = Store.open(tmp_path / "data")  # as if the process had died before its life was kept
    await store.state.apply([DropRecord("undertaking", "lin/R1")])
    await store.close()
    async with soft_city(tmp_path) as city:
        assert {one.target for one in life(city).parts} == {ROAD, OTHER}
        view = await settled(city)
        assert (view.kind, view.counts) == ("order", {"CONFIRMED": 2})


async def test_an_order_that_ran_out_while_we_were_stopped_is_expired(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await order(city, TREES, for_s=1.0)
        await city.assembly.keeper.flush()
    async with soft_city(tmp_path, start=city.clock.now().replace(hour=12)) as city:
        assert (part(city, TREES).state, part(city, TREES).lease_id) == ("EXPIRED", None)


def stick(city: SoftCity, contact: str) -> None:
    """The contactor does not move any more, whatever is written."""
    city.lamps.on_write(LC1, f"{contact}.command", lambda _: city.lamps.set(LC1, f"{contact}.feedback", False))


async def test_a_contact_that_does_not_move_is_a_mismatch_and_its_repair_a_confirmation(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        stick(city, "K2")
        await order(city, TREES, for_s=3600.0)
        view = await settled(city)
        assert (view.state, view.waiting) == ("MISMATCH", 0)
        assert "expected True" in view.parts[0].remark
        city.lamps.set(LC1, "K2.feedback", True)
        await city.until(lambda: life(city).state == "CONFIRMED")
        assert "MISMATCH" in life(city).stages


async def test_an_act_that_asks_nothing_of_the_field_is_confirmed_by_being_durable(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        desk = city.assembly.desks.undertakings
        desk.opened("T1", LIN, "tag", [TREES], reason="repair")
        desk.advanced("T1", LIN, CommandState.AUTHORISED)
        assert desk.get("T1").state == "AUTHORISED"
        outcome = TargetOutcome(TREES, True, "", "the tag hangs", None, None)
        desk.answered(Receipt("T1", (outcome,)), LIN, follow=False)
        assert (desk.get("T1").state, desk.whole("T1").parts[0].remark) == ("CONFIRMED", "the tag hangs")


async def test_a_request_that_was_refused_may_be_tried_again_under_its_id(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        desk = city.assembly.desks.undertakings
        for accepted in (False, True):
            desk.opened("T1", LIN, "tag", [TREES], reason="repair")
            desk.answered(Receipt("T1", (TargetOutcome(TREES, accepted, "", "", None, None),)), LIN, follow=False)
        assert desk.get("T1").counts == {"CONFIRMED": 1}
        desk.opened("T1", LIN, "tag", [TREES, ROAD], reason="again")
        assert desk.get("T1").targets == 1


async def test_what_a_careless_client_sends_keeps_nothing_else_from_being_kept(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        city.assembly.desks.undertakings.opened("T1", LIN, "tag", ["\ud800"], reason="\ud800")
        await order(city, TREES)
        await city.clock.sleep(3.0)
    async with soft_city(tmp_path) as city:
        assert {view.id for view in city.assembly.desks.undertakings.recent()} == {"T1", "R1"}


async def test_a_gate_is_confirmed_by_where_it_is_not_by_the_step_of_its_sequence(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        gate, water = f"{PS}/G2", city.field.drivers["ua-1"]
        water.set(PS, "G2.position_percent", 60.0)
        await city.clock.sleep(2.0)
        await order(city, gate, value="close")
        await city.clock.sleep(400.0)
        assert water.value(PS, "G2.position_percent") == 0.0
        assert part(city, gate).state != "CONFIRMED"
        water.set(PS, "G2.closed_limit", True)
        await city.until(lambda: part(city, gate).state == "CONFIRMED")
        assert part(city, gate).remark == "its feedback shows it: 0%"


async def test_a_unit_left_to_its_station_has_nothing_of_its_own_to_prove(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        preview = await city.assembly.desk.select(Order((f"{PS}/P1",), "auto", 600.0, "back", request_id="R1"), LIN)
        await city.assembly.desk.operate(preview.token, LIN)
        assert (await settled(city)).counts == {"CONFIRMED": 1}


async def test_an_emergency_stop_is_followed_like_every_act_until_the_field_proves_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, TREES)
        await settled(city)
        stop = await city.assembly.desk.stop(TREES, WANG, "smoke")
        await city.until(lambda: life(city, stop.request_id, "wang").settled is not None)
        view = life(city, stop.request_id, "wang")
        assert (view.kind, view.slot, view.counts) == ("emergency_stop", "life_safety", {"CONFIRMED": 1})
        assert "SENT" in view.stages


async def test_a_list_looks_as_far_back_as_it_takes_to_find_what_somebody_may_see(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        desk = city.assembly.desks.undertakings
        desk.opened("mine", LIN, "order", [ROAD])
        for number in range(1200):
            await asyncio.sleep(0)
            desk.opened(f"R{number}", WANG, "order", [OTHER])

        def sees(actor: str, targets: Collection[str]) -> bool:
            return ROAD in targets and actor == "lin"

        assert [one.id for one in desk.recent(5, sees=sees)] == ["mine"]
        assert len(desk.recent(5)) == 5


async def test_what_a_selection_left_out_is_told_as_such_and_nobody_waits_for_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await order(city, ROAD, value="on", caller=WANG, request_id="R0")
        both = Order((ROAD, OTHER), "on", 600.0, "trying", "city_manual", request_id="R1")
        preview = await city.assembly.desk.select(both, LIN)
        await city.assembly.desk.operate(preview.token, LIN)
        done = await settled(city)
        assert {one.target: one.state for one in done.parts} == {ROAD: "CANCELLED", OTHER: "CONFIRMED"}
        assert "left out" in part(city, ROAD).remark
