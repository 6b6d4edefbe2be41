"""Outlets of a network, one by one: what can be chosen where, and what a choice is seen to come to."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.points import TargetId
from controller.logic.hydraulics.links import gate_flow_m3s
from controller.logic.hydraulics.network import GravityGate, Network
from controller.logic.optimiser.by_outlets import by_outlets
from controller.logic.optimiser.level_grid import grid_of
from controller.logic.optimiser.optimise import model_of
from controller.logic.optimiser.outlets import gate_flows_m3s, outlets_of
from controller.logic.optimiser.problem import Answer, Problem
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.timeline import timeline_of
from controller.logic.water_rules.scene import NetworkNow, StationNow
from controller.runtime.optimiser.highs import Highs
from tests.unit.logic.water_rules.rig import NETWORK, SETTINGS, START, A, now, outlook, storm

OPTIMISER = OptimiserSettings(enabled=True, prove_s=0.0, rules=SETTINGS)


def planned(scene: NetworkNow, peak: float, network: Network = NETWORK) -> Answer:
    model = model_of(Problem(network, scene, outlook(storm(peak)), OPTIMISER, START), whole=False)
    solved = Highs().solve(model.programme, {}, 5.0, 0.0)
    assert solved is not None
    return by_outlets(model, solved)


@given(
    sill=st.floats(-3.0, 2.0),
    height=st.floats(0.3, 3.0),
    above=st.lists(st.floats(-2.0, 4.0), min_size=1, max_size=5),
    below=st.floats(-2.0, 4.0),
)
def test_many_levels_at_once_give_the_flows_of_each_alone(
    sill: float, height: float, above: list[float], below: float
) -> None:
    gate = GravityGate(TargetId("G"), "a", "river", 4.0, height, sill)
    alone = [gate_flow_m3s(gate, 1.0, level, below) for level in above]
    assert gate_flows_m3s(gate, np.array(above), below) == pytest.approx(alone, abs=1e-9)


def test_every_gate_has_one_outlet_and_every_reach_at_least_one() -> None:
    lone = GravityGate(TargetId("LONE"), "b", "river", 3.0, 2.0, 0.0)
    network = replace(NETWORK, gates=(*NETWORK.gates, lone))
    outlets = outlets_of(network, now())
    gates = [gate.gate for outlet in outlets for gate in outlet.gates]
    assert sorted(gates) == sorted(gate.gate for gate in network.gates)
    assert {outlet.reach for outlet in outlets} == set(network.reaches)
    (bare,) = (outlet for outlet in outlets if outlet.group is None)
    assert (bare.units, bare.gravity) == ((0, 0), 1)


def test_a_reach_without_an_outlet_has_one_where_nothing_can_be_chosen() -> None:
    network = replace(NETWORK, pumps=(), gates=())
    assert {outlet.units for outlet in outlets_of(network, now())} == {(0,)}


def test_what_lies_between_two_levels_is_read_straight_and_goes_on_above_the_top() -> None:
    reach = NETWORK.reaches["a"]
    grid = grid_of(reach, 1.0, OPTIMISER, 0.0)
    top = float(grid.levels_m[-1])
    rising = grid.cost_per_h(np.array([top, top + 0.5, top + 1.0]))
    assert rising[1] - rising[0] == pytest.approx(rising[2] - rising[1])
    assert rising[1] - rising[0] > 0.5 * OPTIMISER.guarantee_mh
    calm = (reach.floor_m + reach.warning_m) / 2.0
    assert grid.cost_per_h(np.array([calm])) == pytest.approx([0.0])


def test_parts_fill_their_steps() -> None:
    timeline = timeline_of((900.0, 3600.0, 1000.0))
    assert [len(parts) for parts in timeline.within] == [1, 4, 2]
    assert sum(timeline.parts_s) == pytest.approx(5500.0)
    assert list(timeline.between((0.0, 900.0, 4500.0, 5500.0))) == pytest.approx(
        [0.0, 900.0, 1800.0, 2700.0, 3600.0, 4500.0, 5000.0, 5500.0]
    )


@settings(max_examples=15)
@given(
    level=st.floats(0.3, 2.2),
    peak=st.floats(0.0, 30.0),
    running=st.integers(0, 3),
    ready=st.integers(0, 3),
    must=st.integers(0, 3),
)
def test_no_unit_is_stopped_within_its_run_or_started_within_its_rest(
    level: float, peak: float, running: int, ready: int, must: int
) -> None:
    running = min(running, ready)
    station = StationNow(running, min(1, ready - running), min(must, running), ready)
    answer = planned(replace(now(a=level), stations={**now().stations, A: station}), peak)
    for group in NETWORK.pumps:
        series = answer.counts[group.station]
        begins = timeline_of(answer.steps_s).begins_s
        counts = [running if group.station == A else now().stations[group.station].running, *series]
        for step, (before, after) in enumerate(pairwise(counts)):
            for later in range(step + 1, len(series)):
                apart = begins[later] - begins[step]
                if after > before and apart < group.min_run_s:
                    assert series[later] >= after - before
                if after < before and apart < group.min_off_s:
                    most = (ready if group.station == A else now().stations[group.station].ready) - (before - after)
                    assert series[later] <= max(most, after)
    assert station.must_run <= answer.counts[A][0] <= running + station.may_start


def test_the_more_rain_is_foretold_the_more_is_pumped() -> None:
    pumped = []
    for peak in (2.0, 8.0, 20.0):
        answer = planned(now(), peak)
        pumped.append(
            sum(
                count * length
                for series in answer.counts.values()
                for count, length in zip(series, answer.steps_s, strict=True)
            )
        )
    assert pumped == sorted(pumped)
    assert pumped[0] < pumped[2]
