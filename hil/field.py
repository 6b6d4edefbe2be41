"""The simulated field: plants, their devices and their sockets, started and stopped as one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.errors import ConfigError, UnknownTarget
from controller.domain.points import DeviceId
from controller.runtime.waker import Waker
from drivers.base import Endpoint
from hil.building import Built, build
from hil.devices.address import OPCUA_SCHEME, Address, address_of, scheme_of
from hil.devices.base import SimulatedDevice
from hil.plants.cabinet import CabinetPlant
from hil.plants.events import EventLog, Motion
from hil.plants.pole import PolePlant
from hil.plants.station import StationPlant
from hil.plants.water import WaterWorld
from hil.world import World

if TYPE_CHECKING:
    from drivers.opcua.address_space import PackedNodes
    from hil.devices.modbus_server import ModbusGateway
    from hil.devices.opcua_server import OpcUaStationServer

P = TypeVar("P")

STEP_S = 5.0
"""How often the water moves while everything is quiet."""
BRISK_STEP_S = 1.0
"""How often it moves while a pump runs up or a gate travels."""
SCAN_S = 0.2
"""How soon after a write a station's PLC has acted on it."""


class FieldSite(Protocol):
    """What the field needs of a site (``controller.settings.Site`` has it)."""

    @property
    def city(self) -> City: ...  # noqa: D102 - named by the class
    @property
    def endpoints(self) -> tuple[Endpoint, ...]: ...  # noqa: D102 - named by the class
    @property
    def timezone(self) -> str: ...  # noqa: D102 - named by the class


@dataclass(frozen=True, slots=True)
class Event:
    """A movement of the plant at its wall time (aware, UTC)."""

    at: datetime
    device: DeviceId
    output: str
    motion: Motion
    value: bool | float | str


