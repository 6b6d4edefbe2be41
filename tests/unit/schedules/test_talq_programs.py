"""Programs of others in TALQ's words: taken where they are followed the same way, refused by field everywhere else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from schedules.program import Anchor, Edge, Saving, TimePoint, Title, half_night, stepped
from schedules.talq import program_in_talq
from schedules.talq_programs import program_taken, programs_taken
from schedules.talq_words import command

TITLE = Title("全夜灯", "All night")


def at(minute: int) -> TimePoint:
    return TimePoint(Anchor.CLOCK, minute)


def control(start: str, percent: int) -> dict[str, Any]:
    return {"startTime": start, "command": command(float(percent))}


def program(**said: Any) -> dict[str, Any]:
    plain = {
        "type": "ControlProgramOne",
        "id": "night",
        "ownerCMS": "other",
        "activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": -5, "sunriseOffset": 10}],
        "fixedTimeControls": [control("00:00:00", 40), control("05:00:00", 100), control("12:00:00", 100)],
    }
    return {key: value for key, value in {**plain, **said}.items() if value is not None}


def test_a_night_by_the_sun_that_is_dimmed_by_the_clock_is_taken_as_it_is() -> None:
    taken = program_taken(program(name="Ring road", description="as delivered"))
    assert (taken.id, taken.title) == ("night", Title("Ring road", "Ring road"))
    assert taken.edges == (
        Edge(TimePoint(Anchor.SUNSET, -5), 100.0),
        Edge(TimePoint(Anchor.SUNRISE, 10), 0.0),
    )
    assert taken.savings == (Saving(at(0), at(5 * 60), 40.0),)


def test_switches_and_controls_that_change_nothing_are_understood() -> None:
    on = {"startTime": "12:00:00", "command": {"state": {"name": "BooleanState", "value": True}, "reason": "program"}}
    taken = program_taken(program(fixedTimeControls=[control("05:00:00", 100), on]))
    assert taken.savings == ()
    clock = program(activePeriods=[], fixedTimeControls=[control("12:00:00", 0), control("18:30:00", 80)])
    assert program_taken(clock).edges == (Edge(at(720), 0.0), Edge(at(1110), 80.0))


minutes = st.integers(0, 24 * 60 - 1)


@given(start=minutes, until=minutes, percent=st.integers(0, 99), on=st.integers(-60, 60), off=st.integers(-60, 60))
def test_what_is_said_exactly_is_taken_for_the_same(start: int, until: int, percent: int, on: int, off: int) -> None:
    ours = half_night(
        "x",
        TITLE,
        at(start),
        at(until),
        on=TimePoint(Anchor.SUNSET, on),
        off=TimePoint(Anchor.SUNRISE, off),
        percent=float(percent),
        min_burn_min=0,
    )
    said = program_in_talq(ours, "here")
    assert said.exact
    assert program_in_talq(program_taken(said.talq), "here").talq == said.talq


def test_titles_come_back_by_our_own_key() -> None:
    ours = stepped("x", TITLE, ((at(23 * 60), 50.0), (at(60), 30.0)))
    said = {**program_in_talq(ours, "here").talq, "zhadao": {"title": {"zh": "全夜灯", "en": "All night"}}}
    assert program_taken(said).title == TITLE


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"type": "ControlProgramTwo"}, "TALQ type is 'ControlProgramTwo'"),
    ({"ownerCMS": None}, "ownerCMS is missing"),
    ({"id": "Ring Road"}, "id 'Ring Road' cannot be a name here"),
    ({"priority": 3}, "priority is not followed here"),
    ({"name": ["a"]}, "name is no name"),
    ({"name": "a\u202eb"}, "name is no name"),
    ({"zhadao": {"lux": True}}, "zhadao is not understood"),
    ({"dynamicControls": [{"effect": {}}]}, "dynamicControls are a sensor's"),
    ({"activePeriods": [{"name": "SensorActivePeriod"}]}, "activePeriods[0].name is 'SensorActivePeriod'"),
    ({"activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": 1.5, "sunriseOffset": 0}]}, "sunsetOffset"),
    ({"activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": 900, "sunriseOffset": 0}]}, "240 minutes"),
    ({"activePeriods": "sun"}, "activePeriods is no list"),
    ({"activePeriods": [], "astroClockTimeControls": [{"offset": 0}]}, "stand beside no period of the sun"),
    ({"fixedTimeControls": []}, "leave open what holds from noon on"),
    ({"fixedTimeControls": [control("22:00:00", 50)]}, "leave open what holds from noon on"),
    ({"fixedTimeControls": [control("12:00:00", 50), control("12:00:00", 60)]}, "not in the order of their times"),
    ({"fixedTimeControls": [control("12:00:30", 50)]}, "startTime is '12:00:30'"),
    ({"fixedTimeControls": [{"startTime": "12:00:00"}]}, "fixedTimeControls[0].command is no object"),
    (
        {"fixedTimeControls": [{"startTime": "12:00:00", "command": {"state": {"name": "RGBState", "value": "f"}}}]},
        "fixedTimeControls[0].command.state is 'RGBState'",
    ),
    (
        {"fixedTimeControls": [{"startTime": "12:00:00", "command": {**command(50.0), "rampToLevelTime": 9}}]},
        "command.rampToLevelTime is not followed here",
    ),
    (
        {"fixedTimeControls": [{"startTime": "12:00:00", "command": {**command(50.0), "reason": "sensor"}}]},
        "command.reason is 'sensor'",
    ),
    (
        {
            "astroClockTimeControls": [
                {"offset": 60, "solarEventType": "sunset", "operation": "Set", "command": command(50.0)}
            ]
        },
        "astroClockTimeControls[0].operation is 'Set'",
    ),
    (
        {
            "astroClockTimeControls": [
                {"offset": 60, "solarEventType": "sunset", "operation": "Min", "command": command(50.0)},
                {"offset": -60, "solarEventType": "sunrise", "operation": "Min", "command": command(40.0)},
            ]
        },
        "cannot be taken over as it is",
    ),
)


@pytest.mark.parametrize(("said", "told"), REFUSED)
def test_what_we_would_not_follow_the_same_way_is_refused_by_its_field(said: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        programs_taken([program(**said)])
    assert told in str(refusal.value)
    assert str(refusal.value).startswith("programs[0]")


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(InvalidValue, match="comes twice"):
        programs_taken([program(), program()])
