"""Orders of thousands of targets: looked at in slices, of one moment all the same, told in a few words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from controller.domain.image import LinkState, View
from controller.domain.points import good, uncertain
from controller.domain.quality import Detail
from controller.domain.request import Decision
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.preview import Effect
from controller.runtime.announcer import FEW, MOST_NAMED
from controller.runtime.commanding.entering import Entrant
from controller.runtime.commanding.foreseeing import Foreseer
from controller.runtime.commanding.looked import Looked
from controller.runtime.commanding.looking import SLICE
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Change, Order
from controller.store.journal_read import read
from tests.bench.synthetic import order_on
from tests.unit.runtime.large_city import LargeCity, large_city

CABINETS = 3 * SLICE // 6
"""Three slices of circuits."""


WANG = Caller("wang", "wang", "S-2")


async def _confirmed(city: LargeCity, targets: Sequence[str]) -> None:
    proposal = await city.ordered(targets, "off")
    assert isinstance(proposal, ProposalView)
    receipt = await city.assembly.proposals.confirm(proposal.id, WANG)
    assert all(outcome.accepted for outcome in receipt.outcomes)


async def _listen(city: LargeCity, heard: list[Change]) -> None:
    async for change in city.assembly.stream.listen():
        heard.append(change)  # noqa: PERF401 - it never ends; what came so far is looked at


def _targets(change: Change) -> list[str]:
    named = change.data["targets"]
    assert isinstance(named, list)
    return named


def _by_itself(self: Foreseer, entrant: Entrant, decision: Decision, view: View, alike: object) -> Looked:
    del alike
    return self._looked(entrant, decision, view, (), "", assured=True)


def _goes_offline(city: LargeCity, device: str) -> None:
    city.assembly.table.set_link(device, LinkState.OFFLINE)


def _turns_to_local(city: LargeCity, device: str) -> None:
    city.assembly.table.store(device, {"control_switch": good("LOCAL", city.clock.monotonic())})


@pytest.mark.parametrize(("change", "cause"), [(_goes_offline, "DEVICE_OFFLINE"), (_turns_to_local, "BLOCKED_LOCAL")])
async def test_what_changes_behind_the_look_is_looked_at_again(
    tmp_path: Path, change: Callable[[LargeCity, str], None], cause: str
) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        looking = asyncio.ensure_future(city.select(city.targets, "off"))
        for _ in range(3):  # the first slices are behind it
            await asyncio.sleep(0)
        assert not looking.done()
        device = next(iter(city.site.city.cabinets))
        change(city, device)
        preview = await looking
        excluded = {one.target: one.cause for one in preview.targets if one.effect is Effect.EXCLUDED}
        assert excluded == dict.fromkeys(city.targets[:6], cause)


async def test_a_slot_filled_behind_the_look_is_seen(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        looking = asyncio.ensure_future(city.select(city.targets, "off"))
        for _ in range(3):
            await asyncio.sleep(0)
        assert not looking.done()
        city.assembly.book.hold(order_on(city.targets[0], city.clock, Slot.EMERGENCY_ORDER))
        preview = await looking
        assert [one.target for one in preview.targets if one.effect is Effect.MASKED] == [city.targets[0]]
        assert preview.effects == {Effect.MASKED: 1, Effect.NO_CHANGE: len(city.targets) - 1}


async def test_a_look_lets_others_go_on(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        looking = asyncio.ensure_future(city.select(city.targets, "off"))
        rounds = 0
        while not looking.done():
            await asyncio.sleep(0)
            rounds += 1
        assert rounds >= len(city.targets) // SLICE


async def test_what_is_worked_out_once_for_many_is_what_each_would_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with large_city(tmp_path, 4) as city:
        await city.settled()
        first, second = tuple(city.site.city.cabinets)[:2]
        city.assembly.table.store(first, {"K1.feedback": good(True), "K2.feedback": good(True)})
        city.assembly.table.store(second, {"K1.feedback": uncertain(True, Detail.FROZEN)})
        for target in city.targets[2:5]:
            city.assembly.book.hold(replace(order_on(target, city.clock), owner="lin"))
        await city.settled()
        for value in ("on", "off"):
            quick = await city.select(city.targets, value)
            with monkeypatch.context() as slow:
                slow.setattr(Foreseer, "_plain_light", _by_itself)
                assert (await city.select(city.targets, value)).targets == quick.targets
            assert {one.effect for one in quick.targets} == {Effect.CHANGE, Effect.NO_CHANGE}


async def test_of_many_slots_listeners_are_told_in_a_few_words_and_of_few_one_by_one(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        heard: list[Change] = []
        listening = asyncio.ensure_future(_listen(city, heard))
        await asyncio.sleep(0)
        many, few = city.targets[:-FEW], city.targets[-FEW:]
        await _confirmed(city, many)
        await asyncio.sleep(0)
        said = [change for change in heard if change.kind == "lease"]
        assert len(said) == -(-len(many) // MOST_NAMED)
        assert [target for change in said for target in _targets(change)] == list(many)
        assert {change.data["value"] for change in said} == {"off"}
        del heard[:]
        receipt = await city.assembly.desk.order(Order((few[0],), "off", 3600.0, "try", "city_manual"), WANG)
        assert receipt.outcomes[0].accepted
        await asyncio.sleep(0)
        assert [change.subject for change in heard if change.kind == "lease"] == [few[0]]
        listening.cancel()


async def test_ten_thousand_targets_are_one_line_of_the_journal(tmp_path: Path) -> None:
    async with large_city(tmp_path, CABINETS) as city:
        await city.settled()
        await _confirmed(city, city.targets)
    orders = list(read(tmp_path / "data", kind="order"))
    assert [len(record.data["accepted"]) for record in orders] == [len(city.targets)]
