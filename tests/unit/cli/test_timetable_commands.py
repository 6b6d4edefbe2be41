"""``zhadao timetable``: whose own fallback equals the programs, one night side by side, and a download."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.real_city import Desk, real_city
from tests.unit.runtime.soft_city import LC1, LC2
from tests.unit.settings import small_site

TABLE = """\
fc23: true
timetable: {address: 1000, programs: 4, entries: 1}
clock: {address: 90, form: fields}
"""


def test_tables_are_downloaded_listed_and_shown_beside_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "profiles/cabinet.yaml"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name].replace("fc23: true\n", TABLE))
    site = "site/site.yaml"
    quick = f"{small_site.FILES[site]}timetables: {{download: false, block_pause: 0s}}\n"
    monkeypatch.setitem(small_site.FILES, site, quick)
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        before = desk("timetable", "status")
        assert before.exit_code == 0, before.output
        assert "fallback equals program 失联方案一致: 0/2" in before.output
        assert "never downloaded 未下载 2" in before.output
        assert desk("timetable", "download", "--reason", "r", "--as", "operator").exit_code == 2
        done = desk("timetable", "download", LC1, "--reason", "new board", "--as", "operator")
        assert done.exit_code == 0, done.output
        city.wait_for(lambda: city.assembly.controller.desks.timetables.view(LC1).state == "equal")
        listed = desk("timetable", "status", "330106").output
        assert "失联方案一致: 1/2" in listed
        (row,) = [line for line in listed.splitlines() if line.strip().startswith(f"{LC1} ")]
        assert "equal 一致" in row
        shown = desk("timetable", "show", LC1, "--night", "2026-10-01")
        assert shown.exit_code == 0, shown.output
        assert "17:45–05:54" in shown.output
        assert "same 一致" in shown.output
        assert "NOT_ATOMIC" in shown.output
        assert '"state": "never_downloaded"' in desk("timetable", "status", LC2, "--json").output
        assert desk("timetable", "show", "330106-LC-0404").exit_code == 1
        assert "fallback equals program: 1/2" in desk("status").output
