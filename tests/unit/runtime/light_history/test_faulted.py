"""Which alarms make lights not intact, and which lights."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from controller.logic.light_rates import FAULTS, OpenFault
from controller.runtime.light_history.faults import faulted_lights
from controller.runtime.light_totals import LightTotals
from controller.runtime.poles.alarms import LEAKS
from controller.runtime.wet_power.alarms import CUT
from tests.unit.runtime.light_history.test_ledger import BOTH

TOTALS = cast(LightTotals, SimpleNamespace(lights={"X": BOTH}.__getitem__))


def test_what_was_cut_for_water_or_leaks_is_not_intact() -> None:
    assert {CUT, LEAKS, "leakage"} <= FAULTS


def test_a_devices_fault_is_one_of_all_its_lights_and_a_circuits_its_own() -> None:
    assert list(faulted_lights([OpenFault("X", CUT)], TOTALS)) == ["X/K1", "X/K2"]
    assert list(faulted_lights([OpenFault("X/K2", "breaker_trip")], TOTALS)) == ["X/K2"]
