"""The desk of dispatch orders on soft devices: from the draft to the closed order, and everything that must not be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.dispatch_orders.order import Spoken
from controller.runtime.dispatch_orders.views import DispatchReceipt
from controller.runtime.two_persons import ProposalView
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from tests.unit.runtime.dispatch_orders.order_rig import (
    CHEN,
    TICKET,
    TICKET_FILE,
    WEI,
    ZHANG,
    acknowledged,
    becomes,
    by_plan,
    city_with_orders,
    desk,
    done,
    execute,
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

NEW_YEAR = datetime(2026, 12, 31, 16, 0, 30, tzinfo=UTC)
"""Half a minute into 2027 in Hangzhou."""
MACHINE = Caller("scada", origin="api")


@pytest.fixture(autouse=True)
def with_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)


@pytest.fixture
def with_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, TICKET_FILE, TICKET)


def standing(city: SoftCity, condition: str) -> list[str]:
    return [one.text for one in city.controller.alarms() if one.condition == condition and one.cleared is None]


async def test_an_order_goes_from_draft_to_closed_and_its_request_bears_its_number(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await executing(city, ordering())
        assert number == "2026-0001"
        held = city.assembly.book.holder(PS, Slot.DISTRICT_MANUAL)
        assert held is not None
        assert (held.owner, held.ticket, held.request_id) == ("wei", number, f"{number}.1")
        await becomes(city, number, "verified")
        refused(await desk(city).close(number, CHEN, "done"), "NOT_READY", "still holds")
        await city.controller.release(now(city, number).held and held.lease.id if held.lease else "", WEI, "done")
        done(await desk(city).close(number, CHEN, "the station was held"))
        assert [step.state for step in now(city, number).steps] == [
            "proposed",
            "issued",
            "acknowledged",
            "executing",
            "verified",
            "closed",
        ]
    lines = [line for line in read(tmp_path / "data") if line.kind == "dispatch_order"]
    assert [line.data["what"] for line in lines] == [
        "proposed",
        "issued",
        "acknowledged",
        "sent",
        "executing",
        "verified",
        "closed",
    ]
    assert verify(tmp_path / "data").ok


async def test_what_is_known_at_the_issue_is_taken_down_with_age_and_quality(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await issued(city, by_plan(grounds=("会商 18:00",)))
        grounds = now(city, number).grounds
        inner = next(one for one in grounds if "inner level 1.50 m" in one.text_en)
        assert (inner.quality, inner.age_s is not None and inner.age_s < 30.0) == ("good", True)
        assert any("no response is declared" in one.text_en for one in grounds), grounds
        assert now(city, number).said_grounds == ("会商 18:00",)
        city.field.drivers["ua-1"].set(PS, "inner_level_2_m", 2.5)
        await city.clock.sleep(10.0)
        other = await issued(city, ordering(target=f"{PS}/G2", value="close"), number)
        doubted = next(one for one in now(city, other).grounds if "inner level" in one.text_en)
        assert doubted.quality == "uncertain (inconsistent)"


async def test_an_order_of_a_plan_starts_it_and_is_verified_by_its_end(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        plans = city.controller.desks.plans
        number = await executing(city, by_plan())
        run = now(city, number).run
        assert plans.run(run).ticket == number
        assert any("inner level" in line or "内水位" in line for line in plans.run(run).basis)
        await city.until(lambda: bool(plans.run(run).prompts), 400.0)
        assert (await plans.answer(run, "more", "go", WEI)).accepted
        await becomes(city, number, "verified")
        done(await desk(city).close(number, CHEN, "gate shut"))


@pytest.mark.parametrize("answer", ["out"])
async def test_a_run_that_was_aborted_ends_its_order_and_people_are_told(tmp_path: Path, answer: str) -> None:
    async with city_with_orders(tmp_path) as city:
        plans = city.controller.desks.plans
        number = await executing(city, by_plan())
        run = now(city, number).run
        await city.until(lambda: bool(plans.run(run).prompts), 400.0)
        assert (await plans.answer(run, "more", answer, WEI)).accepted
        await becomes(city, number, "aborted")
        assert any(one.condition == "order_ended" for one in city.controller.alarms())


async def test_nothing_is_executed_before_it_is_acknowledged(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await written(city, ordering())
        for step in (desk(city).issue, desk(city).acknowledge):
            preview = await desk(city).preview(number, WEI)
            assert (preview.token, preview.act is not None) == ("", True)
            assert "cannot become executing" in preview.not_now
            refused(await said(city, number, "made up"), "NOT_READY")
            done(await step(number, CHEN if step == desk(city).issue else WEI))
        assert city.assembly.book.holder(PS, Slot.DISTRICT_MANUAL) is None
        assert (await desk(city).preview(number, WEI)).token


async def said(city: SoftCity, number: str, token: str) -> DispatchReceipt:
    came = await desk(city).execute(number, token, WEI)
    assert isinstance(came, DispatchReceipt)
    return came


async def test_a_token_works_once_for_one_order_and_who_looked(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await acknowledged(city, ordering())
        other = await acknowledged(city, ordering(target=f"{PS}/G2", value="close"), number)
        token = (await desk(city).preview(other, WEI)).token
        came = await desk(city).execute(other, token, CHEN)
        assert isinstance(came, DispatchReceipt)
        refused(came, "NOT_READY", "preview the order anew")
        refused(await said(city, other, token), "NOT_READY", "preview the order anew")
        done(await execute(city, other))


async def test_nobody_issues_what_they_wrote_unless_it_is_urgent_and_then_another_countersigns(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await written(city, ordering())
        refused(await desk(city).issue(number, ZHANG), "NOT_READY", "another person issues")
        refused(await desk(city).issue(number, MACHINE), "NOT_READY", "a machine")
        done(await desk(city).issue(number, ZHANG, urgent=True))
        assert now(city, number).urgent
        assert [one.id for one in city.controller.desks.orders.to_countersign()] == [f"zhang:{number}"]
        done(await desk(city).acknowledge(number, ZHANG))
        ordinary = await issued(city, ordering(), number)
        refused(await desk(city).acknowledge(ordinary, CHEN), "NOT_READY", "issued it")


async def test_the_second_of_two_opposite_orders_sees_the_first_and_supersedes_it_by_name(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        first = await executing(city, ordering())
        second = await written(city, ordering(value="hand-back"))
        assert now(city, second).rivals == (first,)
        refused(await desk(city).issue(second, CHEN), "LOCKED_BY_OTHER_CLIENT", first)
        done(await desk(city).issue(second, CHEN, supersedes=[first]))
        assert (now(city, first).state, now(city, first).superseded_by) in (
            ("executing", second),
            ("verified", second),
        ), "the first goes on until the second takes its place"
        done(await desk(city).acknowledge(second, WEI))
        done(await execute(city, second))
        assert now(city, first).state == "superseded"
        held = [one for one in city.assembly.book.held() if one.target == PS]
        assert [str(one.value) for one in held] == ["hand-back"]


async def test_an_order_in_a_lower_slot_that_supersedes_one_above_it_decides(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        first = await executing(city, ordering(slot="city_manual"))
        second = await executing(city, by_plan(), first)
        await city.until(lambda: now(city, first).held == (), 30.0)
        assert now(city, first).state == "superseded"
        assert city.controller.explain(PS).winner.name == "plan"
        third = await executing(city, ordering(value="hold"), second)
        await city.until(lambda: not city.controller.desks.plans.run(now(city, second).run).live, 120.0)
        assert (now(city, second).state, now(city, third).state) in (
            ("superseded", "executing"),
            ("superseded", "verified"),
        )


async def test_an_order_not_executed_yet_is_superseded_at_once_and_one_in_vain_gives_its_rival_back(
    tmp_path: Path,
) -> None:
    async with city_with_orders(tmp_path) as city:
        first = await acknowledged(city, ordering())
        second = await issued(city, ordering(value="hand-back"), first)
        assert now(city, first).state == "superseded"
        third = await executing(city, ordering(), second)
        fourth = await issued(city, ordering(value="hand-back"), third)
        assert now(city, third).superseded_by == fourth
        done(await desk(city).reject(fourth, WEI, "the gate is being painted"))
        await city.until(lambda: now(city, third).superseded_by == "")


async def test_an_abort_hands_back_and_a_plan_goes_to_its_safe_state(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await executing(city, ordering())
        receipt = await desk(city).abort(number, CHEN, "the wrong station")
        done(receipt)
        assert "handed back to level control" in receipt.text_en
        assert city.assembly.book.holder(PS, Slot.DISTRICT_MANUAL) is None
        planned = await executing(city, by_plan())
        receipt = await desk(city).abort(planned, CHEN, "too late")
        assert "handed back" in receipt.text_en
        run = now(city, planned).run
        await city.until(lambda: city.controller.desks.plans.run(run).phase == "aborted")
        refused(await desk(city).abort(planned, CHEN, "again"), "NOT_READY", "what may follow: nothing")


async def test_nobody_acknowledges_the_alarm_goes_up_role_by_role_also_over_a_restart(
    tmp_path: Path, with_tickets: None
) -> None:
    field = SoftField()
    async with city_with_orders(tmp_path, field) as city:
        number = await issued(city, ordering())
        await city.clock.sleep(301.0)
        assert "call head of the station" in standing(city, "order_unacknowledged")[0]
        assert "站长" in city.controller.alarms()[0].text_zh
    async with city_with_orders(tmp_path, field, fresh=False) as city:
        assert standing(city, "order_unacknowledged"), "it stands over the restart"
        await city.until(lambda: now(city, number).escalated == 2, 310.0)
        assert "call duty officer" in standing(city, "order_unacknowledged")[0]
        assert (now(city, number).next_contact_en, now(city, number).overdue) == ("duty officer", True)
        done(await desk(city).acknowledge(number, WEI))
        await city.until(lambda: not standing(city, "order_unacknowledged"))


async def test_an_operation_ticket_comes_before_the_execution_tick_by_tick_by_two_people(
    tmp_path: Path, with_tickets: None
) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await acknowledged(city, ordering())
        refused(await said(city, number, "x"), "NOT_READY", "operation ticket")
        refused(await desk(city).tick(number, WEI, 2, supervisor=False), "NOT_READY", "in order")
        done(await desk(city).tick(number, WEI, 1, supervisor=False))
        refused(await desk(city).tick(number, WEI, 1, supervisor=True), "NOT_READY", "another person")
        done(await desk(city).tick(number, CHEN, 1, supervisor=True))
        done(await desk(city).tick(number, WEI, 2, supervisor=False))
        assert now(city, number).state == "acknowledged"
        done(await desk(city).tick(number, CHEN, 2, supervisor=True))
        assert now(city, number).state == "ticket_checked"
        refused(await desk(city).tick(number, WEI, 3, supervisor=False), "NOT_READY", "execute it, the rest is ticked")
        done(await execute(city, number))
        await becomes(city, number, "verified")
        done(await desk(city).tick(number, WEI, 3, supervisor=False))
        city_held = now(city, number).held[0]
        await city.controller.release(lease_of(city, city_held.target), WEI, "enough")
        refused(await desk(city).close(number, CHEN, "done"), "NOT_READY", "open lines")
        done(await desk(city).tick(number, CHEN, 3, supervisor=True))
        done(await desk(city).close(number, CHEN, "done"))


def lease_of(city: SoftCity, target: str) -> str:
    return next(one.id for one in city.controller.desks.leases.living(target=target))


async def test_an_order_by_telephone_is_kept_and_executes_nothing(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        at = city.clock.now() - timedelta(minutes=20)
        spoken = Spoken(at, "带班领导", "三堡值班员")
        receipt = await desk(city).enter_spoken(ordering(), ZHANG, spoken)
        done(receipt)
        order = now(city, receipt.number)
        assert (order.kind, order.spoken_at, order.entered_by) == ("phone", at, "zhang")
        assert order.entered_at - at >= timedelta(minutes=20)
        preview = await desk(city).preview(receipt.number, WEI)
        assert preview.token == ""
        refused(await said(city, receipt.number, "x"), "NOT_READY", "by telephone")
        other = await issued(city, ordering())
        assert now(city, other).rivals == (), "what was only spoken binds nothing here"
        done(await desk(city).close(receipt.number, CHEN, "reported done at 19:05"))
        with pytest.raises(InvalidValue, match="after it was spoken"):
            await desk(city).enter_spoken(ordering(), ZHANG, Spoken(city.clock.now() + timedelta(hours=1), "a", "b"))


async def test_what_took_two_people_waits_for_the_second_and_then_executes(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await acknowledged(city, ordering(target=f"{PS}/G2", value="open"))
        came = await desk(city).execute(number, (await desk(city).preview(number, WEI)).token, WEI)
        assert isinstance(came, ProposalView), came
        assert came.id in now(city, number).pending
        rival = await issued(city, ordering(target=f"{PS}/G2", value="close"), number)
        assert now(city, number).state == "acknowledged"
        refused(await said(city, number, "x"), "NOT_READY", "on its way")
        await city.clock.sleep(60.0)
        assert now(city, number).pending, "it waits as long as its proposal does"
        confirmed = await city.controller.desks.proposals.confirm(came.id, CHEN)
        assert confirmed.outcomes[0].accepted, confirmed
        await becomes(city, number, "executing")
        assert now(city, rival).state == "issued"


async def test_a_second_person_who_says_no_leaves_it_as_it_was(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await acknowledged(city, ordering(target=f"{PS}/G2", value="open"))
        came = await desk(city).execute(number, (await desk(city).preview(number, WEI)).token, WEI)
        assert isinstance(came, ProposalView)
        await city.controller.desks.proposals.refuse(came.id, CHEN, "not now")
        await city.until(lambda: not now(city, number).pending, 60.0)
        assert now(city, number).state == "acknowledged"


async def test_an_order_nobody_executes_in_time_expires_and_says_so(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await acknowledged(city, ordering(valid_s=100.0))
        await becomes(city, number, "expired", 110.0)
        assert any(one.condition == "order_ended" for one in city.controller.alarms())


async def test_the_end_of_its_lease_is_told_early_and_hands_back(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        number = await executing(city, ordering(for_s=120.0))
        await becomes(city, number, "verified")
        await city.until(lambda: bool(standing(city, "order_ends_soon")))
        assert "nothing stops" in standing(city, "order_ends_soon")[0]
        await city.until(lambda: now(city, number).held == (), 130.0)
        assert city.controller.explain(PS).wanted != "hold"
        await city.until(lambda: not standing(city, "order_ends_soon"))
        done(await desk(city).close(number, CHEN, "over"))


async def test_numbers_go_on_over_a_restart_and_with_the_new_year_begin_anew(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        assert await written(city, ordering()) == "2026-0001"
        assert await written(city, ordering()) == "2026-0002"
    async with city_with_orders(tmp_path, fresh=False) as city:
        assert await written(city, ordering()) == "2026-0003"
    async with city_with_orders(tmp_path, fresh=False, start=NEW_YEAR) as city:
        assert await written(city, ordering()) == "2027-0001"


async def test_a_restart_finds_an_executing_order_again_and_its_request(tmp_path: Path) -> None:
    field = SoftField()
    async with city_with_orders(tmp_path, field) as city:
        number = await executing(city, ordering())
        await becomes(city, number, "verified")
    async with city_with_orders(tmp_path, field, fresh=False) as city:
        assert now(city, number).state == "verified"
        assert [one.target for one in now(city, number).held] == [PS]
        done(await desk(city).abort(number, CHEN, "enough"))
        assert now(city, number).held == ()


async def test_what_makes_no_sense_is_not_even_written(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        for draft in (
            ordering(value="count many"),
            ordering(plan="shut"),
            ordering(target="", plan=""),
            ordering(for_s=5.0),
            ordering(reason=" "),
            ordering(slot="plan"),
            by_plan(parameters={"low_m": 9.0}),
        ):
            with pytest.raises(InvalidValue):
                await desk(city).propose(draft, ZHANG)
        for draft in (ordering(target="330106-LC-0001/K1", value="on"), by_plan(plan="none")):
            with pytest.raises(UnknownTarget):
                await desk(city).propose(draft, ZHANG)
        with pytest.raises(UnknownTarget):
            await desk(city).propose(ordering(supersedes=("2026-0099",)), ZHANG)
        assert desk(city).orders() == []
        assert await written(city, ordering()) == "2026-0001"
