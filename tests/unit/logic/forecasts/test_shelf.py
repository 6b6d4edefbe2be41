"""Which forecast counts: the newest, never an older one that came later; what is kept is bounded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.forecasts.places import ForecastPlace, ForecastPlaces
from controller.logic.forecasts.series import Forecast, ForecastKind
from controller.logic.forecasts.shelf import MOST_ISSUES, MOST_SOURCES, ForecastShelf, Standing, stale
from tests.unit.logic.forecasts.series_rig import GAUGE, NOW, TIDE, foreseen, hours, table

RAIN = ForecastKind.RAIN
KEEP = timedelta(hours=30)


def test_an_older_issue_that_comes_later_replaces_nothing() -> None:
    shelf, new, old = ForecastShelf(), foreseen(5.0, 5.0), foreseen(1.0, 1.0, 1.0, issued=NOW - hours(1))
    assert shelf.put(new) is Standing.CURRENT
    assert shelf.put(old) is Standing.OLDER
    assert shelf.put(new) is Standing.KNOWN
    assert shelf.current(RAIN, GAUGE) is new
    assert len(list(shelf.all())) == 2


def test_the_same_issue_with_other_figures_is_refused() -> None:
    shelf = ForecastShelf()
    shelf.put(foreseen(5.0))
    assert "later issue time" in shelf.refusal(foreseen(6.0))
    assert shelf.refusal(foreseen(5.0)) == ""
    assert shelf.refusal(foreseen(6.0, source="other")) == ""


def test_there_are_only_so_many_sources_for_a_place() -> None:
    shelf = ForecastShelf()
    for number in range(MOST_SOURCES):
        shelf.put(foreseen(1.0, source=f"s{number}"))
    assert "sources already" in shelf.refusal(foreseen(1.0, source="one-more"))
    assert shelf.refusal(foreseen(1.0, source="s1", issued=NOW + hours(1))) == ""


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from("ab")), max_size=80))
def test_in_whatever_order_they_come_the_newest_counts_and_few_are_kept(came: list[tuple[int, str]]) -> None:
    shelf = ForecastShelf()
    made = [foreseen(1.0, issued=NOW - timedelta(minutes=10 * age), source=source) for age, source in came]
    for one in made:
        shelf.put(one)
        shelf.drop(shelf.overdue(NOW, KEEP))
    newest = max(made, key=lambda one: (one.issued, one.source), default=None)
    current = shelf.current(RAIN, GAUGE)
    assert (current is None) == (newest is None)
    assert newest is None or (current is not None and current.issued == newest.issued)
    for _, issues in shelf.sources((RAIN, GAUGE)):
        assert len(issues) <= MOST_ISSUES
        assert list(issues) == sorted(issues, key=lambda one: one.issued)


def test_the_newest_stays_however_old_so_that_its_age_can_be_shown() -> None:
    shelf = ForecastShelf()
    shelf.put(foreseen(1.0, issued=NOW - hours(50)))
    shelf.put(foreseen(1.0, issued=NOW - hours(51)))
    assert [one.issued for one in shelf.overdue(NOW, KEEP)] == [NOW - hours(51)]


@pytest.mark.parametrize(("age_h", "long_h", "old"), [(1, 24, False), (12, 24, False), (12.1, 24, True), (6, 6, True)])
def test_a_forecast_is_stale_by_its_age_or_when_it_says_nothing_more(age_h: float, long_h: int, old: bool) -> None:
    one: Forecast = foreseen(*[1.0] * long_h, issued=NOW - hours(age_h))
    assert stale(one, NOW, hours(12)) is old


def test_a_tide_table_gives_way_to_a_later_issue_of_its_source_only() -> None:
    shelf, first = ForecastShelf(), table(1.0, 4.0, 1.0)
    assert shelf.put_table(first) is Standing.CURRENT
    assert shelf.put_table(table(1.0, 4.2, 1.0, issued=NOW - hours(1))) is Standing.OLDER
    assert shelf.put_table(first) is Standing.KNOWN
    assert shelf.table(TIDE, NOW) is first
    over = NOW + hours(30)
    later = table(1.0, 4.0, 1.0, 4.0, 1.0, 4.0, 1.0, 4.0, source="other", issued=NOW - hours(9))
    shelf.put_table(later)
    assert shelf.table(TIDE, over) is later, "the one that speaks of now"
    assert shelf.table(TIDE, NOW + hours(90)) is first, "none does: the newest, for people to be told"


def test_a_catchment_and_its_gauge_stand_in_for_each_other() -> None:
    places = ForecastPlaces(
        {GAUGE: ForecastPlace(GAUGE, RAIN, GAUGE), "运河主城": ForecastPlace("运河主城", RAIN, GAUGE)},
        {"西湖雨量站": GAUGE},
    )
    assert places.names_for(RAIN, "西湖雨量站") == (GAUGE, "运河主城")
    assert places.names_for(RAIN, "运河主城") == ("运河主城", GAUGE)
    assert places.names_for(RAIN, "nowhere") == ()
    assert places.find(ForecastKind.TIDE, GAUGE) is None
