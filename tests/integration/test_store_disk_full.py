"""A disk that takes no more, made by the kernel's own limit on file size in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from controller.store.journal_read import read
from controller.store.journal_verify import verify
from controller.store.lines import GAP

CHILD = """
import asyncio, json, resource, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from controller.domain.errors import StoreError
from controller.store.changes import PutValue
from controller.store.lines import Entry
from controller.store.store import Store

DUSK = datetime(2026, 6, 21, 11, tzinfo=UTC)

def entry(n):
    return Entry("command", DUSK + timedelta(seconds=n), "lin", data={"n": n, "text": "x" * 3000})

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def until_refused(act):
    done = 0
    while True:
        try:
            await act(done)
        except StoreError as error:
            return done, str(error)
        done += 1

async def main():
    data = Path(sys.argv[1])
    store = Store.open(data)
    limit(400_000)
    written, said = await until_refused(lambda n: store.journal.append([entry(n)]))
    told = {"written": written, "said": said, "healthy_when_full": store.journal.healthy}
    limit(1000)
    _, again = await until_refused(lambda n: store.journal.append([entry(written + 1), entry(written + 2)]))
    told["again"] = again
    _, told["state_said"] = await until_refused(lambda n: store.state.apply([PutValue(f"v{n}", "x" * 3000)]))
    limit(resource.RLIM_INFINITY)
    told["seq"] = await store.journal.append([entry(written + 3)])
    told["healthy_after"] = store.journal.healthy
    await store.state.apply([PutValue("after", 1)])
    await store.close()
    print(json.dumps(told))

asyncio.run(main())
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def told(data: Path) -> dict[str, Any]:
    child = subprocess.run([sys.executable, "-c", CHILD, str(data)], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(child.stdout)
    return told


def test_a_full_disk_is_said_and_the_gap_is_marked_when_there_is_room_again(data: Path, told: dict[str, Any]) -> None:
    assert told["written"] > 10
    for said in (told["said"], told["again"], told["state_said"]):
        assert "sqlite failed: the disk" in said
    assert (told["healthy_when_full"], told["healthy_after"]) == (False, True)
    report = verify(data)
    assert report.ok, report.problem
    (gap,) = [record for record in read(data) if record.kind == GAP]
    assert gap.seq == told["written"] + 1 == told["seq"] - 1
    assert gap.data["lost"] == 3
    (note,) = report.notes
    assert "3 entries could not be written since 2026-06-21T11:0" in note
