"""A night with the switch: district ON, city OFF above it, its end; somebody at LOCAL, a tag, a loss, a stuck
contactor, a lying contact; then exactly the rest again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.logic.preview import Effect
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt
from controller.settings.load import load_site
from controller.store.journal_read import read
from tests.unit.runtime.soft_city import SoftField, person
from tests.unit.runtime.switching.knife_city import (
    CABINETS,
    LATE,
    TREES,
    KnifeCity,
    knife_city,
    machine,
    roads,
    trees,
)
from tests.unit.settings import small_site

ALL = "division:330106"


async def troubled(city: KnifeCity) -> None:
    """3 is at LOCAL, at 4 hangs a tag, 5 is out of reach, 6 is stuck; 7 lies (its meter says nothing is drawn)."""
    city.set(3, "control_switch", "LOCAL")
    await city.soft.controller.desks.tags.hang(CABINETS[3], person("wu"), reason="new contactor")
    city.wire(5).lose()
    city.wire(6).on_write(CABINETS[5], f"{TREES}.command", lambda _: city.set(6, f"{TREES}.feedback", False))
    await city.soft.clock.sleep(30.0)


async def test_a_night_of_district_and_city_with_one_of_each_trouble(tmp_path: Path) -> None:
    async with knife_city(tmp_path, lying=7) as city:
        await troubled(city)
        seen = await city.look(ALL, "on")
        summary = seen.summary
        assert (summary.lights, summary.changing) == (8, 5)
        assert {(one.why, one.first) for one in summary.left_out} == {
            ("BLOCKED_LOCAL", (f"{CABINETS[2]}/K2",)),
            ("BLOCKED_BY_TAG", (f"{CABINETS[3]}/K2",)),
            ("DEVICE_OFFLINE", (f"{CABINETS[4]}/K2",)),
        }
        district = await city.throw(ALL, "on")
        count = await city.until(district, by_power=3, mismatched=2, unreachable=1, refused=2)
        assert {one.target for one in count.remaining} == trees(3, 4, 5, 6, 7)
        lie = next(one for one in count.remaining if one.target in trees(7))
        assert lie.text.startswith("its contact says on, and it draws 0 W of 120 W")
        assert (count.by_contact, count.left, count.settled) == (3, 5, True)

        town = await city.throw(ALL, "off", who="cai", slot="city_manual", for_s=900.0, reason="typhoon")
        masked = await city.until(district, masked=5)
        await city.soft.until(lambda: city.lit() == set())
        assert "city_manual of cai (off: typhoon [闸刀 switch: landscape, division:330106])" in masked.others[0].text
        why = city.soft.controller.explain(f"{CABINETS[0]}/K2")
        assert (why.winner.owner, why.masked[0].owner) == ("cai", "hang")
        assert "typhoon [闸刀 switch: landscape, division:330106]" in why.text_en
        again = await city.look("road:文三路", "on")
        assert again.summary.masked[0].why.startswith("city_manual of cai (off: typhoon")
        assert {one.effect for one in again.preview.targets} <= {Effect.MASKED, Effect.EXCLUDED}

        await city.soft.clock.sleep(900.0)
        shown = await city.until(district, by_power=3, mismatched=2, within_s=90.0)
        assert city.lit() == {1, 2, 7, 8}
        assert {one.target for one in shown.remaining} == trees(3, 4, 5, 6, 7)
        over = city.count(town)
        assert (over.by_contact, over.ends) == (6, None), "what was proved stays proved; the tagged one was off as well"


async def test_a_retry_asks_exactly_the_rest_with_what_is_left_of_the_lease(tmp_path: Path) -> None:
    async with knife_city(tmp_path, lying=7) as city:
        await troubled(city)
        first = await city.throw(ALL, "on")
        await city.until(first, by_power=3, mismatched=2)
        ends = city.count(first).ends
        city.set(3, "control_switch", "REMOTE")
        city.wire(5).recover()
        city.wire(6).on_write(CABINETS[5], f"{TREES}.command", lambda on: city.set(6, f"{TREES}.feedback", on))
        await city.soft.clock.sleep(60.0)
        healed = await city.until(first, by_power=4)
        assert {one.target for one in healed.remaining} == trees(3, 4, 5, 7), "6 was tried again by itself"
        before = len(city.wire(1).writes)
        came = await city.retry(first)
        accepted = [one for one in came.outcomes if one.accepted]
        assert {one.target for one in accepted} == trees(3, 5, 7)
        assert ends is not None
        assert all(abs((one.expires - ends).total_seconds()) < 1.0 for one in accepted if one.expires)
        second = await city.until(came.request_id, within_s=30.0, by_power=2, mismatched=1, refused=1)
        assert (second.scope, second.knife, second.value, second.lights) == (ALL, "landscape", "on", 4)
        assert second.remaining[0].text.startswith("tag ")
        assert "rest of " + first in second.reason
        assert [one for one in city.wire(1).writes[before:] if "K2" in one.point] == []
        leases = city.soft.controller.desks.leases.living(owner="hang")
        assert {one.target for one in leases} == trees(1, 2, 3, 5, 6, 7, 8)


async def test_whoever_retries_anothers_throw_takes_nothing_over_by_it(tmp_path: Path) -> None:
    async with knife_city(tmp_path) as city:
        await city.throw(CABINETS[4], "off", who="wu")
        city.wire(6).on_write(CABINETS[5], f"{TREES}.command", lambda _: city.set(6, f"{TREES}.feedback", False))
        first = await city.throw("feeder:10kV学院线", "on", take_over=True)
        await city.until(first, by_power=3, mismatched=1)
        came = await city.retry(first, "wu")
        assert [(one.target, one.cause) for one in came.outcomes] == [(f"{CABINETS[5]}/K2", "LOCKED_BY_OTHER_CLIENT")]
        own = await city.confirmed(await city.switch.retry(first, person("hang"), anew="again"))
        assert [one.accepted for one in own.outcomes] == [True]


async def test_a_light_that_left_the_group_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picked = "groups: [{name: g, title: {zh: 组, en: g}, lights: [330106-LC-0001/K2, 330106-LC-0006/K2]}]\n"
    monkeypatch.setitem(small_site.FILES, "site/lighting/groups.yaml", picked)
    async with knife_city(tmp_path) as city:
        city.wire(6).on_write(CABINETS[5], f"{TREES}.command", lambda _: city.set(6, f"{TREES}.feedback", False))
        first = await city.throw("group:g", "on")
        await city.until(first, by_power=1, mismatched=1)
        seen = await city.look("group:g", "off")
        wider = picked.replace("-LC-0006/K2", "-LC-0007/K2, 330106-LC-0008/K2")
        monkeypatch.setitem(small_site.FILES, "site/lighting/groups.yaml", wider)
        city.soft.assembly.switching.adopt(load_site(small_site.write_site(tmp_path / "config")))
        with pytest.raises(InvalidValue, match=r"nothing of .* remains"):
            await city.switch.retry(first, person("hang"))
        came = await city.soft.controller.desks.orders.operate(seen.preview.token, person("hang"))
        receipt = await city.confirmed(came)
        assert {one.target for one in receipt.outcomes} == trees(1, 6), "what was looked at, and nothing later"


async def test_looks_that_came_to_nothing_are_forgotten_and_push_no_throw_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.runtime.switching.throws.MERELY_LOOKED", timedelta(seconds=20))
    async with knife_city(tmp_path) as city:
        first = await city.throw(CABINETS[0], "on")
        looked = [(await city.look(CABINETS[1], "on")).preview.request_id for _ in range(5)]
        assert all(city.switch.throws.get(one) for one in looked)
        await city.soft.clock.sleep(21.0)
        await city.look(CABINETS[1], "on")
        assert [city.switch.throws.get(one) for one in looked] == [None] * 5
        assert city.count(first).by_power == 1


async def test_a_stuck_contactor_is_tried_at_once_when_a_person_asks_again(tmp_path: Path) -> None:
    async with knife_city(tmp_path) as city:
        city.wire(6).on_write(CABINETS[5], f"{TREES}.command", lambda _: city.set(6, f"{TREES}.feedback", False))
        first = await city.throw(CABINETS[5], "on")
        await city.until(first, mismatched=1)
        city.wire(6).on_write(CABINETS[5], f"{TREES}.command", lambda on: city.set(6, f"{TREES}.feedback", on))
        since_s = city.soft.clock.monotonic()
        came = await city.retry(first)
        await city.until(came.request_id, within_s=8.0, by_power=1)
        assert city.soft.clock.monotonic() - since_s < 10.0, "its own next try would come after half a minute"


async def test_nothing_is_asked_again_when_nothing_remains_or_its_time_is_over(tmp_path: Path) -> None:
    async with knife_city(tmp_path) as city:
        done = await city.throw(CABINETS[0], "on", for_s=120.0)
        await city.until(done, by_power=1)
        with pytest.raises(InvalidValue, match=r"nothing of .* remains"):
            await city.switch.retry(done, person("hang"))
        with pytest.raises(UnknownTarget, match="no throw of the switch"):
            await city.switch.retry("strange", person("hang"))


async def test_road_and_landscape_are_two_knives(tmp_path: Path) -> None:
    async with knife_city(tmp_path) as city:
        with pytest.raises(InvalidValue, match="two knives"):
            city.switch.aim(ALL)
        assert set(city.switch.aim(ALL, "road").targets) == roads(*range(1, 9)) | {"330106-SP-0001/L1"}
        assert set(city.switch.aim(ALL, "landscape").targets) == trees(*range(1, 9))
        assert city.switch.aim("330106-SP-0001").knife == "road"
        with pytest.raises(InvalidValue, match="it has no landscape lighting"):
            city.switch.aim("330106-SP-0001", "landscape")
        with pytest.raises(UnknownTarget, match="did you mean 文三路"):
            city.switch.aim("road:文三", "road")
        with pytest.raises(InvalidValue, match="say road or landscape"):
            city.switch.aim(ALL, "water")


async def test_road_lighting_off_at_night_takes_a_second_person_and_a_short_lease(tmp_path: Path) -> None:
    async with knife_city(tmp_path) as city:
        with pytest.raises(InvalidValue, match="off at night for 2 h at most"):
            await city.look("road:文三路", "off", knife="road", for_s=7201.0)
        with pytest.raises(InvalidValue, match="off at night for 2 h at most"):
            await city.look("road:文三路", "5%", knife="road", for_s=7201.0)
        seen = await city.look("road:文三路", "off", knife="road", for_s=7200.0)
        assert "night_off" in {need.why for need in seen.preview.second_person}
        assert [(road.road, road.cut, road.circuits) for road in seen.summary.dark] == [("文三路", 6, 6)]
        came = await city.soft.controller.desks.orders.operate(seen.preview.token, person("hang"))
        assert isinstance(came, ProposalView)
        assert "road knife, road:文三路" in came.wording.title_en
        assert "ROADS WHOLLY DARK 将全暗的道路 (1): 文三路 6/6" in came.wording.lines, "the second person sees it too"
        assert city.lit("K1") == set(range(1, 9))
        await city.confirmed(came)
        count = await city.until(seen.preview.request_id, by_power=6)
        assert count.confirmed_by == "zhou"
        on = await city.look("road:文三路", "on", knife="road", for_s=9_000.0)
        assert on.preview.second_person == ()


async def test_a_feeder_with_one_road_left_shows_it_partly_dark_and_what_it_draws(tmp_path: Path) -> None:
    async with knife_city(tmp_path) as city:
        seen = await city.look("feeder:10kV文三线", "off", knife="road", for_s=600.0)
        assert [(road.road, road.cut, road.circuits, road.wholly) for road in seen.summary.dark] == [
            ("文三路", 4, 6, False)
        ]
        (feeder,) = seen.summary.feeders
        assert (feeder.feeder, feeder.known, feeder.lights) == ("10kV文三线", True, 4)
        assert feeder.step_kw == pytest.approx(-4.8)
        assert feeder.rated_kw == pytest.approx(5.28)
        assert feeder.now_kw == pytest.approx(4.8)


async def test_letting_go_ends_ones_own_leases_of_the_knife_with_one_line_and_shows_who_was_masked(
    tmp_path: Path,
) -> None:
    async with knife_city(tmp_path) as city:
        district = await city.throw(ALL, "on")
        await city.until(district, by_power=8)
        await city.throw(ALL, "off", who="cai", slot="city_manual", for_s=900.0, reason="typhoon")
        await city.soft.until(lambda: city.lit() == set())
        with pytest.raises(InvalidValue, match="hang holds no road light"):
            await city.switch.release(city.switch.aim(ALL, "road"), person("hang"), "")
        receipt = await city.switch.release(city.switch.aim(ALL, "landscape"), person("cai"), "it passed")
        assert len(receipt.outcomes) == 8
        assert all(one.accepted for one in receipt.outcomes)
        await city.soft.until(lambda: len(city.lit()) == 8, within_s=120.0)
        assert city.switch.held(city.switch.aim(ALL, "landscape"), person("cai")) == []
        assert len(city.switch.held(city.switch.aim(ALL, "landscape"), person("hang"))) == 8
    lines = list(read(tmp_path / "data", kind="release"))
    assert [(line.actor, len(line.data["leases"])) for line in lines] == [("cai", 8)]
    assert lines[0].data["reason"] == "it passed [闸刀 switch: landscape, division:330106]"
    orders = [(line.data["scope"], line.data["knife"]) for line in read(tmp_path / "data", kind="order")]
    assert orders == [(ALL, "landscape")] * 2


async def test_a_scene_tells_each_light_its_own_level_in_the_slot_of_events(tmp_path: Path) -> None:
    scene = """\
