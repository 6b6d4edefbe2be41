"""The OPC UA driver: one session with a server, the stations on it told apart by namespace and root."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes

from controller.domain.clock import Clock
from controller.domain.errors import (
    BadReply,
    ConfigError,
    ControllerError,
    Indeterminate,
    LinkDown,
    NoReply,
    NotWritable,
    UnknownTarget,
)
from controller.domain.points import DeviceId, Reading, Value, point_id
from drivers.base import Binding, Endpoint, PushSink, Readings
from drivers.check import NUMBERS, Judge, beat_value, judge
from drivers.opcua.link import Secure, UaLink
from drivers.opcua.nodes import UNKNOWN_NAMESPACE, node_id, to_data_value, to_reading, variant_type
from drivers.profile import PointSpec, Poll, Role

DEFAULT_INTERVALS_S: Mapping[Poll, float] = MappingProxyType({Poll.FAST: 1.0, Poll.NORMAL: 5.0, Poll.SLOW: 60.0})
"""How often a server publishes the changes of each poll class."""
DEFAULT_KEEPALIVE_S = 10.0
ITEMS_PER_REQUEST = 500
"""Servers limit the monitored items of one request; small PLCs to about a thousand."""
LIFETIMES = 10
"""A subscription nobody fetches dies on the server after this many keep-alive periods (at least 3, part 4)."""
DEADBAND_SHARE = 0.5
"""A PLC that itself moves in steps of the dead-band must not lose each single step to rounding."""

_FILTER_REFUSED = frozenset(
    {
        StatusCodes.BadFilterNotAllowed,
        StatusCodes.BadMonitoredItemFilterUnsupported,
        StatusCodes.BadMonitoredItemFilterInvalid,
        StatusCodes.BadDeadbandFilterInvalid,
    }
)


@dataclass(frozen=True, slots=True)
class _Item:
    """One point on this connection."""

    device: DeviceId
    spec: PointSpec
    node: ua.NodeId
    judge: Judge


@dataclass(slots=True)
class _Station:
    """A device, and its nodes on the present connection."""

    binding: Binding
    judges: Mapping[str, Judge]
    heartbeat: PointSpec | None
    items: tuple[_Item, ...] = ()
    requests: dict[frozenset[Poll] | None, tuple[tuple[_Item, ...], ua.ReadParameters]] = field(default_factory=dict)

    def resolve(self, uris: Sequence[str]) -> None:
        """Find the namespace's index on this server, which may change with every restart of it."""
        known = self.binding.namespace in uris
        index = uris.index(self.binding.namespace) if known else UNKNOWN_NAMESPACE
        self.requests.clear()
        self.items = tuple(
            _Item(self.binding.device, spec, node_id(self.binding, spec, index), self.judges[spec.name])
            for spec in self.binding.points.values()
        )

    def request(self, polls: frozenset[Poll] | None) -> tuple[tuple[_Item, ...], ua.ReadParameters]:
        known = self.requests.get(polls)
        if known is None:
            items = tuple(item for item in self.items if polls is None or item.spec.poll in polls)
            known = self.requests[polls] = items, _read_parameters(items)
        return known


