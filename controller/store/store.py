"""The whole store of one controller: the folder, the writer's thread, the journal and the state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.domain.errors import StoreError
from controller.store.folder import DataFolder
from controller.store.journal import Journal
from controller.store.state import StateStore
from controller.store.writer import StoreWriter


@dataclass(frozen=True, slots=True)
class Store:
    """What ``main`` opens first and closes last."""

    folder: DataFolder
    writer: StoreWriter
    journal: Journal
    state: StateStore

    @classmethod
    def open(cls, path: Path) -> Store:
        """Lock the folder, open both files, load the state (``state.stored``). Blocks: for start-up.

        Raises:
            StoreError: in one sentence, what is in the way and what to do; nothing is left open.
        """
        folder = DataFolder.open(path)
        writer = StoreWriter()
        try:
            journal, state = _open_both(folder, writer)
        except StoreError:
            writer.close()
            folder.close()
            raise
        return cls(folder, writer, journal, state)

    async def close(self) -> None:
        """Write what was taken, close the files, let the folder go."""
        await self.journal.close()
        await self.state.close()
        self.writer.close()
        self.folder.close()


def _open_both(folder: DataFolder, writer: StoreWriter) -> tuple[Journal, StateStore]:
    journal = Journal.open(folder, writer)
    try:
        return journal, StateStore.open(folder, writer)
    except StoreError:
        journal.abandon()
        raise