switching:
  scenes:
    - name: quiet
      title: {zh: 静夜, en: Quiet}
      levels: [{of: "road:学院路", level: 100%}, {of: "feeder:10kV文三线", level: off}]
"""
    async with knife_city(tmp_path, switching=scene) as city:
        await city.throw(ALL, "on")
        with pytest.raises(InvalidValue, match="goes into event_scene"):
            await city.look(ALL, "scene:quiet")
        with pytest.raises(InvalidValue, match="no scene 'loud'"):
            await city.look(ALL, "scene:loud", slot="event_scene")
        seen = await city.look(ALL, "scene:quiet", slot="event_scene", who="cai")
        assert [(one.why, one.lights) for one in seen.summary.left_out] == [("OUT_OF_RANGE", 2)]
        masked = {one.target: one.masked_by for one in seen.preview.targets if one.masked_by}
        assert masked.keys() == trees(1, 2, 3, 4, 7, 8)
        await city.switch.release(city.switch.aim(ALL, "landscape"), person("hang"), "")
        request = await city.throw(ALL, "scene:quiet", slot="event_scene", who="cai")
        await city.until(request, by_power=6, refused=2)
        assert city.lit() == {7, 8}


async def test_what_was_thrown_is_followed_and_asked_again_after_a_restart(tmp_path: Path) -> None:
    soft = SoftField()
    async with knife_city(tmp_path, soft=soft) as city:
        city.wire(5).lose()
        await city.soft.clock.sleep(30.0)
        request = await city.throw(ALL, "on", urgent=True)
        await city.until(request, by_power=7, unreachable=1)
    async with knife_city(tmp_path, start=LATE, soft=soft) as city:
        count = await city.until(request, by_power=7, unreachable=1)
        assert (count.scope, count.knife, count.left) == (ALL, "landscape", 1)
        came = await city.switch.retry(request, person("hang"))
        assert isinstance(came, Receipt)
        assert [one.target for one in came.outcomes] == sorted(trees(5))


async def test_a_machine_proposes_nothing_and_nothing_is_done(tmp_path: Path) -> None:
    async with knife_city(tmp_path) as city:
        throw_ = await city.look("road:文三路", "off", knife="road", for_s=600.0)
        assert throw_.preview.second_person
        seen = await city.switch.select(
            city.switch.aim("road:文三路", "road"),
            city.switch.throws.get(throw_.preview.request_id).throw,  # type: ignore[union-attr]  # just thrown
            machine("plc"),
        )
        came = await city.soft.controller.desks.orders.operate(seen.preview.token, machine("plc"))
        assert isinstance(came, Receipt)
        assert {one.cause for one in came.outcomes} == {"NO_ACCESS_AUTHORITY"}
