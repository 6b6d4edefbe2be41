"""A real process killed with SIGKILL again and again: every alarm it kept is told, in order, under one id each."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from controller.runtime.clocks import RealClock
from tests.unit.runtime.notices.receivers import HttpReceiver
from tests.unit.runtime.notices.rig import ENV, SECRET, hook, rig, settings

ROUNDS = 3
SEED = 20260621

CHILD = """
import asyncio, os, sys
from pathlib import Path
from controller.runtime.clocks import RealClock
from tests.unit.runtime.notices.rig import hook, rig, settings

async def main():
    number = int(sys.argv[3])
    given = settings(hook(int(sys.argv[2])), first_s=1.0, longest_s=1.0)
    async with rig(Path(sys.argv[1]), given, RealClock()) as here:
        while True:
            number += 1
            here.ring(number)
            await here.keeper.flush()
            os.write(1, f"{number}\\n".encode())
            await asyncio.sleep(0.01)

asyncio.run(main())
"""


async def killed_after(data: Path, port: int, first: int, kept: int) -> int:
    """Run the child, kill it once it has kept so many alarms; the last number it said it kept."""
    command = (sys.executable, "-c", CHILD, str(data), str(port), str(first))
    child = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    said = [await child.stdout.readline() for _ in range(kept)]
    child.kill()
    said += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    return int([line for line in said if line.endswith(b"\n")][-1])


async def told_through_kills(data: Path, there: HttpReceiver) -> int:
    chance, last = random.Random(SEED), 0  # noqa: S311  # moments, not secrets
    print(f"seed {SEED}")
    async with there.open():
        for turn in range(ROUNDS):
            there.status = 503 if turn % 3 == 1 else 200
            last = await killed_after(data, there.port, last, chance.randint(1, 40))
        there.status = 200
        async with rig(data, settings(hook(there.port), first_s=1.0, longest_s=1.0), RealClock()) as here:
            async with asyncio.timeout(60.0):
                while here.desk.list("waiting"):  # noqa: ASYNC110 - nobody tells a test when the last one arrived
                    await asyncio.sleep(0.05)
    return last


def test_every_alarm_that_was_kept_is_told_although_we_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENV, SECRET)
    there = HttpReceiver()
    last = asyncio.run(told_through_kills(tmp_path / "data", there))
    bodies: dict[str, bytes] = {}
    order: list[int] = []
    for got in there.taken:
        assert bodies.setdefault(got.id, got.body) == got.body
        order.append(got.json["sequence"])
    first_times = list(dict.fromkeys(order))
    assert first_times == sorted(first_times)
    summaries = [json.loads(body)["summary"] for body in bodies.values()]
    told = sum(1 if summary is None else summary["count"] for summary in summaries)
    assert last <= told <= last + ROUNDS  # an alarm may have been kept and told without the child's word for it
    assert len(bodies) < len(there.tried)
