"""What a declared operating state does to programs, and that the reason names who declared it."""

from __future__ import annotations

import pytest

from controller.domain.intents import Dim, Intent, Switch
from controller.domain.lights import LightClass
from controller.domain.slots import Slot
from controller.logic.lighting import DECLARED, Light, lighting_requests
from controller.logic.operating_states import LightMeasures
from tests.unit.logic.test_lighting import PLACE, PLAN, circuit, luminaire, when

ON, OFF = Switch(on=True), Switch(on=False)
WHY = "防汛Ⅲ级应急响应 flood response III declared by zhou for city: rain"
SUSPENDED = LightMeasures(suspend_savings=True, why=WHY)
DARK = LightMeasures(landscape_off=True, why=WHY)
INSTEAD = LightMeasures(programs={"scene": "all"}, why=WHY)
DEEP_NIGHT, EVENING = when(2, 1), when(1, 20)


def wants(light: Light, measures: LightMeasures, wall: object = DEEP_NIGHT) -> dict[Slot, Intent]:
    found = lighting_requests(light, PLACE, PLAN, wall, 0.0, measures).requests  # type: ignore[arg-type]  # a moment
    return {request.slot: request.value for request in found}


@pytest.mark.parametrize(
    ("light", "expected"),
    [
        (circuit("half"), {Slot.SCHEDULE: ON}),
        (luminaire("dimmed"), {Slot.SCHEDULE: Dim(100.0)}),
        (circuit("all"), {Slot.SCHEDULE: ON}),
    ],
)
def test_half_night_switching_and_dimming_rest(light: Light, expected: dict[Slot, Intent]) -> None:
    assert wants(light, SUSPENDED) == expected


def test_savings_that_rest_say_so_with_the_declaration() -> None:
    (request,) = lighting_requests(circuit("half"), PLACE, PLAN, DEEP_NIGHT, 0.0, SUSPENDED).requests
    assert "energy saving rests" in request.reason
    assert WHY in request.reason


def test_landscape_goes_off_in_slot_12_and_road_lights_do_not() -> None:
    trees = circuit("scene", LightClass.LANDSCAPE)
    assert wants(trees, DARK, EVENING) == {Slot.AUTOMATIC: OFF, Slot.SCHEDULE: ON}
    assert wants(circuit("scene"), DARK, EVENING) == {Slot.SCHEDULE: ON}
    (off, _) = lighting_requests(trees, PLACE, PLAN, EVENING, 0.0, DARK).requests
    assert (off.owner, WHY in off.reason) == (DECLARED, True)


def test_another_program_runs_in_its_place_and_says_why() -> None:
    assert wants(circuit("scene"), INSTEAD) == {Slot.SCHEDULE: ON}
    assert wants(circuit("scene"), LightMeasures()) == {Slot.SCHEDULE: OFF}
    (request,) = lighting_requests(circuit("scene"), PLACE, PLAN, DEEP_NIGHT, 0.0, INSTEAD).requests
    assert f"in place of scene ({WHY})" in request.reason


def test_an_exceptional_night_saves_no_energy_either() -> None:
    national_day = when(2, 1, month=10)
    festive = lighting_requests(circuit("half"), PLACE, PLAN, national_day, 0.0, SUSPENDED).requests
    assert {request.slot: request.value for request in festive}[Slot.CALENDAR_EXCEPTION] == ON
