from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.command import Cause, PointWrite, Wanted
from controller.domain.image import LinkState
from controller.domain.intents import Switch
from controller.domain.places import KeyPlace
from controller.domain.points import Reading, Value, bad, good, uncertain
from controller.domain.quality import Detail
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling
from controller.logic.light_guards import (
    BurnMemory,
    guard_local_switch,
    guard_restrike,
    judge_light,
    observe_burning,
)
from controller.logic.site_conditions import OnSite
from tests.unit.logic.sequencers.field import NOW_S, view

K1 = "330106-LC-0001/K1"
LED_S = 60.0


def write(value: Value) -> Wanted:
    return Wanted(K1, PointWrite("330106-LC-0001", "K1.command", value), None)


ON, OFF = write(True), write(False)


def by(slot: Slot) -> Request:
    """A request of that slot."""
    return Request(K1, slot, Switch(on=True), "somebody", "because")


@pytest.mark.parametrize("wanted", [ON, OFF])
@pytest.mark.parametrize("slot", [Slot.EQUIPMENT_PROTECTION, Slot.CITY_MANUAL, Slot.SCHEDULE])
@pytest.mark.parametrize(
    "position", ["LOCAL", "OFF", bad(Detail.COMM_FAULT), uncertain("REMOTE", Detail.OLD_DATA, NOW_S)]
)
def test_a_key_off_remote_or_unreadable_blocks_every_remote_act(
    wanted: Wanted, slot: Slot, position: Reading | str
) -> None:
    verdict = guard_local_switch(wanted, by(slot), view(K1, {"control_switch": position}))
    assert (verdict.ruling, verdict.cause) == (Ruling.HOLD, Cause.LOCAL)


def test_a_key_at_remote_lets_everything_pass() -> None:
    assert guard_local_switch(ON, by(Slot.SCHEDULE), view(K1, {"control_switch": "REMOTE"})) is ALLOWED


def test_a_device_without_a_key_is_not_blocked_by_it() -> None:
    assert guard_local_switch(ON, by(Slot.SCHEDULE), view(K1, {"K1.feedback": True})) is ALLOWED


def test_the_reason_says_where_the_key_is_and_what_to_do() -> None:
    verdict = guard_local_switch(
        ON,
        by(Slot.SCHEDULE),
        view(K1, {"control_switch": "LOCAL"}),
        OnSite(key=KeyPlace("北山街 12 号", "12 Beishan Street")),
    )
    assert verdict.reason == (
        "the key of 330106-LC-0001 (12 Beishan Street) stands at LOCAL: whoever is there has the say; "
        "turn it to REMOTE on site to act from here / "
        "330106-LC-0001 的控制开关（北山街 12 号）在就地位：现场人员优先，需在现场切至远控"
    )


def test_a_life_safety_cut_is_attempted_past_the_key_and_marked_not_assured() -> None:
    seen = view(K1, {"control_switch": "LOCAL"})
    cut = guard_local_switch(OFF, by(Slot.LIFE_SAFETY), seen)
    assert cut.ruling is Ruling.ALLOW
    assert "not assured" in cut.reason
    assert guard_local_switch(ON, by(Slot.LIFE_SAFETY), seen).ruling is Ruling.HOLD


@pytest.mark.parametrize(
    ("off_ago_s", "no_restrike_s", "held"),
    [(0.0, 60.0, True), (59.9, 60.0, True), (60.0, 60.0, False), (599.0, 600.0, True), (600.0, 600.0, False)],
)
def test_no_lamp_strikes_again_before_its_pause(off_ago_s: float, no_restrike_s: float, held: bool) -> None:
    memory = BurnMemory(lit=False, off_since_s=NOW_S - off_ago_s)
    verdict = guard_restrike(ON, Slot.CITY_MANUAL, memory, no_restrike_s, NOW_S)
    assert (verdict.ruling is Ruling.HOLD) is held
    if held:
        assert verdict.until_s == NOW_S - off_ago_s + no_restrike_s
        assert "by itself" in verdict.reason


