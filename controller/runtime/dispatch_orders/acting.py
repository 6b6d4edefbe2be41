"""How the desk of dispatch orders does an act: asked, written down, kept, told. The acts stand in ``desk``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.points import TargetId
from controller.domain.rights import Caller, Role
from controller.domain.slots import Slot
from controller.logic.dispatch_orders.acts import rivals
from controller.logic.dispatch_orders.order import DispatchOrder, FromPlan, Signed
from controller.runtime.commanding.countersigning import Countersigns
from controller.runtime.dispatch_orders.executing import Executing
from controller.runtime.dispatch_orders.grounds import Grounds
from controller.runtime.dispatch_orders.receipts import done, not_now, unwritten
from controller.runtime.dispatch_orders.shelf import OrderShelf
from controller.runtime.dispatch_orders.showing import OrderShow
from controller.runtime.dispatch_orders.views import DispatchOrderView, DispatchReceipt
from controller.runtime.dispatch_orders.writing import OrderWriter
from controller.runtime.dispatch_orders.writing_orders import MOST_REASON
from controller.runtime.local_time import LocalTime
from controller.settings.site import Site


class DispatchRights(Protocol):
    """Who may do what, asked at the desk itself."""

    def roles(self, caller: Caller, targets: Sequence[TargetId]) -> frozenset[Role]:
        """The roles the caller holds over every one of these targets."""
        ...

    def outside(self, caller: Caller, slot: Slot, targets: Sequence[TargetId]) -> object:
        """The targets the caller may not operate in this slot; empty: none."""
        ...


class DeskBase:
    """What every act at the desk is done by: one at a time, written down, then told."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        shelf: OrderShelf,
        writer: OrderWriter,
        executing: Executing,
        grounds: Grounds,
        show: OrderShow,
        countersigns: Countersigns,
        local: LocalTime,
        shift: Callable[[], str],
        lock: asyncio.Lock,
    ) -> None:
        self._clock, self._shelf, self._writer, self._executing = clock, shelf, writer, executing
        self._grounds, self._show, self._countersigns = grounds, show, countersigns
        self._local, self._shift, self._lock = local, shift, lock
        self._rights: DispatchRights | None = None
        self.changed: Callable[[], None] = lambda: None
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). Orders go on with the words they were written with."""
        self._site = site

    def authorise_by(self, rights: DispatchRights) -> None:
        """Ask this authority who may issue, and what superseding takes."""
        self._rights = rights

    # -- how ----------------------------------------------------------------------------------------------------

    async def _act(
        self,
        what: str,
        number: str,
        caller: Caller,
        step: Callable[[DispatchOrder, Signed], DispatchOrder],
        en: str,
        zh: str,
        said: dict[str, object] | None = None,
    ) -> DispatchReceipt:
        async with self._lock:
            order = self._shelf.get(number)
            try:
                after = step(order, self._signed(caller))
            except InvalidValue as error:
                return self._denied(what, order, caller, error)
            return await self._done(what, caller, [after], en, zh, said=said)

    async def _done(
        self,
        what: str,
        caller: Caller,
        orders: Sequence[DispatchOrder],
        en: str,
        zh: str,
        *,
        said: dict[str, object] | None = None,
        also: Sequence[object] = (),
    ) -> DispatchReceipt:
        first = orders[0]
        last = first.steps[-1]
        if caller.person and not first.state.over:  # whoever acts on an order has seen it
            first = replace(first, shift=self._shift() or first.shift)
        told = {"reason": last.why, **(said or {}), **(_whole(first) if what in _TOLD_WHOLE else {})}
        try:
            await self._writer.write(what, caller, [first, *orders[1:]], told, also)  # type: ignore[arg-type]  # changes
        except StoreError as error:
            return unwritten(first.number, error)
        finally:
            self.changed()
        return done(self._view(self._shelf.get(first.number)), en, zh)

    def _denied(self, what: str, order: DispatchOrder, caller: Caller, error: InvalidValue) -> DispatchReceipt:
        self._writer.denied(what, caller, order.number, str(error))
        return not_now(self._view(order), str(error))

    def _view(self, order: DispatchOrder) -> DispatchOrderView:
        if order.state.over:
            return self._show.view(order, [])
        settled = {*order.supersedes, order.superseded_by}
        against = [one.number for one in rivals(order, self._shelf.unfinished()) if one.number not in settled]
        return self._show.view(order, against)

    def _signed(self, caller: Caller) -> Signed:
        return Signed(caller.actor, caller.person, self._clock.now())

    def _number(self, now: datetime) -> str:
        return self._shelf.fresh_number(self._local.of(now).year)

    def _names(self) -> dict[str, str]:
        return {one.id: one.name for one in self._site.city.stations.values()}


_TOLD_WHOLE = frozenset({"proposed", "entered", "issued"})


def _whole(order: DispatchOrder) -> dict[str, object]:
    """The words of an order, for the journal: what was written stays readable there for ever."""
    task = order.task
    what: dict[str, object] = (
        {"plan": task.plan, "parameters": dict(task.parameters)}
        if isinstance(task, FromPlan)
        else {"target": task.target, "value": task.value, "for_s": task.for_s, "slot": task.slot}
    )
    spoken = order.spoken
    return {
        **what,
        "unit": order.unit.zh,
        "order_reason": order.reason,
        "grounds": [f"{one.text.zh} {one.quality}".strip() for one in order.grounds] + list(order.said_grounds),
        "supersedes": list(order.supersedes),
        "urgent": order.urgent,
        **({"spoken": [spoken.at.isoformat(), spoken.by, spoken.to]} if spoken else {}),
    }


def slot_of(order: DispatchOrder) -> Slot:
    """The slot it fills."""
    return Slot.PLAN if isinstance(order.task, FromPlan) else Slot[order.task.slot.upper()]


def short(text: str) -> None:
    """Raises InvalidValue for more than anybody reads."""
    if len(text) > MOST_REASON:
        raise InvalidValue(f"at most {MOST_REASON} characters / 至多{MOST_REASON}字")


def needed(text: str, what: str) -> None:
    """Raises InvalidValue without a reason."""
    short(text)
    if not text.strip():
        raise InvalidValue(f"{what} takes a reason: it is read afterwards / 须填写理由")
