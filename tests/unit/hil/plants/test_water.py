"""Water neither appears nor vanishes, runs downhill, and follows tide, rain and pumps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.plants.events import EventLog
from hil.plants.pump import PumpCurve
from hil.plants.station import StationPlant
from hil.plants.storage import Catchment, Reach
from hil.plants.tide import M2_S, Tide
from hil.plants.water import Channel, Placed, Sluice, WaterWorld
from hil.plants.weather import Storm, Weather
from tests.unit.hil import small_city

CURVE = [(-1.0, 50_000.0), (2.0, 120_000.0)]


def two_reaches(
    *, canal_m: float = 1.6, tide: Tide | None = None, opening: float = 0.5, storm_mm_h: float = 40.0
) -> WaterWorld:
    events = EventLog()
    plant = StationPlant(small_city.station(gravity=False), PumpCurve(2.0, 6.0), 0.0, events)
    return WaterWorld(
        0.0,
        reaches=[Reach("canal", CURVE, canal_m), Reach("branch", [(-1.0, 20_000.0)], 1.0)],
        outside={"river": tide or Tide(1.2, m2_m=1.0)},
        catchments=[
            Catchment("land", "canal", gauge="g", area_m2=5e6, runoff=0.6, lag_s=3600.0, base_m3s=0.3),
        ],
        channels=[Channel("canal", "branch", 30.0)],
        sluices=[Sluice("branch", "river", 4.0, 2.0, -0.5, lambda: opening, one_way=False)],
        stations=[Placed(plant, "canal", "river")],
        weather=Weather([Storm(1800.0, 7200.0, storm_mm_h)]) if storm_mm_h else None,
    )


@settings(max_examples=25, deadline=None)
@given(
    canal_m=st.floats(-0.9, 3.0),
    opening=st.floats(0.0, 1.0),
    storm_mm_h=st.sampled_from([0.0, 20.0, 150.0]),
    step_s=st.floats(0.5, 300.0),
)
def test_the_balance_closes_whatever_happens(canal_m: float, opening: float, storm_mm_h: float, step_s: float) -> None:
    world = two_reaches(canal_m=canal_m, opening=opening, storm_mm_h=storm_mm_h)
    for turn in range(1, 60):
        world.advance(turn * step_s)
    moved = world.balance.runoff + world.balance.from_outside + world.balance.to_outside + world.balance.initial
    assert abs(world.error_m3()) <= 1e-9 * max(1.0, moved)
    assert all(reach.volume_m3 >= 0 for reach in world.reaches.values())


@given(st.floats(0.0, 1e6))
def test_level_and_volume_follow_each_other_exactly(volume_m3: float) -> None:
    reach = Reach("r", CURVE, 0.0)
    reach.volume_m3 = volume_m3
    assert Reach("r", CURVE, reach.level_m).volume_m3 == pytest.approx(volume_m3, abs=1e-6)


def test_connected_reaches_level_out_and_never_slosh() -> None:
    world = WaterWorld(
        0.0,
        reaches=[Reach("a", [(0.0, 10_000.0)], 3.0), Reach("b", [(0.0, 30_000.0)], 1.0)],
        outside={},
        channels=[Channel("a", "b", 500.0)],
    )
    heads = []
    for turn in range(1, 200):
        world.advance(turn * 10.0)
        heads.append(world.level_m("a") - world.level_m("b"))
    assert heads == sorted(heads, reverse=True)
    assert heads[-1] == pytest.approx(0.0, abs=1e-6)
    assert world.level_m("a") == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("above_m", "below_m", "flow_m3s"),
    [
        (1.0, 1.5, 0.0),
        (-0.4, -1.0, 0.0),
        (3.0, 2.9, 0.61 * 4.0 * 2.0 * (2 * 9.81 * 0.1) ** 0.5),
        (3.0, 0.2, 0.61 * 4.0 * 2.0 * (2 * 9.81 * 3.0) ** 0.5),
        (0.5, -1.0, 0.61 * 4.0 * 0.5 * (2 * 9.81 * 0.5) ** 0.5),
    ],
    ids=["uphill", "below the sill", "drowned", "free", "free, not full"],
)
def test_a_sluice_passes_by_head(above_m: float, below_m: float, flow_m3s: float) -> None:
    sluice = Sluice("a", "b", 4.0, 2.0, 0.0, lambda: 1.0)
    assert sluice.flow_m3s(above_m, below_m) == pytest.approx(flow_m3s)


def test_rain_raises_the_canal_and_pumps_bring_it_down_again() -> None:
    world = two_reaches(canal_m=1.5, opening=0.0)
    plant = world.stations[0].plant
    peak_m, ran = 0.0, False
    for turn in range(1, 1441):
        world.advance(turn * 30.0)
        peak_m = max(peak_m, world.level_m("canal"))
        ran = ran or any(pump.running for pump in plant.pumps.values())
    assert ran
    assert peak_m > 1.8
    assert world.level_m("canal") < 1.9
    assert world.balance.to_outside > 10_000


def test_a_catchment_releases_all_it_received_and_not_at_once() -> None:
    land = Catchment("land", "r", gauge="g", area_m2=1e6, runoff=0.5, lag_s=3600.0, base_m3s=0.0)
    first = land.release(10.0, 600.0)
    assert 0 < first < 1000
    rest = sum(land.release(0.0, 600.0) for _ in range(200))
    assert first + rest == pytest.approx(5000.0, rel=1e-6)


def test_the_tide_returns_after_a_lunar_day_and_the_bore_is_a_steep_front() -> None:
    tide = Tide(3.0, m2_m=1.2, bore_m=0.8)
    assert tide.level_m(1000.0) == pytest.approx(tide.level_m(1000.0 + M2_S))
    rise_m = max(tide.level_m(t + 300.0) - tide.level_m(t) for t in range(0, int(M2_S), 60))
    assert rise_m > 0.7
