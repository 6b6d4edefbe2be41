"""Dispatch orders between deaths, officers and clocks: nothing late, nothing twice, nothing beside its order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import UnknownTarget
from controller.domain.rights import Caller, Role
from controller.domain.slots import Slot
from controller.runtime.dispatch_orders.following import OrderFollower
from controller.runtime.dispatch_orders.records import ORDER
from controller.runtime.dispatch_orders.views import DispatchReceipt
from controller.runtime.dispatch_orders.writing import OrderWriter
from controller.runtime.two_persons import ProposalView
from controller.store.changes import PutRecord
from controller.store.journal_read import read
from tests.unit.runtime.dispatch_orders.order_rig import (
    CHEN,
    FANG,
    WEI,
    acknowledged,
    becomes,
    by_plan,
    city_with_orders,
    desk,
    done,
    executing,
    issued,
    now,
    ordering,
    refused,
    written,
)
from tests.unit.runtime.plans.small_plans import FILE, PLANS
from tests.unit.runtime.soft_city import PS, SoftCity, SoftField
from tests.unit.settings import small_site

GATE = f"{PS}/G2"
KEEPS = PLANS.replace("    longest: 2h\n", "    longest: 2h\n    leave: keep\n")


@pytest.fixture(autouse=True)
def with_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)


async def proposed(city: SoftCity, number: str) -> str:
    """Sent out by Wei: it waits for its second person."""
    came = await desk(city).execute(number, (await desk(city).preview(number, WEI)).token, WEI)
    assert isinstance(came, ProposalView), came
    return came.id


def waiting(city: SoftCity) -> list[str]:
    return [one.id for one in city.controller.desks.proposals.open()]


@pytest.mark.parametrize("draft", [ordering(target=GATE, value="open"), by_plan(plan="let-out")], ids=["act", "plan"])
async def test_killed_between_a_proposal_and_its_note_the_order_still_waits_for_it_and_acts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draft: Any
) -> None:
    soft, note = SoftField(), OrderWriter.note

    async def dying(self: OrderWriter, what: str, *said: Any) -> None:
        if what != "waits for a second person":
            await note(self, what, *said)

    async with city_with_orders(tmp_path, soft) as city:
        number = await acknowledged(city, draft)
        monkeypatch.setattr(OrderWriter, "note", dying)
        monkeypatch.setattr(OrderFollower, "look", _nothing)
        proposal = await proposed(city, number)
    monkeypatch.undo()
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)
    async with city_with_orders(tmp_path, soft, fresh=False) as city:
        await city.clock.sleep(30.0)
        assert proposal in now(city, number).pending
        assert not (await desk(city).preview(number, WEI)).token, "it cannot be executed a second time meanwhile"
        receipt = await city.controller.desks.proposals.confirm(proposal, CHEN)
        assert receipt.outcomes[0].accepted, receipt
        await becomes(city, number, "executing")
    sent = [line for line in read(tmp_path / "data") if line.kind == "dispatch_order" and line.data["what"] == "sent"]
    assert len(sent) == 1


async def _nothing(self: OrderFollower) -> None:
    del self


async def test_an_order_superseded_while_it_waits_for_its_second_person_cannot_be_confirmed_any_more(
    tmp_path: Path,
) -> None:
    async with city_with_orders(tmp_path) as city:
        first = await acknowledged(city, ordering(target=GATE, value="open"))
        proposal = await proposed(city, first)
        second = await executing(city, ordering(target=GATE, value="close"), first)
        assert proposal not in waiting(city)
        with pytest.raises(UnknownTarget):
            await city.controller.desks.proposals.confirm(proposal, CHEN)
        await becomes(city, first, "superseded")
        assert now(city, first).superseded_by == second
        held = [str(one.value) for one in city.assembly.book.held() if one.target == GATE]
        assert held == ["close"]


async def test_an_order_is_neither_executed_nor_confirmed_after_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with city_with_orders(tmp_path) as city:
        late = await acknowledged(city, ordering(target=GATE, value="open", valid_s=60.0))
        proposal = await proposed(city, late)
        await city.until(lambda: proposal not in waiting(city), 70.0)
        await becomes(city, late, "expired")
        other = await acknowledged(city, ordering(valid_s=60.0))
        token = (await desk(city).preview(other, WEI)).token
        monkeypatch.setattr(OrderFollower, "look", _nothing)
        await city.clock.sleep(61.0)
        came = await desk(city).execute(other, token, WEI)
        assert isinstance(came, DispatchReceipt)
        refused(came, "NOT_READY", "was to be executing by")
        assert city.assembly.book.holder(PS, Slot.DISTRICT_MANUAL) is None


async def test_a_plan_that_leaves_its_orders_standing_is_superseded_with_all_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, KEEPS)
    async with city_with_orders(tmp_path) as city:
        plans = city.controller.desks.plans
        first = await executing(city, by_plan())
        run = now(city, first).run
        await city.until(lambda: bool(plans.run(run).prompts), 400.0)
        assert (await plans.answer(run, "more", "go", WEI)).accepted
        await becomes(city, first, "verified")
        assert [one.target for one in now(city, first).held] == [PS, GATE]
        refused(await desk(city).close(first, CHEN, "done"), "NOT_READY", "still holds")
        second = await executing(city, by_plan(plan="rival"), first)
        again = now(city, second).run
        await city.until(lambda: any(one.placed for one in plans.run(again).wants))
        await city.until(lambda: now(city, first).held == ())
        assert now(city, first).state == "superseded"
        assert {one.owner for one in city.assembly.book.held()} == {f"plan/{again}"}


async def test_whoever_has_the_shift_extends_what_the_last_shift_ordered_and_nobody_else_does(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        desks = city.controller.desks
        number = await executing(city, ordering(for_s=600.0))
        (lease,) = desks.leases.living(target=PS)
        held_by_chen = await desks.leases.extend(lease.id, 900.0, CHEN, "not mine")
        assert not isinstance(held_by_chen, ProposalView)
        assert held_by_chen.outcomes[0].cause == "LOCKED_BY_OTHER_CLIENT"
        assert (await desks.shifts.take_over(FANG, orders=[number], alone=True, note="wei is at the station")).accepted
        receipt = await desks.leases.extend(lease.id, 900.0, FANG, "rain goes on")
        assert not isinstance(receipt, ProposalView)
        assert receipt.outcomes[0].accepted, receipt
        (after,) = desks.leases.living(target=PS)
        assert (after.owner, after.request_id) == ("wei", f"{number}.1")
        assert after.remaining_s > 890.0
        await city.order(f"{PS}/G2", value="close", actor="wei")
        (own,) = desks.leases.living(target=GATE)
        other = await desks.leases.extend(own.id, 900.0, FANG, "no order stands behind it")
        assert not isinstance(other, ProposalView)
        assert other.outcomes[0].cause == "LOCKED_BY_OTHER_CLIENT"
    (line,) = [line for line in read(tmp_path / "data") if line.kind == "extend"]
    assert (line.actor, line.data["owners"]) == ("fang", ["wei"])


async def test_half_a_record_of_an_order_is_an_alarm_and_its_number_is_used_up(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await written(city, ordering())
        await city.assembly.keeper.keep_now([PutRecord(ORDER, "2026-0002", {"state": "executing"})])
    async with city_with_orders(tmp_path, fresh=False) as city:
        assert now(city, number).state == "proposed"
        (alarm,) = [one for one in city.controller.alarms() if one.condition == "order_unreadable"]
        assert "2026-0002" in alarm.text_zh
        assert await written(city, ordering()) == "2026-0003"


async def test_a_draft_shows_what_it_would_do_and_what_would_refuse_it(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await written(city, ordering())
        preview = await desk(city).preview(number, CHEN)
        assert (preview.token, preview.obstacle) == ("", "")
        assert preview.act is not None
        assert preview.act.targets[0].effect == "change"
        hung = await city.controller.desks.tags.hang(GATE, FANG, reason="painting")
        assert hung.tag is not None
        barred = await written(city, ordering(target=GATE, value="open"))
        assert "BLOCKED_BY_TAG" in (await desk(city).preview(barred, CHEN)).obstacle


class _DutyOfficerAt:
    """Somebody who is a duty officer over these targets only, and may operate everything."""

    def __init__(self, *targets: str) -> None:
        self._targets = set(targets)

    def roles(self, caller: Caller, targets: Sequence[str]) -> frozenset[Role]:
        del caller
        return frozenset({Role.DUTY_OFFICER}) if set(targets) <= self._targets else frozenset({Role.WATER_OPERATOR})

    def outside(self, caller: Caller, slot: Slot, targets: Sequence[str]) -> object:
        del caller, slot, targets
        return {}


async def test_an_order_is_issued_by_who_may_issue_at_its_own_station(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        desk(city).authorise_by(_DutyOfficerAt(PS))
        refused(
            await desk(city).issue(await written(city, ordering(target=GATE, value="close")), CHEN),
            "NO_ACCESS_AUTHORITY",
        )
        done(await desk(city).issue(await written(city, ordering()), CHEN))


async def test_nothing_of_a_rejected_rival_binds_the_order_it_was_to_replace(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        first = await acknowledged(city, ordering(target=GATE, value="open"))
        proposal = await proposed(city, first)
        rival = await issued(city, ordering(target=GATE, value="close"), first)
        done(await desk(city).reject(rival, WEI, "painting"))
        await city.controller.desks.proposals.refuse(proposal, CHEN, "later")
        await city.until(lambda: not now(city, first).pending and not now(city, first).superseded_by, 60.0)
        assert now(city, first).state == "acknowledged"
        assert (await desk(city).preview(first, WEI)).token
