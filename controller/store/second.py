"""The second medium: where evidence goes while the journal cannot be written.

A folder on another disk with a journal of its own, chained like the first. Each stay there begins with a line that
names where the first journal ended; once the first can be written again, it is told which lines belong into its gap,
and the second is told that it was. So each holds the other in place.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.domain.errors import StoreError
from controller.store.folder import DataFolder
from controller.store.journal import SELF, Journal
from controller.store.journal_read import read
from controller.store.lines import ON_SECOND, Entry, Head
from controller.store.writer import StoreWriter

BEGINS = "second_medium_begins"
"""First line of a stay: ``{after, hash, error}``, the first journal's last line then and why it takes no more."""
MARKED = "second_medium_marked"
"""Last line of a stay: the first journal has the mark."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Lines ``first`` to ``last`` of the second medium, whose last hash is ``hash``: they belong into one gap."""

    path: Path
    first: int
    last: int
    hash: str

    def mark(self, wall: datetime) -> Entry:
        """The first journal's line about it."""
        data = {"path": str(self.path), "first": self.first, "last": self.last, "hash": self.hash}
        return Entry(ON_SECOND, wall, SELF, data=data)


class SecondMedium:
    """Opened when it is first needed (or tried), with a writer of its own: a disk that hangs holds up only itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = StoreWriter()
        self._one_at_a_time = asyncio.Lock()
        self._folder: DataFolder | None = None
        self._journal: Journal | None = None
        self._first = 0
        """First line of the stay that is not marked yet; 0 while there is none."""

    async def open(self) -> Stay | None:
        """Prove that it can be written; the stay a stopped controller left unmarked, if it did.

        Raises:
            StoreError: it cannot be used, in a sentence.
        """
        return await self._writer.run(self._open)

    def _open(self) -> Stay | None:
        if self._journal is None:
            self._take_folder()
        return self.stay

    def _take_folder(self) -> None:
        if not self.path.parent.is_dir():
            raise StoreError(f"the second medium {self.path} is not there: mount it, or correct evidence.second")
        folder = DataFolder.open(self.path)
        try:
            # In this thread already: what opens the file is this very writer.
            journal = Journal(folder, self._writer)
            journal.open_here()
            self._first = _unmarked(folder.path, journal.head)
        except StoreError:
            folder.close()
            raise
        self._folder, self._journal = folder, journal

    @property
    def stay(self) -> Stay | None:
        """Lines that the first journal has not been told of."""
        if self._journal is None or not self._first:
            return None
        head = self._journal.head
        return Stay(self.path, self._first, head.seq, head.hash)

    async def take(self, entries: Sequence[Entry], after: Head, error: str) -> None:
        """Write the entries here; durable when it returns. ``after`` and ``error`` are the first journal's.

        Raises:
            StoreError: they could not be written here either.
        """
        await self.open()
        async with self._one_at_a_time:
            journal = self._opened()
            if self._first:
                await journal.append(entries)
                return
            data = {"after": after.seq, "hash": after.hash, "error": error}
            begins = Entry(BEGINS, entries[0].wall, SELF, data=data)
            self._first = await journal.append([begins, *entries]) - len(entries)

    async def marked(self, stay: Stay, seq: int, wall: datetime) -> None:
        """The first journal has the mark of this stay, in its line ``seq``. Trouble is harmless: it is marked again."""
        if self._journal is None or self._journal.head.seq != stay.last:
            return  # more came meanwhile: the stay goes on, and is marked anew with its new end
        with contextlib.suppress(StoreError):
            await self._journal.append([Entry(MARKED, wall, SELF, data={"line": seq, "until": stay.last})])
            self._first = 0

    async def close(self) -> None:
        """Close its files; harmless when it was never opened."""
        journal, self._journal = self._journal, None
        if journal is not None:
            await journal.close()
        self._writer.close()
        if self._folder is not None:
            self._folder.close()

    def _opened(self) -> Journal:
        if self._journal is None:
            raise StoreError(f"the second medium {self.path} is closed")
        return self._journal


def _unmarked(path: Path, head: Head) -> int:
    """The first line of a stay nobody marked; 0 when the last one was marked or there is none."""
    if head.seq == 0:
        return 0
    for record in read(path, newest_first=True):
        if record.kind == MARKED:
            return 0
        if record.kind == BEGINS:
            return record.seq
    return 0
