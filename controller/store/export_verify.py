"""Proving an exported journal by itself: no database, no data folder, only the controller's public key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.domain.errors import InvalidValue, StoreError
from controller.store.checkpoints import Checkpoint, checkpoint_of
from controller.store.export import FORM, SAYS
from controller.store.findings import Finding, Trouble
from controller.store.lines import Head, Line, line_hash
from controller.store.signing import fingerprint, is_signed

_FIELDS = 6


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was found: lines ``first`` to ``head`` are proven; ``trouble`` is None when the whole file is.

    ``signer`` is the public key the whole is signed with, empty when only checkpoints are; ``signed`` the last line a
    signature covers.
    """

    first: int
    head: Head
    signer: str = ""
    signed: int = 0
    trouble: Trouble | None = None
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it is what was exported."""
        return self.trouble is None


class _Wrong(Exception):
    """Raised within this file: the trouble that ends the proof."""

    def __init__(self, finding: Finding, text: str, seq: int | None = None) -> None:
        super().__init__(text)
        self.trouble = Trouble(finding, text, seq)


@dataclass(slots=True)
class _Proof:
    """How far it is proven."""

    first: int = 0
    head: Head = field(default_factory=lambda: Head(0, ""))
    signed: int = 0
    signer: str = ""
    checkpoint: Checkpoint | None = None
    ended: bool = False
    notes: list[str] = field(default_factory=list)


def verify_export(path: Path, keys: frozenset[str] = frozenset()) -> ExportReport:
    """Prove an export. ``keys`` are the public keys whose signature counts; none: any, and the note says whose it is.

    Raises:
        StoreError: there is no such file, or it is no export at all.
    """
    proof = _Proof()
    try:
        _prove(path, keys, proof)
        trouble = None
    except OSError as cause:
        raise StoreError(f"{path} cannot be read ({cause.strerror})") from cause
    except _Wrong as wrong:
        trouble = wrong.trouble
    return ExportReport(proof.first, proof.head, proof.signer, proof.signed, trouble, tuple(proof.notes))


_END = frozenset({"lines", "last", "hash", "sha256", "public", "signature"})
"""All the end says; a name it does not know would hide one it should."""


def _prove(path: Path, keys: frozenset[str], proof: _Proof) -> None:
    digest = hashlib.sha256()
    for number, (raw, said) in enumerate(_objects(path), start=1):
        if proof.ended:
            raise _Wrong(Finding.MOVED, "something was added behind its end")
        if number == 1:
            _begin(path, said, proof)
        elif "line" in said:
            _line(said, proof)
        elif "checkpoint" in said:
            _checkpoint(said["checkpoint"], keys, proof)
        elif "end" in said:
            _end(said["end"], digest.hexdigest(), keys, proof)
        else:
            raise _Wrong(Finding.CHANGED, f"row {number} is nothing an export holds")
        digest.update(raw)
    if not proof.ended:
        raise _Wrong(Finding.CUT, f"the end is cut: its last line is {proof.head.seq}", proof.head.seq + 1)


def _objects(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                said = json.loads(raw)
            except (ValueError, RecursionError):
                said = None
            if not isinstance(said, dict):
                if number == 1:
                    raise StoreError(f"{path} is no export of a journal: `zhadao audit export` makes one")
                raise _Wrong(Finding.CHANGED, f"row {number} was changed or cut: it cannot be read")
            yield raw, said


def _begin(path: Path, said: dict[str, Any], proof: _Proof) -> None:
    first, before = said.get("first"), said.get("before")
    if said.get("export") != FORM or type(first) is not int or not isinstance(before, str):
        raise StoreError(f"{path} is no export of a journal, or one of another version")
    proof.first, proof.head = first, Head(max(first - 1, 0), before)


def _line(said: dict[str, Any], proof: _Proof) -> None:
    row, digest, due = said["line"], said.get("hash"), proof.head.seq + 1
    whole = isinstance(row, list) and len(row) == _FIELDS and all(isinstance(text, str) for text in row[1:])
    if not whole or type(row[0]) is not int:
        raise _Wrong(Finding.CHANGED, f"line {due} was changed: it cannot be read", due)
    seq, wall, kind, actor, target, data = row
    if seq != due:
        raise _Wrong(Finding.REMOVED, f"line {due} is missing: the next one there is {seq}", due)
    if digest != _hash(proof.head.hash, seq, Line(kind, wall, actor, target, data)):
        raise _Wrong(Finding.CHANGED, f"line {seq} was changed: it is not the line that was written", seq)
    proof.head = Head(seq, str(digest))


def _hash(before: str, seq: int, line: Line) -> str:
    try:
        return line_hash(before, seq, line)
    except ValueError:
        return ""


def _checkpoint(said: Any, keys: frozenset[str], proof: _Proof) -> None:
    try:
        checkpoint = checkpoint_of(json.dumps(said))
    except InvalidValue as cause:
        raise _Wrong(Finding.CHECKPOINTS, f"a checkpoint was changed: it is {cause}") from cause
    if not is_signed(checkpoint.public, checkpoint.signed_content, checkpoint.signature):
        raise _Wrong(Finding.CHECKPOINTS, f"checkpoint {checkpoint.number} was changed: its signature does not fit")
    last = proof.checkpoint
    if last is not None and (checkpoint.number, checkpoint.previous) != (last.number + 1, last.signature):
        raise _Wrong(Finding.CHECKPOINTS, f"checkpoint {last.number + 1} is missing")
    proof.checkpoint = checkpoint
    if proof.head != Head(checkpoint.seq, checkpoint.hash):
        text = f"line {checkpoint.seq} is not what checkpoint {checkpoint.number} signed: the lines were rewritten"
        raise _Wrong(Finding.REWRITTEN, text, checkpoint.seq)
    if not keys or checkpoint.public in keys:
        proof.signed = checkpoint.seq


def _end(said: Any, digest: str, keys: frozenset[str], proof: _Proof) -> None:
    proof.ended = True
    if not isinstance(said, dict) or said.keys() != _END:
        raise _Wrong(Finding.CHANGED, "its end was changed: it cannot be read")
    if (said.get("last"), said.get("hash")) != (proof.head.seq, proof.head.hash):
        text = f"its end speaks of line {said.get('last')}, the last one there is {proof.head.seq}"
        raise _Wrong(Finding.CUT, f"the end is cut: {text}", proof.head.seq + 1)
    if said["lines"] != (proof.head.seq - proof.first + 1 if proof.first else 0):
        raise _Wrong(Finding.CHANGED, f"its end counts {said['lines']} lines, and that is not how many there are")
    if said.get("sha256") != digest:
        raise _Wrong(Finding.CHANGED, "every line is right, but something else in the file was changed")
    public, signature = str(said.get("public", "")), str(said.get("signature", ""))
    if public:
        _signed_whole(public, signature, digest, keys, proof)
    if not proof.signer and not proof.signed:
        raise _Wrong(Finding.UNSIGNED, "nobody whose key counts signed it: it proves nothing about who made it")
    if proof.signed < proof.head.seq:
        text = "whoever passed the file on could have added them"
        proof.notes.append(f"lines {proof.signed + 1} to {proof.head.seq} are not signed: {text}")
    if not keys:
        whose = fingerprint(proof.signer or (proof.checkpoint.public if proof.checkpoint else ""))
        proof.notes.append(f"signed by the key {whose}…: compare it with the controller's own (`zhadao audit key`)")


def _signed_whole(public: str, signature: str, digest: str, keys: frozenset[str], proof: _Proof) -> None:
    if not is_signed(public, SAYS + digest.encode("ascii"), signature):
        raise _Wrong(Finding.CHANGED, "its signature does not fit: something of it was changed")
    if keys and public not in keys:
        return
    proof.signer, proof.signed = public, proof.head.seq
