"""`zhadao check` refuses interlocks that could never act, never hold, never end, or leave somebody in the dark."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from controller.settings import check_site
from controller.settings.problems import Problem
from tests.unit.settings.small_site import FILES, changed, write_site

PS, P1, G1, G2 = "330106-PS-0001", "330106-PS-0001/P1", "330106-PS-0001/G1", "330106-PS-0001/G2"
LC, K1 = "330106-LC-0001", "330106-LC-0001/K1"
STATION = "profiles/station.yaml"
RANGED = changed(STATION, "rack_head_m: {type: f64, unit: m}", "rack_head_m: {type: f64, unit: m, low: -0.2, high: 5}")
TWO_GATES = {
    "site/assets/water.yaml": FILES["site/assets/water.yaml"].replace(
        "      - {output: P1, pump: axial, flow_m3s: 10, power_kw: 500, rated_a: 34, gate: G1}\n",
        "      - {output: P1, pump: axial, flow_m3s: 10, power_kw: 500, rated_a: 34}\n",
    )
}
UNDERPASS = {
    "site/assets/water.yaml": FILES["site/assets/water.yaml"]
    .replace("330106-PS-0001", "330106-UP-0001")
    .replace("kind: drainage", "kind: underpass")
}


class Said(NamedTuple):
    target: str = P1
    condition: str = "rack_head_m < 0.3"
    kind: str = "permissive"
    action: str = "start"
    on_bad: str | None = "block"
    more: str = ""
    id: str = "one"
    text: str = "{zh: 原因, en: the reason}"
    clear: str = "{zh: 办法, en: the remedy}"

    def __str__(self) -> str:
        on_bad = f"    on_bad: {self.on_bad}\n" if self.on_bad else ""
        return (
            f"  - id: {self.id}\n    kind: {self.kind}\n    target: {self.target}\n    action: {self.action}\n"
            f'    condition: "{self.condition}"\n{on_bad}    text: {self.text}\n    clear: {self.clear}\n{self.more}'
        )


def problems(tmp_path: Path, *said: Said, files: dict[str, str] | None = None) -> list[Problem]:
    interlocks = "interlocks:\n" + "".join(map(str, said))
    site = write_site(tmp_path, RANGED | (files or {}) | {"site/water/interlocks.yaml": interlocks})
    return check_site(site)[1]


SOUND = [
    Said(),
    Said(condition="not G1.fault"),
    Said(kind="trip", condition="inner_level_m > 0.2", on_bad="ask", more="    off_delay_s: 5\n"),
    Said(kind="trip", condition="not P1.running or P1.current_a >= 20"),
    Said(kind="interlock", condition="outer_level_m < 6", more="    latched: true\n"),
    Said(target=G2, action="open", condition="outer_level_m < 5"),
    Said(target=G1, action="close", condition="not G1.fault"),
    Said(target=K1, action="energise", condition="control_switch == 'REMOTE'", on_bad="allow"),
    Said(target=G2, kind="trip", action="open", condition="outer_level_m < 6", more="    trip_to: close\n"),
    Said(more="    bypassable: true\n    bypass_at_most: 2h\n"),
]


@pytest.mark.parametrize("said", SOUND, ids=str)
def test_a_sound_interlock_is_taken(tmp_path: Path, said: Said) -> None:
    assert problems(tmp_path, said) == []


UNREACHABLE = {
    "a trip that can never trip": Said(kind="trip", condition="rack_head_m < 9"),
    "always true: it could never act": Said(condition="rack_head_m >= -0.2"),
    "never true: start would be impossible for ever": Said(condition="rack_head_m > 5"),
    "never does energise": Said(action="energise"),
    "they can never be compared": Said(condition="control_switch == 3"),
    "control_switch is never 'REMOT'": Said(condition="control_switch == 'REMOT'"),
    "a condition is true or false; this is a number": Said(condition="rack_head_m"),
    "G1.open_limit proves a gate": Said(condition="not G1.open_limit", on_bad="ask"),
    "could never begin": Said(condition="G1.open_limit"),
    "never true: open would be": Said(target=G2, action="open", condition="G2.open_limit and G2.closed_limit"),
    "P1 could never begin": Said(condition="P1.running"),
    "would be ended as soon as it is under way": Said(kind="interlock", condition="not P1.running"),
}


@pytest.mark.parametrize("message", UNREACHABLE)
def test_what_is_unreachable_or_contradicts_its_own_act_is_refused(tmp_path: Path, message: str) -> None:
    (problem,) = problems(tmp_path, UNREACHABLE[message])
    assert message in problem.message
    assert problem.file.endswith("interlocks.yaml")


CONTRADICTORY = {
    "contradicts one: together they make start of 330106-PS-0001/P1 impossible": (
        Said(condition="rack_head_m < 0.1"),
        Said(id="two", condition="rack_head_m > 0.2"),
    ),
    "contradicts one": (
        Said(target=PS, condition="inner_level_m > outer_level_m"),
        Said(id="two", condition="outer_level_m - inner_level_m > 0.1"),
    ),
    "contradicts the built-in guard fault": (Said(condition="P1.fault"),),
    "contradicts the built-in guard rack": (Said(condition="rack_head_m > 0.6"),),
    "contradicts the built-in guard dry_run": (Said(condition="inner_level_m < 0.3"),),
    "contradicts the built-in guard gravity_gate": (Said(condition="G2.open_limit or G2.position_percent > 90"),),
    "contradicts one and two: together": (
        Said(condition="inner_level_1_m > outer_level_m"),
        Said(id="two", condition="outer_level_m > inner_level_2_m"),
        Said(id="three", condition="inner_level_2_m > inner_level_1_m"),
    ),
}


@pytest.mark.parametrize("message", CONTRADICTORY)
def test_interlocks_that_together_forbid_an_act_for_ever_are_refused(tmp_path: Path, message: str) -> None:
    (problem,) = problems(tmp_path, *CONTRADICTORY[message])
    assert message in problem.message


INCOMPLETE = {
    "is missing": Said(on_bad=None),
    "no Chinese text": Said(text="{zh: reason, en: the reason}"),
    "no English text": Said(clear="{zh: 办法, en: 办法}"),
    "no reset path: once 330106-PS-0001/P1": Said(kind="trip", condition="P1.current_a >= 20"),
    "no reset path: what latches on a whole cabinet": Said(
        target=LC, kind="interlock", action="energise", condition="energy_kwh > 1", more="    latched: true\n"
    ),
    "it never asks for start": Said(kind="trip", more="    trip_to: start\n"),
    "it never asks for open": Said(target=G1, kind="trip", action="close", more="    trip_to: open\n"),
    "closing 330106-PS-0001/G2 is the protective direction": Said(target=G2, action="close"),
    "nobody may bypass": Said(more="    bypass_at_most: 2h\n"),
    "not a length a bypass may have": Said(more="    bypassable: true\n    bypass_at_most: 9h\n"),
}


@pytest.mark.parametrize("message", INCOMPLETE)
def test_what_is_incomplete_is_refused(tmp_path: Path, message: str) -> None:
    (problem,) = problems(tmp_path, INCOMPLETE[message])
    assert message in problem.message


def test_how_it_is_cleared_must_be_said(tmp_path: Path) -> None:
    said = str(Said()).replace("    clear: {zh: 办法, en: the remedy}\n", "")
    (problem,) = check_site(write_site(tmp_path, {"site/water/interlocks.yaml": f"interlocks:\n{said}"}))[1]
    assert (problem.message, "how it is cleared" in problem.hint) == ("is missing", True)


def test_open_and_close_of_a_gate_must_exclude_each_other_where_the_water_decides_both(tmp_path: Path) -> None:
    opens = Said(target=G1, action="open", condition="outer_level_m < 2.5")
    closes = Said(id="two", target=G1, action="close", condition="outer_level_m > 2.0")
    (problem,) = problems(tmp_path, opens, closes)
    assert "open and close of 330106-PS-0001/G1 possible together, for example at outer_level_m = 2.25" in (
        problem.message
    )
    apart = closes._replace(condition="outer_level_m > 2.6 and not G1.fault")
    assert problems(tmp_path, opens, apart) == []


def test_nothing_may_stop_an_underpass_unit_from_the_centre(tmp_path: Path) -> None:
    trip = Said(target="330106-UP-0001/P1", kind="trip", condition="inner_level_m > 0.2")
    (problem,) = problems(tmp_path, trip, files=UNDERPASS)
    assert "an underpass takes only additional starts" in problem.message


def test_a_unit_without_its_gate_beside_a_gate_without_a_unit_is_refused(tmp_path: Path) -> None:
    (problem,) = check_site(write_site(tmp_path, TWO_GATES))[1]
    assert "its start is guarded by no gate's proof" in problem.message
    assert "G1" in problem.hint
