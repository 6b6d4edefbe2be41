"""Subscriptions within bounds: how often, how many, how much at a time, and to nobody but whose they are."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.subscription_service import SubscriptionService
from asyncua.ua.status_codes import StatusCodes

from controller.northbound.items import Items, Space

FASTEST_MS, SLOWEST_MS = 500.0, 3_600_000.0
"""Bounds of the publishing interval: values change once a second at most."""
MOST_KEEPALIVES, MOST_LIVES = 600, 3000
KEEPALIVES_A_LIFE = 3
"""A subscription lives at least so many keep-alives long (part 4, section 5.14.2)."""
MOST_OF_ONE = 20
"""Subscriptions one session may have."""
MOST_AT_ONCE = 500
"""Changes in one publication: about 5 ms of encoding; the rest follows in the next."""
MOST_IN_A_ROW = 4
"""Publications one after the other in one publishing interval."""
UNACKNOWLEDGED = 20
"""Publications kept for a client that may ask for them again."""

SpaceOf = Callable[[ua.NodeId], Space]
"""What the session of this id may watch."""


class BoundedSubscription(InternalSubscription):
    """One subscription of one client."""

    def __init__(self, data: ua.CreateSubscriptionResult, space: Space, *given: Any, **more: Any) -> None:
        super().__init__(data, space.standard, *given, **more)
        self.space = space
        self.items = Items(self, space)
        service: Any = self.items
        self.monitored_item_srv = service

    async def publish_results(self, requestdata: Any = None) -> bool:
        """Publish what is due; a client that asks again quickly gets the rest of a large change at once."""
        published = await super().publish_results(requestdata)
        for _ in range(MOST_IN_A_ROW - 1):
            if not published or not self._triggered_datachanges or requestdata is not None:
                break
            await asyncio.sleep(0)
            await super().publish_results()
        return published

    def _pop_publish_result(self) -> ua.PublishResult:
        result = super()._pop_publish_result()
        result.MoreNotifications = bool(self._triggered_datachanges)
        return result

    def _pop_triggered_datachanges(self, result: ua.PublishResult) -> None:
        changes: list[ua.MonitoredItemNotification] = []
        for item in tuple(self._triggered_datachanges):
            if len(changes) >= MOST_AT_ONCE:
                break
            changes += self._triggered_datachanges.pop(item)
        if changes:
            result.NotificationMessage.NotificationData.append(ua.DataChangeNotification(changes))


class BoundedSubscriptions(SubscriptionService):
    """Every subscription of the server."""

    space_of: SpaceOf

    async def create_subscription(
        self,
        params: ua.CreateSubscriptionParameters,
        callback: Callable[..., Any],
        session_id: ua.NodeId,
        request_callback: Callable[..., Any] | None = None,
    ) -> ua.CreateSubscriptionResult:
        """A new one, with what was asked brought within bounds.

        Raises:
            ServiceError: the session has too many already.
        """
        if sum(one.session_id == session_id for one in self.subscriptions.values()) >= MOST_OF_ONE:
            raise ServiceError(StatusCodes.BadTooManySubscriptions)
        self._sub_id_counter += 1
        made = _revised(params, self._sub_id_counter)
        subscription = BoundedSubscription(
            made,
            self.space_of(session_id),
            callback,
            session_id,
            request_callback=request_callback,
            delete_callback=lambda: self.subscriptions.pop(made.SubscriptionId, None),
            no_acks_limit=UNACKNOWLEDGED,
            publishing_enabled=params.PublishingEnabled,
        )
        await subscription.start()
        self.subscriptions[made.SubscriptionId] = subscription
        return made

    def of(self, session_id: ua.NodeId) -> list[int]:
        """The ids of a session's subscriptions."""
        return [one for one, subscription in self.subscriptions.items() if subscription.session_id == session_id]


def _revised(params: ua.CreateSubscriptionParameters, number: int) -> ua.CreateSubscriptionResult:
    interval = params.RequestedPublishingInterval
    interval_ms = min(max(interval, FASTEST_MS), SLOWEST_MS) if math.isfinite(interval) else FASTEST_MS
    keepalives = min(max(params.RequestedMaxKeepAliveCount, 1), MOST_KEEPALIVES)
    lives = min(max(params.RequestedLifetimeCount, KEEPALIVES_A_LIFE * keepalives), MOST_LIVES)
    return ua.CreateSubscriptionResult(
        SubscriptionId=ua.UInt32(number),
        RevisedPublishingInterval=interval_ms,
        RevisedLifetimeCount=ua.UInt32(lives),
        RevisedMaxKeepAliveCount=ua.UInt32(keepalives),
    )
