"""Signed checkpoints: written when due, and what they show that a chain of hashes cannot."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.domain.errors import StoreError
from controller.store.checkpoints import EVERY_LINES, Checkpoints, checkpoint_of, checkpoints_in, read_checkpoints
from controller.store.findings import Finding
from controller.store.journal_verify import verify
from controller.store.lines import BROKEN, Head
from controller.store.signing import KEY_FILE, PUBLIC_FILE, SigningKey, open_key, read_public
from controller.store.store import Store
from tests.unit.store.conftest import DUSK, entry
from tests.unit.store.evidence_rig import LINES, SIGNED, chain_anew, filled_store, forged, taken_apart

FILE = "journal.checkpoints"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_store(tmp_path_factory.mktemp("signed") / "whole")


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return taken_apart(whole, tmp_path / "copy")


def public(folder: Path) -> frozenset[str]:
    return frozenset({read_public(folder / PUBLIC_FILE)})


def test_a_whole_journal_is_signed_to_its_end_and_the_key_is_private(copy: Path) -> None:
    for keys in (frozenset[str](), public(copy)):
        report = verify(copy, keys)
        assert (report.ok, report.finding, report.entries, report.signed) == (True, Finding.WHOLE, LINES, LINES)
    assert (copy / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert tuple(one.seq for one in read_checkpoints(copy / FILE) or ()) == SIGNED


def heads(numbers: list[int]) -> list[Head]:
    return [Head(number, f"{number:064x}") for number in numbers]


@pytest.mark.parametrize(
    ("steps", "signed"),
    [
        ([(1, 0), (2, 1), (EVERY_LINES, 2), (EVERY_LINES + 1, 3)], [1, EVERY_LINES + 1]),
        ([(1, 0), (2, 599), (3, 600), (4, 601)], [1, 3]),
        ([(1, 0), (2, -600), (3, -601)], [1, 2]),
    ],
    ids=["by lines", "by time", "a clock that stepped back"],
)
def test_a_checkpoint_follows_the_commit_that_makes_it_due(
    tmp_path: Path, steps: list[tuple[int, int]], signed: list[int]
) -> None:
    checkpoints = Checkpoints(tmp_path / FILE)
    checkpoints.open()
    for (_, seconds), head in zip(steps, heads([seq for seq, _ in steps]), strict=True):
        checkpoints.after(head, DUSK + timedelta(seconds=seconds))
    assert [one.seq for one in read_checkpoints(tmp_path / FILE) or ()] == signed


def test_what_a_power_failure_left_of_a_checkpoint_is_written_over(tmp_path: Path) -> None:
    first, second = heads([1, 2])
    checkpoints = Checkpoints(tmp_path / FILE)
    checkpoints.open()
    checkpoints.sign(first, DUSK)
    with (tmp_path / FILE).open("a") as file:
        file.write('{"number":2,"seq":')
    again = Checkpoints(tmp_path / FILE)
    assert len(again.open()) == 1
    again.sign(second, DUSK)
    assert [one.number for one in read_checkpoints(tmp_path / FILE) or ()] == [1, 2]


def test_a_key_that_is_none_is_never_overwritten_and_the_journal_goes_on_unsigned(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).parent.mkdir()
    (tmp_path / KEY_FILE).write_text("rubbish")
    with pytest.raises(StoreError, match="holds no key"):
        open_key(tmp_path)
    assert (tmp_path / KEY_FILE).read_text() == "rubbish"


async def test_a_journal_whose_checkpoints_cannot_be_used_is_written_and_says_so(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / FILE).mkdir()
    store = Store.open(data)
    assert await store.journal.append([entry(1)]) == 1
    assert "goes on unsigned" in store.journal.weakness
    await store.close()


def test_a_key_never_shows_in_a_repr() -> None:
    seed = os.urandom(32)
    shown = repr(SigningKey(seed))
    assert seed.hex() not in shown
    assert repr(seed)[2:-1] not in shown


# -- what a forger who knows the rules cannot hide ----------------------------------------------------------------


def _change(data: Path) -> None:
    with forged(data) as connection:
        connection.execute("UPDATE entries SET actor = 'wang' WHERE seq = 25")
    chain_anew(data)


def _remove(data: Path) -> None:
    with forged(data) as connection:
        connection.execute("DELETE FROM entries WHERE seq = 25")
    chain_anew(data)


def _cut(data: Path) -> None:
    with forged(data) as connection:
        connection.execute("DELETE FROM entries WHERE seq > 35")
    chain_anew(data)


def _begin_anew(data: Path) -> None:
    with forged(data) as connection:
        connection.execute("DELETE FROM entries")
    chain_anew(data)


@pytest.mark.parametrize(
    ("forge", "finding", "bad_seq", "signed"),
    [
        (_change, Finding.REWRITTEN, 22, 21),
        (_remove, Finding.REWRITTEN, 22, 21),
        (_cut, Finding.CUT, 36, 31),
        (_begin_anew, Finding.CUT, 1, 0),
    ],
)
def test_a_journal_chained_anew_by_somebody_without_the_key_is_found_out(
    copy: Path, forge: Callable[[Path], None], finding: Finding, bad_seq: int, signed: int
) -> None:
    forge(copy)
    report = verify(copy)
    assert (report.ok, report.finding, report.first_bad_seq, report.signed) == (False, finding, bad_seq, signed)


def sign_anew(data: Path) -> None:
    """What somebody who has the folder to himself does: the key is his too."""
    (data / FILE).unlink()
    checkpoints = Checkpoints(data / FILE)
    checkpoints.open()
    head = verify_head(data)
    checkpoints.sign(head, DUSK)


def verify_head(data: Path) -> Head:
    with forged(data) as connection:
        seq, digest = connection.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(seq, digest)


def test_who_has_the_key_too_is_found_out_by_checkpoints_kept_elsewhere(whole: Path, copy: Path) -> None:
    _change(copy)
    sign_anew(copy)
    assert verify(copy).ok
    report = verify(copy, elsewhere=whole / FILE)
    assert (report.ok, report.finding, report.first_bad_seq) == (False, Finding.REWRITTEN, 22)


def test_who_makes_a_key_of_his_own_is_found_out_by_the_key_kept_elsewhere(whole: Path, copy: Path) -> None:
    _change(copy)
    (copy / KEY_FILE).unlink()
    (copy / PUBLIC_FILE).unlink()
    sign_anew(copy)
    report = verify(copy, public(whole))
    assert (report.ok, report.finding) == (False, Finding.UNSIGNED)
    assert "another key" in report.problem


def test_a_key_nobody_announced_counts_for_nothing(copy: Path) -> None:
    last = (read_checkpoints(copy / FILE) or ())[-2]
    stranger = SigningKey(bytes(32))
    coming = replace(last, number=last.number + 1, seq=40, previous=last.signature, public=stranger.public)
    lines = (copy / FILE).read_text().splitlines()[:-1]
    (copy / FILE).write_text("\n".join([*lines, coming.signed_by(stranger).text]) + "\n")
    report = verify(copy)
    assert (report.ok, report.finding) == (False, Finding.CHECKPOINTS)
    assert "no line of the journal announces" in report.problem


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (lambda _: [], "no line is signed, though"),
        (lambda lines: lines[1:], "checkpoint 1 is missing"),
        (lambda lines: [*lines[:2], *lines[3:]], "checkpoint 3 is missing"),
        (lambda lines: [lines[0].replace('"seq":1', '"seq":2'), *lines[1:]], "checkpoint 1 was changed"),
        (lambda lines: ["rubbish", *lines], "line 1 is no checkpoint"),
        (lambda lines: [lines[0].replace('"seq":1', '"seq":true'), *lines[1:]], "a field is of the wrong kind"),
    ],
    ids=["emptied", "first removed", "one removed", "changed", "rubbish", "of another kind"],
)
def test_altered_checkpoints_are_said(copy: Path, forge: Callable[[list[str]], list[str]], said: str) -> None:
    lines = forge((copy / FILE).read_text().splitlines())
    (copy / FILE).write_text("".join(f"{line}\n" for line in lines))
    report = verify(copy)
    if lines:
        assert (report.ok, report.finding) == (False, Finding.CHECKPOINTS)
        assert said in report.problem
    else:  # the last ones may be taken away unseen, as far as nothing was kept elsewhere: it is not called signed
        assert (report.ok, report.signed) == (True, 0)
        assert said in report.notes[0]
        assert not verify(copy, public(copy)).ok


def test_checkpoints_that_were_taken_away_are_missed(copy: Path) -> None:
    (copy / FILE).unlink()
    report = verify(copy)
    assert (report.ok, report.finding) == (False, Finding.CHECKPOINTS)
    assert "is missing" in report.problem


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_changed_byte_of_the_checkpoints_is_found_out_or_means_the_same(
    whole: Path, copy: Path, where: float, flip: int
) -> None:
    content = bytearray((whole / FILE).read_bytes())
    content[int(where * len(content))] ^= flip
    (copy / FILE).write_bytes(content)
    if verify(copy).ok:
        before = checkpoints_in((whole / FILE).read_text())
        assert checkpoints_in(content.decode("ascii", "replace")) == before[: len(before) - 1] or (
            checkpoints_in(content.decode("ascii", "replace")) == before
        )


async def test_a_start_behind_a_cut_journal_whose_head_file_was_adjusted_is_noted_for_ever(copy: Path) -> None:
    _cut(copy)
    store = Store.open(copy)
    await store.journal.append([entry(100)])
    await store.close()
    report = verify(copy)
    assert not report.ok
    with forged(copy) as connection:
        kinds = [kind for (kind,) in connection.execute("SELECT kind FROM entries WHERE seq > 35 ORDER BY seq")]
    assert kinds == [BROKEN, "command"]


def test_a_checkpoint_is_the_same_after_its_text(whole: Path) -> None:
    for line in (whole / FILE).read_text().splitlines():
        assert checkpoint_of(line).text == line
        assert set(json.loads(line)) == {"number", "seq", "hash", "wall", "previous", "public", "signature"}