class OpcUaDriver:
    """``drivers.base.Driver`` over OPC UA. Changes are pushed to the sink, one call per device and publication.

    After a time-out the connection is closed, as on every wire; a cancelled caller leaves it open, since OPC UA
    tells late replies apart by request id. ``keepalive_s`` (event-loop seconds) bounds how long a server may be
    silent: after two keep-alives missed the connection is ended and ``connected`` turns false.

    Raises:
        ConfigError: a binding without namespace, or a point OPC UA cannot carry.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        *,
        intervals_s: Mapping[Poll, float] = DEFAULT_INTERVALS_S,
        keepalive_s: float = DEFAULT_KEEPALIVE_S,
        secure: Secure | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._intervals_s = intervals_s
        self._keepalive_s = keepalive_s
        self._secure = secure
        self._stations = {binding.device: _station(binding) for binding in endpoint.devices}
        self._link: UaLink | None = None
        self._sink: PushSink | None = None
        self._watched: dict[int, _Item] = {}

    @property
    def connected(self) -> bool:
        """Whether the session can be used as far as this side can know."""
        return self._link is not None and self._link.up

    @property
    def subscribes(self) -> bool:
        """Always."""
        return True

    def push_to(self, sink: PushSink) -> None:
        """See :class:`drivers.base.Driver`. The sink must not raise: the library would swallow it."""
        self._sink = sink

    async def connect(self) -> None:
        """See :class:`drivers.base.Driver`. Subscribes to every point and hands the sink one full reading of each."""
        await self.close()
        link = UaLink(
            self._endpoint.name, self._endpoint.url, self._endpoint.timeout_s, self._keepalive_s, self._secure
        )
        try:
            await self._establish(link)
        except ControllerError as error:
            await self._abandon(link)
            raise LinkDown(f"cannot connect: {error}") from error
        except BaseException:
            await self._abandon(link)
            raise

    async def close(self) -> None:
        """See :class:`drivers.base.Driver`."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def read(
        self, device: DeviceId, polls: frozenset[Poll] | None = None, *, heartbeat: int | None = None
    ) -> Readings:
        """See :class:`drivers.base.Driver`. One request for all points."""
        station = self._known(device)
        link = self._up(f"read {device}")
        if heartbeat is not None and station.heartbeat is not None:
            await self._beat(link, station, station.heartbeat, heartbeat)
        return await self._fetch(link, station, polls)

    async def write(self, device: DeviceId, point: str, value: Value) -> None:
        """See :class:`drivers.base.Driver`."""
        station = self._known(device)
        spec = station.binding.points.get(point)
        if spec is None or not spec.writable:
            raise NotWritable(f"{point_id(device, point)} is not on the allow-list of its profile; nothing was sent")
        data = to_data_value(spec, value)
        what = f"write {point_id(device, point)}={value}"
        await self._send(self._up(what), station, spec, data, what)

    async def _establish(self, link: UaLink) -> None:
        uris = await link.open()
        self._link = link
        self._watched = {}
        for station in self._stations.values():
            station.resolve(uris)
        handles = itertools.count(1)
        for poll, interval_s in self._intervals_s.items():
            items = [item for station in self._stations.values() for item in station.items if item.spec.poll is poll]
            if items:
                await self._subscribe(link, items, interval_s, handles)
        for device, station in self._stations.items():
            readings = await self._fetch(link, station, None)
            if self._sink is not None:
                self._sink(device, readings)

    async def _abandon(self, link: UaLink) -> None:
        self._link = None
        link.drop()
        await link.close()

    async def _subscribe(self, link: UaLink, items: Iterable[_Item], interval_s: float, handles: Iterator[int]) -> None:
        keepalives = max(1, round(self._keepalive_s / interval_s))
        parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=1000 * interval_s,
            RequestedLifetimeCount=LIFETIMES * keepalives,
            RequestedMaxKeepAliveCount=keepalives,
        )

        def published(result: ua.PublishResult) -> None:
            self._published(link, result)

        made = await link.ask(
            link.session.create_subscription(parameters, published), "create a subscription", changes=False
        )
        link.expect(made.SubscriptionId, made.RevisedMaxKeepAliveCount * made.RevisedPublishingInterval / 1000)
        for chunk in _chunks([(next(handles), item) for item in items]):
            self._watched.update(chunk)
            await self._monitor(link, made.SubscriptionId, dict(chunk), interval_s)

    async def _monitor(self, link: UaLink, subscription: int, items: Mapping[int, _Item], interval_s: float) -> None:
        """Watch these nodes; those whose dead-band filter the server refuses are watched without it.

        A node the server does not have is not an error here: every read of it says BAD ``config_error``.
        """
        requests = [_monitoring(handle, item, interval_s, filtered=True) for handle, item in items.items()]
        refused = await self._create_items(link, subscription, requests)
        again = [_monitoring(handle, items[handle], interval_s, filtered=False) for handle in refused]
        if again:
            await self._create_items(link, subscription, again)

    async def _create_items(
        self, link: UaLink, subscription: int, requests: list[ua.MonitoredItemCreateRequest]
    ) -> list[int]:
        """Create monitored items; the handles whose filter was refused come back."""
        parameters = ua.CreateMonitoredItemsParameters(
            SubscriptionId=subscription, TimestampsToReturn=ua.TimestampsToReturn.Source, ItemsToCreate=requests
        )
        results = await link.ask(link.session.create_monitored_items(parameters), "watch points", changes=False)
        return [
            request.RequestedParameters.ClientHandle
            for request, result in zip(requests, results, strict=True)
            if result.StatusCode.value in _FILTER_REFUSED
        ]

    def _published(self, link: UaLink, result: ua.PublishResult) -> None:
        """One publication: readings for the sink, by device. An empty one is a keep-alive."""
        if link is not self._link:
            return
        link.heard(result.SubscriptionId)
        received_s = self._clock.monotonic()
        batches: dict[DeviceId, dict[str, Reading]] = {}
        for notification in result.NotificationMessage.NotificationData or ():
            if isinstance(notification, ua.StatusChangeNotification):
                link.drop()  # the subscription ended on the server; nothing would tell of changes any more
            elif isinstance(notification, ua.DataChangeNotification):
                for change in notification.MonitoredItems:
                    item = self._watched.get(change.ClientHandle)
                    if item is not None:
                        reading = to_reading(item.judge, change.Value, received_s)
                        batches.setdefault(item.device, {})[item.spec.name] = reading
        if self._sink is not None:
            for device, readings in batches.items():
                self._sink(device, readings)

    async def _fetch(self, link: UaLink, station: _Station, polls: frozenset[Poll] | None) -> Readings:
        items, parameters = station.request(polls)
        if not items:
            return {}
        what = f"read {station.binding.device}"
        results = await link.ask(link.session.read(parameters), what, changes=False)
        if len(results) != len(items):
            link.drop()
            raise BadReply(f"{self._endpoint.name}: {what}: {len(results)} values came for {len(items)} points")
        received_s = self._clock.monotonic()
        return {
            item.spec.name: to_reading(item.judge, data, received_s) for item, data in zip(items, results, strict=True)
        }

    async def _beat(self, link: UaLink, station: _Station, spec: PointSpec, count: int) -> None:
        """Beating twice is harmless, so doubt about it is no more than a missing reply."""
        data = to_data_value(spec, beat_value(spec, count))
        try:
            await self._send(link, station, spec, data, f"beat {station.binding.device}")
        except Indeterminate as error:
            raise NoReply(f"the heartbeat was not acknowledged: {error}") from error

    async def _send(self, link: UaLink, station: _Station, spec: PointSpec, data: ua.DataValue, what: str) -> None:
        node = next(item.node for item in station.items if item.spec is spec)
        value = ua.WriteValue(NodeId=node, AttributeId=AttributeIds.Value, Value=data)
        verdicts = await link.ask(link.session.write(ua.WriteParameters(NodesToWrite=[value])), what, changes=True)
        if len(verdicts) != 1:
            link.drop()
            raise Indeterminate(f"{self._endpoint.name}: {what}: {len(verdicts)} verdicts came for one write")
        link.check_write(verdicts[0], what)

    def _known(self, device: DeviceId) -> _Station:
        station = self._stations.get(device)
        if station is None:
            raise UnknownTarget(f"{device} is not behind endpoint {self._endpoint.name}: check the site's endpoints")
        return station

    def _up(self, what: str) -> UaLink:
        if self._link is None or not self._link.up:
            raise LinkDown(f"{what}: endpoint {self._endpoint.name} is not connected; nothing was sent")
        return self._link


