"""Writes pass running polls, a busy no is tried again in time, doubt is read back; nothing is sent twice."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.image import LinkState
from controller.domain.points import good
from controller.domain.slots import Slot
from controller.runtime.traffic.connecting import ConnectLimit
from drivers.profile import PointSpec, PointType, Poll, Role
from tests.conftest import _virtual_loop
from tests.unit.runtime.traffic.gateway import CABINET, Rig, Temper, gateway_of, names

A, B, C = names(3)
ENDS = ("acked", "unsure", "ended", "failed DEVICE_OFFLINE", "failed DEVICE_REFUSED")


async def test_a_write_passes_between_the_blocks_of_a_running_read() -> None:
    async with gateway_of([A, B]) as on:
        await on.after(5.0)
        on.gateway.units[A].blocks, on.gateway.units[A].takes_s = 20, 0.5
        while on.gateway.asked[-1].device != A or on.gateway.asked[-1].what != "read":
            await on.after(0.01)
        began_s = on.clock.monotonic()
        name = on.order(B)
        await on.after(1.0)
        assert on.told.of(name) == ["sent", "acked"]
        assert on.gateway.of("write", B)[0].at_s - began_s <= 0.51
        await on.after(20.0)
        assert on.link(A) is LinkState.ONLINE


async def test_a_write_that_loses_the_wire_between_two_blocks_is_not_held_against_the_device_being_read() -> None:
    async with gateway_of([A, B]) as on:
        await on.after(5.0)
        on.gateway.units[A].blocks, on.gateway.units[A].takes_s = 6, 0.3
        on.gateway.units[B].temper = Temper.LOSES
        while on.gateway.asked[-1].device != A or on.gateway.asked[-1].what != "read":
            await on.after(0.01)
        name = on.order(B)
        await on.after(0.5)
        assert on.told.of(name) == ["sent", "unsure"]
        assert on.link(A) is LinkState.ONLINE
        assert on.link(B) is LinkState.SUSPECT


async def test_a_device_that_is_only_half_read_is_not_written_in_the_middle() -> None:
    async with gateway_of([A]) as on:
        on.gateway.units[A].blocks, on.gateway.units[A].takes_s = 5, 0.2
        await on.after(0.3)
        on.order(A)
        await on.after(5.0)
        written_s = [one.at_s for one in on.gateway.of("write")]
        assert all(at_s >= 1.0 for at_s in written_s)


@pytest.mark.parametrize("how", ["closed by the other side", "out of reach for a while"])
async def test_after_a_lost_connection_each_device_is_read_before_it_is_written(how: str) -> None:
    async with gateway_of([A, B]) as on:
        await on.after(6.5)
        on.gateway.up = False
        if how == "out of reach for a while":
            on.gateway.reachable = False
            await on.after(0.5)
            on.gateway.reachable = True
            await on.after(3.0)
        on.order(B)
        await on.after(3.0)
        connects = [i for i, one in enumerate(on.gateway.asked) if one.what == "connect"]
        since = [(one.what, one.detail is None) for one in on.gateway.asked[connects[1] :] if one.device == B]
        assert since[0] == ("read", True)
        assert ("write", False) in since


async def test_an_emergency_goes_before_everything_that_waits() -> None:
    async with gateway_of(names(3)) as on:
        await on.after(5.0)
        on.gateway.units[A].takes_s = 0.2
        ordinary = [on.order(A, bool(i % 2)) for i in range(8)]
        await on.after(0.1)
        urgent = on.order(B, False, slot=Slot.LIFE_SAFETY)
        await on.after(0.5)
        assert "acked" in on.told.of(urgent)
        assert sum("sent" in on.told.of(one) for one in ordinary) <= 3


async def test_a_flood_of_orders_neither_blinds_the_endpoint_nor_lets_proofs_run_out() -> None:
    devices = names(10)
    async with gateway_of(devices) as on:
        await on.after(10.0)
        began_s = on.clock.monotonic()
        for _ in range(12):
            for one in devices:
                on.order(one, for_s=60.0)
        await on.after(8.0)
        for one in devices:
            acked_s = min(at for at, name, what in on.told.heard if what == "acked" and on.told.open.get(name) == one)
            looks = [read.at_s for read in on.reads(one, began_s) if read.at_s > acked_s]
            assert looks
            assert looks[0] - acked_s <= 3.0, "the feedback is read while the proof still counts"


async def test_a_busy_device_gets_its_write_again_within_the_deadline_and_once() -> None:
    async with gateway_of([A]) as on:
        await on.after(5.0)
        on.gateway.units[A].temper = Temper.BUSY
        name = on.order(A)
        await on.after(1.0)
        on.gateway.units[A].temper = Temper.WELL
        await on.after(5.0)
        told = on.told.of(name)
        assert (told[0], told[-1], told.count("acked")) == ("sent", "acked", 1)
        assert told.count("waits") == told.count("sent") - 1 >= 1
        assert on.link(A) is LinkState.ONLINE


async def test_a_device_that_stays_busy_ends_the_write_before_its_deadline_as_a_definite_no() -> None:
    async with gateway_of([A]) as on:
        await on.after(5.0)
        on.gateway.units[A].temper = Temper.BUSY
        name, began_s = on.order(A, for_s=10.0), on.clock.monotonic()
        await on.after(30.0)
        writes = on.gateway.of("write")
        assert on.told.of(name)[-1] == "failed DEVICE_REFUSED"
        assert len(writes) <= 6
        assert all(one.at_s <= began_s + 10.0 for one in writes)


async def test_a_busy_write_whose_order_ended_meanwhile_is_not_tried_again() -> None:
    async with gateway_of([A]) as on:
        await on.after(5.0)
        on.gateway.units[A].temper = Temper.BUSY
        name = on.order(A)
        await on.after(0.2)
        on.told.dead.add(name)
        on.gateway.units[A].temper = Temper.WELL
        await on.after(5.0)
        assert len(on.gateway.of("write")) == 1
        assert on.told.of(name) == ["sent", "waits", "ended"]


async def test_a_busy_device_is_asked_again_a_few_times_and_then_left_to_its_pace() -> None:
    async with gateway_of([A]) as on:
        await on.after(20.0)
        on.gateway.units[A].temper = Temper.BUSY
        since_s = on.clock.monotonic()
        await on.after(60.0)
        gaps = [b.at_s - a.at_s for a, b in itertools.pairwise(on.reads(A, since_s))]
        assert min(gaps) >= 0.5
        assert len(gaps) <= 40
        assert on.link(A) is LinkState.ONLINE
        assert on.channel.view().troubles == {"busy": len(on.reads(A, since_s))}


async def test_people_are_told_once_of_a_device_that_is_always_busy_and_once_that_it_answers_again() -> None:
    async with gateway_of([A]) as on:
        await on.after(20.0)
        on.gateway.units[A].temper = Temper.BUSY
        await on.after(50.0)
        assert on.news.heard == []
        await on.after(200.0)
        assert on.news.heard == [("busy", A)]
        on.gateway.units[A].temper = Temper.WELL
        await on.after(20.0)
        assert on.news.heard == [("busy", A), ("answers", A)]


async def test_people_are_told_of_points_a_device_refuses_to_give_and_the_rest_of_it_is_not_lost() -> None:
    async with gateway_of([A]) as on:
        on.gateway.units[A].withheld = {"K1.feedback"}
        await on.after(20.0)
        assert on.news.heard == [("refuses", A, "K1.feedback")]
        assert on.link(A) is LinkState.ONLINE
        on.gateway.units[A].withheld = set()
        await on.after(120.0)
        assert on.news.heard == [("refuses", A, "K1.feedback"), ("gives", A)]


async def test_a_busy_unit_leaves_its_neighbours_their_pace() -> None:
    async with gateway_of([A, B]) as on:
        on.gateway.units[A].temper = Temper.BUSY
        await on.after(60.0)
        assert len(on.reads(B)) >= 57


async def test_an_answer_that_is_neither_yes_nor_no_is_doubt_about_the_write_and_none_about_the_link() -> None:
    async with gateway_of([A]) as on:
        await on.after(5.0)
        on.gateway.units[A].temper = Temper.DOUBTFUL
        name = on.order(A)
        await on.after(0.1)
        on.gateway.units[A].temper = Temper.WELL
        assert on.told.of(name) == ["sent", "unsure"]
        assert on.link(A) is LinkState.ONLINE
        await on.after(0.5)
        assert on.gateway.asked[-1].what == "read"
        assert len(on.gateway.of("write")) == 1


async def test_a_gateway_without_a_way_is_told_apart_from_a_silent_device() -> None:
    async with gateway_of([A, B, C]) as on:
        on.gateway.units[A].temper, on.gateway.units[B].temper = Temper.NO_PATH, Temper.TARGET_SILENT
        await on.after(30.0)
        assert on.channel.no_path == {A}
        assert set(on.channel.view().troubles) == {"gateway", "silent"}
        assert (on.link(C), on.channel.view().state) == (LinkState.ONLINE, "up")
        on.gateway.units[A].temper = Temper.WELL
        await on.after(120.0)
        assert on.channel.no_path == frozenset()


UPTIME = {**CABINET, "uptime_s": PointSpec("uptime_s", PointType.U32, role=Role.UPTIME)}


async def test_a_restart_the_link_did_not_notice_is_seen_by_the_uptime_and_the_device_is_read_as_a_whole() -> None:
    async with gateway_of([A], UPTIME) as on:
        on.gateway.units[A].values["uptime_s"] = 5000
        await on.after(10.0)
        states: list[LinkState] = []
        on.table.listen(lambda _: states.append(on.link(A)))
        on.gateway.units[A].values["uptime_s"] = 3
        await on.after(6.0)
        assert on.news.heard == [("restarted", A, "up for 3 s, 5000 s before")]
        assert LinkState.RESYNC in states
        assert on.link(A) is LinkState.ONLINE
        assert [one.detail for one in on.reads(A, 10.0)].count(None) == 1


async def test_outputs_that_are_not_as_acknowledged_any_more_make_the_device_be_read_as_a_whole_once() -> None:
    async with gateway_of([A]) as on:
        await on.after(5.0)
        on.order(A)
        await on.after(10.0)
        since_s = on.clock.monotonic()
        on.gateway.units[A].values |= {"K1.command": False, "K1.feedback": False}
        await on.after(20.0)
        assert on.news.heard == [("restarted", A, "K1.command no longer as acknowledged")]
        assert [one.detail for one in on.reads(A, since_s)].count(None) == 1


async def test_a_watched_point_that_jumps_is_doubted_in_the_image() -> None:
    points = {**CABINET, "level": PointSpec("level", PointType.F32, max_rate=0.01, frozen_after_s=60.0)}
    async with gateway_of([A], points) as on:
        on.gateway.units[A].values["level"] = 2.0
        await on.after(10.0)
        on.gateway.units[A].values["level"] = 9.0
        await on.after(5.5)
        reading = on.table.devices()[A].readings["level"]
        assert (reading.value, reading.quality.name, reading.detail.value) == (9.0, "UNCERTAIN", "inconsistent")
        await on.after(120.0)
        assert on.table.devices()[A].readings["level"].detail.value == "frozen"
        on.gateway.lose()
        await on.after(60.0)
        on.gateway.reachable = True
        await on.after(60.0)
        level = on.table.devices()[A].readings["level"]
        assert level == good(9.0, level.received_s), "what was learnt is forgotten at the complete read"


async def test_a_view_of_the_wire_says_what_people_ask() -> None:
    async with gateway_of([A, B]) as on:
        await on.after(30.0)
        on.gateway.units[B].temper = Temper.SILENT
        await on.after(30.0)
        view = on.channel.view()
        assert (view.state, view.members) == ("up", (A, B))
        assert (view.online, view.suspect, view.offline) == (1, 0, 1)
        assert view.round_trip_ms == pytest.approx(50.0, abs=10.0)
        assert view.reply_age_s is not None
        assert view.reply_age_s <= 2.0
        assert view.troubles["silent"] >= 2
        assert view.last_error == "SILENT"
        on.gateway.lose()
        await on.after(60.0)
        assert on.channel.view().state == "down"
        assert on.channel.view().troubles["unreachable"] >= 2


async def test_a_thousand_dead_wires_do_not_hold_up_one_that_was_just_lost() -> None:
    limit = ConnectLimit(8, 6)
    order: list[str] = []

    async def dead() -> None:
        while True:
            async with limit.turn(failed_before=True):
                await asyncio.sleep(2.0)

    storm = [asyncio.create_task(dead()) for _ in range(100)]
    await asyncio.sleep(10.0)
    began_s = asyncio.get_running_loop().time()
    async with limit.turn(failed_before=False):
        order.append("lost")
    assert asyncio.get_running_loop().time() - began_s < 0.1
    for task in storm:
        task.cancel()
    await asyncio.wait(storm)


class _Story:
    """What happens to a gateway, step by step."""

    STEPS = st.lists(
        st.one_of(
            st.tuples(st.just("order"), st.sampled_from((A, B, C)), st.booleans()),
            st.tuples(st.just("temper"), st.sampled_from((A, B, C)), st.sampled_from(list(Temper))),
            st.tuples(st.just("wire"), st.sampled_from(("lost", "closed", "back")), st.none()),
            st.tuples(st.just("wait"), st.floats(0.01, 8.0), st.none()),
        ),
        min_size=3,
        max_size=30,
    )


async def _tell(steps: list[tuple[str, object, object]]) -> None:
    async with gateway_of([A, B, C]) as on:
        await on.after(3.0)
        for what, which, how in steps:
            if what == "order":
                on.order(str(which), bool(how))
            elif what == "temper" and isinstance(how, Temper):
                on.gateway.units[str(which)].temper = how
            elif what == "wire":
                on.gateway.reachable = which != "lost"
                on.gateway.up &= which == "back"
            else:
                await on.after(float(which))  # type: ignore[arg-type] - the story's own form
        await on.after(30.0)
    nothing_was_doubled(on)
    nothing_was_written_unread(on)


def nothing_was_doubled(on: Rig) -> None:
    """Each command reached the wire once, and once more only after a definite busy no; each has one end."""
    sent = Counter(name for _, name, what in on.told.heard if what == "sent")
    refused = Counter(name for _, name, what in on.told.heard if what == "waits")
    ends = Counter(name for _, name, what in on.told.heard if what in ENDS)
    assert len(on.gateway.of("write")) == sum(sent.values())
    for number in range(1, on.count + 1):
        assert sent[f"c{number}"] <= 1 + refused[f"c{number}"]
        assert ends[f"c{number}"] == 1, on.told.of(f"c{number}")


def nothing_was_written_unread(on: Rig) -> None:
    """After every connect, each device is read before it is written."""
    fresh: set[str] = set()
    for one in on.gateway.asked:
        if one.what == "connect":
            fresh = set()
        elif one.what == "read":
            fresh.add(one.device)
        elif one.what == "write" and one.device not in fresh:
            silences = [
                a for a in on.gateway.asked if a.at_s < one.at_s and a.what == "read" and a.device == one.device
            ]
            assert silences, "never read at all"
            assert one.at_s - silences[-1].at_s <= 15.0


@settings(max_examples=25)
@given(_Story.STEPS)
def test_whatever_happens_no_write_is_doubled_and_every_order_gets_one_end(
    steps: list[tuple[str, object, object]],
) -> None:
    with asyncio.Runner(loop_factory=_virtual_loop) as runner:
        runner.run(_tell(steps))


async def test_reads_of_fast_points_do_not_wait_for_slow_ones() -> None:
    async with gateway_of([A]) as on:
        await on.after(30.0)
        fast = [one for one in on.reads(A, 5.0) if one.detail == frozenset({Poll.FAST})]
        assert len(fast) >= 15
