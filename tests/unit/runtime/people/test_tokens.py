"""The key behind the tokens: made once, private, and never half."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.runtime.people.tokens import KEY_BYTES, KEY_FILE, key_in


def test_the_key_is_made_once_private_and_the_same_from_then_on(tmp_path: Path) -> None:
    key = key_in(tmp_path)
    assert (len(key), key_in(tmp_path)) == (KEY_BYTES, key)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert key_in(_other(tmp_path)) != key


def test_a_key_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    key_in(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    key_in(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_what_a_crash_left_beside_the_key_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / KEY_FILE).with_suffix(".new").write_bytes(b"half")
    assert len(key_in(tmp_path)) == KEY_BYTES


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_file_that_is_no_key_is_said_plainly(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(StoreError, match="no token key"):
        key_in(tmp_path)


def test_a_folder_that_takes_no_key_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file in the way")
    with pytest.raises(StoreError, match="cannot be used"):
        key_in(tmp_path)


def _other(tmp_path: Path) -> Path:
    other = tmp_path / "other"
    other.mkdir()
    return other
