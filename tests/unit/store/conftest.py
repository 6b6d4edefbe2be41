"""A store in a fresh folder, and entries to fill it with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.store.folder import DataFolder
from controller.store.journal import Journal
from controller.store.lines import Entry
from controller.store.writer import StoreWriter

DUSK = datetime(2026, 6, 21, 11, 0, tzinfo=UTC)


def entry(number: int, **changes: object) -> Entry:
    given: dict[str, object] = {
        "kind": "command",
        "wall": DUSK + timedelta(seconds=number),
        "actor": "lin",
        "target": f"330106-LC-{number:04d}/K1",
        "data": {"value": "on", "number": number, "reason": "前方积水"},
    }
    return Entry(**{**given, **changes})  # type: ignore[arg-type]  # a test's own choice of fields


OpenJournal = Callable[[], AbstractAsyncContextManager[Journal]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def open_journal(data: Path) -> OpenJournal:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Journal]:
        folder, writer = DataFolder.open(data), StoreWriter()
        try:
            journal = Journal.open(folder, writer)
            try:
                yield journal
            finally:
                await journal.close()
        finally:
            writer.close()
            folder.close()

    return opened


@pytest.fixture
def writer() -> Iterator[StoreWriter]:
    made = StoreWriter()
    yield made
    made.close()
