"""Override commands and groups in TALQ's words, and back; what we write is what TALQ 2.7.1 describes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from schedules.calendar import Calendar, Rule
from schedules.program import Program, all_night
from schedules.talq import program_in_talq
from schedules.talq_calendar import calendar_in_talq
from schedules.talq_groups import HELD, Purpose, TalqGroup, group_from_talq, group_in_talq
from schedules.talq_overrides import Override, Words, lease_s, override_from_talq, override_in_talq
from schedules.talq_reading import program_of_night
from schedules.talq_references import Reference, Resource
from schedules.when import InSeason, OnNthWeekday, When
from tests.unit.schedules import talq_schema
from tests.unit.schedules.test_resolve import TITLE
from tests.unit.schedules.test_talq import EXACT, HOLIDAYS, HORIZON, OWNER, WHENS, by_the_clock, by_the_sun

NOW = datetime(2026, 6, 22, 10, 30, tzinfo=UTC)
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(str.strip)
references = st.builds(Reference, st.sampled_from(Resource), words)
several = st.lists(references, min_size=1, max_size=5, unique=True).map(tuple)
times = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by timezones
overrides = st.builds(
    Override,
    several,
    st.none() | st.integers(0, 100).map(float),
    st.none(),
    st.none(),
    st.just(""),
    st.builds(Words, words, st.sampled_from(["", "city_manual"]), st.sampled_from(["", "road"]), st.booleans()),
) | st.builds(Override, several, st.integers(0, 100).map(float), times, times, words, st.builds(Words, words))


@given(overrides)
def test_any_override_of_whole_percents_reads_back_the_same(override: Override) -> None:
    said = override_in_talq(override)
    talq_schema.is_override(said.talq)
    assert said.exact
    assert override_from_talq(said.talq) == override


@given(several, words, words, st.sampled_from(HELD), st.booleans())
def test_any_group_reads_back_the_same(
    members: tuple[Reference, ...], name: str, owner: str, purpose: Purpose, titled: bool
) -> None:
    group = TalqGroup(name, owner, members, {"title": {"zh": "灯", "en": "Lamps"}} if titled else {}, purpose)
    said = group_in_talq(group)
    talq_schema.is_group(said)
    assert group_from_talq(said) == group


@given(by_the_clock | by_the_sun)
def test_any_program_has_the_form_talq_describes(program: Program) -> None:
    talq_schema.is_program(program_in_talq(program, OWNER).talq)


@pytest.mark.parametrize("program", EXACT, ids=lambda program: f"{program.id} {program.edges[0].at}")
def test_the_usual_programs_have_the_form_talq_describes(program: Program) -> None:
    talq_schema.is_program(program_in_talq(program, OWNER).talq)


MORE_WHENS: dict[str, When] = {
    **{what: when for what, (when, _) in WHENS.items()},
    "one day of the year": InSeason((10, 1), (10, 1)),
    "New Year's Eve and after": InSeason((12, 31), (1, 1)),
    "every nth": OnNthWeekday(frozenset({7}), frozenset({1, 2, 3, 4, 5, -1})),
}


@pytest.mark.parametrize("what", MORE_WHENS)
def test_calendars_have_the_form_talq_describes_and_pick_the_same_nights(what: str) -> None:
    calendar = Calendar((Rule("rule", MORE_WHENS[what], {"p": "q"}),), HOLIDAYS)
    said = calendar_in_talq(calendar, "p", OWNER, HORIZON).talq
    talq_schema.is_calendar(said)
    nights = list(HORIZON.nights())
    assert [program_of_night(said, night) for night in nights] == [calendar.resolve("p", night) for night in nights]


def test_a_dimmed_group_reads_as_a_talq_person_expects() -> None:
    ends = datetime(2026, 6, 22, 19, 0, tzinfo=timezone(timedelta(hours=8)))
    words = Words("drill", "city_manual", "road")
    override = Override((Reference(Resource.GROUPS, "迎宾线"),), 60.0, NOW, ends, "T-7", words)
    assert override_in_talq(override).talq == {
        "addresses": [{"resource": "groups", "address": "迎宾线"}],
        "targetCommand": {
            "state": {"name": "LevelState", "value": 60},
            "reason": "override",
            "cmsRefId": "T-7",
            "start": "2026-06-22T10:30:00Z",
            "expiration": "2026-06-22T11:00:00Z",
        },
        "zhadao": {"reason": "drill", "slot": "city_manual", "knife": "road"},
    }


def test_without_a_target_command_it_ends_the_override_there_is() -> None:
    said = {"addresses": [{"resource": "devices", "address": "330106-LC-0001"}]}
    assert override_from_talq(said).percent is None


@pytest.mark.parametrize(("value", "action"), [(True, "on"), (False, "off")])
def test_a_boolean_state_switches(value: bool, action: str) -> None:
    assert override_from_talq(_said(state={"name": "BooleanState", "value": value})).action == action


@pytest.mark.parametrize(("level", "action"), [(0, "off"), (1, "1%"), (60, "60%"), (100, "on")])
def test_a_level_is_an_action_of_the_switch(level: int, action: str) -> None:
    assert override_from_talq(_said(state={"name": "LevelState", "value": level})).action == action


def _said(**command: Any) -> dict[str, Any]:
    order = {"state": {"name": "LevelState", "value": 60}, "expiration": "2026-06-22T19:00:00+08:00", **command}
    return {"addresses": [{"resource": "devices", "address": "330106-LC-0001/K1"}], "targetCommand": order}


NOT_HELD: dict[str, tuple[dict[str, Any], str]] = {
    "no addresses": ({"targetCommand": {}}, "TALQ addresses is missing"),
    "empty addresses": ({**_said(), "addresses": []}, "TALQ addresses names nobody"),
    "a reference without address": (
        {"addresses": [{"resource": "devices"}]},
        r"TALQ addresses\[0\].address is missing .*\(payloadError\)",
    ),
    "a calendar's address": (
        {"addresses": [{"resource": "calendars", "address": "x"}]},
        r"addresses\[0\].resource .*\(overrideAddressNotValid\)",
    ),
    "a colour": (
        _said(state={"name": "CCTColorState", "value": 3000}),
        r"targetCommand.state is 'CCTColorState' .*\(overrideCommandNotValid\)",
    ),
    "a level beyond": (_said(state={"name": "LevelState", "value": 101}), "targetCommand.state"),
    "half a percent": (_said(state={"name": "LevelState", "value": 60.5}), "targetCommand.state"),
    "a level that is a truth": (_said(state={"name": "LevelState", "value": True}), "targetCommand.state"),
    "no state": (_said(state=None), "targetCommand.state"),
    "a sensor's": (_said(reason="sensor"), "targetCommand.reason"),
    "a source": (_said(refAddress="330106-LC-0001/lux"), "targetCommand.refAddress"),
    "a ramp": (_said(rampToLevelTime=2.5), "targetCommand.rampToLevelTime"),
    "a ramp at its end": (_said(rampFromLevelTime=1), "targetCommand.rampFromLevelTime"),
    "no date-time": (_said(expiration="tomorrow"), "targetCommand.expiration"),
    "a time without offset": (_said(start="2026-06-22T19:00:00"), "targetCommand.start"),
    "a long reference": (_said(cmsRefId="x" * 65), "targetCommand.cmsRefId"),
    "a scene": ({**_said(), "zhadao": {"scene": "night"}}, "zhadao.scene"),
    "a word nobody knows": ({**_said(), "zhadao": {"priority": 1}}, "zhadao.priority"),
}


@pytest.mark.parametrize("what", NOT_HELD)
def test_what_cannot_be_held_is_refused_by_its_field(what: str) -> None:
    said, told = NOT_HELD[what]
    with pytest.raises(InvalidValue, match=told):
        override_from_talq(said)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ({"expiration": None}, "targetCommand.expiration is missing"),
        ({"expiration": "2026-06-22T10:30:00Z"}, "targetCommand.expiration is over"),
        ({"start": "2026-06-22T10:31:01Z"}, "targetCommand.start lies ahead"),
    ],
)
def test_an_override_begins_now_and_ends(command: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidValue, match=told):
        lease_s(override_from_talq(_said(**command)), NOW)
    assert lease_s(override_from_talq(_said(start="2026-06-22T10:30:59Z")), NOW) == 1800.0


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ownerCMS": ""}, "TALQ ownerCMS"),
        ({"address": None}, "TALQ address"),
        ({"members": "all"}, "TALQ members"),
        ({"purpose": "loggerConfig"}, "TALQ purpose is 'loggerConfig'"),
        ({"members": [{"resource": "loggers", "address": "x"}]}, r"members\[0\].resource"),
    ],
)
def test_a_group_ours_cannot_hold_is_refused_by_its_field(changed: dict[str, Any], told: str) -> None:
    said = {"address": "a", "ownerCMS": "cms", "members": [], **changed}
    with pytest.raises(InvalidValue, match=told):
        group_from_talq(said)


def test_a_fraction_and_a_scene_are_told_in_both_languages() -> None:
    said = override_in_talq(Override((Reference(Resource.DEVICES, "x"),), 33.4, words=Words(scene="夜景")))
    assert said.talq["targetCommand"]["state"]["value"] == 34
    assert [one.en.partition(":")[0] for one in said.unsaid] == [
        "a fraction of a percent",
        "that it is one level of a scene",
    ]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in one.zh) for one in said.unsaid)


def test_the_shape_restated_here_can_fail() -> None:
    said = program_in_talq(all_night("a", TITLE), OWNER).talq
    with pytest.raises(KeyError):
        talq_schema.is_program({name: value for name, value in said.items() if name != "activePeriods"})
    with pytest.raises(AssertionError):
        talq_schema.is_group({"address": "a", "ownerCMS": "b", "members": [], "purpose": "nothing"})
    with pytest.raises(AssertionError):
        talq_schema.is_override({"targetCommand": {"state": {"name": "LevelState", "value": 3.5}}})


def test_a_night_of_the_one_day_season_is_that_day() -> None:
    calendar = Calendar((Rule("rule", InSeason((10, 1), (10, 1)), {"p": "q"}),), HOLIDAYS)
    said = calendar_in_talq(calendar, "p", OWNER, HORIZON).talq
    assert said["rules"][0]["condition"]["dates"] == [{"start": "--10-01"}]
    assert program_of_night(said, date(2026, 10, 1)) == "q"
