"""What no order, failure or silence may bring about at a station with everything a station may have besides."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.domain.image import LinkState
from tests.unit.logic.test_water_properties import (
    LASTS,
    ORDERS,
    SLOTS,
    TROUBLE,
    WATER,
    Event,
    linking,
    ordering,
    play,
    quickly,
    setting,
    started,
    stopped,
    toggling,
)
from tests.unit.logic.water_rig import AIDED, Rig, equipped

EQUIPMENT = st.one_of(
    st.builds(setting, st.just("supply"), st.booleans()),
    st.builds(setting, st.just("low_low"), st.booleans()),
    st.builds(setting, st.just("boots"), st.floats(1.0, 3.0)),
    st.builds(setting, st.just("rack_m"), st.sampled_from([0.05, 0.2, 0.35, 0.6, 0.9])),
    st.builds(toggling, st.just("jammed"), st.sampled_from(["G1", "G2", "G3", "G4"])),
    st.builds(toggling, st.just("lost"), st.sampled_from(["P1.lubrication", "P1.cooling"])),
    st.builds(toggling, st.just("flap_open"), st.just("P1")),
    st.builds(
        toggling,
        st.just("blind"),
        st.sampled_from(
            ["P1.lubrication", "P1.current_a", "P2.running", "G4.position_percent", "G3.torque_percent", "supply_ok"]
        ),
    ),
    st.builds(ordering, st.just("P1"), st.sampled_from(["speed 70%", "auto 50%", "start", "stop"]), SLOTS, LASTS),
    st.builds(ordering, st.sampled_from(["G3", "G4", "G5"]), st.sampled_from(["open", "close", "30%"]), SLOTS, LASTS),
)
WHOLE = st.lists(st.tuples(st.integers(1, 90), st.one_of(WATER, ORDERS, TROUBLE, EQUIPMENT, EQUIPMENT)), max_size=10)


def check_equipped(rig: Rig) -> None:
    """The path of every start, both directions of every gate, and no pumping beside an open river gate."""
    plant = rig.plant
    for output in started(rig):
        assert plant.position["G3"] <= 2.0, "would pump in a circle"
        if output == "P1":
            assert all(plant.commands[f"P1.{name}_command"] and f"P1.{name}" not in plant.lost for name in AIDED)
            assert plant.position["G4"] >= 98.0, "no water before it"
            assert plant.position["G1"] <= 2.0
        assert plant.supply or "supply_ok" in plant.blind
        assert plant.rack_m < 0.5
    opening = {one.target for one in rig.step.wanted if one.write.point.endswith(".open_command")}
    assert not opening & {one.target for one in rig.step.wanted if one.write.point.endswith(".close_command")}
    targets = [one.target for one in rig.step.wanted]
    assert len(targets) == len(set(targets)), "two words to one output in one cycle"
    if any(plant.running.values()):
        goal = plant.commands["G3.position_command"]
        assert float(goal) <= plant.position["G3"] + 2.0 or plant.position["G3"] <= 2.0, "opens beside a running pump"


@quickly
@given(WHOLE)
def test_whatever_a_station_has_besides_no_start_leaves_against_it_and_no_gate_is_told_both_ways(
    script: list[tuple[int, Event]],
) -> None:
    play(script, equipped(), check_equipped)


SILENCE = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.one_of(
            st.builds(
                toggling,
                st.just("blind"),
                st.sampled_from(
                    [
                        *(
                            f"P1.{point}"
                            for point in ("running", "current_a", "lubrication", "cooling", "speed_percent")
                        ),
                        *(f"G1.{point}" for point in ("position_percent", "open_limit", "closed_limit", "fault")),
                        *("G4.position_percent", "G4.open_limit", "rack_head_m", "supply_ok", "low_low", "boots"),
                        *("inner_level_1_m", "inner_level_2_m", "outer_level_m", "P1.speed_percent"),
                    ]
                ),
            ),
            st.builds(linking, st.sampled_from([LinkState.ONLINE, LinkState.ONLINE, LinkState.OFFLINE])),
            st.builds(setting, st.just("delay_s"), st.sampled_from([0.0, 1.0, 8.0])),
        ),
    ),
    min_size=1,
    max_size=10,
)


@quickly
@given(SILENCE)
def test_no_missing_late_or_bad_reading_ever_stops_a_running_unit(script: list[tuple[int, Event]]) -> None:
    rig = Rig(equipped())
    rig.run(3).order("", "count 2", for_s=9000.0)
    rig.until_running(2)
    rig.run(120)
    for seconds, event in script:
        event(rig)
        for _ in range(seconds):
            rig.cycle()
            assert stopped(rig) == []
    assert all(rig.plant.running.values())
