"""Two people: a proposal waits for another, different person; it never acts twice, and never silently."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.image import LinkState
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.commanding.proposals import ProposalBook
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, Receipt
from controller.store.journal_read import read
from tests.unit.runtime.leases.lease_rig import unwritable
from tests.unit.runtime.soft_city import DUSK, LC1, LC2, SoftCity, person, soft_city
from tests.unit.runtime.test_orders import allow_writing, refuse_writing, table_of

ROAD, TREES, OTHER_ROAD = f"{LC1}/K1", f"{LC1}/K2", f"{LC2}/K1"
GROUP = (ROAD, TREES)
MACHINE = Caller("scada", origin="key")


def book(city: SoftCity) -> ProposalBook:
    return city.controller.desks.proposals


async def proposed(city: SoftCity, *targets: str, value: str = "off", **said: Any) -> ProposalView:
    answer = await city.operate(await city.select(*(targets or GROUP), value=value, **({"for_s": 60.0} | said)))
    assert isinstance(answer, ProposalView)
    return answer


def held(city: SoftCity, target: str = TREES) -> tuple[str, str] | None:
    request = city.assembly.book.holder(target, Slot.CITY_MANUAL)
    return None if request is None else (str(request.value), request.owner)


def causes(receipt: Receipt) -> set[str]:
    return {outcome.cause for outcome in receipt.outcomes}


async def test_a_second_person_confirms_and_the_order_is_the_proposers(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        receipt = await book(city).confirm(proposal.id, person("wang"))
        assert causes(receipt) == {""}
        assert held(city) == ("off", "lin")
        assert book(city).open() == ()
    order = next(record for record in read(tmp_path / "data") if record.kind == "order")
    assert (order.actor, order.data["confirmed_by"], order.data["confirmer"]) == ("lin", "wang", "wang")


@pytest.mark.parametrize(
    "confirmer",
    [person("lin"), person("lin", "S-another-session"), Caller("lin-phone", person="lin", session="S-9"), MACHINE],
)
async def test_one_person_under_any_session_and_no_machine_confirms(tmp_path: Path, confirmer: Caller) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        receipt = await book(city).confirm(proposal.id, confirmer)
        assert causes(receipt) == {"NO_ACCESS_AUTHORITY"}
        assert held(city) is None
        assert [one.id for one in book(city).open()] == [proposal.id], "it waits on for somebody else"
    assert "proposal_denied" in [record.kind for record in read(tmp_path / "data")]


async def test_a_machine_does_not_begin_what_takes_two_people(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        desk = city.controller.desks.orders
        preview = await desk.select(Order(GROUP, "off", 60.0, "by a machine", "city_manual"), MACHINE)
        receipt = await desk.operate(preview.token, MACHINE)
        assert isinstance(receipt, Receipt)
        assert causes(receipt) == {"NO_ACCESS_AUTHORITY"}
        assert book(city).open() == ()


async def test_of_two_confirmations_at_one_moment_one_acts(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        answers = await asyncio.gather(
            *(book(city).confirm(proposal.id, person(name)) for name in ("wang", "zhao")), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [Receipt, UnknownTarget]
        assert "confirmed by wang" in str(answers[1])
    assert [record.kind for record in read(tmp_path / "data")].count("order") == 1


async def test_a_proposal_lives_five_minutes_and_then_says_what_became_of_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        await city.clock.sleep(299.0 - 5.0)
        assert len(book(city).open()) == 1
        await city.clock.sleep(40.0)
        assert book(city).open() == ()
        with pytest.raises(UnknownTarget, match="expired"):
            await book(city).confirm(proposal.id, person("wang"))
        assert held(city) is None
    assert "proposal_expired" in [record.kind for record in read(tmp_path / "data")]


async def test_a_proposal_survives_a_restart_with_what_is_left_of_its_time(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
    async with soft_city(tmp_path) as city:
        await city.ready()
        (again,) = book(city).open()
        assert (again.id, again.wording, again.expires) == (proposal.id, proposal.wording, proposal.expires)
        assert causes(await book(city).confirm(proposal.id, person("wang"))) == {""}
        assert held(city) == ("off", "lin")
    async with soft_city(tmp_path) as city:
        assert book(city).open() == ()


@pytest.mark.parametrize("table", ["records", "requests"], ids=["a proposal", "a lease"])
async def test_what_ended_while_no_disk_took_it_is_over_for_a_clock_set_back_too(tmp_path: Path, table: str) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await proposed(city)
        await city.order(OTHER_ROAD, value="on", for_s=120.0)
        with unwritable(city.store.folder.state, "DELETE", table):
            await city.clock.sleep(400.0)
        await city.clock.sleep(60.0)
    async with soft_city(tmp_path, DUSK - timedelta(hours=1)) as city:
        await city.ready()
        assert book(city).open() == ()
        assert city.assembly.book.holder(OTHER_ROAD, Slot.CITY_MANUAL) is None


async def test_the_confirmer_sees_what_it_would_do_now(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        fresh = await book(city).fresh(proposal.id)
        assert fresh.problem == ""
        assert fresh.now is not None
        assert any("% of the lights of division 330106" in line for line in fresh.now.lines)
        assert "off for 2 targets" in fresh.now.title_en
        assert "2 个目标" in fresh.now.title_zh


async def test_the_confirmer_is_told_what_was_left_out_and_what_was_lost_since_in_both_languages_over_a_restart(
    tmp_path: Path,
) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        city.lamps.set(LC2, "control_switch", "LOCAL")
        await city.clock.sleep(10.0)
        proposal = await proposed(city, *GROUP, OTHER_ROAD, "330199-LC-9999/K1")
        assert proposal.targets == GROUP
        told = [
            line for line in proposal.wording.lines if line.startswith("left out when it was proposed 提请时未包括")
        ]
        local, unknown = sorted(told)
        assert f"BLOCKED_LOCAL 就地 (1): {OTHER_ROAD} " in local
        assert "现场人员优先" in local
        assert unknown.endswith("UNKNOWN_TARGET 无此目标 (1)"), "what is nobody's is counted and not named"
    async with soft_city(tmp_path) as city:
        await city.ready()
        (again,) = book(city).open()
        assert again.wording == proposal.wording
        fresh = await book(city).fresh(again.id)
        assert fresh.now is not None
        assert local in fresh.now.lines
    body = next(record for record in read(tmp_path / "data") if record.kind == "proposed").data["body"]
    assert [(one["cause"], one["count"]) for one in body["left_out"]] == [("BLOCKED_LOCAL", 1), ("UNKNOWN_TARGET", 1)]


async def test_a_member_lost_since_it_was_proposed_is_named_to_the_confirmer(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city, TREES, OTHER_ROAD)
        assert not any("left out" in line for line in proposal.wording.lines)
        city.assembly.table.set_link(LC2, LinkState.OFFLINE)
        fresh = await book(city).fresh(proposal.id)
        assert fresh.now is not None
        (lost,) = [line for line in fresh.now.lines if line.startswith("lost since 提请后失去")]
        assert f"DEVICE_OFFLINE 失联 (1): {OTHER_ROAD} " in lost
        assert "cannot be reached (OFFLINE) / " in lost


async def test_a_member_lost_meanwhile_only_narrows_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city, TREES, OTHER_ROAD)
        city.assembly.table.set_link(LC2, LinkState.OFFLINE)
        receipt = await book(city).confirm(proposal.id, person("wang"))
        assert [outcome.cause for outcome in receipt.outcomes] == ["", "DEVICE_OFFLINE"]
        assert (held(city), held(city, OTHER_ROAD)) == (("off", "lin"), None)


async def test_what_changed_meanwhile_refuses_it_and_ends_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        city.lamps.set(LC1, "control_switch", "LOCAL")
        await city.clock.sleep(10.0)
        fresh = await book(city).fresh(proposal.id)
        assert "no longer what was proposed" in fresh.problem
        assert causes(await book(city).confirm(proposal.id, person("wang"))) == {"NOT_READY"}
        assert (held(city), book(city).open()) == (None, ())


async def test_its_proposer_withdraws_it_and_nobody_else(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        assert causes(await book(city).withdraw(proposal.id, person("wang"))) == {"NO_ACCESS_AUTHORITY"}
        assert causes(await book(city).withdraw(proposal.id, person("lin", "S-other"))) == {""}
        with pytest.raises(UnknownTarget, match="withdrawn by lin"):
            await book(city).confirm(proposal.id, person("wang"))


async def test_whoever_is_to_confirm_it_may_say_no_with_a_reason(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        with pytest.raises(InvalidValue, match="reason"):
            await book(city).refuse(proposal.id, person("wang"), " ")
        assert causes(await book(city).refuse(proposal.id, person("wang"), "a parade passes there")) == {""}
        assert held(city) is None
    refused = next(record for record in read(tmp_path / "data") if record.kind == "proposal_refused")
    assert (refused.actor, refused.data["why"]) == ("wang", "a parade passes there")


async def test_the_authority_is_asked_again_at_the_confirmation(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        allowed = {"lin", "zhao"}
        book(city).authorise_by(lambda caller, *_: "" if caller.actor in allowed else f"{caller.actor} may not confirm")
        assert causes(await book(city).confirm(proposal.id, person("wang"))) == {"NO_ACCESS_AUTHORITY"}
        assert causes(await book(city).refuse(proposal.id, person("wang"), "no")) == {"NO_ACCESS_AUTHORITY"}
        assert causes(await book(city).confirm(proposal.id, person("zhao"))) == {""}


@pytest.mark.parametrize("file", ["journal.sqlite", "state.sqlite"])
async def test_what_cannot_be_written_down_is_not_done_and_can_be_confirmed_later(tmp_path: Path, file: str) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        proposal = await proposed(city)
        path = tmp_path / "data" / file
        refuse_writing(path, "requests" if file.startswith("state") else table_of(path))
        assert causes(await book(city).confirm(proposal.id, person("wang"))) == {"JOURNAL_UNAVAILABLE"}
        assert held(city) is None
        allow_writing(path)
        assert causes(await book(city).confirm(proposal.id, person("wang"))) == {""}
        assert held(city) == ("off", "lin")
    kinds = [record.kind for record in read(tmp_path / "data")]
    assert kinds.count("order_void") == (1 if file.startswith("state") else 0)
    assert kinds.count("order") - kinds.count("order_void") == 1


async def test_the_same_order_confirmed_under_two_proposals_acts_once(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        previews = [await city.select(*GROUP, value="off", for_s=60.0, request_id="once") for _ in range(2)]
        first, second = await city.operate(previews[0]), await city.operate(previews[1])
        assert isinstance(first, ProposalView)
        assert isinstance(second, ProposalView)
        assert causes(await book(city).confirm(first.id, person("wang"))) == {""}
        assert causes(await book(city).confirm(second.id, person("wang"))) == {"NOT_READY"}
        assert book(city).open() == ()
    assert [record.kind for record in read(tmp_path / "data")].count("order") == 1


async def test_a_proposal_is_told_on_the_live_stream(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        changes = city.controller.changes()
        first = asyncio.create_task(anext(changes))
        await asyncio.sleep(0)
        proposal = await proposed(city)
        await book(city).confirm(proposal.id, person("wang"))
        heard = await first
        while heard.kind != "proposal" or heard.data["state"] != "confirmed":
            heard = await anext(changes)
        assert (heard.subject, heard.data["by"]) == (proposal.id, "wang")
