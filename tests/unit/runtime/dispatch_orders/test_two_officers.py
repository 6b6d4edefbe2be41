"""Two officers want opposite things of one station in the very same instant: one is taken, the other told by whom."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from controller.domain.slots import Slot
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import TargetOutcome
from controller.store.journal_read import read
from tests.unit.runtime.dispatch_orders.order_rig import (
    CHEN,
    FANG,
    TICKET,
    TICKET_FILE,
    city_with_orders,
    desk,
    now,
    ordering,
    written,
)
from tests.unit.runtime.plans.small_plans import FILE, PLANS
from tests.unit.runtime.soft_city import PS, SoftCity
from tests.unit.settings import small_site


@pytest.fixture(autouse=True)
def with_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(small_site.FILES, FILE, PLANS)
    monkeypatch.setitem(small_site.FILES, TICKET_FILE, TICKET)


async def operated(city: SoftCity, value: str, actor: str) -> TargetOutcome:
    """Looked at and carried out by one person, in the district's slot."""
    preview = await city.select(PS, value=value, actor=actor, slot="district_manual")
    came = await city.operate(preview, actor)
    assert not isinstance(came, ProposalView)
    return came.outcomes[0]


async def test_of_two_opposite_orders_of_one_instant_one_is_taken_and_the_other_names_it(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        came = await asyncio.gather(operated(city, "count 1", "wei"), operated(city, "count 0", "fang"))
        taken = [actor for actor, one in zip(("wei", "fang"), came, strict=True) if one.accepted]
        (refused,) = [one for one in came if not one.accepted]
        assert len(taken) == 1
        assert refused.cause in ("NOT_READY", "LOCKED_BY_OTHER_CLIENT"), refused
        late = "fang" if taken == ["wei"] else "wei"
        again = await city.select(
            PS, value="count 0" if late == "fang" else "count 1", actor=late, slot="district_manual"
        )
        (why,) = again.targets
        assert (why.cause, taken[0] in why.text) == ("LOCKED_BY_OTHER_CLIENT", True), "the second look names the first"
        holder = city.assembly.book.holder(PS, Slot.DISTRICT_MANUAL)
        assert holder is not None
        assert (holder.owner, str(holder.value)) == (taken[0], "count 1" if taken == ["wei"] else "count 0")
    accepted = [line for line in read(tmp_path / "data") if line.kind == "order" and line.data["accepted"]]
    assert [line.actor for line in accepted] == taken


async def test_of_two_opposite_dispatch_orders_issued_in_one_instant_one_binds(tmp_path: Path) -> None:
    async with city_with_orders(tmp_path) as city:
        first = await written(city, ordering(value="count 1"))
        second = await written(city, ordering(value="count 0"))
        came = await asyncio.gather(desk(city).issue(first, CHEN), desk(city).issue(second, FANG))
        (refused,) = [one for one in came if not one.accepted]
        (issued,) = [one for one in came if one.accepted]
        assert refused.cause == "LOCKED_BY_OTHER_CLIENT"
        assert issued.number in refused.text_en
        assert sorted(now(city, number).state for number in (first, second)) == ["issued", "proposed"]
