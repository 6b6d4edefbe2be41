"""Proving the journal: every line is the one that was written, none is missing, and the end is the end."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

from controller.domain.errors import StoreError
from controller.store.database import damage_in, reading
from controller.store.folder import HEAD_FILE
from controller.store.head import read_head
from controller.store.journal_read import journal_file
from controller.store.journal_schema import SCHEMA, hash_at, schema_of
from controller.store.lines import BROKEN, EMPTY, GAP, Head, Line, line_hash

_DAMAGED = "the file is damaged and cannot be read to its end"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found.

    ``entries`` lines were proven, up to ``head``; ``first_bad_seq`` is the first line that is not (None: the trouble
    is not with one line); ``problem`` is a sentence, empty when all is well. ``notes`` tell of gaps the journal
    marked itself: honest, and worth knowing.
    """

    ok: bool
    entries: int
    head: Head
    first_bad_seq: int | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Proof:
    """How far the chain is proven."""

    head: Head = EMPTY
    notes: list[str] = field(default_factory=list)

    def failed(self, problem: str, bad_seq: int | None = None) -> VerifyReport:
        return VerifyReport(False, self.head.seq, self.head, bad_seq, problem, tuple(self.notes))

    def passed(self) -> VerifyReport:
        return VerifyReport(True, self.head.seq, self.head, notes=tuple(self.notes))


def verify(path: Path) -> VerifyReport:
    """Check the journal of a data folder (or the journal file itself), in use or closed. Changes nothing.

    Finds: any changed, missing, exchanged or added line, a changed table or trigger, a damaged file, and a cut tail
    as far as ``controller.store.head`` explains. A changed byte in unused space of a page belongs to no line and is
    not an error.

    Raises:
        StoreError: there is no journal here at all.
    """
    file = journal_file(path)
    head_file = file.with_name(HEAD_FILE)
    # The head is read first: a running controller may only have written more since.
    kept = read_head(head_file)
    if not file.exists():
        if not head_file.exists():
            raise StoreError(f"there is no journal at {file}: name the data folder of a controller that has run")
        return _Proof().failed(f"{file.name} is missing, but {head_file.name} says that it was there")
    proof = _Proof()
    try:
        with reading(file) as connection:
            connection.text_factory = _text
            return _verify(connection, kept, proof)
    except (sqlite3.Error, UnicodeError) as cause:
        return proof.failed(f"{_DAMAGED}: {cause}", proof.head.seq + 1)


def _verify(connection: sqlite3.Connection, kept: Head | None, proof: _Proof) -> VerifyReport:
    if schema_of(connection) != frozenset(SCHEMA):
        return proof.failed("the table or its triggers are not the ones the journal was made with")
    bad = _prove_lines(connection, proof) or _prove_end(connection, kept, proof)
    if bad is not None:
        return bad
    damage = damage_in(connection)
    if damage:
        return proof.failed(f"every line is right, but the file around them is damaged: {damage}")
    return proof.passed()


def _prove_lines(connection: sqlite3.Connection, proof: _Proof) -> VerifyReport | None:
    for seq, prev_hash, digest, line in _rows(connection):
        due = proof.head.seq + 1
        if seq != due:
            return proof.failed(f"line {due} is missing: the next one there is {seq}", due)
        if line is None or digest != line_hash(proof.head.hash, seq, line) or prev_hash != proof.head.hash:
            return proof.failed(_what_is_wrong(proof.head, seq, prev_hash, digest, line), seq)
        if line.kind == BROKEN:
            return proof.failed(f"line {seq} records that the journal was found broken: {line.data}", seq)
        if line.kind == GAP:
            proof.notes.append(_gap_note(seq, line))
        proof.head = Head(seq, digest)
    return None


def _what_is_wrong(head: Head, seq: int, prev_hash: object, digest: object, line: Line | None) -> str:
    right_in_itself = line is not None and _is_hash(prev_hash) and digest == line_hash(prev_hash, seq, line)
    if right_in_itself and prev_hash != head.hash:
        return f"line {seq} does not follow line {head.seq}: another line stood before it"
    return f"line {seq} was changed: it is not the line that was written"


def _is_hash(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _prove_end(connection: sqlite3.Connection, kept: Head | None, proof: _Proof) -> VerifyReport | None:
    if kept is None:
        return proof.failed(f"{HEAD_FILE} is missing or damaged: whether the end was cut cannot be told")
    if kept.seq > proof.head.seq:
        return proof.failed(f"the end is cut: {HEAD_FILE} says that line {kept.seq} was written", proof.head.seq + 1)
    if kept.hash != (hash_at(connection, kept.seq) if kept.seq > 0 else EMPTY.hash):
        return proof.failed(f"{HEAD_FILE} says that line {kept.seq} was another one", kept.seq)
    return None


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[int, object, object, Line | None]]:
    query = "SELECT seq, wall, kind, actor, target, data, prev_hash, hash FROM entries ORDER BY seq"
    for seq, *texts, prev_hash, digest in connection.execute(query):
        wall, kind, actor, target, data = texts
        whole = all(isinstance(text, str) for text in texts)
        yield seq, prev_hash, digest, Line(kind, wall, actor, target, data) if whole else None


def _gap_note(seq: int, line: Line) -> str:
    gap = json.loads(line.data)
    return f"line {seq}: {gap.get('lost')} entries could not be written since {gap.get('since')}: {gap.get('error')}"


def _text(raw: bytes) -> str:
    """Damaged bytes are kept as they are, so that they are found by the hash and not by a crash."""
    return raw.decode("utf-8", "surrogateescape")
