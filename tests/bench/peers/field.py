"""Starting the field's far end: compiled C where there is a compiler, plain Python where there is none."""

from __future__ import annotations

import atexit
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bench.registry import remark

HERE = Path(__file__).parent
COMPILE_S = 60
START_S = 30
COMPILERS = ("cc", "gcc", "clang")


@dataclass(frozen=True, slots=True)
class Field:
    """Ports of 127.0.0.1: devices that answer, devices that accept and stay silent, nobody at all; and its process."""

    live: int
    silent: int
    refusing: int
    pid: int


@contextmanager
def modbus_field(follow_ms: int = 0) -> Iterator[Field]:
    """A field in another process; contacts follow their commands ``follow_ms`` later. It ends with this block."""
    allow_files()
    program = compiled("modbus_field")
    if program is None:
        remark("no C compiler: the peer is plain Python, and limits what a client can reach")
    call = [str(program)] if program else [sys.executable, str(HERE / "modbus_field.py")]
    with subprocess.Popen([*call, str(follow_ms)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            live, silent, refusing = map(int, process.stdout.readline().split())
            yield Field(live, silent, refusing, process.pid)
        finally:
            process.stdin.close()  # it ends by that
            process.wait(START_S)


def limit(field: Field, connections: int, rounds: int, what: str) -> tuple[float, float] | None:
    """Processor and wall microseconds a transaction costs the C client; None without a compiler."""
    program = compiled("modbus_limit")
    if program is None:
        return None
    call = [str(program), str(field.live), str(connections), str(rounds), what]
    cpu_us, wall_us = map(float, subprocess.check_output(call, timeout=COMPILE_S, text=True).split())
    return cpu_us, wall_us


@cache
def compiled(name: str) -> Path | None:
    """The program of that name, compiled once into a folder that goes with this process; None without a compiler."""
    compiler = next((found for found in map(shutil.which, COMPILERS) if found), None)
    if compiler is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="zhadao-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = folder / name
    subprocess.run([compiler, "-O2", "-o", program, HERE / f"{name}.c"], check=True, timeout=COMPILE_S)
    return program


def allow_files() -> None:
    """As many sockets as the machine gives one process."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
