"""Modbus devices not of our making, as processes: what they are made of, what they hold, and how they end."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from controller.domain.points import Value
from drivers.base import Binding, Endpoint
from drivers.profile import Access, PointSpec, PointType, Role, Table, WordOrder

HERE = Path(__file__).parent
DEVICE = "330106-PS-0001"
UNIT = 7
TIMEOUT_S = 0.5
"""A time-out that passes in real time; all of these devices answer within milliseconds."""
PATIENCE_S = 10.0
"""Everything these peers do takes milliseconds."""
_RW = Access.READ_WRITE

_SPECS = (
    PointSpec("signed", PointType.I16, table=Table.INPUT, address=0),
    PointSpec("word", PointType.U16, table=Table.INPUT, address=1, scale=0.1),
    PointSpec("long", PointType.U32, table=Table.INPUT, address=2),
    PointSpec("signed_long", PointType.I32, table=Table.INPUT, address=4),
    PointSpec("level_m", PointType.F32, table=Table.INPUT, address=6, low=0.0, high=2.68),
    PointSpec("swapped", PointType.F32, table=Table.INPUT, address=8, word_order=WordOrder.LITTLE),
    PointSpec("flow_m3s", PointType.F64, table=Table.INPUT, address=10),
    PointSpec("mode", PointType.ENUM, table=Table.INPUT, address=14, labels={0: "LOCAL", 1: "REMOTE"}),
    PointSpec("door", PointType.BIT, table=Table.INPUT, address=15, bit=15),
    PointSpec("leak", PointType.BIT, table=Table.INPUT, address=15, bit=0),
    PointSpec("name", PointType.STRING, table=Table.INPUT, address=16, length=4),
    PointSpec("energy_kwh", PointType.U32, table=Table.INPUT, address=20, word_order=WordOrder.LITTLE),
    PointSpec("alarm", PointType.BOOL, table=Table.DISCRETE, address=0),
    PointSpec("trip", PointType.BOOL, table=Table.DISCRETE, address=1),
    PointSpec("ready", PointType.BOOL, table=Table.DISCRETE, address=9),
    PointSpec("run", PointType.BOOL, _RW, table=Table.COIL, address=3),
    PointSpec("setpoint", PointType.U16, _RW, table=Table.HOLDING, address=0, scale=0.1),
    PointSpec("target_m", PointType.F32, _RW, table=Table.HOLDING, address=2),
    PointSpec("text", PointType.STRING, _RW, table=Table.HOLDING, address=4, length=8),
    PointSpec("lamp", PointType.BIT, _RW, table=Table.HOLDING, address=12, bit=3),
    PointSpec("heartbeat", PointType.U16, _RW, role=Role.HEARTBEAT, table=Table.HOLDING, address=13),
)
POINTS = {spec.name: spec for spec in _SPECS}
HELD: dict[str, Value] = {
    "signed": -1234,
    "word": 5432.1,
    "long": 0x89ABCDEF,
    "signed_long": -100_000,
    "swapped": -2.5,
    "flow_m3s": 49.75,
    "mode": "REMOTE",
    "door": True,
    "leak": False,
    "name": "Qian",
    "energy_kwh": 70_000,
    "alarm": True,
    "trip": False,
    "ready": True,
    "run": False,
    "setpoint": 0.0,
    "target_m": 0.0,
    "text": "",
    "lamp": False,
    "heartbeat": 0,
}
"""What the devices hold at first, but for the level: 2.68 as a 32-bit float can carry it."""


class RealClock:
    """The machine's own time: these peers live in it."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError("nothing here waits by the clock")


def endpoint(url: str, *, fc23: bool = False, timeout_s: float = TIMEOUT_S) -> Endpoint:
    return Endpoint("peer", url, (Binding(DEVICE, POINTS, unit=UNIT, fc23=fc23),), timeout_s)


def lacking(what: str, packages: str) -> NoReturn:
    """A tool is missing: that fails where everything must be there, and is loud elsewhere."""
    text = f"{what} is missing; install it: apt-get install {packages}"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


def program(name: str, packages: str) -> str:
    """The path of a program of the machine."""
    return shutil.which(name) or lacking(f"the program {name}", packages)


def libmodbus_server(folder: Path) -> str:
    """The program, compiled now. What the compiler has against it is our error unless libmodbus is not there."""
    made = folder / "libmodbus_server"
    source = str(HERE / "libmodbus_server.c")
    command = [
        program("gcc", "gcc libc6-dev libmodbus-dev"),
        "-Wall",
        "-Werror",
        "-Wno-overflow",
        source,
        "-o",
        str(made),
        "-lmodbus",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if "No such file" in done.stderr or "cannot find -lmodbus" in done.stderr:
        lacking("libmodbus (or the C library's headers)", "libc6-dev libmodbus-dev")
    assert done.returncode == 0, done.stderr
    return str(made)


class Peer:
    """A running device: its port, and the function codes it was asked."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._heard = b""
        word, _, port = self._line().partition(" ")
        assert word == "ready", f"the peer said {word!r}"
        self.port = int(port)

    def asked(self, last: int) -> list[int]:
        """Function codes from the last look up to and with the first ``last``."""
        found: list[int] = []
        while not found or found[-1] != last:
            found.append(int(self._line()))
        return found

    def _line(self) -> str:
        assert self.process.stdout is not None
        while b"\n" not in self._heard:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
            assert ready, f"the peer says nothing within {PATIENCE_S:g} s"
            came = os.read(self.process.stdout.fileno(), 4096)
            assert came, "the peer ended"
            self._heard += came
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()


@contextlib.contextmanager
def running(*command: str) -> Iterator[Peer]:
    """The device while the block lasts; it is ended by its own id."""
    with subprocess.Popen(
        command, cwd=HERE.parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        try:
            yield Peer(process)
        finally:
            process.kill()
