"""Poll classes at their own pace, fair turns behind a gateway, and what a dead or slow unit may cost the others."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.image import LinkState
from controller.runtime.traffic.poll_plan import ALL, Paces, PollPlan
from controller.runtime.traffic.turns import Turns
from drivers.profile import Access, PointSpec, PointType, Poll, Role
from tests.unit.runtime.traffic.gateway import CABINET, TIMEOUT_S, Gateway, Rig, Temper, gateway_of, names

A, B, C = names(3)
PACE_S = 5.0
SLOWER = {name: spec for name, spec in CABINET.items() if spec.poll is Poll.NORMAL}


def times_of(on: Rig, device: str, poll: Poll) -> int:
    return sum(isinstance(one.detail, frozenset) and poll in one.detail for one in on.reads(device))


async def test_each_poll_class_is_read_at_its_own_pace() -> None:
    async with gateway_of([A]) as on:
        await on.after(600.0)
        assert 590 <= times_of(on, A, Poll.FAST) <= 602
        assert 118 <= times_of(on, A, Poll.NORMAL) <= 122
        assert 9 <= times_of(on, A, Poll.SLOW) <= 11
        assert len(on.reads(A)) <= 603, "a slow or normal turn coincides with a fast one and costs no read of its own"


async def test_a_device_may_have_a_pace_of_its_own_for_each_class() -> None:
    async with gateway_of([A], binding={"poll_s": 20.0, "fast_s": 10.0, "slow_s": 300.0}) as on:
        await on.after(600.0)
        assert [times_of(on, A, poll) for poll in Poll] == [pytest.approx(n, abs=2) for n in (60, 30, 2)]


@pytest.mark.parametrize("device", names(8))
async def test_heartbeats_ride_along_and_never_take_a_polls_place(device: str) -> None:
    beating = {
        **SLOWER,
        "beat": PointSpec("beat", PointType.U16, Access.READ_WRITE, feedback="none", role=Role.HEARTBEAT),
    }
    async with gateway_of([device], beating, heartbeat_s=PACE_S, poll_normal_s=PACE_S) as on:
        await on.after(300.0)
        assert times_of(on, device, Poll.NORMAL) >= 58
        gaps = [b - a for a, b in itertools.pairwise(on.gateway.beats_s)]
        assert max(gaps) <= PACE_S + 0.2
        assert len(on.reads(device)) <= 66, "a beat seldom needs a request of its own"


async def test_a_stall_is_neither_made_up_for_nor_does_it_shift_the_turns() -> None:
    async with gateway_of([A]) as on:
        await on.after(30.5)
        before = on.reads(A)[-1].at_s % 1.0
        on.gateway.units[A].takes_s = 20.0
        await on.after(1.0)
        on.gateway.units[A].takes_s = 0.05
        await on.after(60.0)
        since_s = on.clock.monotonic() - 30.0
        gaps = [b.at_s - a.at_s for a, b in itertools.pairwise(on.reads(A, since_s))]
        assert min(gaps) > 0.24
        assert on.reads(A)[-1].at_s % 1.0 == pytest.approx(before, abs=0.01)
        assert on.channel.view().late_polls >= 1


@given(
    st.tuples(st.sampled_from((0.5, 1.0, 2.0)), st.sampled_from((5.0, 10.0)), st.sampled_from((60.0, 90.0))),
    st.floats(0.0, 0.999),
    st.lists(st.floats(0.0, 30.0), min_size=5, max_size=60),
)
def test_no_class_is_ever_read_more_often_than_its_pace_nor_forgotten(
    periods: tuple[float, float, float], phase: float, delays: list[float]
) -> None:
    plan, now_s = PollPlan(Paces(*periods), phase, 0.0), 0.0
    read_s: dict[Poll, list[float]] = {poll: [] for poll in Poll}
    for delay_s in delays:
        now_s = max(now_s, plan.next_s) + delay_s
        polls = plan.due(now_s)
        assert polls
        plan.read(polls, now_s)
        assert plan.next_s > now_s
        for poll in polls:
            read_s[poll].append(now_s)
    for poll, period_s in zip(Poll, periods, strict=True):
        gaps = [b - a for a, b in itertools.pairwise(read_s[poll])]
        assert len(read_s[poll]) <= now_s / period_s + 2
        assert all(gap > 0.2 * period_s for gap in gaps)
        assert all(gap <= 1.25 * period_s + 2 * 30.0 + max(periods[:2]) for gap in gaps)


@dataclass
class Member:
    due_s: float = 0.0
    seat: int = 0


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0.0, 1e6)), min_size=1, max_size=600))
def test_turns_always_give_the_earliest_and_never_pile_up(puts: list[tuple[int, float]]) -> None:
    members, turns = [Member() for _ in range(10)], Turns[Member](itertools.count(1))
    for which, due_s in puts:
        turns.put(members[which], due_s)
        first = turns.first()
        assert first is not None
        assert first.due_s == min(one.due_s for one in members if one.seat)
    assert len(turns.heap) <= 64 + 2 * 10 + 1


def kept_pace(on: Rig, devices: list[str], since_s: float) -> float:
    """The worst device's share of the polls it should have had."""
    elapsed_s = on.clock.monotonic() - since_s
    return min(len(on.reads(device, since_s)) * PACE_S / elapsed_s for device in devices)


