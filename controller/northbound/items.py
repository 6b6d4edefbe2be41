"""The monitored items of one subscription: ours by the watchers, the standard's own by the library's address space."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from asyncua import ua
from asyncua.server.address_space import AddressSpace
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaprotocol_auto import DataChangeFilter

from controller.northbound.attributes import SAMPLING_MS, Shown, node_class, status
from controller.northbound.catalogue import Leaf
from controller.northbound.watching import Watchers

MOST_QUEUED = 10
"""Changes of one item kept between two publications; the oldest go."""
BATCH = 50
"""Items made or read before the event loop has its turn."""
_Result = ua.MonitoredItemCreateResult
_Numbers = (int, float)
_ATTRIBUTES = frozenset(AttributeIds)


@dataclass(slots=True)
class Item:
    """One value a client watches in one subscription."""

    id: int
    client_handle: int
    handle: int
    ours: bool
    mode: ua.MonitoringMode
    filter: DataChangeFilter | None
    queue: int
    node: ua.NodeId
    attribute: AttributeIds
    reported: ua.DataValue | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """What a client may read and watch: ``may`` says whether it sees a node, ``room`` how many items are left.

    ``owner`` is the key the client signed in by.
    """

    owner: str
    shown: Shown
    watchers: Watchers
    standard: AddressSpace
    may: Callable[[Leaf], bool]
    room: Callable[[], int]

    def read(self, node: ua.NodeId, attribute: int) -> ua.DataValue:
        """The value now, of ours or of the standard's."""
        leaf = self.shown.leaf(node)
        if leaf is not None and self.may(leaf):
            return self.shown.read(leaf, attribute)
        if self.shown.key(node) is not None:
            return ua.DataValue(StatusCode=status(StatusCodes.BadNodeIdUnknown))
        if attribute not in _ATTRIBUTES:
            return ua.DataValue(StatusCode=status(StatusCodes.BadAttributeIdInvalid))
        return self.standard.read_attribute_value(node, AttributeIds(attribute))


