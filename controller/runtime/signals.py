"""What the operating system tells a controller: stop (SIGINT, SIGTERM), take up the configuration (SIGHUP)."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator

import structlog

from controller.runtime.facade import ControllerFacade

log = structlog.get_logger("signals")


@contextlib.contextmanager
def stop_signals(controller: ControllerFacade) -> Iterator[asyncio.Event]:
    """SIGINT and SIGTERM set the event; SIGHUP reloads. The handlers are gone afterwards."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    reloading: set[asyncio.Task[None]] = set()

    def hang_up() -> None:
        task = loop.create_task(_reload(controller), name="reload")
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    handlers: dict[signal.Signals, Callable[[], None]] = {
        signal.SIGINT: stop.set,
        signal.SIGTERM: stop.set,
        signal.SIGHUP: hang_up,
    }
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield stop
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


async def _reload(controller: ControllerFacade) -> None:
    report = await controller.reload("signal")
    if report.applied:
        log.info("config_reloaded", changes=len(report.changes), restart_needed=report.restart_needed)
    else:
        log.error("config_refused", problems=report.problems)
