"""The steps of one target's life: which may follow which, and what is the last word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.command import CommandState as S
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.runtime.undertakings import life, records
from controller.runtime.undertakings.life import Part, Undertaking
from controller.runtime.undertakings.shelf import KEPT_FOR, MOST, Shelf
from controller.store.changes import Change, DropRecord, PutRecord

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)


def undertaking(*states: S, followed: bool = True, name: str = "R1", opened: datetime = NOW) -> Undertaking:
    parts = {f"K{n}": Part(f"K{n}", state, opened, followed=followed) for n, state in enumerate(states)}
    return Undertaking(
        name, "lin", "lin", "api", "order", "on", Slot.CITY_MANUAL, "why", opened, parts, follow=True, answered=True
    )


@pytest.mark.parametrize(
    ("states", "word", "waiting"),
    [
        ((S.CONFIRMED, S.CONFIRMED), S.CONFIRMED, 0),
        ((S.CONFIRMED, S.SENT, S.QUEUED), S.QUEUED, 2),
        ((S.CONFIRMED, S.REJECTED), S.REJECTED, 0),
        ((S.FAILED, S.MISMATCH, S.CONFIRMED), S.MISMATCH, 0),
        ((S.INDETERMINATE, S.CONFIRMED), S.INDETERMINATE, 1),
        ((S.FAILED, S.VERIFYING), S.VERIFYING, 1),
        ((), S.RECEIVED, 0),
    ],
)
def test_one_word_for_all_targets_is_the_earliest_that_waits_or_the_worst_end(
    states: tuple[S, ...], word: S, waiting: int
) -> None:
    made = undertaking(*states)
    tally = made.tally()
    assert (tally.state, tally.waiting, made.waiting()) == (word, waiting, waiting > 0)


def test_a_command_that_was_superseded_says_nothing_of_its_request() -> None:
    made = undertaking(S.VALIDATED)
    part = made.parts["K0"]
    life.step_of_command(made, part, "c1", S.QUEUED, NOW, cause="", remark="")
    life.step_of_command(made, part, "c1", S.SUPERSEDED, NOW, cause="", remark="by c2")
    assert (part.state, part.waits) == (S.VALIDATED, True)


def test_an_older_command_is_not_listened_to_any_more() -> None:
    made = undertaking(S.VALIDATED)
    part = made.parts["K0"]
    for command in ("c1", "c2"):
        life.step_of_command(made, part, command, S.QUEUED, NOW, cause="", remark="")
    assert not life.step_of_command(made, part, "c1", S.FAILED, NOW, cause="DEVICE_OFFLINE", remark="away")
    assert (part.state, part.command, part.attempts) == (S.QUEUED, "c2", 2)


def test_what_the_field_proved_stays_the_last_word_when_the_request_ends() -> None:
    made = undertaking(S.MISMATCH)
    part = made.parts["K0"]
    part.remark = "reads False"
    assert life.end(made, part, S.EXPIRED, NOW, "its time was over")
    assert (part.state, part.remark, part.followed) == (S.MISMATCH, "reads False; then its time was over", False)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("command"), st.sampled_from(["c1", "c2"]), st.sampled_from(list(S))),
        st.tuples(st.just("end"), st.sampled_from([S.EXPIRED, S.CANCELLED, S.SUPERSEDED]), st.just("")),
        st.tuples(st.sampled_from(["met", "mask"]), st.just(""), st.just("")),
    ),
    max_size=20,
)


@given(steps)
def test_whatever_happens_the_last_word_is_never_taken_back(taken: list[tuple[str, str, str]]) -> None:
    made = undertaking(S.VALIDATED)
    part = made.parts["K0"]
    for what, first, second in taken:
        before = (part.followed, part.state)
        if what == "command" and S(second) is not S.CONFIRMED:
            life.step_of_command(made, part, first, S(second), NOW, cause="", remark="")
        elif what == "end":
            life.end(made, part, S(first), NOW, "over")
        elif what == "met" and part.followed:
            life.confirm(made, part, NOW, "feedback")
        elif what == "mask" and part.followed:
            life.mask(part, "life_safety", NOW)
        if not before[0]:
            assert (part.followed, part.state) == before
        assert sum(made.tally().counts.values()) == 1
        assert part.state is not S.CONFIRMED or not part.followed


@given(steps, st.booleans())
def test_whatever_happened_comes_back_from_the_store_and_nothing_pretends_to_be_on_its_way(
    taken: list[tuple[str, str, str]], masked: bool
) -> None:
    made = undertaking(S.VALIDATED, S.CONFIRMED)
    made.note(S.VALIDATED, NOW + timedelta(seconds=0.25))
    part = made.parts["K0"]
    for what, first, second in taken:
        if what == "command":
            life.step_of_command(made, part, first, S(second), NOW + timedelta(seconds=3), cause="X", remark="r")
    if masked and part.followed:
        life.mask(part, "life_safety", NOW)
    again = records.read(records.put(made).body)
    assert again.parts["K1"] == made.parts["K1"]
    assert (again.stages, again.opened, again.slot, again.key) == (made.stages, made.opened, made.slot, made.key)
    if part.state in life.IN_HAND and part.followed:
        assert again.parts["K0"].state in (S.VALIDATED, S.INDETERMINATE)
        assert again.parts["K0"].remark == records.RESTARTED
    else:
        assert again.parts["K0"] == part


def test_requests_are_dropped_when_they_are_old_or_too_many_and_never_while_they_are_followed() -> None:
    kept: list[Change] = []
    shelf = Shelf(kept.append)
    old = NOW - KEPT_FOR - timedelta(seconds=1)
    shelf.add(undertaking(S.CONFIRMED, followed=False, name="old", opened=old))
    shelf.add(undertaking(S.VALIDATED, name="old-but-followed", opened=old))
    for number in range(MOST):
        shelf.add(undertaking(S.CONFIRMED, followed=False, name=f"R{number}"))
    shelf.forget(NOW)
    assert len(shelf) == MOST
    assert shelf.get(("lin", "old-but-followed")) is not None
    assert shelf.get(("lin", "R0")) is None
    assert kept == [DropRecord("undertaking", "lin/old"), DropRecord("undertaking", "lin/R0")]


def test_a_large_request_is_written_anew_less_often_than_a_small_one() -> None:
    kept: list[Change] = []
    shelf = Shelf(kept.append)
    small, large = undertaking(S.SENT, name="small"), undertaking(*[S.SENT] * 5000, name="large")
    for now_s in range(4):
        for one in (small, large):
            if now_s == 0:
                shelf.add(one)
            shelf.touch(one)
        shelf.keep_due(2.0 * now_s)
    names = [change.id for change in kept if isinstance(change, PutRecord)]
    assert (names.count("lin/small"), names.count("lin/large")) == (4, 2)


def test_a_request_made_again_from_what_it_holds_has_its_owner_and_reason() -> None:
    held = Request("K0", Slot.CITY_MANUAL, undertaking().slot, "lin", "why", since=NOW, request_id="R1")  # type: ignore[arg-type]  # any value
    made = records.made_again(held, NOW)
    assert (made.key, made.reason, made.opened, made.follow) == (("lin", "R1"), "why", NOW, True)
