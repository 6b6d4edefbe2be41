"""Reading the journal: for ``audit show`` and ``audit export``, beside a running controller or without one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.domain.errors import StoreError
from controller.store.database import reading, store_error
from controller.store.folder import JOURNAL_FILE
from controller.store.lines import Record, wall_text

_ABOUT = """(target = ? OR (target = '' AND EXISTS (
  SELECT 1 FROM json_each(entries.data, '$.members') AS member WHERE member.value = ? OR member.key = ?)))"""


def journal_file(path: Path) -> Path:
    """The journal of a data folder; a path to the journal itself stays what it is."""
    return path / JOURNAL_FILE if path.is_dir() else path


def read(
    path: Path,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    target: str = "",
    actor: str = "",
    kind: str = "",
    limit: int | None = None,
    newest_first: bool = False,
) -> Iterator[Record]:
    """The lines that fit every condition given, in the order they were written (or the reverse).

    ``path`` is a data folder or a journal; ``since ≤ wall < until`` (aware); ``target`` also finds batches that list
    it among their members; ``limit`` the most lines that come. One snapshot: lines written meanwhile do not appear.

    Raises:
        StoreError: there is no journal, or it cannot be read.
    """
    file = journal_file(path)
    if not file.exists():
        raise StoreError(f"there is no journal at {file}: name the data folder of a controller that has run")
    where, values = _conditions(since, until, target, actor, kind)
    order = "DESC" if newest_first else "ASC"
    # Only fixed texts are put together here; what comes from outside is bound.
    query = f"SELECT seq, wall, kind, actor, target, data, hash FROM entries {where} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - see above
    try:
        with reading(file) as connection:
            for row in connection.execute(query, (*values, -1 if limit is None else limit)):
                yield _record(row)
    except (sqlite3.Error, ValueError) as cause:
        raise _unreadable(cause, file) from cause


def _conditions(
    since: datetime | None, until: datetime | None, target: str, actor: str, kind: str
) -> tuple[str, list[str]]:
    conditions: list[str] = []
    values: list[str] = []
    bounds = (("wall >= ?", since), ("wall < ?", until))
    for condition, bound in bounds:
        if bound is not None:
            conditions.append(condition)
            values.append(wall_text(bound))
    for condition, wanted in (("actor = ?", actor), ("kind = ?", kind), (_ABOUT, target)):
        if wanted:
            conditions.append(condition)
            values.extend([wanted] * condition.count("?"))
    return ("WHERE " + " AND ".join(conditions) if conditions else "", values)


def _record(row: tuple[int, str, str, str, str, str, str]) -> Record:
    seq, wall, kind, actor, target, data, digest = row
    content: dict[str, Any] = json.loads(data)
    return Record(seq, datetime.fromisoformat(wall), kind, actor, target, content, digest)


def _unreadable(cause: sqlite3.Error | ValueError, file: Path) -> StoreError:
    if isinstance(cause, sqlite3.Error):
        return store_error(cause, "reading", file)
    return StoreError(f"a line of {file} is not what was written ({cause}): check it with 'zhadao audit verify'")