class Items:
    """In the place of the library's service of the same kind, whose dead-band, deletion and copying do not hold here:
    it compares with the last value instead of the last one reported, searches all items to delete one, and copies every
    value twice."""

    def __init__(self, subscription: InternalSubscription, space: Space) -> None:
        self._subscription = subscription
        self._space = space
        self._items: dict[int, Item] = {}
        self._by_handle: dict[int, Item] = {}
        self._counter = 0

    def __len__(self) -> int:
        return len(self._items)

    async def create_monitored_items(self, params: ua.CreateMonitoredItemsParameters) -> list[_Result]:
        """Make items; what may not be watched is refused one by one."""
        results = []
        for position, request in enumerate(params.ItemsToCreate, 1):
            results.append(await self._create(request))
            if position % BATCH == 0:
                await asyncio.sleep(0)
        return results

    def modify_monitored_items(self, params: ua.ModifyMonitoredItemsParameters) -> list[ua.MonitoredItemModifyResult]:
        """Other filters or queues for items there are."""
        return [self._modify(request) for request in params.ItemsToModify]

    async def set_monitoring_mode(self, mode: ua.MonitoringMode, ids: list[int]) -> list[ua.StatusCode]:
        """Switch items off and on."""
        results = []
        for one in ids:
            item = self._items.get(one)
            if item is not None:
                was, item.mode = item.mode, mode
                if was != mode:
                    item.reported = None
                    await self._told(item.handle, self._space.read(item.node, item.attribute))
            results.append(status(StatusCodes.BadMonitoredItemIdInvalid if item is None else StatusCodes.Good))
        return results

    def delete_monitored_items(self, ids: list[int]) -> list[ua.StatusCode]:
        """End items."""
        return [self._delete(one) for one in ids]

    def delete_all_monitored_items(self) -> None:
        """End all of them."""
        for one in tuple(self._items):
            self._delete(one)

    async def trigger_statuschange(self, code: ua.StatusCode) -> None:
        """The subscription itself has something to say."""
        await self._subscription.enqueue_statuschange(code)

    # -- one item -----------------------------------------------------------------------------------------------

    async def _create(self, request: ua.MonitoredItemCreateRequest) -> _Result:
        node, attribute = request.ItemToMonitor.NodeId, request.ItemToMonitor.AttributeId
        wanted = request.RequestedParameters
        refused = self._refusal(node, attribute, wanted.Filter, request.ItemToMonitor.IndexRange)
        if refused:
            return _Result(StatusCode=status(refused))
        leaf = self._space.shown.leaf(node)
        self._counter += 1
        queue = max(1, min(int(wanted.QueueSize), MOST_QUEUED))
        chosen = wanted.Filter if isinstance(wanted.Filter, DataChangeFilter) else None
        item = Item(
            self._counter,
            wanted.ClientHandle,
            0,
            leaf is not None,
            request.MonitoringMode,
            chosen,
            queue,
            node,
            attribute,
        )
        if leaf is not None:
            item.handle = self._space.watchers.watch(leaf, self._told)
        else:
            code, item.handle = self._space.standard.add_datachange_callback(node, attribute, self._standard_told)
            if not code.is_good():
                return _Result(StatusCode=code)
        self._items[item.id] = self._by_handle[item.handle] = item
        await self._told(item.handle, self._space.read(node, attribute))
        return _Result(
            StatusCode=status(StatusCodes.Good),
            MonitoredItemId=ua.UInt32(item.id),
            RevisedSamplingInterval=SAMPLING_MS,
            RevisedQueueSize=ua.UInt32(queue),
        )

    def _refusal(self, node: ua.NodeId, attribute: AttributeIds, chosen: object, index_range: object) -> int:
        """Why this is not watched; 0 when it is."""
        leaf = self._space.shown.leaf(node)
        if self._space.shown.key(node) is not None and (leaf is None or not self._space.may(leaf)):
            return int(StatusCodes.BadNodeIdUnknown)
        if attribute != AttributeIds.Value or (leaf is not None and node_class(leaf) is ua.NodeClass.Object):
            return int(StatusCodes.BadAttributeIdInvalid)
        if index_range:
            return int(StatusCodes.BadIndexRangeInvalid)
        if not _usable(chosen):
            return int(StatusCodes.BadMonitoredItemFilterUnsupported)
        return int(StatusCodes.BadTooManyMonitoredItems) if self._space.room() <= 0 else 0

    def _modify(self, request: ua.MonitoredItemModifyRequest) -> ua.MonitoredItemModifyResult:
        item, wanted = self._items.get(request.MonitoredItemId), request.RequestedParameters
        if item is None:
            return ua.MonitoredItemModifyResult(StatusCode=status(StatusCodes.BadMonitoredItemIdInvalid))
        if not _usable(wanted.Filter):
            return ua.MonitoredItemModifyResult(StatusCode=status(StatusCodes.BadMonitoredItemFilterUnsupported))
        item.filter = wanted.Filter if isinstance(wanted.Filter, DataChangeFilter) else None
        item.client_handle, item.queue = wanted.ClientHandle, max(1, min(int(wanted.QueueSize), MOST_QUEUED))
        return ua.MonitoredItemModifyResult(
            StatusCode=status(StatusCodes.Good),
            RevisedSamplingInterval=SAMPLING_MS,
            RevisedQueueSize=ua.UInt32(item.queue),
        )

    def _delete(self, one: int) -> ua.StatusCode:
        item = self._items.pop(one, None)
        if item is None:
            return status(StatusCodes.BadMonitoredItemIdInvalid)
        self._by_handle.pop(item.handle, None)
        if item.ours:
            self._space.watchers.forget(item.handle)
        else:
            self._space.standard.delete_datachange_callback(item.handle)
        return status(StatusCodes.Good)

    async def _standard_told(self, handle: int, value: ua.DataValue, error: ua.StatusCode | None = None) -> None:
        del error
        await self._told(handle, value)

    async def _told(self, handle: int, value: ua.DataValue) -> None:
        """The value is another than the client was told last, as far as its filter cares: it will be told."""
        item = self._by_handle.get(handle)
        if item is None or item.mode != ua.MonitoringMode.Reporting or not _differs(item, value):
            return
        item.reported = value
        told = ua.MonitoredItemNotification(ua.UInt32(item.client_handle), value)
        await self._subscription.enqueue_datachange_event(item.id, told, item.queue)


def _usable(chosen: object) -> bool:
    """No filter, or a change filter with no dead-band or an absolute one; nothing else is offered."""
    if chosen is None or (isinstance(chosen, ua.ExtensionObject) and chosen.Body is None):
        return True
    if not isinstance(chosen, DataChangeFilter) or chosen.DeadbandType == ua.DeadbandType.Percent:
        return False
    return math.isfinite(chosen.DeadbandValue) and chosen.DeadbandValue >= 0.0


def _differs(item: Item, value: ua.DataValue) -> bool:
    """Against what was reported last; a status that changed always counts, also within a dead-band."""
    before = item.reported
    if before is None or before.StatusCode != value.StatusCode:
        return True
    trigger = item.filter.Trigger if item.filter else ua.DataChangeTrigger.StatusValue
    if trigger == ua.DataChangeTrigger.StatusValueTimestamp and before.SourceTimestamp != value.SourceTimestamp:
        return True
    if trigger == ua.DataChangeTrigger.Status or before.Value == value.Value:
        return False
    return item.filter is None or _beyond(item.filter, before, value)


def _beyond(chosen: DataChangeFilter, before: ua.DataValue, value: ua.DataValue) -> bool:
    old = before.Value.Value if before.Value is not None else None
    new = value.Value.Value if value.Value is not None else None
    if isinstance(old, bool) or not isinstance(old, _Numbers) or not isinstance(new, _Numbers):
        return True
    return bool(abs(new - old) > chosen.DeadbandValue)
