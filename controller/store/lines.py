"""A journal line: what is recorded, its canonical text, and the hash that chains it to the line before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from controller.domain.errors import InvalidValue

GENESIS = "0" * 64
"""What stands for the hash before the first line."""

GAP = "journal_gap"
"""Kind of the line that says how many entries could not be written, and since when."""

BROKEN = "journal_broken"
"""Kind of the line that says the journal was found cut or altered when it was opened: it never verifies again."""

ON_SECOND = "journal_on_second_medium"
"""Kind of the line that says which lines of the second medium belong into the gap before it."""

ANNOUNCING = frozenset({"started", "restored"})
"""Kinds of lines that announce, as ``checkpoint_key``, the public key that signs the checkpoints from here on."""
ANNOUNCED = "checkpoint_key"

_CANONICAL = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened or is about to.

    ``wall`` is aware; ``actor`` a person, plan or part; ``target`` empty where there are none or many. A batch is one
    entry whose ``data["members"]`` lists its targets (or maps each to its details): searching by target finds it.
    ``data`` is JSON without NaN or infinity.
    """

    kind: str
    wall: datetime
    actor: str
    target: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A line as it is read back."""

    seq: int
    wall: datetime
    kind: str
    actor: str
    target: str
    data: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: the last line's number (0: none yet) and hash."""

    seq: int
    hash: str


EMPTY = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in its canonical texts, not yet chained."""

    kind: str
    wall: str
    actor: str
    target: str
    data: str

    def after(self, head: Head) -> Head:
        """The head once this line follows ``head``."""
        seq = head.seq + 1
        return Head(seq, line_hash(head.hash, seq, self))


def line_hash(prev_hash: str, seq: int, line: Line) -> str:
    """SHA-256 over the previous hash (32 raw bytes) and the line as a JSON array, UTF-8, hexadecimal.

    The array is ``[seq, wall, kind, actor, target, data]`` without spaces, ``data`` as the text that is stored:
    anybody can compute it again with standard tools. Bytes that are no UTF-8 (a damaged file) count as they are.
    """
    canonical = _CANONICAL([seq, line.wall, line.kind, line.actor, line.target, line.data])
    return hashlib.sha256(bytes.fromhex(prev_hash) + canonical.encode("utf-8", "surrogateescape")).hexdigest()


def line_of(entry: Entry) -> Line:
    """The entry's canonical texts.

    Raises:
        InvalidValue: a naive time, or data that is not JSON; nothing was written.
    """
    try:
        texts = (entry.kind, entry.actor, entry.target, _CANONICAL(dict(entry.data)))
        for text in texts:
            text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as cause:
        raise InvalidValue(f"the journal entry {entry.kind!r} of {entry.actor!r} is not plain JSON: {cause}") from cause
    kind, actor, target, data = texts
    return Line(kind, wall_text(entry.wall), actor, target, data)


@lru_cache(maxsize=64)  # the members of a group have their times in common
def wall_text(wall: datetime) -> str:
    """ISO 8601, UTC, microseconds, always of one length: texts sort as times do.

    Raises:
        InvalidValue: the time has no zone.
    """
    if wall.tzinfo is None:
        raise InvalidValue(f"{wall.isoformat()} has no time zone: the journal takes aware times only")
    return wall.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
