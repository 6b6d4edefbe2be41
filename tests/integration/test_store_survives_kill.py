"""Real processes killed with SIGKILL: what was acknowledged is there, and the chain is whole.

SIGKILL leaves the page cache alive; what a power failure leaves is SQLite's promise (WAL, ``synchronous=FULL``).
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from controller.store.folder import DataFolder
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from controller.store.state import StateStore
from controller.store.writer import StoreWriter

ROUNDS = 10
SEED = 20260621

CHILD = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from controller.store.changes import PutValue
from controller.store.lines import Entry
from controller.store.store import Store

async def stream(store, name):
    number = 0
    while True:
        wall = datetime.now(UTC)
        members = [Entry("command", wall, name, "330106-LC-0001/K1", {"n": number, "text": "x" * 200})] * 3
        seq = await store.journal.append(members)
        await store.state.apply([PutValue(name, number)])
        os.write(1, f"{name} {number} {seq}\\n".encode())
        number += 1

async def main():
    store = Store.open(Path(sys.argv[1]))
    await asyncio.gather(*(stream(store, f"{sys.argv[2]}.{n}") for n in range(4)))

asyncio.run(main())
"""


def acknowledged_before_the_kill(data: Path, round_number: int, acknowledgements: int) -> list[tuple[str, int, int]]:
    """Run the child, kill it after so many acknowledgements, and give back all it managed to say."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(data), str(round_number)], stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(acknowledgements)]
        child.kill()
        said += child.stdout.readlines()
    whole = [line.decode().split() for line in said if line.endswith(b"\n")]
    assert len(whole) >= acknowledgements
    return [(name, int(number), int(seq)) for name, number, seq in whole]


def test_everything_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    moments = random.Random(SEED)  # noqa: S311  # moments, not secrets
    print(f"seed {SEED}")
    data = tmp_path / "data"
    acknowledged: list[tuple[str, int, int]] = []
    for round_number in range(ROUNDS):
        acknowledged += acknowledged_before_the_kill(data, round_number, moments.randint(1, 80))
        report = verify(data)
        assert report.ok, report.problem
        assert report.entries >= max(seq for _, _, seq in acknowledged)
        assert report.notes == ()
    lines = {record.seq: (record.actor, record.data["n"]) for record in read(data)}
    assert all(lines[seq] == (name, number) for name, number, seq in acknowledged)
    assert_state_kept(data, acknowledged)


def assert_state_kept(data: Path, acknowledged: list[tuple[str, int, int]]) -> None:
    last = {name: number for name, number, _ in acknowledged}
    folder, writer = DataFolder.open(data), StoreWriter()
    kept = StateStore.open(folder, writer)
    writer.close()
    folder.close()
    assert all(kept.stored.values[name] >= number for name, number in last.items())
