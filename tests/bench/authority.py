"""Evidence: how fast the journal takes it."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from controller.store.lines import Entry
from controller.store.store import Store
from tests.bench.registry import benchmark

GROUP = 50
GROUPS_A_SAMPLE = 20
SAMPLES = 15
SYNCS_A_SAMPLE = 50

BUILD = Path(__file__).parents[2] / "build"
"""On the disk the checkout is on: a folder in memory would flatter."""


@benchmark(
    "authority.journal_rows_per_s",
    unit="rows/s",
    must=3000,
    goal=9000,
    higher=True,
    note="groups of 50 rows, one group at a time, each durable (WAL, synchronous=FULL) before the next",
)
def journal_rows_per_s() -> list[float]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-journal-") as folder:
        return asyncio.run(_append_groups(Path(folder) / "data"))


async def _append_groups(data: Path) -> list[float]:
    store = Store.open(data)
    try:
        await _rows_per_s(store)  # the first pages and the thread's start are not the journal's pace
        return [await _rows_per_s(store) for _ in range(SAMPLES)]
    finally:
        await store.close()


async def _rows_per_s(store: Store) -> float:
    begun_s = time.perf_counter()
    for _ in range(GROUPS_A_SAMPLE):
        await store.journal.append([_entry(number) for number in range(GROUP)])
    return GROUPS_A_SAMPLE * GROUP / (time.perf_counter() - begun_s)


@benchmark(
    "authority.disk_syncs_per_s",
    unit="syncs/s",
    higher=True,
    note="what the disk itself gives: 4 KiB appended and fdatasync; read the journal's rows against it",
)
def disk_syncs_per_s() -> list[float]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryFile(dir=BUILD, buffering=0) as file:
        return [_syncs_per_s(file.fileno()) for _ in range(SAMPLES)]


def _syncs_per_s(file: int) -> float:
    begun_s = time.perf_counter()
    for _ in range(SYNCS_A_SAMPLE):
        os.write(file, bytes(4096))
        os.fdatasync(file)
    return SYNCS_A_SAMPLE / (time.perf_counter() - begun_s)


def _entry(number: int) -> Entry:
    target = f"330106-LC-{number:04d}/K1"
    data = {"value": "on", "slot": "city_manual", "lease": "L-20260621-0001", "reason": "夜间抢修", "state": "SENT"}
    return Entry("command", datetime.now(UTC), "lin", target, data)
