"""Timetables and clocks of profiles, and the pace of downloads: read, and refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.timetables import ClockForm, RowIndex, TimeBase, TimeForm
from controller.settings.checks import check_site
from controller.settings.load import load_site
from tests.unit.settings.small_site import FILES, changed, line_of, write_site

TABLE = """\
timetable: {address: 1000, programs: 2, entries: 2}
clock: {address: 90, form: fields}
"""
FULL = """\
timetable:
  address: 1000
  programs: 4
  entries: 2
  index: day_of_year
  time: hour_minute
  always: 65534
  assignment: {address: 940, outputs: 8}
  hash: 950
  hash_own: true
  commit: {address: 952, value: 7}
clock: {address: 960, form: unix, base: utc}
"""


def with_table(text: str) -> dict[str, str]:
    return changed("profiles/cabinet.yaml", "fc23: true\n", f"fc23: true\n{text}")


def test_a_profile_without_them_has_neither_and_a_site_that_says_nothing_has_the_usual_pace(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path))
    bindings = [binding for endpoint in site.endpoints for binding in endpoint.devices]
    assert all(binding.timetable is binding.clock is None for binding in bindings)
    assert (site.timetables.download, site.timetables.at_once, site.timetables.look_every_s) == (True, 8, 86_400.0)


def test_every_word_of_a_layout_reaches_the_cabinets_binding(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path, with_table(FULL)))
    (binding,) = [b for e in site.endpoints for b in e.devices if b.device == "330106-LC-0001"]
    table, clock = binding.timetable, binding.clock
    assert table is not None
    assert clock is not None
    assert table.assignment is not None
    assert table.commit is not None
    assert (table.programs, table.entries, table.index, table.time) == (
        4,
        2,
        RowIndex.DAY_OF_YEAR,
        TimeForm.HOUR_MINUTE,
    )
    assert (table.hash_address, table.hash_own, table.commit.value, table.assignment.outputs) == (950, True, 7, 8)
    assert (clock.form, clock.base) == (ClockForm.UNIX, TimeBase.UTC)
    assert table.registers == 366 * 16


@pytest.mark.parametrize(
    ("old", "new", "needle", "message"),
    [
        ("entries: 2}", "entries: 2, days: 400}", "timetable:", "366"),
        ("address: 1000", "address: 9", "timetable:", "control_switch at holding 12 lies in registers 9 to"),
        ("address: 1000", "address: 65000", "timetable:", "ends at register"),
        ("address: 90", "address: 1005", "clock:", "lies in the registers of timetable"),
        ("address: 90", "address: 12", "clock:", "control_switch at holding 12"),
        ("entries: 2}", "entries: 2, never: 300}", "timetable:", "300 is a time of day as well"),
        ("entries: 2}", "entries: 2, always: 65535}", "timetable:", "never and always are both 65535"),
        ("entries: 2}", "entries: 2, max_registers: 3}", "timetable:", "one night takes 4 registers"),
        ("entries: 2}", "entries: 2, hash_own: true}", "timetable:", "there is no hash"),
        ("entries: 2}", "entries: 2, commit: {address: 80, value: 0}}", "timetable:", "value and done are both 0"),
        ("entries: 2}", "entries: 2, assignment: {address: 80, outputs: 4, none: 1}}", "timetable:", "none is program"),
        ("entries: 2}", "entries: 2, entires: 3}", "timetable:", "unknown key"),
    ],
)
def test_a_layout_that_cannot_be_is_refused_where_it_stands(
    tmp_path: Path, old: str, new: str, needle: str, message: str
) -> None:
    assert TABLE.count(old) == 1
    files = with_table(TABLE.replace(old, new))
    site, problems = check_site(write_site(tmp_path, files))
    assert site is None
    told = [one for one in problems if message in str(one)]
    assert told, problems
    where = f"profiles/cabinet.yaml:{line_of(files['profiles/cabinet.yaml'], needle)}"
    assert any(where in str(one) for one in told), told


def test_only_a_modbus_profile_has_registers(tmp_path: Path) -> None:
    name = "profiles/station.yaml"
    files = {name: FILES[name].replace("heartbeat_s: 60\n", "heartbeat_s: 60\nclock: {address: 1, form: unix}\n")}
    site, problems = check_site(write_site(tmp_path, files))
    assert site is None
    assert any("only a Modbus device" in str(one) for one in problems)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{look_every: 5s}", "too often"),
        ("{clock: {look_every: 1s}}", "too often"),
        ("{clock: {set_above_s: 9}}", "before they are set"),
        ("{at_once: 0}", "greater than or equal to 1"),
        ("{pause: 1s}", "unknown key"),
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(tmp_path: Path, said: str, message: str) -> None:
    name = "site/site.yaml"
    site, problems = check_site(write_site(tmp_path, {name: f"{FILES[name]}timetables: {said}\n"}))
    assert site is None
    assert any(message in str(one) and "site.yaml" in str(one) for one in problems), problems
