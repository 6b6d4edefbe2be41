"""Select, look, operate: a token does what it showed, once, soon, for the session that looked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import InvalidValue
from controller.domain.quality import Detail, Quality
from controller.domain.slots import Slot
from controller.logic.confirmation import Why
from controller.logic.preview import Effect
from controller.runtime.commanding.views import Preview
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt
from controller.store.journal_read import read
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import LC1, LC2, PS, SoftCity, person, soft_city

ROAD, TREES, OTHER_ROAD = f"{LC1}/K1", f"{LC1}/K2", f"{LC2}/K1"
P1, GRAVITY = f"{PS}/P1", f"{PS}/G2"


def plc(city: SoftCity) -> SoftDriver:
    return city.field.drivers["ua-1"]


def held(city: SoftCity, target: str) -> str | None:
    request = city.assembly.book.holder(target, Slot.CITY_MANUAL)
    return None if request is None else str(request.value)


async def done(city: SoftCity, preview: Preview, actor: str = "lin") -> Receipt:
    answer = await city.operate(preview, actor)
    assert isinstance(answer, Receipt)
    return answer


def causes(receipt: Receipt) -> list[str]:
    return [outcome.cause for outcome in receipt.outcomes]


async def in_order(city: SoftCity) -> None:
    """The station's rack is clean, its well full enough, its unit rested: nothing but time holds it."""
    plc(city).set(PS, "rack_head_m", 0.1)
    plc(city).set(PS, "P1.available", True)
    for gauge in ("inner_level_1_m", "inner_level_2_m"):
        plc(city).set(PS, gauge, 1.5)
    await city.clock.sleep(125.0)


