"""The desk of plans when things go wrong together: two officers at once, a full disk, half a record, a defect."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import StoreError
from controller.domain.rights import Caller, Role
from controller.domain.slots import Slot
from controller.runtime.plans.engine import Engine
from controller.runtime.plans.records import RUN
from controller.runtime.plans.shelf import Going
from controller.runtime.views import Receipt
from controller.store.changes import PutRecord
from controller.store.journal_read import read
from tests.unit.runtime.plans.small_plans import FILE, PLANS
from tests.unit.runtime.plans.test_plan_book import LIN, WANG, asked, city_with_plans, now, start
from tests.unit.runtime.soft_city import PS, SoftField
from tests.unit.settings import small_site

HELD_AS_IT_IS = "abort: {state: {zh: 保持, en: as it is}, leave: hold}"


@pytest.fixture(autouse=True)
def with_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)


async def test_two_officers_who_start_two_plans_in_the_same_instant_start_one(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        book = city.controller.desks.plans
        first = await book.preview("shut", LIN, reason="shut it")
        second = await book.preview("rival", WANG, reason="hold it")
        came = await asyncio.gather(book.start(first.token, LIN), book.start(second.token, WANG))
        assert all(isinstance(one, Receipt) for one in came)
        taken = [all(one.accepted for one in receipt.outcomes) for receipt in came if isinstance(receipt, Receipt)]
        assert sorted(taken) == [False, True]
        assert len(book.runs(live=True)) == 1
        causes = {one.cause for receipt in came if isinstance(receipt, Receipt) for one in receipt.outcomes}
        assert causes == {"", "LOCKED_BY_OTHER_CLIENT"}


async def test_a_run_that_cannot_be_ended_for_a_full_disk_is_told_once_and_ends_when_the_disk_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with city_with_plans(tmp_path) as city:
        run = (await start(city, "rival")).request_id
        await city.until(lambda: any(want.placed for want in now(city, run).wants))
        assert (await city.controller.desks.plans.abort(run, WANG, "enough")).accepted
        keep = city.assembly.keeper.keep_now

        async def full(_changes: object) -> None:
            raise StoreError("disk full")

        monkeypatch.setattr(city.assembly.keeper, "keep_now", full)
        await city.clock.sleep(60.0)
        assert now(city, run).live
        monkeypatch.setattr(city.assembly.keeper, "keep_now", keep)
        await city.until(lambda: not now(city, run).live)
        assert now(city, run).phase == "aborted"
        assert city.assembly.book.holder(PS, Slot.PLAN) is None
    lines = [line for line in read(tmp_path / "data") if line.kind == "plan"]
    ends = [line for line in lines if any(one["what"] == "ended" for one in line.data["said"])]
    assert len(ends) <= 2, "what cannot be done is not told every second"


async def test_a_turn_that_fails_holds_up_neither_the_controller_nor_other_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Engine.turn

    async def failing(self: Engine, going: Going) -> None:
        if going.run.plan_id == "shut":
            raise ZeroDivisionError("a defect")
        await turn(self, going)

    async with city_with_plans(tmp_path) as city:
        run = (await start(city)).request_id
        await asked(city, run)
        monkeypatch.setattr(Engine, "turn", failing)
        await city.until(lambda: any(one.condition == "plan_fault" for one in city.controller.alarms()), 60.0)
        assert city.assembly.book.holder(PS, Slot.PLAN) is not None, "what it ordered stands"
        monkeypatch.setattr(Engine, "turn", turn)
        assert (await city.controller.desks.plans.answer(run, "more", "go", WANG)).accepted
        await city.until(lambda: not now(city, run).live, 120.0)
        assert all(one.condition != "plan_fault" or one.cleared for one in city.controller.alarms())


async def test_a_run_whose_every_turn_fails_is_aborted_to_its_safe_state_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_self: Engine, _going: Going) -> None:
        raise ZeroDivisionError("a defect")

    async with city_with_plans(tmp_path) as city:
        book = city.controller.desks.plans
        run = (await start(city)).request_id
        await asked(city, run)
        monkeypatch.setattr(Engine, "turn", failing)
        await city.until(lambda: any(one.condition == "plan_fault" for one in city.controller.alarms()), 60.0)
        await city.clock.sleep(12.0)
        assert now(city, run).live
        assert city.assembly.book.holder(PS, Slot.PLAN) is not None, "nobody said so: what it ordered stands"
        assert (await book.abort(run, WANG, "it fails")).accepted
        await city.until(lambda: now(city, run).phase == "aborted", 15.0)
        assert "aborted by wang: it fails" in now(city, run).why_en
        assert "straight to its safe state" in now(city, run).why_en
        assert [one for one in city.assembly.book.held() if one.owner == f"plan/{run}"] == []
        assert all(one.condition != "plan_fault" or one.cleared for one in city.controller.alarms())
    (said,) = [line for line in read(tmp_path / "data") if line.kind == "plan_released"]
    assert "straight to its safe state" in said.data["why"]


async def test_a_run_that_may_not_release_its_stations_holds_them_when_it_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = PLANS.replace("abort: {state: {zh: 交还, en: handed back}}", HELD_AS_IT_IS)
    monkeypatch.setitem(small_site.FILES, FILE, hold)

    def failing(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    async with city_with_plans(tmp_path) as city:
        run = (await start(city, "shut")).request_id
        await asked(city, run)
        monkeypatch.setattr("controller.runtime.plans.engine.advance", failing)
        monkeypatch.setattr("controller.runtime.plans.engine.GIVE_UP_AFTER", 1)
        assert (await city.controller.desks.plans.abort(run, WANG, "it fails")).accepted
        await city.until(lambda: now(city, run).phase == "aborted", 60.0)
        left = {one.target: str(one.value) for one in city.assembly.book.held() if one.owner == f"plan/{run}"}
        assert left == {PS: "hold", f"{PS}/G2": "hold"}


async def test_half_a_record_of_a_run_is_an_alarm_and_the_rest_is_taken_up(tmp_path: Path) -> None:
    soft = SoftField()
    async with city_with_plans(tmp_path, soft) as city:
        run = (await start(city)).request_id
        await asked(city, run)
        await city.assembly.keeper.keep_now([PutRecord(RUN, "Rhalf", {"plan": "shut", "phase": "running"})])
    async with city_with_plans(tmp_path, soft, fresh=False) as city:
        assert now(city, run).live
        (alarm,) = [one for one in city.controller.alarms() if one.condition == "plan_unreadable"]
        assert "Rhalf" in alarm.text
        assert "Rhalf" in alarm.text_zh


class _Roles:
    """A duty officer of another district, who may operate here in another role."""

    def __init__(self, here: frozenset[Role]) -> None:
        self._here = here

    def roles(self, caller: Caller, targets: object) -> frozenset[Role]:
        del caller, targets
        return self._here

    def outside(self, caller: Caller, slot: Slot, targets: object) -> Mapping[str, str]:
        del caller, slot, targets
        return {}


async def test_a_plan_asks_for_its_role_where_it_acts(tmp_path: Path) -> None:
    async with city_with_plans(tmp_path) as city:
        book = city.controller.desks.plans
        rights: Any = _Roles(frozenset({Role.WATER_OPERATOR}))
        book.authorise_by(rights)
        assert not (await book.preview("shut", LIN, reason="trying")).token
        rights = _Roles(frozenset({Role.DUTY_OFFICER}))
        book.authorise_by(rights)
        assert (await book.preview("shut", LIN, reason="trying")).token
