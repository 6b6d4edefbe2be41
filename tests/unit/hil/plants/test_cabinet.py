"""A cabinet's truth: contactors with delays, power by phase, its own mind, and laziness that changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.plants.cabinet import CabinetPlant, ControlSwitch
from hil.plants.contactor import DROP_OUT_S, PULL_IN_S
from hil.plants.events import EventLog, Motion
from tests.unit.hil import small_city

NOON_S = small_city.NOON.timestamp()
MIDNIGHT_S = small_city.MIDNIGHT.timestamp()


def plant(start_s: float = NOON_S) -> CabinetPlant:
    return CabinetPlant(small_city.cabinet(), start_s, EventLog())


def switchings(cabinet: CabinetPlant) -> list[tuple[float, str, object]]:
    return [(each.t_s, each.output, each.value) for each in cabinet.events if each.motion is Motion.CONTACTOR]


def test_contacts_close_80_ms_and_open_50_ms_after_the_order() -> None:
    cabinet = plant()
    cabinet.command("K1", True)
    cabinet.advance(NOON_S + 10)
    cabinet.command("K1", False)
    cabinet.advance(NOON_S + 20)
    assert switchings(cabinet) == [(NOON_S + PULL_IN_S, "K1", True), (NOON_S + 10 + DROP_OUT_S, "K1", False)]


def test_an_order_taken_back_before_the_contacts_move_moves_nothing() -> None:
    cabinet = plant()
    cabinet.command("K1", True)
    cabinet.advance(NOON_S + 0.05)
    cabinet.command("K1", False)
    cabinet.advance(NOON_S + 5)
    assert switchings(cabinet) == []


@pytest.mark.parametrize(("start_s", "lit"), [(NOON_S, set()), (MIDNIGHT_S, {"K1", "K2"})])
def test_a_cabinet_that_never_heard_a_centre_stands_as_its_timetable_says(start_s: float, lit: set[str]) -> None:
    cabinet = plant(start_s)
    assert {output for output, each in cabinet.circuits.items() if each.contactor.closed} == lit
    assert cabinet.timetable_active
    assert switchings(cabinet) == []


def test_without_a_command_nothing_moves_while_the_heart_beats() -> None:
    cabinet = plant(MIDNIGHT_S)
    for minute in range(24 * 60):
        cabinet.advance(MIDNIGHT_S + 60 * minute)
        cabinet.beat(minute)
    assert switchings(cabinet) == []


def test_the_returning_heartbeat_adopts_what_is_on() -> None:
    cabinet = plant(MIDNIGHT_S)
    cabinet.beat(1)
    assert [circuit.command for circuit in cabinet.circuits.values()] == [True, True, False]
    assert not cabinet.timetable_active


def test_a_downloaded_timetable_is_followed_to_the_second_after_silence() -> None:
    cabinet = plant()
    cabinet.beat(1)
    cabinet.download("K1", [(NOON_S + 1000, NOON_S + 2000)])
    cabinet.advance(NOON_S + 5000)
    mine = [each for each in switchings(cabinet) if each[1] == "K1"]
    assert mine == [(NOON_S + 1000 + PULL_IN_S, "K1", True), (NOON_S + 2000 + DROP_OUT_S, "K1", False)]


def test_off_drops_everything_and_local_blocks_the_centre() -> None:
    cabinet = plant(MIDNIGHT_S)
    cabinet.turn_switch(ControlSwitch.OFF)
    cabinet.advance(MIDNIGHT_S + 1)
    assert cabinet.power_w() == 0.0
    cabinet.turn_switch(ControlSwitch.LOCAL)
    cabinet.command("K1", True)
    cabinet.advance(MIDNIGHT_S + 2)
    assert not cabinet.circuits["K1"].contactor.closed
    cabinet.switch_locally("K1", True)
    cabinet.advance(MIDNIGHT_S + 3)
    assert cabinet.circuits["K1"].contactor.closed
    cabinet.turn_switch(ControlSwitch.REMOTE)
    cabinet.advance(MIDNIGHT_S + 4)
    assert cabinet.circuits["K1"].contactor.closed, "back in REMOTE the actual state is adopted"


def test_a_stuck_contactor_keeps_its_register_and_loses_its_effect() -> None:
    cabinet = plant()
    circuit = cabinet.circuits["K1"]
    circuit.contactor.stuck = True
    cabinet.command("K1", True)
    cabinet.advance(NOON_S + 5)
    assert (circuit.command, circuit.contactor.feedback, cabinet.power_w()) == (True, False, 0.0)


def test_a_welded_contactor_stays_closed() -> None:
    cabinet = plant(MIDNIGHT_S)
    circuit = cabinet.circuits["K1"]
    circuit.contactor.welded = True
    cabinet.command("K1", False)
    cabinet.advance(MIDNIGHT_S + 5)
    assert circuit.contactor.feedback
    circuit.contactor.repair()
    cabinet.command("K1", False)
    cabinet.advance(MIDNIGHT_S + 10)
    assert not circuit.contactor.feedback


def test_a_lying_auxiliary_contact_is_betrayed_by_the_power() -> None:
    cabinet = plant()
    circuit = cabinet.circuits["K1"]
    circuit.contactor.stuck = True
    circuit.contactor.lying = True
    cabinet.command("K1", True)
    cabinet.advance(NOON_S + 5)
    assert circuit.contactor.feedback
    assert circuit.power_w(cabinet.now_s) == 0.0


def test_power_rises_while_lamps_warm_up_and_falls_with_lamps_breaker_and_phase() -> None:
    cabinet = plant()
    circuit = cabinet.circuits["K1"]
    cabinet.command("K1", True)
    cabinet.advance(NOON_S + PULL_IN_S)
    assert circuit.power_w(cabinet.now_s) == pytest.approx(3600)
    cabinet.advance(NOON_S + 120)
    assert circuit.power_w(cabinet.now_s) == 4000
    cabinet.lose_lamps("K1", 4)
    assert circuit.power_w(cabinet.now_s) == pytest.approx(3600)
    cabinet.lose_phase("b")  # of the four broken lamps two hang on phase a, one on b, one on c
    assert circuit.power_w(cabinet.now_s) == pytest.approx(4000 * 2 / 3 - 300)
    assert (cabinet.power_w("b"), cabinet.voltage_v("b"), cabinet.current_a("b")) == (0.0, 0.0, 0.0)
    assert cabinet.current_a("a") == pytest.approx((4000 / 3 - 200) / (0.95 * cabinet.voltage_v("a")))
    cabinet.trip_breaker("K1")
    assert cabinet.power_w() == 0.0
    assert circuit.contactor.feedback


def test_a_circuit_on_one_phase_loads_only_that_phase() -> None:
    cabinet = plant()
    cabinet.command("K2", True)
    cabinet.advance(NOON_S + 120)
    assert [cabinet.power_w(phase) for phase in "abc"] == [4000, 0, 0]


Acts = st.lists(
    st.tuples(
        st.floats(0.01, 4000.0),
        st.sampled_from(["beat", "command", "lamps", "phase", "breaker", "key", "download"]),
        st.sampled_from(["K1", "K2", "K3"]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(acts=Acts, looks=st.integers(1, 7))
def test_looking_often_or_seldom_makes_no_difference(acts: list[tuple[float, str, str, bool]], looks: int) -> None:
    lazy, watched = plant(MIDNIGHT_S - 20_000), plant(MIDNIGHT_S - 20_000)
    now_s = lazy.now_s
    for wait_s, act, output, flag in [*acts, (20_000.0, "beat", "K1", True)]:
        for part in range(1, looks + 1):
            watched.advance(now_s + wait_s * part / (looks + 1))
        now_s += wait_s
        for cabinet in (lazy, watched):
            cabinet.advance(now_s)
            _do(cabinet, act, output, flag)
    assert list(lazy.events) == list(watched.events)
    assert lazy.energy_kwh() == pytest.approx(watched.energy_kwh(), rel=1e-9, abs=1e-9)
    assert lazy.power_w() == watched.power_w()


def _do(cabinet: CabinetPlant, act: str, output: str, flag: bool) -> None:
    match act:
        case "beat":
            cabinet.beat(1)
        case "command":
            cabinet.command(output, flag)
        case "lamps":
            cabinet.lose_lamps(output, 3 if flag else 0)
        case "phase":
            cabinet.lose_phase("a", flag)
        case "breaker":
            cabinet.trip_breaker(output, flag)
        case "key":
            cabinet.turn_switch(ControlSwitch.LOCAL if flag else ControlSwitch.REMOTE)
        case "download":
            cabinet.download(output, [(cabinet.now_s + 600, cabinet.now_s + 1200)])


def test_a_lock_out_opens_the_contactor_and_no_command_closes_it() -> None:
    cabinet = plant(MIDNIGHT_S)
    cabinet.lock("K1", True)
    cabinet.advance(MIDNIGHT_S + 1)
    assert not cabinet.circuits["K1"].contactor.closed
    cabinet.command("K1", True)
    cabinet.advance(MIDNIGHT_S + 2)
    assert not cabinet.circuits["K1"].contactor.closed
    assert cabinet.circuits["K2"].contactor.closed


def test_a_lock_out_outlives_silence_a_reboot_and_the_cabinets_own_program() -> None:
    cabinet = plant(MIDNIGHT_S)
    cabinet.lock("K1", True)
    cabinet.advance(MIDNIGHT_S + 400)
    assert cabinet.timetable_active
    cabinet.reboot()
    cabinet.advance(MIDNIGHT_S + 86_400)
    assert cabinet.timetable_active
    closed = [value for _, output, value in switchings(cabinet) if output == "K1"]
    assert closed == [False]
    assert (True, "K2") in [(value, output) for _, output, value in switchings(cabinet)]


def test_a_reboot_without_a_lock_out_drops_the_contactors_and_lights_by_its_own_program() -> None:
    cabinet = plant(MIDNIGHT_S)
    cabinet.command("K1", False)
    cabinet.advance(MIDNIGHT_S + 1)
    cabinet.reboot()
    cabinet.advance(MIDNIGHT_S + 2)
    assert cabinet.timetable_active
    assert [value for _, output, value in switchings(cabinet) if output == "K1"] == [False, True]
    assert [value for _, output, value in switchings(cabinet) if output == "K2"] == [False, True]


def test_nobody_at_the_buttons_closes_a_locked_circuit_and_one_let_go_waits_for_a_command() -> None:
    cabinet = plant(MIDNIGHT_S)
    cabinet.lock("K1", True)
    cabinet.turn_switch(ControlSwitch.LOCAL)
    cabinet.switch_locally("K1", True)
    cabinet.advance(MIDNIGHT_S + 1)
    assert not cabinet.circuits["K1"].contactor.closed
    cabinet.turn_switch(ControlSwitch.REMOTE)
    cabinet.lock("K1", False)
    cabinet.advance(MIDNIGHT_S + 2)
    assert not cabinet.circuits["K1"].contactor.closed
    cabinet.command("K1", True)
    cabinet.advance(MIDNIGHT_S + 3)
    assert cabinet.circuits["K1"].contactor.closed


def test_a_faulty_circuit_leaks_only_while_it_is_live() -> None:
    cabinet = plant(MIDNIGHT_S)
    standing_ma = cabinet.total_leakage_ma()
    cabinet.leaks_ma["K1"] = 180.0
    assert cabinet.total_leakage_ma() == standing_ma + 180.0
    cabinet.command("K1", False)
    cabinet.advance(MIDNIGHT_S + 1)
    assert cabinet.total_leakage_ma() == standing_ma
