"""A station on a real OPC UA socket: hand-over, pumping, and what happens when the centre falls silent."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, ua

from controller.domain.errors import ConfigError
from drivers.opcua.address_space import cache_file, standard_nodes
from hil.field import Field
from hil.plants.events import Motion
from tests.unit.hil import small_city
from tests.unit.hil.small_city import NAMESPACE, STATION, VirtualClock

SERVER = frozenset({"ua-1"})
PLC_AUTO, REMOTE = 0, 1


class Centre:
    """A bare client that writes and reads a station's nodes by name."""

    def __init__(self, client: Client, index: int) -> None:
        self._client = client
        self._index = index

    def _node(self, name: str) -> Any:
        return self._client.get_node(f"ns={self._index};s={STATION}.{name}")

    async def read(self, name: str) -> Any:
        return await self._node(name).read_value()

    async def write(self, name: str, value: object, kind: ua.VariantType) -> None:
        await self._node(name).write_value(ua.DataValue(ua.Variant(value, kind)))

    async def take_over(self) -> None:
        await self.write("ModeCommand", REMOTE, ua.VariantType.Int32)
        await asyncio.sleep(1)

    async def run(self, pump: str, on: bool) -> None:
        await self.write(f"{pump}.Run", on, ua.VariantType.Boolean)

    async def gate(self, gate: str, percent: float) -> None:
        await self.write(f"{gate}.Goal", percent, ua.VariantType.Float)

    async def beat_for(self, seconds: float) -> None:
        for count in range(int(seconds / 20)):
            await self.write("Heartbeat", count, ua.VariantType.UInt16)
            await asyncio.sleep(20)


@asynccontextmanager
async def served(canal_m: float = 1.3) -> AsyncIterator[tuple[Field, Centre]]:
    world = small_city.world(canal_m=canal_m)
    field = Field(small_city.site(), world, VirtualClock(), only=SERVER, ephemeral_ports=True)
    urls = await field.start()
    client = Client(urls["ua-1"], timeout=30, watchdog_intervall=1e6)
    await client.connect()
    try:
        index = await client.get_namespace_index(NAMESPACE)
        yield field, Centre(client, index)
    finally:
        await client.disconnect()
        await field.stop()


async def test_the_centre_opens_the_gate_starts_the_pump_and_water_moves() -> None:
    async with served(canal_m=1.5) as (field, centre):
        assert await centre.read("Mode") == PLC_AUTO
        await centre.take_over()
        assert await centre.read("Mode") == REMOTE
        await centre.run("P1", True)
        await asyncio.sleep(2)
        assert not await centre.read("P1.Running"), "an axial unit waits for its discharge gate"
        await centre.gate("G1", 100.0)
        await asyncio.sleep(30)
        assert 40 < await centre.read("G1.Position") < 60
        await centre.beat_for(60)
        assert await centre.read("P1.Running")
        assert await centre.read("Flow") == pytest.approx(15.0, rel=0.15)
        assert await centre.read("P1.Current") > 60
        before = field.water.level_m("canal")
        await centre.beat_for(600)
        assert field.water.level_m("canal") < before - 0.01
        assert await centre.read("Level1") == pytest.approx(field.water.level_m("canal"), abs=0.02)


async def test_taking_over_a_running_station_moves_nothing() -> None:
    async with served(canal_m=1.95) as (field, centre):
        await asyncio.sleep(300)
        assert await centre.read("P1.Running")
        assert not await centre.read("P1.Run"), "the command register is the centre's and was never written"
        moved = len(field.events())
        await centre.take_over()
        assert await centre.read("P1.Run")
        assert await centre.read("G1.Goal") == 100.0
        await centre.beat_for(120)
        assert [event.motion for event in field.events()[moved:]] == [Motion.AUTHORITY]
        await centre.write("ModeCommand", PLC_AUTO, ua.VariantType.Int32)
        await asyncio.sleep(10)
        assert await centre.read("P1.Running")


async def test_after_a_minute_of_silence_the_plc_decides_and_the_centre_must_ask_again() -> None:
    async with served(canal_m=1.95) as (_, centre):
        await centre.take_over()
        await centre.beat_for(100)
        assert not await centre.read("P1.Running"), "in REMOTE nobody started it"
        await asyncio.sleep(200)
        assert await centre.read("Mode") == PLC_AUTO
        assert await centre.read("ModeCommand") == PLC_AUTO
        assert await centre.read("P1.Running"), "the PLC's own level control started it"
        await centre.beat_for(60)
        assert await centre.read("Mode") == PLC_AUTO


async def test_a_wrong_type_and_a_read_only_node_are_refused_and_change_nothing() -> None:
    async with served() as (field, centre):
        with pytest.raises(ua.UaStatusCodeError):
            await centre.write("ModeCommand", 1.0, ua.VariantType.Double)
        with pytest.raises(ua.UaStatusCodeError):
            await centre.write("Mode", REMOTE, ua.VariantType.Int32)
        with pytest.raises(ua.UaStatusCodeError):
            await centre.write("ModeCommand", 7, ua.VariantType.Int32)
        with pytest.raises(ua.UaStatusCodeError):
            await centre.gate("G1", 140.0)
        field.device(STATION).refuse("P1.run_command")
        with pytest.raises(ua.UaStatusCodeError):
            await centre.run("P1", True)
        await asyncio.sleep(1)
        assert await centre.read("ModeCommand") == PLC_AUTO
        assert await centre.read("G1.Goal") == 0.0
        assert not await centre.read("P1.Run")
        assert field.events() == ()


async def test_a_subscriber_hears_of_changes_past_the_dead_band_only() -> None:
    class Heard:
        def __init__(self) -> None:
            self.levels: list[float] = []

        def datachange_notification(self, _node: Any, value: float, _data: Any) -> None:
            self.levels.append(value)

    async with served() as (_, centre):
        heard = Heard()
        subscription = await centre._client.create_subscription(1000, heard)
        await subscription.subscribe_data_change([centre._node("Level1")])
        await asyncio.sleep(600)
        assert len(heard.levels) == 1, "a quiet canal is reported once"
        await subscription.delete()


async def test_a_port_in_use_is_one_sentence_and_leaves_nothing_open() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        field = Field(small_city.site(opcua_port=port), small_city.world(), VirtualClock(), only=SERVER)
        with pytest.raises(ConfigError, match=f"endpoint ua-1 .*port {port} .*in use"):
            await field.start()


async def test_a_damaged_cache_costs_time_and_nothing_else() -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert standard_nodes() is not None
        whole = cache_file().read_bytes()
        cache_file(Path(folder)).write_bytes(whole[: len(whole) // 2])
        world = small_city.world()
        field = Field(small_city.site(), world, VirtualClock(), only=SERVER, ephemeral_ports=True, cache=Path(folder))
        urls = await field.start()
        assert set(urls) == {"ua-1"}
        await field.stop()
        assert cache_file(Path(folder)).read_bytes() == whole


def test_a_cache_that_cannot_be_made_is_no_cache() -> None:
    assert standard_nodes(Path("/dev/null/nowhere")) is None
