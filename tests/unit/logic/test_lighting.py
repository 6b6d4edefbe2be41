from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.intents import Dim, Intent, Switch
from controller.domain.lights import Circuit, LightClass, Luminaire
from controller.domain.places import Place
from controller.domain.slots import Slot, SlotKind
from controller.logic.lighting import OWNER, Light, astronomical_default, lighting_requests, spread_s
from schedules.calendar import Calendar, InRange, Rule
from schedules.plan import LightingPlan
from schedules.program import Edge, Program, Title, all_night, half_night, landscape, parse_time_point

TZ = ZoneInfo("Asia/Shanghai")
PLACE = Place(30.259, 120.130)
TITLE = Title("试", "test")
FESTIVAL = date(2026, 10, 1)
PLAN = LightingPlan(
    {
        "all": all_night("all", TITLE),
        "half": half_night("half", TITLE, parse_time_point("00:30"), parse_time_point("05:00")),
        "dimmed": half_night("dimmed", TITLE, parse_time_point("00:30"), percent=40.0),
        "scene": landscape("scene", TITLE, parse_time_point("22:00")),
        "low": Program("low", TITLE, (Edge(parse_time_point("sunset"), 30.0), Edge(parse_time_point("sunrise"), 0.0))),
    },
    Calendar((Rule("national day", InRange(FESTIVAL, FESTIVAL), {"half": "all"}),)),
    TZ,
)


def circuit(program: str, light_class: LightClass = LightClass.ROAD) -> Circuit:
    return Circuit("330106-LC-0001/K1", "K1", "北山街", light_class, program, lamps=20, rated_w=3000.0)


def luminaire(program: str) -> Luminaire:
    return Luminaire("330106-SP-0001/L1", "L1", program, 120.0)


def when(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=TZ)


def slots(light: Light, wall: datetime) -> dict[Slot, Intent]:
    return {request.slot: request.value for request in lighting_requests(light, PLACE, PLAN, wall).requests}


ON, OFF = Switch(on=True), Switch(on=False)


@pytest.mark.parametrize(
    ("light", "wall", "expected"),
    [
        (circuit("all"), when(1, 14), {Slot.SCHEDULE: OFF}),
        (circuit("all"), when(1, 20), {Slot.SCHEDULE: ON}),
        (circuit("half"), when(1, 20), {Slot.SCHEDULE: ON}),
        (circuit("half"), when(2, 1), {Slot.ENERGY_SAVING: OFF, Slot.SCHEDULE: ON}),
        (circuit("half"), when(2, 5, 30), {Slot.SCHEDULE: ON}),
        (circuit("half"), when(2, 8), {Slot.SCHEDULE: OFF}),
        (
            circuit("half"),
            when(2, 1, month=10),
            {Slot.CALENDAR_EXCEPTION: ON, Slot.ENERGY_SAVING: OFF, Slot.SCHEDULE: ON},
        ),
        (circuit("half"), when(2, 1, 0, month=11), {Slot.ENERGY_SAVING: OFF, Slot.SCHEDULE: ON}),
        (circuit("dimmed"), when(2, 1), {Slot.ENERGY_SAVING: ON, Slot.SCHEDULE: ON}),
        (luminaire("dimmed"), when(2, 1), {Slot.ENERGY_SAVING: Dim(40.0), Slot.SCHEDULE: Dim(100.0)}),
        (luminaire("low"), when(2, 1), {Slot.SCHEDULE: Dim(30.0)}),
        (circuit("low"), when(2, 1), {Slot.SCHEDULE: ON}),
        (circuit("scene", LightClass.LANDSCAPE), when(1, 21), {Slot.SCHEDULE: ON}),
        (circuit("scene", LightClass.LANDSCAPE), when(1, 23), {Slot.SCHEDULE: OFF}),
        (circuit("unheard-of"), when(1, 20), {}),
    ],
)
def test_a_light_asks_for_what_its_program_means_now(
    light: Light, wall: datetime, expected: dict[Slot, Intent]
) -> None:
    assert slots(light, wall) == expected


def test_reasons_name_the_program_the_line_and_the_rule() -> None:
    festive = lighting_requests(circuit("half"), PLACE, PLAN, when(2, 1, month=10)).requests
    assert [request.reason for request in festive] == [
        "national day: all, on at sunset",
        "program half (masked tonight), energy saving: off from 00:30 until 05:00",
        "program half (masked tonight), on at sunset",
    ]


@pytest.mark.parametrize(
    ("light", "wall", "expected"),
    [
        (circuit("unheard-of"), when(1, 20), ON),
        (circuit("unheard-of"), when(1, 14), OFF),
        (luminaire("unheard-of"), when(1, 20), Dim(100.0)),
        (circuit("scene", LightClass.LANDSCAPE), when(1, 20), OFF),
    ],
)
def test_the_default_lights_roads_from_sunset_to_sunrise(light: Light, wall: datetime, expected: Intent) -> None:
    computed = astronomical_default(light, PLACE, PLAN, wall)
    [request] = computed.requests
    assert (request.slot, request.value) == (Slot.DEFAULT, expected)
    assert computed.until is not None
    assert computed.until > wall


times = st.integers(0, 4 * 366 * 86_400).map(lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@given(st.sampled_from(["all", "half", "dimmed", "scene", "low", "unheard-of"]), times, st.floats(0, 15))
def test_requests_stand_until_the_promised_time(program: str, wall: datetime, shift_s: float) -> None:
    light = luminaire(program)
    computed = lighting_requests(light, PLACE, PLAN, wall, shift_s)
    assert computed.until is not None
    assert wall < computed.until <= wall + timedelta(hours=24, seconds=15)
    just_before = max(wall, computed.until - timedelta(milliseconds=1))
    assert lighting_requests(light, PLACE, PLAN, just_before, shift_s) == computed


@given(st.sampled_from(["all", "half", "dimmed", "scene", "low"]), times)
def test_only_computed_slots_are_filled_each_once_and_by_one_owner(program: str, wall: datetime) -> None:
    requests = lighting_requests(circuit(program), PLACE, PLAN, wall).requests
    assert len({request.slot for request in requests}) == len(requests) >= 1
    assert all(request.slot.kind is SlotKind.COMPUTED and request.owner == OWNER for request in requests)


def test_the_spread_of_an_asset_never_changes() -> None:
    assert spread_s("330106-LC-0001", 15.0) == pytest.approx(8.987389602, abs=1e-9)


def test_spreads_fill_their_range_evenly() -> None:
    spreads = [spread_s(f"330106-LC-{n:04d}", 30.0) for n in range(3000)]
    assert all(0.0 <= spread < 30.0 for spread in spreads)
    in_each_second = [sum(int(spread) == second for spread in spreads) for second in range(30)]
    assert min(in_each_second) > 60
    assert max(in_each_second) < 140
