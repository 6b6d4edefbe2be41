"""The life of a dispatch order as values: which step may follow which, tickets, rivals, and any sequence of acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.acts import (
    acknowledged,
    begun,
    closed,
    executing,
    issued,
    moved,
    superseded,
    tick,
    to_execute,
)
from controller.logic.dispatch_orders.clocks import ran_out, times_late
from controller.logic.dispatch_orders.numbers import highest, number_of, parts_of
from controller.logic.dispatch_orders.order import (
    Act,
    DispatchOrder,
    Execution,
    Signed,
    Step,
    Ticket,
    TicketStep,
    overlap,
)
from controller.logic.dispatch_orders.rules import DispatchRules, StationRules
from controller.logic.dispatch_orders.states import NEXT, OVER, SPOKEN_NEXT, OrderState, check_step

S = OrderState
NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
PS, OTHER = "330102-PS-0001", "330102-PS-0002"
TICKET = Ticket((TicketStep(Words("核对", "compare")), TicketStep(Words("复核", "again"), after=True)))
MAY = {
    S.PROPOSED: "issued rejected expired",
    S.ISSUED: "acknowledged rejected expired superseded aborted",
    S.ACKNOWLEDGED: "ticket_checked executing expired superseded aborted",
    S.TICKET_CHECKED: "executing expired superseded aborted",
    S.EXECUTING: "verified expired superseded aborted",
    S.VERIFIED: "closed superseded aborted",
}


def by(name: str, minutes: float = 0.0) -> Signed:
    return Signed(name, name, NOON + timedelta(minutes=minutes))


def order(number: str = "2026-0001", target: str = PS, state: S = S.PROPOSED, **said: object) -> DispatchOrder:
    made = DispatchOrder(
        number=number,
        state=state,
        task=Act(target, "hold", 3600.0),
        objects=(target,),
        unit=Words("班组", "shift"),
        reason="rain",
        steps=(Step(S.PROPOSED, by("zhang")),),
        valid_until=NOON + timedelta(hours=12),
    )
    return replace(made, **said)  # type: ignore[arg-type]  # any field


def issue(
    one: DispatchOrder, name: str = "chen", others: tuple[DispatchOrder, ...] = (), *, alone: bool = False
) -> DispatchOrder:
    return issued(one, by(name), "", acknowledge_by=NOON, grounds=(), others=others, alone=alone)


@pytest.mark.parametrize(("now", "to"), list(product(S, S)))
def test_only_the_steps_of_the_table_are_possible_and_a_refusal_names_them(now: S, to: S) -> None:
    if to.value in MAY.get(now, "").split():
        check_step("2026-0001", now, to)
        return
    with pytest.raises(InvalidValue, match="what may follow") as refusal:
        check_step("2026-0001", now, to)
    for one in NEXT[now]:
        assert one.value.replace("_", " ") in str(refusal.value)


def test_what_is_over_stays_over_and_what_was_spoken_never_executes() -> None:
    assert all(NEXT[state] == frozenset() for state in OVER)
    assert not any(S.EXECUTING in following or S.ISSUED in following for following in SPOKEN_NEXT.values())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((PS,), (PS,), True),
        ((PS,), (f"{PS}/P1",), True),
        ((f"{PS}/P1",), (PS,), True),
        ((f"{PS}/P1",), (f"{PS}/P2",), False),
        ((f"{PS}/G5",), (f"{PS}/G5",), True),
        ((PS,), (OTHER,), False),
        ((PS, OTHER), (f"{OTHER}/G1",), True),
    ],
)
def test_a_station_as_a_whole_overlaps_each_of_its_parts(
    one: tuple[str, ...], other: tuple[str, ...], *, same: bool
) -> None:
    assert overlap(order(objects=one), order("2026-0002", objects=other)) is same


def test_a_ticket_is_ticked_in_order_by_two_people_and_the_rest_while_it_executes() -> None:
    one = acknowledged(issue(order(ticket=TICKET)), by("wei"), "")
    for nth, name, supervisor, said in (
        (2, "wei", False, "while the order executes"),
        (3, "wei", False, "lines 1 to 2"),
        (1, "wei", True, "operator ticks first"),
    ):
        with pytest.raises(InvalidValue, match=said):
            tick(one, nth, by(name), supervisor=supervisor)
    with pytest.raises(InvalidValue, match="machine"):
        tick(one, 1, Signed("scada", "", NOON), supervisor=False)
    with pytest.raises(InvalidValue, match="tick it first"):
        to_execute(one, NOON, ())
    one = tick(one, 1, by("wei"), supervisor=False)
    with pytest.raises(InvalidValue, match="another person"):
        tick(one, 1, by("wei"), supervisor=True)
    one = tick(one, 1, by("fang"), supervisor=True)
    assert one.state is S.TICKET_CHECKED
    to_execute(one, NOON, ())
    one = executing(begun(one, Execution(by("wei"), "wei", "r")), "r", by("wei"))
    one = moved(one, S.VERIFIED, by("wei"))
    with pytest.raises(InvalidValue, match="open lines"):
        closed(one, by("chen"), "done", holds="")
    one = tick(tick(one, 2, by("wei"), supervisor=False), 2, by("fang"), supervisor=True)
    with pytest.raises(InvalidValue, match="still holds"):
        closed(one, by("chen"), "done", holds=f"{PS} hold")
    assert closed(one, by("chen"), "done", holds="").state is S.CLOSED


def test_an_order_for_later_is_not_executed_before() -> None:
    one = acknowledged(issue(order(begin=NOON + timedelta(hours=1))), by("wei"), "")
    with pytest.raises(InvalidValue, match="is for 2026-07-01 05:00"):
        to_execute(one, NOON, ())
    to_execute(one, NOON + timedelta(hours=1), ())


@pytest.mark.parametrize(("after_s", "times"), [(0.0, 0), (299.9, 0), (300.0, 1), (599.9, 1), (600.0, 2), (1500.0, 5)])
def test_escalation_counts_each_further_wait(after_s: float, times: int) -> None:
    assert times_late(issue(order()), 300.0, after_s, 300.0) == times
    assert times_late(acknowledged(issue(order()), by("wei"), ""), 300.0, after_s, 300.0) == 0


def test_what_is_on_its_way_or_executes_does_not_run_out() -> None:
    one = acknowledged(issue(order()), by("wei"), "")
    assert ran_out(one, 10.0, 10.0)
    assert not ran_out(begun(one, Execution(by("wei"), "wei", "r")), 10.0, 99.0)
    assert not ran_out(order(state=S.EXECUTING), 10.0, 99.0)


def test_contacts_and_tickets_are_the_stations_own_first() -> None:
    head, officer = Words("站长", "head"), Words("值班长", "officer")
    own = StationRules(Words("甲", "A"), (head,), TICKET.steps)
    rules = DispatchRules(escalate=(officer,), stations={PS: own, OTHER: StationRules(Words("乙", "B"))})
    assert rules.contacts([f"{PS}/P1"]) == (head, officer)
    assert rules.contacts([OTHER]) == (officer,)
    ticket = rules.ticket([PS, OTHER], {})
    assert ticket is not None
    assert [line.after for line in ticket.steps] == [False, True]
    assert rules.ticket([OTHER], {}) is None


def test_numbers_count_up_within_their_year() -> None:
    assert number_of(2026, 7) == "2026-0007"
    assert parts_of("2026-12345") == (2026, 12345)
    assert parts_of("K7") is None
    assert highest(["2026-0007", "2025-0100", "nonsense"], {2026: 3}) == {2026: 7, 2025: 100}


ACTS = st.tuples(
    st.sampled_from(["issue", "acknowledge", "send", "given", "verify", "abort", "close", "reject"]),
    st.integers(0, 3),
    st.sets(st.integers(0, 3), max_size=2),
    st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTS, max_size=40))
def test_whatever_people_do_never_two_execute_on_one_object_and_none_unacknowledged(
    acts: list[tuple[str, int, set[int], bool]],
) -> None:
    orders = {n: order(f"2026-000{n + 1}", PS if n < 3 else f"{PS}/P1") for n in range(4)}
    for what, nth, over, alone in acts:
        try:
            _act(orders, what, nth, over, alone=alone)
        except InvalidValue:
            continue
        acting = [one for one in orders.values() if one.state in (S.EXECUTING, S.VERIFIED)]
        assert len(acting) <= 1, [(one.number, one.state) for one in orders.values()]
        for one in acting:
            assert one.when(S.ACKNOWLEDGED) is not None
            assert one.when(S.ISSUED) is not None


def _act(  # noqa: C901 - one branch for each thing people do
    orders: dict[int, DispatchOrder], what: str, nth: int, over: set[int], *, alone: bool
) -> None:
    """As the desk does it: superseding ends what does not act yet at the issue, and what acts when the new one does."""
    one, rest = orders[nth], [other for number, other in orders.items() if number != nth]
    if what == "issue":
        named = tuple(orders[number].number for number in over if number != nth)
        orders[nth] = issue(replace(one, supersedes=named), "zhang" if alone else "chen", tuple(rest), alone=alone)
        for number, other in tuple(orders.items()):
            if other.number in named and other.state.binds and not other.pending:
                acts = other.state in (S.EXECUTING, S.VERIFIED)
                orders[number] = (
                    replace(other, superseded_by=one.number) if acts else superseded(other, one.number, by("chen"))
                )
    elif what == "acknowledge":
        orders[nth] = acknowledged(one, by("wei"), "")
    elif what == "send":
        to_execute(one, NOON, rest)
        orders[nth] = begun(one, Execution(by("wei"), "wei", f"{one.number}.1"))
    elif what == "given" and one.pending:
        orders[nth] = executing(one, "r", by("wei"))
        for number, other in tuple(orders.items()):
            if other.number in one.supersedes and other.state.binds:
                orders[number] = superseded(other, one.number, by("wei"))
    elif what == "verify":
        orders[nth] = moved(one, S.VERIFIED, by("controller"))
    elif what == "abort":
        orders[nth] = moved(one, S.ABORTED, by("chen"))
    elif what == "close":
        orders[nth] = closed(one, by("chen"), "done", holds="")
    elif what == "reject":
        orders[nth] = moved(one, S.REJECTED, by("wei"))
