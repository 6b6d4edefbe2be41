"""What the Modbus driver refuses before it connects, and how it spends transactions."""

from __future__ import annotations

import pytest

from controller.domain.errors import ConfigError, DeviceRefused
from controller.domain.quality import Detail, Quality
from drivers.base import Binding, Endpoint
from drivers.modbus.driver import ModbusDriver
from drivers.profile import Access, PointSpec, PointType, Poll, Table
from tests.contract.peers.device import DEVICE, POINTS, LoopClock
from tests.contract.peers.modbus import ModbusPeer


def driver_of(spec: PointSpec, url: str = "modbus+tcp://127.0.0.1:1502", unit: int = 1) -> ModbusDriver:
    return ModbusDriver(Endpoint("e", url, (Binding("330106-LC-0001", {spec.name: spec}, unit=unit),)), LoopClock())


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (PointSpec("p", PointType.U16), "no Modbus table"),
        (PointSpec("p", PointType.U16, table=Table.INPUT, access=Access.READ_WRITE), "writable but lies in the input"),
        (PointSpec("p", PointType.U16, table=Table.HOLDING, address=70000), "outside"),
    ],
)
def test_a_point_modbus_cannot_carry_is_refused_before_connecting(spec: PointSpec, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        driver_of(spec)


@pytest.mark.parametrize("url", ["modbus+tcp://", "modbus+tcp://host:notaport", "modbus+tcp://host:99999"])
def test_a_url_without_a_host_and_port_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="modbus\\+tcp://host:port"):
        driver_of(PointSpec("p", PointType.U16, table=Table.INPUT), url)


def test_a_unit_id_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigError, match="unit id 300"):
        driver_of(PointSpec("p", PointType.U16, table=Table.INPUT), unit=300)


@pytest.mark.parametrize(("fc23", "functions"), [(False, [6, 3]), (True, [23])])
async def test_a_heartbeat_rides_on_the_read_where_the_device_knows_function_23(
    fc23: bool, functions: list[int]
) -> None:
    peer = ModbusPeer(fc23=fc23)
    endpoint = await peer.start()
    driver = peer.driver(endpoint)
    await driver.connect()
    await driver.read(DEVICE, frozenset({Poll.NORMAL}), heartbeat=9)
    holding = [pdu[0] for pdu in peer.asked if pdu[0] not in (1, 4)]
    assert holding == functions
    await driver.close()
    await peer.stop()


def names_in(table: Table) -> set[str]:
    return {name for name, spec in POINTS.items() if spec.table is table}


@pytest.mark.parametrize("in_flight", [1, 4])
@pytest.mark.parametrize(("code", "detail"), [(2, Detail.CONFIG_ERROR), (4, Detail.FAILURE)])
async def test_what_a_device_refuses_is_unknown_and_the_rest_of_it_is_not_lost(
    in_flight: int, code: int, detail: Detail
) -> None:
    peer = ModbusPeer(in_flight=in_flight)
    driver = peer.driver(await peer.start())
    await driver.connect()
    peer.refused_functions = {4: code}
    for _ in range(2):
        readings = await driver.read(DEVICE)
        bad = {name: reading for name, reading in readings.items() if reading.detail is detail}
        assert bad.keys() == names_in(Table.INPUT)
        assert {reading.quality for reading in bad.values()} == {Quality.BAD}
        assert readings.keys() == POINTS.keys()
    polls = frozenset({next(iter(POINTS[name].poll for name in bad))})
    assert (await driver.read(DEVICE, polls))[next(iter(bad))].detail is detail
    peer.refused_functions = {}
    assert all(reading.quality is not Quality.BAD for reading in (await driver.read(DEVICE)).values())
    peer.refused_functions = {4: code}
    with pytest.raises(DeviceRefused):  # news: may be all of it
        await driver.read(DEVICE, polls)
    await driver.close()
    await peer.stop()


async def test_a_device_that_refuses_everything_has_given_nothing() -> None:
    peer = ModbusPeer()
    driver = peer.driver(await peer.start())
    await driver.connect()
    peer.refused_functions = dict.fromkeys((1, 2, 3, 4), 2)
    with pytest.raises(DeviceRefused, match="an address it does not have"):
        await driver.read(DEVICE)
    await driver.close()
    await peer.stop()


async def test_a_busy_device_is_busy_as_a_whole() -> None:
    peer = ModbusPeer()
    driver = peer.driver(await peer.start())
    await driver.connect()
    peer.refused_functions = {4: 6}
    with pytest.raises(DeviceRefused, match="it is busy"):
        await driver.read(DEVICE)
    await driver.close()
    await peer.stop()
