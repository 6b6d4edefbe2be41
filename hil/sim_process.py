"""The field as a process of its own: ready line on stdout, clean end on every way a process is asked to end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress

from controller.domain.clock import Clock
from controller.runtime.startup import settle
from hil.field import Field, FieldSite
from hil.world import World

Beside = Callable[[Field], Coroutine[None, None, None]]
"""Something that goes on with the field."""


async def run_field(
    site: FieldSite,
    world: World,
    clock: Clock,
    *,
    only: frozenset[str] = frozenset(),
    without: frozenset[str] = frozenset(),
    ephemeral_ports: bool = False,
    until_stdin_closes: bool = False,
    beside: Beside | None = None,
) -> None:
    """Serve a field until cancelled, interrupted or terminated.

    Once every socket is open one JSON line goes to stdout: ``{"ready": true, "urls": {endpoint: url}}``.
    ``beside`` runs along with the field and is cancelled before it stops.
    ``until_stdin_closes`` ends it too when whoever started this process and holds the pipe is gone, however that
    happened.

    Raises:
        ConfigError: a port is taken, or site and world do not fit together; nothing is left open.
    """
    field = Field(site, world, clock, only=only, without=without, ephemeral_ports=ephemeral_ports)
    with _asked_to_end(until_stdin_closes) as asked:
        urls = await field.start()
        try:
            _announce(urls)
            settle()
            async with asyncio.TaskGroup() as tasks:
                going = tasks.create_task(beside(field)) if beside is not None else None
                await asked.wait()
                if going is not None:
                    going.cancel()
        finally:
            await field.stop()


def _announce(urls: Mapping[str, str]) -> None:
    with suppress(BrokenPipeError):
        print(json.dumps({"ready": True, "urls": dict(urls)}, ensure_ascii=False), flush=True)


@contextmanager
def _asked_to_end(watch_stdin: bool) -> Iterator[asyncio.Event]:
    """Set by an interrupt, a termination, or the end of standard input; watched before anything is opened."""
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    stdin = sys.stdin.fileno() if watch_stdin else -1
    if watch_stdin:
        loop.add_reader(stdin, _drain, stdin, end)
    try:
        yield end
    finally:
        if watch_stdin:
            loop.remove_reader(stdin)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _drain(stdin: int, end: asyncio.Event) -> None:
    """Nothing is said over stdin; its end is the message."""
    if not os.read(stdin, 4096):
        end.set()
