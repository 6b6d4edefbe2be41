"""A station on level control whose level nobody can trust says that it holds, why and what to do; else it is silent."""

from __future__ import annotations

from controller.domain.slots import Slot
from controller.domain.stations import CriticalRule
from controller.logic.water_around import WaterAround
from tests.unit.logic.water_rig import PS, Rig, station

HOLDS = f"{PS}:level_holds"


def blind(**changes: object) -> Rig:
    """On level control with one unit running, then without a level."""
    rig = Rig(station(automatic=True, gravity=False, **changes))
    rig.plant.inner_m = rig.station.levels.start_m + 0.02  # type: ignore[union-attr]  # it has levels
    rig.until_running(1).run(60)
    assert HOLDS not in told(rig)
    rig.plant.sensors = [None] * len(rig.plant.sensors)
    return rig.run(3)


def told(rig: Rig) -> dict[str, str]:
    return dict(rig.step.alarms)


def test_it_says_what_runs_on_why_and_what_to_do_in_both_languages_until_the_level_is_back() -> None:
    rig = blind()
    english, chinese = told(rig)[HOLDS].split(" / ")
    assert "holds with 1 running" in english
    assert "none of" in english
    assert f"zhadao set {PS}" in english
    assert "保持1台运行" in chinese
    assert f"zhadao set {PS}" in chinese
    rig.plant.sensors = [0.0] * len(rig.plant.sensors)
    rig.run(3)
    assert HOLDS not in told(rig)


def test_a_persons_order_is_no_holding_of_level_control() -> None:
    rig = blind()
    rig.order("", "count 1", slot=Slot.DISTRICT_MANUAL)
    rig.run(2)
    assert HOLDS not in told(rig)


def test_near_the_guarantee_level_of_its_reach_it_starts_and_holds_no_more() -> None:
    rig = blind(critical=CriticalRule(guarantee_m=3.0, margin_m=0.2, span_m=0.1))
    rig.around = WaterAround(reach_m={PS: 2.95})
    rig.run(3)
    assert HOLDS not in told(rig)
    assert f"{PS}:flood_critical" in told(rig)
