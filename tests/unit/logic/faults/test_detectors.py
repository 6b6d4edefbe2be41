"""Each detector tells its fault, keeps quiet at what only looks like one, and says nothing of what it cannot know."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.points import Value
from controller.domain.quality import Quality
from controller.logic.faults.cabinet import CabinetWatch
from controller.logic.faults.kinds import METHODS, FaultKind, SensorNumbers, how_told
from controller.logic.faults.remember import recall, remembered
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.standing import CALM, KNOWN, Standing, follow
from tests.unit.logic.faults.night import CABINET, K1, K2, LC, RULES, SOUND, Night, lit

DARK: dict[str, Value] = {"K1_command": False, "K1_feedback": False, "K1_power_w": 0.0}


@pytest.mark.parametrize(
    ("shown", "after_s", "about", "kind", "words"),
    [
        ({"K1_power_w": 3450.0}, 960, K1, FaultKind.LAMP_LOSS, "about 1 of 24 lamp out: 3,450 W where 3,600 W"),
        ({"K1_power_w": 3300.0}, 960, K1, FaultKind.LAMP_LOSS, "about 2 of 24 lamps out"),
        ({"K1_command": True, "K1_feedback": False, "K1_power_w": 0}, 120, K1, FaultKind.STUCK_CONTACTOR, "coil"),
        ({"K1_command": False}, 120, K1, FaultKind.STUCK_CONTACTOR, "welded: only the breaker"),
        ({"K1_breaker_trip": True, "K1_power_w": 0}, 60, K1, FaultKind.BREAKER_TRIP, "its breaker has tripped"),
        ({**DARK, "K1_power_w": 400.0}, 780, K1, FaultKind.DAY_BURNER, "400 W still flow after 10 min"),
        (
            {**DARK, "K1_line_open": True},
            180,
            K1,
            FaultKind.CABLE_THEFT,
            "found open at 22:00 while the circuit was off",
        ),
        ({"voltage_b_v": 3.0, "power_b_w": 0.0}, 60, LC, FaultKind.PHASE_LOSS, "phase B has no supply (3 V)"),
        ({"voltage_b_v": 3.0}, 120, LC, FaultKind.PHASE_LOSS, "phase B"),
        ({"leakage_ma": 45.0}, 120, LC, FaultKind.LEAKAGE, "leakage 45 mA, warning from 30 mA"),
        ({"door_open": True}, 120, LC, FaultKind.DOOR, "nobody works there by the books"),
        ({"door_open": True, "control_switch": "LOCAL"}, 120, LC, FaultKind.DOOR, "somebody works there"),
        ({"immersion": True}, 120, LC, FaultKind.IMMERSION, "water stands in the cabinet"),
    ],
)
def test_a_fault_is_told_after_its_time_and_not_before(
    shown: dict[str, Value], after_s: float, about: str, kind: FaultKind, words: str
) -> None:
    night = lit()
    night.show(**shown)
    if after_s > 60:
        night.go(after_s - 60)
        if kind is not FaultKind.CABLE_THEFT:
            early = {FaultKind.LAMP_LOSS: 780, FaultKind.DAY_BURNER: 600}.get(kind)
            assert early is None or kind not in _after(shown, early)
    night.go(120)
    found = night.found()[about, kind]
    assert words in found.en
    assert found.zh


def _after(shown: dict[str, Value], seconds: float) -> set[FaultKind]:
    night = lit()
    night.show(**shown)
    night.go(seconds)
    return night.kinds()


def test_a_stolen_cable_is_told_with_its_phase_its_watts_and_its_time() -> None:
    night = lit()
    night.show(K1_power_w=2400.0, power_b_w=600.0)
    night.go(240)
    found = night.found()[K1, FaultKind.CABLE_THEFT]
    assert found.en == (
        "phase B fell from 1,800 W to 600 W (−67%) at 22:00 without a breaker trip: cable theft or a fuse; send a "
        "crew, and treat the cable as live"
    )
    assert "B 相由 1,800 W 降至 600 W" in found.zh
    assert found.lost_w == pytest.approx(1200.0, rel=0.02)
    assert FaultKind.LAMP_LOSS not in night.kinds()


@pytest.mark.parametrize(
    "shown",
    [
        {"K1_power_w": 2400.0, "power_b_w": 600.0, "K1_breaker_trip": True},
        {"K1_power_w": 2400.0, "power_b_w": 0.0, "voltage_b_v": 2.0},
        {"K1_power_w": 2400.0, "voltage_b_v": 150.0},
        {"K1_power_w": 3300.0},
    ],
    ids=["a breaker trip", "a lost phase", "a brown-out", "two lamps"],
)
def test_what_explains_a_fall_is_no_theft(shown: dict[str, Value]) -> None:
    night = lit()
    night.show(**shown)
    night.go(1800)
    assert FaultKind.CABLE_THEFT not in night.kinds()


def test_a_fall_is_not_judged_before_the_supply_was_read_after_it() -> None:
    night = lit()
    night.show(K1_power_w=2400.0)
    night.doubt("voltage_a_v", "voltage_b_v", "voltage_c_v")
    night.go(1800)
    assert not night.kinds()


@pytest.mark.parametrize(
    ("shown", "for_s"),
    [
        ({"K1_power_w": 3300.0}, 600),
        ({"K1_power_w": 3560.0}, 7200),
        ({**DARK, "K1_power_w": 300.0}, 3600),
        ({**DARK, "K1_power_w": 3000.0}, 540),
        ({"control_switch": "LOCAL", "K1_feedback": False, "K1_power_w": 0.0}, 3600),
        ({"timetable_active": True, "K1_feedback": False, "K1_power_w": 0.0}, 3600),
        ({"K1_line_open": True}, 3600),
        ({"voltage_b_v": 207.0}, 3600),
        ({"leakage_ma": 29.0}, 3600),
    ],
    ids=[
        "low for ten minutes",
        "one per cent low",
        "8 % left after off",
        "nine minutes after off",
        "somebody switches by hand",
        "its own timetable",
        "line sensing while lit",
        "ten per cent low mains",
        "below the warning",
    ],
)
def test_nuisance_is_no_fault(shown: dict[str, Value], for_s: float) -> None:
    night = lit()
    night.show(**shown)
    night.go(for_s)
    assert night.found() == {}


def test_warm_up_is_left_out() -> None:
    night = lit()
    night.show(**DARK)
    night.go(300)
    night.show(K1_command=True, K1_feedback=True, K1_power_w=3200.0)
    night.go(100, every_s=10.0)
    night.show(K1_power_w=3600.0)
    night.go(1800)
    assert night.found() == {}


def test_another_level_is_another_baseline_and_is_learned_before_it_is_judged() -> None:
    night = lit()
    watch = night.watch.circuits[K1]
    night.watch = CabinetWatch(CABINET, frozenset({*SOUND, "K1.level", "K2.level"}), RULES)
    night.watch.circuits[K1].baselines = dict(watch.baselines)
    night.show(K1_level=100.0, K2_level=100.0)
    night.go(600)
    night.show(K1_level=60.0, K1_power_w=2200.0)
    night.go(3600)
    assert night.found() == {}
    assert not night.watch.circuits[K1].baseline.trained
    assert night.watch.circuits[K1].baselines[100].trained


@pytest.mark.parametrize("quality", [Quality.BAD, Quality.UNCERTAIN])
@given(values=st.dictionaries(st.sampled_from(sorted(SOUND)), st.sampled_from([0, 1, False, True, 1e5, "LOCAL", -5.0])))
@settings(max_examples=40, deadline=None)
def test_nothing_that_is_not_good_ever_raises_a_fault(quality: Quality, values: dict[str, Value]) -> None:
    night = lit()
    night.values.update(values)
    night.doubt(quality=quality)
    night.go(3600)
    assert night.found() == {}


@given(
    exponent=st.sampled_from([0.0, 1.0, 1.9]),
    volts=st.lists(st.floats(222.0, 240.0), min_size=3, max_size=30),
)
@settings(max_examples=40, deadline=None)
def test_the_voltage_alone_is_never_a_lamp_loss(exponent: float, volts: list[float]) -> None:
    night = lit(exponent)
    for volt in volts:
        night.show(**{f"voltage_{phase}_v": volt for phase in "abc"})
        night.show(K1_power_w=3600.0 * (volt / 230.0) ** exponent, K2_power_w=600.0 * (volt / 230.0) ** exponent)
        night.go(600)
    assert night.found() == {}


def test_a_fault_ends_once_it_was_seen_gone_for_a_while_and_not_by_silence() -> None:
    night = lit()
    night.show(K1_power_w=3300.0)
    night.go(1200)
    assert night.kinds() == {FaultKind.LAMP_LOSS}
    night.doubt()
    night.go(3600)
    assert night.kinds() == {FaultKind.LAMP_LOSS}
    night.doubted = {}
    night.show(K1_power_w=3600.0)
    night.go(300)
    assert night.kinds() == {FaultKind.LAMP_LOSS}
    night.go(900)
    assert night.kinds() == set()


def test_faults_and_baselines_outlive_a_restart() -> None:
    night = lit()
    night.show(K1_power_w=2400.0, power_b_w=600.0, K2_breaker_trip=True, K2_power_w=0.0, leakage_ma=50.0)
    night.go(1200)
    again = Night(watch=CabinetWatch(CABINET, frozenset(SOUND), RULES), now_s=50.0, values=dict(night.values))
    recall(again.watch, remembered(night.watch))
    assert again.found() == night.found()
    again.go(1200)
    assert again.found().keys() == night.found().keys()
    assert again.found()[K1, FaultKind.CABLE_THEFT] == night.found()[K1, FaultKind.CABLE_THEFT]
    assert again.watch.circuits[K2].baseline.trained
    again.show(K1_power_w=3600.0, K2_breaker_trip=False, K2_power_w=600.0, leakage_ma=4.0)
    again.go(1800)
    assert again.found() == {}


def test_three_lamps_lost_one_by_one_before_a_restart_are_no_theft_after_it() -> None:
    night = lit()
    for watts in (3450.0, 3300.0, 3150.0):
        night.show(K1_power_w=watts)
        night.go(1800)
    assert night.kinds() == {FaultKind.LAMP_LOSS}
    again = Night(watch=CabinetWatch(CABINET, frozenset(SOUND), RULES), values=dict(night.values))
    recall(again.watch, remembered(night.watch))
    again.go(1800)
    assert again.kinds() == {FaultKind.LAMP_LOSS}
    assert "about 3 of 24 lamps" in again.found()[K1, FaultKind.LAMP_LOSS].en


def test_time_that_was_not_seen_does_not_count() -> None:
    state = follow(Standing(), True, 0.0, for_s=100.0, clear_s=0.0, gap_s=300.0)
    state = follow(state, None, 50.0, for_s=100.0, clear_s=0.0, gap_s=300.0)
    state = follow(state, True, 99.0, for_s=100.0, clear_s=0.0, gap_s=300.0)
    assert (state.for_s, state.stands) == (0.0, False)
    state = follow(state, True, 199.0, for_s=100.0, clear_s=0.0, gap_s=300.0)
    assert state.stands
    assert follow(state, None, 9999.0, for_s=100.0, clear_s=0.0, gap_s=300.0).stands
    assert follow(KNOWN, False, 1.0, for_s=100.0, clear_s=0.0, gap_s=300.0) is CALM


def test_every_kind_says_how_it_is_found_in_both_languages() -> None:
    assert METHODS.keys() == set(FaultKind)
    assert all(words.zh and words.en for one in METHODS.values() for words in (one.title, one.how))


def test_a_method_is_told_with_the_sites_own_numbers() -> None:
    rules = FaultRules(leakage_ma=20.0, loss_for_s=1200.0, theft_share=0.4)
    sensors = SensorNumbers(off_median=4.0, clock_s=8.0)
    assert "20 mA" in how_told(FaultKind.LEAKAGE, rules).en
    assert "20 分钟" in how_told(FaultKind.LAMP_LOSS, rules).zh
    assert "40 %" in how_told(FaultKind.CABLE_THEFT, rules).en
    assert "4 times" in how_told(FaultKind.PHOTOCELL, rules, sensors).en
    assert "8 秒" in how_told(FaultKind.CLOCK, rules, sensors).zh
    for kind in FaultKind:
        assert "{" not in (how_told(kind, rules).zh + how_told(kind, rules).en)
