"""The commands one endpoint still has to send: urgent ones first, then by the time each was given."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator

from controller.domain.command import Command
from controller.domain.points import DeviceId
from controller.domain.slots import Slot

URGENT = frozenset({Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION})
"""What waits behind nothing: emergency stops, wet power-off, trips."""

_Entry = tuple[bool, float, int, Command]


class WriteQueue:
    """Commands with the time each may go out (monotonic seconds). None is in it twice."""

    def __init__(self) -> None:
        self._coming: list[tuple[float, int, Command]] = []
        self._due: list[_Entry] = []
        self._order = itertools.count()

    def __len__(self) -> int:
        return len(self._coming) + len(self._due)

    def __bool__(self) -> bool:
        return bool(self._coming) or bool(self._due)

    def put(self, command: Command, not_before_s: float) -> None:
        """It may go out from then on."""
        heapq.heappush(self._coming, (not_before_s, next(self._order), command))

    def next_s(self) -> float:
        """When the next may go out, which may be past; infinite when there is none."""
        due_s = min((entry[1] for entry in self._due), default=float("inf")) if self._due else float("inf")
        return min(due_s, self._coming[0][0]) if self._coming else due_s

    def urgent(self, now_s: float) -> bool:
        """Whether something that waits behind nothing is due."""
        self._ripen(now_s)
        return bool(self._due) and not self._due[0][0]

    def waits(self, now_s: float) -> bool:
        """Whether anything is due."""
        self._ripen(now_s)
        return bool(self._due)

    def take(self, now_s: float, fits: Callable[[DeviceId], bool] = lambda _: True) -> Command | None:
        """The next due command, to a device that ``fits``, taken out; None when there is none."""
        self._ripen(now_s)
        due = self._due
        if due and fits(due[0][3].write.device):
            return heapq.heappop(due)[3]
        entry = min((entry for entry in due if fits(entry[3].write.device)), key=_rank, default=None)
        if entry is None:
            return None
        due.remove(entry)
        heapq.heapify(due)
        return entry[3]

    def drop(self, device: DeviceId) -> Iterator[Command]:
        """Take out everything for this device, in order."""
        gone = [(at, n, one) for at, n, one in self._coming if one.write.device == device]
        gone += [(at, n, one) for _, at, n, one in self._due if one.write.device == device]
        if gone:
            self._coming = [entry for entry in self._coming if entry[2].write.device != device]
            self._due = [entry for entry in self._due if entry[3].write.device != device]
            heapq.heapify(self._coming)
            heapq.heapify(self._due)
        return (command for *_, command in sorted(gone, key=lambda entry: entry[:2]))

    def _ripen(self, now_s: float) -> None:
        while self._coming and self._coming[0][0] <= now_s:
            at_s, order, command = heapq.heappop(self._coming)
            heapq.heappush(self._due, (command.slot not in URGENT, at_s, order, command))


def _rank(entry: _Entry) -> tuple[bool, float, int]:
    return entry[:3]
