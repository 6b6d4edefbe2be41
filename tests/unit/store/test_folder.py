from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.store.folder import DataFolder, create_private
from controller.store.store import Store

NOBODY = 65534


def test_a_new_folder_is_private(data: Path) -> None:
    folder = DataFolder.open(data)
    assert data.stat().st_mode & 0o777 == 0o700
    folder.close()
    folder.close()


def test_a_second_controller_is_refused_and_told_who_has_it(data: Path) -> None:
    folder = DataFolder.open(data)
    with pytest.raises(StoreError, match=rf"process {os.getpid()}\) is using the data folder .*stop it first"):
        DataFolder.open(data)
    folder.close()
    DataFolder.open(data).close()


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}


async def test_every_file_of_a_store_is_private(data: Path) -> None:
    store = Store.open(data)
    modes = modes_in(data)
    await store.close()
    assert set(modes) >= {"journal.sqlite", "journal.sqlite-wal", "journal.head", "state.sqlite"}
    assert set(modes.values()) == {0o600}


def test_creating_a_file_twice_leaves_the_first_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    create_private(path)
    path.write_text("kept")
    create_private(path)
    assert path.read_text() == "kept"


def test_a_file_in_the_place_of_the_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StoreError, match=r"cannot be used.*choose another with --data"):
        DataFolder.open(tmp_path / "data")


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="zhadao-read-only-"))
    path.chmod(0o555)
    yield path
    path.chmod(0o700)
    shutil.rmtree(path)


def test_a_read_only_folder_is_one_clear_sentence(read_only_folder: Path) -> None:
    script = f"""
import os, pathlib
from controller.domain.errors import StoreError
from controller.store.store import Store
if os.getuid() == 0:
    os.setgid({NOBODY}); os.setuid({NOBODY})
try:
    Store.open(pathlib.Path({str(read_only_folder)!r}))
except StoreError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == (
        f"the data folder {read_only_folder} cannot be used (Permission denied): make it writable for this user, "
        "or choose another with --data\n"
    )


def test_a_store_that_cannot_open_leaves_nothing_open(data: Path) -> None:
    data.mkdir()
    (data / "state.sqlite").write_bytes(b"this is no database, whatever its name says" * 40)
    with pytest.raises(StoreError, match=r"state\.sqlite failed: it is damaged"):
        Store.open(data)
    (data / "state.sqlite").unlink()
    DataFolder.open(data).close()
