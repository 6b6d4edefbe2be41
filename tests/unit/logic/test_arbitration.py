"""Arbitration as tables and as properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.command import Cause
from controller.domain.intents import Switch, TargetKind
from controller.domain.request import Lease, Request
from controller.domain.slots import MAX_LEASE, Slot, SlotKind
from controller.domain.targets import Target
from controller.logic.arbitration import admit, after_leases, arbitrate, default_request

TARGET = Target("330106-LC-0001/K1", TargetKind.CIRCUIT, "K1", Switch(on=True), "road_lighting")
DEFAULT = default_request(TARGET)
T0 = datetime(2026, 6, 21, tzinfo=UTC)
LEASED = [slot for slot in Slot if slot.kind is SlotKind.LEASED]


def asked_in(slot: Slot, on: bool = False, ends_s: float | None = None, owner: str = "wang") -> Request:
    lease = None if ends_s is None else Lease(f"{slot}-{ends_s}", T0, T0 + timedelta(seconds=ends_s), ends_s)
    return Request(TARGET.id, slot, Switch(on), owner, "test", lease=lease)


def test_the_default_wins_when_nobody_asks() -> None:
    decision = arbitrate(DEFAULT, [], 0.0)
    assert decision.winner is DEFAULT
    assert decision.masked == ()


def test_the_highest_slot_wins_and_everyone_else_is_masked_in_order() -> None:
    schedule, district, city = (
        asked_in(Slot.SCHEDULE),
        asked_in(Slot.DISTRICT_MANUAL, ends_s=9),
        asked_in(Slot.CITY_MANUAL, ends_s=9),
    )
    decision = arbitrate(DEFAULT, [schedule, city, district], 0.0)
    assert decision.winner is city
    assert decision.masked == (district, schedule, DEFAULT)


def test_a_lease_that_is_over_does_not_count_even_before_it_is_removed() -> None:
    decision = arbitrate(DEFAULT, [asked_in(Slot.CITY_MANUAL, ends_s=5.0)], 5.0)
    assert decision.winner is DEFAULT


def test_a_computed_default_takes_the_place_of_the_configured_one() -> None:
    dusk = asked_in(Slot.DEFAULT, on=True)
    decision = arbitrate(DEFAULT, [dusk], 0.0)
    assert decision.winner is dusk
    assert decision.masked == ()


@pytest.mark.parametrize("slot", LEASED)
def test_a_leased_slot_needs_a_lease_no_longer_than_its_maximum(slot: Slot) -> None:
    most_s = MAX_LEASE[slot].total_seconds()
    assert admit(asked_in(slot), TARGET, None, take_over=False, now_s=0.0) is not None
    assert admit(asked_in(slot, ends_s=most_s), TARGET, None, take_over=False, now_s=0.0) is None
    too_long = admit(asked_in(slot, ends_s=most_s + 60), TARGET, None, take_over=False, now_s=0.0)
    assert too_long is not None
    assert too_long.cause is Cause.OUT_OF_RANGE


@pytest.mark.parametrize("ends_s", [0.0, -5.0])
def test_a_lease_that_is_over_already_is_refused(ends_s: float) -> None:
    refusal = admit(asked_in(Slot.CITY_MANUAL, ends_s=ends_s), TARGET, None, take_over=False, now_s=0.0)
    assert refusal is not None


def test_another_owner_needs_an_explicit_take_over() -> None:
    held = asked_in(Slot.DISTRICT_MANUAL, ends_s=600, owner="li")
    mine = asked_in(Slot.DISTRICT_MANUAL, ends_s=600, owner="wang")
    refusal = admit(mine, TARGET, held, take_over=False, now_s=0.0)
    assert refusal is not None
    assert refusal.cause is Cause.LOCKED
    assert "li" in refusal.text
    assert admit(mine, TARGET, held, take_over=True, now_s=0.0) is None


def test_a_value_of_another_kind_is_refused() -> None:
    gate = Target("330102-PS-0001/G1", TargetKind.GATE, "G1", Switch(on=True), "gates")
    refusal = admit(asked_in(Slot.CITY_MANUAL, ends_s=60), gate, None, take_over=False, now_s=0.0)
    assert refusal is not None
    assert "gate" in refusal.text


def test_what_comes_after_each_lease_is_told_in_the_order_they_end() -> None:
    city = asked_in(Slot.CITY_MANUAL, on=False, ends_s=100)
    district = asked_in(Slot.DISTRICT_MANUAL, on=True, ends_s=50)
    schedule = asked_in(Slot.SCHEDULE, on=True)
    first, second = after_leases(DEFAULT, [city, district, schedule], 0.0)
    assert (first.ends, first.then, first.changes) == (district, city, False)
    assert (second.ends, second.then, second.changes) == (city, schedule, True)


requests = st.lists(
    st.builds(
        asked_in,
        st.sampled_from([slot for slot in Slot if slot is not Slot.DEFAULT]),
        on=st.booleans(),
        ends_s=st.none() | st.floats(-100, 100),
    ),
    max_size=12,
    unique_by=lambda each: each.slot,
)


@given(requests, st.floats(-100, 100))
def test_there_is_always_exactly_one_winner_and_nobody_is_lost(asked: list[Request], now_s: float) -> None:
    decision = arbitrate(DEFAULT, asked, now_s)
    living = [each for each in asked if each.lease is None or each.lease.expires_s > now_s]
    everyone = [decision.winner, *decision.masked]
    assert sorted(each.slot for each in everyone) == sorted([*(each.slot for each in living), Slot.DEFAULT])
    assert all(decision.winner.slot < masked.slot for masked in decision.masked)


@given(requests, st.floats(-100, 100), st.floats(0, 100))
def test_expiry_alone_only_ever_lowers_the_priority_in_force(
    asked: list[Request], now_s: float, later_s: float
) -> None:
    before = arbitrate(DEFAULT, asked, now_s).winner
    after = arbitrate(DEFAULT, asked, now_s + later_s).winner
    assert after.slot >= before.slot


@given(requests)
def test_the_order_in_which_requests_came_decides_nothing(asked: list[Request]) -> None:
    assert arbitrate(DEFAULT, asked, 0.0) == arbitrate(DEFAULT, asked[::-1], 0.0)
