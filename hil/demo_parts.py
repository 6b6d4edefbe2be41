"""What a demo is made of: its time, what its field is told, and the field's process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller.domain.errors import ConfigError, ControllerError

READY_WITHIN_S = 60.0
"""How long the field may take to open its sockets (the first start builds a cache)."""


@dataclass(frozen=True, slots=True)
class DemoTime:
    """The demo's clock, told to both processes: ``start`` at ``origin_s`` of the machine's monotonic clock."""

    start: str
    speed: float
    origin_s: float

    @classmethod
    def beginning(cls, at: datetime | None, speed: float) -> DemoTime:
        """Demo time from ``at`` (now when None), running ``speed`` times as fast as life."""
        return cls((at or datetime.now(UTC)).isoformat(), speed, time.monotonic())


@dataclass(frozen=True, slots=True)
class FieldOrder:
    """What the field's process is to do."""

    config: str
    time: DemoTime
    free_ports: bool
    log_json: bool
    drill: str = ""
    """The folder of the drill this field is for; empty: none."""

    def text(self) -> str:
        """One line for the other process."""
        return json.dumps(asdict(self))


class FieldProcess:
    """The simulated field in a process of its own; it ends when its standard input closes, however we end."""

    def __init__(self, order: FieldOrder) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "hil.field_process", order.text()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def urls(self) -> dict[str, str]:
        """Wait until every socket is open; the address of each endpoint.

        Raises:
            ConfigError: the field could not start, in its own sentence.
        """
        assert self._process.stdout is not None  # noqa: S101 - narrows the type; it was asked for
        heard, _, _ = select.select([self._process.stdout], [], [], READY_WITHIN_S)
        if not heard:
            self.stop()
            raise ConfigError(
                f"the simulated field was not ready within {READY_WITHIN_S:g} s; is this machine overloaded?"
            )
        line = self._process.stdout.readline()
        said: dict[str, Any] = json.loads(line) if line.strip() else {}
        if "urls" in said:
            return dict(said["urls"])
        self.stop()
        raise ConfigError(str(said.get("error", "the simulated field ended before it was ready")))

    async def ended(self) -> None:
        """Return when the field's process has ended by itself: its side of the pipe is closed then."""
        assert self._process.stdout is not None  # noqa: S101 - narrows the type; it was asked for
        loop, over, pipe = asyncio.get_running_loop(), asyncio.Event(), self._process.stdout.fileno()

        def heard() -> None:
            if not os.read(pipe, 4096):
                over.set()

        loop.add_reader(pipe, heard)
        try:
            await over.wait()
        finally:
            loop.remove_reader(pipe)

    def stop(self) -> None:
        """Let it end, and see that it did."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextlib.contextmanager
def field_process(order: FieldOrder) -> Iterator[FieldProcess]:
    """The field's process, ended whatever happens."""
    field = FieldProcess(order)
    try:
        yield field
    finally:
        field.stop()


@dataclass(frozen=True, slots=True)
class Demo:
    """What the command line asked for."""

    config: Path
    data: Path
    host: str | None = None
    port: int | None = None
    at: datetime | None = None
    speed: float = 1.0
    free_ports: bool = False
    log_json: bool = False
    live: bool = False


class FieldEnded(ControllerError):
    """The simulated field ended while it was being controlled."""