@pytest.mark.parametrize("temper", [Temper.SILENT, Temper.TARGET_SILENT, Temper.NO_PATH])
async def test_ten_dead_units_of_thirty_leave_the_living_their_pace(temper: Temper) -> None:
    devices = names(30)
    dead, living = devices[::3], [one for i, one in enumerate(devices) if i % 3]
    async with gateway_of(devices, SLOWER) as on:
        for one in dead:
            on.gateway.units[one].temper = temper
            on.gateway.units[one].takes_s = 1.0
        await on.after(120.0)
        since_s = on.clock.monotonic()
        await on.after(450.0)
        assert kept_pace(on, living, since_s) >= 0.95
        assert {on.link(one) for one in living} == {LinkState.ONLINE}
        assert all(on.reads(one, since_s) for one in dead), "the dead are probed in turn, not forgotten"


async def test_units_that_come_back_from_the_dead_are_all_found_again() -> None:
    devices = names(12)
    async with gateway_of(devices, SLOWER) as on:
        await on.after(20.0)
        for one in devices[:4]:
            on.gateway.units[one].temper = Temper.SILENT
        await on.after(60.0)
        assert {on.link(one) for one in devices[:4]} <= {LinkState.OFFLINE, LinkState.PROBING}
        for one in devices[:4]:
            on.gateway.units[one].temper = Temper.WELL
        await on.after(180.0)
        assert {on.link(one) for one in devices} == {LinkState.ONLINE}


async def test_a_neighbours_silence_does_not_make_the_others_be_read_anew() -> None:
    async with gateway_of([A, B, C], SLOWER) as on:
        await on.after(20.0)
        on.gateway.units[A].temper = Temper.SILENT
        since_s = on.clock.monotonic()
        await on.after(120.0)
        assert all(one.detail is not None for one in on.reads(B, since_s) + on.reads(C, since_s))


async def test_a_lost_connection_makes_every_device_behind_it_be_read_anew() -> None:
    async with gateway_of([A, B, C], SLOWER) as on:
        await on.after(20.0)
        on.gateway.up = False
        since_s = on.clock.monotonic()
        await on.after(10.0)
        for one in (A, B, C):
            assert on.reads(one, since_s)[0].detail is None


async def test_slow_units_yield_when_the_wire_is_full() -> None:
    devices = names(20)
    async with gateway_of(devices, SLOWER) as on:
        for one in devices[:3]:
            on.gateway.units[one].takes_s = 1.9
        await on.after(60.0)
        since_s = on.clock.monotonic()
        await on.after(300.0)
        assert kept_pace(on, devices[3:], since_s) >= 0.95
        assert all(len(on.reads(one, since_s)) >= 10 for one in devices[:3])


async def test_a_gateway_of_247_units_is_served_evenly() -> None:
    devices = names(247)
    async with gateway_of(devices, SLOWER) as on:
        for unit in on.gateway.units.values():
            unit.takes_s = 0.015
        await on.after(12.0)
        since_s = on.clock.monotonic()
        await on.after(60.0)
        assert kept_pace(on, devices, since_s) >= 0.95


async def test_a_gateway_with_more_to_read_than_time_serves_all_alike() -> None:
    devices = names(40)
    async with gateway_of(devices, SLOWER) as on:
        for unit in on.gateway.units.values():
            unit.takes_s = 0.25  # ten seconds a round, and five were asked for
        await on.after(60.0)
        since_s = on.clock.monotonic()
        await on.after(300.0)
        reads = [len(on.reads(one, since_s)) for one in devices]
        assert min(reads) >= 0.9 * max(reads)
        assert max(reads) >= 25


async def test_a_gateway_that_returns_is_read_as_a_whole_at_once() -> None:
    devices = names(20)
    async with gateway_of(devices, SLOWER) as on:
        await on.after(20.0)
        on.gateway.lose()
        await on.after(300.0)
        assert {on.link(one) for one in devices} <= {LinkState.OFFLINE, LinkState.PROBING}
        on.gateway.reachable = True
        await on.after(30.0 + TIMEOUT_S + 2.0)
        assert {on.link(one) for one in devices} == {LinkState.ONLINE}


def test_the_gateway_of_these_tests_is_a_driver() -> None:
    from drivers.base import Driver

    made: type[Driver] = Gateway
    assert made is Gateway
    assert frozenset(Poll) == ALL
