import pytest

from controller.domain.intents import GateOrder
from controller.logic.contract import StationMemory
from controller.logic.gravity import gravity_order
from tests.unit.logic.water_rig import Rig


def asked(rig: Rig, memory: StationMemory) -> tuple[StationMemory, GateOrder]:
    memory, (request,) = gravity_order(rig.station, rig.look(), memory, rig.moment)
    assert isinstance(request.value, GateOrder)
    return memory, request.value


def after_the_hold(rig: Rig) -> tuple[StationMemory, GateOrder]:
    memory, _ = asked(rig, StationMemory(adopted=True))
    rig.now_s += 600.0
    return asked(rig, memory)


@pytest.mark.parametrize(("outer_m", "percent"), [(1.89, 100.0), (1.92, 0.0), (2.5, 0.0)])
def test_the_gate_opens_when_the_head_has_lasted(outer_m: float, percent: float) -> None:
    rig = Rig()
    rig.plant.outer_m = outer_m
    assert after_the_hold(rig)[1] == GateOrder(percent)


def test_a_head_that_comes_and_goes_starts_its_time_anew() -> None:
    rig = Rig()
    rig.plant.outer_m = 1.0
    memory, _ = asked(rig, StationMemory(adopted=True))
    rig.now_s, rig.plant.outer_m = rig.now_s + 599.0, 1.92
    memory, _ = asked(rig, memory)
    rig.now_s, rig.plant.outer_m = rig.now_s + 1.0, 1.0
    assert asked(rig, memory)[1] == GateOrder(0.0)


@pytest.mark.parametrize(("outer_m", "percent"), [(1.92, 100.0), (1.94, 100.0), (1.951, 0.0)])
def test_an_open_gate_stays_open_until_the_head_is_gone(outer_m: float, percent: float) -> None:
    rig = Rig()
    rig.plant.outer_m = 1.0
    memory, _ = after_the_hold(rig)
    rig.plant.outer_m = outer_m
    assert asked(rig, memory)[1] == GateOrder(percent)


@pytest.mark.parametrize("blind", ["outer_level_m", "P1.running"])
def test_what_cannot_be_known_closes_it(blind: str) -> None:
    rig = Rig()
    rig.plant.outer_m = 1.0
    memory, _ = after_the_hold(rig)
    rig.plant.blind.add(blind)
    memory, order = asked(rig, memory)
    assert (order, memory.gravity_open, memory.gravity_since_s) == (GateOrder(0.0), False, None)


def test_it_closes_for_a_running_unit() -> None:
    rig = Rig()
    rig.plant.outer_m = 1.0
    memory, _ = after_the_hold(rig)
    rig.plant.running["P1"] = True
    assert asked(rig, memory)[1] == GateOrder(0.0)
