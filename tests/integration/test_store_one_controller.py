from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from controller.store.lines import Entry
from controller.store.store import Store
from tests.unit.store.conftest import DUSK

SECOND = """
import sys
from pathlib import Path
from controller.domain.errors import StoreError
from controller.store.journal_verify import verify
from controller.store.store import Store
try:
    Store.open(Path(sys.argv[1]))
except StoreError as error:
    print(error)
print(verify(Path(sys.argv[1])).entries)
"""


async def test_a_second_process_is_refused_and_may_still_verify(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = Store.open(data)
    await store.journal.append([Entry("started", DUSK, "zhadao")])
    second = await asyncio.to_thread(run_second, data)
    await store.journal.append([Entry("still here", DUSK, "zhadao")])
    await store.close()
    refused, entries = second.splitlines()
    assert "is using the data folder" in refused
    assert entries == "1"


def run_second(data: Path) -> str:
    return subprocess.run([sys.executable, "-c", SECOND, str(data)], capture_output=True, text=True, check=True).stdout
