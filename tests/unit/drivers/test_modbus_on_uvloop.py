"""The controller runs on uvloop: every line works there too, in real time, and loses its socket when closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.domain.errors import Indeterminate
from tests.contract.peers.device import DEVICE
from tests.contract.peers.modbus import ModbusPeer
from tests.contract.peers.modbus_lines import DialInPeer, RtuTcpPeer, SerialPeer, TlsPeer

uvloop = pytest.importorskip("uvloop")

PEERS: dict[str, Callable[[], ModbusPeer]] = {
    "four in flight": lambda: ModbusPeer(in_flight=4),
    "tls": TlsPeer,
    "rtu over tcp": RtuTcpPeer,
    "serial": SerialPeer,
    "dial-in": DialInPeer,
    "dial-in mbap": lambda: DialInPeer("mbap"),
}


@pytest.mark.parametrize("line", PEERS)
def test_every_line_works_on_uvloop(line: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(read_written_lost_and_found_again(PEERS[line]()))


async def read_written_lost_and_found_again(peer: ModbusPeer) -> None:
    endpoint = replace(await peer.start(), timeout_s=0.4)  # also how long a late answer is waited for
    driver = peer.driver(endpoint)
    async with asyncio.timeout(10):
        await driver.connect()
        await driver.write(DEVICE, "G1.position_command", 62.5)
        assert (await driver.read(DEVICE))["G1.position_command"].value == 62.5
        peer.lose_on_next()
        with pytest.raises(Indeterminate):
            await driver.write(DEVICE, "P1.run_command", True)
        assert not driver.connected
        peer.recover()
        await driver.connect()
        assert (await driver.read(DEVICE))["P1.run_command"].value is True
        await driver.close()
        await asyncio.sleep(0.05)
        await peer.stop()
