"""Cabinets' clocks: a fast one is told though it is set at every look, a late setting is put right at once."""

from __future__ import annotations

from random import Random

import pytest

from controller.runtime.alarms import AlarmBook
from hil.plants.device_clock import DeviceClock
from tests.bench.lighting_clock_faults import Keeper, keeper_of, scored_clocks
from tests.bench.lighting_nights import HOUR_S, demo_site

START_S = 1_772_400_000.0


@pytest.mark.parametrize(("drift", "told"), [(0.0, False), (3.0, False), (-3.0, False), (14.0, True), (-14.0, True)])
async def test_a_clock_that_gains_more_than_ten_seconds_a_day_is_alarmed_though_every_look_sets_it(
    drift: float, told: bool
) -> None:
    one, book = keeper(drift)
    for look in range(1, 9):
        one.line.clock.at_s = START_S + look * 6 * HOUR_S
        await one.look(book)
    assert book.standing(one.cabinet.id, "clock_off") is told
    assert abs(one.line.inside.shows(one.line.clock.at_s) - one.line.clock.at_s) < 4.0
    if told:
        assert one.record.drift == pytest.approx(drift, abs=2.5)


async def test_a_clock_that_ran_wild_for_a_day_and_was_mended_is_alarmed_no_more() -> None:
    one, book = keeper(20.0)
    for look in range(1, 17):
        one.line.clock.at_s = START_S + look * 6 * HOUR_S
        await one.look(book)
        if look == 8:
            assert book.standing(one.cabinet.id, "clock_off")
            one.line.inside.drift(one.line.clock.at_s, 0.5)
    assert not book.standing(one.cabinet.id, "clock_off")


def test_injected_clock_faults_are_told_and_sound_clocks_are_left_in_peace() -> None:
    score = scored_clocks(11, 12, 16)
    assert len(score.cases) == 8
    assert score.detected_percent() == 100.0
    assert max(case.after_s or 0.0 for case in score.cases) < 30 * HOUR_S
    assert score.worst_s < 5.0


def keeper(drift: float) -> tuple[Keeper, AlarmBook]:
    one = keeper_of(1, START_S, drift, Random(3))  # noqa: S311 - the same slow answers every time
    one.line.inside = DeviceClock(drift_s_per_day=drift, since_s=START_S)
    return one, AlarmBook(one.line.clock, lambda _: None, demo_site().alarms)
