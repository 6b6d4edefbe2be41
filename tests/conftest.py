"""How tests run here: an ``async def`` test gets a fresh event loop in virtual time, on real sockets.

Virtual time: ``asyncio.sleep(3600)`` returns at once, in order, and the loop's clock has moved by 3600 s. Every
task a test started must be finished or cancelled when it returns; one left behind fails the test.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import sys
from typing import Any

import looptime
import pytest
from hypothesis import settings

from controller.runtime import patience

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Compiled once and kept beside the sources, where git ignores it, whatever the environment says: some sixty times the
tests start a process of a thousand modules."""

settings.register_profile("zhadao", deadline=None, print_blob=True, max_examples=60)
settings.load_profile("zhadao")

SELDOM = (50_000, 20, 100)
"""Allocations until garbage is looked for. With Python's own numbers half of a run's time went into walking over the
thousands of collected tests and their modules, which never become garbage."""

NOOP_CYCLES = 2
"""Loop rounds without work before virtual time moves on; loopback sockets deliver within one."""


@pytest.fixture(autouse=True)
def disk_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test machine busy with other things is no hung disk; whoever tests hung disks takes this back."""
    monkeypatch.setattr(patience, "PATIENCE_S", 60.0)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Set aside what stays for the whole run, and look for garbage among the rest only."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run ``async def`` tests in virtual time."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in wanted}
    with asyncio.Runner(loop_factory=_virtual_loop) as runner:
        runner.run(_whole_test(pyfuncitem.obj(**arguments)))
    return True


def _virtual_loop() -> asyncio.AbstractEventLoop:
    return looptime.new_event_loop(start=0, noop_cycles=NOOP_CYCLES)


async def _whole_test(body: Any) -> None:
    before = asyncio.all_tasks()
    await body
    left = [task for task in asyncio.all_tasks() - before if not task.done()]
    assert not left, f"the test left tasks behind: {left}"
