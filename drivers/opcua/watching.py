"""The subscriptions of one connection: one per poll class, each point at its own pace, the newest value kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes

from drivers.check import NUMBERS
from drivers.opcua.link import UaLink
from drivers.opcua.stations import Item
from drivers.profile import Poll, Role

ITEMS_PER_REQUEST = 500
"""Servers limit the monitored items of one request; small PLCs to about a thousand."""
LIFETIMES = 10
"""A subscription nobody fetches dies on the server after this many keep-alive periods (at least 3, part 4)."""
DEADBAND_SHARE = 0.5
"""A PLC that itself moves in steps of the dead-band must not lose each single step to rounding."""
ALIVE_SHARE = 0.5
"""A station's own counter is sampled at least this often, in keep-alives, whatever its poll class."""

FILTER_REFUSED = frozenset(
    {
        StatusCodes.BadFilterNotAllowed,
        StatusCodes.BadMonitoredItemFilterUnsupported,
        StatusCodes.BadMonitoredItemFilterInvalid,
        StatusCodes.BadDeadbandFilterInvalid,
    }
)

Published = Callable[[ua.PublishResult], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a server looks and reports (real seconds), how much it keeps, and what is too small to report.

    ``intervals_s``: how often changes of a poll class are published; ``sampling_s``: how often its points are looked
    at (the interval where nothing is said); ``deadbands``: of points without one of their own.
    """

    intervals_s: Mapping[Poll, float]
    sampling_s: Mapping[Poll, float]
    deadbands: Mapping[Poll, float]
    keepalive_s: float
    queue: int = 1

    def publishing_s(self, poll: Poll) -> float:
        """Never rarer than the keep-alive: a slow class that is forgotten is noticed as soon as a fast one."""
        return min(self.intervals_s[poll], self.keepalive_s)

    def sampled_s(self, item: Item) -> float:
        """How often the server looks at this point."""
        usual_s = self.sampling_s.get(item.spec.poll, self.intervals_s[item.spec.poll])
        return min(usual_s, ALIVE_SHARE * self.keepalive_s) if item.spec.role is Role.ALIVE else usual_s

    def deadband(self, item: Item) -> float:
        """In the point's raw unit; 0: every change is reported."""
        spec = item.spec
        if spec.type not in NUMBERS or spec.role is not Role.NONE:
            return 0.0
        wanted = spec.deadband or self.deadbands.get(spec.poll, 0.0)
        return abs(wanted / spec.scale) * DEADBAND_SHARE


class Subscriptions:
    """What the server was asked to report. A point it would not watch is known as such and asked for again."""

    def __init__(self, link: UaLink, pace: Pace, published: Published) -> None:
        self._link = link
        self._pace = pace
        self._published = published
        self._handles = itertools.count(1)
        self._items: dict[int, Item] = {}
        self._handle_of: dict[Item, int] = {}
        self._ids: dict[Poll, int] = {}

    def item(self, handle: int) -> Item | None:
        """The point a notification is about."""
        return self._items.get(handle)

    @property
    def unwatched(self) -> list[Item]:
        """Points whose changes are not reported: the node was not there, or the server will not watch it."""
        return [item for item in self._items.values() if not item.watched]

    async def begin(self, items: Iterable[Item]) -> None:
        """Subscribe to these points."""
        every = list(items)
        for poll in self._pace.intervals_s:
            mine = [item for item in every if item.spec.poll is poll]
            if mine:
                await self._subscribe(poll)
                for item in mine:
                    handle = next(self._handles)
                    self._items[handle], self._handle_of[item] = item, handle
                await self._watch(mine)

    async def again(self) -> None:
        """Ask once more for what the server would not watch."""
        await self._watch(self.unwatched)

    async def forget(self, items: Sequence[Item]) -> None:
        """These nodes are gone, and what watched them watches nothing: end that, so that ``again`` begins anew."""
        for poll, subscription in self._ids.items():
            ids = [item.item_id for item in items if item.spec.poll is poll and item.watched]
            if ids:
                parameters = ua.DeleteMonitoredItemsParameters(SubscriptionId=subscription, MonitoredItemIds=ids)
                what = "stop watching points that are gone"
                await self._link.ask(self._link.session.delete_monitored_items(parameters), what, changes=False)
        for item in items:
            item.watched = False

    async def _subscribe(self, poll: Poll) -> None:
        interval_s = self._pace.publishing_s(poll)
        keepalives = max(1, round(self._pace.keepalive_s / interval_s))
        parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=1000 * interval_s,
            RequestedLifetimeCount=LIFETIMES * keepalives,
            RequestedMaxKeepAliveCount=keepalives,
        )
        asked = self._link.session.create_subscription(parameters, self._published)
        made = await self._link.ask(asked, "create a subscription", changes=False)
        self._link.expect(made.SubscriptionId, made.RevisedMaxKeepAliveCount * made.RevisedPublishingInterval / 1000)
        self._ids[poll] = made.SubscriptionId

    async def _watch(self, items: Sequence[Item]) -> None:
        for poll, subscription in self._ids.items():
            mine = [item for item in items if item.spec.poll is poll]
            for chunk in _chunks(mine):
                refused = await self._create(subscription, chunk, filtered=True)
                if refused:  # no dead-band there, then: every change is reported
                    await self._create(subscription, refused, filtered=False)

    async def _create(self, subscription: int, items: Sequence[Item], *, filtered: bool) -> list[Item]:
        """Create monitored items; those whose filter was refused come back."""
        parameters = ua.CreateMonitoredItemsParameters(
            SubscriptionId=subscription,
            TimestampsToReturn=ua.TimestampsToReturn.Source,
            ItemsToCreate=[self._monitoring(item, filtered=filtered) for item in items],
        )
        asked = self._link.session.create_monitored_items(parameters)
        results = await self._link.ask(asked, "watch points", changes=False)
        refused = []
        for item, result in zip(items, results, strict=False):
            item.watched = result.StatusCode.value >> 30 == 0
            item.item_id = result.MonitoredItemId
            if result.StatusCode.value in FILTER_REFUSED:
                refused.append(item)
        return refused

    def _monitoring(self, item: Item, *, filtered: bool) -> ua.MonitoredItemCreateRequest:
        parameters = ua.MonitoringParameters(
            ClientHandle=self._handle_of[item],
            SamplingInterval=1000 * self._pace.sampled_s(item),
            QueueSize=self._pace.queue,
            DiscardOldest=True,
        )
        deadband = self._pace.deadband(item)
        if filtered and deadband > 0:
            parameters.Filter = ua.DataChangeFilter(
                Trigger=ua.DataChangeTrigger.StatusValue,
                DeadbandType=ua.DeadbandType.Absolute,
                DeadbandValue=deadband,
            )
        return ua.MonitoredItemCreateRequest(
            ItemToMonitor=ua.ReadValueId(NodeId=item.node, AttributeId=AttributeIds.Value),
            MonitoringMode=ua.MonitoringMode.Reporting,
            RequestedParameters=parameters,
        )


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), ITEMS_PER_REQUEST):
        yield items[start : start + ITEMS_PER_REQUEST]
