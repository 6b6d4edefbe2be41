"""How many alarms a person is asked to answer, and when that is too many."""

from __future__ import annotations

from datetime import timedelta

from controller.logic.alarm_settings import AlarmSettings, AlarmSpec, FloodRule
from controller.runtime.alarming.statistics import AlarmStatistics
from tests.unit.runtime.alarming.test_book import CABINET, Bench, specs


class Counted(Bench):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.statistics = AlarmStatistics(self.book, self.clock, self.settings)

    def raise_each(self, count: int, every_s: float, first: int = 0) -> None:
        for number in range(first, first + count):
            self.book.set(f"330106-LC-{number:04d}", "mismatch", "stuck")
            self.clock.s += every_s

    @property
    def flood(self) -> bool:
        self.statistics.look()
        return self.book.standing("alarms", "flood")


def test_ten_alarms_in_ten_minutes_are_a_flood_and_nine_are_none() -> None:
    rig = Counted()
    rig.raise_each(9, every_s=60.0)
    assert not rig.flood
    rig.raise_each(1, every_s=0.0, first=9)
    assert rig.flood
    assert rig.book.get("alarms:flood").text.startswith("10 new alarms in 10 min")


def test_ten_alarms_in_more_than_ten_minutes_are_none() -> None:
    rig = Counted()
    rig.raise_each(12, every_s=67.0)
    assert not rig.flood
    assert rig.statistics.view().worst_10_min == 9


def test_a_flood_is_over_once_fewer_than_five_came_in_ten_minutes() -> None:
    rig = Counted()
    rig.raise_each(10, every_s=30.0)
    rig.clock.s += 300.0
    assert rig.flood
    rig.clock.s += 150.0
    assert rig.statistics.next_s() > rig.clock.s or rig.flood
    rig.clock.s += 30.0
    assert not rig.flood
    view = rig.statistics.view()
    assert (view.floods, view.flood, view.worst_10_min) == (1, False, 10)


def test_two_operators_bear_twice_as_much() -> None:
    rig = Counted(AlarmSettings(flood=FloodRule(operators=2)))
    rig.raise_each(19, every_s=1.0)
    assert not rig.flood
    rig.raise_each(1, every_s=1.0, first=19)
    assert rig.flood
    assert rig.statistics.view().per_operator_hour == 10.0


def test_only_what_asks_for_a_person_is_counted() -> None:
    rig = Counted()
    rig.book.set(CABINET, "offline", "gone")
    for number in range(1, 20):
        rig.book.set(f"{CABINET}/K{number}", "mismatch", "hidden behind it")
    view = rig.statistics.view()
    assert (view.last_hour, view.suppressed, view.flood) == (1, 19, False)


def test_what_is_old_is_counted_no_more_and_the_mean_is_over_the_day() -> None:
    rig = Counted()
    rig.raise_each(8, every_s=1.0)
    rig.clock.s += 4 * 3600.0
    rig.raise_each(2, every_s=1.0, first=8)
    view = rig.statistics.view()
    assert (view.last_10_min, view.last_hour, view.last_24_h) == (2, 2, 10)
    assert round(view.per_operator_hour_24h, 2) == 2.5
    rig.clock.s += 24 * 3600.0
    view = rig.statistics.view()
    assert (view.last_24_h, view.worst_10_min, view.stale, view.frequent) == (0, 0, 10, ())


def test_what_nobody_answered_in_the_time_allowed_is_overdue() -> None:
    rig = Counted(AlarmSettings(specs=specs(AlarmSpec("mismatch", allowed_s=600.0))))
    rig.raise_each(2, every_s=0.0)
    rig.book.acknowledge("330106-LC-0000:mismatch", "lin")
    rig.clock.s += 601.0
    assert rig.statistics.view().overdue == 1
    (late,) = [view for view in rig.book.views() if not view.acknowledged_by]
    assert late.respond_by == late.raised + timedelta(seconds=600)


def test_the_most_frequent_alarms_are_named_first() -> None:
    rig = Counted()
    for _ in range(3):
        rig.raise_each(1, every_s=400.0)
        rig.book.clear("330106-LC-0000", "mismatch")
    rig.raise_each(1, every_s=1.0, first=7)
    assert rig.statistics.view().frequent == (("330106-LC-0000:mismatch", 3), ("330106-LC-0007:mismatch", 1))
