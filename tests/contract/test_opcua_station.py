"""What OPC UA adds to the contract: pushes, status codes, times, missing nodes, silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asyncua import ua

from controller.domain.errors import LinkDown
from controller.domain.points import DeviceId, Reading
from controller.domain.quality import Detail, Quality
from drivers.base import Driver, Endpoint, Readings
from tests.contract.peers.device import DEVICE, POINTS
from tests.contract.peers.opcua import KEEPALIVE_S, OpcUaPeer


class Station:
    """A connected driver, its peer, and everything that was pushed."""

    def __init__(self, peer: OpcUaPeer) -> None:
        self.peer = peer
        self.pushed: list[tuple[DeviceId, Readings]] = []
        self.driver: Driver

    def take(self, device: DeviceId, readings: Readings) -> None:
        self.pushed.append((device, readings))

    def latest(self, point: str) -> Reading:
        return next(readings[point] for _, readings in reversed(self.pushed) if point in readings)


@asynccontextmanager
async def station(peer: OpcUaPeer | None = None, **changes: str) -> AsyncIterator[Station]:
    played = Station(peer or OpcUaPeer())
    endpoint: Endpoint = await played.peer.start()
    endpoint = replace(endpoint, devices=tuple(replace(binding, **changes) for binding in endpoint.devices))  # type: ignore[arg-type] - only texts are changed
    played.driver = played.peer.driver(endpoint)
    played.driver.push_to(played.take)
    try:
        await played.driver.connect()
        yield played
    finally:
        await played.driver.close()
        await played.peer.stop()


async def test_connecting_pushes_one_full_reading_of_every_point() -> None:
    async with station() as played:
        device, readings = played.pushed[-1]
        assert device == DEVICE
        assert set(readings) == set(POINTS)
        assert all(reading.good for reading in readings.values())


async def test_a_change_is_pushed_within_its_interval_and_only_then() -> None:
    async with station() as played:
        await asyncio.sleep(20)
        before = len(played.pushed)
        await asyncio.sleep(20)
        assert len(played.pushed) == before
        await played.peer.show("P1.running", True)
        await asyncio.sleep(1.1)
        assert played.pushed[-1][1].keys() == {"P1.running"}
        assert played.latest("P1.running").value is True
        assert played.latest("P1.running").received_s == pytest.approx(asyncio.get_running_loop().time(), abs=1.2)


async def test_changes_of_one_publication_come_in_one_call() -> None:
    async with station() as played:
        await asyncio.sleep(20)
        before = len(played.pushed)
        await played.peer.show("P1.running", True)
        await played.peer.show("flow_m3s", 12.5)
        await asyncio.sleep(1.1)
        assert [readings.keys() for _, readings in played.pushed[before:]] == [{"P1.running", "flow_m3s"}]


async def test_steps_of_exactly_the_dead_band_are_seen_and_smaller_ones_are_not() -> None:
    async with station() as played:
        await played.peer.show("inner_level_1_m", 2.0)
        await asyncio.sleep(20)
        await played.peer.show("inner_level_1_m", 2.01)
        await asyncio.sleep(6)
        assert played.latest("inner_level_1_m").value == pytest.approx(2.01)
        await played.peer.show("inner_level_1_m", 2.012)
        await asyncio.sleep(6)
        assert played.latest("inner_level_1_m").value == pytest.approx(2.01)


async def test_a_bad_status_is_pushed_as_bad_with_its_detail() -> None:
    async with station() as played:
        await asyncio.sleep(20)
        status = ua.StatusCode(ua.UInt32(ua.StatusCodes.BadSensorFailure))
        await played.peer.put("P1.running", ua.DataValue(ua.Variant(True, ua.VariantType.Boolean), status))
        await asyncio.sleep(1.1)
        reading = played.latest("P1.running")
        assert (reading.quality, reading.detail) == (Quality.BAD, Detail.FAILURE)


async def test_the_source_time_is_kept_aware() -> None:
    async with station() as played:
        stamp = datetime(2021, 7, 25, 7, 0, tzinfo=UTC)
        value = ua.Variant(2.68, ua.VariantType.Float)
        await played.peer.put("inner_level_1_m", ua.DataValue(value, SourceTimestamp=stamp))
        reading = (await played.driver.read(DEVICE))["inner_level_1_m"]
        assert reading.source_time == stamp
        assert reading.source_time.tzinfo is not None


async def test_a_node_the_server_lacks_is_bad_config_error_and_the_others_work() -> None:
    async with station(OpcUaPeer(missing=frozenset({"flow_m3s"}))) as played:
        readings = await played.driver.read(DEVICE)
        assert (readings["flow_m3s"].quality, readings["flow_m3s"].detail) == (Quality.BAD, Detail.CONFIG_ERROR)
        assert all(reading.good for name, reading in readings.items() if name != "flow_m3s")


async def test_a_namespace_the_server_lacks_makes_its_points_config_errors() -> None:
    async with station(namespace="urn:zhadao:elsewhere") as played:
        readings = await played.driver.read(DEVICE)
        assert {reading.detail for reading in readings.values()} == {Detail.CONFIG_ERROR}


async def test_a_value_of_another_type_than_the_profile_says_is_a_config_error() -> None:
    async with station(OpcUaPeer(missing=frozenset({"energy_kwh"}))) as played:
        await played.peer.server.nodes.objects.add_variable(
            played.peer.node_id("energy_kwh"), "energy", "much", ua.VariantType.String
        )
        reading = (await played.driver.read(DEVICE))["energy_kwh"]
        assert (reading.quality, reading.detail, reading.value) == (Quality.BAD, Detail.CONFIG_ERROR, None)


async def test_a_server_that_goes_silent_is_noticed_by_its_missing_keep_alives() -> None:
    async with station() as played:
        await asyncio.sleep(100)
        assert played.driver.connected
        played.peer.go_silent()
        await asyncio.sleep(3.5 * KEEPALIVE_S)
        assert not played.driver.connected
        with pytest.raises(LinkDown):
            await played.driver.read(DEVICE)


async def test_an_idle_connection_stays_up_for_hours_and_renews_its_channel() -> None:
    async with station() as played:
        await asyncio.sleep(1.5 * 3600)
        assert played.driver.connected
        assert (await played.driver.read(DEVICE))["P1.running"].good


async def test_a_lost_connection_is_noticed_at_once() -> None:
    async with station() as played:
        await played.peer.relay.stop()
        await asyncio.sleep(0.1)
        assert not played.driver.connected
        await played.peer.relay.start()


async def test_a_subscription_that_ends_on_the_server_ends_the_connection() -> None:
    async with station() as played:
        service = played.peer.server.iserver.subscription_service
        for subscription in list(service.subscriptions.values()):
            await subscription.monitored_item_srv.trigger_statuschange(
                ua.StatusCode(ua.UInt32(ua.StatusCodes.BadTimeout))
            )
        await asyncio.sleep(100)
        assert not played.driver.connected


async def test_a_session_forgotten_by_the_server_is_link_down() -> None:
    async with station() as played:
        for session in list(played.peer.server.iserver._external_sessions.values()):
            await session.close_session(True)
        with pytest.raises(LinkDown):
            await played.driver.read(DEVICE)
        assert not played.driver.connected
