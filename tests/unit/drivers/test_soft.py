"""The scripts of the soft twin, beyond the contract every driver keeps."""

from __future__ import annotations

import pytest

from controller.domain.command import PointWrite
from controller.domain.errors import DeviceBusy, LinkDown
from controller.domain.points import DeviceId
from controller.domain.quality import Detail, Quality
from drivers.base import Endpoint, Readings
from drivers.soft import SoftDriver
from tests.contract.peers.device import DEVICE, LoopClock, binding


async def twin() -> SoftDriver:
    driver = SoftDriver(Endpoint("twin", "soft://twin", (binding(),)), LoopClock())
    await driver.connect()
    return driver


async def test_feedback_moves_only_where_a_rule_says_so() -> None:
    driver = await twin()
    await driver.write(DEVICE, "P1.run_command", True)
    assert driver.value(DEVICE, "P1.running") is False
    driver.follow(DEVICE, "P1.run_command", "P1.running")
    await driver.write(DEVICE, "P1.run_command", True)
    assert driver.value(DEVICE, "P1.running") is True
    assert driver.writes == [PointWrite(DEVICE, "P1.run_command", True)] * 2


async def test_a_spoilt_point_is_read_as_the_device_reports_it_until_it_is_set_again() -> None:
    driver = await twin()
    driver.spoil(DEVICE, "inner_level_1_m", Quality.UNCERTAIN, Detail.SUBSTITUTED)
    reading = (await driver.read(DEVICE))["inner_level_1_m"]
    assert (reading.quality, reading.detail) == (Quality.UNCERTAIN, Detail.SUBSTITUTED)
    driver.set(DEVICE, "inner_level_1_m", 2.0)
    assert (await driver.read(DEVICE))["inner_level_1_m"].good


async def test_changes_are_pushed_to_whoever_asked() -> None:
    driver, pushed = await twin(), []
    assert not driver.subscribes

    def take(device: DeviceId, readings: Readings) -> None:
        pushed.append((device, {name: reading.value for name, reading in readings.items()}))

    driver.push_to(take)
    assert driver.subscribes
    driver.set(DEVICE, "flow_m3s", 12.5)
    await driver.write(DEVICE, "P1.run_command", True)
    assert pushed == [(DEVICE, {"flow_m3s": 12.5}), (DEVICE, {"P1.run_command": True})]


async def test_a_busy_twin_acts_on_nothing() -> None:
    driver = await twin()
    driver.refuse(busy=True)
    with pytest.raises(DeviceBusy):
        await driver.write(DEVICE, "P1.run_command", True)
    assert driver.writes == []


async def test_a_lost_twin_cannot_be_connected_until_it_recovers() -> None:
    driver = await twin()
    driver.lose()
    assert not driver.connected
    with pytest.raises(LinkDown):
        await driver.connect()
    driver.recover()
    await driver.connect()
    assert driver.connected
