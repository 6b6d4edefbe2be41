"""A tag binds at once and for good: in every slot, over restarts and reloads, until its owner takes it down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from controller.domain.command import Cause, Command, CommandState
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.intents import Switch
from controller.domain.points import device_of
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.domain.tags import Tag
from controller.runtime.views import Receipt
from controller.store.journal_read import read
from tests.unit.runtime.soft_city import DUSK, LC1, LC2, PS, SoftCity, SoftField, person, soft_city

K1, OTHER = f"{LC1}/K1", f"{LC2}/K1"
ZHOU, LIN, WANG = person("zhou"), person("lin"), person("wang")
MACHINE = Caller("work-tickets")
NIGHT = DUSK.replace(hour=14)


async def hang(city: SoftCity, on: str = K1, caller: Caller = ZHOU) -> str:
    receipt = await city.controller.desks.tags.hang(on, caller, reason="changes a contactor", ticket="WT-7")
    assert receipt.tag is not None
    return receipt.tag.id


def lit(city: SoftCity, target: str = K1) -> bool:
    device, output = target.split("/")
    return bool(city.assembly.table.view(device, city.clock.monotonic()).value(f"{output}.feedback"))


def kinds(tmp_path: Path) -> list[str]:
    return [line.kind for line in read(tmp_path / "data") if "tag" in line.kind]


async def test_a_tagged_circuit_stays_dark_at_sunset_and_says_why_wherever_it_is_shown(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await hang(city)
        await city.until(lambda: lit(city, OTHER), 3600.0)
        await city.clock.sleep(60.0)
        assert not lit(city)
        shown = city.controller.explain(K1)
        assert [one.cause for one in shown.interlocks] == ["BLOCKED_BY_TAG"]
        assert [one.owner for one in shown.tags] == ["zhou"]
        assert "changes a contactor" in shown.text_en
        assert "检修挂牌" in shown.text_zh
        asset = city.controller.asset(LC1)
        assert [one.on for one in asset.tags] == [K1]
        assert [bool(output.tag) for output in asset.outputs] == [True, False]
        assert city.controller.overview().tags == 1


async def test_a_tag_is_shown_by_day_when_nothing_is_wanted(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await hang(city, LC1)
        shown = city.controller.explain(K1)
        assert shown.interlocks == ()
        assert "changes a contactor" in shown.text_en
        assert "zhou" in shown.text_zh


async def test_a_burning_circuit_goes_on_burning_under_its_tag_and_may_be_switched_off_but_not_on(
    tmp_path: Path,
) -> None:
    async with soft_city(tmp_path, NIGHT) as city:
        await city.ready()
        await city.until(lambda: lit(city))
        await hang(city)
        await city.clock.sleep(30.0)
        assert lit(city)
        city.assembly.book.hold(_stop(city))
        city.assembly.lighting.look_again(LC1)
        await city.until(lambda: not lit(city))
        city.assembly.book.release(K1, _stop(city).slot)
        await city.clock.sleep(120.0)
        assert not lit(city)


def _stop(city: SoftCity) -> Request:
    """A cut of the circuit."""
    return replace(city.assembly.book.decision(K1).winner, slot=Slot.LIFE_SAFETY, value=Switch(on=False))


async def test_only_its_owner_takes_it_down_and_everybody_elses_try_is_on_record(tmp_path: Path) -> None:
    async with soft_city(tmp_path, NIGHT) as city:
        await city.ready()
        tags = city.controller.desks.tags
        tag = await hang(city)
        refused = [await tags.remove(tag, caller, reason="done") for caller in (LIN, MACHINE)]
        assert [receipt.cause for receipt in refused] == ["NO_ACCESS_AUTHORITY"] * 2
        assert tags.on(K1) is not None
        assert (await tags.remove(tag, person("zhou", "another session"), reason="done")).accepted
        assert tags.on(K1) is None
        with pytest.raises(UnknownTarget):
            await tags.remove(tag, ZHOU, reason="again")
        await city.until(lambda: lit(city))
    assert kinds(tmp_path) == ["tag_hung", "tag_removal_refused", "tag_removal_refused", "tag_removed"]


async def test_each_of_two_owners_takes_down_their_own(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        tags = city.controller.desks.tags
        first, second = await hang(city), await hang(city, LC1, LIN)
        assert [one.id for one in tags.book.all_on(K1)] == [second, first]
        assert (await tags.remove(first, ZHOU, reason="done")).accepted
        assert tags.on(K1) is not None


async def confirmed(city: SoftCity, tag: str, proposer: Caller, confirmer: Caller) -> Receipt:
    desks = city.controller.desks
    proposal = await desks.tags.propose_removal(tag, proposer, reason="zhou is ill", on_site="li looked: all clear")
    return await desks.proposals.confirm(proposal.id, confirmer)


async def test_two_others_take_it_down_with_a_word_from_the_site(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        tag = await hang(city)
        receipt = await confirmed(city, tag, LIN, WANG)
        assert [outcome.accepted for outcome in receipt.outcomes] == [True]
        assert city.controller.desks.tags.on(K1) is None
    (line,) = [line for line in read(tmp_path / "data") if line.kind == "tag_removed"]
    assert (line.data["proposer"], line.data["confirmer"]) == ("lin", "wang")
    assert line.data["on_site"] == "li looked: all clear"


@pytest.mark.parametrize(("proposer", "confirmer"), [(LIN, person("lin", "S2")), (LIN, ZHOU), (LIN, MACHINE)], ids=str)
async def test_one_person_twice_its_owner_or_a_machine_do_not_make_two_others(
    tmp_path: Path, proposer: Caller, confirmer: Caller
) -> None:
    async with soft_city(tmp_path) as city:
        tag = await hang(city)
        receipt = await confirmed(city, tag, proposer, confirmer)
        assert not any(outcome.accepted for outcome in receipt.outcomes)
        assert city.controller.desks.tags.on(K1) is not None


@pytest.mark.parametrize("proposer", [ZHOU, MACHINE], ids=str)
async def test_its_owner_and_machines_propose_nothing(tmp_path: Path, proposer: Caller) -> None:
    async with soft_city(tmp_path) as city:
        tag = await hang(city)
        with pytest.raises(InvalidValue):
            await city.controller.desks.tags.propose_removal(tag, proposer, reason="x", on_site="y")


async def test_a_tag_a_machine_hung_binds_and_takes_two_people(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        tag = await hang(city, caller=MACHINE)
        assert not (await city.controller.desks.tags.remove(tag, MACHINE, reason="done")).accepted
        assert all(outcome.accepted for outcome in (await confirmed(city, tag, LIN, WANG)).outcomes)


async def test_a_tag_hangs_on_over_a_restart(tmp_path: Path) -> None:
    field = SoftField()
    async with soft_city(tmp_path, DUSK, field) as city:
        tag = await hang(city)
    async with soft_city(tmp_path, NIGHT, field) as city:
        await city.ready()
        await city.until(lambda: lit(city, OTHER))
        await city.clock.sleep(30.0)
        assert not lit(city)
        (kept,) = city.controller.desks.tags.list()
        assert (kept.id, kept.owner, kept.person, kept.ticket) == (tag, "zhou", "zhou", "WT-7")
        assert (await city.controller.desks.tags.remove(tag, ZHOU, reason="done")).accepted
    async with soft_city(tmp_path, NIGHT, field) as city:
        assert city.controller.desks.tags.list() == ()


async def test_a_reload_without_its_target_keeps_the_tag_and_alarms_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        tags, whole = city.controller.desks.tags, city.site.city
        tag = await hang(city, K1)
        less = {name: one for name, one in whole.cabinets.items() if name != LC1}
        targets = {name: one for name, one in whole.targets.items() if device_of(name) != LC1}
        tags.adopt(replace(whole, cabinets=MappingProxyType(less), targets=MappingProxyType(targets)))
        assert tags.on(K1) is not None
        assert city.assembly.alarms.standing(K1, "tag_without_target")
        tags.adopt(whole)
        assert not city.assembly.alarms.standing(K1, "tag_without_target")
        assert (await tags.remove(tag, ZHOU, reason="done")).accepted


async def test_hanging_waits_for_no_journal_and_taking_down_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with soft_city(tmp_path) as city:
        tags = city.controller.desks.tags

        async def full(*_: object, **__: object) -> None:
            raise StoreError("disk full")

        with monkeypatch.context() as broken:
            broken.setattr(city.store.journal, "append", full)
            broken.setattr(city.store.state, "apply", full)
            receipt = await tags.hang(K1, ZHOU, reason="works there")
            assert receipt.accepted
            assert "would not survive a restart" in receipt.text_en
            assert receipt.tag is not None
            assert tags.on(K1) is not None
            refused = await tags.remove(receipt.tag.id, ZHOU, reason="done")
            assert refused.cause == "JOURNAL_UNAVAILABLE"
            assert tags.on(K1) is not None
        await city.clock.sleep(2.0)
    async with soft_city(tmp_path) as city:
        assert city.controller.desks.tags.on(K1) is not None, "it is kept as soon as that works again"


@pytest.mark.parametrize(
    ("on", "reason", "error"),
    [(f"{LC1}/K9", "x", UnknownTarget), ("330106-LC-0099", "x", UnknownTarget), (K1, "  ", InvalidValue)],
)
async def test_a_tag_needs_a_place_and_a_reason(tmp_path: Path, on: str, reason: str, error: type[Exception]) -> None:
    async with soft_city(tmp_path) as city:
        with pytest.raises(error):
            await city.controller.desks.tags.hang(on, ZHOU, reason=reason)
        assert city.controller.desks.tags.list() == ()


async def test_an_order_for_a_tagged_light_is_refused_by_its_cause(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await hang(city)
        receipt = await city.order(K1, OTHER, value="on")
        assert [(one.target, one.cause) for one in receipt.outcomes if not one.accepted] == [(K1, "BLOCKED_BY_TAG")]


async def test_a_tag_hung_between_decision_and_wire_stops_the_write(tmp_path: Path) -> None:
    async with soft_city(tmp_path, NIGHT) as city:
        await city.ready()
        city.lamps.writes.clear()
        before = city.assembly.dispatcher.last_look
        hung: list[str] = []

        def late(command: Command) -> tuple[CommandState, Cause, str] | None:
            if command.target == K1 and not hung:
                city.controller.desks.tags.book.put(Tag("T", K1, "zhou", "zhou", "works there", DUSK))
                hung.append(command.id)
            return before(command)

        city.assembly.dispatcher.last_look = late  # type: ignore[method-assign]  # somebody comes at the last moment
        await city.until(lambda: lit(city, OTHER))
        await city.clock.sleep(30.0)
        assert not lit(city)
        (track,) = [one for one in city.controller.commands(K1) if one.id in hung]
        assert (track.state, track.cause) == ("REJECTED", "BLOCKED_BY_TAG")


async def test_a_station_as_a_whole_can_be_tagged(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await hang(city, PS)
        assert city.controller.desks.tags.on(f"{PS}/G2") is not None


async def test_the_receipt_says_what_still_runs_and_that_a_plc_may_start_it_by_itself(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        tags = city.controller.desks.tags
        await city.order(K1, value="on")
        await city.until(lambda: lit(city))
        circuit = await tags.hang(K1, ZHOU, reason="changes a contactor")
        assert f"STILL RUNNING OR LIT: {K1}" in circuit.text_en
        assert "PLC" not in circuit.text_en
        city.field.drivers["ua-1"].set(PS, "P1.running", True)
        await city.until(lambda: city.assembly.table.view(PS, city.clock.monotonic()).value("P1.running") is True)
        station = await tags.hang(PS, ZHOU, reason="inspects the hall")
        assert f"STILL RUNNING OR LIT: {PS}/P1:" in station.text_en
        assert "lock it on site" in station.text_en
        assert "上锁" in station.text_zh


async def test_what_people_read_of_a_tag_is_in_the_sites_own_time(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await hang(city)
        assert "2026-06-21 18:50" in city.controller.explain(K1).text_en
    async with soft_city(tmp_path) as city:
        assert "since 2026-06-21 18:50" in str(city.controller.desks.tags.list()[0])
