"""The OPC UA driver: one session with a server, the stations on it told apart by namespace and root."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import structlog
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
from drivers.base import Between, Endpoint, PushSink, Readings
from drivers.check import beat_value
from drivers.opcua.alive import Counter
from drivers.opcua.around import ALONE, UaAround
from drivers.opcua.clocks import ServerClock
from drivers.opcua.frozen import worth
from drivers.opcua.guard import Guard
from drivers.opcua.link import UaLink
from drivers.opcua.methods import call_of, check_call
from drivers.opcua.nodes import to_data_value, to_reading
from drivers.opcua.notices import Notice, Trouble
from drivers.opcua.signs import Signs
from drivers.opcua.stations import Item, Station, station_of
from drivers.opcua.tending import Tending
from drivers.opcua.troubles import certificate_notice, points_notice
from drivers.opcua.watching import Pace, Subscriptions
from drivers.profile import PointSpec, Poll, Role

log = structlog.get_logger("opcua")

DEFAULT_INTERVALS_S: Mapping[Poll, float] = MappingProxyType({Poll.FAST: 1.0, Poll.NORMAL: 5.0, Poll.SLOW: 60.0})
"""How often a server publishes the changes of each poll class."""
DEFAULT_KEEPALIVE_S = 10.0
_NO_NODE = frozenset({StatusCodes.BadNodeIdUnknown, StatusCodes.BadNodeIdInvalid})


class OpcUaDriver:
    """``drivers.base.Driver`` over OPC UA. Changes are pushed to the sink, one call per device and publication.

    After a time-out the connection is closed, as on every wire; a cancelled caller leaves it open, since OPC UA
    tells late replies apart by request id. ``keepalive_s`` (event-loop seconds) bounds how long a server may be
    silent, or a station's own counter stand still: within three of them ``connected`` turns false, or the station's
    values lose trust.

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
        around: UaAround = ALONE,
    ) -> None:
        options = endpoint.opcua
        self._endpoint = endpoint
        self._clock = clock
        self._told = around.told
        self._keepalive_s = keepalive_s if options.keepalive_s is None else options.keepalive_s
        self._pace = Pace(intervals_s, options.sampling_s, options.deadbands, self._keepalive_s, options.queue)
        self._guard = Guard(endpoint.name, endpoint.url, options, around.pki, clock)
        self._server_clock = ServerClock(endpoint, clock, around)
        self._stations = {
            binding.device: station_of(binding, self._keepalive_s, clock.speed) for binding in endpoint.devices
        }
        self._link: UaLink | None = None
        self._watched: Subscriptions | None = None
        self._tending: Tending | None = None
        self._sink: PushSink = _nowhere

    @property
    def connected(self) -> bool:
        """Whether the session can be used as far as this side can know."""
        return self._link is not None and self._link.up

    @property
    def subscribes(self) -> bool:
        """Always."""
        return True

    async def read_registers(self, device: DeviceId, address: int, count: int) -> Sequence[int]:
        """See :class:`drivers.base.Driver`. OPC UA has no registers."""
        raise _no_registers(self._known(device).binding.device, address, count)

    async def write_registers(self, device: DeviceId, address: int, words: Sequence[int]) -> None:
        """See :class:`drivers.base.Driver`. OPC UA has no registers."""
        raise _no_registers(self._known(device).binding.device, address, len(words))

    def push_to(self, sink: PushSink) -> None:
        """See :class:`drivers.base.Driver`. The sink must not raise: the library would swallow it."""
        self._sink = sink

    async def connect(self) -> None:
        """See :class:`drivers.base.Driver`. Subscribes to every point and hands the sink one full reading of each."""
        await self.close()
        name, url = self._endpoint.name, self._endpoint.url
        link = UaLink(name, url, self._endpoint.timeout_s, self._keepalive_s, self._guard)
        try:
            await self._establish(link)
        except ControllerError as error:
            await self._abandon(link)
            if isinstance(error, ConfigError):
                self._told(certificate_notice(name, error))
            raise LinkDown(f"cannot connect: {error}") from error
        except BaseException:
            await self._abandon(link)
            raise
        self._told(Notice(name, Trouble.CERTIFICATE, active=False))

    async def close(self) -> None:
        """See :class:`drivers.base.Driver`."""
        link, self._link = self._link, None
        tending, self._tending = self._tending, None
        if tending is not None:
            await tending.end()
        if link is not None:
            if link.why:
                log.warning("opcua_connection_ended", endpoint=self._endpoint.name, reason=link.why)
            await link.close()

    async def read(
        self,
        device: DeviceId,
        polls: frozenset[Poll] | None = None,
        *,
        heartbeat: int | None = None,
        between: Between | None = None,
    ) -> Readings:
        """See :class:`drivers.base.Driver`. One request for all points, so nothing passes ``between``."""
        del between
        station = self._known(device)
        link = self._up(f"read {device}")
        if heartbeat is not None and station.heartbeat is not None:
            await self._beat(link, station, station.heartbeat, heartbeat)
        return await self._fetch(link, station, polls)

    async def write(self, device: DeviceId, point: str, value: Value) -> None:
        """See :class:`drivers.base.Driver`. A point with a method is called."""
        station = self._known(device)
        spec = station.binding.points.get(point)
        if spec is None or not spec.writable:
            raise NotWritable(f"{point_id(device, point)} is not on the allow-list of its profile; nothing was sent")
        what = f"write {point_id(device, point)}={value}"
        if spec.method:
            call = call_of(station, spec, value)
            await self._call(self._up(what), call, what)
        else:
            data = to_data_value(spec, value)
            await self._send(self._up(what), station, spec, data, what)

    # -- connecting ---------------------------------------------------------------------------------------------

    async def _establish(self, link: UaLink) -> None:
        uris = await link.open()
        self._link = link
        now_s = asyncio.get_running_loop().time()
        for station in self._stations.values():
            station.resolve(uris)
            if station.alive is not None:
                station.alive.connected(now_s)

        def published(result: ua.PublishResult) -> None:
            self._published(link, result)

        self._watched = Subscriptions(link, self._pace, published)
        await self._watched.begin(item for station in self._stations.values() for item in station.items)
        for device, station in self._stations.items():
            readings = await self._fetch(link, station, None)
            self._sink(device, readings)
        self._tending = Tending(
            link, self._watched, self._stations, keepalive_s=self._keepalive_s, refresh=self._refresh, told=self._told
        )

    async def _abandon(self, link: UaLink) -> None:
        self._link = None
        tending, self._tending = self._tending, None
        if tending is not None:
            await tending.end()
        link.drop()
        await link.close()

    # -- what comes by itself -----------------------------------------------------------------------------------

    def _published(self, link: UaLink, result: ua.PublishResult) -> None:
        """One publication: readings for the sink, by device. An empty one is a keep-alive."""
        if link is not self._link:
            return
        link.heard(result.SubscriptionId)
        self._server_clock.says(result.NotificationMessage.PublishTime)
        batches: dict[Station, dict[str, Reading]] = {}
        for notification in result.NotificationMessage.NotificationData or ():
            if isinstance(notification, ua.StatusChangeNotification):
                link.drop("the server ended a subscription")  # nothing would tell of changes any more
            elif isinstance(notification, ua.DataChangeNotification):
                for change in notification.MonitoredItems:
                    self._changed(change, batches)
        for station, readings in batches.items():
            self._saw(station, readings)
            self._sink(station.device, _worth(station, readings))

    def _saw(self, station: Station, readings: Readings) -> None:
        if isinstance(station.alive, Signs):
            station.alive.saw(readings, asyncio.get_running_loop().time())
            if self._tending is not None:
                self._tending.moved(station)

    def _changed(self, change: ua.MonitoredItemNotification, batches: dict[Station, dict[str, Reading]]) -> None:
        item = None if self._watched is None else self._watched.item(change.ClientHandle)
        if item is None:
            return
        station = self._stations[item.device]
        reading = to_reading(item.spec, item.judge, change.Value, self._clock.monotonic())
        if _gone(change.Value):
            self._miss([item])
        if item.spec.role is Role.ALIVE and isinstance(station.alive, Counter):
            station.alive.reported(reading.value, asyncio.get_running_loop().time())
            if self._tending is not None:
                self._tending.moved(station)
            return  # every beat of every station is no news; complete reads show it
        batches.setdefault(station, {})[item.spec.name] = reading

    # -- asking -------------------------------------------------------------------------------------------------

    async def _fetch(self, link: UaLink, station: Station, polls: frozenset[Poll] | None) -> Readings:
        items, parameters = station.request(polls)
        if not items:
            return {}
        what = f"read {station.device}"
        results = await link.ask(link.session.read(parameters), what, changes=False)
        if len(results) != len(items):
            link.drop()
            raise BadReply(f"{self._endpoint.name}: {what}: {len(results)} values came for {len(items)} points")
        received_s = self._clock.monotonic()
        readings = {
            item.spec.name: to_reading(item.spec, item.judge, data, received_s)
            for item, data in zip(items, results, strict=True)
        }
        self._look_over(station, readings)
        self._miss([item for item, data in zip(items, results, strict=True) if item.watched and _gone(data)])
        return _worth(station, readings)

    def _miss(self, items: list[Item]) -> None:
        if items and self._tending is not None:
            self._tending.lost(items)

    def _look_over(self, station: Station, readings: Readings) -> None:
        """What a read tells besides values: whether the station moves, which points cannot be used."""
        counters = (spec.name for spec in station.binding.points.values() if spec.role is Role.ALIVE)
        beat = next((readings[name] for name in counters if name in readings), None)
        if isinstance(station.alive, Counter) and beat is not None:
            station.alive.looked(beat.value, asyncio.get_running_loop().time())
        elif isinstance(station.alive, Signs):
            station.alive.saw(readings, asyncio.get_running_loop().time(), whole=True)
        notice = points_notice(station, readings)
        if notice is not None:
            self._told(notice)

    async def _refresh(self, station: Station) -> None:
        """Read everything again and hand it on, as far as it may be believed now."""
        if self._link is not None:
            self._sink(station.device, await self._fetch(self._link, station, None))

    async def _beat(self, link: UaLink, station: Station, spec: PointSpec, count: int) -> None:
        """Beating twice is harmless, so doubt about it is no more than a missing reply."""
        data = to_data_value(spec, beat_value(spec, count))
        try:
            await self._send(link, station, spec, data, f"beat {station.device}")
        except Indeterminate as error:
            raise NoReply(f"the heartbeat was not acknowledged: {error}") from error

    async def _send(self, link: UaLink, station: Station, spec: PointSpec, data: ua.DataValue, what: str) -> None:
        value = ua.WriteValue(NodeId=station.node_of(spec.node), AttributeId=AttributeIds.Value, Value=data)
        verdicts = await link.ask(link.session.write(ua.WriteParameters(NodesToWrite=[value])), what, changes=True)
        if len(verdicts) != 1:
            link.drop()
            raise Indeterminate(f"{self._endpoint.name}: {what}: {len(verdicts)} verdicts came for one write")
        link.check_write(verdicts[0], what)

    async def _call(self, link: UaLink, call: ua.CallMethodRequest, what: str) -> None:
        results = await link.ask(link.session.call([call]), what, changes=True)
        if len(results) != 1:
            link.drop()
            raise Indeterminate(f"{self._endpoint.name}: {what}: {len(results)} results came for one call")
        check_call(results[0], f"{self._endpoint.name}: {what}")

    def _known(self, device: DeviceId) -> Station:
        station = self._stations.get(device)
        if station is None:
            raise UnknownTarget(f"{device} is not behind endpoint {self._endpoint.name}: check the site's endpoints")
        return station

    def _up(self, what: str) -> UaLink:
        if self._link is None or not self._link.up:
            raise LinkDown(f"{what}: endpoint {self._endpoint.name} is not connected; nothing was sent")
        return self._link


def _gone(data: ua.DataValue) -> bool:
    return data.StatusCode is not None and data.StatusCode.value in _NO_NODE


def _worth(station: Station, readings: Readings) -> Readings:
    if station.alive is None:
        return readings
    return worth(station.alive.life(asyncio.get_running_loop().time()), readings)


def _nowhere(_device: DeviceId, _readings: Readings) -> None:
    """Until somebody takes what arrives."""


def _no_registers(device: DeviceId, address: int, count: int) -> NotWritable:
    return NotWritable(
        f"{device}: holding {address}+{count} was asked of an OPC UA server, which has no registers: "
        "it is not on the allow-list; nothing was sent"
    )
