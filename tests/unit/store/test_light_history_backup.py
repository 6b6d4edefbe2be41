"""The lights' figures are in backups, come back where they were lost, and never stand in a backup's way."""

from __future__ import annotations

from pathlib import Path

from controller.store.backup_check import read_backup
from controller.store.folder import HISTORY_FILE
from controller.store.light_history import LightHistoryStore
from controller.store.restoring import restore
from tests.unit.store.conftest import DUSK
from tests.unit.store.evidence_rig import filled
from tests.unit.store.test_backup import taken
from tests.unit.store.test_light_history import NIGHT, tick


async def test_figures_come_back_only_where_they_were_lost(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await filled(data)
    store = LightHistoryStore(data)
    await store.keep(tick())
    backup = read_backup(taken(data, tmp_path / "backups"))
    await store.keep(tick(900, slots=b"\x03"))
    await store.close()
    assert HISTORY_FILE in backup.manifest.files
    await restore(backup, data, "lin", DUSK)
    kept = LightHistoryStore(data)
    assert (await kept.resume(NIGHT)).slots == b"\x03"
    await kept.close()
    (data / HISTORY_FILE).write_bytes(b"torn" * 5000)
    done = await restore(backup, data, "lin", DUSK)
    back = LightHistoryStore(data)
    assert (await back.resume(NIGHT)).slots == b"\x01"
    await back.close()
    assert (done.aside / HISTORY_FILE).read_bytes().startswith(b"torn")


async def test_a_damaged_file_of_figures_keeps_no_backup_from_being_made(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await filled(data)
    (data / HISTORY_FILE).write_bytes(b"torn" * 5000)
    backup = read_backup(taken(data, tmp_path / "backups"))
    assert HISTORY_FILE not in backup.manifest.files
