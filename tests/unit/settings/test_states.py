"""``states.yaml``, ``local:`` and ``key_at``: what a site says of its conditions, and what it cannot say."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.operating import DisciplineName, OperatingState
from controller.domain.places import KeyPlace
from controller.domain.slots import Slot
from controller.logic.operating_states import DEFAULT_STATES, AlarmShift
from controller.logic.state_proposals import ProposalRules, RainRule
from controller.settings import ConfigProblems, load_site
from controller.settings.checks import check_site
from controller.settings.diff import diff_sites
from controller.settings.site import LocalRules, Site
from tests.unit.settings.small_site import changed, write_site

FLOOD = """\
states:
  - state: flood_iii
    title: {zh: 三级, en: three}
    response: 3
"""


def site(tmp_path: Path, text: str = "", **files: str) -> Site:
    return load_site(write_site(tmp_path, ({"site/states.yaml": text} if text else {}) | files))


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigProblems) as problems:
        site(tmp_path, text)
    return str(problems.value)


def test_a_site_that_says_nothing_has_states_that_change_no_program(tmp_path: Path) -> None:
    said = site(tmp_path)
    assert dict(said.states.specs) == dict(DEFAULT_STATES)
    assert said.states.rules == ProposalRules()
    assert said.local == LocalRules(0.0, 600.0)
    assert not next(iter(said.city.stations.values())).key_at


def test_everything_a_state_changes_is_read(tmp_path: Path) -> None:
    text = (
        FLOOD
        + """\
    one_person: true
    slots: [emergency_order]
    leases: {district_manual: 10h}
    alarms: [{condition: warning, by: -1}]
    lighting: {savings: suspended, landscape: dark, programs: {landscape: all-night}}
proposals:
  disciplines: [water]
  rain: [{signal: red, mm: 80, within: 2h, state: flood_i}]
"""
    )
    said = site(tmp_path, text)
    spec = said.states.specs[OperatingState.FLOOD_III]
    assert (spec.response, spec.one_person, spec.slots) == (3, True, {Slot.EMERGENCY_ORDER})
    assert spec.longest_s == {Slot.DISTRICT_MANUAL: 36_000.0}
    assert spec.alarm_shifts == (AlarmShift("warning", -1),)
    assert (spec.suspend_savings, spec.landscape_off, dict(spec.programs)) == (True, True, {"landscape": "all-night"})
    assert said.states.rules.disciplines == (DisciplineName.WATER,)
    assert said.states.rules.rain == (RainRule("red", 80.0, 7200.0, OperatingState.FLOOD_I),)
    assert said.states.rules.levels == ()
    assert said.states.specs[OperatingState.TYPHOON] == DEFAULT_STATES[OperatingState.TYPHOON]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FLOOD.replace("flood_iii", "flood_v"), "not one of the known words"),
        (FLOOD + FLOOD.partition("\n")[2], "duplicate state"),
        (FLOOD.replace("response: 3", "response: 4\n    one_person: true"), "one person may not act alone"),
        (FLOOD.replace("response: 3", "one_person: true"), "one person may not act alone"),
        (FLOOD.replace("flood_iii", "ordinary"), "the ordinary state changes nothing"),
        (FLOOD + "    slots: [city_manual]\n", "no slot that a state opens"),
        (FLOOD + "    leases: {district_manual: 13h}\n", "12h at most"),
        (FLOOD + "    leases: {schedule: 1h}\n", "no slot with leases"),
        (FLOOD + "    lighting: {programs: {landscape: festive}}\n", "unknown lighting program"),
        (FLOOD + "    lighting: {savings: off}\n", "savings"),
        (FLOOD + "    alarms: [{condition: warning, by: 9}]\n", "by"),
        ("proposals:\n  levels: [{at: warning, state: snow}]\n", "snow is no response level"),
        ("proposals:\n  rain: [{signal: red, mm: 80, within: 0s, state: flood_i}]\n", "no time at all"),
        ("stats: []\n", "did you mean states?"),
    ],
)
def test_what_a_site_cannot_say_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    said = refused(tmp_path, text)
    assert message in said
    assert "states.yaml:" in said


def test_a_program_a_state_brings_is_proven_to_burn_no_lamp_by_day(tmp_path: Path) -> None:
    programs = changed("site/lighting/programs.yaml", "programs:\n", "programs:\n" + DAY)
    files = {"site/lighting/programs.yaml": programs["site/lighting/programs.yaml"]}
    unused, _ = check_site(write_site(tmp_path / "unused", files))
    assert unused is not None
    brings = FLOOD + "    lighting: {programs: {all-night: day}}\n"
    _, problems = check_site(write_site(tmp_path / "used", {**files, "site/states.yaml": brings}))
    assert any("burns lamps by day" in str(problem) for problem in problems)


DAY = "  - {id: day, title: {zh: 日, en: day}, edges: {'08:00': on, '17:00': off}}\n"


def test_where_the_key_is_and_how_long_automation_waits_are_the_sites_own(tmp_path: Path) -> None:
    files = changed(
        "site/assets/water.yaml", "    name: 五堡\n", "    name: 五堡\n    key_at: {zh: 泵房, en: pump house}\n"
    )
    files |= changed("site/site.yaml", "api:\n", "local: {lights_wait_s: 60, stations_wait_s: 0}\napi:\n")
    said = load_site(write_site(tmp_path, files))
    assert said.local == LocalRules(60.0, 0.0)
    assert next(iter(said.city.stations.values())).key_at == KeyPlace("泵房", "pump house")


def test_a_reload_tells_which_states_mean_something_else_now(tmp_path: Path) -> None:
    old = site(tmp_path / "old")
    new = site(tmp_path / "new", FLOOD.replace("response: 3", "response: 2") + "proposals: {disciplines: [water]}\n")
    assert diff_sites(old, new).states == ("flood_iii", "proposals")
    assert diff_sites(new, new).states == ()
