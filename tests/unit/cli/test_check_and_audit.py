from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.store.journal_read import journal_file
from controller.store.lines import Entry
from controller.store.store import Store
from tests.unit.cli.conftest import Shell

HANGZHOU = Path(__file__).parents[3] / "config" / "hangzhou"


@pytest.fixture
def journal(shell: Shell) -> Path:
    """A journal of three lines, as a controller left it."""
    asyncio.run(_written(shell.data))
    return journal_file(shell.data)


async def _written(data: Path) -> None:
    store = Store.open(data)
    wall = datetime(2026, 6, 21, 11, tzinfo=UTC)
    entries = [Entry("order", wall, "operator", f"330106-LC-0001/K{n}", {"value": "on"}) for n in (1, 2, 3)]
    await store.journal.append(entries)
    await store.close()


def test_a_whole_journal_verifies(shell: Shell, journal: Path) -> None:
    result = shell.asking("audit", "verify")
    assert result.exit_code == 0, result.output
    assert "whole" in result.output


def test_a_journal_with_one_byte_changed_is_broken_and_the_line_is_named(shell: Shell, journal: Path) -> None:
    with sqlite3.connect(journal) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    content = journal.read_bytes()
    assert content.count(b"0001/K2") >= 1
    journal.write_bytes(content.replace(b"0001/K2", b"0001/K9"))
    result = shell.asking("audit", "verify")
    assert result.exit_code == 1
    assert "BROKEN" in result.stderr
    assert "line " in result.stderr


def test_no_journal_is_said_plainly(shell: Shell) -> None:
    result = shell.asking("audit", "verify")
    assert (result.exit_code, "there is no journal" in result.stderr) == (1, True)


def test_the_journal_is_shown_oldest_first_and_filtered(shell: Shell, journal: Path) -> None:
    everything = shell.asking("audit", "show", "--kind", "order").output.splitlines()
    assert [f"K{n}" in line for n, line in enumerate(everything, start=1)] == [True, True, True]
    assert "2026-06-21 19:00:00" in everything[0]
    (one,) = shell.asking("audit", "show", "--target", "330106-LC-0001/K2", "--json").output.splitlines()
    assert json.loads(one)["data"] == {"value": "on"}
    assert shell.asking("audit", "show", "--since", "2026-06-21T19:00:01").output == ""
    assert len(shell.asking("audit", "show", "--limit", "1").output.splitlines()) == 1


def test_check_names_the_file_and_line_and_ends_with_2(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("name: nowhere\nsurprise: 1\n")
    result = shell("check", str(tmp_path))
    assert result.exit_code == 2
    assert "site.yaml:2: surprise" in result.output
    assert "nothing of it would be applied" in result.output


def test_check_of_no_folder_ends_with_2(shell: Shell, tmp_path: Path) -> None:
    assert shell("check", str(tmp_path / "missing")).exit_code == 2


def test_run_with_an_unusable_configuration_ends_with_2_before_anything_starts(shell: Shell, tmp_path: Path) -> None:
    result = shell("run", str(tmp_path / "missing"), "--data", str(tmp_path / "data"))
    assert result.exit_code == 2
    assert not (tmp_path / "data").exists()


def test_the_demo_site_is_usable_and_counted(shell: Shell) -> None:
    result = shell("check", str(HANGZHOU))
    assert result.exit_code == 0, result.output
    assert "OK" in result.output


def test_a_schedule_is_shown_from_the_configuration_alone(shell: Shell) -> None:
    shown = ("schedule", "show", "330106-LC-0001", "--date", "2026-06-21", "--config", str(HANGZHOU))
    result = shell(*shown)
    assert result.exit_code == 0, result.output
    assert "night of 2026-06-21" in result.output
    none = shell("schedule", "show", "330102-PS-0001", "--date", "2026-06-21", "--config", str(HANGZHOU))
    assert (none.exit_code, "no lights" in none.stderr) == (1, True)
