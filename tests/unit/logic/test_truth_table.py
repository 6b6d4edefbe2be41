"""The table says what the guards do: its configured cells come from them, its built-in ones are driven against them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from controller.domain.expression import Truth, parse
from controller.domain.image import Block, LinkState, View
from controller.domain.points import Reading, good
from controller.domain.pumps_and_gates import GateRole, PumpType
from controller.domain.slots import Slot
from controller.domain.stations import Station, StationKind, Turning
from controller.logic import gate_guards, power_guards, rack_guards, unit_guards
from controller.logic.built_in_guards import Act, BuiltIn, cabinet_guards, station_guards
from controller.logic.built_in_texts import TEXTS
from controller.logic.contract import Moment, Ruling, StationMemory, UnitMemory
from controller.logic.gate_guards import may_move
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, OnBad
from controller.logic.reasoning import Claim, find
from controller.logic.station_scene import scene_of
from controller.logic.truth_table import ActTable, Word, truth_table
from controller.logic.unit_guards import may_start, path_is_proven
from controller.logic.value_ranges import Flag, Numbers, Range, Texts
from tests.unit.logic.water_rig import PS, WALL, Plant, equipped, station
from tests.unit.runtime.core_field import LC, small_city

P1, G1 = f"{PS}/P1", f"{PS}/G1"
STATION = station(2)
POINTS = frozenset(Plant(STATION).readings(0.0))
TRIP = InterlockSpec(
    "oil", InterlockKind.TRIP, P1, Action.START, parse("rack_head_m < 0.6"), OnBad.BLOCK, "油压低", "oil low"
)
DOOR = replace(TRIP, id="door", kind=InterlockKind.PERMISSIVE, on_bad=OnBad.ASK)
VALVE = replace(TRIP, id="valve", kind=InterlockKind.INTERLOCK, on_bad=OnBad.ALLOW)


def table(target: str, act: Act, *specs: InterlockSpec) -> ActTable:
    (found,) = [one for one in truth_table(STATION, specs, POINTS) if (one.target, one.act) == (target, act)]
    return found


def cells(spec: InterlockSpec, target: str = P1, act: Act = Act.START) -> list[str]:
    (row,) = [row for row in table(target, act, spec).rows if row.id == spec.id]
    return [
        str(given[value]) for given in (row.begin, row.under_way) for value in (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN)
    ]


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        (DOOR, "allow hold hold/allow allow allow allow"),
        (VALVE, "allow hold allow allow force allow"),
        (TRIP, "allow trip hold allow trip allow"),
        (replace(VALVE, on_bad=OnBad.BLOCK), "allow hold hold allow force allow"),
    ],
)
def test_each_kind_gives_its_word_for_each_of_three_values(spec: InterlockSpec, wanted: str) -> None:
    assert cells(spec) == wanted.split()


def test_a_moving_gate_and_an_underpass_unit_are_not_ended() -> None:
    gate = replace(VALVE, target=G1, action=Action.OPEN)
    assert cells(gate, G1, Act.OPEN) == ["allow", "hold", "allow", "allow", "allow", "allow"]
    underpass = replace(STATION, additional_starts_only=True, kind=StationKind.UNDERPASS)
    rows = [row for one in truth_table(underpass, [VALVE], POINTS) for row in one.rows]
    assert {str(given) for row in rows for given in row.under_way.values()} == {"allow"}


def test_every_act_of_every_output_is_there_with_the_interlocks_that_bind_it() -> None:
    tables = truth_table(STATION, [TRIP], POINTS)
    acts = {(one.target, one.act) for one in tables}
    assert acts == {
        *product([f"{PS}/P1", f"{PS}/P2"], [Act.START, Act.STOP]),
        *product([f"{PS}/G1", f"{PS}/G2", f"{PS}/G3"], [Act.OPEN, Act.CLOSE]),
    }
    assert [(one.target, one.act) for one in tables if any(row.id == "oil" for row in one.rows)] == [(P1, Act.START)]


def test_combinations_give_the_strictest_word_of_their_members() -> None:
    found = table(P1, Act.START, DOOR, VALVE, TRIP)
    rows = {row.id: row for row in found.rows}
    assert len(found.together) == 27
    strictness = list(Word)
    for one in found.together:
        for begin, given in ((True, one.begin), (False, one.under_way)):
            alone = [
                (rows[name].begin if begin else rows[name].under_way)[value]
                for name, value in zip(("door", "valve", "oil"), one.values, strict=True)
            ]
            assert given.automation is max((word.automation for word in alone), key=strictness.index)
            assert given.person is max((word.person for word in alone), key=strictness.index)


def test_every_row_says_why_it_stands_and_how_it_is_cleared_in_both_languages() -> None:
    cabinet = small_city(STATION).cabinets[LC]
    for one in (*truth_table(STATION, [], POINTS), *truth_table(cabinet)):
        for row in one.rows:
            assert all((row.why_en, row.why_zh, row.clear_en, row.clear_zh))
            assert re.search(r"[\u4e00-\u9fff]", row.why_zh + row.clear_zh)


def test_every_guard_in_the_code_is_described_and_nothing_else_is() -> None:
    guards = (unit_guards, gate_guards, power_guards, rack_guards)
    code = "".join(Path(str(module.__file__)).read_text("utf-8") for module in guards)
    found = re.findall(r'(?:hold\(|force\(|Ruling\.(?:HOLD|FORCE),)\s*"(\w+)"', code)
    named = {*found, "fault", "available", "backspin", "min_off"}
    named |= {"starts_per_hour", "starts_per_day", "lubrication", "cooling"}
    named |= {"undercurrent", "closed_path", "auxiliary"}  # what locks a running unit out: logic.unit_protection
    named |= {"bore", "fast_rise", "mountain_flood"}  # of river gates: logic.tidal.gates
    named |= {"drainage_first", "lining"}  # of units that bring water in: logic.diversion.turning
    named |= {"road_water", "road_blind"}  # of a road's signal: logic.road_signal
    both = (STATION.units[0], replace(STATION.units[1], direction="divert"))
    two_ways = replace(STATION, units=both, turning=Turning())
    intake = replace(STATION.gates[0], id=f"{STATION.id}/G9", output="G9", role=GateRole.INTAKE)
    at_a_river = replace(STATION, outer_water="river", gates=(*STATION.gates, intake))
    boom = replace(STATION.gates[0], id=f"{STATION.id}/G8", output="G8", role=GateRole.ROAD)
    under_a_road = replace(STATION, gates=(*STATION.gates, boom))
    stations = (STATION, two_ways, at_a_river, under_a_road, equipped())
    described = {guard.id for one in stations for guard in station_guards(one, POINTS)}
    elsewhere = {"not_ready", "local", "plc_stops", "no_restrike", "rack_stop"}
    assert described - elsewhere == named
    assert {guard.id for guard in cabinet_guards(small_city(STATION).cabinets[LC])} == {
        "not_ready",
        "local",
        "no_restrike",
    }
    assert TEXTS.keys() == named | elsewhere


# -- descriptions driven against the guards ---------------------------------------------------------------------------

MINE = station(2, levels=replace(STATION.levels, stagger_s=0.0)) if STATION.levels else STATION
AXIAL, CENTRIFUGAL = MINE, replace(MINE, units=tuple(replace(u, pump=PumpType.CENTRIFUGAL) for u in MINE.units))
RANGES: dict[str, Range] = {
    name: Flag()
    if isinstance(reading.value, bool)
    else Numbers(-10.0, 110.0)
    if isinstance(reading.value, (int, float))
    else Texts(frozenset({"REMOTE", "LOCAL", "PLC_AUTO"}))
    for name, reading in Plant(STATION).readings(0.0).items()
} | {"inner_level_m": Numbers(-10.0, 20.0)}


def driven() -> list[tuple[str, BuiltIn]]:
    return [
        (name, guard)
        for name, one in (("axial", AXIAL), ("centrifugal", CENTRIFUGAL))
        for guard in station_guards(one, POINTS)
        if guard.holds is not None and guard.begins and guard.id != "local" and guard.target in (P1, G1, f"{PS}/G3")
    ]


@pytest.mark.parametrize(("name", "guard"), driven(), ids=lambda one: one if isinstance(one, str) else one.id)
def test_breaking_one_described_condition_alone_makes_that_very_guard_object(name: str, guard: BuiltIn) -> None:
    one = AXIAL if name == "axial" else CENTRIFUGAL
    others = [other for other in station_guards(one, POINTS) if (other.target, other.act) == (guard.target, guard.act)]
    held = [Claim(other.holds.root) for other in others if other.holds is not None and other != guard]
    assert guard.holds is not None
    fine = [*held, Claim(guard.holds.root)]
    assert objection(one, guard, fine) == ""
    assert objection(one, guard, [*held, Claim(guard.holds.root, holds=False)]) == guard.id


def objection(one: Station, guard: BuiltIn, claims: list[Claim]) -> str:
    """The guard that objects to the act where these claims hold and everything else is in order."""
    example = find(claims, RANGES)
    assert example is not None
    plant = Plant(one, inner_m=2.5, outer_m=1.0)
    readings: dict[str, Reading] = dict(plant.readings(0.0))
    values = dict(example.values)
    level = values.pop("inner_level_m", None)
    if level is not None:
        values |= dict.fromkeys(one.inner_levels, level)
    if guard.id == "dead_head":
        values |= {"G1.position_percent": 100.0, "G1.open_limit": True, "G1.closed_limit": False}
    readings |= {point: good(value) for point, value in values.items()}
    view = View(Block(PS, readings, LinkState.ONLINE, complete=True, sequence=1), 0.0)
    units = {unit.id: UnitMemory(seen_s=-1e6, stopped_since_s=-1e6) for unit in one.units}
    memory = StationMemory(units=units, adopted=True)
    scene = scene_of(one, view, memory, {}, Moment(WALL, 0.0))
    if guard.act is Act.START:
        unit = next(unit for unit in one.units if unit.id == guard.target)
        verdicts = [may_start(scene, unit, Slot.AUTOMATIC), path_is_proven(scene, unit, Slot.AUTOMATIC)]
    else:
        gate = next(gate for gate in one.gates if gate.id == guard.target)
        verdicts = [may_move(scene, gate, 100.0 if guard.act is Act.OPEN else 0.0, Slot.AUTOMATIC)]
        if verdicts[0].interlock == "backflow":
            return ""
    return next((verdict.interlock for verdict in verdicts if verdict.ruling is not Ruling.ALLOW), "")
