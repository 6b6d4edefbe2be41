"""An export proves itself: any change of it shows, and so does who did not sign it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.domain.errors import StoreError
from controller.store.export import Exported, export
from controller.store.export_verify import verify_export
from controller.store.findings import Finding
from controller.store.signing import KEY_FILE, PUBLIC_FILE, SigningKey, read_public
from tests.unit.store.conftest import DUSK
from tests.unit.store.evidence_rig import LINES, filled_store, forged, taken_apart

STRANGER = SigningKey(bytes(32))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_store(tmp_path_factory.mktemp("exported") / "data")


@pytest.fixture(scope="module")
def whole(data: Path) -> Path:
    file = data.parent / "whole.jsonl"
    export(data, file, DUSK)
    return file


def key_of(data: Path) -> frozenset[str]:
    return frozenset({read_public(data / PUBLIC_FILE)})


def test_a_whole_export_is_proven_by_itself_and_by_the_key(data: Path, whole: Path) -> None:
    report = verify_export(whole)
    assert (report.ok, report.first, report.head.seq, report.signed) == (True, 1, LINES, LINES)
    assert "compare it with the controller's own" in report.notes[0]
    known = verify_export(whole, key_of(data))
    assert (known.ok, known.notes) == (True, ())
    assert whole.stat().st_mode & 0o777 == 0o600


def test_the_key_of_somebody_else_does_not_count(whole: Path) -> None:
    report = verify_export(whole, frozenset({STRANGER.public}))
    assert report.trouble is not None
    assert report.trouble.finding is Finding.UNSIGNED


def test_a_part_is_all_lines_between_two_moments(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "part.jsonl"
    done = export(data, file, DUSK, DUSK + timedelta(minutes=5), DUSK + timedelta(minutes=15))
    assert (done.first, done.last) == (5, 14)
    report = verify_export(file, key_of(data))
    assert (report.ok, report.first, report.head.seq, report.signed) == (True, 5, 14, 14)


def test_nothing_between_two_moments_is_an_export_of_nothing(data: Path, tmp_path: Path) -> None:
    done = export(data, tmp_path / "none.jsonl", DUSK, DUSK + timedelta(days=5))
    assert (done.first, done.last) == (0, 0)
    assert verify_export(tmp_path / "none.jsonl", key_of(data)).ok


def test_without_the_key_an_export_is_proven_as_far_as_checkpoints_go(data: Path, tmp_path: Path) -> None:
    copy = taken_apart(data, tmp_path / "copy")
    (copy / KEY_FILE).unlink()
    part = tmp_path / "part.jsonl"
    assert export(copy, part, DUSK, None, DUSK + timedelta(minutes=36)).public == ""
    report = verify_export(part, key_of(data))
    assert (report.ok, report.signed, report.head.seq) == (True, 31, 35)
    assert "lines 32 to 35 are not signed" in report.notes[0]
    export(copy, tmp_path / "start.jsonl", DUSK, DUSK + timedelta(minutes=3), DUSK + timedelta(minutes=6))
    nobody = verify_export(tmp_path / "start.jsonl")
    assert nobody.trouble is not None
    assert nobody.trouble.finding is Finding.UNSIGNED


def test_nothing_is_overwritten_and_a_broken_journal_is_not_exported(data: Path, whole: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is there already"):
        export(data, whole, DUSK)
    copy = taken_apart(data, tmp_path / "copy")
    with forged(copy) as connection:
        connection.execute("UPDATE entries SET actor = 'wang' WHERE seq = 25")
    with pytest.raises(StoreError, match="broken at line 25"):
        export(copy, tmp_path / "broken.jsonl", DUSK)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]
    assert export(copy, tmp_path / "before.jsonl", DUSK, None, DUSK + timedelta(minutes=25)) == Exported(
        1, 24, read_public(data / PUBLIC_FILE)
    )


Rows = list[str]


def _without(text: str) -> Callable[[Rows], Rows]:
    return lambda rows: [row for row in rows if text not in row]


@pytest.mark.parametrize(
    ("forge", "finding", "bad_seq"),
    [
        (lambda rows: [row.replace("command", "Command", 1) if "[25," in row else row for row in rows],
         Finding.CHANGED, 25),
        (_without('"line":[25,'), Finding.REMOVED, 25),
        (lambda rows: rows[:30], Finding.CUT, 27),
        (lambda rows: [*rows[:30], rows[-1]], Finding.CUT, 27),
        (lambda rows: [*rows, rows[-1]], Finding.MOVED, None),
        (_without('"number":2,'), Finding.CHECKPOINTS, None),
        (lambda rows: [row.replace('"wall":"2026', '"wall":"2027') if "checkpoint" in row else row for row in rows],
         Finding.CHECKPOINTS, None),
        (lambda rows: [rows[0].replace("zhadao", "Zhadao").replace("2026", "2025"), *rows[1:]], Finding.CHANGED, None),
    ],
    ids=["line changed", "line removed", "end cut", "middle cut", "added", "checkpoint removed", "checkpoint changed",
         "first row changed"],
)  # fmt: skip
def test_a_forged_export_is_found_out(
    whole: Path, tmp_path: Path, forge: Callable[[Rows], Rows], finding: Finding, bad_seq: int | None
) -> None:
    forged_file = tmp_path / "forged.jsonl"
    forged_file.write_text("\n".join(forge(whole.read_text().splitlines())) + "\n")
    trouble = verify_export(forged_file).trouble
    assert trouble is not None
    assert (trouble.finding, trouble.bad_seq) == (finding, bad_seq)


def test_an_export_signed_by_another_shows_by_the_key_kept_elsewhere(data: Path, whole: Path, tmp_path: Path) -> None:
    """Somebody writes a whole export of his own; only the key kept elsewhere tells."""
    copy = taken_apart(data, tmp_path / "copy")
    (copy / KEY_FILE).write_text("00" * 32)
    (copy / "journal.checkpoints").write_text("")
    export(copy, tmp_path / "own.jsonl", DUSK)
    assert verify_export(tmp_path / "own.jsonl").ok
    assert not verify_export(tmp_path / "own.jsonl", key_of(data)).ok


@pytest.mark.parametrize("content", ["", "hello", "{}", '{"export":9,"first":1,"before":""}', "[1]"])
def test_what_is_no_export_is_said(tmp_path: Path, content: str) -> None:
    file = tmp_path / "file"
    file.write_text(content)
    if content:
        with pytest.raises(StoreError, match="no export of a journal"):
            verify_export(file)
    else:
        assert not verify_export(file).ok


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_changed_byte_of_an_export_is_found_out_or_means_the_same(
    data: Path, whole: Path, tmp_path: Path, where: float, flip: int
) -> None:
    content = bytearray(whole.read_bytes())
    content[int(where * len(content))] ^= flip
    file = tmp_path / "flipped"
    file.write_bytes(content)
    try:
        report = verify_export(file, key_of(data))
    except StoreError:
        return
    if report.ok:
        assert _meaning(content) == _meaning(whole.read_bytes())


def _meaning(content: bytes | bytearray) -> list[object]:
    rows = [json.loads(row) for row in bytes(content).splitlines()]
    return [*rows[:-1], {name: value for name, value in rows[-1]["end"].items() if name != "lines"}]
