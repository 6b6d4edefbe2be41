"""The present value of every node that has one, asked of the image, the book and the alarms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from asyncua import ua

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.image import View
from controller.domain.points import DeviceId, TargetId
from controller.northbound import names
from controller.northbound.catalogue import Leaf, Shape
from controller.northbound.values import Kind, Now, kind_of, of_own, of_reading
from controller.runtime.actuals import actual_of
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.book import RequestBook
from controller.runtime.table import ImageTable

COUNTED_S = 1.0
"""Alarms are counted anew no more often (clock seconds)."""
_WORDS: Mapping[int, str] = {
    Priority.EMERGENCY: "emergency",
    Priority.HIGH: "high",
    Priority.MEDIUM: "medium",
    Priority.LOW: "low",
}
_KINDS: Mapping[str, Kind] = {"slot": Kind.UInt16, "agreed": Kind.Boolean}


class Sources(Protocol):
    """Where the values come from."""

    @property
    def clock(self) -> Clock:
        """The controller's clock."""
        ...

    @property
    def table(self) -> ImageTable:
        """The image."""
        ...

    @property
    def book(self) -> RequestBook:
        """What is asked of whom."""
        ...

    @property
    def alarms(self) -> AlarmBook:
        """What people are to know."""
        ...


class Facts:
    """Answers what a node's value is now."""

    def __init__(self, sources: Sources, city: City) -> None:
        self._sources = sources
        self._city = city
        self._counts: Mapping[str, int] = {}
        self._counted_s = float("-inf")

    def adopt(self, city: City) -> None:
        """Take a site over (reload)."""
        self._city = city

    def now(self) -> Now:
        """This moment."""
        return Now(self._sources.clock.now(), self._sources.clock.monotonic())

    def view(self, device: DeviceId, now: Now) -> View:
        """An asset's image now."""
        return self._sources.table.view(device, now.monotonic_s)

    def value(self, leaf: Leaf, now: Now, view: View | None = None) -> ua.DataValue:
        """The value of a live node; ``view`` is its asset's, when the caller has it already."""
        if leaf.shape is Shape.POINT and leaf.spec is not None:
            view = view or self.view(leaf.device, now)
            return of_reading(view.read(leaf.spec.name), kind_of(leaf.spec), now)
        if not leaf.device:
            return of_own(self._count(leaf.name, now), Kind.UInt32, now)
        view = view or self.view(leaf.device, now)
        if leaf.name == "link":
            return of_own(view.block.link.value, Kind.String, now)
        device, output, _ = names.split(leaf.key)
        return self._of_target(names.target_of(device, output), leaf.name, view, now)

    def _of_target(self, target: TargetId, fact: str, view: View, now: Now) -> ua.DataValue:
        known = self._city.targets.get(target)
        if known is None or target not in self._sources.book:
            return of_own(None, Kind.String, now)
        winner = self._sources.book.decision(target).winner
        said: object
        match fact:
            case "wanted":
                said = str(winner.value)
            case "slot":
                said = int(winner.slot)
            case "slot_name":
                said = winner.slot.label
            case "owner":
                said = winner.owner
            case "actual":
                said = actual_of(known, winner.value, view, self._city).text
            case _:
                said = actual_of(known, winner.value, view, self._city).agrees
        return of_own(said, _KINDS.get(fact, Kind.String), now)

    def _count(self, name: str, now: Now) -> int:
        if now.monotonic_s - self._counted_s >= COUNTED_S:
            self._counted_s = now.monotonic_s
            self._counts = _counted(self._sources.alarms)
        return self._counts.get(name, 0)


def fact_kind(leaf: Leaf) -> Kind:
    """The type of a live node's value."""
    if leaf.spec is not None:
        return kind_of(leaf.spec)
    return _KINDS.get(leaf.name, Kind.String) if leaf.device else Kind.UInt32


def _counted(alarms: AlarmBook) -> Mapping[str, int]:
    counts = Counter(_WORDS.get(alarm.priority, "low") for alarm in alarms.all())
    return {**counts, "unacknowledged": alarms.unacknowledged()}
