"""What the tide means for river gates: nothing opens on doubt, everything is closed before a bore, whoever says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from controller.domain.pumps_and_gates import GateRole
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic.contract import Ruling
from controller.logic.forecasts.series import BoreArrival
from controller.logic.sequencers.gate import proof_within_s
from controller.logic.tidal.rules import BoreRule
from controller.logic.tidal.side import bore_window, outer_side, windows_of
from controller.logic.tidal.trust import WaterMemory
from controller.logic.water_around import Flush, Guidance, OuterSide, OuterTrust, WaterAround
from tests.unit.logic.tidal.tide_rig import START, WATER, River, table_of
from tests.unit.logic.water_rig import PS, Rig, gate, station

OUTFALL = f"{PS}/G3"
HOLD_S = 20.0
REFUSING = (OuterTrust.NO_TABLE, OuterTrust.DISTRUSTED, OuterTrust.RISING_FAST, OuterTrust.BORE_WINDOW)


def at_a_river(travel_s: float = 20.0, **changes: object) -> Station:
    plain = station(2, outer_water="river", **changes)
    rule = replace(plain.gravity, hold_s=HOLD_S) if plain.gravity is not None else None
    gates = tuple(replace(one, travel_s=travel_s) if one.role is GateRole.GRAVITY else one for one in plain.gates)
    return replace(plain, gates=gates, gravity=rule)


def told(trust: OuterTrust, **more: object) -> WaterAround:
    return WaterAround(outer={PS: OuterSide(trust, f"{trust.value} / 原因", **more)})  # type: ignore[arg-type]  # fields


def opened(trust: OuterTrust = OuterTrust.AGREED, travel_s: float = 20.0) -> Rig:
    """A rig whose outfall was opened by the rule, over a low river."""
    rig = Rig(at_a_river(travel_s))
    rig.around, rig.plant.outer_m, rig.plant.inner_m = told(trust), 1.0, 2.0
    return rig.run(40 + travel_s)


# -- opening ---------------------------------------------------------------------------------------------------------


def test_on_an_agreed_tide_the_outfall_opens_by_itself() -> None:
    assert opened().plant.position["G3"] == 100.0


@pytest.mark.parametrize("trust", REFUSING)
def test_on_anything_else_it_does_not(trust: OuterTrust) -> None:
    rig = opened(trust)
    assert rig.writes("G3.position_command") == []
    assert trust.value in rig.decisions[OUTFALL].winner.reason


def test_a_tidal_station_nobody_speaks_of_does_not_open() -> None:
    rig = Rig(at_a_river())
    rig.plant.outer_m, rig.plant.inner_m = 1.0, 2.0
    assert rig.run(80).plant.position["G3"] == 0.0


def test_the_pumps_may_be_given_the_outfalls_water() -> None:
    rig = Rig(at_a_river())
    rig.plant.outer_m, rig.plant.inner_m = 1.0, 2.0
    rig.around = replace(told(OuterTrust.AGREED), guidance={PS: Guidance(gravity=False, reason="night tariff")})
    assert rig.run(80).plant.position["G3"] == 0.0


def test_the_floor_keeps_water_inside_and_a_flush_lowers_it() -> None:
    rule = replace(at_a_river().gravity, floor_m=1.95)  # type: ignore[type-var]  # the rig's station has one
    rig = Rig(replace(at_a_river(), gravity=rule))
    rig.around, rig.plant.outer_m, rig.plant.inner_m = told(OuterTrust.AGREED), 1.0, 2.0
    assert rig.run(80).plant.position["G3"] == 0.0
    rig.around = replace(rig.around, flush={PS: Flush(1.5, "flush", "ebb")})
    assert rig.run(80).plant.position["G3"] == 100.0


def test_a_table_that_puts_the_river_higher_than_a_lying_gauge_keeps_it_shut() -> None:
    rig = Rig(at_a_river())
    rig.plant.outer_m, rig.plant.inner_m = 1.0, 2.0
    rig.around = told(OuterTrust.AGREED, least_m=2.2)
    assert rig.run(80).plant.position["G3"] == 0.0


@pytest.mark.parametrize("defect", ["jammed", "blind"])
def test_what_may_not_close_again_is_not_opened(defect: str) -> None:
    rig = Rig(at_a_river())
    rig.around, rig.plant.outer_m, rig.plant.inner_m = told(OuterTrust.AGREED), 1.0, 2.0
    if defect == "jammed":
        rig.plant.jammed.add("G3")
    else:
        rig.plant.blind.add("G3.position_percent")
    rig.run(80)
    assert rig.writes("G3.position_command") == []


# -- closing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trust", REFUSING)
def test_an_open_outfall_closes_when_the_trust_goes(trust: OuterTrust) -> None:
    rig = opened()
    rig.around = told(trust)
    assert rig.run(30).plant.position["G3"] == 0.0


@pytest.mark.parametrize("trust", [OuterTrust.RISING_FAST, OuterTrust.BORE_WINDOW])
def test_a_persons_open_gate_is_closed_too_and_their_order_refused(trust: OuterTrust) -> None:
    rig = Rig(at_a_river(automatic=False))
    rig.around, rig.plant.outer_m, rig.plant.inner_m = told(OuterTrust.AGREED), 1.0, 2.0
    rig.order("", "hold")
    rig.order("G3", "open")
    assert rig.run(40).plant.position["G3"] == 100.0
    rig.around = told(trust)
    rig.run(40)
    assert rig.plant.position["G3"] == 0.0
    verdict = rig.step.verdicts[OUTFALL]
    assert (verdict.ruling, verdict.interlock) == (Ruling.FORCE, {"bore_window": "bore"}.get(trust.value, "fast_rise"))
    rig.release("G3")
    rig.order("G3", "50%", slot=Slot.EMERGENCY_ORDER)
    rig.run(40)
    assert rig.plant.position["G3"] == 0.0


def test_without_a_table_a_person_may_open_it_on_the_head_they_see() -> None:
    rig = Rig(at_a_river(automatic=False))
    rig.around, rig.plant.outer_m, rig.plant.inner_m = told(OuterTrust.NO_TABLE), 1.0, 2.0
    rig.order("", "hold")
    rig.order("G3", "open")
    assert rig.run(40).plant.position["G3"] == 100.0


def test_a_persons_open_gate_is_closed_when_the_head_goes_or_nobody_knows_it() -> None:
    for change in ("higher", "blind"):
        rig = Rig(at_a_river(automatic=False))
        rig.around, rig.plant.outer_m, rig.plant.inner_m = told(OuterTrust.AGREED), 1.0, 2.0
        rig.order("", "hold")
        rig.order("G3", "open")
        rig.run(40)
        if change == "higher":
            rig.plant.outer_m = 1.96
        else:
            rig.plant.blind.add("outer_level_m")
        assert rig.run(100).plant.position["G3"] == 0.0, change
        assert rig.step.verdicts[OUTFALL].interlock == "outer_level"


def test_an_intake_gate_is_shut_for_a_bore_and_a_mountain_flood() -> None:
    intake = gate(4, GateRole.INTAKE)
    plain = at_a_river(automatic=False)
    plain = replace(plain, gates=(*plain.gates, intake))
    for around in (told(OuterTrust.BORE_WINDOW), replace(told(OuterTrust.AGREED), shut={PS: "mountain flood / 山洪"})):
        rig = Rig(plain)
        rig.around, rig.plant.outer_m = told(OuterTrust.AGREED), 3.0
        rig.order("", "hold")
        rig.order("G4", "open")
        assert rig.run(40).plant.position["G4"] == 100.0
        rig.around = around
        assert rig.run(40).plant.position["G4"] == 0.0


def test_a_gate_that_will_not_close_before_a_bore_raises_its_alarm_also_while_the_plc_has_it() -> None:
    rig = opened()
    rig.plant.jammed.add("G3")
    rig.around = told(OuterTrust.BORE_WINDOW, late=True)
    rig.run(30)
    assert f"{OUTFALL}:river_gate_open" in dict(rig.step.alarms)
    rig.plant.turn_switch("LOCAL")
    rig.run(30)
    assert f"{OUTFALL}:river_gate_open" in dict(rig.step.alarms)


# -- properties ------------------------------------------------------------------------------------------------------

Change = tuple[float, OuterTrust, str, bool]
CHANGES = st.lists(
    st.tuples(
        st.floats(-0.0005, 0.0005),
        st.sampled_from(list(OuterTrust)),
        st.sampled_from(["", "open", "50%", "close", "release"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=8, deadline=None)
@given(changes=CHANGES, inner_m=st.floats(1.6, 2.4), head_m=st.floats(-0.5, 1.0))
@example(changes=[(0.0005, OuterTrust.AGREED, "open", True)] * 4, inner_m=2.0, head_m=0.3)
def test_water_never_runs_in_through_an_outfall(changes: list[Change], inner_m: float, head_m: float) -> None:
    """Any river slower than 3 cm/min, any trust, any orders, gauges going blind: never open below the river."""
    rig = Rig(at_a_river())
    rig.plant.inner_m, rig.plant.outer_m = inner_m, inner_m - head_m
    for rate_m_s, trust, order, blind in changes:
        rig.around = told(trust)
        _say(rig, order)
        rig.plant.blind = {"outer_level_m"} if blind else set()
        for _ in range(90):
            rig.plant.outer_m += rate_m_s
            before = rig.plant.position["G3"]
            rig.cycle()
            open_percent = rig.plant.position["G3"]
            assert open_percent == 0.0 or rig.plant.outer_m <= rig.plant.inner_m, (open_percent, rig.plant.outer_m)
            if open_percent > before and (f"{OUTFALL.partition('/')[0]}/G3", Slot.CITY_MANUAL) not in rig.book:
                assert trust in (OuterTrust.AGREED, OuterTrust.NOT_TIDAL)


def _say(rig: Rig, order: str) -> None:
    if order == "release":
        rig.book.pop((OUTFALL, Slot.CITY_MANUAL), None)
    elif order:
        rig.order("G3", order)


@settings(max_examples=6, deadline=None)
@given(
    travel_s=st.integers(5, 150),
    arrives_h=st.floats(5.0, 45.0),
    margin_s=st.integers(1800, 5400),
    by_person=st.booleans(),
    lost=st.booleans(),
)
def test_every_river_gate_is_proven_closed_by_arrival_less_travel_less_half_an_hour(
    travel_s: int, arrives_h: float, margin_s: int, by_person: bool, lost: bool
) -> None:
    """From fully open, by whomever, also when the first order to close is lost on the way."""
    bore = BoreArrival("river", START + timedelta(hours=arrives_h), None, START, "office")
    rig = Rig(at_a_river(float(travel_s), automatic=not by_person))
    rig.plant.position["G3"], rig.plant.inner_m, rig.plant.outer_m = 100.0, 2.0, 1.0
    rig.plant.commands["G3.position_command"] = 100.0
    rig.around = told(OuterTrust.AGREED)
    if by_person:
        rig.order("", "hold", for_s=9e5)
        rig.order("G3", "open", for_s=9e5)
    rig.run(20)
    proof_s = proof_within_s(next(one for one in rig.station.gates if one.id == OUTFALL))
    window = bore_window(bore, BoreRule(margin_s=float(margin_s)), float(travel_s), proof_s)
    assert window.closed_by <= bore.at - timedelta(seconds=travel_s + 1800)
    rig.around = told(OuterTrust.BORE_WINDOW)
    left_s = (window.closed_by - window.begins).total_seconds()
    rig.cycle()
    if lost:
        rig.plant.pending = [item for item in rig.plant.pending if item[1] != "G3.position_command"]
    rig.run(left_s - 1)
    assert rig.plant.position["G3"] == 0.0, (rig.step.phases[OUTFALL], left_s)


# -- a station's side ------------------------------------------------------------------------------------------------


def side_at(hours: float, own_m: float | None = None, agreed: bool = True, rose_h: float | None = None) -> OuterSide:
    """``rose_h``: when the water was seen to rise fast."""
    river = River(at_h=hours - 0.25)
    if rose_h is not None:
        river.memory = WaterMemory(rose_s=1000.0 + rose_h * 3600.0)
    state = river.run(15)
    assert state.trust is OuterTrust.AGREED or not agreed
    level_m = state.vote.level_m if own_m is None else own_m
    return outer_side(at_a_river(), WATER, state, table_of(), level_m, river.moment, UTC)


@pytest.mark.parametrize(
    ("minutes", "trust", "late"),
    [(-40, OuterTrust.AGREED, False), (-32, OuterTrust.BORE_WINDOW, False), (-30, OuterTrust.BORE_WINDOW, True)],
)
def test_the_window_begins_in_time_and_says_when_it_is_late(minutes: int, trust: OuterTrust, late: bool) -> None:
    side = side_at(8.0 + minutes / 60.0)
    assert (side.trust, side.late) == (trust, late)


@pytest.mark.parametrize(
    ("rose_h", "last_min", "over_min"),
    [
        (8.0, 89, 91),  # on time: the latest passage and the hold
        (7.9, 89, 91),  # a little early
        (9.0, 119, 121),  # an hour late: the hold from when it was seen
        (3.0, 179, 181),  # that rise was another one's: it is waited for
        (None, 179, 181),
    ],
)
def test_a_bore_that_was_seen_holds_gates_shut_for_its_hold_and_an_unseen_one_is_waited_for(
    rose_h: float | None, last_min: float, over_min: float
) -> None:
    assert side_at(8.0 + last_min / 60.0, agreed=False, rose_h=rose_h).trust is OuterTrust.BORE_WINDOW
    assert side_at(8.0 + over_min / 60.0, agreed=False, rose_h=rose_h).trust is not OuterTrust.BORE_WINDOW


def test_a_bore_that_is_waited_for_is_said_so() -> None:
    assert "the bore of 08:00 was not seen yet, gates stay closed until 11:00" in side_at(8.75, agreed=False).reason
    assert "bore expected 08:00" in side_at(8.25, agreed=False).reason


def test_a_station_whose_own_gauge_differs_from_the_others_is_distrusted() -> None:
    assert side_at(2.0).trust is OuterTrust.AGREED
    assert side_at(2.0, own_m=0.3).trust is OuterTrust.DISTRUSTED


def test_windows_are_those_of_the_slowest_gate() -> None:
    fast, slow = at_a_river(10.0), at_a_river(600.0)
    times = [windows_of(one, WATER, table_of(), START, 24 * 3600.0)[0].closed_by for one in (fast, slow)]
    assert times[0] - times[1] == timedelta(seconds=590.0)
    assert windows_of(replace(slow, outer_water=""), WATER, table_of(), START, 24 * 3600.0) == []
