"""What no sequence of people, machines, disks, keys, restarts and stepped clocks may bring about at the desks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from controller.runtime.views import Order
from tests.unit.logic.water_rig import PS
from tests.unit.runtime.authority_acts import Acts
from tests.unit.runtime.authority_scenes import SCENES, look_and_operate
from tests.unit.runtime.authority_site import (
    DEVICES,
    FAR_ROAD,
    FAR_TREES,
    G1,
    P1,
    P2,
    PEOPLE,
    RESPONSES,
    RIVER,
    ROAD,
    SCOPES,
    TREES,
    WEST_LC,
)

NOON, EVENING = datetime(2026, 6, 21, 4, 0, tzinfo=UTC), datetime(2026, 6, 21, 10, 50, tzinfo=UTC)
ABLE = ["chen", "zhao", "lin", "wang"]
WHO = st.sampled_from([*ABLE * 3, *PEOPLE, "lin again", "scada"])
"""Mostly people who may, so that much is done; and everybody else."""
OWN = st.sampled_from(["", "", "", "chen", "scada", "kan", "xu", "wang"])
"""Mostly whoever it belongs to."""
SECOND = st.sampled_from(["other", "other", "other", "the same again", "scada", "kan", "xu", "wang", "qian"])
"""Mostly a duty officer who is not the first person; the first person's other session, a machine, who may not."""
ABUSES = st.sampled_from(["twice", "the same again", "scada", "late", "taken over", "taken over", "after a death"])
"""What becomes of a selection between looking and operating."""
SLOTS = st.sampled_from(["city_manual", "city_manual", "district_manual", "emergency_order"])
LASTS = st.sampled_from([60.0, 600.0, 3600.0, 6 * 3600.0, 13 * 3600.0])
LIGHT = st.sampled_from([(ROAD,), (TREES,), (FAR_ROAD,), (ROAD, TREES), (ROAD, FAR_ROAD), (TREES, FAR_TREES)])
PUMPED = st.sampled_from([
    ((PS,), "count 1"), ((PS,), "hold"), ((PS,), "count 0"), ((P1,), "start"), ((P1,), "stop"), ((P2,), "stop"),
    ((P1, P2), "stop"), ((RIVER,), "open"), ((RIVER,), "close"), ((G1,), "open"), ((PS,), "hand-back"),
])  # fmt: skip
ONE = st.sampled_from([ROAD, FAR_ROAD, TREES, P1, P2, RIVER])
PLACES = st.sampled_from([ROAD, WEST_LC, FAR_ROAD, P1, RIVER, PS])
WHICH = st.integers(0, 3)
KEYS = st.sampled_from(["", "", "r1", "r2"])


