"""The desk of plans on soft devices: looked at, started, answered, barred, taken over, aborted, taken up again."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.domain.errors import UnknownTarget
from controller.domain.slots import Slot
from controller.runtime.plans.views import RunView
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt
from controller.store.journal_read import read
from tests.unit.runtime.plans.small_plans import FILE, PLANS, set_up
from tests.unit.runtime.soft_city import PS, SoftCity, SoftField, person, soft_city
from tests.unit.settings import small_site

LIN, WANG = person("lin"), person("wang")


@pytest.fixture(autouse=True)
def with_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)


@contextlib.asynccontextmanager
async def city_with_plans(
    tmp_path: Path, soft: SoftField | None = None, *, fresh: bool = True
) -> AsyncIterator[SoftCity]:
    async with soft_city(tmp_path, soft=soft) as city:
        set_up(city, fresh=fresh)
        await city.ready()
        await city.clock.sleep(5.0)
        yield city


async def start(city: SoftCity, plan: str = "shut", *, take_over: bool = False) -> Receipt:
    book = city.controller.desks.plans
    preview = await book.preview(plan, LIN, reason="trying", take_over=take_over)
    if not preview.token:
        return Receipt("", ())
    came = await book.start(preview.token, LIN)
    assert isinstance(came, Receipt), came
    return came


def now(city: SoftCity, run: str) -> RunView:
    return city.controller.desks.plans.run(run)


async def asked(city: SoftCity, run: str) -> None:
    await city.until(lambda: bool(now(city, run).prompts), 400.0)


async def test_a_plan_goes_through_its_steps_and_hands_back(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        run = (await start(city)).request_id
        await asked(city, run)
        assert [one.state for one in now(city, run).steps] == ["done", "done", "active", "waiting"]
        held = city.assembly.book.holder(PS, Slot.PLAN)
        assert held is not None
        assert held.owner == f"plan/{run}"
        assert (await city.controller.desks.plans.answer(run, "more", "go", WANG)).accepted
        await city.until(lambda: not now(city, run).live)
        assert now(city, run).phase == "finished"
        assert city.assembly.book.holder(PS, Slot.PLAN) is None
        assert city.controller.explain(PS).wanted != "hold"
    lines = [line for line in read(tmp_path / "data") if line.kind in ("plan_started", "order", "plan_released")]
    kinds = [line.kind for line in lines]
    assert kinds == ["plan_started", "order", "order", "plan_released"]
    assert {line.actor for line in lines[1:]} == {f"plan/{run}"}


async def test_a_preview_works_once_and_for_who_looked(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        book = city.controller.desks.plans
        preview = await book.preview("shut", LIN, reason="trying")
        assert [step.step for step in preview.steps] == ["take", "shut"]
        assert (await book.start(preview.token, WANG)).outcomes[0].cause == "OBJECT_NOT_SELECTED"  # type: ignore[union-attr]  # a receipt
        assert (await book.start(preview.token, LIN)).outcomes[0].cause == "OBJECT_NOT_SELECTED"  # type: ignore[union-attr]  # a receipt
        late = await book.preview("shut", LIN, reason="trying")
        await city.clock.sleep(31.0)
        assert (await book.start(late.token, LIN)).outcomes[0].cause == "OBJECT_NOT_SELECTED"  # type: ignore[union-attr]  # a receipt


async def test_a_plan_that_opens_a_gate_to_the_river_waits_for_a_second_person_who_sees_it_afresh(
    tmp_path: Path,
) -> None:
    async with city_with_plans(tmp_path) as city:
        book, proposals = city.controller.desks.plans, city.controller.desks.proposals
        preview = await book.preview("let-out", LIN, reason="trying")
        assert preview.second_person
        assert not preview.alone
        proposal = await book.start(preview.token, LIN)
        assert isinstance(proposal, ProposalView)
        assert all(one.plan != "let-out" for one in book.runs())
        own = await proposals.confirm(proposal.id, LIN)
        assert {one.cause for one in own.outcomes} == {"NO_ACCESS_AUTHORITY"}
        receipt = await proposals.confirm(proposal.id, WANG)
        assert all(one.accepted for one in receipt.outcomes), receipt
        assert now(city, receipt.request_id).live
        with pytest.raises(UnknownTarget, match="waits no more"):
            await proposals.confirm(proposal.id, WANG)
    (line,) = [line for line in read(tmp_path / "data") if line.kind == "plan_started"]
    assert (line.actor, line.data["confirmed_by"]) == ("lin", "wang")


async def test_under_a_declared_response_one_person_starts_it_and_owes_a_countersignature(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        declared = await city.controller.desks.states.declare(
            "water", "city", "flood_iii", for_s=6 * 3600.0, reason="typhoon", caller=person("chief")
        )
        assert declared.accepted, declared.text_en
        preview = await city.controller.desks.plans.preview("let-out", LIN, reason="trying")
        assert "one person may act" in preview.alone
        receipt = await city.controller.desks.plans.start(preview.token, LIN)
        assert isinstance(receipt, Receipt)
        (debt,) = city.controller.desks.orders.to_countersign()
        assert (debt.actor, debt.id) == ("lin", f"lin:{receipt.request_id}")
        refused = await city.controller.desks.orders.countersign(debt.id, LIN, "mine")
        assert {one.cause for one in refused.outcomes} == {"NO_ACCESS_AUTHORITY"}
        assert all(one.accepted for one in (await city.controller.desks.orders.countersign(debt.id, WANG)).outcomes)
        assert city.controller.desks.orders.to_countersign() == ()
    (line,) = [line for line in read(tmp_path / "data") if line.kind == "plan_started"]
    assert line.data["countersign"] == debt.id


async def test_two_plans_never_move_one_station_unless_one_takes_over_on_the_record(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        first = (await start(city)).request_id
        await asked(city, first)
        refused = await city.controller.desks.plans.preview("rival", LIN, reason="trying")
        assert refused.token == ""
        assert refused.refused[0].startswith("LOCKED_BY_OTHER_CLIENT")
        second = (await start(city, "rival", take_over=True)).request_id
        await city.until(lambda: any(want.placed for want in now(city, second).wants))
        assert now(city, first).phase == "superseded"
        held = city.assembly.book.holder(PS, Slot.PLAN)
        assert held is not None
        assert held.owner == f"plan/{second}"
    started = [line.data for line in read(tmp_path / "data") if line.kind == "plan_started"]
    assert [line["took_over"] for line in started] == [[], [first]]


async def test_a_tag_bars_a_step_says_so_and_its_end_lets_it_go_on(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        tags = city.controller.desks.tags
        hung = await tags.hang(f"{PS}/G2", WANG, reason="painting the gate")
        assert hung.tag is not None
        run = (await start(city)).request_id
        await city.until(lambda: any(one.bar == "tag" for one in now(city, run).blocks), 120.0)
        block = next(one for one in now(city, run).blocks if one.bar == "tag")
        assert "painting the gate" in block.text_en
        assert "取下检修挂牌" in block.text_zh
        await city.until(lambda: any(a.condition == "plan_blocked" for a in city.controller.alarms()), 60.0)
        assert (await tags.remove(hung.tag.id, WANG, reason="dry")).accepted
        await asked(city, run)
        assert all(a.condition != "plan_blocked" or a.cleared for a in city.controller.alarms())


async def test_a_released_order_holds_the_run_and_resuming_gives_it_again(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        run = (await start(city)).request_id
        await asked(city, run)
        held = city.assembly.book.holder(PS, Slot.PLAN)
        assert held is not None
        assert held.lease is not None
        await city.controller.release(held.lease.id, WANG, "mine")
        await city.until(lambda: now(city, run).phase == "held")
        assert any(alarm.condition == "plan_held" for alarm in city.controller.alarms())
        await city.clock.sleep(60.0)
        assert city.assembly.book.holder(PS, Slot.PLAN) is None
        assert (await city.controller.desks.plans.resume(run, WANG, "by mistake")).accepted
        await city.until(lambda: city.assembly.book.holder(PS, Slot.PLAN) is not None)


async def test_leases_are_extended_while_it_runs_and_not_while_it_is_paused(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        run = (await start(city)).request_id
        await asked(city, run)
        await city.clock.sleep(2400.0)  # beyond its lease of 30 min
        assert all(want.placed for want in now(city, run).wants)
        assert (await city.controller.desks.plans.pause(run, WANG, "wait")).accepted
        await city.clock.sleep(1900.0)
        assert not any(want.placed for want in now(city, run).wants)
        assert now(city, run).phase == "paused"


async def test_a_restart_takes_the_run_up_where_it_was(tmp_path: Path) -> None:
    soft = SoftField()
    async with city_with_plans(tmp_path, soft) as city:
        run = (await start(city)).request_id
        await asked(city, run)
        written = [str(write) for write in city.field.drivers["ua-1"].writes]
    async with city_with_plans(tmp_path, soft, fresh=False) as city:
        await asked(city, run)
        assert now(city, run).phase == "running"
        assert (await city.controller.desks.plans.answer(run, "more", "out", WANG)).accepted
        await city.until(lambda: now(city, run).phase == "aborted")
        again = [str(write) for write in city.field.drivers["ua-1"].writes]
    assert sum("G2.position_command=0.0" in one for one in written) == 1
    assert not any("G2.position_command" in one for one in again)
    orders = [line for line in read(tmp_path / "data") if line.kind == "order"]
    assert len(orders) == 2


async def test_a_condition_that_does_not_hold_refuses_the_start(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        city.lamps.set("330106-LG-0001", "level_m", 5.5)
        await city.clock.sleep(10.0)
        preview = await city.controller.desks.plans.preview("shut", LIN, reason="trying")
        assert (preview.token, preview.conditions[0].now) == ("", "false")
        assert "水位不高" in preview.refused[0]
