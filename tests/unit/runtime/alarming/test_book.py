"""What the book makes of conditions: delays, dead-band, chatter, latch, folding, shelves, tags, operating states."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from controller.logic.alarm_settings import BUILT_IN, AlarmSettings, AlarmSpec, ChatterRule
from controller.runtime.alarming.alarm import Shelf
from controller.runtime.alarming.kept import alarm_data, alarm_of
from controller.runtime.alarms import Alarm, AlarmBook, AlarmState, Priority
from tests.unit.runtime.core_rig import HandClock

STATION, GAUGE, CABINET = "330106-PS-0001", "330106-LG-0001", "330106-LC-0001"
RACK = f"{STATION}:rack"


def specs(*own: AlarmSpec) -> dict[str, AlarmSpec]:
    return {**BUILT_IN, **{spec.kind: spec for spec in own}}


@dataclass
class Bench:
    settings: AlarmSettings = field(default_factory=AlarmSettings)
    clock: HandClock = field(default_factory=HandClock)
    heard: list[Alarm] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = AlarmBook(self.clock, self.heard.append, self.settings)
        self.book.counted_by(lambda alarm: self.asked.append(alarm.id))

    def wait(self, seconds: float) -> None:
        self.clock.s += seconds
        self.book.look()

    def state(self, alarm_id: str) -> AlarmState:
        return self.book.get(alarm_id).state if alarm_id in self.book else AlarmState.NORM

    def rack(self, stands: bool) -> None:
        if stands:
            self.book.set(STATION, "rack", "blocked")
        else:
            self.book.clear(STATION, "rack")

    def shelve(self, alarm_id: str, for_s: float = 3600.0) -> Alarm:
        now = self.clock.now()
        until = now + timedelta(seconds=for_s)
        return self.book.shelve(alarm_id, Shelf("lin", "known", now, until, self.clock.s + for_s))

    def restarted(self, after_s: float = 0.0) -> Bench:
        rows = [alarm_data(alarm) for alarm in (*self.book.all(), *self.book.hidden())]
        again = Bench(self.settings)
        again.clock.stepped = self.clock.now() - again.clock.now() + timedelta(seconds=after_s)
        again.clock.s = 5.0
        again.clock.stepped += timedelta(seconds=995.0)
        again.book.restore([alarm_of(row, again.clock) for row in rows])
        return again


def bench(*own: AlarmSpec, **said: Any) -> Bench:
    return Bench(AlarmSettings(specs=specs(*own), **said))


# -- delays and dead-band ---------------------------------------------------------------------------------------


def test_a_condition_counts_once_it_has_stood_for_its_on_delay_and_then_with_its_latest_text() -> None:
    rig = bench(AlarmSpec("rack", on_delay_s=10.0))
    rig.book.set(STATION, "rack", "0.31 m")
    rig.wait(9.0)
    rig.book.set(STATION, "rack", "0.35 m")
    assert (rig.book.standing(STATION, "rack"), rig.book.next_s()) == (False, rig.clock.s + 1.0)
    rig.wait(1.0)
    assert rig.book.get(RACK).text == "0.35 m"


def test_a_condition_that_goes_within_its_on_delay_was_never_there() -> None:
    rig = bench(AlarmSpec("rack", on_delay_s=10.0))
    for _ in range(5):
        rig.rack(True)
        rig.wait(9.0)
        rig.rack(False)
        rig.wait(2.0)
    assert rig.heard == []


def test_a_condition_is_gone_once_it_was_gone_for_its_off_delay() -> None:
    rig = bench(AlarmSpec("rack", off_delay_s=10.0))
    rig.rack(True)
    rig.rack(False)
    rig.wait(9.0)
    rig.rack(False)
    assert rig.state(RACK) is AlarmState.UNACK
    rig.wait(1.0)
    assert rig.state(RACK) is AlarmState.RTNUN


def test_one_that_comes_back_within_its_off_delay_never_went() -> None:
    rig = bench(AlarmSpec("rack", off_delay_s=10.0))
    rig.rack(True)
    rig.rack(False)
    rig.wait(9.0)
    rig.rack(True)
    rig.wait(9.0)
    assert rig.asked == [RACK]
    assert rig.state(RACK) is AlarmState.UNACK


def test_a_measured_value_must_fall_below_its_limit_by_the_dead_band() -> None:
    rig = bench(AlarmSpec("rack", deadband=0.05))

    def measured(value: float) -> bool:
        rig.book.above(STATION, "rack", value, 0.30, f"{value} m", Priority.LOW)
        return rig.book.standing(STATION, "rack")

    assert [measured(value) for value in (0.29, 0.30, 0.26, 0.25, 0.24, 0.26)] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_standing_value_within_the_dead_band_goes_on_telling_itself() -> None:
    rig = bench(AlarmSpec("rack", deadband=0.05))
    rig.book.above(STATION, "rack", 0.30, 0.30, "0.30 m", Priority.LOW)
    rig.book.above(STATION, "rack", 0.27, 0.30, "0.27 m", Priority.LOW)
    assert rig.book.get(RACK).text == "0.27 m"


# -- chatter ----------------------------------------------------------------------------------------------------

CHATTER = ChatterRule(times=3, within_s=60.0, quiet_s=120.0)


def test_an_alarm_that_comes_too_often_is_one_alarm_until_it_is_quiet() -> None:
    rig = bench(chatter=CHATTER)
    for _ in range(20):
        rig.rack(True)
        rig.wait(5.0)
        rig.rack(False)
        rig.wait(5.0)
    assert len(rig.asked) == 3
    assert rig.book.views()[0].chattering
    rig.wait(120.0)
    assert rig.state(RACK) is AlarmState.RTNUN
    assert not rig.book.views()[0].chattering


def test_an_alarm_that_comes_now_and_then_does_not_chatter() -> None:
    rig = bench(chatter=CHATTER)
    for _ in range(6):
        rig.rack(True)
        rig.wait(20.0)
        rig.rack(False)
        rig.wait(20.0)
    assert (len(rig.asked), rig.book.chattering()) == (6, 0)
    assert rig.book.get(RACK).times == 6


def test_an_alarm_that_chattered_and_stands_still_is_calm_again() -> None:
    rig = bench(chatter=CHATTER)
    for _ in range(3):
        rig.rack(False)
        rig.rack(True)
    assert rig.book.chattering() == 1
    rig.wait(121.0)
    assert (rig.book.chattering(), rig.state(RACK)) == (0, AlarmState.UNACK)


# -- latch ------------------------------------------------------------------------------------------------------


def test_what_latches_stays_until_a_person_resets_it_acknowledged_or_not() -> None:
    rig = bench(AlarmSpec("rack", latch=True))
    rig.rack(True)
    rig.rack(False)
    assert (rig.state(RACK), rig.book.unacknowledged()) == (AlarmState.LATCHED, 1)
    rig.book.acknowledge(RACK, "lin")
    assert (rig.state(RACK), rig.book.unacknowledged()) == (AlarmState.LATCHED, 0)
    assert rig.restarted().state(RACK) is AlarmState.LATCHED
    rig.book.reset(RACK, "wang")
    assert rig.state(RACK) is AlarmState.NORM


# -- folding ----------------------------------------------------------------------------------------------------


def test_a_standing_root_hides_its_kinds_on_its_own_device_and_no_others() -> None:
    rig = bench()
    rig.book.set(f"{CABINET}/K1", "mismatch", "stuck")
    rig.book.set(f"{CABINET}/K1", "leakage", "120 mA")
    rig.book.set(CABINET, "offline", "gone")
    assert rig.state(f"{CABINET}/K1:mismatch") is AlarmState.SUPPRESSED
    assert rig.state(f"{CABINET}/K1:leakage") is AlarmState.UNACK
    (root,) = [view for view in rig.book.views() if view.condition == "offline"]
    assert root.folded == 1


def test_what_still_stands_when_its_root_is_gone_is_shown_as_unseen() -> None:
    rig = bench()
    rig.book.set(f"{CABINET}/K1", "mismatch", "stuck")
    rig.book.acknowledge(f"{CABINET}/K1:mismatch", "lin")
    rig.book.set(CABINET, "offline", "gone")
    rig.book.clear(CABINET, "offline")
    assert rig.state(f"{CABINET}/K1:mismatch") is AlarmState.UNACK


def test_what_comes_and_goes_behind_its_root_asks_for_nobody() -> None:
    rig = bench()
    rig.book.set(CABINET, "offline", "gone")
    rig.book.set(f"{CABINET}/K1", "mismatch", "stuck")
    rig.book.clear(f"{CABINET}/K1", "mismatch")
    rig.book.clear(CABINET, "offline")
    assert rig.asked == [f"{CABINET}:offline"]
    assert [alarm.condition for alarm in rig.book.all()] == ["offline"]


def test_a_source_may_hold_a_colon() -> None:
    rig = bench(AlarmSpec("declaration_ends", suppresses=frozenset({"rain"})))
    rig.book.set("division:330106", "declaration_ends", "ends")
    rig.book.set("division:330106", "rain", "rains")
    assert rig.state("division:330106:rain") is AlarmState.SUPPRESSED


# -- shelves, tags, operating states ----------------------------------------------------------------------------


def test_a_shelved_alarm_comes_back_by_itself_unseen_if_it_still_stands() -> None:
    rig = bench()
    rig.rack(True)
    rig.shelve(RACK)
    assert rig.book.all() == []
    rig.wait(3599.0)
    assert rig.state(RACK) is AlarmState.SHELVED
    rig.wait(1.0)
    assert rig.state(RACK) is AlarmState.UNACK


def test_a_shelf_hides_the_alarm_also_when_it_goes_and_comes_again() -> None:
    rig = bench()
    rig.rack(True)
    rig.shelve(RACK)
    rig.rack(False)
    rig.rack(True)
    assert (rig.state(RACK), rig.asked) == (AlarmState.SHELVED, [RACK])
    rig.rack(False)
    rig.wait(3600.0)
    assert rig.state(RACK) is AlarmState.NORM


def test_a_stepped_wall_clock_neither_ends_nor_extends_a_shelf() -> None:
    for step in (timedelta(hours=1), timedelta(hours=-1)):
        rig = bench()
        rig.rack(True)
        rig.shelve(RACK)
        rig.clock.stepped = step
        rig.wait(3599.0)
        assert rig.state(RACK) is AlarmState.SHELVED
        rig.wait(1.0)
        assert rig.state(RACK) is AlarmState.UNACK


def test_a_shelf_lives_over_a_restart_for_what_is_left_of_it() -> None:
    rig = bench()
    rig.rack(True)
    rig.shelve(RACK)
    rig.wait(1000.0)
    again = rig.restarted(after_s=600.0)
    again.wait(1999.0)
    assert again.state(RACK) is AlarmState.SHELVED
    again.wait(1.0)
    assert again.state(RACK) is AlarmState.UNACK
    assert rig.restarted(after_s=3000.0).book.look() != []


def test_a_wall_clock_set_back_while_it_was_down_keeps_nothing_aside_for_longer_than_was_said() -> None:
    rig = bench()
    rig.rack(True)
    rig.shelve(RACK)
    again = rig.restarted(after_s=-3600.0)
    again.wait(3599.0)
    assert again.state(RACK) is AlarmState.SHELVED
    again.wait(1.0)
    assert again.state(RACK) is AlarmState.UNACK


def test_alarms_of_what_is_tagged_are_out_of_service_and_life_safety_is_not() -> None:
    rig = bench(AlarmSpec("rack", tagged=True))
    tags = {STATION: "T-1"}
    rig.book.tagged_by(lambda target: tags.get(target, ""))
    rig.rack(True)
    rig.book.set(STATION, "tripped", "trip", Priority.EMERGENCY)
    assert (rig.state(RACK), rig.book.get(RACK).tag) == (AlarmState.OUT_OF_SERVICE, "T-1")
    assert rig.state(f"{STATION}:tripped") is AlarmState.UNACK
    tags.clear()
    rig.wait(5.0)
    assert rig.state(RACK) is AlarmState.UNACK


def test_the_site_decides_how_urgent_a_kind_is_and_an_operating_state_shifts_it_while_it_lasts() -> None:
    rig = bench(AlarmSpec("rack", priority=Priority.MEDIUM))
    shifts = {"rack": -1}
    rig.book.shifted_by(lambda _about, kind, priority: priority + shifts.get(kind, 0))
    rig.book.set(STATION, "rack", "blocked", Priority.LOW)
    assert rig.book.get(RACK).priority == Priority.HIGH
    shifts["rack"] = -9
    rig.wait(5.0)
    assert rig.book.get(RACK).priority == Priority.EMERGENCY
    shifts.clear()
    rig.wait(5.0)
    assert rig.book.get(RACK).priority == Priority.MEDIUM


# -- restarts and reloads ---------------------------------------------------------------------------------------


def test_what_stood_of_the_process_that_ended_is_over_and_still_unseen() -> None:
    rig = bench()
    rig.book.set("journal", "unwritable", "disk full", Priority.EMERGENCY)
    rig.book.set("cycle/water", "fault", "failed")
    rig.rack(True)
    again = rig.restarted()
    assert {alarm.id: alarm.state for alarm in again.book.all()} == {
        "journal:unwritable": AlarmState.RTNUN,
        "cycle/water:fault": AlarmState.RTNUN,
        RACK: AlarmState.UNACK,
    }


def test_what_is_hidden_stays_hidden_over_a_restart_and_its_root_still_shows_it() -> None:
    rig = bench()
    rig.book.set(f"{CABINET}/K1", "mismatch", "stuck")
    rig.book.set(CABINET, "offline", "gone")
    again = rig.restarted()
    assert again.state(f"{CABINET}/K1:mismatch") is AlarmState.SUPPRESSED
    again.book.clear(CABINET, "offline")
    assert again.state(f"{CABINET}/K1:mismatch") is AlarmState.UNACK


def test_a_reload_changes_how_alarms_behave_and_drops_none() -> None:
    rig = bench()
    rig.rack(True)
    rig.book.set(f"{CABINET}/K1", "mismatch", "stuck")
    rig.book.set(CABINET, "offline", "gone")
    rig.book.adopt(AlarmSettings(specs={"rack": AlarmSpec("rack", priority=1), "offline": AlarmSpec("offline")}))
    assert rig.book.get(RACK).priority == 1
    assert rig.state(f"{CABINET}/K1:mismatch") is AlarmState.UNACK
    assert rig.book.hidden() == []


def test_a_row_of_an_older_version_is_read() -> None:
    rig = bench()
    rig.rack(True)
    old = {"id", "source", "condition", "text", "priority", "state", "raised", "cleared", "acknowledged_by"}
    row = {name: value for name, value in alarm_data(rig.book.get(RACK)).items() if name in old}
    alarm = alarm_of(row, rig.clock)
    assert replace(alarm, asked=3) == rig.book.get(RACK)


# -- whatever happens -------------------------------------------------------------------------------------------

SOURCES = (CABINET, f"{CABINET}/K1", GAUGE)
KINDS = ("offline", "mismatch", "level_red", "level_blue", "slow", "latching")


class AlarmsWhateverHappens(RuleBasedStateMachine):
    """Conditions, people, tags, folds, restarts and time in any order."""

    def __init__(self) -> None:
        super().__init__()
        own = (AlarmSpec("slow", off_delay_s=30.0), AlarmSpec("latching", latch=True, tagged=True))
        self.rig = bench(*own, chatter=CHATTER)
        self.tagged = False
        self.true: set[tuple[str, str]] = set()
        self.rig.book.tagged_by(lambda target: "T-1" if self.tagged and target == CABINET else "")

    @rule(source=st.sampled_from(SOURCES), kind=st.sampled_from(KINDS))
    def comes(self, source: str, kind: str) -> None:
        self.rig.book.set(source, kind, "stands")
        self.true.add((source, kind))

    @rule(source=st.sampled_from(SOURCES), kind=st.sampled_from(KINDS))
    def goes(self, source: str, kind: str) -> None:
        self.rig.book.clear(source, kind)
        self.true.discard((source, kind))

    @rule(seconds=st.sampled_from((1.0, 40.0, 200.0)))
    def time_passes(self, seconds: float) -> None:
        self.rig.wait(seconds)

    @rule(act=st.sampled_from(("acknowledge", "shelve", "unshelve", "reset")), which=st.integers(0, 20))
    def somebody_acts(self, act: str, which: int) -> None:
        alarms = [*self.rig.book.all(), *self.rig.book.hidden()]
        if not alarms:
            return
        alarm = alarms[which % len(alarms)].id
        if act == "shelve":
            self.rig.shelve(alarm, 100.0)
        elif act == "unshelve":
            self.rig.book.unshelve(alarm)
        else:
            getattr(self.rig.book, act)(alarm, "lin")

    @rule()
    def a_tag_is_hung_or_taken_down(self) -> None:
        self.tagged = not self.tagged
        self.rig.book.look()

    @rule(members=st.sets(st.sampled_from((CABINET, GAUGE))))
    def a_gateway_is_lost_or_found(self, members: set[str]) -> None:
        if members:
            self.rig.book.fold("gw-1", "offline", members)
            self.rig.book.set("gw-1", "offline", "lost")
        else:
            self.rig.book.clear("gw-1", "offline")
            self.rig.book.unfold("gw-1", "offline")

    @rule()
    def restart(self) -> None:
        again = self.rig.restarted()
        again.book.tagged_by(lambda target: "T-1" if self.tagged and target == CABINET else "")
        again.book.look()
        self.rig = again

    @invariant()
    def what_stands_is_in_the_book(self) -> None:
        for source, kind in self.true:
            assert self.rig.book.standing(source, kind)

    @invariant()
    def nothing_is_lost_between_list_and_hidden(self) -> None:
        alarms = [*self.rig.book.all(), *self.rig.book.hidden()]
        assert len({alarm.id for alarm in alarms}) == len(alarms)
        assert AlarmState.NORM not in {alarm.state for alarm in alarms}

    @invariant()
    def whatever_is_hidden_says_why(self) -> None:
        for alarm in self.rig.book.hidden():
            assert alarm.shelf or alarm.tag or alarm.roots
            assert all(root in self.rig.book for root in alarm.roots)
        for alarm in self.rig.book.all():
            assert (alarm.beneath, alarm.shelf, alarm.roots, alarm.tag) == (None, None, (), "")

    @invariant()
    def nobody_waits_for_an_answer_to_what_is_hidden(self) -> None:
        assert self.rig.book.unacknowledged() <= len(self.rig.book.all())


TestAlarmsWhateverHappens = AlarmsWhateverHappens.TestCase
TestAlarmsWhateverHappens.settings = effort(max_examples=40, stateful_step_count=25, deadline=None)
