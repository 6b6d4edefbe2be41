"""The photocell bench in short: what three cells of an area tell of each other, and what they cannot."""

from __future__ import annotations

from tests.bench.lighting_cell_faults import PLACES, CellCase, CellScore
from tests.bench.lighting_cell_nights import Area, Broken, Sky, moment_s
from tests.bench.lighting_clock_faults import ClockCase, ClockScore
from tests.bench.lighting_nights import DAY_S
from tests.bench.lighting_sensor_report import sensors_report


def told(broken: Broken | None, days: float = 1.5) -> set[int]:
    """The cells told within some days from a spring morning on, the first cell broken."""
    start_s = moment_s(75)
    area = Area(Sky(PLACES[0], 7), start_s)
    if broken is not None:
        area.broken[0] = broken
    return {cell for heard in area.play(start_s + days * DAY_S) for cell in heard.cells}


def test_sound_cells_under_clouds_and_shade_are_left_in_peace() -> None:
    assert told(None) == set()


def test_a_cell_that_is_dead_or_sees_a_lamp_is_told_and_no_other() -> None:
    assert told(lambda _now_s, _lux: None, 0.2) == {0}
    assert told(lambda _now_s, lux: lux + 120.0, 0.2) == {0}


def test_a_cell_frozen_at_noon_is_told_by_its_neighbours_before_a_day_is_over() -> None:
    assert told(lambda _now_s, _lux: 15_000.0, 0.5) == {0}


def test_the_report_says_what_was_missed_and_who_was_wrongly_named() -> None:
    cells = CellScore(30, [CellCase("two of three dirty alike", None, None, area=True, wrong=True)], ["a cell"], [])
    clocks = ClockScore(20, [ClockCase("clock jumps", 3600.0, None)], [], ["a clock"], 1.5)
    page = sensors_report(cells, clocks)
    assert "| two of three dirty alike | 1 | 0 | — | — | 0 | — |" in page
    assert "(1 of 1 times here" in page
    assert "| the vote and the freeze watch | 0.0 % | 33.3 |" in page
    assert "| fixed thresholds (the peer) | 0.0 % | 50.0 |" in page
