"""A device's own timetable and clock as registers: every driver, and nothing beside them."""

from __future__ import annotations

import pytest

from controller.domain.errors import ControllerError, Indeterminate, InvalidValue, NoReply, NotWritable, UnknownTarget
from tests.contract.peers.device import CLOCK, DEVICE, Peer
from tests.contract.peers.opcua import OpcUaPeer
from tests.contract.test_driver_contract import PEERS, connected

NOW = (2026, 6, 21, 18, 30, 5)


@pytest.fixture(params=[name for name in PEERS if name != "opcua"])
def peer(request: pytest.FixtureRequest) -> Peer:
    return PEERS[request.param]()


async def test_registers_of_the_clock_are_written_at_once_and_read_back(peer: Peer) -> None:
    async with connected(peer) as driver:
        assert list(await driver.read_registers(DEVICE, CLOCK.address, 6)) == [0] * 6
        await driver.write_registers(DEVICE, CLOCK.address, NOW)
        assert tuple(await driver.read_registers(DEVICE, CLOCK.address, 6)) == NOW
        assert tuple(await driver.read_registers(DEVICE, CLOCK.address + 3, 2)) == NOW[3:5]
        assert peer.attempts == [], "no point was written"


@pytest.mark.parametrize(("address", "count"), [(199, 2), (205, 2), (0, 1), (3, 1), (200, 0), (200, 7)])
async def test_a_register_beside_the_declared_areas_is_never_asked_for(peer: Peer, address: int, count: int) -> None:
    async with connected(peer) as driver:
        with pytest.raises(NotWritable, match="allow-list"):
            await driver.write_registers(DEVICE, address, [1] * count)
        with pytest.raises(NotWritable, match="allow-list"):
            await driver.read_registers(DEVICE, address, count)
        assert driver.connected
        assert list(await driver.read_registers(DEVICE, CLOCK.address, 6)) == [0] * 6


@pytest.mark.parametrize("word", [-1, 65_536])
async def test_what_is_no_register_is_never_sent(peer: Peer, word: int) -> None:
    async with connected(peer) as driver:
        with pytest.raises(InvalidValue, match=str(word)):
            await driver.write_registers(DEVICE, CLOCK.address, [word])


async def test_silence_on_a_register_write_is_indeterminate(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.go_silent()
        with pytest.raises(Indeterminate):
            await driver.write_registers(DEVICE, CLOCK.address, NOW)


async def test_silence_on_a_register_read_is_no_reply(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.go_silent()
        with pytest.raises(NoReply):
            await driver.read_registers(DEVICE, CLOCK.address, 6)


async def test_a_device_of_another_endpoint_has_no_registers_here(peer: Peer) -> None:
    async with connected(peer) as driver:
        with pytest.raises(UnknownTarget):
            await driver.read_registers("330106-LC-0404", CLOCK.address, 6)


async def test_opc_ua_has_no_registers_and_says_so() -> None:
    async with connected(OpcUaPeer()) as driver:
        for asked in (driver.read_registers(DEVICE, CLOCK.address, 6), driver.write_registers(DEVICE, 200, NOW)):
            with pytest.raises(ControllerError, match="no registers") as refused:
                await asked
            assert isinstance(refused.value, NotWritable)
