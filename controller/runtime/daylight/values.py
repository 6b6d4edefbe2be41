"""Programs' conditions on values: which apply to a light now, what they read, and whether their truth changed."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from controller.domain.expression import Lookup, Truth, names, truth
from controller.domain.image import Image
from controller.domain.points import DeviceId, Reading, TargetId, device_of
from controller.logic.contract import Moment
from controller.runtime.schedule_heap import DueHeap
from schedules.conditions import PointRef, ValueCondition
from schedules.plan import LightingPlan

PAST_S = 0.001


@dataclass(frozen=True, slots=True)
class Watched:
    """The conditions of ``program`` (by position) that apply to a light now, what they said, and where they read."""

    program: str
    which: tuple[int, ...]
    truths: tuple[Truth, ...]
    devices: tuple[DeviceId, ...]


class ValueWatch:
    """Lights are watched while one of their program's conditions applies; nothing else costs anything."""

    def __init__(self) -> None:
        self._watched: dict[TargetId, Watched] = {}
        self._readers: dict[DeviceId, set[TargetId]] = {}
        self._ages = DueHeap()

    def adopt(self, plan: LightingPlan) -> None:
        """Take a site over: every light is worked out anew and watched again then."""
        self._programs = plan.programs
        self._watched.clear()
        self._readers.clear()
        self._ages = DueHeap()
        self.devices: Set[DeviceId] = {
            ref.device
            for program in plan.programs.values()
            for one in program.conditions
            for ref in one.points.values()
        }

    def watch(self, target: TargetId, program: str, which: tuple[int, ...], image: Image, moment: Moment) -> None:
        """From now on these conditions of a program apply to the light; none: it is watched no more."""
        self.drop(target)
        if not which:
            return
        conditions = [self._programs[program].conditions[position] for position in which]
        devices = tuple(sorted({device for one in conditions for device, _ in _points(one, target)}))
        truths = self._truths(conditions, target, image, moment)
        self._watched[target] = Watched(program, which, truths, devices)
        for device in devices:
            self._readers.setdefault(device, set()).add(target)
        self._await_ages(target, conditions, image, moment)

    def drop(self, target: TargetId) -> None:
        """No condition applies to the light any more."""
        before = self._watched.pop(target, None)
        if before is None:
            return
        for device in before.devices:
            self._readers[device].discard(target)
        self._ages.drop(target)

    def look(self, image: Image, changed: Set[DeviceId], moment: Moment) -> set[TargetId]:
        """The lights for which a condition says something else now."""
        touched = set(self._ages.take(moment.s))
        for device in changed & self._readers.keys():
            touched |= self._readers[device]
        return {target for target in sorted(touched) if self._says_else(target, image, moment)}

    def next_due_s(self) -> float:
        """When the next reading loses its voice by age alone (monotonic)."""
        return self._ages.next_s()

    def _says_else(self, target: TargetId, image: Image, moment: Moment) -> bool:
        watched = self._watched.get(target)
        if watched is None:
            return False
        conditions = [self._programs[watched.program].conditions[position] for position in watched.which]
        self._await_ages(target, conditions, image, moment)
        return self._truths(conditions, target, image, moment) != watched.truths

    def _await_ages(self, target: TargetId, conditions: list[ValueCondition], image: Image, moment: Moment) -> None:
        points = {place for one in conditions for place in _points(one, target)}
        ages_s = (image.view(device, moment.s).ages_s([point]) for device, point in points)
        self._ages.put(target, min(ages_s, default=float("inf")) + PAST_S)

    def _truths(
        self, conditions: list[ValueCondition], target: TargetId, image: Image, moment: Moment
    ) -> tuple[Truth, ...]:
        return tuple(truth(one.when, lookup_of(one.points, target, image, moment.s)) for one in conditions)


def lookup_of(points: Mapping[str, PointRef], target: TargetId, image: Image, now_s: float) -> Lookup:
    """Where a condition's names are read for a light: ``points``, else its own cabinet or pole."""
    own = device_of(target)

    def read(name: str) -> Reading:
        ref = points.get(name)
        device, point = (own, name) if ref is None else (ref.device, ref.point)
        return image.view(device, now_s).read(point)

    return read


def _points(condition: ValueCondition, target: TargetId) -> list[tuple[DeviceId, str]]:
    refs = condition.points
    return [
        (refs[name].device, refs[name].point) if name in refs else (device_of(target), name)
        for name in sorted(names(condition.when))
    ]