@pytest.mark.parametrize(
    ("wanted", "slot", "memory"),
    [
        (OFF, Slot.SCHEDULE, BurnMemory(lit=False, off_since_s=NOW_S)),
        (write(0.0), Slot.SCHEDULE, BurnMemory(lit=False, off_since_s=NOW_S)),
        (write("前方积水"), Slot.SCHEDULE, BurnMemory(lit=False, off_since_s=NOW_S)),
        (ON, Slot.LIFE_SAFETY, BurnMemory(lit=False, off_since_s=NOW_S)),
        (ON, Slot.EQUIPMENT_PROTECTION, BurnMemory(lit=False, off_since_s=NOW_S)),
        (ON, Slot.SCHEDULE, BurnMemory(lit=True)),
        (ON, Slot.SCHEDULE, BurnMemory()),
    ],
)
def test_the_pause_does_not_bind(wanted: Wanted, slot: Slot, memory: BurnMemory) -> None:
    assert guard_restrike(wanted, slot, memory, LED_S, NOW_S) is ALLOWED


def observed(*steps: tuple[float, Reading | Value, LinkState]) -> BurnMemory:
    memory = BurnMemory()
    for now_s, feedback, link in steps:
        memory = observe_burning(memory, view(K1, {"K1.feedback": feedback}, link=link, now_s=now_s), "K1.feedback")
    return memory


ONLINE, OFFLINE = LinkState.ONLINE, LinkState.OFFLINE


def test_an_off_seen_arriving_counts_from_its_reading() -> None:
    memory = observed((10.0, True, ONLINE), (20.0, False, ONLINE), (30.0, False, ONLINE))
    assert (memory.lit, memory.off_since_s) == (False, 20.0)


def test_an_off_found_after_a_lost_link_counts_from_when_it_was_last_lit() -> None:
    memory = observed((10.0, True, ONLINE), (40.0, True, OFFLINE), (90.0, False, ONLINE))
    assert memory.off_since_s == 10.0


def test_a_relight_forgets_the_off() -> None:
    memory = observed((10.0, True, ONLINE), (20.0, False, ONLINE), (30.0, True, ONLINE))
    assert (memory.lit, memory.off_since_s) == (True, None)


def test_a_lamp_first_found_dark_may_strike_at_once() -> None:
    assert observed((10.0, False, ONLINE)).off_since_s is None


def test_an_off_survives_untrusted_readings_between() -> None:
    memory = observed(
        (10.0, True, ONLINE), (20.0, False, ONLINE), (30.0, bad(Detail.FAILURE), ONLINE), (40.0, False, ONLINE)
    )
    assert memory.off_since_s == 20.0


def test_a_dimmed_level_counts_as_lit() -> None:
    assert observed((10.0, 30.0, ONLINE)).lit is True
    assert observed((10.0, 30.0, ONLINE), (11.0, 0.0, ONLINE)).off_since_s == 11.0


def test_the_key_speaks_before_the_pause() -> None:
    memory = BurnMemory(lit=False, off_since_s=NOW_S)
    assert judge_light(ON, by(Slot.SCHEDULE), view(K1, {"control_switch": "LOCAL"}), memory, LED_S).cause is Cause.LOCAL
    held = judge_light(ON, by(Slot.SCHEDULE), view(K1, {"control_switch": "REMOTE"}), memory, LED_S)
    assert held.interlock == "light.no_restrike"
    cut = judge_light(OFF, by(Slot.LIFE_SAFETY), view(K1, {"control_switch": "LOCAL"}), memory, LED_S)
    assert "not assured" in cut.reason


positions = st.sampled_from(["REMOTE", "LOCAL", "OFF"]).map(lambda text: good(text, NOW_S)) | st.just(
    bad(Detail.FAILURE)
)
memories = st.builds(BurnMemory, st.none() | st.booleans(), st.none(), st.none() | st.floats(0, NOW_S))


@given(st.sampled_from([ON, OFF]), st.sampled_from(list(Slot)), positions, memories)
def test_every_hold_has_a_reason_and_a_cut_for_life_safety_is_never_held(
    wanted: Wanted, slot: Slot, position: Reading, memory: BurnMemory
) -> None:
    verdict = judge_light(wanted, by(slot), view(K1, {"control_switch": position}), memory, LED_S)
    if verdict.ruling is Ruling.HOLD:
        assert verdict.reason
        assert verdict.interlock
    if wanted is OFF and slot is Slot.LIFE_SAFETY:
        assert verdict.ruling is Ruling.ALLOW
    if wanted is OFF and position.value == "REMOTE":
        assert verdict.ruling is Ruling.ALLOW