def _station(binding: Binding) -> _Station:
    if not binding.namespace:
        raise ConfigError(f"{binding.device}: an OPC UA device needs the namespace URI of its nodes")
    points = binding.points.values()
    for spec in points:
        variant_type(spec)
    heartbeat = next((spec for spec in points if spec.role is Role.HEARTBEAT and spec.writable), None)
    return _Station(binding, {spec.name: judge(spec) for spec in points}, heartbeat)


def _read_parameters(items: Iterable[_Item]) -> ua.ReadParameters:
    return ua.ReadParameters(
        TimestampsToReturn=ua.TimestampsToReturn.Source,
        NodesToRead=[ua.ReadValueId(NodeId=item.node, AttributeId=AttributeIds.Value) for item in items],
    )


def _monitoring(handle: int, item: _Item, interval_s: float, *, filtered: bool) -> ua.MonitoredItemCreateRequest:
    """Only the newest value matters: a queue of one."""
    parameters = ua.MonitoringParameters(ClientHandle=handle, SamplingInterval=1000 * interval_s, QueueSize=1)
    spec = item.spec
    if filtered and spec.deadband > 0 and spec.type in NUMBERS:
        parameters.Filter = ua.DataChangeFilter(
            Trigger=ua.DataChangeTrigger.StatusValue,
            DeadbandType=ua.DeadbandType.Absolute,
            DeadbandValue=abs(spec.deadband / spec.scale) * DEADBAND_SHARE,
        )
    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=ua.ReadValueId(NodeId=item.node, AttributeId=AttributeIds.Value),
        MonitoringMode=ua.MonitoringMode.Reporting,
        RequestedParameters=parameters,
    )


def _chunks(items: list[tuple[int, _Item]]) -> Iterator[list[tuple[int, _Item]]]:
    for start in range(0, len(items), ITEMS_PER_REQUEST):
        yield items[start : start + ITEMS_PER_REQUEST]
