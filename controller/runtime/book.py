"""The book of requests: who asks what of which target, slot by slot. Decisions come from ``logic.arbitration``."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from itertools import islice

from controller.domain.errors import UnknownTarget
from controller.domain.points import TargetId
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.domain.targets import Target
from controller.logic.arbitration import arbitrate, default_request

UNDELAYED = frozenset({Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION})
"""What these ask is decided in the very next turn, however many other targets wait for it."""

_Slots = dict[Slot, Request]
Listener = Callable[[TargetId], None]


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
        self._changed: dict[TargetId, None] = dict.fromkeys(self._defaults)
        self._urgent: dict[TargetId, None] = {}
        self._awaited: set[TargetId] = set()
        self._ends: list[tuple[float, int, TargetId, Slot, str]] = []
        self._order = itertools.count()
        self._leases: dict[str, tuple[TargetId, Slot]] = {}
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call ``listener(target)`` whenever a slot of it was filled, emptied or computed anew; quick, never raises."""
        self._listeners.append(listener)

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
        self._touch(request.target, urgent=request.slot in UNDELAYED)
        if request.lease is not None:
            entry = (request.lease.expires_s, next(self._order), request.target, request.slot, request.lease.id)
            heapq.heappush(self._ends, entry)
            self._leases[request.lease.id] = (request.target, request.slot)
        return replaced

    def release(self, target: TargetId, slot: Slot) -> Request | None:
        """Empty a held slot; gives back who held it. Nothing is restored: everything is decided anew."""
        request = self._held.get(target, {}).pop(slot, None)
        if request is not None:
            self._touch(target)
            if request.lease is not None:
                self._leases.pop(request.lease.id, None)
        return request

    def await_computing(self, targets: Iterable[TargetId]) -> None:
        """Nothing is decided of these before they are computed for the first time.

        A light whose program nobody has worked out yet is neither on nor off by default: it is left alone.
        """
        self._awaited.update(target for target in targets if target not in self._computed)
        for target in self._awaited:
            self._changed.pop(target, None)

    def awaited(self, target: TargetId) -> bool:
        """Whether it was never computed, and has to be before anything is decided of it."""
        return target in self._awaited

    def urgent_and_awaited(self) -> list[TargetId]:
        """Of those, the ones where what stands in slots 1–2 makes them the first to be computed."""
        return [target for target in self._urgent if target in self._awaited]

    def compute(self, target: TargetId, requests: tuple[Request, ...]) -> None:
        """Replace everything computed for a target."""
        first = target in self._awaited
        self._awaited.discard(target)
        if first or self._computed.get(target, ()) != requests:
            self._computed[target] = requests
            self._touch(target, urgent=any(request.slot in UNDELAYED for request in requests))

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

    @property
    def leases(self) -> int:
        """How many leases live."""
        return len(self._leases)

    def lease(self, lease_id: str) -> Request | None:
        """The request that lives by this lease."""
        place = self._leases.get(lease_id)
        request = None if place is None else self.holder(*place)
        return request if request is not None and request.lease and request.lease.id == lease_id else None

    def of_request(self, owner: str, request_id: str) -> list[Request]:
        """Everything that is held for one request of one owner, by target."""
        held = (one for one in self.held() if one.request_id == request_id and one.owner == owner)
        return sorted(held, key=lambda one: (one.target, one.slot))

    def expire(self, now_s: float) -> list[Request]:
        """Empty every slot whose lease is over at ``now_s``; gives back what ended."""
        over = []
        while self._ends and self._ends[0][0] <= now_s:
            _, _, target, slot, lease_id = heapq.heappop(self._ends)
            request = self.holder(target, slot)
            if request is None or request.lease is None or request.lease.id != lease_id:
                continue
            if request.lease.over(now_s):  # an extended lease keeps its id and has a later end among these
                self.release(target, slot)
                over.append(request)
        return over

    def next_end_s(self) -> float:
        """When the next lease ends (monotonic); infinite when none does."""
        return self._ends[0][0] if self._ends else float("inf")

    def take_changed(self, among: Set[TargetId], most: int | None = None) -> set[TargetId]:
        """Targets to decide anew since the last call, limited to one discipline's targets.

        Those that changed first come first, ``most`` of them at a time; what slots 1–2 ask is always among them.
        """
        urgent = [target for target in self._urgent if target in among and target not in self._awaited]
        taken = list(islice((target for target in self._changed if target in among), most))
        for target in urgent:
            del self._urgent[target]
        for target in taken:
            del self._changed[target]
        return {*urgent, *taken}

    def has_changed(self, among: Set[TargetId]) -> bool:
        """Whether ``take_changed`` would give anything."""
        return any(target in among for target in self._changed) or any(
            target in among and target not in self._awaited for target in self._urgent
        )

    def decide(self, target: TargetId, now_s: float) -> Decision:
        """Decide a target now and remember it."""
        decision = arbitrate(self.default(target), self.requests(target), now_s)
        self._decisions[target] = decision
        return decision

    def decide_for_show(self, target: TargetId, now_s: float) -> Decision:
        """What deciding now would give, without touching what is in force."""
        return arbitrate(self.default(target), self.requests(target), now_s)

    def foresee(self, request: Request, now_s: float) -> Decision:
        """What deciding now would give with this request in its slot, without touching what is in force."""
        held = self._held.get(request.target)
        others = [one for slot, one in held.items() if slot is not request.slot] if held else ()
        computed = self._computed.get(request.target, ())
        return arbitrate(self.default(request.target), (*others, *computed, request), now_s)

    def decision(self, target: TargetId) -> Decision:
        """The decision in force; the default's before the first cycle."""
        decision = self._decisions.get(target)
        return Decision(target, self.default(target)) if decision is None else decision

    def _touch(self, target: TargetId, *, urgent: bool = False) -> None:
        if urgent:
            self._changed.pop(target, None)
            self._urgent[target] = None
        elif target not in self._urgent and target not in self._awaited:
            self._changed[target] = None
        for listener in self._listeners:
            listener(target)

    def adopt(self, targets: Mapping[TargetId, Target]) -> list[Request]:
        """Swap the set of targets (reload); gives back held requests whose target is gone."""
        gone = [request for request in self.held() if request.target not in targets]
        self._defaults = {target.id: default_request(target) for target in targets.values()}
        for mapping in (self._held, self._computed, self._decisions):
            for target in [t for t in mapping if t not in targets]:
                del mapping[target]
        self._leases = {lease: place for lease, place in self._leases.items() if place[0] in targets}
        self._awaited &= self._defaults.keys()
        self._urgent = {target: None for target in self._urgent if target in self._defaults}
        self._changed = {t: None for t in self._defaults if t not in self._awaited and t not in self._urgent}
        return gone
