"""Cold start: from the process's first moment to the first answer, as a person who typed ``zhadao demo`` waits."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from controller.settings.load import load_site
from tests.bench.registry import benchmark

ROOT = Path(__file__).parents[2]
ZHADAO = Path(sys.executable).with_name("zhadao")
SAMPLES = 5
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.01
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds to the first 200 of health and of ready, and processor seconds of both processes by then."""

    serving_s: float
    ready_s: float
    processor_s: float


@benchmark(
    "core.cold_start_s",
    unit="s",
    must=10,
    goal=3,
    note="process start of the demo city to the first 200 of /api/v1/health; caches on disk present",
)
def cold_start_s() -> list[float]:
    return [start.serving_s for start in _starts()]


@benchmark(
    "core.cold_start_ready_s", unit="s", must=10, goal=4, note="the same to /api/v1/ready: the field was read once"
)
def cold_start_ready_s() -> list[float]:
    return [start.ready_s for start in _starts()]


@benchmark(
    "core.cold_start_processor_s",
    unit="s",
    goal=5,
    note="processor time of controller and field until ready: what a busy machine cannot blur",
)
def cold_start_processor_s() -> list[float]:
    return [start.processor_s for start in _starts()]


@benchmark("core.site_load_s", unit="s", must=2, goal=0.7, note="processor time of reading and checking the demo site")
def site_load_s() -> list[float]:
    return [_loaded_s() for _ in range(SAMPLES)]


def _loaded_s() -> float:
    begun_s = time.process_time()
    load_site(ROOT / "config" / "hangzhou")
    return time.process_time() - begun_s


@cache
def _starts() -> tuple[Start, ...]:
    """Several starts, after one that fills the caches."""
    _start()
    return tuple(_start() for _ in range(SAMPLES))


def _start() -> Start:
    with tempfile.TemporaryDirectory(prefix="zhadao-cold-") as folder:
        begun_s = time.perf_counter()
        with _demo(Path(folder) / "data") as process:
            url = _address(process)
            serving_s = _answers(f"{url}/api/v1/health") - begun_s
            ready_s = _answers(f"{url}/api/v1/ready") - begun_s
            return Start(serving_s, ready_s, _processor_s(process.pid))


@contextmanager
def _demo(data: Path) -> Iterator[subprocess.Popen[str]]:
    call = [str(ZHADAO), "demo", "--free-ports", "--port", "0", "--no-live", "--data", str(data)]
    with subprocess.Popen(
        call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://\S+", line)
        if found:
            return found.group()
    raise RuntimeError(f"the demo ended with exit code {process.wait()} before it said where it is")


def _answers(url: str) -> float:
    """The moment of the first 200."""
    give_up_s = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < give_up_s:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as reply:  # noqa: S310 - our own http address
                if reply.status == 200:
                    return time.perf_counter()
        except urllib.error.HTTPError:
            pass
        time.sleep(LOOK_EVERY_S)
    raise TimeoutError(f"{url} did not answer 200 within {PATIENCE_S:g} s")


def _processor_s(pid: int) -> float:
    """User and system time of a process and its children so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(map(int, fields[11:13])) / TICKS_PER_S + sum(_processor_s(int(child)) for child in children)
