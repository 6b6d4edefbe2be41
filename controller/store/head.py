"""The second place of the journal's head, so that a cut tail shows.

A chain of hashes proves every line by the next one, but nothing proves the last. After each commit the head is also
written to a small file beside the journal: into the page cache at once (survives any death of the process), to the
disk whenever ``SYNC_AFTER`` of journal time has passed, and at close.

What a cut tail can still hide:

* after a kill, the one commit between whose two writes the process died;
* after a power failure, at most the commits since the last sync of the head (the lines themselves are safe; only
  somebody cutting exactly those would not be noticed);
* everything, from somebody who rewrites both files: signed checkpoints kept elsewhere are the answer to that.
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from controller.store.folder import PRIVATE_FILE, create_private
from controller.store.lines import EMPTY, Head

SYNC_AFTER = timedelta(seconds=60)

_FORM = re.compile(r"([0-9]{20}) ([0-9a-f]{64})\n")


class HeadFile:
    """A fixed-length line overwritten in place. Used from the writer's thread alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        self._synced: datetime | None = None

    def begin(self) -> None:
        """Make the file, for a journal that has no line yet, and make it durable before the first one.

        Raises:
            OSError: it could not be written.
        """
        create_private(self.path)
        self._keep(EMPTY)
        self._sync()

    def write(self, head: Head, wall: datetime) -> None:
        """Keep ``head``; to the disk when the last time is ``SYNC_AFTER`` away from ``wall``.

        Raises:
            OSError: it could not be written; the journal itself is not touched by that.
        """
        self._keep(head)
        if self._synced is None or abs(wall - self._synced) >= SYNC_AFTER:
            self._sync()
            self._synced = wall

    def close(self, head: Head) -> None:
        """Keep ``head`` on the disk and close the file.

        Raises:
            OSError: it could not be written.
        """
        try:
            self._keep(head)
            self._sync()
        finally:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _keep(self, head: Head) -> None:
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        text = head_text(head)
        os.pwrite(self._file, text, 0)
        os.ftruncate(self._file, len(text))

    def _sync(self) -> None:
        if self._file is not None:
            os.fsync(self._file)


def head_text(head: Head) -> bytes:
    """The head as the file holds it."""
    return f"{head.seq:020d} {head.hash}\n".encode("ascii")


def read_head(path: Path) -> Head | None:
    """The head kept in ``path``; None when the file is missing or is not such a line."""
    try:
        form = _FORM.fullmatch(path.read_bytes().decode("ascii", "replace"))
    except OSError:
        return None
    return Head(int(form[1]), form[2]) if form else None
