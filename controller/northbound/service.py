"""Northbound as the controller runs it: off, or a supervised server that comes back, and never in control's way."""

from __future__ import annotations

import asyncio
import importlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import ConfigError
from controller.northbound.tally import Tally
from controller.northbound.trust import Trust
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.authority import Authority
from controller.runtime.book import RequestBook
from controller.runtime.evidence import Evidence
from controller.runtime.table import ImageTable
from controller.settings.northbound import NorthboundSettings
from controller.settings.site import Site

if TYPE_CHECKING:
    from controller.northbound.server import NorthboundServer
    from drivers.opcua.address_space import PackedNodes

log = structlog.get_logger("northbound")

SOURCE, CONDITION = "northbound", "not_served"
FIRST_RETRY_S, LAST_RETRY_S = 2.0, 300.0
"""Real seconds until a server that failed is started again, doubling."""
ROUND_S = 1.0
"""How often a running server is looked at: its clock, keys that were revoked, a reloaded site."""
SETTLED_S = 60.0
"""A server that ran so long failed anew, not again."""
PACKING_S = 60.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What northbound looks at. It changes none of it."""

    clock: Clock
    table: ImageTable
    book: RequestBook
    alarms: AlarmBook
    evidence: Evidence


class Northbound:
    """The service of one controller. ``run`` for ever; ``adopt`` a reloaded site, which may switch it on or off.

    The library is loaded when it is first needed, beside the event loop: a site without this never has it.
    """

    def __init__(self, site: Site, parts: Parts, authority: Authority, trust: Trust) -> None:
        self._parts = parts
        self._authority = authority
        self._trust = trust
        self._site = site
        self._server: NorthboundServer | None = None
        self._listening = False
        self._changed = asyncio.Event()
        self._other = asyncio.Event()

    @property
    def url(self) -> str:
        """Where clients find it now; empty while it is not served."""
        return "" if self._server is None else self._server.url

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). Other settings end the running server and start another."""
        over = site.northbound != self._site.northbound
        self._site = site
        self._changed.set()
        if over:
            self._other.set()

    async def run(self) -> None:
        """Serve while the site says so, for ever."""
        retry_s = FIRST_RETRY_S
        while True:
            self._other.clear()
            if self._site.northbound is None:
                self._parts.alarms.clear(SOURCE, CONDITION)
                await self._other.wait()
                continue
            began_s = asyncio.get_running_loop().time()
            try:
                await self._serve(self._site.northbound)
                retry_s = FIRST_RETRY_S
            except Exception as error:  # noqa: BLE001 - supervision boundary: what fails here must not touch control
                if asyncio.get_running_loop().time() - began_s >= SETTLED_S:
                    retry_s = FIRST_RETRY_S
                self._failed(error, retry_s)
                await self._pause(retry_s)
                retry_s = min(2 * retry_s, LAST_RETRY_S)

    # -- one server ---------------------------------------------------------------------------------------------

    async def _serve(self, settings: NorthboundSettings) -> None:
        """Until other settings are adopted, or something breaks."""
        await asyncio.to_thread(importlib.import_module, "controller.northbound.server")
        from controller.northbound import server as made  # by now it costs nothing

        tally, nodes = Tally(self._parts.evidence), await _packed()
        self._changed.clear()
        plan = made.Plan(settings, self._site, self._parts, self._authority, self._trust, tally, nodes)
        server = made.NorthboundServer(plan)
        try:
            await server.start()
            self._begin(server)
            await self._keep(server)
        finally:
            began, self._server = self._server is not None, None
            await server.stop()
            tally.close()
            if began:
                log.info("northbound_stopped")

    def _begin(self, server: NorthboundServer) -> None:
        self._server = server
        if not self._listening:
            self._listening = True
            self._parts.table.listen(self._noticed)
            self._parts.book.listen(self._asked)
        self._parts.alarms.clear(SOURCE, CONDITION)
        log.info("northbound_listening", url=server.url)

    async def _keep(self, server: NorthboundServer) -> None:
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(server.watchers.run(), name="northbound watchers")
            while not self._other.is_set():
                if self._changed.is_set():
                    self._changed.clear()
                    await server.adopt(self._site)
                await server.expel()
                await server.tick()
                await asyncio.sleep(ROUND_S)
            telling.cancel()

    def _noticed(self, device: str) -> None:
        if self._server is not None:
            self._server.watchers.noticed(device)

    def _asked(self, target: str) -> None:
        if self._server is not None:
            self._server.watchers.asked(target)

    # -- what goes wrong ----------------------------------------------------------------------------------------

    def _failed(self, error: Exception, retry_s: float) -> None:
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        expected = isinstance(error, ConfigError)
        log.error("northbound_failed", reason=str(error) if expected else repr(error), retry_s=retry_s)
        said = str(error) if expected else f"the OPC UA server failed ({error!r})"
        self._parts.alarms.set(
            SOURCE,
            CONDITION,
            f"nobody can look in by OPC UA: {said}; control goes on, and it is tried again by itself",
            Priority.MEDIUM,
            text_zh=f"外部系统无法通过 OPC UA 查看：{said}；控制不受影响，系统将自动重试",
        )

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than for other settings."""
        try:
            async with asyncio.timeout(seconds):
                await self._other.wait()
        except TimeoutError:
            return


async def _packed() -> PackedNodes | None:
    """The standard's own nodes from their cache.

    It is filled, once per machine, by another process: that takes seconds of a processor, and this one has cycles to
    keep. None where there is no place for a cache: then the library makes them here, slowly.
    """
    from drivers.opcua.address_space import standard_nodes  # loaded with the server

    found = await asyncio.to_thread(standard_nodes, make=False)
    if found is not None:
        return found
    try:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "drivers.opcua.address_space")
    except OSError as error:
        log.warning("northbound_nodes_not_packed", reason=str(error))
        return None
    try:
        async with asyncio.timeout(PACKING_S):
            await process.wait()
    except TimeoutError:
        log.warning("northbound_nodes_not_packed", reason=f"not done within {PACKING_S:g} s")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return await asyncio.to_thread(standard_nodes, make=False)