class Field:
    """A simulated city on real sockets.

    ``only`` and ``without`` choose endpoints by name or devices by id (an endpoint with no device left is not
    served). Plant seconds are Unix seconds that follow the clock's monotonic time from the start on, so that a
    stepped wall clock does not disturb the plants.
    """

    def __init__(
        self,
        site: FieldSite,
        world: World,
        clock: Clock,
        *,
        only: frozenset[str] = frozenset(),
        without: frozenset[str] = frozenset(),
        ephemeral_ports: bool = False,
        step_s: float = STEP_S,
        cache: Path | None = None,
    ) -> None:
        self._clock = clock
        self._ephemeral_ports = ephemeral_ports
        self._step_s = step_s
        self._cache = cache
        self._endpoints = _chosen(site.endpoints, only, without)
        self._wall_0 = clock.now()
        self._monotonic_0 = clock.monotonic()
        self._events = EventLog()
        wanted = frozenset(binding.device for endpoint in self._endpoints for binding in endpoint.devices)
        self._built: Built = build(
            site.city,
            world,
            wanted,
            now_s=self.plant_s,
            timezone=site.timezone,
            events=self._events,
            patience_s={
                binding.device: binding.fallback_s
                for endpoint in site.endpoints
                for binding in endpoint.devices
                if binding.fallback_s is not None
            },
            bindings={binding.device: binding for endpoint in site.endpoints for binding in endpoint.devices},
        )
        self._check_devices()
        self._gateways: dict[str, ModbusGateway] = {}
        self._stations: dict[str, OpcUaStationServer] = {}
        self._bound: dict[str, Address] = {}
        self._written = Waker(clock)
        self._stepping: asyncio.Task[None] | None = None

    @property
    def water(self) -> WaterWorld:
        """The truth about the water."""
        return self._built.water

    def plant_s(self) -> float:
        """Plant seconds now."""
        return self._wall_0.timestamp() + self._clock.monotonic() - self._monotonic_0

    def plant_time(self) -> datetime:
        """The same as a moment (aware, UTC)."""
        return self._wall_0 + timedelta(seconds=self._clock.monotonic() - self._monotonic_0)

    def device(self, device: DeviceId) -> SimulatedDevice:
        """A device, to look at the truth and to break it. It has caught up with the clock.

        Raises:
            UnknownTarget: the field does not simulate it.
        """
        found = self._built.devices.get(device)
        if found is None:
            raise UnknownTarget(f"the simulated field has no device {device}; it serves {len(self._built.devices)}")
        found.advance(self.plant_s())
        return found

    def cabinet(self, device: DeviceId) -> CabinetPlant:
        """A cabinet's plant, caught up: its truth, its key, and what can break in it.

        Raises:
            UnknownTarget: the field does not simulate it.
        """
        return self._plant(self._built.cabinets, device)

    def pole(self, device: DeviceId) -> PolePlant:
        """A pole's plant, caught up.

        Raises:
            UnknownTarget: the field does not simulate it.
        """
        return self._plant(self._built.poles, device)

    def station(self, device: DeviceId) -> StationPlant:
        """A station's plant (pumps, gates, PLC), caught up with all the water.

        Raises:
            UnknownTarget: the site has no such station.
        """
        self.water.advance(self.plant_s())
        return self._plant(self._built.stations, device)

    def _plant(self, plants: Mapping[DeviceId, P], device: DeviceId) -> P:
        if device in self._built.devices:
            self.device(device)
        found = plants.get(device)
        if found is None:
            raise UnknownTarget(f"the simulated field has no such plant as {device}")
        return found

    def events(self) -> tuple[Event, ...]:
        """What really moved since the start, in order of time."""
        now_s = self.plant_s()
        for device in self._built.devices.values():
            device.advance(now_s)
        moved = sorted(self._events, key=lambda transition: transition.t_s)
        return tuple(
            Event(datetime.fromtimestamp(each.t_s, UTC), each.device, each.output, each.motion, each.value)
            for each in moved
        )

    async def start(self) -> Mapping[str, str]:
        """Open every socket; returns the URL really bound by endpoint name.

        Raises:
            ConfigError: a port is taken, with the endpoint's name; nothing is left open.
        """
        try:
            urls = {endpoint.name: await self.start_endpoint(endpoint.name) for endpoint in self._endpoints}
        except BaseException:
            await self.stop()
            raise
        self._stepping = asyncio.create_task(self._keep_moving(), name="simulated field")
        return urls

    async def stop(self) -> None:
        """Close every socket and end every task; harmless when not started."""
        if self._stepping is not None:
            self._stepping.cancel()
            with suppress(asyncio.CancelledError):
                await self._stepping
            self._stepping = None
        for name in [*self._gateways, *self._stations]:
            await self.stop_endpoint(name)

    async def start_endpoint(self, name: str) -> str:
        """Open one endpoint's socket (again at the port it had); returns its URL.

        Raises:
            ConfigError: the port is taken. UnknownTarget: no such endpoint here.
        """
        endpoint = self._endpoint(name)
        address = self._bound.get(name, address_of(endpoint))
        if self._ephemeral_ports and name not in self._bound:
            address = replace(address, port=0)
        scheme = scheme_of(endpoint)
        open_socket = self._open_opcua if scheme == OPCUA_SCHEME else self._open_modbus
        self._bound[name] = await open_socket(endpoint, address)
        return self._bound[name].url(scheme)

    async def stop_endpoint(self, name: str) -> None:
        """Close one endpoint's socket, as if it lost power or wire; its plants live on."""
        gateway = self._gateways.pop(name, None)
        station = self._stations.pop(name, None)
        for server in (gateway, station):
            if server is not None:
                await server.stop()

    async def _open_modbus(self, endpoint: Endpoint, address: Address) -> Address:
        # Imported when wanted: a field without Modbus or without OPC UA starts without their libraries.
        from hil.devices.modbus_server import ModbusGateway

        gateway = ModbusGateway(endpoint, self._built.devices, self.plant_s, self._note_write)
        bound = await gateway.start(address)
        self._gateways[endpoint.name] = gateway
        return bound

    async def _open_opcua(self, endpoint: Endpoint, address: Address) -> Address:
        from hil.devices.opcua_server import OpcUaStationServer

        server = OpcUaStationServer(endpoint, self._built.devices, self.plant_time, self._note_write, self._cache)
        bound = await server.start(address, self._standard_nodes)
        self._stations[endpoint.name] = server
        return bound

    @cached_property
    def _standard_nodes(self) -> PackedNodes | None:
        from drivers.opcua.address_space import standard_nodes

        return standard_nodes(self._cache)

    def _note_write(self) -> None:
        self._written.call()

    async def _keep_moving(self) -> None:
        """The water moves regularly; a write is acted on within one PLC scan, and what it set in motion shows soon."""
        while True:
            quiet_s = min(BRISK_STEP_S, self._step_s) if self.water.moving else self._step_s
            if await self._written.wait(quiet_s):
                await self._clock.sleep(SCAN_S)
                await self._step()
                await self._clock.sleep(SCAN_S)
            await self._step()

    async def _step(self) -> None:
        self.water.advance(self.plant_s())
        for station in tuple(self._stations.values()):
            await station.publish()

    def _endpoint(self, name: str) -> Endpoint:
        for endpoint in self._endpoints:
            if endpoint.name == name:
                return endpoint
        raise UnknownTarget(f"the simulated field serves no endpoint {name}")

    def _check_devices(self) -> None:
        for endpoint in self._endpoints:
            address_of(endpoint)
            for binding in endpoint.devices:
                device = self._built.devices.get(binding.device)
                if device is None:
                    raise ConfigError(
                        f"endpoint {endpoint.name} carries {binding.device}, which is no asset of the site"
                    )
                missing = sorted(set(binding.points) - device.points)
                if missing:
                    raise ConfigError(
                        f"the simulated {binding.device} on endpoint {endpoint.name} does not have the points "
                        f"{', '.join(missing)}; list them under `absent` of its wire"
                    )


def _chosen(endpoints: tuple[Endpoint, ...], only: frozenset[str], without: frozenset[str]) -> tuple[Endpoint, ...]:
    """The endpoints with the devices that are wanted."""
    chosen = []
    for endpoint in endpoints:
        if endpoint.name in without:
            continue
        devices = tuple(
            binding
            for binding in endpoint.devices
            if binding.device not in without and (not only or endpoint.name in only or binding.device in only)
        )
        if devices:
            chosen.append(replace(endpoint, devices=devices))
    return tuple(chosen)
