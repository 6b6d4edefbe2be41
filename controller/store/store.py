"""The whole store of one controller: the folder, the writer's thread, the journal and the state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.domain.errors import StoreDamaged, StoreError
from controller.store.backup_check import way_back
from controller.store.checkpoints import Checkpoints
from controller.store.folder import DataFolder
from controller.store.journal import Journal
from controller.store.restoring import refuse_unfinished
from controller.store.second import SecondMedium
from controller.store.state import StateStore
from controller.store.writer import StoreWriter


@dataclass(frozen=True, slots=True)
class Store:
    """What ``main`` opens first and closes last."""

    folder: DataFolder
    writer: StoreWriter
    journal: Journal
    state: StateStore
    second: SecondMedium | None = None

    @classmethod
    def open(cls, path: Path, second: Path | None = None, backups: Path | None = None) -> Store:
        """Lock the folder, open both files, load the state (``state.stored``). Blocks: for start-up.

        ``second`` is the second medium's folder; it is only opened when it is tried or needed. ``backups`` is where
        backups of this folder are: the last good one is named when a file turns out to be damaged.

        Raises:
            StoreError: in one sentence, what is in the way and what to do; nothing is left open.
        """
        folder = DataFolder.open(path)
        writer = StoreWriter()
        try:
            refuse_unfinished(folder.path)
            journal, state = _open_both(folder, writer)
        except StoreError as error:
            writer.close()
            folder.close()
            if isinstance(error, StoreDamaged):
                raise StoreDamaged(f"{error}. {way_back(path, backups)}") from error
            raise
        return cls(folder, writer, journal, state, SecondMedium(second) if second else None)

    async def close(self) -> None:
        """Write what was taken, close the files, let the folder go."""
        await self.journal.close()
        await self.state.close()
        if self.second is not None:
            await self.second.close()
        self.writer.close()
        self.folder.close()


def _open_both(folder: DataFolder, writer: StoreWriter) -> tuple[Journal, StateStore]:
    journal = Journal.open(folder, writer, Checkpoints(folder.checkpoints))
    try:
        return journal, StateStore.open(folder, writer)
    except StoreError:
        journal.abandon()
        raise