async def test_what_has_to_be_selected_is_refused_as_a_plain_order_and_says_so(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        for targets, value in (((PS,), "count 1"), ((P1,), "start"), ((GRAVITY,), "open"), ((ROAD, TREES), "off")):
            receipt = await city.order(*targets, value=value)
            assert set(causes(receipt)) == {"OBJECT_NOT_SELECTED"}
            assert all(held(city, target) is None for target in targets)
        assert "second_person" not in receipt.outcomes[0].text
        assert "a group" in receipt.outcomes[0].text


async def test_of_a_mixed_order_what_protects_goes_at_once_and_the_rest_is_refused(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        receipt = await city.order(ROAD, TREES, OTHER_ROAD, value="on")
        assert causes(receipt) == ["", "", ""], "two roads protect, one row of trees is one light"
        receipt = await city.order(ROAD, TREES, OTHER_ROAD, value="off")
        assert set(causes(receipt)) == {"OBJECT_NOT_SELECTED"}


async def test_a_selection_shows_what_it_would_do_and_operating_does_exactly_that(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        preview = await city.select(PS, value="count 1", for_s=1800.0)
        (shown,) = preview.targets
        assert (shown.effect, shown.cause, shown.power_kw) == (Effect.CHANGE, "", pytest.approx(500.0))
        assert (preview.power_kw, preview.flow_m3s) == (pytest.approx(500.0), pytest.approx(10.0))
        assert [need.why for need in preview.needs] == [Why.WATER]
        assert (preview.second_person, preview.effects) == ((), {Effect.CHANGE: 1})
        assert held(city, PS) is None, "looking holds nothing"
        receipt = await done(city, preview)
        assert (causes(receipt), receipt.request_id) == ([""], preview.request_id)
        assert held(city, PS) == "count 1"
    assert {"selected", "order"} <= {record.kind for record in read(tmp_path / "data")}


async def test_the_preview_says_who_decides_when_the_lease_ends(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        (shown,) = (await city.select(PS, value="count 1")).targets
        assert shown.then.split(":")[0] in ("automatic", "default")


async def test_a_token_works_once(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        preview = await city.select(PS, value="count 1")
        first, second = await asyncio.gather(city.operate(preview), city.operate(preview))
        assert isinstance(first, Receipt)
        assert isinstance(second, Receipt)
        assert [causes(first), causes(second)] == [[""], ["OBJECT_NOT_SELECTED"]]


async def test_a_token_runs_out(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        preview = await city.select(PS, value="count 1")
        await city.clock.sleep(30.5)
        receipt = await done(city, preview)
        assert causes(receipt) == ["OBJECT_NOT_SELECTED"]
        assert "ran out" in receipt.outcomes[0].text
        assert held(city, PS) is None


async def test_a_stolen_token_is_void_for_the_thief_and_for_its_owner(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        desk = city.controller.desks.orders
        for thief in (person("mallory"), person("lin", "S-another")):
            preview = await city.select(PS, value="count 1")
            stolen = await desk.operate(preview.token, thief)
            assert isinstance(stolen, Receipt)
            assert causes(stolen) == ["OBJECT_NOT_SELECTED"]
            assert causes(await done(city, preview)) == ["OBJECT_NOT_SELECTED"]
        assert held(city, PS) is None
    assert "operate_denied" in [record.kind for record in read(tmp_path / "data")]


async def test_a_selection_dies_with_its_session(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        preview = await city.select(PS, value="count 1")
        city.controller.desks.orders.client_gone("S-lin")
        assert causes(await done(city, preview)) == ["OBJECT_NOT_SELECTED"]


@pytest.mark.parametrize("token", ["", "x", "0" * 10_000])
async def test_an_invented_token_is_refused(tmp_path: Path, token: str) -> None:
    async with soft_city(tmp_path) as city:
        answer = await city.controller.desks.orders.operate(token, person("lin"))
        assert isinstance(answer, Receipt)
        assert causes(answer) == ["OBJECT_NOT_SELECTED"]


def _to_local(city: SoftCity) -> None:
    plc(city).set(PS, "control_switch", "LOCAL")


def _rack(city: SoftCity) -> None:
    plc(city).set(PS, "rack_head_m", 0.9)


def _gauges(city: SoftCity) -> None:
    for gauge in ("inner_level_1_m", "inner_level_2_m"):
        plc(city).set(PS, gauge, 0.2)


def _feedback(city: SoftCity) -> None:
    plc(city).spoil(PS, "P1.running", Quality.BAD, Detail.FAILURE)


@pytest.mark.parametrize("change", [_to_local, _rack, _gauges, _feedback])
async def test_a_change_of_what_was_shown_refuses_the_token(tmp_path: Path, change: Any) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await in_order(city)
        preview = await city.select(PS, value="count 1")
        change(city)
        await city.clock.sleep(8.0)
        receipt = await done(city, preview)
        assert causes(receipt) == ["NOT_READY"]
        assert "select anew" in receipt.outcomes[0].text
        assert held(city, PS) is None


async def test_another_order_in_its_place_refuses_the_token(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        first, second = await city.select(PS, value="count 1"), await city.select(PS, value="count 0", actor="wang")
        await done(city, second, "wang")
        assert causes(await done(city, first)) == ["NOT_READY"]
        assert held(city, PS) == "count 0"


async def test_levels_that_move_do_not_refuse_it(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        plc(city).set(PS, "inner_level_1_m", 1.50)
        plc(city).set(PS, "inner_level_2_m", 1.50)
        await city.clock.sleep(15.0)
        preview = await city.select(PS, value="count 1")
        plc(city).set(PS, "inner_level_1_m", 1.57)
        plc(city).set(PS, "inner_level_2_m", 1.57)
        await city.clock.sleep(5.0)
        assert causes(await done(city, preview)) == [""]


async def test_what_is_out_of_reach_or_not_remote_is_left_out_and_says_why(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        city.lamps.set(LC2, "control_switch", "LOCAL")
        await city.clock.sleep(10.0)
        preview = await city.select(TREES, OTHER_ROAD, "330106-LC-0009/K1", PS, value="off")
        shown = {one.target: one for one in preview.targets}
        assert [shown[t].cause for t in (TREES, OTHER_ROAD, "330106-LC-0009/K1", PS)] == [
            "",
            "BLOCKED_LOCAL",
            "UNKNOWN_TARGET",
            "OUT_OF_RANGE",
        ]
        assert "key" in shown[OTHER_ROAD].text
        assert preview.causes == {"BLOCKED_LOCAL": 1, "UNKNOWN_TARGET": 1, "OUT_OF_RANGE": 1}


async def test_what_protects_is_part_of_it_even_at_local_and_is_said_to_be_not_assured(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        city.lamps.set(LC2, "control_switch", "LOCAL")
        await city.clock.sleep(10.0)
        (shown,) = (await city.select(OTHER_ROAD, value="on")).targets
        assert (shown.effect is Effect.EXCLUDED, shown.assured) == (False, False)
        (outcome,) = (await city.order(OTHER_ROAD, value="on")).outcomes
        assert outcome.accepted
        assert "NOT ASSURED" in outcome.text


async def test_a_tag_leaves_a_target_out_and_a_plain_order_is_refused_while_off_passes(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.controller.desks.tags.hang(TREES, person("zhao"), reason="cable repair")
        (shown,) = (await city.select(TREES, value="on")).targets
        assert (shown.effect, shown.cause) == (Effect.EXCLUDED, "BLOCKED_BY_TAG")
        (refused,) = (await city.order(TREES, value="on")).outcomes
        assert (refused.accepted, refused.cause) == (False, "BLOCKED_BY_TAG")
        assert "cable repair" in refused.text
        (off,) = (await city.order(TREES, value="off")).outcomes
        assert off.accepted


async def test_a_selection_of_nothing_has_no_token(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        preview = await city.select("330106-LC-0009/K1", value="on")
        assert (preview.token, preview.effects) == ("", {Effect.EXCLUDED: 1})


async def test_what_a_higher_slot_masks_is_shown_as_masked_and_still_taken(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await done(city, await city.select(PS, value="count 0", slot="city_manual"))
        preview = await city.select(PS, value="count 1", slot="district_manual")
        assert preview.targets[0].effect is Effect.MASKED
        assert "city_manual of lin" in preview.targets[0].text
        assert causes(await done(city, preview)) == [""]


async def test_a_request_id_that_was_answered_cannot_be_selected_again(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await done(city, await city.select(PS, value="count 1", request_id="once"))
        with pytest.raises(InvalidValue, match="once"):
            await city.select(PS, value="count 0", request_id="once")


async def test_an_order_refused_for_want_of_a_selection_may_be_selected_under_its_own_id(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await city.order(PS, value="count 1", request_id="mine")
        assert causes(await done(city, await city.select(PS, value="count 1", request_id="mine"))) == [""]


async def test_a_careless_client_does_not_fill_the_memory_with_selections(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        previews = [await city.select(PS, value="count 1") for _ in range(25)]
        assert causes(await done(city, previews[0])) == ["OBJECT_NOT_SELECTED"]
        assert causes(await done(city, previews[-1])) == [""]


async def test_an_emergency_order_needs_a_declared_response(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        (outcome,) = (await city.order(ROAD, value="on", slot="emergency_order")).outcomes
        assert (outcome.accepted, outcome.cause) == (False, "NO_ACCESS_AUTHORITY")
        assert "no response is declared" in outcome.text


async def test_a_group_that_takes_two_people_becomes_a_proposal(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        preview = await city.select(ROAD, TREES, value="off", for_s=60.0)
        assert {need.why for need in preview.second_person} == {Why.DISTRICT_SHARE}
        proposal = await city.operate(preview)
        assert isinstance(proposal, ProposalView)
        assert proposal.targets == (ROAD, TREES)
        assert held(city, ROAD) is None


async def test_an_interlock_that_would_hold_a_unit_is_shown_before_its_turn_comes(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        await in_order(city)
        (free,) = (await city.select(PS, value="count 1")).targets
        _rack(city)
        await city.clock.sleep(8.0)
        (held_up,) = (await city.select(PS, value="count 1")).targets
        assert (free.interlocks, len(held_up.interlocks)) == ((), 1)
        assert "rack" in held_up.interlocks[0]


async def test_an_order_that_names_lights_of_both_knives_says_so_before_anybody_says_yes(tmp_path: Path) -> None:
    async with soft_city(tmp_path) as city:
        await city.ready()
        mixed = await city.select(ROAD, TREES, value="on")
        assert mixed.both_knives[0].endswith("this order names both, 1 road and 1 landscape")
        assert "路灯 1 路、景观 1 路" in mixed.both_knives[1]
        assert (await city.select(ROAD, OTHER_ROAD, value="on")).both_knives == ("", "")
