"""Our driver against Modbus TCP servers that are not ours: every type read, every function written."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from controller.domain.errors import DeviceRefused, NoReply
from controller.domain.points import Value
from controller.domain.quality import Quality
from drivers.base import Driver
from drivers.factory import make_driver
from tests.integration.modbus_peers import (
    DEVICE,
    HELD,
    POINTS,
    Peer,
    RealClock,
    endpoint,
    libmodbus_server,
    program,
    running,
)

LIBMODBUS, PYMODBUSTCP = "libmodbus", "pyModbusTCP"
KNOWN = "tests.integration.pymodbustcp_server"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> str:
    return libmodbus_server(tmp_path_factory.mktemp("peers"))


@pytest.fixture(params=[LIBMODBUS, PYMODBUSTCP])
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    if request.param == LIBMODBUS:
        with running(request.getfixturevalue("compiled"), "tcp") as peer:
            yield peer
    else:
        with running(sys.executable, "-m", KNOWN) as peer:
            yield peer


@asynccontextmanager
async def connected(peer: Peer, *, fc23: bool = False) -> AsyncIterator[Driver]:
    driver = make_driver(endpoint(f"modbus+tcp://127.0.0.1:{peer.port}", fc23=fc23), RealClock())
    await driver.connect()
    try:
        yield driver
    finally:
        await driver.close()


async def values(driver: Driver) -> dict[str, Value | None]:
    """Every point, all of them GOOD."""
    readings = await driver.read(DEVICE)
    assert {name for name, reading in readings.items() if reading.quality is not Quality.GOOD} == set()
    return {name: reading.value for name, reading in readings.items()}


def test_every_type_reads_as_the_other_side_put_it(peer: Peer) -> None:
    async def read() -> None:
        async with connected(peer) as driver:
            found = await values(driver)
            assert found.pop("level_m") == pytest.approx(2.68, rel=1e-6)
            assert found == HELD

    asyncio.run(read())


@pytest.mark.parametrize(
    ("point", "value", "function"),
    [
        ("run", True, 5),
        ("setpoint", 62.5, 6),
        ("target_m", 1.25, 16),
        ("text", "前方积水", 16),
    ],
)
def test_a_write_is_acknowledged_once_and_reads_back(peer: Peer, point: str, value: Value, function: int) -> None:
    async def write() -> None:
        async with connected(peer) as driver:
            await driver.write(DEVICE, point, value)
            assert (await values(driver))[point] == value

    asyncio.run(write())
    asked = peer.asked(last=1)  # coils are read last but for the discrete inputs
    assert asked.count(function) == 1


def test_a_bit_of_a_register_is_written_alone_where_the_device_knows_function_22(compiled: str) -> None:
    async def write() -> None:
        with running(compiled, "tcp") as peer:
            async with connected(peer) as driver:
                await driver.write(DEVICE, "lamp", True)
                assert (await values(driver))["lamp"] is True
                await driver.write(DEVICE, "lamp", False)
                assert (await values(driver))["lamp"] is False
            assert peer.asked(last=1).count(22) == 1

    asyncio.run(write())


def test_pymodbustcp_does_not_know_function_22_and_says_so() -> None:
    async def write() -> None:
        with running(sys.executable, "-m", KNOWN) as peer:
            async with connected(peer) as driver:
                with pytest.raises(DeviceRefused, match="exception 1, it does not know this function"):
                    await driver.write(DEVICE, "lamp", True)
                assert driver.connected
                assert (await values(driver))["lamp"] is False

    asyncio.run(write())


def test_a_heartbeat_rides_on_the_read_by_function_23(peer: Peer) -> None:
    async def beat() -> None:
        async with connected(peer, fc23=True) as driver:
            assert (await driver.read(DEVICE, heartbeat=41))["heartbeat"].value == 41

    asyncio.run(beat())
    assert {6, 16}.isdisjoint(peer.asked(last=1)), "nothing else was written"


def test_an_address_the_device_does_not_have_is_refused_and_the_line_stays_up(compiled: str) -> None:
    async def read() -> None:
        with running(compiled, "tcp") as peer:
            far = {"word": replace(POINTS["word"], address=40_000)}
            made = endpoint(f"modbus+tcp://127.0.0.1:{peer.port}")
            driver = make_driver(replace(made, devices=(replace(made.devices[0], points=far),)), RealClock())
            await driver.connect()
            with pytest.raises(DeviceRefused, match="exception 2, an address it does not have"):
                await driver.read(DEVICE)
            assert driver.connected
            await driver.close()

    asyncio.run(read())


def test_a_device_killed_in_the_middle_is_no_reply_and_leaves_nothing_open(peer: Peer) -> None:
    async def lose() -> None:
        async with connected(peer) as driver:
            await driver.read(DEVICE)
            peer.process.kill()
            peer.process.wait(timeout=5)
            with pytest.raises(NoReply):
                await driver.read(DEVICE)
            assert not driver.connected

    asyncio.run(lose())


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_tool_fails_where_all_must_be_there_and_is_loud_elsewhere(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(outcome, match="gcc is missing; install it: apt-get install gcc libc6-dev libmodbus-dev"):
        program("gcc", "gcc libc6-dev libmodbus-dev")
