"""What the operating system tells a controller: stop (SIGINT, SIGTERM), take up the configuration (SIGHUP)."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator

import structlog

from controller.domain.errors import ConfigError
from controller.domain.rights import Caller
from controller.runtime.facade import ControllerFacade

log = structlog.get_logger("signals")

SIGNAL = Caller("signal", origin="signal")
"""Whoever may send the process a signal."""


@contextlib.contextmanager
def stop_signals(controller: ControllerFacade, reloaded: Callable[[], None] = lambda: None) -> Iterator[asyncio.Event]:
    """SIGINT and SIGTERM set the event; SIGHUP reloads. The handlers are gone afterwards.

    ``reloaded`` is called after each reload, also one whose configuration was refused: a certificate is none of it.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    reloading: set[asyncio.Task[None]] = set()

    def hang_up() -> None:
        task = loop.create_task(_reload(controller, reloaded), name="reload")
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


async def _reload(controller: ControllerFacade, reloaded: Callable[[], None]) -> None:
    try:
        report = await controller.reload(SIGNAL)
    except ConfigError as error:
        log.error("config_not_reloaded", reason=str(error))
        return
    finally:
        reloaded()
    if report.applied:
        log.info("config_reloaded", changes=len(report.changes), restart_needed=report.restart_needed)
    else:
        log.error("config_refused", problems=report.problems)
