"""Segments on disk: whole, torn, too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.store.recording import SITES, SegmentWriter, keep_site, kept_site, mend, segments, tidy

NOON = datetime(2026, 6, 21, 4, 0, tzinfo=UTC)


def written(folder: Path, begins: datetime = NOON, config: str = "ab" * 32, blocks: int = 3) -> Path:
    segment = SegmentWriter(folder, begins, config)
    for number in range(blocks):
        segment.write([f"block {number}".encode(), b"x" * 500])
    segment.close()
    return segments(folder)[-1].path


def test_blocks_come_back_in_order_from_a_private_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    (segment,) = segments(tmp_path)
    assert [block.split(b"\n")[0] for block in segment.blocks()] == [b"block 0", b"block 1", b"block 2"]
    assert (segment.number, segment.begins, segment.config) == (1, NOON, "ab" * 6)
    assert segment.torn() == 0
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 4, 7, 20])
def test_a_torn_tail_hides_nothing_before_it_and_is_cut_off(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path)
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-cut])
    (segment,) = segments(tmp_path)
    assert len(list(segment.blocks())) == 2
    assert segment.torn() > 0
    assert mend(tmp_path) > 0
    assert path.stat().st_size < whole
    assert segment.torn() == 0
    assert len(list(segment.blocks())) == 2


def test_a_flipped_byte_ends_the_segment_there(tmp_path: Path) -> None:
    path = written(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[-3] ^= 0x40
    path.write_bytes(bytes(damaged))
    assert len(list(segments(tmp_path)[0].blocks())) == 2


def test_a_file_that_is_no_recording_has_no_blocks(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(b"")
    assert list(segments(tmp_path)[0].blocks()) == []
    assert segments(tmp_path)[0].torn() == 0


def test_the_oldest_go_first_by_age_and_by_size_and_the_newest_stays(tmp_path: Path) -> None:
    for hour in range(5):
        written(tmp_path, NOON + timedelta(hours=hour))
    size = segments(tmp_path)[0].path.stat().st_size
    tidy(tmp_path, NOON + timedelta(hours=5), days=3.5 / 24, largest=1 << 30)
    assert [segment.number for segment in segments(tmp_path)] == [3, 4, 5]
    tidy(tmp_path, NOON + timedelta(hours=5), days=1, largest=2 * size)
    assert [segment.number for segment in segments(tmp_path)] == [4, 5]
    tidy(tmp_path, NOON + timedelta(days=400), days=1, largest=1)
    assert [segment.number for segment in segments(tmp_path)] == [5]
    written(tmp_path)
    assert segments(tmp_path)[-1].number == 6


def test_a_configuration_is_kept_as_it_was_and_goes_with_the_last_segment_that_needs_it(tmp_path: Path) -> None:
    config, folder = tmp_path / "config" / "site", tmp_path / "recording"
    (config / "assets").mkdir(parents=True)
    (tmp_path / "config" / "profiles").mkdir()
    (config / "site.yaml").write_text("name: one\n")
    (config / "assets" / "lights.yaml").write_text("cabinets: []\n")
    (config / "water").mkdir()
    (config / "water" / "tide-2026.csv").write_text("time,level_m\n")
    (config / "key.pem").write_text("a secret\n")
    (tmp_path / "config" / "profiles" / "cabinet.yaml").write_text("id: cabinet\n")
    keep_site(folder, config, "ab" * 32)
    (config / "site.yaml").write_text("name: two\n")
    (folder / SITES / ("ab" * 6) / "site" / "water" / "tide-2026.csv").unlink()
    keep_site(folder, config, "ab" * 32)
    keep_site(folder, config, "cd" * 32)
    kept = kept_site(folder, "ab" * 32)
    assert kept is not None
    assert (kept / "site.yaml").read_text() == "name: one\n"
    assert (kept / "assets" / "lights.yaml").exists()
    assert (kept / "water" / "tide-2026.csv").exists(), "without its tables a site cannot be read again"
    assert not (kept / "key.pem").exists()
    assert (kept.parent / "profiles" / "cabinet.yaml").exists()
    written(folder, config="cd" * 32)
    tidy(folder, NOON, days=1, largest=1 << 30)
    assert [path.name for path in (folder / SITES).iterdir()] == ["cd" * 6]
    assert kept_site(folder, "ab" * 32) is None
