"""An order as an act that takes two people: looked at afresh by the confirmer, carried out for the proposer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.logic.confirmation import goes_dark
from controller.logic.preview import Drift, Signature, drift, grouped, ungrouped
from controller.logic.protective import written_or_not
from controller.runtime.commanding.asking import order_data, order_from, slot_of
from controller.runtime.commanding.left_out import left_out
from controller.runtime.commanding.looked import Looked, Sighting
from controller.runtime.commanding.looking import Looker
from controller.runtime.commanding.receipts import refused
from controller.runtime.commanding.rules import Rules
from controller.runtime.commanding.taking import Register, Taking
from controller.runtime.commanding.wording import drift_text, wording_of
from controller.runtime.keeper import Keeper
from controller.runtime.two_persons import Wording
from controller.runtime.views import Order, Receipt
from controller.store.changes import Change

KIND = "order"


def body_of(
    order: Order, request_id: str, caller: Caller, shown: Mapping[TargetId, Signature], excluded: Iterable[Looked] = ()
) -> dict[str, Any]:
    """What a proposed order is kept as: the order, its proposer, what they were shown, and what it leaves out."""
    return {
        "order": order_data(order),
        "request_id": request_id,
        "proposer": asdict(caller),
        "shown": [[list(signature), targets] for signature, targets in grouped(shown)],
        "left_out": left_out(excluded),
    }


class OrderAct:
    """Implements ``TwoPersonAct``. What changed since it was proposed refuses it; a member lost only narrows it."""

    def __init__(self, looker: Looker, rules: Rules, register: Register, keeper: Keeper, turns: asyncio.Lock) -> None:
        self._looker = looker
        self.rules = rules
        self._register = register
        self._keeper = keeper
        self._turns = turns

    async def look(self, body: Mapping[str, Any]) -> Wording:
        """What the order would do now.

        Raises:
            InvalidValue: nothing is left of it.
        """
        proposer = Caller(**body["proposer"])
        sighting, moved = await self._seen(body, proposer, "")
        if not sighting.included and not moved.changed:
            raise InvalidValue("none of its targets can be reached any more; propose it anew")
        needs = self.rules.needs(sighting, proposer).second_person
        shown = json.dumps([body["order"], body["shown"]], sort_keys=True)
        below = self.rules.thresholds.dark_below_percent
        dark = self._looker.roads.dark(one for one, value in sighting.wanted.items() if goes_dark(value, below))
        fingerprint = shown + repr(moved.changed) if moved.changed else shown
        return wording_of(sighting, needs, fingerprint, dark, body.get("left_out", ()))

    async def carry_out(
        self, body: Mapping[str, Any], proposer: Caller, confirmer: Caller, *, key: str, also: Sequence[Change]
    ) -> Receipt:
        """Take the order for its proposer; its lease begins now."""
        request_id = body["request_id"] or key
        async with self._turns:
            known = await self._register.known(proposer, request_id, None)
            if isinstance(known, Receipt):
                await self._keeper.keep_now(also)  # done already under this key: only the proposal is left to end
                return known
            sighting, moved = await self._seen(body, proposer, request_id)
            unsure = "" if written_or_not(sighting.slot, protects=False) else known or ""
            problem = unsure or (drift_text(moved) if moved.changed else "")
            if problem:
                cause = Cause.NO_EVIDENCE if unsure else Cause.NOT_READY
                return Receipt(request_id, tuple(refused(one.target, cause, problem) for one in sighting.members))
            taking = Taking(
                sighting=sighting,
                caller=proposer,
                request_id=request_id,
                taken=sighting.included,
                refused=[refused(m.target, m.preview.cause, m.preview.text) for m in sighting.excluded],
                confirmed_by=confirmer.actor,
                also=also,
                said={"proposal": key, "confirmed_by": confirmer.actor, "confirmer": confirmer.person},
            )
            return await self._register.take(taking)

    async def _seen(self, body: Mapping[str, Any], proposer: Caller, request_id: str) -> tuple[Sighting, Drift]:
        order = order_from(body["order"])
        slot = slot_of(order)
        sighting = await self._looker.look(order, slot, proposer, request_id=request_id, reachable_only=True)
        shown = ungrouped((signature, targets) for signature, targets in body["shown"])
        return sighting, drift(shown, sighting.signatures, firm_only=True)
