"""A bypass takes two people, a reason and an expiry; it is loud while it stands and ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.bypassing.book import Bypass, BypassBook, bypass_body, bypass_of
from controller.runtime.views import Receipt
from controller.store.journal_read import read
from tests.unit.runtime.bypassing.guarded_city import (
    P1,
    RACK,
    STRICT,
    TRIP,
    guarded_city,
    held_by,
    rack,
    stopped_in_slot_2,
    wants_to_start,
)
from tests.unit.runtime.soft_city import DUSK, PS, SoftCity, SoftField, person
from tests.unit.runtime.test_orders import allow_writing, refuse_writing

LIN, WANG = person("lin"), person("wang")


async def bypassed(
    city: SoftCity, interlock: str = "rack-clear", *, for_s: float = 3600.0, target: str = "", second: Caller = WANG
) -> Receipt:
    desks = city.controller.desks
    proposal = await desks.bypasses.propose(
        interlock, LIN, for_s=for_s, reason="gauge broken, rack seen", target=target
    )
    return await desks.proposals.confirm(proposal.id, second)


def accepted(receipt: Receipt) -> bool:
    return all(outcome.accepted for outcome in receipt.outcomes)


def alarmed(city: SoftCity, target: str = PS) -> bool:
    return city.assembly.alarms.standing(target, "bypassed.rack-clear")


def kinds(tmp_path: Path) -> list[str]:
    return [line.kind for line in read(tmp_path / "data") if "bypass" in line.kind]


async def test_two_people_lift_an_interlock_and_everybody_is_told(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        await wants_to_start(city)
        await rack(city, 0.4)
        assert held_by(city) == ["rack-clear"]
        assert accepted(await bypassed(city))
        await city.clock.sleep(3.0)
        assert "rack-clear" not in held_by(city)
        shown = city.controller.explain(P1)
        assert [(one.id, one.ruling, one.cause) for one in shown.interlocks if one.ruling == "bypassed"] == [
            ("rack-clear", "bypassed", "BYPASSED")
        ]
        assert "BYPASSED rack-clear" in shown.text_en
        assert "已旁路" in shown.text_zh
        (line,) = city.controller.overview().bypassed
        assert line.startswith("BYPASSED rack-clear on 330106-PS-0001 until")
        assert "lin and wang (gauge broken, rack seen)" in line
        (alarm,) = [one for one in city.controller.alarms() if one.condition == "bypassed.rack-clear"]
        assert alarm.priority == 2
    assert kinds(tmp_path) == ["bypass"]


async def test_nobody_lifts_one_alone_under_whatever_session_and_no_machine_does(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        assert not accepted(await bypassed(city, second=person("lin", "another session")))
        assert not accepted(await bypassed(city, second=Caller("scada")))
        with pytest.raises(InvalidValue, match="machine"):
            await city.controller.desks.bypasses.propose("rack-clear", Caller("scada"), for_s=60.0, reason="x")
        alone = await city.controller.desks.bypasses.carry_out(
            {"interlock": "rack-clear", "target": PS, "for_s": 60.0, "reason": "x", "ticket": ""},
            LIN,
            person("lin", "2"),
            key="k",
            also=(),
        )
        assert not accepted(alone)
        assert city.controller.desks.bypasses.list() == ()


@pytest.mark.parametrize(
    ("interlock", "for_s", "target", "said"),
    [
        ("strict", 60.0, "", "allows no bypass of strict"),
        ("rack-clear", 7201.0, "", "lasts 1 s to 2 h"),
        ("rack-clear", -5.0, "", "lasts 1 s to 2 h"),
        ("rack-clear", float("nan"), "", "lasts 1 s to 2 h"),
        ("rack-clear", 60.0, "330106-LC-0001/K1", "binds 330106-PS-0001, not"),
    ],
)
async def test_what_config_does_not_allow_is_refused_and_written_down(
    tmp_path: Path, interlock: str, for_s: float, target: str, said: str
) -> None:
    async with guarded_city(tmp_path, RACK, STRICT) as city:
        with pytest.raises(InvalidValue, match=said):
            await bypassed(city, interlock, for_s=for_s, target=target)
    assert kinds(tmp_path) == ["bypass_refused"]


async def test_an_unknown_interlock_and_an_empty_reason_are_refused(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        desk = city.controller.desks.bypasses
        with pytest.raises(UnknownTarget):
            await desk.propose("nothing", LIN, for_s=60.0, reason="x")
        with pytest.raises(InvalidValue, match="reason"):
            await desk.propose("rack-clear", LIN, for_s=60.0, reason="  ")
        assert accepted(await bypassed(city))
        with pytest.raises(InvalidValue, match="already bypassed"):
            await desk.propose("rack-clear", LIN, for_s=60.0, reason="again")


async def test_it_ends_by_itself_and_the_interlock_guards_again(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        await wants_to_start(city)
        await rack(city, 0.4)
        await bypassed(city, for_s=600.0)
        await city.clock.sleep(590.0)
        assert alarmed(city)
        await city.clock.sleep(13.0)
        assert held_by(city) == ["rack-clear"]
        assert not alarmed(city)
        assert city.controller.overview().bypassed == ()
    assert kinds(tmp_path) == ["bypass", "bypass_ended"]


async def test_after_a_restart_it_has_what_was_left_of_its_time(tmp_path: Path) -> None:
    soft = SoftField()
    async with guarded_city(tmp_path, RACK, soft=soft) as city:
        await bypassed(city, for_s=3600.0)
    async with guarded_city(tmp_path, RACK, soft=soft, start=DUSK + timedelta(minutes=50)) as city:
        (one,) = city.controller.desks.bypasses.list()
        assert 500.0 < one.remaining_s <= 601.0  # it was granted a moment after the first start
        assert alarmed(city)
    async with guarded_city(tmp_path, RACK, soft=soft, start=DUSK + timedelta(hours=2)) as city:
        assert city.controller.desks.bypasses.list() == ()
        assert not alarmed(city)
    async with guarded_city(tmp_path, RACK, soft=soft, start=DUSK + timedelta(minutes=5)) as city:
        assert city.controller.desks.bypasses.list() == ()


async def test_one_person_takes_it_back_at_once_even_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StoreError("disk full")

    async with guarded_city(tmp_path, RACK) as city:
        await wants_to_start(city)
        await rack(city, 0.4)
        await bypassed(city)
        (one,) = city.controller.desks.bypasses.list(P1)
        monkeypatch.setattr(city.assembly.evidence, "before", full)
        monkeypatch.setattr(city.store.state, "apply", full)
        assert accepted(await city.controller.desks.bypasses.remove(one.id, person("zhao"), reason="rack is worse"))
        await city.clock.sleep(3.0)
        assert held_by(city) == ["rack-clear"]
        with pytest.raises(UnknownTarget):
            await city.controller.desks.bypasses.remove(one.id, LIN, reason="again")
        monkeypatch.undo()
        await city.clock.sleep(2.0)
    async with guarded_city(tmp_path, RACK) as city:
        assert city.controller.desks.bypasses.list() == ()


async def test_a_configuration_that_no_longer_allows_it_ends_it(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        await bypassed(city)
        city.assembly.guarding.adopt(replace(city.site, interlocks=(replace(RACK, bypassable=False),)))
        assert city.controller.desks.bypasses.list() == ()
        assert not alarmed(city)


async def test_a_changed_interlock_is_not_what_was_proposed(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        desks = city.controller.desks
        proposal = await desks.bypasses.propose("rack-clear", LIN, for_s=60.0, reason="x")
        city.assembly.guarding.adopt(replace(city.site, interlocks=(replace(RACK, condition=TRIP.condition),)))
        assert not accepted(await desks.proposals.confirm(proposal.id, WANG))


async def test_one_lifted_from_one_unit_guards_the_others(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        await bypassed(city, target=P1)
        lifted = city.assembly.guarding.book.in_force(city.clock.monotonic())
        assert lifted == {"rack-clear": frozenset({P1})}
        assert [one.target for one in city.controller.desks.bypasses.list(P1)] == [P1]
        assert city.controller.desks.bypasses.list(f"{PS}/G1") == ()


async def test_a_bypass_never_lifts_a_trip_that_latched_and_keeps_one_from_latching(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, TRIP) as city:
        await wants_to_start(city)
        await rack(city, 0.46)
        assert stopped_in_slot_2(city)
        await bypassed(city, "trip", for_s=600.0)
        await city.clock.sleep(5.0)
        assert stopped_in_slot_2(city)
        await rack(city, 0.1)
        (reset,) = (await city.controller.reset(P1, person("lin"), "rack cleaned")).outcomes
        assert reset.accepted, reset.text
        await rack(city, 0.46)
        assert not stopped_in_slot_2(city)
        await city.clock.sleep(600.0)
        assert stopped_in_slot_2(city), "the cause still stands when the bypass ends"
        assert city.assembly.book.holder(P1, Slot.EQUIPMENT_PROTECTION) is not None


def bypass(for_s: float, now_s: float = 100.0) -> Bypass:
    ends = DUSK + timedelta(seconds=for_s)
    return Bypass("b", "rack-clear", PS, "x", "", "lin", "wang", DUSK, ends, now_s + for_s)


def test_the_book_stops_saying_so_at_the_very_moment() -> None:
    book = BypassBook()
    book.put(bypass(60.0))
    assert book.in_force(159.9) == {"rack-clear": frozenset({PS})}
    assert book.in_force(160.0) == {}
    assert book.next_end_s() == 160.0


@pytest.mark.parametrize(("stepped", "left_s"), [(-3600, 60.0), (0, 60.0), (20, 40.0), (3600, 0.0)])
def test_a_stepped_clock_never_makes_a_kept_one_longer_than_granted(stepped: int, left_s: float) -> None:
    kept = bypass_of("b", bypass_body(bypass(60.0)), DUSK + timedelta(seconds=stepped), 5000.0)
    assert kept.expires_s - 5000.0 == left_s


async def test_a_bypass_that_could_not_be_kept_is_taken_back_in_the_journal(tmp_path: Path) -> None:
    async with guarded_city(tmp_path, RACK) as city:
        await city.ready()
        desks = city.controller.desks
        proposal = await desks.bypasses.propose("rack-clear", LIN, for_s=600.0, reason="gauge broken")
        state = tmp_path / "data" / "state.sqlite"
        refuse_writing(state, "records")
        assert not accepted(await desks.proposals.confirm(proposal.id, WANG))
        allow_writing(state)
        assert desks.bypasses.list() == ()
    assert kinds(tmp_path) == ["bypass", "bypass_void"]
