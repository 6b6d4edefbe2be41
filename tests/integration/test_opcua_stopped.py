"""A server whose process stands still (SIGSTOP), is killed, comes back: noticed in time, found again, nothing late."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from controller.domain.errors import Indeterminate, LinkDown
from drivers.base import Binding, Endpoint, Readings
from drivers.opcua.driver import OpcUaDriver
from drivers.profile import Access, PointSpec, PointType, Poll, Role
from tests.integration.real_ua import RealClock, in_real_time, until

ROOT = Path(__file__).parents[2]
STATION = "330106-PS-0001"
NAMESPACE = "urn:zhadao:stopped"
PROGRAM = """
import asyncio, json, logging, sys
from asyncua import ua
from asyncua.common.callback import CallbackType
from asyncua.server.server import Server
from drivers.opcua.address_space import PackedServer, standard_nodes

async def main(port, strangers):
    logging.disable(logging.CRITICAL)
    server = Server(iserver=PackedServer(standard_nodes()))
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    for number in range(strangers):
        await server.register_namespace(f"urn:stranger:{number}")
    index = await server.register_namespace("urn:zhadao:stopped")
    made = {}
    for name, start, kind in (("run_command", False, "Boolean"), ("running", False, "Boolean"),
                              ("beat", 0, "UInt16"), ("writes", 0, "UInt32")):
        made[name] = await server.nodes.objects.add_variable(
            ua.NodeId(name, index), name, start, ua.VariantType[kind])
    await made["run_command"].set_writable()
    count = 0
    def written(event, _service):
        nonlocal count
        if event.is_external:
            count += 1
    server.subscribe_server_callback(CallbackType.PreWrite, written)
    async with server:
        print(json.dumps({"port": server.bserver.port}), flush=True)
        beat = 0
        while True:
            beat = beat % 65535 + 1
            await made["beat"].write_value(ua.Variant(beat, ua.VariantType.UInt16))
            await made["writes"].write_value(ua.Variant(count, ua.VariantType.UInt32))
            await asyncio.sleep(0.1)

asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
"""
SPECS = (
    PointSpec("run_command", PointType.BOOL, access=Access.READ_WRITE, feedback="running", poll=Poll.FAST),
    PointSpec("running", PointType.BOOL, poll=Poll.FAST),
    PointSpec("writes", PointType.U32, poll=Poll.FAST),
    PointSpec("beat", PointType.U16, role=Role.ALIVE, poll=Poll.FAST),
)
POINTS = {spec.name: replace(spec, node=spec.name) for spec in SPECS}
PACE_S = {Poll.FAST: 0.1, Poll.NORMAL: 0.1, Poll.SLOW: 0.1}
KEEPALIVE_S = 0.5
TIMEOUT_S = 0.4


@contextmanager
def served(port: int, strangers: int = 1) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, str(port), str(strangers)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["port"] == port
            yield process
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def driver_for(port: int, pushed: list[Readings]) -> OpcUaDriver:
    binding = Binding(STATION, POINTS, namespace=NAMESPACE)
    endpoint = Endpoint("ua-1", f"opc.tcp://127.0.0.1:{port}", (binding,), TIMEOUT_S)
    driver = OpcUaDriver(endpoint, RealClock(), intervals_s=PACE_S, keepalive_s=KEEPALIVE_S)
    driver.push_to(lambda _, readings: pushed.append(readings))
    return driver


async def again(driver: OpcUaDriver) -> None:
    """Connect, as the channel does: until it works."""
    while not driver.connected:
        try:
            await driver.connect()
        except LinkDown:
            await asyncio.sleep(0.05)


def test_a_server_that_stands_still_is_noticed_in_time_and_found_again_and_nothing_is_sent_twice() -> None:
    async def body(process: subprocess.Popen[str]) -> None:
        pushed: list[Readings] = []
        driver = driver_for(port, pushed)
        await again(driver)
        try:
            process.send_signal(signal.SIGSTOP)
            noticed_s = await until(lambda: not driver.connected, 3 * KEEPALIVE_S)
            assert noticed_s <= 3 * KEEPALIVE_S
            with pytest.raises(LinkDown):
                await driver.write(STATION, "run_command", True)
            with pytest.raises(LinkDown):
                await driver.connect()
            process.send_signal(signal.SIGCONT)
            await again(driver)
            readings = await driver.read(STATION)
            assert readings["writes"].value == 0
            assert readings["run_command"].value is False
        finally:
            process.send_signal(signal.SIGCONT)
            await driver.close()

    port = free_port()
    with served(port) as process:
        in_real_time(body(process))


def test_a_write_to_a_server_that_stands_still_is_in_doubt_and_never_sent_again() -> None:
    async def body(process: subprocess.Popen[str]) -> None:
        driver = driver_for(port, [])
        await again(driver)
        try:
            process.send_signal(signal.SIGSTOP)
            with pytest.raises(Indeterminate, match="read back"):
                await driver.write(STATION, "run_command", True)
            assert not driver.connected
            process.send_signal(signal.SIGCONT)
            await again(driver)
            await asyncio.sleep(0.5)
            writes = (await driver.read(STATION))["writes"].value
            assert isinstance(writes, int)
            assert writes <= 1, "what lay in the stopped server's socket may still be read by it; nothing else comes"
        finally:
            process.send_signal(signal.SIGCONT)
            await driver.close()

    port = free_port()
    with served(port) as process:
        in_real_time(body(process))


def test_a_server_killed_and_started_with_another_namespace_table_is_found_again() -> None:
    async def body() -> None:
        pushed: list[Readings] = []
        driver = driver_for(port, pushed)
        try:
            with served(port) as process:
                await again(driver)
                process.kill()
                await until(lambda: not driver.connected, 3 * KEEPALIVE_S)
            with served(port, strangers=5):
                await again(driver)
                assert all(reading.good for reading in (await driver.read(STATION)).values())
                await driver.write(STATION, "run_command", True)
                pushed.clear()
                await until(lambda: any("run_command" in one or "writes" in one for one in pushed), 2.0)
        finally:
            await driver.close()

    port = free_port()
    in_real_time(body())
