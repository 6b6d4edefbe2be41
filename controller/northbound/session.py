"""One client's session: what it asks for, within its rights and within bounds, and nothing that changes anything."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_session import InternalSession
from asyncua.ua.status_codes import StatusCodes

from controller.northbound.attributes import Shown, status
from controller.northbound.browsing import PAGE, Browsing
from controller.northbound.catalogue import Leaf
from controller.northbound.items import BATCH, Space
from controller.northbound.sight import Looker, Sight
from controller.northbound.subscriptions import BoundedSubscriptions
from controller.northbound.tally import Tally
from controller.northbound.watching import Watchers
from controller.runtime.authority import Authority

MOST_READ = 500
"""Nodes of one read: about 10 ms of work. Told to clients as an operation limit, like the next ones."""
MOST_BROWSED = 100
MOST_REFERENCES = 2000
"""Of all nodes of one browse together; the rest comes page by page."""
MOST_TRANSLATED = 200
MOST_ITEMS = 250
MOST_NAMED = 20
"""Nodes a journal line names."""


@dataclass(slots=True)
class Window:
    """What all sessions look through."""

    shown: Shown
    watchers: Watchers
    authority: Authority
    tally: Tally
    most_items: int


class LookSession(InternalSession):
    """A session of an OPC UA client."""

    def __init__(self, server: InternalServer, window: Window, name: str) -> None:
        super().__init__(server, server.aspace, server.subscription_service, name, external=True)
        server.unregister_external_session(self)
        token = ua.ByteString(secrets.token_bytes(32))  # the library counts them up: anybody could guess one
        self.auth_token = ua.NodeId(token, ua.Int16(0), ua.NodeIdType.ByteString)
        server.register_external_session(self)
        self._window = window
        self.sight: Sight | None = None
        self.space = Space(
            "",
            window.shown,
            window.watchers,
            server.aspace,
            self.sees,
            lambda: window.most_items - len(window.watchers),
        )
        self.browsing = Browsing(window.shown, server.view_service, self.sees)

    def sees(self, leaf: Leaf) -> bool:
        """Whether this client may see a node."""
        return self.sight is not None and self.sight.sees(self._window.shown.catalogue, leaf)

    @property
    def lives(self) -> bool:
        """Whether its key still holds."""
        return self.sight is not None and self.sight.lives

    @property
    def whole(self) -> bool:
        """Whether it sees the whole city."""
        return self.sight is not None and self.sight.whole(self._window.shown.catalogue)

    def activate_session(
        self, params: ua.ActivateSessionParameters, peer_certificate: bytes | None
    ) -> ua.ActivateSessionResult:
        """Sign in. Nobody takes over the session of another."""
        before = self.user
        try:
            result = super().activate_session(params, peer_certificate)
        except ServiceError:
            self._window.tally.tell("northbound_sign_in_refused", "", "", {"client": _client(self.name)})
            raise
        user = self.user
        if not isinstance(user, Looker) or user.session is None:
            raise ServiceError(StatusCodes.BadUserAccessDenied)
        if isinstance(before, Looker) and before.key != user.key:
            self.user = before
            raise ServiceError(StatusCodes.BadIdentityChangeNotSupported)
        self.sight = Sight(self._window.authority, user.session)
        self.space = replace(self.space, owner=user.key)
        self._window.tally.tell("northbound_signed_in", user.session.actor, "", {"client": _client(self.name)})
        return result

    # -- looking ------------------------------------------------------------------------------------------------

    async def read(self, params: ua.ReadParameters) -> list[ua.DataValue]:
        """Read attributes."""
        _bounded(params.NodesToRead, MOST_READ)
        return await _in_batches(params.NodesToRead, self._read)

    def _read(self, wanted: ua.ReadValueId) -> ua.DataValue:
        if wanted.IndexRange:
            return ua.DataValue(StatusCode=status(StatusCodes.BadIndexRangeInvalid))
        return self.space.read(wanted.NodeId, wanted.AttributeId)

    async def browse(self, params: ua.BrowseParameters) -> list[ua.BrowseResult]:
        """Browse nodes, a page of each."""
        _bounded(params.NodesToBrowse, MOST_BROWSED)
        share = max(MOST_REFERENCES // len(params.NodesToBrowse), 10)
        most = min(params.RequestedMaxReferencesPerNode or PAGE, share)
        return await _in_batches(params.NodesToBrowse, lambda wanted: self.browsing.browse(wanted, most), 1)

    async def browse_next(self, parameters: ua.BrowseNextParameters) -> list[ua.BrowseResult]:
        """The next pages."""
        _bounded(parameters.ContinuationPoints, MOST_REFERENCES // PAGE)
        release = parameters.ReleaseContinuationPoints is True
        return await _in_batches(
            parameters.ContinuationPoints, lambda point: self.browsing.go_on(bytes(point), release=release), 1
        )

    async def translate_browsepaths_to_nodeids(self, params: list[ua.BrowsePath]) -> list[ua.BrowsePathResult]:
        """Nodes by the names on the way to them."""
        _bounded(params, MOST_TRANSLATED)
        return await _in_batches(params, self.browsing.translate)

    # -- changing -----------------------------------------------------------------------------------------------

    async def write(self, params: ua.WriteParameters) -> list[ua.StatusCode]:
        """Refused, and journalled."""
        nodes = [one.NodeId for one in params.NodesToWrite]
        self._refused("northbound_write_refused", nodes)
        return [status(self._why_not_written(node)) for node in nodes]

    def _why_not_written(self, node: ua.NodeId) -> int:
        leaf = self._window.shown.leaf(node)
        if leaf is not None and self.sees(leaf):
            return int(StatusCodes.BadNotWritable)
        ours = self._window.shown.key(node) is not None
        return int(StatusCodes.BadNodeIdUnknown if ours else StatusCodes.BadUserAccessDenied)

    async def call(self, params: list[ua.CallMethodRequest]) -> list[ua.CallMethodResult]:
        """Refused, and journalled: there are no methods."""
        self._refused("northbound_call_refused", [one.ObjectId for one in params])
        return [ua.CallMethodResult(StatusCode=status(StatusCodes.BadUserAccessDenied)) for _ in params]

    async def add_nodes(self, params: list[ua.AddNodesItem]) -> list[ua.AddNodesResult]:
        """Refused, and journalled."""
        raise self._denied([one.ParentNodeId for one in params])

    async def delete_nodes(self, params: ua.DeleteNodesParameters) -> list[ua.StatusCode]:
        """Refused, and journalled."""
        raise self._denied([one.NodeId for one in params.NodesToDelete])

    async def add_references(self, params: list[ua.AddReferencesItem]) -> list[ua.StatusCode]:
        """Refused, and journalled."""
        raise self._denied([one.SourceNodeId for one in params])

    async def delete_references(self, params: list[ua.DeleteReferencesItem]) -> list[ua.StatusCode]:
        """Refused, and journalled."""
        raise self._denied([one.SourceNodeId for one in params])

    async def history_read(self, params: ua.HistoryReadParameters) -> list[ua.HistoryReadResult]:
        """There is no history here."""
        del params
        raise ServiceError(StatusCodes.BadHistoryOperationUnsupported)

    def _denied(self, nodes: Sequence[ua.NodeId]) -> ServiceError:
        self._refused("northbound_change_refused", nodes)
        return ServiceError(StatusCodes.BadUserAccessDenied)

    def _refused(self, kind: str, nodes: Sequence[ua.NodeId]) -> None:
        named = [str(node.Identifier)[:120] for node in nodes[:MOST_NAMED]]
        data = {"client": _client(self.name), "nodes": named, "cause": "NO_ACCESS_AUTHORITY"}
        actor = self.user.name or ""
        self._window.tally.tell(kind, actor, named[0] if named else "", data, max(1, len(nodes)))

    # -- subscriptions: only one's own --------------------------------------------------------------------------

    @property
    def _subscriptions(self) -> BoundedSubscriptions:
        return cast("BoundedSubscriptions", self.subscription_service)

    def _mine(self, subscription: int) -> None:
        if subscription not in self._subscriptions.of(self.session_id):
            raise ServiceError(StatusCodes.BadSubscriptionIdInvalid)

    async def create_monitored_items(
        self, params: ua.CreateMonitoredItemsParameters
    ) -> list[ua.MonitoredItemCreateResult]:
        """Watch values."""
        _bounded(params.ItemsToCreate, MOST_ITEMS)
        self._mine(params.SubscriptionId)
        return await self._subscriptions.create_monitored_items(params)

    async def modify_monitored_items(
        self, params: ua.ModifyMonitoredItemsParameters
    ) -> list[ua.MonitoredItemModifyResult]:
        """Watch them otherwise."""
        self._mine(params.SubscriptionId)
        return self._subscriptions.modify_monitored_items(params)

    async def set_monitoring_mode(self, params: ua.SetMonitoringModeParameters) -> list[ua.StatusCode]:
        """Pause watching some."""
        self._mine(params.SubscriptionId)
        return await self._subscriptions.set_monitoring_mode(params)

    async def delete_monitored_items(self, params: ua.DeleteMonitoredItemsParameters) -> list[ua.StatusCode]:
        """Watch them no more."""
        self._mine(params.SubscriptionId)
        return self._subscriptions.delete_monitored_items(params)

    async def set_publishing_mode(self, params: ua.SetPublishingModeParameters) -> list[ua.StatusCode]:
        """Pause subscriptions."""
        for one in params.SubscriptionIds:
            self._mine(one)
        return await self._subscriptions.set_publishing_mode(params)

    def modify_subscription(self, params: ua.ModifySubscriptionParameters) -> ua.ModifySubscriptionResult:
        """The library keeps what was agreed at first."""
        self._mine(params.SubscriptionId)
        return self._subscriptions.modify_subscription(params)

    def republish(self, params: ua.RepublishParameters) -> ua.NotificationMessage:
        """Tell again what a client missed."""
        self._mine(params.SubscriptionId)
        return self._subscriptions.republish(params)

    async def delete_subscriptions(self, ids: list[int]) -> list[ua.StatusCode]:
        """End subscriptions."""
        mine = set(self._subscriptions.of(self.session_id))
        await self._subscriptions.delete_subscriptions([one for one in ids if one in mine])
        bad = StatusCodes.BadSubscriptionIdInvalid
        return [status(StatusCodes.Good if one in mine else bad) for one in ids]

    def publish(self, acks: Iterable[ua.SubscriptionAcknowledgement] | None = None) -> tuple[int, list[ua.StatusCode]]:
        """A place for the next publication; acknowledges earlier ones."""
        mine = self._subscriptions.of(self.session_id)
        if not mine:
            raise ServiceError(StatusCodes.BadNoSubscription)
        results = []
        for ack in acks or ():
            known = ack.SubscriptionId in mine
            if known:
                self._subscriptions.subscriptions[ack.SubscriptionId].publish([ack.SequenceNumber])
            results.append(status(StatusCodes.Good if known else StatusCodes.BadSubscriptionIdInvalid))
        return len(mine), results

    async def transfer_subscriptions(  # type: ignore[override]  # as in the library, for the reason given there
        self, params: ua.TransferSubscriptionsParameters, callback: Callable[..., Any]
    ) -> list[ua.TransferResult]:
        """Take up subscriptions of one's own lost session; nobody's else."""
        for one in params.SubscriptionIds:
            subscription: Any = self._subscriptions.subscriptions.get(one)
            if subscription is not None and subscription.space.owner != self.space.owner:
                raise ServiceError(StatusCodes.BadUserAccessDenied)
        return await super().transfer_subscriptions(params, callback)


async def _in_batches(wanted: Sequence[Any], answer: Callable[[Any], Any], batch: int = BATCH) -> list[Any]:
    """The answers, with the event loop having its turn between."""
    answers = []
    for position, one in enumerate(wanted, 1):
        answers.append(answer(one))
        if position % batch == 0:
            await asyncio.sleep(0)
    return answers


def _bounded(wanted: Sequence[object], most: int) -> None:
    if not wanted:
        raise ServiceError(StatusCodes.BadNothingToDo)
    if len(wanted) > most:
        raise ServiceError(StatusCodes.BadTooManyOperations)


def _client(name: object) -> str:
    """Where a client sits, of what the library calls a session."""
    return str(name[0]) if isinstance(name, tuple) and name else str(name)
