"""The truth table is printed from a site folder alone, in two languages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Shell
from tests.unit.settings.small_site import write_site

PS = "330106-PS-0001"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path / "config")


def asked(shell: Shell, site: Path, *words: str) -> str:
    result = shell("interlock", "table", *words, "--config", str(site))
    assert result.exit_code == 0, result.output
    return result.output


def test_every_act_stands_with_its_guards_and_what_each_value_gives(shell: Shell, site: Path) -> None:
    lines = asked(shell, site, PS).splitlines()
    for act in ("P1 P1: start", "P1 P1: stop", "G1 G1 (discharge): open", "G2 G2 (gravity): close"):
        assert f"{PS}/{act}" in lines
    at = next(number for number, line in enumerate(lines) if line.split()[:1] == ["rack-clear"])
    assert lines[at].split() == [
        "rack-clear",
        "allow",
        "hold",
        "hold/allow",
        "allow",
        "allow",
        "allow",
        "ask",
        "permissive",
    ]
    assert lines[at + 1].strip() == "rack_head_m < 0.3"
    assert lines[at + 2].strip() == "why: the rack is blocked; clear: clean it"


def test_the_texts_come_in_chinese_too(shell: Shell, site: Path) -> None:
    assert "原因: 拦污栅堵塞; 解除: 清污" in asked(shell, site, PS, "--lang", "zh")


def test_programs_get_the_same_table_as_json(shell: Shell, site: Path) -> None:
    tables = json.loads(asked(shell, site, PS, "--json"))
    (start,) = [one for one in tables if (one["target"], one["act"]) == (f"{PS}/P1", "start")]
    (rack,) = [row for row in start["rows"] if row["id"] == "rack-clear"]
    assert rack["begin"]["false"] == {"automation": "hold", "person": "hold"}
    assert rack["begin"]["unknown"] == {"automation": "hold", "person": "allow"}


def test_a_cabinet_has_its_table(shell: Shell, site: Path) -> None:
    assert "330106-LC-0001/K1 main: energise" in asked(shell, site, "330106-LC-0001")


def test_the_only_site_below_config_is_taken_and_several_are_asked_about(
    shell: Shell, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shell("interlock", "table", PS).exit_code == 0
    (tmp_path / "config" / "other").mkdir()
    (tmp_path / "config" / "other" / "site.yaml").write_text("")
    result = shell("interlock", "table", PS)
    assert (result.exit_code, "say --config FOLDER" in result.stderr) == (2, True)


def test_an_unknown_station_is_told_with_those_there_are(shell: Shell, site: Path) -> None:
    result = shell("interlock", "table", "330106-PS-0009", "--config", str(site))
    assert (result.exit_code, PS in result.stderr) == (1, True)
