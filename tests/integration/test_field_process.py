"""The field as a process: it says when it is ready and ends however it is asked to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from hil.sim_process import run_field
from tests.unit.hil import small_city

NOON = datetime(2026, 6, 22, 4, tzinfo=UTC)  # in Hangzhou: no light is on by itself

class RealClock:
    speed = 1.0
    def now(self): return NOON + timedelta(seconds=monotonic() - BEGUN_S)
    def monotonic(self): return monotonic()
    async def sleep(self, seconds): await asyncio.sleep(seconds)

BEGUN_S = monotonic()
asyncio.run(run_field(small_city.site(), small_city.world(), RealClock(), only=frozenset({"gw-1"}),
                      ephemeral_ports=True, until_stdin_closes=True))
print("ended cleanly")
"""


@contextmanager
def running() -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            ready = json.loads(line)
            assert ready["ready"] is True
            yield process, int(urlsplit(ready["urls"]["gw-1"]).port or 0)
        finally:
            process.kill()


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_goes_with_whoever_held_its_standard_input() -> None:
    with running() as (process, port):
        assert listening(port)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=5) == 0
        assert process.stdout is not None
        assert process.stdout.read() == "ended cleanly\n"
        assert not listening(port)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_cleanly(number: signal.Signals) -> None:
    with running() as (process, port):
        process.send_signal(number)
        assert process.wait(timeout=5) == 0
        assert not listening(port)
