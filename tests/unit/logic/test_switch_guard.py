"""Whoever turned the switch has the say; automation comes back on a person's word or after a wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.command import Cause
from controller.domain.image import LinkState, View
from controller.domain.intents import StationMode, StationOrder
from controller.domain.places import KeyPlace
from controller.domain.points import Reading, bad, uncertain
from controller.domain.quality import Detail
from controller.domain.request import Lease, Request
from controller.domain.slots import Slot, SlotKind
from controller.logic.contract import ALLOWED, Ruling
from controller.logic.switch_guard import (
    NOTHING_SEEN,
    SwitchMemory,
    Word,
    follow_switch,
    judge_switch,
    released,
    word_of,
)
from tests.unit.logic.sequencers.field import view

PS = "330106-PS-0001"
WAIT_S = 600.0
UNREADABLE = bad(Detail.FAILURE)
BACK = SwitchMemory(returned_s=1000.0)


def seen(reads: str | Reading, now_s: float = 1000.0, link: LinkState = LinkState.ONLINE) -> View:
    return view(PS, {"control_switch": reads}, now_s=now_s, link=link)


def request(slot: Slot, given_s: float = 0.0) -> Request:
    """What holds that slot; a leased one was given at ``given_s``, for an hour."""
    granted = datetime(2026, 6, 21, tzinfo=UTC)
    lease = Lease("L", granted, granted + timedelta(hours=1), given_s + 3600.0)
    leased = lease if slot.kind is SlotKind.LEASED else None
    return Request(PS, slot, StationOrder(StationMode.HOLD), "lin", "because", lease=leased)


def after(*looks: View, wait_s: float = WAIT_S) -> SwitchMemory:
    memory = NOTHING_SEEN
    for look in looks:
        memory = follow_switch(memory, look, wait_s)
    return memory


def test_back_from_local_automation_waits_and_then_goes_on_by_itself() -> None:
    memory = after(seen("REMOTE", 10.0), seen("LOCAL", 20.0), seen("REMOTE", 30.0))
    assert word_of(memory, seen("REMOTE", 629.0), WAIT_S) is Word.WAITING
    assert word_of(memory, seen("REMOTE", 630.0), WAIT_S) is Word.FREE
    assert follow_switch(memory, seen("REMOTE", 630.0), WAIT_S) == NOTHING_SEEN


def test_a_person_releases_it_at_once() -> None:
    memory = released(after(seen("LOCAL", 20.0), seen("REMOTE", 30.0)))
    assert word_of(memory, seen("REMOTE", 31.0), WAIT_S) is Word.FREE


def test_where_no_wait_is_configured_remote_is_free_at_once() -> None:
    assert after(seen("OFF", 20.0), seen("REMOTE", 30.0), wait_s=0.0) == NOTHING_SEEN


def test_a_switch_that_merely_could_not_be_read_makes_nobody_wait() -> None:
    memory = after(seen("REMOTE", 10.0), seen(UNREADABLE, 20.0), seen("REMOTE", 30.0))
    assert memory == NOTHING_SEEN


def test_a_switch_seen_away_is_remembered_through_silence() -> None:
    lost = seen("REMOTE", 25.0, LinkState.OFFLINE)
    memory = after(seen("LOCAL", 20.0), seen(UNREADABLE, 22.0), lost)
    assert memory.away
    assert word_of(follow_switch(memory, seen("REMOTE", 30.0), WAIT_S), seen("REMOTE", 31.0), WAIT_S) is Word.WAITING


def test_turned_away_again_while_it_waited_it_waits_anew() -> None:
    memory = after(seen("LOCAL", 20.0), seen("REMOTE", 30.0), seen("OFF", 40.0), seen("REMOTE", 500.0))
    assert memory.returned_s == 500.0


@pytest.mark.parametrize("slot", [s for s in Slot if s.kind is not SlotKind.LEASED and s > Slot.FLOOD_CRITICAL])
def test_what_nobody_ordered_waits(slot: Slot) -> None:
    verdict = judge_switch(BACK, seen("REMOTE", 1100.0), request(slot), WAIT_S)
    assert (verdict.ruling, verdict.cause, verdict.until_s) == (Ruling.HOLD, Cause.LOCAL, 1600.0)
    assert "500 s more or until a person releases it" in verdict.reason
    assert "等待500秒" in verdict.reason


@pytest.mark.parametrize(
    "slot", [Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION, Slot.EMERGENCY_ORDER, Slot.FLOOD_CRITICAL]
)
def test_danger_does_not_wait(slot: Slot) -> None:
    assert judge_switch(BACK, seen("REMOTE", 1100.0), request(slot), WAIT_S) is ALLOWED


@pytest.mark.parametrize("slot", [Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL, Slot.PLAN])
def test_an_order_given_since_the_return_passes_and_one_of_before_waits(slot: Slot) -> None:
    assert judge_switch(BACK, seen("REMOTE", 1100.0), request(slot, 1050.0), WAIT_S) is ALLOWED
    assert judge_switch(BACK, seen("REMOTE", 1100.0), request(slot, 900.0), WAIT_S).ruling is Ruling.HOLD


def test_an_unreadable_switch_counts_as_local_until_somebody_on_site_vouches_for_it() -> None:
    order = request(Slot.CITY_MANUAL)
    assert judge_switch(NOTHING_SEEN, seen(UNREADABLE), order, WAIT_S).ruling is Ruling.HOLD
    vouched = SwitchMemory(confirmed_until_s=2000.0, confirmed_by="zhou")
    verdict = judge_switch(vouched, seen(UNREADABLE, 1999.0), order, WAIT_S)
    assert verdict.ruling is Ruling.ALLOW
    assert "on the word of zhou" in verdict.reason
    assert judge_switch(vouched, seen(UNREADABLE, 2000.0), order, WAIT_S).ruling is Ruling.HOLD


@pytest.mark.parametrize("reads", ["LOCAL", "OFF", "REMOTE"])
def test_a_word_for_a_switch_dies_as_soon_as_the_switch_can_be_read(reads: str) -> None:
    vouched = SwitchMemory(confirmed_until_s=2000.0, confirmed_by="zhou")
    memory = follow_switch(vouched, seen(reads), WAIT_S)
    assert memory.confirmed_until_s is None
    assert judge_switch(vouched, seen("LOCAL"), request(Slot.CITY_MANUAL), WAIT_S).ruling is Ruling.HOLD


def test_the_reason_says_where_the_key_is_in_both_languages() -> None:
    key = KeyPlace("泵房值班室", "pump house, duty room")
    said = judge_switch(NOTHING_SEEN, seen("OFF"), request(Slot.SCHEDULE), WAIT_S, key).reason
    assert "the key of 330106-PS-0001 (pump house, duty room) stands at OFF" in said
    assert "330106-PS-0001 的控制开关（泵房值班室）在停用位" in said


looks = st.lists(
    st.tuples(
        st.sampled_from(["REMOTE", "LOCAL", "OFF", UNREADABLE, uncertain("REMOTE", Detail.OLD_DATA)]), st.floats(0, 900)
    ),
    max_size=12,
)


@given(looks, st.sampled_from(list(Slot)), st.sampled_from([0.0, WAIT_S]))
def test_whatever_was_seen_nothing_but_a_cut_passes_a_switch_off_remote(
    history: list[tuple[str | Reading, float]], slot: Slot, wait_s: float
) -> None:
    memory, now_s = NOTHING_SEEN, 0.0
    for reads, later_s in history:
        now_s += later_s
        memory = follow_switch(memory, seen(reads, now_s), wait_s)
    for reads in ("LOCAL", "OFF", UNREADABLE):
        assert judge_switch(memory, seen(reads, now_s), request(slot), wait_s).ruling is Ruling.HOLD
        assert judge_switch(memory, seen(reads, now_s), request(slot), wait_s, cuts=True).ruling is Ruling.ALLOW