class Desks(RuleBasedStateMachine):
    """People at the desks of one process after another. The witness raises whatever must not happen."""

    @initialize(
        start=st.sampled_from([NOON, EVENING]),
        scenes=st.lists(st.sampled_from(list(SCENES)), max_size=4, unique=True),
    )
    def a_shift_is_under_way(self, start: datetime, scenes: list[Callable[[Acts], None]]) -> None:
        self.at = Acts(start)
        self.at.pumps.inner_m = 2.6
        self.at.pass_s(2)
        for scene in scenes:
            scene(self.at)

    def teardown(self) -> None:
        if hasattr(self, "at"):
            self.at.close()

    # -- orders -------------------------------------------------------------------------------------------------

    @rule(
        who=WHO,
        lights=LIGHT,
        value=st.sampled_from(["on", "off"]),
        slot=SLOTS,
        for_s=LASTS,
        key=KEYS,
        over=st.booleans(),
    )
    def somebody_orders_lights(
        self, who: str, lights: tuple[str, ...], value: str, slot: str, for_s: float, key: str, over: bool
    ) -> None:
        self.at.order(who, Order(lights, value, for_s, "because", slot, request_id=key, take_over=over))

    @rule(who=WHO, what=PUMPED, slot=SLOTS, for_s=LASTS)
    def somebody_orders_water(self, who: str, what: tuple[tuple[str, ...], str], slot: str, for_s: float) -> None:
        self.at.order(who, Order(what[0], what[1], for_s, "because", slot))

    @rule(who=WHO, lights=LIGHT, value=st.sampled_from(["on", "off"]), slot=SLOTS, for_s=LASTS, key=KEYS)
    def somebody_selects_lights(
        self, who: str, lights: tuple[str, ...], value: str, slot: str, for_s: float, key: str
    ) -> None:
        self.at.select(who, Order(lights, value, for_s, "because", slot, request_id=key))

    @rule(who=WHO, what=PUMPED, slot=SLOTS, for_s=LASTS, over=st.booleans())
    def somebody_selects_water(
        self, who: str, what: tuple[tuple[str, ...], str], slot: str, for_s: float, over: bool
    ) -> None:
        self.at.select(who, Order(what[0], what[1], for_s, "because", slot, take_over=over))

    @precondition(lambda self: self.at.tokens)
    @rule(which=WHICH)
    def a_token_is_operated(self, which: int) -> None:
        self.at.operate(which, "")

    @rule(who=st.sampled_from(["chen", "lin"]), lights=LIGHT, value=st.sampled_from(["on", "off"]), how=ABUSES)
    def a_selection_of_lights_is_abused(self, who: str, lights: tuple[str, ...], value: str, how: str) -> None:
        self.at.abuse(who, Order(lights, value, 3600.0, "because", "city_manual", take_over=True), how)

    @rule(who=st.sampled_from(["chen", "wang"]), what=PUMPED, how=ABUSES)
    def a_selection_of_water_is_abused(self, who: str, what: tuple[tuple[str, ...], str], how: str) -> None:
        self.at.abuse(who, Order(*what, 3600.0, "because", "city_manual", take_over=True), how)

    @rule(
        who=st.sampled_from(ABLE),
        what=st.one_of(PUMPED, LIGHT.map(lambda lights: (lights, "off"))),
        slot=SLOTS,
        seconds=st.lists(SECOND, min_size=1, max_size=4, unique=True),
        then_s=st.sampled_from([0, 1, 70]),
    )
    def an_order_goes_its_whole_way(
        self, who: str, what: tuple[tuple[str, ...], str], slot: str, seconds: list[str], then_s: int
    ) -> None:
        look_and_operate(self.at, who, *what, slot)
        for second in seconds:
            self.at.confirm(-1, second)
        self.at.pass_s(then_s)

    @rule(seconds=st.lists(SECOND, min_size=1, max_size=4, unique=True), on=st.sampled_from([PS, P1, ""]))
    def a_bypass_goes_its_whole_way(self, seconds: list[str], on: str) -> None:
        self.at.propose_bypass("chen", "rack-clear", on)
        for second in seconds:
            self.at.confirm(-1, second)

    @rule(
        scope=st.sampled_from([str(one) for one in SCOPES]),
        state=st.sampled_from([*RESPONSES]),
        slot=st.sampled_from(["emergency_order", "city_manual"]),
    )
    def a_duty_officer_acts_alone_under_a_response(self, scope: str, state: str, slot: str) -> None:
        for discipline in ("lighting", "water"):
            self.at.declare("chen", discipline, scope, state, 1800.0)
        look_and_operate(self.at, "chen", (ROAD, TREES), "off", slot)

    @rule(one=ONE, who=WHO, full=st.sampled_from(["", "", "journal", "state"]))
    def somebody_stops_one(self, one: str, who: str, full: str) -> None:
        if full:
            self.at.break_disk(full)
        self.at.stop(one, who)

    # -- two people -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.at.known.proposals or self.at.gone)
    @rule(which=WHICH, who=SECOND)
    def somebody_confirms(self, which: int, who: str) -> None:
        self.at.confirm(which, who)

    @precondition(lambda self: self.at.known.proposals)
    @rule(which=WHICH, who=WHO, withdraw=st.booleans())
    def somebody_refuses_or_withdraws(self, which: int, who: str, withdraw: bool) -> None:
        self.at.say_no(which, who, withdraw=withdraw)

    @precondition(lambda self: self.at.known.debts)
    @rule(who=WHO)
    def somebody_countersigns(self, who: str) -> None:
        self.at.countersign(who)

    @precondition(lambda self: self.at.known.stops)
    @rule(who=WHO)
    def somebody_proposes_to_take_a_stop_back(self, who: str) -> None:
        self.at.propose_return(who)

    # -- leases -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.at.known.held)
    @rule(which=WHICH, who=OWN, for_s=st.sampled_from([30.0, 1800.0, 4 * 3600.0]))
    def somebody_extends(self, which: int, who: str, for_s: float) -> None:
        self.at.extend(which, who, for_s)

    @precondition(lambda self: self.at.known.held)
    @rule(which=WHICH, who=OWN, abort=st.booleans())
    def somebody_lets_go_or_aborts(self, which: int, who: str, abort: bool) -> None:
        self.at.let_go(which, who, abort=abort)

    # -- site conditions --------------------------------------------------------------------------------------------

    @rule(on=PLACES, who=WHO)
    def somebody_hangs_a_tag(self, on: str, who: str) -> None:
        self.at.hang(on, who)

    @precondition(lambda self: self.at.known.tags)
    @rule(which=WHICH, who=OWN, propose=st.booleans())
    def somebody_takes_a_tag_down(self, which: int, who: str, propose: bool) -> None:
        self.at.take_down(which, who, propose=propose)

    @rule(
        who=WHO,
        discipline=st.sampled_from(["lighting", "water"]),
        scope=st.sampled_from([str(one) for one in SCOPES]),
        state=st.sampled_from([*RESPONSES]),
        for_s=st.sampled_from([600.0, 4 * 3600.0]),
    )
    def somebody_declares_a_state(self, who: str, discipline: str, scope: str, state: str, for_s: float) -> None:
        self.at.declare(who, discipline, scope, state, for_s)

    @precondition(lambda self: self.at.known.states)
    @rule(which=WHICH, who=WHO)
    def somebody_ends_a_state(self, which: int, who: str) -> None:
        self.at.end_state(which, who)

    @rule(who=WHO, interlock=st.sampled_from(["rack-clear", "never-lifted"]), on=st.sampled_from([PS, P1, ""]))
    def somebody_proposes_a_bypass(self, who: str, interlock: str, on: str) -> None:
        self.at.propose_bypass(who, interlock, on)

    @precondition(lambda self: self.at.known.bypasses)
    @rule(who=WHO)
    def somebody_takes_a_bypass_back(self, who: str) -> None:
        self.at.end_bypass(who)

    @rule(who=WHO)
    def somebody_resets_the_tripped_unit(self, who: str) -> None:
        self.at.reset(who)

    @rule(who=st.sampled_from(["lin", "chen", "wang"]), by=st.sampled_from(["guan", "guan", "chen"]))
    def somebody_is_disabled_or_comes_back(self, who: str, by: str) -> None:
        self.at.disable_or_enable(who, by)

    # -- the world ----------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 5, 20, 31]))
    def seconds_pass(self, seconds: int) -> None:
        self.at.pass_s(seconds)

    @rule(step_s=st.sampled_from([30.0, 120.0, 1200.0]))
    def longer_times_pass(self, step_s: float) -> None:
        self.at.pass_s(6, step_s)

    @rule(device=st.sampled_from(DEVICES), to=st.sampled_from(["LOCAL", "REMOTE", "REMOTE"]))
    def somebody_turns_a_key(self, device: str, to: str) -> None:
        self.at.turn_key(device, to)

    @rule(device=st.sampled_from(DEVICES), up=st.booleans())
    def a_link_is_lost_or_found(self, device: str, up: bool) -> None:
        if up:
            self.at.wires[device].up = True
        else:
            self.at.lose(device)
        self.at.pass_s(1)

    @rule(head=st.sampled_from([0.05, 0.4, 0.8, None]))
    def the_rack_clogs_or_its_gauge_fails(self, head: float | None) -> None:
        self.at.pumps.blind.discard("rack_head_m")
        if head is None:
            self.at.pumps.blind.add("rack_head_m")
        else:
            self.at.pumps.rack_m = head
        self.at.pass_s(2)

    @rule(hours=st.sampled_from([-1, 1]))
    def the_wall_clock_is_stepped(self, hours: int) -> None:
        self.at.step_clock(hours)

    @rule(which=st.sampled_from(["journal", "state", "", ""]))
    def a_disk_fills_or_has_room_again(self, which: str) -> None:
        if which:
            self.at.break_disk(which)
        else:
            self.at.mend_disks()
        self.at.pass_s(1)

    @rule(away_s=st.sampled_from([0.0, 5.0, 900.0]), hours=st.sampled_from([0, 0, -1, 1]))
    def the_process_dies_and_another_begins(self, away_s: float, hours: int) -> None:
        self.at.step_clock(hours)
        self.at.dies(away_s)

    @rule(
        who=WHO,
        one=st.sampled_from([ROAD, TREES, P1, RIVER]),
        writes=st.integers(1, 4),
        done=st.booleans(),
        slot=SLOTS,
    )
    def the_process_dies_while_an_order_is_taken(self, who: str, one: str, writes: int, done: bool, slot: str) -> None:
        value = {ROAD: "on", TREES: "on", P1: "stop", RIVER: "close"}[one]
        self.at.dies_in_an_order(who, Order((one,), value, 3600.0, "because", slot), writes, done=done)

    @precondition(lambda self: self.at.known.proposals)
    @rule(which=WHICH, who=SECOND, writes=st.integers(1, 5), done=st.booleans())
    def the_process_dies_while_somebody_confirms(self, which: int, who: str, writes: int, done: bool) -> None:
        self.at.dies_in_a_confirmation(which, who, writes, done=done)


QUICK = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""Without shrinking: a history is short enough to read, and shrinking one would take minutes."""


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_histories_begin_where_they_say(scene: Callable[[Acts], None]) -> None:
    at = Acts(NOON)
    try:
        at.pumps.inner_m = 2.6
        at.pass_s(2)
        scene(at)
        assert SCENES[scene](at), at.known
        at.dies(0.0)
        at.pass_s(1)
    finally:
        at.close()


def test_no_history_of_people_disks_keys_and_restarts_breaks_a_promise_of_the_desks() -> None:
    run_state_machine_as_test(Desks, settings=QUICK)


@pytest.mark.soak
def test_no_long_campaign_of_histories_does_either() -> None:
    run_state_machine_as_test(Desks, settings=settings(QUICK, max_examples=2000, stateful_step_count=80))
