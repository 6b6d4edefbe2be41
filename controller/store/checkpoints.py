"""Signed checkpoints: the journal's head, signed every so often, so that not even who rewrites all of it stays unseen.

A chain of hashes proves that lines belong together; anybody who may write the file can make a new chain. A checkpoint
says "line N had this hash" under a signature, and names the checkpoint before it. Copies kept elsewhere
(``audit export``) bind even somebody who has the key.

One line of JSON each, in a file beside the journal, only ever added to.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path

from controller.domain.errors import InvalidValue, StoreError
from controller.store.folder import PRIVATE_FILE, create_private
from controller.store.lines import Head, wall_text
from controller.store.signing import SigningKey, open_key

EVERY_LINES = 1000
EVERY = timedelta(minutes=10)
"""A checkpoint follows the commit that makes it due by either; one more is written when the journal is closed."""

_SAYS = b"zhadao journal checkpoint 1\n"
_CANONICAL = json.JSONEncoder(ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """ "Line ``seq`` had the hash ``hash`` at ``wall``", signed by the holder of ``public``.

    ``number`` counts from 1; ``previous`` is the signature of the checkpoint before (empty for the first).
    """

    number: int
    seq: int
    hash: str
    wall: str
    previous: str
    public: str
    signature: str = ""

    @property
    def signed_content(self) -> bytes:
        """What the signature is over."""
        values = [self.number, self.seq, self.hash, self.wall, self.previous, self.public]
        return _SAYS + _CANONICAL(values).encode("ascii")

    def signed_by(self, key: SigningKey) -> Checkpoint:
        """The same, signed."""
        return replace(self, signature=key.sign(self.signed_content))

    @property
    def text(self) -> str:
        """As one line of JSON."""
        return _CANONICAL(asdict(self))


_NAMES = frozenset(field.name for field in fields(Checkpoint))


def checkpoint_of(text: str) -> Checkpoint:
    """The checkpoint a line of JSON is.

    Raises:
        InvalidValue: it is none.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise InvalidValue(f"no checkpoint: {cause}") from cause
    if not isinstance(said, dict) or said.keys() != _NAMES:
        raise InvalidValue("no checkpoint: other fields than a checkpoint has")
    numbers, texts = (said["number"], said["seq"]), (said[name] for name in _NAMES - {"number", "seq"})
    if not all(type(number) is int for number in numbers) or not all(isinstance(one, str) for one in texts):
        raise InvalidValue("no checkpoint: a field is of the wrong kind")
    return Checkpoint(**said)


def checkpoints_in(content: str) -> tuple[Checkpoint, ...]:
    """Every checkpoint of a file's text. A last line without its end was being written when the power went: not one.

    Raises:
        InvalidValue: a line is no checkpoint; says which.
    """
    found: list[Checkpoint] = []
    *lines, _ = content.split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            found.append(checkpoint_of(line))
        except InvalidValue as cause:
            raise InvalidValue(f"line {number} is {cause}") from cause
    return tuple(found)


def read_checkpoints(path: Path) -> tuple[Checkpoint, ...] | None:
    """Every checkpoint of a file; None when there is no such file.

    Raises:
        InvalidValue: it holds something else. OSError: it cannot be read.
    """
    try:
        return checkpoints_in(path.read_bytes().decode("ascii", "replace"))
    except FileNotFoundError:
        return None


class Checkpoints:
    """Signs the head of one journal. Used from the store writer's thread alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._key: SigningKey | None = None
        self._last: Checkpoint | None = None

    def open(self) -> Sequence[Checkpoint]:
        """Make file and key where there are none; everything signed so far.

        Raises:
            StoreError: one of them cannot be used. The journal goes on without signatures, and says so.
        """
        try:
            create_private(self.path)
            found = read_checkpoints(self.path) or ()
        except (OSError, InvalidValue) as cause:
            why = cause.strerror if isinstance(cause, OSError) else str(cause)
            raise StoreError(f"{self.path} cannot be used ({why}): the journal goes on unsigned") from cause
        self._key = open_key(self.path.parent)
        self._last = found[-1] if found else None
        return found

    @property
    def public(self) -> str:
        """The public key; empty while there is none to sign with."""
        return self._key.public if self._key else ""

    def after(self, head: Head, wall: datetime) -> None:
        """A commit ended in ``head``: sign it when that is due.

        Raises:
            StoreError: it is due and could not be written.
        """
        if self._due(head, wall):
            self.sign(head, wall)

    def sign(self, head: Head, wall: datetime) -> None:
        """Sign ``head`` unless it is signed already; on the disk when it returns.

        Raises:
            StoreError: it could not be written.
        """
        last = self._last
        if self._key is None or head.seq <= (last.seq if last else 0):
            return
        number, previous = (last.number + 1, last.signature) if last else (1, "")
        coming = Checkpoint(number, head.seq, head.hash, wall_text(wall), previous, self._key.public)
        signed = coming.signed_by(self._key)
        try:
            _append(self.path, signed.text)
        except OSError as cause:
            raise StoreError(
                f"{self.path} cannot be written ({cause.strerror}): lines since {last.seq if last else 0} are unsigned"
            ) from cause
        self._last = signed

    def _due(self, head: Head, wall: datetime) -> bool:
        if self._last is None:
            return True
        since = abs(wall - datetime.fromisoformat(self._last.wall))
        return head.seq - self._last.seq >= EVERY_LINES or since >= EVERY


def _append(path: Path, line: str) -> None:
    """Add a line behind the last whole one; after a failure the file is as it was."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        end = _end_of_lines(file)
        os.ftruncate(file, end)
        try:
            content = f"{line}\n".encode("ascii")
            if os.pwrite(file, content, end) < len(content):
                raise OSError(0, "the disk took only a part")  # noqa: TRY301 - one way out for both failures
            os.fsync(file)
        except OSError:
            os.ftruncate(file, end)
            raise
    finally:
        os.close(file)


def _end_of_lines(file: int) -> int:
    """Where the last whole line ends; what a power failure left behind it is written over."""
    size = os.fstat(file).st_size
    tail_from = max(0, size - 4096)
    tail = os.pread(file, size - tail_from, tail_from)
    return tail_from + tail.rfind(b"\n") + 1 if b"\n" in tail else 0
