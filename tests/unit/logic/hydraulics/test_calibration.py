"""Calibration on the simulated city: what the world really is comes out of its recorded levels, rain and pumping."""

from __future__ import annotations

from functools import cache

import pytest

from controller.domain.errors import InvalidValue
from controller.logic.hydraulics.calibration import Calibration, calibrate
from controller.logic.hydraulics.estimate import Estimate
from controller.logic.hydraulics.network import StorageCurve
from controller.logic.hydraulics.rows import Gathering, Row, within
from tests.unit.logic.hydraulics.plant_city import hangzhou, true_world
from tests.unit.logic.hydraulics.recorded import DAY, estimates, storm

PUMPED = ("canal", "west", "jinlong", "zhonghe")
"""Reaches whose pumps ran: their storage has a yardstick. (The gates' formula of the true world is another.)"""


@cache
def rows() -> tuple[Row, ...]:
    _, network = hangzhou()
    gathering, found = Gathering(), []
    believed: Estimate
    for minute, look, believed in estimates({}, DAY):
        gathering.add(network, believed, look.measured)
        if minute % 5 == 4:
            found.append(gathering.row(network, believed, look.measured))
    return tuple(found)


@cache
def fitted() -> Calibration:
    return calibrate(hangzhou()[1], rows())


@pytest.mark.parametrize("reach", PUMPED)
def test_runoff_comes_out_within_a_tenth_and_lag_within_a_fifth(reach: str) -> None:
    for true in true_world().catchments:
        if true.into == reach:
            found = fitted().catchments[true.name]
            assert found.runoff == pytest.approx(true.runoff, rel=0.10)
            assert found.lag_s == pytest.approx(true.lag, rel=0.20)


@pytest.mark.parametrize("reach", PUMPED)
def test_storage_comes_out_within_an_eighth(reach: str) -> None:
    true = next(one for one in true_world().reaches if one.name == reach)
    curve = StorageCurve(tuple((level, area) for level, area in true.curve))
    found = fitted().network.reaches[reach].storage
    for level in (1.6, 1.9):
        assert found.area_m2(level) == pytest.approx(curve.area_m2(level), rel=0.125)


def test_the_fit_is_stated_and_better_than_before() -> None:
    for fit in fitted().fits:
        if fit.reach in PUMPED:
            assert fit.rmse_m < fit.rmse_before_m
            assert fit.rmse_m < 0.02
            assert fit.nash_sutcliffe > 0.98
            assert fit.n > 100
            assert fit.begins < fit.ends


def test_what_the_period_says_nothing_of_is_left_as_it_is_and_said() -> None:
    hemu = next(fit for fit in fitted().fits if fit.reach == "hemu")
    assert any("storage of hemu" in why for why in hemu.left)
    assert fitted().storage_scale["hemu"] == 1.0


def test_too_few_rows_are_refused_with_how_many_there_are() -> None:
    with pytest.raises(InvalidValue, match="24 are needed"):
        calibrate(hangzhou()[1], rows()[:60])


def test_a_row_holds_means_of_what_flows_and_only_measured_levels() -> None:
    _, network = hangzhou()
    _, look, believed = next(iter(estimates({"330105-LG-0002/level_m": lambda _at, _level: None}, 1)))
    gathering = Gathering()
    gathering.add(network, believed, look.measured)
    row = gathering.row(network, believed, look.measured)
    assert "level:hemu" not in row.values
    assert row.values["level:canal"] == pytest.approx(storm()[0].true_m["canal"], abs=0.01)
    assert within([row], row.at, None) == [row]
