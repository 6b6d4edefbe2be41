"""ISA-18.2's life cycle as a table, and what must hold whatever happens to an alarm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.alarm_life import AlarmState, Event, after, on_hiding, on_showing, shown

NORM, UNACK, ACKED, RTNUN, LATCHED = list(AlarmState)[:5]
LIVES = (NORM, UNACK, ACKED, RTNUN, LATCHED)

TABLE = [
    # life, event, plain, latching
    (NORM, Event.RAISE, UNACK, UNACK),
    (NORM, Event.RETURN, NORM, NORM),
    (NORM, Event.ACKNOWLEDGE, NORM, NORM),
    (NORM, Event.RESET, NORM, NORM),
    (UNACK, Event.RAISE, UNACK, UNACK),
    (UNACK, Event.RETURN, RTNUN, LATCHED),
    (UNACK, Event.ACKNOWLEDGE, ACKED, ACKED),
    (UNACK, Event.RESET, UNACK, UNACK),
    (ACKED, Event.RAISE, ACKED, ACKED),
    (ACKED, Event.RETURN, NORM, LATCHED),
    (ACKED, Event.ACKNOWLEDGE, ACKED, ACKED),
    (ACKED, Event.RESET, ACKED, ACKED),
    (RTNUN, Event.RAISE, UNACK, UNACK),
    (RTNUN, Event.RETURN, RTNUN, RTNUN),
    (RTNUN, Event.ACKNOWLEDGE, NORM, NORM),
    (RTNUN, Event.RESET, RTNUN, RTNUN),
    (LATCHED, Event.RAISE, UNACK, UNACK),
    (LATCHED, Event.RETURN, LATCHED, LATCHED),
    (LATCHED, Event.ACKNOWLEDGE, LATCHED, LATCHED),
    (LATCHED, Event.RESET, NORM, NORM),
]


@pytest.mark.parametrize(("life", "event", "plain", "latching"), TABLE)
def test_the_life_that_follows(life: AlarmState, event: Event, plain: AlarmState, latching: AlarmState) -> None:
    assert after(life, event) is plain
    assert after(life, event, latching=True) is latching


def test_the_table_speaks_of_every_life_and_every_event() -> None:
    assert {(life, event) for life, event, _, _ in TABLE} == {(life, event) for life in LIVES for event in Event}


EVENTS = st.lists(st.tuples(st.sampled_from(Event), st.booleans()), max_size=20)


@given(EVENTS, st.booleans())
def test_a_condition_that_stands_is_never_taken_for_normal_and_one_that_is_gone_never_for_standing(
    events: list[tuple[Event, bool]], latching: bool
) -> None:
    life, standing = NORM, False
    for event, hidden in events:
        life = after(life, event, latching=latching, hidden=hidden)
        standing = {Event.RAISE: True, Event.RETURN: False}.get(event, standing)
        assert (life in (UNACK, ACKED)) is standing


@given(EVENTS)
def test_what_latches_leaves_only_by_a_reset(events: list[tuple[Event, bool]]) -> None:
    life = after(after(NORM, Event.RAISE), Event.RETURN, latching=True)
    for event, hidden in events:
        if event is not Event.RESET:
            life = after(life, event, latching=True, hidden=hidden)
    assert life is not NORM


@pytest.mark.parametrize("life", LIVES)
def test_hidden_and_shown_again_what_stands_is_unseen_and_nothing_else_changes(life: AlarmState) -> None:
    again = on_showing(on_hiding(life))
    assert again is (UNACK if life in (UNACK, ACKED) else life)


def test_what_came_and_went_while_it_was_hidden_asks_for_nobody() -> None:
    life = after(after(NORM, Event.RAISE, hidden=True), Event.RETURN, hidden=True)
    assert on_showing(life) is NORM


def test_out_of_service_tells_more_than_a_shelf_and_a_shelf_more_than_a_root_cause() -> None:
    def state(tagged: bool, shelved: bool, suppressed: bool) -> AlarmState:
        return shown(ACKED, tagged=tagged, shelved=shelved, suppressed=suppressed)

    assert state(True, True, True) is AlarmState.OUT_OF_SERVICE
    assert state(False, True, True) is AlarmState.SHELVED
    assert state(False, False, True) is AlarmState.SUPPRESSED
    assert state(False, False, False) is ACKED


def test_every_state_has_a_chinese_name() -> None:
    assert len({state.zh for state in AlarmState}) == len(AlarmState)
