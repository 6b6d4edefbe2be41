"""The journal for people elsewhere: one text file that proves itself, without the controller or its folder.

JSON, one object a line: first what it is, then every line of the journal as
``{"hash", "line": [seq, wall, kind, actor, target, data]}``, each signed checkpoint behind the line it signs, then the
end with the SHA-256 of everything before it, signed. The array is written exactly as it was hashed: anybody can
compute the chain again with standard tools.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from controller import __version__
from controller.domain.errors import InvalidValue, StoreError
from controller.store.checkpoints import Checkpoint, read_checkpoints
from controller.store.database import reading, store_error
from controller.store.folder import CHECKPOINT_FILE, PRIVATE_FILE, sync_folder
from controller.store.journal_read import journal_file
from controller.store.journal_schema import hash_at
from controller.store.lines import EMPTY, Head, Line, line_hash, wall_text
from controller.store.signing import SigningKey, existing_key

FORM = 1
SAYS = b"zhadao journal export 1\n"
"""What an export's signature is over, followed by the file's SHA-256 in hexadecimal."""

compact = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
"""As lines are hashed and written."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: lines ``first`` to ``last`` (0: none), signed with the key ``public`` (empty: unsigned)."""

    first: int
    last: int
    public: str


def export(
    path: Path, into: Path, made: datetime, since: datetime | None = None, until: datetime | None = None
) -> Exported:
    """Write the lines of ``since ≤ wall < until`` (aware), and all between them, to a new file ``into``.

    ``path`` is a data folder or a journal, in use or closed. The chain is proven on the way.

    Raises:
        StoreError: there is no journal, it is broken within that range, or the file exists or cannot be written.
    """
    file = journal_file(path)
    if not file.exists():
        raise StoreError(f"there is no journal at {file}: name the data folder of a controller that has run")
    try:
        checkpoints = read_checkpoints(file.with_name(CHECKPOINT_FILE)) or ()
    except (InvalidValue, OSError) as cause:
        raise StoreError(f"{file.with_name(CHECKPOINT_FILE)} cannot be read: {cause}; see `zhadao audit verify`") from (
            cause
        )
    key = existing_key(file.parent)
    try:
        with reading(file) as connection, _new_file(into) as target:
            return _write(connection, checkpoints, key, target, made, since, until)
    except sqlite3.Error as cause:
        raise store_error(cause, "reading", file) from cause
    except OSError as cause:
        raise store_error(cause, "writing", into) from cause


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file, there as a whole or not at all."""
    if path.exists():
        raise StoreError(f"{path} is there already: nothing is overwritten, choose another name")
    coming = path.with_name(path.name + ".new")
    coming.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        coming.rename(path)
    except BaseException:
        coming.unlink(missing_ok=True)
        raise
    sync_folder(path.parent.absolute())


@dataclass(slots=True)
class _Out:
    """Writes and hashes."""

    target: IO[bytes]
    digest: Any

    def line(self, text: str) -> None:
        content = f"{text}\n".encode()
        self.digest.update(content)
        self.target.write(content)


def _write(
    connection: sqlite3.Connection,
    checkpoints: tuple[Checkpoint, ...],
    key: SigningKey | None,
    target: IO[bytes],
    made: datetime,
    since: datetime | None,
    until: datetime | None,
) -> Exported:
    first, last = _range(connection, since, until)
    out = _Out(target, hashlib.sha256())
    before = hash_at(connection, first - 1) if first > 1 else EMPTY.hash
    head = Head(max(first - 1, 0), before or "")
    made_text = made.astimezone(UTC).isoformat()
    out.line(compact({"export": FORM, "made": made_text, "version": __version__, "first": first, "before": head.hash}))
    if first:
        head = _lines(connection, first, last, head, {one.seq: one for one in checkpoints}, out)
    out.line(compact({"end": _end(head, first, out.digest.hexdigest(), key)}))
    return Exported(first, last, key.public if key else "")


def _lines(
    connection: sqlite3.Connection, first: int, last: int, head: Head, checkpoints: Mapping[int, Checkpoint], out: _Out
) -> Head:
    query = "SELECT seq, wall, kind, actor, target, data, hash FROM entries WHERE seq BETWEEN ? AND ? ORDER BY seq"
    for seq, wall, kind, actor, about, data, digest in connection.execute(query, (first, last)):
        line = Line(kind, wall, actor, about, data)
        if seq != head.seq + 1 or digest != line_hash(head.hash, seq, line):
            raise StoreError(
                f"the journal is broken at line {seq}: see `zhadao audit verify`; what is proven before it can be "
                "exported with --until"
            )
        out.line(f'{{"hash":"{digest}","line":{compact([seq, wall, kind, actor, about, data])}}}')
        if seq in checkpoints:
            out.line(compact({"checkpoint": asdict(checkpoints[seq])}))
        head = Head(seq, digest)
    return head


def _range(connection: sqlite3.Connection, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    low, high = (wall_text(since) if since else ""), (wall_text(until) if until else "~")
    first, last = connection.execute(
        "SELECT min(seq), max(seq) FROM entries WHERE wall >= ? AND wall < ?", (low, high)
    ).fetchone()
    return (int(first), int(last)) if first is not None else (0, 0)


def _end(head: Head, first: int, digest: str, key: SigningKey | None) -> Mapping[str, Any]:
    return {
        "lines": head.seq - first + 1 if first else 0,
        "last": head.seq,
        "hash": head.hash,
        "sha256": digest,
        "public": key.public if key else "",
        "signature": key.sign(SAYS + digest.encode("ascii")) if key else "",
    }
