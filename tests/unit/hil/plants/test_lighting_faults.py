"""What can break in a simulated cabinet, and what only looks like it."""

from __future__ import annotations

import pytest

from hil.plants.cabinet import CabinetPlant
from hil.plants.nuisance import Nuisance
from tests.unit.hil.plants.test_cabinet import NOON_S, plant


def lit_cabinet() -> CabinetPlant:
    cabinet = plant()
    cabinet.command("K1", True)
    cabinet.advance(NOON_S + 120)
    return cabinet


def test_a_stolen_cable_takes_its_share_of_one_phase_lit_or_not() -> None:
    cabinet = lit_cabinet()
    cabinet.steal_cable("K1", "b", 0.6)
    assert cabinet.power_w("b") == pytest.approx(0.4 * 4000 / 3)
    assert cabinet.power_w("a") == pytest.approx(4000 / 3)
    assert not cabinet.line_open("K1")
    cabinet.command("K1", False)
    cabinet.advance(NOON_S + 125)
    assert cabinet.line_open("K1")
    cabinet.steal_cable("K1", "b", 0.0)
    assert not cabinet.line_open("K1")


def test_a_bypassed_contactor_burns_while_its_contact_says_open() -> None:
    cabinet = plant()
    cabinet.bypass_contactor("K1")
    cabinet.advance(NOON_S + 120)
    circuit = cabinet.circuits["K1"]
    assert (circuit.contactor.feedback, circuit.power_w(cabinet.now_s)) == (False, 4000)
    used_j = circuit.energy_j(cabinet.now_s)
    cabinet.bypass_contactor("K1", False)
    cabinet.advance(NOON_S + 240)
    assert circuit.power_w(cabinet.now_s) == 0.0
    assert circuit.energy_j(cabinet.now_s) == used_j > 0.0


def test_led_drivers_hold_their_power_in_a_sag_and_discharge_lamps_do_not() -> None:
    cabinet = lit_cabinet()
    cabinet.sag(0.8)
    assert cabinet.circuit_power_w("K1") == pytest.approx(4000)
    cabinet.circuits["K1"].exponent = 2.0
    cabinet.sag(0.8001)
    share = cabinet.voltage_v("a") / 230.0
    assert cabinet.circuit_power_w("K1") == pytest.approx(4000 * share**2, rel=0.05)
    cabinet.sag()
    assert cabinet.voltage_v("a") == pytest.approx(230.0, abs=3.0)


def test_the_same_seed_is_the_same_night_and_stays_within_five_per_cent() -> None:
    one, other, third = Nuisance(seed=7), Nuisance(seed=7), Nuisance(seed=8)
    moments = [NOON_S + 600.0 * at for at in range(144)]
    mains = [one.mains("a", at_s) for at_s in moments]
    assert mains == [other.mains("a", at_s) for at_s in moments] != [third.mains("a", at_s) for at_s in moments]
    assert max(mains) - min(mains) > 0.03
    assert all(abs(share - 1.0) < 0.06 for share in mains)
    read = [one.metered(3, 1000.0, at_s) for at_s in moments]
    assert 990.0 < sum(read) / len(read) < 1010.0
    assert len(set(read)) > 140
    assert one.metered(3, 0.0, NOON_S) == 0.0
