"""Servers that answer and are wrong: stations that stand still, deaf subscriptions, lost nodes, other namespaces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua

from controller.domain.errors import DeviceBusy, DeviceRefused, Indeterminate, InvalidValue, LinkDown
from controller.domain.points import DeviceId, Reading
from controller.domain.quality import Detail, Quality
from drivers.base import Readings
from drivers.opcua.around import UaAround
from drivers.opcua.driver import OpcUaDriver
from drivers.opcua.notices import Notice, Trouble
from drivers.opcua.options import UaOptions
from drivers.profile import Access, PointSpec, PointType, Poll, Role
from tests.contract.peers.device import DEVICE, POINTS, ROOT
from tests.contract.peers.opcua import KEEPALIVE_S, OpcUaPeer

ALIVE = PointSpec("beat_of_the_plc", PointType.U16, role=Role.ALIVE, node="beat_of_the_plc", poll=Poll.FAST)
START = PointSpec(
    "P1.start",
    PointType.BOOL,
    access=Access.READ_WRITE,
    feedback="P1.running",
    method="P1.Start",
    method_off="P1.Stop",
    object="P1",
)
GOAL = PointSpec(
    "G1.goal",
    PointType.F64,
    access=Access.READ_WRITE,
    feedback="none",
    low=0.0,
    high=100.0,
    method="G1.Move",
    object="G1",
)


class Played:
    """A server, a driver, everything that was pushed and told."""

    def __init__(self, **peer: object) -> None:
        self.notices: list[Notice] = []
        self.peer = OpcUaPeer(around=UaAround(told=self.notices.append, clock_off_s=1e9), **peer)  # type: ignore[arg-type] - each test passes fields of the peer
        self.pushed: list[tuple[DeviceId, Readings]] = []
        self.driver: OpcUaDriver
        self.calls: list[tuple[str, object]] = []
        self.answer = ua.StatusCodes.Good

    def latest(self, point: str) -> Reading:
        return next(readings[point] for _, readings in reversed(self.pushed) if point in readings)

    def told(self, trouble: Trouble) -> Notice:
        return next(notice for notice in reversed(self.notices) if notice.trouble is trouble)

    async def beat(self, value: int) -> None:
        data = ua.DataValue(ua.Variant(value, ua.VariantType.UInt16))
        await self.peer.server.write_attribute_value(self.peer.node_id(ALIVE.node), data)

    async def beating(self) -> None:
        for count in range(1, 1_000_000):
            await self.beat(count % 65_536)
            await asyncio.sleep(2)

    async def add_counter(self) -> None:
        objects = self.peer.server.nodes.objects
        await objects.add_variable(self.peer.node_id(ALIVE.node), "beat", 0, ua.VariantType.UInt16)

    async def add_methods(self) -> None:
        for name, methods in (("P1", ("Start", "Stop")), ("G1", ("Move",))):
            thing = await self.peer.server.nodes.objects.add_object(self.peer.node_id(name), name)
            for method in methods:
                wanted = [ua.VariantType.Double] if method == "Move" else []
                await thing.add_method(
                    self.peer.node_id(f"{name}.{method}"), method, self._answering(f"{name}.{method}"), wanted, []
                )

    def _answering(self, method: str) -> object:
        async def answer(_parent: ua.NodeId, *arguments: ua.Variant) -> object:
            self.calls.append((method, arguments[0].Value if arguments else None))
            return [] if self.answer == ua.StatusCodes.Good else ua.StatusCode(ua.UInt32(self.answer))

        return answer


@asynccontextmanager
async def played(
    *extra: PointSpec, counter: bool = False, frozen_after_s: float | None = None, **peer: object
) -> AsyncIterator[Played]:
    one = Played(**peer)
    endpoint = await one.peer.start()
    specs = {spec.name: spec for spec in (*extra, *((ALIVE,) if counter else ()))}
    devices = tuple(
        replace(binding, points={**binding.points, **specs}, frozen_after_s=frozen_after_s)
        for binding in endpoint.devices
    )
    if counter:
        await one.add_counter()
    if START in extra:
        await one.add_methods()
    driver = one.peer.driver(replace(endpoint, devices=devices))
    assert isinstance(driver, OpcUaDriver)
    one.driver = driver
    driver.push_to(lambda device, readings: one.pushed.append((device, readings)))
    try:
        await driver.connect()
        yield one
    finally:
        await driver.close()
        await one.peer.stop()


# -- a station that stands still behind a server that answers ---------------------------------------------------


async def test_a_station_whose_counter_stands_still_loses_trust_within_three_keep_alives_then_is_bad() -> None:
    async with played(counter=True) as one:
        beating = asyncio.create_task(one.beating())
        await asyncio.sleep(10 * KEEPALIVE_S)
        assert (await one.driver.read(DEVICE))["flow_m3s"].good
        assert not one.told(Trouble.FROZEN).active
        beating.cancel()
        await asyncio.sleep(2.5 * KEEPALIVE_S)
        assert (await one.driver.read(DEVICE))["flow_m3s"].good
        await asyncio.sleep(0.6 * KEEPALIVE_S)
        assert one.driver.connected, "the session answers, and that is all it does"
        for reading in (one.latest("flow_m3s"), (await one.driver.read(DEVICE))["flow_m3s"]):
            assert (reading.quality, reading.detail, reading.value) == (Quality.UNCERTAIN, Detail.FROZEN, 0.0)
        assert "30 s" in one.told(Trouble.FROZEN).text
        await one.peer.show("flow_m3s", 12.0)
        await asyncio.sleep(2)
        assert one.latest("flow_m3s").quality is Quality.UNCERTAIN, "a change by itself restores nothing"
        await asyncio.sleep(3 * KEEPALIVE_S)
        reading = one.latest("flow_m3s")
        assert (reading.quality, reading.detail, reading.value) == (Quality.BAD, Detail.FROZEN, 12.0)


async def test_a_station_that_moves_again_is_read_completely_and_believed() -> None:
    async with played(counter=True) as one:
        await one.beat(7)
        await asyncio.sleep(4 * KEEPALIVE_S)
        assert one.latest("flow_m3s").detail is Detail.FROZEN
        one.pushed.clear()
        await one.beat(8)
        await asyncio.sleep(2)
        assert one.pushed[-1][1].keys() >= POINTS.keys()
        assert one.latest("flow_m3s").good
        assert not one.told(Trouble.FROZEN).active


async def test_without_a_counter_fast_measurements_that_all_stand_still_are_no_longer_believed() -> None:
    async with played(frozen_after_s=300.0) as one:
        for flow in range(1, 6):
            await one.peer.show("flow_m3s", float(flow))
            await asyncio.sleep(200)
            assert one.latest("flow_m3s").good
        await asyncio.sleep(90)
        assert (await one.driver.read(DEVICE))["inner_level_1_m"].good
        await asyncio.sleep(20)
        assert one.driver.connected, "the session answers, and that is all it does"
        for point in ("flow_m3s", "inner_level_1_m"):
            for reading in (one.latest(point), (await one.driver.read(DEVICE))[point]):
                assert (reading.quality, reading.detail) == (Quality.UNCERTAIN, Detail.FROZEN)
        told = one.told(Trouble.FROZEN)
        assert told.active
        assert "none of the station's 1 fast measurements" in told.text
        assert "快速测点" in told.text_zh
        await asyncio.sleep(3000)
        assert one.latest("flow_m3s").quality is Quality.UNCERTAIN, "no proof: it is never given up for this alone"
        await one.driver.connect()
        assert (await one.driver.read(DEVICE))["flow_m3s"].detail is Detail.FROZEN
        await one.peer.show("flow_m3s", 7.0)
        await asyncio.sleep(2)
        assert one.latest("flow_m3s").good
        assert one.latest("inner_level_1_m").good
        assert not one.told(Trouble.FROZEN).active


async def test_a_source_time_that_moves_under_a_steady_value_is_life_enough() -> None:
    async with played(frozen_after_s=300.0) as one:
        for minutes in range(20):
            stamp = datetime(2021, 7, 25, 7, 0, tzinfo=UTC) + timedelta(minutes=minutes)
            steady = ua.DataValue(ua.Variant(4.0, ua.VariantType.Double), SourceTimestamp=stamp)
            await one.peer.put("flow_m3s", steady)
            await asyncio.sleep(60)
        assert one.latest("flow_m3s").good
        assert not one.told(Trouble.FROZEN).active
        assert one.driver.connected


async def test_a_frozen_station_that_is_connected_again_stays_frozen_until_it_moves() -> None:
    async with played(counter=True) as one:
        await one.beat(7)
        await asyncio.sleep(4 * KEEPALIVE_S)
        await one.driver.connect()
        assert (await one.driver.read(DEVICE))["flow_m3s"].detail is Detail.FROZEN
        assert one.latest("flow_m3s").detail is Detail.FROZEN
        await one.beat(8)
        await asyncio.sleep(2)
        assert one.latest("flow_m3s").good


async def test_a_counter_that_cannot_be_read_is_no_sign_of_life() -> None:
    async with played(counter=True) as one:
        bad = ua.DataValue(StatusCode=ua.StatusCode(ua.UInt32(ua.StatusCodes.BadNoCommunication)))
        await one.peer.server.write_attribute_value(one.peer.node_id(ALIVE.node), bad)
        await asyncio.sleep(3.1 * KEEPALIVE_S)
        assert one.latest("flow_m3s").detail is Detail.FROZEN


async def test_a_subscription_that_goes_deaf_while_the_station_moves_is_made_anew() -> None:
    async with played(counter=True) as one:
        beating = asyncio.create_task(one.beating())
        await asyncio.sleep(3 * KEEPALIVE_S)
        for subscription in one.peer.server.iserver.subscription_service.subscriptions.values():
            subscription.monitored_item_srv.delete_all_monitored_items()
        await asyncio.sleep(3 * KEEPALIVE_S)
        assert not one.driver.connected
        await one.driver.connect()
        await asyncio.sleep(3 * KEEPALIVE_S)
        assert one.latest("flow_m3s").good
        beating.cancel()


async def test_subscriptions_dropped_silently_are_noticed_within_three_keep_alives() -> None:
    async with played() as one:
        await asyncio.sleep(3 * KEEPALIVE_S)
        service = one.peer.server.iserver.subscription_service
        await service.delete_subscriptions(list(service.subscriptions))
        await asyncio.sleep(3 * KEEPALIVE_S)
        assert not one.driver.connected
        with pytest.raises(LinkDown):
            await one.driver.write(DEVICE, "P1.run_command", True)
        await one.driver.connect()
        await one.peer.show("P1.running", True)
        await asyncio.sleep(1.5)
        assert one.latest("P1.running").value is True
        assert one.peer.attempts == []


async def test_one_slow_subscription_dropped_silently_is_noticed_as_soon() -> None:
    async with played() as one:
        await asyncio.sleep(KEEPALIVE_S)
        service = one.peer.server.iserver.subscription_service
        await service.delete_subscriptions([max(service.subscriptions)])
        await asyncio.sleep(3 * KEEPALIVE_S)
        assert not one.driver.connected


# -- nodes and namespaces ---------------------------------------------------------------------------------------


async def test_after_a_restart_with_another_namespace_table_the_same_points_are_found() -> None:
    async with played() as one:
        other = OpcUaPeer(strangers=4)
        await other.start()
        assert other.index != one.peer.index
        await other.show("flow_m3s", 3.5)
        await one.peer.server.stop()
        await asyncio.sleep(3 * KEEPALIVE_S)
        assert not one.driver.connected
        one.peer.relay._upstream_port = other.relay.port
        await one.driver.connect()
        assert (await one.driver.read(DEVICE))["flow_m3s"].value == 3.5
        await one.driver.write(DEVICE, "P1.run_command", True)
        assert len(other.attempts) == 1
        await one.driver.close()
        await other.stop()


@pytest.mark.filterwarnings("ignore:coroutine 'MonitoredItemService", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_node_that_vanishes_and_returns_is_bad_meanwhile_and_watched_again() -> None:
    async with played() as one:
        node = one.peer.server.get_node(one.peer.node_id("flow_m3s"))
        await one.peer.server.delete_nodes([node])
        reading = (await one.driver.read(DEVICE))["flow_m3s"]
        assert (reading.quality, reading.detail) == (Quality.BAD, Detail.CONFIG_ERROR)
        assert "flow_m3s" in one.told(Trouble.POINTS).text
        await asyncio.sleep(KEEPALIVE_S)
        assert one.latest("flow_m3s").detail is Detail.CONFIG_ERROR
        await one.peer._add(POINTS["flow_m3s"])
        await one.peer.show("flow_m3s", 4.0)
        await asyncio.sleep(KEEPALIVE_S)
        assert one.latest("flow_m3s").value == 4.0
        await one.peer.show("flow_m3s", 5.0)
        await asyncio.sleep(1.5)
        assert one.latest("flow_m3s").value == 5.0, "its changes are reported again"
        assert not one.told(Trouble.POINTS).active


async def test_a_node_missing_from_the_start_is_watched_as_soon_as_it_is_there() -> None:
    async with played(missing=frozenset({"flow_m3s"})) as one:
        assert one.latest("flow_m3s").detail is Detail.CONFIG_ERROR
        await one.peer._add(POINTS["flow_m3s"])
        await asyncio.sleep(KEEPALIVE_S)
        await one.peer.show("flow_m3s", 5.0)
        await asyncio.sleep(1.5)
        assert one.latest("flow_m3s").value == 5.0


@pytest.mark.parametrize(
    ("point", "kind", "value", "good"),
    [
        ("inner_level_1_m", ua.VariantType.Int32, 2, False),
        ("inner_level_1_m", ua.VariantType.Double, 2.0, False),
        ("inner_level_1_m", ua.VariantType.Int16, 2, True),
        ("inner_level_1_m", ua.VariantType.Boolean, True, False),
        ("flow_m3s", ua.VariantType.Float, 2.5, True),
        ("flow_m3s", ua.VariantType.Int32, 2, True),
        ("flow_m3s", ua.VariantType.Int64, 2, False),
        ("flow_m3s", ua.VariantType.String, "2", False),
        ("P1.running", ua.VariantType.Int16, 1, False),
        ("energy_kwh", ua.VariantType.Int32, 2, False),
        ("energy_kwh", ua.VariantType.UInt16, 2, True),
    ],
)
async def test_another_type_than_declared_is_a_config_error_unless_nothing_is_lost(
    point: str, kind: ua.VariantType, value: object, good: bool
) -> None:
    async with played(missing=frozenset({point})) as one:
        await one.peer.server.nodes.objects.add_variable(one.peer.node_id(point), point, value, kind)
        reading = (await one.driver.read(DEVICE))[point]
        assert reading.good is good
        assert good or (reading.detail, reading.value) == (Detail.CONFIG_ERROR, None)


async def test_an_array_where_one_value_was_declared_is_a_config_error() -> None:
    async with played(missing=frozenset({"flow_m3s"})) as one:
        node = one.peer.node_id("flow_m3s")
        await one.peer.server.nodes.objects.add_variable(node, "flow", [1.0, 2.0], ua.VariantType.Double)
        assert (await one.driver.read(DEVICE))["flow_m3s"].detail is Detail.CONFIG_ERROR


# -- methods ----------------------------------------------------------------------------------------------------


async def test_an_output_with_methods_is_called_each_direction_its_own_and_never_read() -> None:
    async with played(START, GOAL) as one:
        await one.driver.write(DEVICE, "P1.start", True)
        await one.driver.write(DEVICE, "P1.start", False)
        await one.driver.write(DEVICE, "G1.goal", 62.5)
        assert one.calls == [("P1.Start", None), ("P1.Stop", None), ("G1.Move", 62.5)]
        assert one.peer.attempts == []
        assert "P1.start" not in await one.driver.read(DEVICE)
        with pytest.raises(InvalidValue):
            await one.driver.write(DEVICE, "G1.goal", 101.0)
        assert len(one.calls) == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (ua.StatusCodes.BadInvalidState, DeviceRefused),
        (ua.StatusCodes.BadUserAccessDenied, DeviceRefused),
        (ua.StatusCodes.BadOutOfRange, DeviceRefused),
        (ua.StatusCodes.BadTooManyOperations, DeviceBusy),
        (ua.StatusCodes.BadResourceUnavailable, DeviceBusy),
        (ua.StatusCodes.BadTimeout, Indeterminate),
        (ua.StatusCodes.BadCommunicationError, Indeterminate),
        (ua.StatusCodes.BadUnexpectedError, Indeterminate),
        (ua.StatusCodes.UncertainNoCommunicationLastUsableValue, Indeterminate),
    ],
)
async def test_a_methods_result_is_refused_busy_or_in_doubt(answer: int, error: type[Exception]) -> None:
    async with played(START) as one:
        one.answer = answer
        with pytest.raises(error):
            await one.driver.write(DEVICE, "P1.start", True)
        assert len(one.calls) == 1
        assert one.driver.connected


async def test_a_method_that_is_not_there_is_refused_and_says_so() -> None:
    async with played(replace(START, name="P1.begin", method="P1.Begin"), START) as one:
        with pytest.raises(DeviceRefused, match=r"Bad(MethodInvalid|NodeId)"):
            await one.driver.write(DEVICE, "P1.begin", True)


async def test_silence_on_a_call_is_in_doubt_and_it_is_never_called_again() -> None:
    async with played(START) as one:
        one.peer.relay.muted = True
        with pytest.raises(Indeterminate, match="read back"):
            await one.driver.write(DEVICE, "P1.start", True)
        await asyncio.sleep(60)
        assert one.calls == [("P1.Start", None)]
        assert not one.driver.connected


# -- how it is asked, and when ----------------------------------------------------------------------------------


async def test_sampling_queue_and_dead_band_are_asked_for_as_configured() -> None:
    asked: list[ua.MonitoredItemCreateRequest] = []
    peer = OpcUaPeer()
    endpoint = await peer.start()
    options = UaOptions(queue=4, sampling_s={Poll.FAST: 0.25}, deadbands={Poll.FAST: 0.5})
    driver = peer.driver(replace(endpoint, opcua=options))
    try:
        service = peer.server.iserver.subscription_service
        create = service.create_monitored_items

        async def noting(params: ua.CreateMonitoredItemsParameters, *rest: object) -> object:
            asked.extend(params.ItemsToCreate)
            return await create(params, *rest)

        service.create_monitored_items = noting  # type: ignore[method-assign] - to see what was asked
        await driver.connect()
    finally:
        await driver.close()
        await peer.stop()
    by_point = {str(one.ItemToMonitor.NodeId.Identifier).removeprefix(ROOT): one.RequestedParameters for one in asked}
    assert by_point.keys() == POINTS.keys()
    assert {one.QueueSize for one in by_point.values()} == {4}
    assert all(one.DiscardOldest for one in by_point.values()), "the newest value is kept"
    assert by_point["flow_m3s"].SamplingInterval == 250.0
    assert by_point["energy_kwh"].SamplingInterval == 60_000.0
    assert by_point["flow_m3s"].Filter.DeadbandValue == 0.25
    assert by_point["inner_level_1_m"].Filter.DeadbandValue == 0.005, "a point's own dead-band comes first"
    assert not isinstance(by_point["P1.running"].Filter, ua.DataChangeFilter)


@pytest.mark.parametrize(("off_s", "said"), [(90.0, "ahead of"), (-90.0, "behind"), (5.0, "")])
async def test_a_servers_clock_far_from_ours_is_told_once(off_s: float, said: str) -> None:
    one = Played()
    one.peer.around = UaAround(told=one.notices.append, clock_off_s=30.0)
    endpoint = await one.peer.start()
    driver = one.peer.driver(endpoint)
    assert isinstance(driver, OpcUaDriver)
    try:
        real = datetime.now(UTC)
        driver._server_clock._clock = FixedClock(real - timedelta(seconds=off_s))
        await driver.connect()
        await asyncio.sleep(3 * KEEPALIVE_S)
        told = [notice for notice in one.notices if notice.trouble is Trouble.CLOCK]
        assert [notice.active for notice in told] == [bool(said)]
        assert said in told[0].text
    finally:
        await driver.close()
        await one.peer.stop()


class FixedClock:
    """A wall clock that stands."""

    speed = 1.0

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
