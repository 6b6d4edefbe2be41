"""The stations' registers as nodes of a plain asyncua server: names and types out of the profile's file, no more."""

from __future__ import annotations

import asyncio
import atexit
import math
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from asyncua import Server, ua
from asyncua.common.callback import CallbackType

from tests.peers.plc import Station

TYPES = {"bool": ua.VariantType.Boolean, "f64": ua.VariantType.Double, "u16": ua.VariantType.UInt16}
STILL = {"outer_level_m": 0.001, "rack_head_m": 0.002, "flow_m3s": 0.02, "position_percent": 0.1, "current_a": 0.2}
LEFT_BEHIND = ("InternalSession.", "InternalSubscription.")


class Stations:
    """``registers`` of every station are put on the wire as they change; what clients write goes to its PLC."""

    def __init__(self, stations: Mapping[str, Station], profile: Path) -> None:
        self.stations = stations
        self.server = Server()
        self.now_s = 0.0
        self._profile = yaml.safe_load(profile.read_text(encoding="utf-8"))
        self._shown: dict[str, Any] = {}
        self._bad: set[str] = set()
        self._types: dict[str, ua.VariantType] = {}
        self._due: list[tuple[str, Any]] = []
        self._index = 0

    @property
    def port(self) -> int:
        return int(self.server.bserver.port)

    async def start(self) -> None:
        shelf = _address_space()
        await self.server.init(shelf_file=shelf)
        shelf.touch()
        self.server.disable_clock(True)
        self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        self.server.set_endpoint("opc.tcp://127.0.0.1:0")
        self._index = await self.server.register_namespace(self._profile["namespace"])
        for station in self.stations.values():
            for name, spec in self._points(station).items():
                await self._add(f"{station.id}.{name}", spec)
            station.show = lambda point, value, of=station.id: self._due.append((f"{of}.{point}", value))
        self.server.subscribe_server_callback(CallbackType.PreWrite, self._written)
        await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()
        left = [task for task in asyncio.all_tasks() if task.get_coro().__qualname__.startswith(LEFT_BEHIND)]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

    async def publish(self, now_s: float) -> None:
        """Put on the wire what changed. What an instrument is broken for shows as Bad."""
        self.now_s = now_s
        due, self._due = self._due, []
        for station in self.stations.values():
            due += [(f"{station.id}.{name}", value) for name, value in station.registers(now_s).items()]
        for name, value in due:
            point = name.partition(".")[2]
            sensor = self.stations[name.partition(".")[0]].sensors.get(point)
            if sensor is not None and sensor.bad:
                if name not in self._bad:
                    self._bad.add(name)
                    self._shown.pop(name, None)
                    await self._put(name, ua.DataValue(StatusCode=ua.StatusCode(ua.StatusCodes.BadSensorFailure)))
                continue
            self._bad.discard(name)
            if self._changed(name, point, value):
                self._shown[name] = value
                await self._put(name, ua.DataValue(ua.Variant(value, self._types[name])))

    def _changed(self, name: str, point: str, value: Any) -> bool:
        before = self._shown.get(name)
        if before is None or isinstance(value, bool):
            return before is not value
        if math.isnan(value) or math.isnan(before):
            return math.isnan(value) is not math.isnan(before)
        still = 0.001 if point.startswith("inner_level") else STILL.get(point.rpartition(".")[2], 0.0)
        return abs(value - before) > still or (value != before and value in (0.0, 100.0))

    async def _put(self, name: str, data: ua.DataValue) -> None:
        await self.server.write_attribute_value(ua.NodeId(name, self._index), data)

    def _points(self, station: Station) -> dict[str, Mapping[str, Any]]:
        points = dict(self._profile["points"])
        for group in self._profile["groups"]:
            outputs = [one for one in (*station.pumps, *station.gates) if one.startswith(group["name"])]
            for output in outputs:
                points |= {f"{output}.{name}": spec for name, spec in group["points"].items()}
        return points

    async def _add(self, name: str, spec: Mapping[str, Any]) -> None:
        kind = TYPES.get(spec["type"], ua.VariantType.Int32)
        self._types[name] = kind
        start: Any = False if spec["type"] == "bool" else 0.0 if spec["type"] == "f64" else 0
        node_id, shown = ua.NodeId(name, self._index), f"{self._index}:{name}"
        node = await self.server.nodes.objects.add_variable(node_id, shown, start, kind)
        if spec.get("access") == "read_write":
            await node.set_writable()

    def _written(self, event: Any, _dispatcher: object) -> None:
        if not event.is_external:
            return
        for write in event.request_params.NodesToWrite:
            station, _, point = write.NodeId.Identifier.partition(".")
            self.stations[station].written(point, write.Value.Value.Value, self.now_s)


@cache
def _address_space() -> Path:
    """The standard nodes, read once in a run; the library wants a file of this very name beside them."""
    folder = tempfile.TemporaryDirectory(prefix="zhadao-trial-")
    atexit.register(folder.cleanup)
    return Path(folder.name) / "standard-nodes"
