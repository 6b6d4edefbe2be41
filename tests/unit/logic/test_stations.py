from dataclasses import replace

import pytest

from controller.domain.intents import StationMode, StationOrder
from controller.domain.slots import Slot
from controller.logic.contract import StationMemory
from controller.logic.stations import staged_order
from tests.unit.logic.water_rig import LEVELS, Rig, station


def asked(rig: Rig, level_m: float, memory: StationMemory) -> tuple[StationMemory, StationOrder]:
    rig.plant.inner_m = level_m
    memory, (request,) = staged_order(rig.station, rig.look(), memory, rig.moment)
    assert request.slot is Slot.AUTOMATIC
    assert isinstance(request.value, StationOrder)
    return memory, request.value


@pytest.mark.parametrize(
    ("before", "level_m", "after"),
    [
        (0, 2.99, 0),
        (0, 3.0, 1),
        (0, 9.9, 1),
        (1, 3.09, 1),
        (1, 3.1, 2),
        (2, 9.9, 2),
        (2, 2.81, 2),
        (2, 2.8, 1),
        (1, 2.71, 1),
        (1, 2.7, 0),
        (0, 1.0, 0),
    ],
)
def test_each_stage_has_its_own_start_and_stop_one_step_at_a_time(before: int, level_m: float, after: int) -> None:
    rig = Rig()
    memory = StationMemory(adopted=True, wanted_count=before)
    assert asked(rig, level_m, memory)[1] == StationOrder(StationMode.COUNT, after)


def test_steps_are_a_stagger_apart() -> None:
    rig = Rig()
    memory, order = asked(rig, 3.5, StationMemory(adopted=True))
    rig.now_s += LEVELS.stagger_s - 1
    memory, order = asked(rig, 3.5, memory)
    assert order.count == 1
    rig.now_s += 1
    assert asked(rig, 3.5, memory)[1].count == 2


@pytest.mark.parametrize("sensors", [[0.0, 0.3, 0.0], [0.0, None, None], [None, None, None]])
def test_an_untrusted_level_holds_what_runs(sensors: list[float | None]) -> None:
    rig = Rig()
    rig.plant.sensors = sensors
    memory = StationMemory(adopted=True, wanted_count=1)
    assert asked(rig, 9.0, memory) == (memory, StationOrder(StationMode.HOLD))


def test_nothing_is_asked_before_the_first_full_read_or_where_the_plc_decides() -> None:
    rig = Rig()
    assert staged_order(rig.station, rig.look(), StationMemory(), rig.moment)[1] == ()
    manual = replace(station(), automatic=False)
    assert staged_order(manual, rig.look(), StationMemory(adopted=True), rig.moment)[1] == ()
