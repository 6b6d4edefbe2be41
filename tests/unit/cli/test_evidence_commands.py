"""``audit``, ``backup`` and ``restore`` as people type them, on a data folder a controller left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.domain.rights import Caller
from controller.runtime.backups import BackupView, view_of
from controller.store.backup import copy, freeze
from controller.store.journal_verify import verify
from controller.store.store import Store
from tests.unit.cli.conftest import Running, Shell
from tests.unit.store.conftest import DUSK
from tests.unit.store.evidence_rig import LINES, chain_anew, filled, forged


@pytest.fixture
def data(shell: Shell) -> Path:
    asyncio.run(filled(shell.data))
    return shell.data


def rewritten(data: Path) -> None:
    with forged(data) as connection:
        connection.execute("UPDATE entries SET actor = 'wang' WHERE seq = 25")
    chain_anew(data)


def test_verify_says_how_far_it_is_signed_and_takes_the_key_kept_elsewhere(shell: Shell, data: Path) -> None:
    key = shell.data.parent / f"{shell.data.name}.pub"
    key.write_text(shell.asking("audit", "key").output)
    result = shell.asking("audit", "verify", "--key", str(key))
    assert result.exit_code == 0, result.output
    assert f"{LINES} lines, signed up to line {LINES}" in result.output
    key.write_text("AAAA\n")
    wrong = shell.asking("audit", "verify", "--key", str(key))
    assert (wrong.exit_code, "holds no public key" in wrong.stderr) == (1, True)


@pytest.mark.parametrize(
    ("forge", "finding"),
    [
        ("UPDATE entries SET actor = 'wang' WHERE seq = 25", "(line changed): line 25"),
        ("DELETE FROM entries WHERE seq = 25", "(line removed): line 25"),
        ("DELETE FROM entries WHERE seq > 25", "(end cut off): the end is cut"),
    ],
)
def test_verify_tells_a_changed_line_a_removed_line_and_a_cut_end_apart(
    shell: Shell, data: Path, forge: str, finding: str
) -> None:
    with forged(data) as connection:
        connection.execute(forge)
    result = shell.asking("audit", "verify")
    assert result.exit_code == 1
    assert f"BROKEN {finding}" in result.stderr


def test_verify_tells_a_journal_that_was_rewritten_as_a_whole(shell: Shell, data: Path) -> None:
    rewritten(data)
    result = shell.asking("audit", "verify")
    assert (result.exit_code, "(rewritten): lines 22 to 31" in result.stderr) == (1, True)


def test_an_export_is_proven_where_there_is_no_data_folder(shell: Shell, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "june.jsonl"
    made = shell.asking("audit", "export", str(file), "--since", "2026-06-21T19:05")
    assert made.exit_code == 0, made.output
    assert "lines 5 to 40, signed" in made.output
    shown = shell("audit", "verify", "--export", str(file), "--data", str(tmp_path / "nothing"))
    assert (shown.exit_code, "The export is whole: lines 5 to 40" in shown.output) == (0, True)
    file.write_text(file.read_text().replace('"lin"', '"liu"', 1))
    broken = shell("audit", "verify", "--export", str(file))
    assert (broken.exit_code, "(line changed): line 5" in broken.stderr) == (1, True)
    assert shell.asking("audit", "export", str(file)).exit_code == 1


def test_show_finds_who(shell: Shell, data: Path) -> None:
    assert len(shell.asking("audit", "show", "--who", "lin", "--limit", "7").output.splitlines()) == 7
    assert shell.asking("audit", "show", "--who", "nobody").output == ""


def test_a_second_medium_with_no_journal_is_said(shell: Shell, data: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    result = shell.asking("audit", "verify", "--second", str(tmp_path / "elsewhere"))
    assert (result.exit_code, "there is no journal" in result.stderr) == (1, True)


def test_a_stopped_controller_is_backed_up_and_restored_after_damage(shell: Shell, data: Path, tmp_path: Path) -> None:
    made = shell.asking("backup", str(tmp_path / "usb"), "--with-keys")
    assert made.exit_code == 0, made.output
    (backup,) = (tmp_path / "usb").iterdir()
    assert (backup / "keys" / "checkpoint.key").stat().st_mode & 0o777 == 0o600
    (data / "state.sqlite").write_bytes(b"rubbish " * 1000)
    with pytest.raises(StoreError, match="No good backup was found"):
        Store.open(data, backups=None)
    restored = shell.asking("restore", str(backup))
    assert restored.exit_code == 0, restored.stderr
    assert "the journal stays as it was" in restored.output
    assert "before-restore-" in restored.output
    assert verify(data).entries == LINES + 1
    again = shell("restore", str(tmp_path / "usb"), "--data", str(data))
    assert (again.exit_code, "is no backup" in again.stderr) == (1, True)


def test_keys_are_not_put_among_the_backups_everybody_may_copy(shell: Shell, data: Path) -> None:
    result = shell.asking("backup", "--with-keys")
    assert (result.exit_code, "needs DEST" in result.stderr) == (1, True)


def test_an_empty_folder_has_nothing_to_back_up(shell: Shell) -> None:
    result = shell.asking("backup")
    assert (result.exit_code, "nothing to back up" in result.stderr) == (1, True)


class RunningBackups:
    """A running controller's desk over the data folder of the test."""

    def __init__(self, data: Path) -> None:
        self._data = data

    async def make(self, _: Caller) -> BackupView:
        snapshot = freeze(self._data)
        try:
            return view_of(copy(snapshot, self._data / "backups", DUSK, scheduled=False))
        finally:
            snapshot.close()


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_running_controller_makes_the_backup_and_it_is_copied_where_it_was_asked_for(
    running: Running, tmp_path: Path, elsewhere: bool
) -> None:
    asyncio.run(filled(running.data))
    running.facade.desks.backups = RunningBackups(running.data)
    dest = [str(tmp_path / "usb")] if elsewhere else []
    result = running.asking("backup", *dest)
    assert result.exit_code == 0, result.output
    made = [path.name for path in (running.data / "backups").iterdir()]
    assert made == ["zhadao-20260621T110000Z"]
    assert "backed up and checked" in result.output
    if elsewhere:
        assert verify(tmp_path / "usb" / made[0]).entries == LINES
