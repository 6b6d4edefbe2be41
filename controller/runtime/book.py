"""The book of requests: who asks what of which target, slot by slot. Decisions come from ``logic.arbitration``."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping, Set

from controller.domain.assets import Target
from controller.domain.errors import UnknownTarget
from controller.domain.points import TargetId
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.logic.arbitration import arbitrate, default_request

_Slots = dict[Slot, Request]


class RequestBook:
    """All requests of one process.

    *Held* requests (latched, leased) stay until removed or expired; *computed* ones are replaced as a whole by each
    evaluation of their target. ``take_changed`` hands over the targets whose decision may have changed: cost follows
    changes, not the number of assets.
    """

    def __init__(self, targets: Mapping[TargetId, Target]) -> None:
        self._defaults = {target.id: default_request(target) for target in targets.values()}
        self._held: dict[TargetId, _Slots] = {}
        self._computed: dict[TargetId, tuple[Request, ...]] = {}
        self._decisions: dict[TargetId, Decision] = {}
        self._changed: set[TargetId] = set(self._defaults)
        self._ends: list[tuple[float, int, TargetId, Slot, str]] = []
        self._order = itertools.count()
        self._leases: dict[str, tuple[TargetId, Slot]] = {}

    def __contains__(self, target: TargetId) -> bool:
        return target in self._defaults

    def default(self, target: TargetId) -> Request:
        """Slot 16 of the target.

        Raises:
            UnknownTarget: no such target in this site.
        """
        try:
            return self._defaults[target]
        except KeyError:
            raise UnknownTarget(f"no target {target} in this site; `zhadao status` lists assets and outputs") from None

    def hold(self, request: Request) -> Request | None:
        """Fill a latched or leased slot; gives back whom it replaced."""
        slots = self._held.setdefault(request.target, {})
        replaced = slots.get(request.slot)
        if replaced is not None and replaced.lease is not None:
            self._leases.pop(replaced.lease.id, None)
        slots[request.slot] = request
        self._changed.add(request.target)
        if request.lease is not None:
            entry = (request.lease.expires_s, next(self._order), request.target, request.slot, request.lease.id)
            heapq.heappush(self._ends, entry)
            self._leases[request.lease.id] = (request.target, request.slot)
        return replaced

    def release(self, target: TargetId, slot: Slot) -> Request | None:
        """Empty a held slot; gives back who held it. Nothing is restored: everything is decided anew."""
        request = self._held.get(target, {}).pop(slot, None)
        if request is not None:
            self._changed.add(target)
            if request.lease is not None:
                self._leases.pop(request.lease.id, None)
        return request

    def compute(self, target: TargetId, requests: tuple[Request, ...]) -> None:
        """Replace everything computed for a target."""
        if self._computed.get(target, ()) != requests:
            self._computed[target] = requests
            self._changed.add(target)

    def holder(self, target: TargetId, slot: Slot) -> Request | None:
        """Who holds this slot."""
        return self._held.get(target, {}).get(slot)

    def requests(self, target: TargetId) -> tuple[Request, ...]:
        """Every request of a target but its default."""
        return (*self._held.get(target, {}).values(), *self._computed.get(target, ()))

    def held(self) -> Iterator[Request]:
        """Every latched and leased request."""
        for slots in self._held.values():
            yield from slots.values()

    def lease(self, lease_id: str) -> Request | None:
        """The request that lives by this lease."""
        place = self._leases.get(lease_id)
        request = None if place is None else self.holder(*place)
        return request if request is not None and request.lease and request.lease.id == lease_id else None

    def expire(self, now_s: float) -> list[Request]:
        """Empty every slot whose lease is over at ``now_s``; gives back what ended."""
        over = []
        while self._ends and self._ends[0][0] <= now_s:
            _, _, target, slot, lease_id = heapq.heappop(self._ends)
            request = self.holder(target, slot)
            if request is not None and request.lease is not None and request.lease.id == lease_id:
                self.release(target, slot)
                over.append(request)
        return over

    def next_end_s(self) -> float:
        """When the next lease ends (monotonic); infinite when none does."""
        return self._ends[0][0] if self._ends else float("inf")

    def take_changed(self, among: Set[TargetId]) -> set[TargetId]:
        """Targets to decide anew since the last call, limited to one discipline's targets."""
        taken = self._changed & among
        self._changed -= taken
        return taken

    def decide(self, target: TargetId, now_s: float) -> Decision:
        """Decide a target now and remember it."""
        decision = arbitrate(self.default(target), self.requests(target), now_s)
        self._decisions[target] = decision
        return decision

    def decide_for_show(self, target: TargetId, now_s: float) -> Decision:
        """What deciding now would give, without touching what is in force."""
        return arbitrate(self.default(target), self.requests(target), now_s)

    def decision(self, target: TargetId) -> Decision:
        """The decision in force; the default's before the first cycle."""
        decision = self._decisions.get(target)
        return Decision(target, self.default(target)) if decision is None else decision

    def adopt(self, targets: Mapping[TargetId, Target]) -> list[Request]:
        """Swap the set of targets (reload); gives back held requests whose target is gone."""
        gone = [request for request in self.held() if request.target not in targets]
        self._defaults = {target.id: default_request(target) for target in targets.values()}
        for mapping in (self._held, self._computed, self._decisions):
            for target in [t for t in mapping if t not in targets]:
                del mapping[target]
        self._changed = set(self._defaults)
        return gone
