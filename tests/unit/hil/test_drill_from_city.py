"""A drill that begins as the city stands: its own clock, its levels, its tide where it is, its foreseen rain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from controller.api.examples_network import NETWORK
from controller.domain.errors import InvalidValue
from controller.logic.alarm_settings import Words
from controller.logic.drills.drill import Drill
from controller.runtime.drills.folder import DrillFolder, DrillRecord, drill_folder, drill_folders
from controller.runtime.forecasts.views import RainSeries, SeriesStep
from controller.runtime.hydraulics.views import NetworkView
from controller.settings.load import load_site
from hil.drills.from_city import at_the_city, told
from hil.drills.holding import Wanted, hold
from hil.drills.world import world_of
from hil.plants.tide import Tide
from hil.world import load_world

HANGZHOU = Path(__file__).parents[3] / "config" / "hangzhou"
DRILL = Drill("try", Words("试", "try"), Words("试", "to try"), 3600.0)


class _City:
    """A city's controller that says what a test says. ``rain``: foreseen everywhere, or nothing."""

    def __init__(self, view: NetworkView, *, rain: bool = True) -> None:
        self.view, self._rain = view, rain

    def waters(self) -> NetworkView:
        return self.view

    def rain(self, gauge: str) -> RainSeries:
        assert self.view.at is not None
        step = SeriesStep(self.view.at - timedelta(minutes=30), self.view.at + timedelta(hours=3), 20.0)
        return RainSeries(gauge, gauge, gauge, (), (step,) if self._rain else ())


def begun(*, rain: bool = True, river_m: float = 3.2) -> tuple[Drill, Any]:
    site, world = load_site(HANGZHOU), load_world(HANGZHOU / "world.yaml")
    outside = tuple(replace(one, name="qiantang", level_m=river_m) for one in NETWORK.outside[:1])
    reaches = tuple(replace(one, reach="canal", level_m=2.05) for one in NETWORK.reaches[:1])
    city: Any = _City(replace(NETWORK, outside=outside, reaches=reaches), rain=rain)
    return at_the_city(DRILL, city, site, world), world


def test_it_begins_by_the_citys_clock_at_its_levels_with_the_tide_where_it_is() -> None:
    drill, world = begun()
    assert drill.begins == NETWORK.at
    assert drill.levels_m["canal"] == 2.05
    river = next(one for one in world_of(world, drill).outside if one.name == "qiantang")
    tide = Tide(river.mean_m, river.m2_m, river.m2_high_s, river.s2_m, river.s2_high_s, river.bore_m, river.bore_after)
    assert drill.begins is not None
    assert tide.level_m(drill.begins.timestamp()) == pytest.approx(3.2)


def test_what_is_foreseen_falls_and_where_nothing_is_it_says_so() -> None:
    drill, _ = begun()
    assert drill.rain
    assert all(one.mm_h[0] == 20.0 for one in drill.rain)
    assert "rain foreseen at 3 gauges" in told(drill)
    dry, _ = begun(rain=False)
    assert dry.rain == ()
    assert "不下雨" in told(dry)


def test_a_name_nobody_can_sign_in_under_ends_it_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="'li' is no sign-in name"):
        hold(Wanted("duty-evening", HANGZHOU, tmp_path / "data", people=("wang", "li")))
    assert not (tmp_path / "data").exists()


def test_a_drill_that_never_began_is_not_among_those_that_were_held(tmp_path: Path) -> None:
    assert NETWORK.at is not None
    record = DrillRecord("try-1", DRILL, NETWORK.at, NETWORK.at, 1.0, "Small", "Asia/Shanghai")
    begun_one = DrillFolder.new(tmp_path, record)
    begun_one.truth.write_text("{}\n", encoding="utf-8")
    never = DrillFolder.new(tmp_path, replace(record, run="try-2"))
    for folder in (begun_one, never):
        folder.discard()
    assert [one.path.name for one in drill_folders(tmp_path)] == ["try-1"]
    assert drill_folder(begun_one.path, "try").path == begun_one.path, "a terminal led into it finds it too"
