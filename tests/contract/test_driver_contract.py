"""One suite for every driver: Modbus on every line, OPC UA, and the soft twin."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from controller.domain.errors import (
    ConfigError,
    ControllerError,
    DeviceRefused,
    Indeterminate,
    InvalidValue,
    LinkDown,
    NoReply,
    NotWritable,
    UnknownTarget,
)
from controller.domain.points import Value
from controller.domain.quality import Detail, Quality
from drivers.base import Driver, Endpoint
from drivers.factory import make_driver
from drivers.profile import Poll
from tests.contract.peers.device import DEVICE, POINTS, TIMEOUT_S, Attempt, LoopClock, Peer
from tests.contract.peers.modbus import ModbusPeer
from tests.contract.peers.modbus_lines import DialInPeer, RtuTcpPeer, SerialPeer, TlsPeer
from tests.contract.peers.opcua import OpcUaPeer
from tests.contract.peers.soft import SoftPeer

PEERS: dict[str, Callable[[], Peer]] = {
    "modbus": ModbusPeer,
    "modbus-fc23": lambda: ModbusPeer(fc23=True),
    "modbus-four-in-flight": lambda: ModbusPeer(in_flight=4),
    "modbus-tls": TlsPeer,
    "modbus-rtu-tcp": RtuTcpPeer,
    "modbus-rtu-tcp-fc23": lambda: RtuTcpPeer(fc23=True),
    "modbus-serial": SerialPeer,
    "modbus-dialin-rtu": DialInPeer,
    "modbus-dialin-mbap": lambda: DialInPeer("mbap"),
    "opcua": OpcUaPeer,
    "soft": SoftPeer,
}


@pytest.fixture(params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Peer:
    return PEERS[request.param]()


@asynccontextmanager
async def connected(peer: Peer) -> AsyncIterator[Driver]:
    endpoint = await peer.start()
    driver = peer.driver(endpoint)
    try:
        await driver.connect()
        yield driver
    finally:
        await driver.close()
        await peer.stop()


async def test_a_peer_that_is_not_there_is_link_down(peer: Peer) -> None:
    endpoint = await peer.start()
    driver = peer.driver(endpoint)
    await peer.stop()
    with pytest.raises(LinkDown, match=r"."):
        await driver.connect()
    assert not driver.connected
    await driver.close()


async def test_a_read_returns_every_point_good_with_its_time(peer: Peer) -> None:
    async with connected(peer) as driver:
        await peer.show("inner_level_1_m", 2.5)
        await peer.show("flow_m3s", 49.75)
        await peer.show("energy_kwh", 70_000)
        await peer.show("P1.running", True)
        await peer.show("D1.text_command", "前方积水")
        await asyncio.sleep(7)
        readings = await driver.read(DEVICE)
        assert {name: reading.value for name, reading in readings.items()} == {
            "P1.run_command": False,
            "P1.running": True,
            "inner_level_1_m": 2.5,
            "energy_kwh": 70_000,
            "flow_m3s": 49.75,
            "G1.position_command": 0.0,
            "mode_command": "PLC_AUTO",
            "heartbeat": 0,
            "D1.text_command": "前方积水",
        }
        assert all(reading.quality is Quality.GOOD for reading in readings.values())
        now_s = asyncio.get_running_loop().time()
        assert all(now_s - 0.02 < reading.received_s <= now_s for reading in readings.values())  # a line takes its time


async def test_a_read_of_one_poll_class_returns_its_points_and_no_others(peer: Peer) -> None:
    async with connected(peer) as driver:
        wanted = {spec.name for spec in POINTS.values() if spec.poll in (Poll.FAST, Poll.SLOW)}
        assert set(await driver.read(DEVICE, frozenset({Poll.FAST, Poll.SLOW}))) == wanted


async def test_a_value_out_of_range_is_bad_and_kept(peer: Peer) -> None:
    async with connected(peer) as driver:
        await peer.show("inner_level_1_m", 8.0)
        reading = (await driver.read(DEVICE))["inner_level_1_m"]
        assert (reading.quality, reading.detail, reading.value) == (Quality.BAD, Detail.OUT_OF_RANGE, 8.0)


@pytest.mark.parametrize("rubbish", [math.nan, math.inf, -math.inf])
async def test_what_is_no_number_is_a_failure_without_a_value(peer: Peer, rubbish: float) -> None:
    async with connected(peer) as driver:
        await peer.show("inner_level_1_m", rubbish)
        await peer.show("flow_m3s", rubbish)
        readings = await driver.read(DEVICE)
        for point in ("inner_level_1_m", "flow_m3s"):
            reading = readings[point]
            assert (reading.quality, reading.detail, reading.value) == (Quality.BAD, Detail.FAILURE, None)


async def test_an_unknown_enumeration_number_is_bad_and_kept(peer: Peer) -> None:
    async with connected(peer) as driver:
        await peer.show("mode_command", 7)
        reading = (await driver.read(DEVICE))["mode_command"]
        assert (reading.quality, reading.detail, reading.value) == (Quality.BAD, Detail.OUT_OF_RANGE, 7)


@pytest.mark.parametrize(
    ("point", "value"),
    [
        ("P1.run_command", True),
        ("G1.position_command", 62.5),
        ("mode_command", "REMOTE"),
        ("D1.text_command", "积水 27 cm"),
    ],
)
async def test_an_acknowledged_write_can_be_read_back(peer: Peer, point: str, value: Value) -> None:
    async with connected(peer) as driver:
        await driver.write(DEVICE, point, value)
        assert (await driver.read(DEVICE))[point].value == value
        assert len(peer.attempts) == 1


@pytest.mark.parametrize("point", ["P1.running", "inner_level_1_m", "no_such_point"])
async def test_a_point_off_the_allow_list_is_never_sent(peer: Peer, point: str) -> None:
    async with connected(peer) as driver:
        with pytest.raises(NotWritable, match="allow-list"):
            await driver.write(DEVICE, point, True)
        await driver.read(DEVICE)
        assert peer.attempts == []


@pytest.mark.parametrize(
    ("point", "value"),
    [
        ("P1.run_command", 1),
        ("G1.position_command", 100.1),
        ("G1.position_command", math.nan),
        ("G1.position_command", "open"),
        ("G1.position_command", True),
        ("mode_command", "LOCAL"),
        ("mode_command", 1),
        ("D1.text_command", 5),
    ],
)
async def test_a_value_the_point_cannot_take_is_never_sent(peer: Peer, point: str, value: Value) -> None:
    async with connected(peer) as driver:
        with pytest.raises(InvalidValue, match=point):
            await driver.write(DEVICE, point, value)
        await driver.read(DEVICE)
        assert peer.attempts == []


async def test_a_device_that_says_no_is_refused_and_the_line_stays_up(peer: Peer) -> None:
    async with connected(peer) as driver:
        await peer.refuse()
        with pytest.raises(DeviceRefused, match=r"."):
            await driver.write(DEVICE, "P1.run_command", True)
        assert driver.connected


async def test_silence_on_a_read_is_no_reply_after_the_time_out(peer: Peer) -> None:
    async with connected(peer) as driver:
        await driver.read(DEVICE)  # a line without numbers is listened to before its first question
        peer.go_silent()
        asked_s = asyncio.get_running_loop().time()
        with pytest.raises(NoReply, match=r"."):
            await driver.read(DEVICE)
        assert asyncio.get_running_loop().time() - asked_s == pytest.approx(TIMEOUT_S, abs=0.1)
        assert driver.connected is peer.outlives_silence


async def test_silence_on_a_write_is_indeterminate_and_nothing_is_sent_twice(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.go_silent()
        with pytest.raises(Indeterminate, match="read back"):
            await driver.write(DEVICE, "P1.run_command", True)
        await asyncio.sleep(60)
        assert driver.connected is peer.outlives_silence
        assert peer.attempts == [Attempt("P1.run_command", True)]


async def test_a_connection_lost_in_the_middle_of_a_write_is_indeterminate(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.lose_on_next()
        with pytest.raises(Indeterminate, match=r"."):
            await driver.write(DEVICE, "P1.run_command", True)
        assert not driver.connected
        assert peer.attempts == [Attempt("P1.run_command", True)]


async def test_a_connection_lost_in_the_middle_of_a_read_is_no_reply(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.lose_on_next()
        with pytest.raises(NoReply, match=r"."):
            await driver.read(DEVICE)
        assert not driver.connected


async def test_after_a_loss_the_driver_connects_again(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.lose_on_next()
        with pytest.raises(NoReply):
            await driver.read(DEVICE)
        recover(peer)
        await driver.connect()
        assert (await driver.read(DEVICE))["P1.running"].good


async def test_after_close_everything_is_link_down(peer: Peer) -> None:
    async with connected(peer) as driver:
        await driver.close()
        assert not driver.connected
        with pytest.raises(LinkDown):
            await driver.read(DEVICE)
        with pytest.raises(LinkDown):
            await driver.write(DEVICE, "P1.run_command", True)
        await driver.close()


async def test_close_leaves_no_task_behind(peer: Peer) -> None:
    endpoint = await peer.start()
    driver = peer.driver(endpoint)
    before = asyncio.all_tasks()
    await driver.connect()
    await driver.read(DEVICE)
    await driver.close()
    await asyncio.sleep(1)  # the peer's own tasks for this client end as well
    assert asyncio.all_tasks() <= before
    await peer.stop()


async def test_a_device_of_another_endpoint_is_an_unknown_target(peer: Peer) -> None:
    async with connected(peer) as driver:
        with pytest.raises(UnknownTarget, match="330106-PS-0009"):
            await driver.read("330106-PS-0009")
        with pytest.raises(UnknownTarget, match="330106-PS-0009"):
            await driver.write("330106-PS-0009", "P1.run_command", True)


async def test_a_heartbeat_is_written_with_the_read_and_wraps(peer: Peer) -> None:
    async with connected(peer) as driver:
        readings = await driver.read(DEVICE, frozenset({Poll.NORMAL}), heartbeat=41)
        assert readings["heartbeat"].value == 41
        await driver.read(DEVICE, frozenset({Poll.FAST}), heartbeat=0x10002)
        assert peer.attempts == [Attempt("heartbeat", 41), Attempt("heartbeat", 2)]


async def test_a_lost_heartbeat_is_no_more_than_a_missing_reply(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.go_silent()
        with pytest.raises(NoReply):
            await driver.read(DEVICE, heartbeat=1)
        assert driver.connected is peer.outlives_silence


async def test_a_cancelled_caller_leaves_a_driver_that_can_still_be_closed_and_used(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.go_silent()
        reading = asyncio.create_task(driver.read(DEVICE))
        await asyncio.sleep(0.5)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        recover(peer)
        await driver.connect()
        assert (await driver.read(DEVICE))["P1.running"].good


async def test_every_error_says_what_and_where(peer: Peer) -> None:
    async with connected(peer) as driver:
        peer.go_silent()
        with pytest.raises(ControllerError) as caught:
            await driver.write(DEVICE, "P1.run_command", True)
        assert any(word in str(caught.value) for word in ("P1.run_command", "coil 3"))


def test_the_factory_refuses_a_scheme_it_does_not_know() -> None:
    with pytest.raises(ConfigError, match=r"modbus\+tcp, modbus\+tls, .*, opc\.tcp, soft"):
        make_driver(Endpoint("e", "bacnet://10.0.0.1", ()), LoopClock())


def recover(peer: Peer) -> None:
    """Make the peer behave again."""
    if isinstance(peer, OpcUaPeer):
        peer.relay.muted = peer.relay.cut_on_next = False
    elif isinstance(peer, (ModbusPeer, SoftPeer)):
        peer.recover()
