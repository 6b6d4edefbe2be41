"""Wet power-off over a restart: what is left of a question, and of a word that keeps a circuit lit in water."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from controller.logic.contract import Moment
from controller.logic.wet_power import Case, Hazard, Stage
from controller.runtime.wet_power.records import case_data, case_from

BEGUN = Moment(datetime(2026, 7, 22, 16, 30, tzinfo=UTC), 1000.0)
KEPT = Case(Stage.KEPT, Hazard.WATER, since=BEGUN.wall, ends_s=1300.0)


@pytest.mark.parametrize(("down", "left_s"), [(100, 200.0), (300, 0.0), (3700, -3400.0), (-3600, 300.0)])
def test_a_clock_set_back_while_it_was_down_keeps_nothing_lit_in_water_for_longer(down: int, left_s: float) -> None:
    next_one = Moment(BEGUN.wall + timedelta(seconds=down), 7.0)
    restored = case_from(case_data(KEPT, BEGUN), next_one)
    assert restored.ends_s == 7.0 + left_s
    assert (restored.stage, restored.since) == (KEPT.stage, KEPT.since)
