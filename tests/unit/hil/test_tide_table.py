"""A table written for a simulated tide agrees with it, bore and all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.logic.forecasts.csv_read import Reading, read_csv
from controller.logic.forecasts.soundness import ForecastLimits
from controller.logic.tidal.table import deviation_m, level_at
from controller.settings.load import load_site
from hil.plants.quality import QualityEvent, QualityPlant
from hil.plants.tide import Tide
from hil.plants.tide_table import bores, extremes, table_csv
from hil.plants.weather import Weather
from hil.world import load_world

CONFIG = Path(__file__).parents[3] / "config" / "hangzhou"
ZONE = ZoneInfo("Asia/Shanghai")
TIDE = Tide(2.5, 1.2, 20_000, 0.35, 21_000, 0.5, 27_000)
START_S = datetime(2026, 6, 21, tzinfo=UTC).timestamp()


def test_high_and_low_water_take_turns_about_every_six_hours() -> None:
    found = list(extremes(TIDE, START_S, START_S + 5 * 86_400))
    assert 18 <= len(found) <= 21
    assert all(one.high != two.high for one, two in pairwise(found))
    assert all(20_000 < two.at_s - one.at_s < 25_000 for one, two in pairwise(found))


def test_every_bore_is_named_when_its_front_arrives() -> None:
    for at_s in bores(TIDE, START_S, START_S + 5 * 86_400):
        rise_m = TIDE.level_m(at_s + 300) - TIDE.level_m(at_s - 1)
        assert rise_m > 0.45
    assert not list(bores(Tide(1.0), START_S, START_S + 86_400))


def test_the_csv_reads_back_as_the_tide_it_was_written_for() -> None:
    text = table_csv(TIDE, "river", "test", datetime(2026, 6, 1, tzinfo=UTC), START_S, START_S + 3 * 86_400, ZONE)
    eyes = Reading(ZONE, datetime(2026, 6, 21, tzinfo=UTC), ForecastLimits(), lambda _, name: name)
    read = read_csv(text, eyes)
    assert not read.problems
    (table,) = read.tables
    at = table.extremes[1].at
    while at < table.extremes[-2].at:
        calm = Tide(2.5, 1.2, 20_000, 0.35, 21_000)
        assert level_at(table, at, 9 * 3600.0) == pytest.approx(calm.level_m(at.timestamp()), abs=0.08)
        at += timedelta(minutes=20)


def test_the_demo_citys_tables_agree_with_its_simulated_river_outside_bores() -> None:
    site, world = load_site(CONFIG), load_world(CONFIG / "world.yaml")
    model = next(one for one in world.outside if one.name == "qiantang")
    river = Tide(model.mean_m, model.m2_m, model.m2_high_s, model.s2_m, model.s2_high_s, model.bore_m, model.bore_after)
    water = site.tides.waters["qiantang"]
    for table in site.tides.tables:
        for day in range(3, 360, 17):
            at = table.extremes[0].at + timedelta(days=day, hours=day % 24)
            if any(timedelta(0) <= at - bore.at <= timedelta(hours=2) for bore in table.bores):
                continue
            off_m = deviation_m(water, table, river.level_m(at.timestamp()), at)
            assert off_m is not None
            assert off_m <= water.tolerance_m / 2, at


def test_a_quality_event_comes_to_its_worst_half_way_and_goes() -> None:
    plant = QualityPlant(Weather(), "", START_S, turbidity_ntu=10.0, ammonia_mg_l=0.2, oxygen_mg_l=8.0)
    plant.events.append(QualityEvent(START_S + 600, 1200, turbidity_ntu=100.0, ammonia_mg_l=2.0, oxygen_mg_l=5.0))
    seen = {}
    for second in (0, 1200, 2000):
        plant.advance(START_S + second)
        seen[second] = (plant.turbidity_ntu(), plant.ammonia_mg_l(), plant.oxygen_mg_l())
    assert seen[1200][0] == pytest.approx(110.0, abs=1.0)
    assert seen[1200][1] > 2.0 > seen[0][1]
    assert seen[1200][2] < 3.5
    assert seen[2000] == pytest.approx(seen[0], rel=0.05)
