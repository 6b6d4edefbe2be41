"""What the Modbus driver refuses before it connects, and how it spends transactions."""

from __future__ import annotations

import pytest

from controller.domain.errors import ConfigError
from drivers.base import Binding, Endpoint
from drivers.modbus.driver import ModbusDriver
from drivers.profile import Access, PointSpec, PointType, Poll, Table
from tests.contract.peers.device import DEVICE, LoopClock
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
