"""The configured interlocks of lighting outputs: judged per cabinet or pole, after arbitration like those of water.

A PERMISSIVE holds back switching on. An INTERLOCK that acts also switches off what is on, by a computed request in
slot 2 for as long as it acts. A TRIP latches there until a person resets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

from controller.domain.command import Cause, Wanted
from controller.domain.expression import names
from controller.domain.image import Image, View
from controller.domain.intents import Dim, Intent, Switch, TargetKind
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.logic.arbitration import Refusal
from controller.logic.contract import ALLOWED, InterlockMemory, Moment, Verdict
from controller.logic.interlocks import (
    NOTHING_BYPASSED,
    Action,
    Bypassed,
    InterlockKind,
    InterlockSpec,
    Judgement,
    follow,
    judge_all,
    reset,
    said,
    trip_requests,
)
from controller.logic.unknown_interlocks import UNKNOWN, unknown_text
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.book import RequestBook
from controller.runtime.bypassing.memory import INTERLOCK, InterlockRecords, Keep, hold_trip, not_clear
from controller.runtime.schedule_heap import DueHeap
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord

PAST_S = 0.001
"""What only grows old changes nothing and still makes a condition unknown: looked at so long after its age ends."""
RETRY_S = 10.0
"""A device whose interlocks could not be judged (the turn then fails, loudly) is tried again after this long."""
NO_MEMORY = InterlockMemory()
NOWHERE: frozenset[TargetId] = frozenset()
_OFF: Mapping[TargetKind, Intent] = {TargetKind.CIRCUIT: Switch(on=False), TargetKind.LUMINAIRE: Dim(0.0)}


class CircuitInterlocks:
    """Follows the interlocks of every cabinet and pole that has any; costs nothing for the others."""

    def __init__(
        self,
        site: Site,
        book: RequestBook,
        *,
        alarms: AlarmBook,
        keep: Keep,
        bypassed: Callable[[float], Bypassed] = lambda _: NOTHING_BYPASSED,
    ) -> None:
        self._book = book
        self._alarms = alarms
        self._keep = keep
        self._bypassed = bypassed
        self._records = InterlockRecords(keep)
        self._memories: dict[str, InterlockMemory] = {}
        self._judged: dict[DeviceId, Mapping[str, Judgement]] = {}
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); memories of interlocks that stay are kept."""
        lights = {t.id: t.kind for t in site.city.targets.values() if t.kind in _OFF}
        devices = {device_of(target) for target in lights}
        self._specs: dict[DeviceId, tuple[InterlockSpec, ...]] = {}
        for spec in site.interlocks:
            if device_of(spec.target) in devices:
                device = device_of(spec.target)
                self._specs[device] = (*self._specs.get(device, ()), spec)
        self._points = {
            device: frozenset().union(*(names(spec.condition) for spec in specs))
            for device, specs in self._specs.items()
        }
        self._bound = {
            target: tuple(spec for spec in self._specs[device_of(target)] if spec.binds(target, Action.ENERGISE))
            for target in lights
            if device_of(target) in self._specs
        }
        self._of_device: dict[DeviceId, list[TargetId]] = {}
        for target in self._bound:
            self._of_device.setdefault(device_of(target), []).append(target)
        self._kinds = lights
        known = {spec.id for specs in self._specs.values() for spec in specs}
        self._memories = {name: memory for name, memory in self._memories.items() if name in known}
        self._judged = {}
        self._records.only(known)
        self._due = DueHeap()
        for device in self._specs:
            self._due.put(device, float("-inf"))

    def restore(self, memories: Mapping[str, InterlockMemory]) -> None:
        """Take delays and latches up again."""
        known = {spec.id for specs in self._specs.values() for spec in specs}
        mine = {name: memory for name, memory in memories.items() if name in known}
        self._memories.update(mine)
        self._records.restore(mine)

    def look_again(self, device: DeviceId) -> None:
        """A bypass began or ended."""
        if device in self._specs:
            self._due.put(device, float("-inf"))

    def look(self, image: Image, changed: Set[DeviceId], moment: Moment) -> set[TargetId]:
        """Judge the devices that changed or are due; gives back the outputs to be looked at anew."""
        touched: set[TargetId] = set()
        for device in sorted({*self._due.take(moment.s), *(changed & self._specs.keys())}):
            before = self._judged.get(device)
            self._judge(device, image.view(device, moment.s), moment)
            if before != self._judged.get(device):
                touched.update(self._of_device[device])
        return touched

    def heed(self, decided: Iterable[Decision], image: Image, moment: Moment) -> None:
        """Something else is wanted of these outputs: whether an interlock that nobody can know binds it is told."""
        for device in sorted({device_of(one.target) for one in decided if one.target in self._bound}):
            if device in self._judged:
                self._tell_unknown(device, image.view(device, moment.s), self._judged[device])

    def next_due_s(self) -> float:
        """When the next delay runs out (monotonic); infinite when none runs."""
        return self._due.next_s()

    def verdict(self, wanted: Wanted, slot: Slot) -> Verdict:
        """Their word on a write; what lights nothing is never held."""
        specs, value = self._bound.get(wanted.target), wanted.write.value
        if not specs or isinstance(value, str) or value <= 0:
            return ALLOWED
        judged = self._judged.get(device_of(wanted.target), {})
        return judge_all(specs, judged, wanted.target, Action.ENERGISE, slot, active=False)

    def requests(self, target: TargetId) -> tuple[Request, ...]:
        """What switches the target off now: interlocks that act on it, in slot 2 while they do."""
        return tuple(self._ending(target)) if target in self._bound else ()

    def _ending(self, target: TargetId) -> Iterator[Request]:
        judged = self._judged.get(device_of(target), {})
        for spec in self._bound[target]:
            judgement = judged.get(spec.id)
            if spec.kind is not InterlockKind.INTERLOCK or judgement is None or judgement.lets_pass(spec, target):
                continue
            if judgement.memory.acting or judgement.memory.latched:
                off = _OFF[self._kinds[target]]
                yield Request(target, Slot.EQUIPMENT_PROTECTION, off, f"interlock {spec.id}", said(spec))

    def _judge(self, device: DeviceId, view: View, moment: Moment) -> None:
        self._due.put(device, moment.s + RETRY_S)
        if not view.block.complete and device not in self._judged:
            return  # a delay or latch of before a restart is not judged by readings nobody has taken yet
        specs, bypassed = self._specs[device], self._bypassed(moment.s)
        judged = {
            spec.id: follow(
                spec, view.read, self._memories.get(spec.id, NO_MEMORY), moment, bypassed.get(spec.id, NOWHERE)
            )
            for spec in specs
        }
        self._judged[device] = judged
        self._tell_unknown(device, view, judged)
        memories = {name: judgement.memory for name, judgement in judged.items()}
        self._memories.update(memories)
        self._records.note(memories, moment)
        for request in trip_requests(specs, judged):
            hold_trip(request, self._book, self._keep, self._alarms)
        ends_s = (end for spec in specs for end in _ends(spec, memories[spec.id], moment))
        self._due.put(device, min((view.ages_s(self._points[device]) + PAST_S, *ends_s)))

    def _tell_unknown(self, device: DeviceId, view: View, judged: Mapping[str, Judgement]) -> None:
        """Outputs that are to be on under an interlock nobody can know; being out of reach says it all already."""
        for target in self._of_device[device]:
            winner = None if self._book.awaited(target) else self._book.decision(target).winner
            text = ""
            if winner is not None and view.ready and winner.value != _OFF[self._kinds[target]]:
                text = unknown_text(self._bound[target], judged, view.read, target, Action.ENERGISE, winner.slot)
            if text:
                self._alarms.set(target, UNKNOWN, text, Priority.MEDIUM)
            else:
                self._alarms.clear(target, UNKNOWN)

    # -- resets -------------------------------------------------------------------------------------------------

    @property
    def targets(self) -> Set[TargetId]:
        """The outputs that interlocks bind."""
        return self._bound.keys()

    def reset_refusal(self, target: TargetId) -> Refusal | None:
        """Why what is latched on an output cannot be reset now; None when a person may reset it."""
        latches = self._latches(target)
        latched = any(self._memories.get(spec.id, NO_MEMORY).latched for spec in latches)
        if not latched and self._book.holder(target, Slot.EQUIPMENT_PROTECTION) is None:
            return Refusal(Cause.OUT_OF_RANGE, f"nothing is latched on {target}; `zhadao explain {target}` says more")
        refusals = (not_clear(spec, self._memories.get(spec.id, NO_MEMORY)) for spec in latches)
        return next((refusal for refusal in refusals if refusal is not None), None)

    def forgotten(self, target: TargetId) -> Sequence[Change]:
        """The kept memories of what latches on the target."""
        return [DropRecord(INTERLOCK, spec.id) for spec in self._latches(target)]

    def reset(self, target: TargetId) -> None:
        """Reset it; a person was there and the cause is gone."""
        for spec in self._latches(target):
            self._memories[spec.id] = reset(self._memories.get(spec.id, NO_MEMORY))
        self._book.release(target, Slot.EQUIPMENT_PROTECTION)
        self._due.put(device_of(target), float("-inf"))

    def _latches(self, target: TargetId) -> Sequence[InterlockSpec]:
        return [spec for spec in self._bound.get(target, ()) if spec.target == target and spec.latches]


def _ends(spec: InterlockSpec, memory: InterlockMemory, moment: Moment) -> Iterator[float]:
    """When a delay that runs now will be over."""
    if memory.false_since_s is not None and not memory.acting:
        yield max(memory.false_since_s + spec.off_delay_s, moment.s)
    if memory.true_since_s is not None and memory.acting:
        yield max(memory.true_since_s + spec.on_delay_s, moment.s)
