"""The journal of a real run, with one byte of it changed afterwards."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.zhadao import TREES, demo, small_city, zhadao

SEED = 20260621
REASON = "a lamp is changed"


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder a short demo left."""
    folder = tmp_path_factory.mktemp("demo")
    config, data = small_city(folder / "config"), folder / "data"
    with demo(data, config) as city:
        city.ready()
        order = {"targets": [TREES], "value": "off", "for_s": 600, "reason": REASON}
        assert city.ask("/api/v1/orders", order)["outcomes"][0]["accepted"]
        assert city.interrupt() == 0
    return data


def copy_of(evidence: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(evidence, tmp_path / "data"))


def test_an_untouched_journal_is_whole(evidence: Path) -> None:
    verified = zhadao("audit", "verify", "--data", evidence)
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.startswith("The journal is whole")


def test_one_changed_byte_of_a_line_is_found_and_named(evidence: Path, tmp_path: Path) -> None:
    data = copy_of(evidence, tmp_path)
    journal = data / "journal.sqlite"
    content = journal.read_bytes()
    assert content.count(REASON.encode()) >= 1
    journal.write_bytes(content.replace(REASON.encode(), REASON.replace("lamp", "lump").encode(), 1))
    verified = zhadao("audit", "verify", "--data", data)
    assert verified.returncode == 1
    assert "BROKEN" in verified.stderr
    assert f"line {changed_line(evidence, data)} was changed" in verified.stderr
    assert "Traceback" not in verified.stderr


@pytest.mark.parametrize("seed", range(SEED, SEED + 3))
def test_any_changed_byte_of_a_line_is_found(evidence: Path, tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    data = copy_of(evidence, tmp_path)
    chance = random.Random(seed)  # noqa: S311 - picks a byte, guards nothing
    with closing(sqlite3.connect(data / "journal.sqlite")) as journal:
        hashes = [text for (text,) in journal.execute("SELECT hash FROM entries")]
    content = bytearray((data / "journal.sqlite").read_bytes())
    at = content.index(chance.choice(hashes).encode()) + chance.randrange(64)
    content[at] ^= 1
    (data / "journal.sqlite").write_bytes(content)
    assert zhadao("audit", "verify", "--data", data).returncode == 1


def shortened(journal: sqlite3.Connection, what: str) -> None:
    journal.execute("DROP TRIGGER entries_are_never_removed")
    journal.execute(f"DELETE FROM entries WHERE seq {what}")  # noqa: S608 - from the table below
    journal.execute(
        "CREATE TRIGGER entries_are_never_removed BEFORE DELETE ON entries\n"
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only: no line is ever removed'); END"
    )


@pytest.mark.parametrize(
    ("what", "finding"),
    [("= 3", "(line removed): line 3 is missing"), ("> 3", "(end cut off): the end is cut")],
    ids=["a line removed", "the tail cut"],
)
def test_a_removed_line_and_a_cut_tail_are_told_apart(evidence: Path, tmp_path: Path, what: str, finding: str) -> None:
    data = copy_of(evidence, tmp_path)
    with closing(sqlite3.connect(data / "journal.sqlite")) as journal, journal:
        shortened(journal, what)
    verified = zhadao("audit", "verify", "--data", data)
    assert (verified.returncode, f"BROKEN {finding}" in verified.stderr) == (1, True), verified.stderr


def test_a_tail_cut_by_somebody_who_adjusts_the_head_file_shows_by_the_signed_checkpoints(
    evidence: Path, tmp_path: Path
) -> None:
    data = copy_of(evidence, tmp_path)
    with closing(sqlite3.connect(data / "journal.sqlite")) as journal, journal:
        shortened(journal, "> 3")
        seq, digest = journal.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    (data / "journal.head").write_text(f"{seq:020d} {digest}\n")
    verified = zhadao("audit", "verify", "--data", data)
    assert verified.returncode == 1
    assert "(end cut off): the end is cut: checkpoint" in verified.stderr


def test_an_export_of_a_real_run_is_proven_with_nothing_but_itself(evidence: Path, tmp_path: Path) -> None:
    exported = zhadao("audit", "export", tmp_path / "run.jsonl", "--data", evidence)
    assert exported.returncode == 0, exported.stderr
    verified = zhadao("audit", "verify", "--export", tmp_path / "run.jsonl", "--data", tmp_path / "nothing")
    assert (verified.returncode, "The export is whole" in verified.stdout) == (0, True), verified.stderr


def test_a_controller_does_not_write_on_behind_a_journal_that_was_cut(evidence: Path, tmp_path: Path) -> None:
    data = copy_of(evidence, tmp_path)
    with closing(sqlite3.connect(data / "journal.sqlite")) as journal, journal:
        journal.execute("DROP TRIGGER entries_are_never_removed")
        journal.execute("DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)")
    assert zhadao("audit", "verify", "--data", data).returncode == 1
    config = small_city(tmp_path / "config")
    refused = zhadao("demo", config, "--data", data, "--free-ports", "--port", "0", "--no-live")
    assert refused.returncode == 1
    (sentence,) = refused.stderr.strip().splitlines()
    assert "journal" in sentence


def changed_line(before: Path, after: Path) -> int:
    """The number of the one line that differs."""
    texts = []
    for data in (before, after):
        with closing(sqlite3.connect(data / "journal.sqlite")) as journal:
            texts.append(journal.execute("SELECT seq, data FROM entries ORDER BY seq").fetchall())
    ((seq, _),) = (new for old, new in zip(*texts, strict=True) if old != new)
    return int(seq)
