"""Which alarms are hidden behind which: a lost gateway hides its cabinets, a red level the orange one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from controller.domain.points import DeviceId, TargetId
from controller.logic.alarm_settings import AlarmSpec


class Folds:
    """Root causes and what they speak for: whole devices, or single outputs of one (``330106-LC-0001/K1``).

    ``spec`` says which kinds a root's kind hides.
    """

    def __init__(self, spec: Callable[[str], AlarmSpec]) -> None:
        self._spec = spec
        self._members: dict[str, frozenset[DeviceId]] = {}
        self._conditions: dict[str, str] = {}
        self._roots: dict[DeviceId, tuple[str, ...]] = {}

    def fold(self, root: str, condition: str, members: Iterable[TargetId]) -> frozenset[TargetId]:
        """The root alarm, of this condition, speaks for exactly these; gives back for whom that is news."""
        before, now = self._members.get(root, frozenset()), frozenset(members)
        self._conditions[root] = condition
        if now == before:
            return frozenset()
        self._members[root] = now
        for device in before - now:
            self._leave(device, root)
        for device in now - before:
            self._roots[device] = (*self._roots.get(device, ()), root)
        return before ^ now

    def unfold(self, root: str) -> frozenset[DeviceId]:
        """The root speaks for nobody any more; gives back for whom it did."""
        members = self._members.pop(root, frozenset())
        self._conditions.pop(root, None)
        for device in members:
            self._leave(device, root)
        return members

    def roots(self, alarm_id: str, device: DeviceId, kind: str, subject: TargetId = "") -> tuple[str, ...]:
        """The roots that hide an alarm of this kind about this device, or this output of it; no alarm hides itself."""
        found = self._roots.get(device, ())
        if subject and subject != device:
            found = (*found, *self._roots.get(subject, ()))
        if not found:
            return ()
        return tuple(root for root in found if root != alarm_id and kind in self._hidden_by(root))

    def members(self, root: str) -> frozenset[DeviceId]:
        """The devices a root speaks for."""
        return self._members.get(root, frozenset())

    def _hidden_by(self, root: str) -> frozenset[str]:
        return self._spec(self._conditions[root]).suppresses

    def _leave(self, device: DeviceId, root: str) -> None:
        left = tuple(one for one in self._roots.get(device, ()) if one != root)
        if left:
            self._roots[device] = left
        else:
            self._roots.pop(device, None)
