"""Whether the second medium holds what the journal says is there."""

from __future__ import annotations

from pathlib import Path

from controller.store.database import reading
from controller.store.journal_read import journal_file, read
from controller.store.journal_schema import hash_at
from controller.store.journal_verify import verify
from controller.store.lines import ON_SECOND


def verify_second(data: Path, second: Path) -> str:
    """What does not fit, in a sentence; empty when the second medium is whole and every marked stay is on it.

    Raises:
        StoreError: one of the two journals is not there, or cannot be read.
    """
    report = verify(second)
    if not report.ok:
        return f"{second}: {report.problem}"
    with reading(journal_file(second)) as connection:
        for mark in read(data, kind=ON_SECOND):
            last = mark.data.get("last")
            if not isinstance(last, int) or hash_at(connection, last) != mark.data.get("hash"):
                return f"line {mark.seq} of the journal counts on line {last} there, which is missing or another one"
    return ""
