"""Proving the journal: every line is the one that was written, none is missing, and the end is the end."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from controller.domain.errors import InvalidValue, StoreError
from controller.store.checkpoint_proof import Signers, prove_signatures
from controller.store.checkpoints import Checkpoint, read_checkpoints
from controller.store.database import damage_in, reading
from controller.store.findings import Finding, Trouble
from controller.store.folder import CHECKPOINT_FILE, HEAD_FILE
from controller.store.head import read_head
from controller.store.journal_read import journal_file
from controller.store.journal_schema import SCHEMA, hash_at, schema_of
from controller.store.lines import ANNOUNCED, ANNOUNCING, BROKEN, EMPTY, GAP, ON_SECOND, Head, Line, line_hash
from controller.store.signing import KEY_FILE, PUBLIC_FILE, read_public

_DAMAGED = "the file is damaged and cannot be read to its end"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found.

    ``entries`` lines were proven, up to ``head``; ``first_bad_seq`` is the first line that is not (None: the trouble
    is not with one line); ``problem`` is a sentence, empty when all is well, and ``finding`` its kind. ``notes`` tell
    of gaps the journal marked itself: honest, and worth knowing. Lines up to ``signed`` are also proven by signatures
    (0: none is).
    """

    ok: bool
    entries: int
    head: Head
    first_bad_seq: int | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()
    finding: Finding = Finding.WHOLE
    signed: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands beside the journal, read before it: a running controller may only have written more since."""

    head: Head | None
    checkpoints: tuple[Checkpoint, ...] | None
    trouble: Trouble | None
    public: str
    signs: bool


@dataclass(slots=True)
class _Proof:
    """How far the chain is proven."""

    head: Head = EMPTY
    notes: list[str] = field(default_factory=list)
    announced: set[str] = field(default_factory=set)
    signed: int = 0

    def failed(self, trouble: Trouble) -> VerifyReport:
        seq = self.head.seq
        if trouble.finding is Finding.REWRITTEN and trouble.bad_seq is not None:
            seq = trouble.bad_seq - 1
        return VerifyReport(
            False, seq, self.head, trouble.bad_seq, trouble.text, tuple(self.notes), trouble.finding, self.signed
        )

    def passed(self) -> VerifyReport:
        return VerifyReport(True, self.head.seq, self.head, notes=tuple(self.notes), signed=self.signed)


def verify(path: Path, keys: frozenset[str] = frozenset(), elsewhere: Path | None = None) -> VerifyReport:
    """Check the journal of a data folder (or the journal file itself), in use or closed. Changes nothing.

    Finds: any changed, missing, exchanged or added line, a changed table or trigger, a damaged file, a cut tail as
    far as ``controller.store.head`` explains, and a journal that was rewritten as a whole, by its signed checkpoints.
    A changed byte in unused space of a page belongs to no line and is not an error.

    ``keys`` are the public keys whose signatures count (none: those the folder and the journal know);
    ``elsewhere`` is a copy of the checkpoints kept away from the folder, to hold the journal against instead.

    Raises:
        StoreError: there is no journal here at all, or ``elsewhere`` cannot be read.
    """
    file = journal_file(path)
    head_file = file.with_name(HEAD_FILE)
    kept = _kept(file, elsewhere)
    proof = _Proof()
    if not file.exists():
        if not head_file.exists():
            raise StoreError(f"there is no journal at {file}: name the data folder of a controller that has run")
        text = f"{file.name} is missing, but {head_file.name} says that it was there"
        return proof.failed(Trouble(Finding.REMOVED, text))
    try:
        with reading(file) as connection:
            connection.text_factory = _text
            trouble = _prove(connection, kept, keys, proof)
    except (sqlite3.Error, UnicodeError) as cause:
        trouble = Trouble(Finding.DAMAGED, f"{_DAMAGED}: {cause}", proof.head.seq + 1)
    return proof.passed() if trouble is None else proof.failed(trouble)


def _kept(file: Path, elsewhere: Path | None) -> Kept:
    checkpoints, trouble = None, None
    path = elsewhere or file.with_name(CHECKPOINT_FILE)
    try:
        checkpoints = read_checkpoints(path)
    except (InvalidValue, OSError) as cause:
        trouble = Trouble(Finding.CHECKPOINTS, f"{path} cannot be understood: {cause}")
    if elsewhere is not None and not checkpoints:
        raise StoreError(
            trouble.text if trouble else f"{elsewhere} holds no checkpoint: `zhadao audit export` makes one"
        )
    public_file = file.with_name(PUBLIC_FILE)
    public = read_public(public_file) if public_file.exists() else ""
    signs = (file.parent / KEY_FILE).exists()
    return Kept(read_head(file.with_name(HEAD_FILE)), checkpoints, trouble, public, signs)


def _prove(connection: sqlite3.Connection, kept: Kept, keys: frozenset[str], proof: _Proof) -> Trouble | None:
    if schema_of(connection) != frozenset(SCHEMA):
        return Trouble(Finding.SCHEMA, "the table or its triggers are not the ones the journal was made with")
    return (
        _prove_lines(connection, proof)
        or _prove_end(connection, kept.head, proof)
        or _prove_signatures(connection, kept, keys, proof)
        or _prove_file(connection)
    )


def _prove_signatures(
    connection: sqlite3.Connection, kept: Kept, keys: frozenset[str], proof: _Proof
) -> Trouble | None:
    if kept.trouble is not None:
        return kept.trouble
    if kept.checkpoints is None and (kept.signs or proof.announced):
        text = f"{CHECKPOINT_FILE} is missing, but the journal was signed"
        return Trouble(Finding.CHECKPOINTS, text)
    known = frozenset({kept.public} - {""}) | proof.announced
    signers = Signers(given=keys, known=known)
    found = prove_signatures(kept.checkpoints or (), signers, proof.head, lambda seq: hash_at(connection, seq))
    proof.signed = found.signed
    proof.notes.extend(found.notes)
    return found.trouble


def _prove_file(connection: sqlite3.Connection) -> Trouble | None:
    damage = damage_in(connection)
    if not damage:
        return None
    return Trouble(Finding.DAMAGED, f"every line is right, but the file around them is damaged: {damage}")


def _prove_lines(connection: sqlite3.Connection, proof: _Proof) -> Trouble | None:
    for seq, prev_hash, digest, line in _rows(connection):
        due = proof.head.seq + 1
        if seq != due:
            finding = Finding.REMOVED if seq > due else Finding.MOVED
            return Trouble(finding, f"line {due} is missing: the next one there is {seq}", due)
        if line is None or digest != line_hash(proof.head.hash, seq, line) or prev_hash != proof.head.hash:
            return _what_is_wrong(proof.head, seq, prev_hash, digest, line)
        if line.kind == BROKEN:
            text = f"line {seq} records that the journal was found broken: {line.data}"
            return Trouble(Finding.NOTED, text, seq)
        _notice(line, seq, proof)
        proof.head = Head(seq, digest)
    return None


def _notice(line: Line, seq: int, proof: _Proof) -> None:
    """Lines the journal writes about itself."""
    if line.kind == GAP:
        proof.notes.append(_gap_note(seq, line))
    elif line.kind == ON_SECOND:
        said = _said(line)
        lines = f"{said.get('first')} to {said.get('last')}"
        proof.notes.append(f"line {seq}: lines {lines} of the second medium {said.get('path')} belong here")
    elif line.kind in ANNOUNCING:
        proof.announced.add(str(_said(line).get(ANNOUNCED, "")))
        proof.announced.discard("")


def _what_is_wrong(head: Head, seq: int, prev_hash: object, digest: object, line: Line | None) -> Trouble:
    right_in_itself = line is not None and _is_hash(prev_hash) and digest == line_hash(prev_hash, seq, line)
    if right_in_itself and prev_hash != head.hash:
        text = f"line {seq} does not follow line {head.seq}: another line stood before it"
        return Trouble(Finding.CHANGED, text, seq)
    return Trouble(Finding.CHANGED, f"line {seq} was changed: it is not the line that was written", seq)


def _is_hash(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _prove_end(connection: sqlite3.Connection, kept: Head | None, proof: _Proof) -> Trouble | None:
    if kept is None:
        text = f"{HEAD_FILE} is missing or damaged: whether the end was cut cannot be told"
        return Trouble(Finding.HEAD, text)
    if kept.seq > proof.head.seq:
        text = f"the end is cut: {HEAD_FILE} says that line {kept.seq} was written"
        return Trouble(Finding.CUT, text, proof.head.seq + 1)
    if kept.hash != (hash_at(connection, kept.seq) if kept.seq > 0 else EMPTY.hash):
        return Trouble(Finding.REWRITTEN, f"{HEAD_FILE} says that line {kept.seq} was another one", kept.seq)
    return None


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[int, object, object, Line | None]]:
    query = "SELECT seq, wall, kind, actor, target, data, prev_hash, hash FROM entries ORDER BY seq"
    for seq, *texts, prev_hash, digest in connection.execute(query):
        wall, kind, actor, target, data = texts
        whole = all(isinstance(text, str) for text in texts)
        yield seq, prev_hash, digest, Line(kind, wall, actor, target, data) if whole else None


def _gap_note(seq: int, line: Line) -> str:
    gap = _said(line)
    return f"line {seq}: {gap.get('lost')} entries could not be written since {gap.get('since')}: {gap.get('error')}"


def _said(line: Line) -> dict[str, Any]:
    said = json.loads(line.data)
    return said if isinstance(said, dict) else {}


def _text(raw: bytes) -> str:
    """Damaged bytes are kept as they are, so that they are found by the hash and not by a crash."""
    return raw.decode("utf-8", "surrogateescape")
