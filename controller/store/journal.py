"""The evidence journal: append-only, hash-chained, durable before the act it permits."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from controller.domain.errors import StoreError
from controller.store.checkpoints import Checkpoints
from controller.store.database import Database
from controller.store.folder import DataFolder
from controller.store.head import HeadFile, read_head
from controller.store.journal_schema import create_or_check, hash_at, head_of, insert
from controller.store.lines import BROKEN, EMPTY, GAP, Entry, Head, Line, line_of, wall_text
from controller.store.writer import GroupCommit, StoreWriter

SELF = "zhadao"
"""Actor of the lines the journal writes about itself."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The lines of one ``append``, the wall time of its first entry, and whether somebody tries again with them."""

    lines: tuple[Line, ...]
    wall: datetime
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries that could not be written: how many, since when (the first one's wall time), and why."""

    lost: int
    since: str
    error: str


class Journal:
    """Appends entries; says when it cannot, and marks the gap by itself once it can again.

    ``append`` returns only when the entries are on the disk. While ``healthy`` is false every append is still tried:
    the first that succeeds is preceded by a ``journal_gap`` line. What goes on without evidence is the caller's rule.
    """

    def __init__(self, folder: DataFolder, writer: StoreWriter, checkpoints: Checkpoints | None = None) -> None:
        self._writer = writer
        self._checkpoints = checkpoints
        self._database = Database(folder.journal, self._prepare)
        self._head_file = HeadFile(folder.head)
        self._group: GroupCommit[_Group, int] = GroupCommit(writer, self._commit)
        self._head: Head | None = None
        self._gap: Gap | None = None
        self._broken: list[dict[str, object]] = []
        self._wall: datetime | None = None
        self._head_trouble = ""
        self._unsigned = ""
        self._commits = 0

    @classmethod
    def open(cls, folder: DataFolder, writer: StoreWriter, checkpoints: Checkpoints | None = None) -> Journal:
        """A journal that is known to be writable. ``checkpoints`` sign it; without them it is not signed.

        Raises:
            StoreError: it is not. A controller that must go on without evidence makes ``Journal(...)`` instead.
        """
        journal = cls(folder, writer, checkpoints)
        writer.run_now(journal.open_here)
        return journal

    @property
    def healthy(self) -> bool:
        """Whether the last thing asked of it was written (true before the first)."""
        return self._gap is None

    @property
    def last_error(self) -> str:
        """What is wrong now, in a sentence; empty when nothing is."""
        return self._gap.error if self._gap else self.weakness

    @property
    def weakness(self) -> str:
        """Why a journal that is written would prove less than it should: a sentence; empty when nothing is wrong."""
        return self._head_trouble or self._unsigned

    @property
    def public_key(self) -> str:
        """The public half of the key its checkpoints are signed with; empty when they are not."""
        return self._checkpoints.public if self._checkpoints else ""

    @property
    def gap(self) -> Gap | None:
        """The gap that is open now."""
        return self._gap

    @property
    def head(self) -> Head:
        """Where the chain ends."""
        return self._head or EMPTY

    @property
    def commits(self) -> int:
        """Durable groups written since the start."""
        return self._commits

    async def append(self, entries: Sequence[Entry], *, kept: bool = False) -> int:
        """Write the entries, in this order, and return the last one's number once they are durable.

        ``kept`` says that the caller keeps them and tries again: a failure then does not count them as lost.

        Raises:
            StoreError: they could not be written (the journal is then unhealthy and counts them as lost).
            InvalidValue: an entry that is not plain JSON or has a naive time; nothing of it was written.
        """
        if not entries:
            return self.head.seq
        return await self._group.submit(replace(_grouped(entries), kept=kept))

    def append_soon(self, entries: Sequence[Entry]) -> asyncio.Future[int]:
        """Write the entries without waiting, for acts that evidence must never delay (slots 1–2).

        The future may be dropped: a failure shows in ``healthy`` and in the gap line.

        Raises:
            StoreError: the journal is closed. InvalidValue: as ``append``.
        """
        future = self._group.submit(_grouped(entries))
        future.add_done_callback(_noticed)
        return future

    async def mend(self) -> None:
        """Try whether the journal takes lines again: the gap's own line is the first one. Nothing when it is healthy.

        Raises:
            StoreError: it does not.
        """
        await self._writer.run(self._tell_about_itself)

    async def sign(self, wall: datetime) -> None:
        """Sign where the chain ends now, unless that is signed. Trouble shows in ``weakness``."""
        await self._writer.run(lambda: self._sign(wall))

    async def close(self) -> None:
        """Write what was taken, keep the head on the disk, close the files; no append after that."""
        await self._group.close()
        await self._writer.run(self._close)

    def abandon(self) -> None:
        """Close the files at once, for a start that fails elsewhere. Blocks."""
        self._writer.run_now(self._close)

    def open_here(self) -> None:
        """Open the file; in the writer's thread.

        Raises:
            StoreError: it cannot be used.
        """
        self._database.open()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """After every opening: believe the file about where the chain ends, and note when it should end elsewhere."""
        create_or_check(connection)
        found = head_of(connection)
        if self._head is None:
            self._open_checkpoints(connection, found)
        kept = self._head or read_head(self._head_file.path)
        if kept is not None:
            self._compare(connection, kept, found)
        elif found.seq > 0:
            self._broken.append({"text": f"{self._head_file.path.name} is missing or damaged", "found": found.seq})
        else:
            self._head_file.begin()
        self._head = found

    def _compare(self, connection: sqlite3.Connection, kept: Head, found: Head) -> None:
        there = hash_at(connection, kept.seq) if kept.seq > 0 else EMPTY.hash
        if kept.hash != there:
            how = "is missing" if there is None else "is not the line that was written"
            what = {"text": f"line {kept.seq} {how}", "found": found.seq, "kept": kept.seq, "kept_hash": kept.hash}
            self._broken.append(what)

    def _open_checkpoints(self, connection: sqlite3.Connection, found: Head) -> None:
        """A line that was signed and is not there any more shows at once, also when the head file was changed too."""
        if self._checkpoints is None:
            return
        try:
            signed = self._checkpoints.open()
        except StoreError as error:
            self._unsigned = str(error)
            return
        if signed and signed[-1].hash != hash_at(connection, signed[-1].seq):
            last = signed[-1]
            what = {"text": f"line {last.seq} is not the one checkpoint {last.number} signed", "found": found.seq}
            self._broken.append({**what, "kept": last.seq, "kept_hash": last.hash})

    def _commit(self, groups: Sequence[_Group]) -> list[int]:
        self._wall = groups[-1].wall
        try:
            with self._database.transaction() as connection:
                lines = self._lines_about_itself(groups[0].wall)
                ends = []
                for group in groups:
                    lines.extend(group.lines)
                    ends.append(self.head.seq + len(lines))
                head = insert(connection, self.head, lines)
        except StoreError as error:
            self._lose(groups, str(error))
            raise
        self._written(head, self._wall)
        return ends

    def _written(self, head: Head, wall: datetime) -> None:
        """The lines are durable already: trouble with the second place weakens the proof, it does not undo them."""
        self._head, self._gap, self._broken = head, None, []
        self._commits += 1
        self._sign_when_due(head, wall)
        try:
            self._head_file.write(head, wall)
            self._head_trouble = ""
        except OSError as cause:
            self._head_trouble = f"{self._head_file.path} cannot be written ({cause.strerror}): a cut tail may not show"

    def _sign_when_due(self, head: Head, wall: datetime) -> None:
        if self._checkpoints is None or not self._checkpoints.public:
            return
        try:
            self._checkpoints.after(head, wall)
            self._unsigned = ""
        except StoreError as error:
            self._unsigned = str(error)

    def _sign(self, wall: datetime) -> None:
        if self._checkpoints is None or not self._checkpoints.public or self._broken:
            return
        try:
            self._checkpoints.sign(self.head, wall)
            self._unsigned = ""
        except StoreError as error:
            self._unsigned = str(error)

    def _lines_about_itself(self, wall: datetime) -> list[Line]:
        lines = [line_of(Entry(BROKEN, wall, SELF, data=what)) for what in self._broken]
        if self._gap is not None:
            gap = {"lost": self._gap.lost, "since": self._gap.since, "error": self._gap.error}
            lines.append(line_of(Entry(GAP, wall, SELF, data=gap)))
        return lines

    def _lose(self, groups: Sequence[_Group], error: str) -> None:
        lost = sum(len(group.lines) for group in groups if not group.kept)
        if self._gap is None:
            self._gap = Gap(lost, wall_text(groups[0].wall), error)
        else:
            self._gap = replace(self._gap, lost=self._gap.lost + lost, error=error)

    def _close(self) -> None:
        with contextlib.suppress(StoreError):  # a gap that still cannot be written is lost with the process
            self._tell_about_itself()
        if self._wall is not None:
            self._sign(self._wall)
        if self._head is not None and not self._broken:
            try:
                self._head_file.close(self._head)
            except OSError as cause:
                self._head_trouble = f"{self._head_file.path} could not be kept at close ({cause.strerror})"
        self._database.close()

    def _tell_about_itself(self) -> None:
        """Write what would else wait for an append that never comes."""
        if self._gap is None or self._wall is None:
            return
        with self._database.transaction() as connection:
            head = insert(connection, self.head, self._lines_about_itself(self._wall))
        self._written(head, self._wall)


def _grouped(entries: Sequence[Entry]) -> _Group:
    return _Group(tuple(line_of(entry) for entry in entries), entries[0].wall)


def _noticed(future: asyncio.Future[int]) -> None:
    """Look at the outcome, so that a dropped future is not reported as never looked at."""
    if not future.cancelled():
        future.exception()
