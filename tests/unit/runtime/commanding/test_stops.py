"""The emergency stop: one person, at once, whatever stands in the way; taken back by two."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.runtime.views import Receipt
from controller.store.changes import Change
from controller.store.journal_read import read
from tests.unit.runtime.commanding.test_second_person import book
from tests.unit.runtime.soft_city import LC1, LC2, PS, SoftCity, person, soft_city
from tests.unit.runtime.test_orders import allow_writing, refuse_writing, table_of

ROAD, OTHER_ROAD, P1, GRAVITY, DISCHARGE = f"{LC1}/K1", f"{LC2}/K1", f"{PS}/P1", f"{PS}/G2", f"{PS}/G1"
LIN, WANG = person("lin"), person("wang")


async def stop(city: SoftCity, target: str, caller: Caller = LIN, reason: str = "water in the cabinet") -> Receipt:
    return await city.controller.desks.orders.stop(target, caller, reason)


def latched(city: SoftCity, target: str) -> str | None:
    request = city.assembly.book.holder(target, Slot.LIFE_SAFETY)
    return None if request is None else str(request.value)


@pytest.mark.parametrize(("target", "value"), [(ROAD, "off"), (P1, "stop"), (GRAVITY, "close"), (DISCHARGE, "hold")])
async def test_one_person_stops_one_thing_and_it_stays_stopped(tmp_path: Path, target: str, value: str) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        (outcome,) = (await stop(city, target)).outcomes
        assert (outcome.accepted, latched(city, target)) == (True, value)
        assert "NOT ASSURED" not in outcome.text
    async with soft_city(tmp_path) as city:
        assert latched(city, target) == value, "also after a restart"


async def test_it_beats_an_order_and_goes_out_at_once(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.order(ROAD, value="on", for_s=600.0)
        await city.until(lambda: (ROAD + ".command", True) in city.writes())
        await stop(city, ROAD)
        await city.until(lambda: city.writes(f"{ROAD}.command")[-1][1] is False, within_s=1.0)


async def test_the_slot_is_filled_before_anything_is_awaited(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        act = city.controller.desks.orders.stop(ROAD, LIN, "now")
        act.send(None)  # up to its first wait, and no further
        assert latched(city, ROAD) == "off"
        act.close()


@pytest.mark.parametrize("file", ["journal.sqlite", "state.sqlite"])
async def test_it_needs_no_journal_and_no_store_and_is_kept_when_they_return(tmp_path: Path, file: str) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        path = tmp_path / "data" / file
        refuse_writing(path, "requests" if file.startswith("state") else table_of(path))
        (outcome,) = (await stop(city, ROAD)).outcomes
        assert (outcome.accepted, latched(city, ROAD)) == (True, "off")
        allow_writing(path)
        await city.order(OTHER_ROAD, value="on")
        await city.clock.sleep(3.0)
    async with soft_city(tmp_path) as city:
        assert latched(city, ROAD) == "off"


async def test_it_is_attempted_at_local_and_said_to_be_not_assured(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.order(ROAD, value="on", for_s=600.0)
        await city.until(lambda: (ROAD + ".command", True) in city.writes())
        city.lamps.set(LC1, "control_switch", "LOCAL")
        await city.clock.sleep(10.0)
        (outcome,) = (await stop(city, ROAD)).outcomes
        assert "NOT ASSURED" in outcome.text
        await city.until(lambda: city.writes(f"{ROAD}.command")[-1][1] is False, within_s=2.0)


async def test_it_needs_no_reason_and_a_machine_may_do_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        assert (await stop(city, ROAD, Caller("panel"), "")).outcomes[0].accepted
        assert latched(city, ROAD) == "off"


async def test_a_second_stop_changes_nothing_and_says_who_did_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await stop(city, ROAD)
        (again,) = (await stop(city, ROAD, WANG)).outcomes
        assert again.accepted
        assert "lin" in again.text


async def test_what_has_no_stop_of_its_own_says_what_to_do(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        (outcome,) = (await stop(city, PS)).outcomes
        assert (outcome.accepted, outcome.cause) == (False, "OUT_OF_RANGE")
        assert "stop its units" in outcome.text
        with pytest.raises(UnknownTarget):
            await stop(city, "330106-PS-0099/P1")


async def test_two_people_take_it_back(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await stop(city, ROAD)
        desk = city.controller.desks.orders
        proposal = await desk.propose_return(ROAD, LIN, "cabinet dried, insulation measured")
        assert any("water in the cabinet" in line for line in proposal.wording.lines)
        assert not (await book(city).confirm(proposal.id, LIN)).outcomes[0].accepted
        assert latched(city, ROAD) == "off"
        assert (await book(city).confirm(proposal.id, WANG)).outcomes[0].accepted
        assert latched(city, ROAD) is None
    async with soft_city(tmp_path) as city:
        assert (latched(city, ROAD), book(city).open()) == (None, ())
    kinds = [record.kind for record in read(tmp_path / "data")]
    assert kinds.index("emergency_stop") < kinds.index("proposed") < kinds.index("stop_returned")


async def test_only_a_persons_stop_is_taken_back_this_way(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        desk = city.controller.desks.orders
        with pytest.raises(InvalidValue, match="no stop stands"):
            await desk.propose_return(ROAD, LIN, "nothing there")
        await stop(city, ROAD)
        proposal = await desk.propose_return(ROAD, LIN, "dry")
        city.assembly.book.release(ROAD, Slot.LIFE_SAFETY)
        assert not (await book(city).confirm(proposal.id, WANG)).outcomes[0].accepted


def alarmed(city: SoftCity, target: str, condition: str) -> str:
    found = [alarm for alarm in city.assembly.alarms.about(target.partition("/")[0]) if alarm.source == target]
    return next((alarm.text for alarm in found if alarm.stands and alarm.condition == condition), "")


@pytest.mark.parametrize(("target", "told_by_its_cabinet"), [(ROAD, True), (P1, False), (GRAVITY, False)])
async def test_a_stop_stands_as_an_alarm_that_says_how_it_is_taken_back_and_whether_it_outlives_us(
    tmp_path: Path, target: str, told_by_its_cabinet: bool
) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        (outcome,) = (await stop(city, target)).outcomes
        assert ("NOT_RETAINED" in outcome.text) is not told_by_its_cabinet
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.clock.sleep(5.0)
        assert "two people" in alarmed(city, target, "emergency_stop"), "also after a restart"
        assert ("local switch" in alarmed(city, target, "not_retained")) is not told_by_its_cabinet
        proposal = await city.controller.desks.orders.propose_return(target, LIN, "seen on site")
        assert (await book(city).confirm(proposal.id, WANG)).outcomes[0].accepted
        assert not alarmed(city, target, "emergency_stop")
        assert not alarmed(city, target, "not_retained")
    told = [line.target for line in read(tmp_path / "data") if line.data.get("outcome") == "NOT_RETAINED"]
    assert target in told


async def test_a_stop_pressed_again_while_its_return_waits_ends_the_proposal(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await stop(city, ROAD)
        proposal = await city.controller.desks.orders.propose_return(ROAD, LIN, "it is dry")
        assert (await stop(city, ROAD, person("zhao"))).outcomes[0].accepted
        assert not (await book(city).confirm(proposal.id, WANG)).outcomes[0].accepted
        assert latched(city, ROAD) == "off"
        anew = await city.controller.desks.orders.propose_return(ROAD, LIN, "it is dry now")
        assert (await book(city).confirm(anew.id, WANG)).outcomes[0].accepted


async def test_a_stop_pressed_again_in_the_instant_of_its_return_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with soft_city(tmp_path) as city:
        await stop(city, ROAD)
        proposal = await city.controller.desks.orders.propose_return(ROAD, LIN, "it is dry")
        keep_now = city.assembly.keeper.keep_now

        async def while_it_is_kept(changes: Sequence[Change]) -> None:
            await keep_now(changes)
            assert (await stop(city, ROAD, person("zhao"))).outcomes[0].accepted

        monkeypatch.setattr(city.assembly.keeper, "keep_now", while_it_is_kept)
        assert not (await book(city).confirm(proposal.id, WANG)).outcomes[0].accepted
        assert latched(city, ROAD) == "off"
    async with soft_city(tmp_path) as city:
        assert latched(city, ROAD) == "off", "also after a restart"
    assert [line.kind for line in read(tmp_path / "data")].count("stop_returned_void") == 1


async def test_a_stop_of_what_the_water_cut_stands_after_the_waters_return(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.controller.desks.wet_power.decide(ROAD, "cut", LIN, "water at the pole")
        await stop(city, ROAD, WANG, "somebody touches the pole")
        city.assembly.wet.returned(ROAD)
        assert latched(city, ROAD) == "off"
        proposal = await city.controller.desks.orders.propose_return(ROAD, LIN, "nobody there any more")
        await book(city).confirm(proposal.id, WANG)
        assert latched(city, ROAD) is None


async def test_taking_a_stop_back_leaves_the_waters_cut(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.controller.desks.wet_power.decide(ROAD, "cut", LIN, "water at the pole")
        await stop(city, ROAD, WANG, "somebody touches the pole")
        proposal = await city.controller.desks.orders.propose_return(ROAD, LIN, "nobody there any more")
        await book(city).confirm(proposal.id, WANG)
        await city.clock.sleep(2.0)
        assert latched(city, ROAD) == "off"
        with pytest.raises(InvalidValue, match="its own return"):
            await city.controller.desks.orders.propose_return(ROAD, LIN, "the water's")


async def test_a_persons_cut_of_what_stands_in_water_is_kept_when_it_is_answered(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.controller.desks.wet_power.decide(ROAD, "cut", LIN, "water at the pole")
        with contextlib.closing(sqlite3.connect(tmp_path / "data" / "state.sqlite")) as connection:
            kept = connection.execute("SELECT count(*) FROM records WHERE kind = 'wet_power'").fetchone()
        assert kept == (1,), "a death in the next instant does not light it again"


async def test_a_gate_that_may_not_move_under_its_tag_is_said_to_be_not_assured(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        for target in (GRAVITY, DISCHARGE):
            await city.controller.desks.tags.hang(target, person("zhou"), reason="works in the slot")
        (closing,) = (await stop(city, GRAVITY)).outcomes
        (holding,) = (await stop(city, DISCHARGE)).outcomes
        assert closing.accepted
        assert "NOT ASSURED" in closing.text
        assert "zhou" in closing.text
        assert "NOT ASSURED" not in holding.text, "to stay where it is moves nothing"
