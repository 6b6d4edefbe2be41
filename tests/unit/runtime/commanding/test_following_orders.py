"""A limit on one order is one on orders that follow each other: slicing a group is no way around a second person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from controller.domain.rights import Caller
from controller.logic.confirmation import Why
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, Receipt
from tests.unit.runtime.large_city import LIN, LargeCity, large_city

WANG = Caller("wang", "wang", "S-2")
LIN_ELSEWHERE = Caller("lin", "lin", "S-3")
CABINETS = 400
LIMIT = 50
"""Cabinets one person may switch; 400 cabinets make 2,400 circuits, of which 5 % are 120."""


def cabinets(city: LargeCity, first: int, count: int) -> tuple[str, ...]:
    """One circuit of each."""
    return tuple(f"{device}/K1" for device in list(city.site.city.cabinets)[first : first + count])


@asynccontextmanager
async def settled_city(folder: Path) -> AsyncIterator[LargeCity]:
    async with large_city(folder, CABINETS) as city:
        await city.settled()
        yield city


async def alone(city: LargeCity, first: int, count: int, value: str = "off", caller: Caller = LIN) -> bool:
    answer = await city.ordered(cabinets(city, first, count), value, caller)
    if isinstance(answer, ProposalView):
        return False
    refused = [(outcome.target, outcome.cause, outcome.text) for outcome in answer.outcomes if not outcome.accepted]
    assert not refused, refused[:3]
    return True


async def test_slices_of_one_group_take_a_second_person_as_the_group_does(tmp_path: Path) -> None:
    async with settled_city(tmp_path) as city:
        assert await alone(city, 0, LIMIT - 10)
        assert await alone(city, LIMIT - 10, 10)
        assert not await alone(city, LIMIT, 2)
        preview = await city.select(cabinets(city, LIMIT, 2), "off")
        assert {need.why for need in preview.second_person} == {Why.MANY_CABINETS}
        assert "last 15 min" in preview.second_person[0].text_en


async def test_another_session_of_the_same_person_is_no_way_around_it(tmp_path: Path) -> None:
    async with settled_city(tmp_path) as city:
        assert await alone(city, 0, LIMIT)
        assert not await alone(city, LIMIT, 2, caller=LIN_ELSEWHERE)
        assert await alone(city, LIMIT, 2, caller=WANG)


async def test_the_one_light_too_many_is_refused_as_a_plain_order_too(tmp_path: Path) -> None:
    async with settled_city(tmp_path) as city:
        assert await alone(city, 0, LIMIT)
        receipt = await city.assembly.desk.order(
            Order(cabinets(city, LIMIT, 1), "off", 3600.0, "try", "city_manual"), LIN
        )
        assert [outcome.cause for outcome in receipt.outcomes] == ["OBJECT_NOT_SELECTED"]


async def test_a_quarter_of_an_hour_later_it_counts_no_more(tmp_path: Path) -> None:
    async with settled_city(tmp_path) as city:
        assert await alone(city, 0, LIMIT)
        city.clock.pass_s(15 * 60.0 - 1.0)
        assert not await alone(city, LIMIT, 2)
        city.clock.pass_s(2.0)
        assert await alone(city, LIMIT, 2)


async def test_what_was_released_counts_no_more(tmp_path: Path) -> None:
    async with settled_city(tmp_path) as city:
        answer = await city.ordered(cabinets(city, 0, LIMIT), "off")
        assert isinstance(answer, Receipt)
        leases = [outcome.lease_id for outcome in answer.outcomes if outcome.lease_id]
        await city.assembly.desk.release_all(leases[:2], LIN)
        assert await alone(city, LIMIT, 2)
        assert not await alone(city, LIMIT + 2, 2)


async def test_what_a_second_person_confirmed_and_what_protects_is_not_counted(tmp_path: Path) -> None:
    async with settled_city(tmp_path) as city:
        proposal = await city.ordered(cabinets(city, 0, LIMIT + 10), "off")
        assert isinstance(proposal, ProposalView)
        assert (await city.assembly.proposals.confirm(proposal.id, WANG)).outcomes[0].accepted
        protective = await city.assembly.desk.order(
            Order(cabinets(city, LIMIT + 10, 60), "on", 3600.0, "try", "city_manual"), LIN
        )
        assert all(outcome.accepted for outcome in protective.outcomes)
        assert await alone(city, LIMIT + 70, LIMIT)
