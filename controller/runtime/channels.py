"""All channels of a site: one task each, swapped one by one when the configuration changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from controller.domain.points import DeviceId
from controller.runtime.channel import Channel
from controller.runtime.traffic.connecting import ConnectLimit
from controller.runtime.wires import Wires
from controller.settings.site import Site
from drivers.base import Endpoint

MakeChannel = Callable[[Endpoint, Site, ConnectLimit], Channel]


class ChannelPool:
    """Runs a channel per endpoint inside the caller's task group."""

    def __init__(self, make: MakeChannel, tasks: asyncio.TaskGroup, wires: Wires | None = None) -> None:
        self._make = make
        self._wires = wires or Wires()
        self._tasks = tasks
        self._connects = ConnectLimit()
        self._running: dict[str, tuple[Endpoint, Channel, asyncio.Task[None]]] = {}

    async def adopt(self, site: Site, *, all_anew: bool = False) -> Mapping[DeviceId, Channel]:
        """Run exactly this site's endpoints; those that did not change go on undisturbed.

        Gives back which channel leads to which device.
        """
        wanted = {endpoint.name: endpoint for endpoint in site.endpoints}
        for name, (endpoint, _, task) in list(self._running.items()):
            if all_anew or wanted.get(name) != endpoint:
                task.cancel()
                await asyncio.wait([task])
                del self._running[name]
        for name, endpoint in wanted.items():
            if name not in self._running:
                channel = self._make(endpoint, site, self._connects)
                task = self._tasks.create_task(channel.run(), name=f"channel {name}")
                self._running[name] = (endpoint, channel, task)
        self._wires.adopt(channel for _, channel, _ in self._running.values())
        return {binding.device: channel for e, channel, _ in self._running.values() for binding in e.devices}

    async def close(self) -> None:
        """Stop every channel and close every wire."""
        tasks = [task for _, _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._running.clear()
