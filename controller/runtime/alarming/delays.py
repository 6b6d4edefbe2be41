"""Conditions on their way: what must stand, or be gone, for a while before it counts; and what comes too often."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from controller.logic.alarm_settings import ChatterRule


@dataclass(frozen=True, slots=True)
class Coming:
    """A condition that stands but not yet for its on-delay (monotonic seconds)."""

    due_s: float
    source: str
    condition: str
    text: str
    text_zh: str
    priority: int


class Delays:
    """Conditions that have not stood, or been gone, for long enough yet, by alarm id."""

    def __init__(self) -> None:
        self._coming: dict[str, Coming] = {}
        self._going: dict[str, float] = {}

    def coming(self, key: str, one: Coming) -> None:
        """It stands; the first moment it was seen decides, the last text."""
        first = self._coming.get(key)
        due_s = one.due_s if first is None else first.due_s
        self._coming[key] = Coming(due_s, one.source, one.condition, one.text, one.text_zh, one.priority)

    def going(self, key: str, due_s: float) -> None:
        """It is gone; the first moment that was seen decides."""
        self._going.setdefault(key, due_s)

    def stays(self, key: str) -> bool:
        """It stands after all; whether it was on its way out."""
        return self._going.pop(key, None) is not None

    def never_came(self, key: str) -> None:
        """It went before its on-delay was over."""
        self._coming.pop(key, None)

    def take_come(self, now_s: float) -> list[Coming]:
        """Those that have stood long enough."""
        due = [key for key, one in self._coming.items() if one.due_s <= now_s]
        return [self._coming.pop(key) for key in due]

    def take_gone(self, now_s: float) -> list[str]:
        """The ids of those gone long enough."""
        due = [key for key, due_s in self._going.items() if due_s <= now_s]
        for key in due:
            del self._going[key]
        return due

    def next_s(self) -> float:
        """When the next one is due; infinity when none is."""
        coming = min((one.due_s for one in self._coming.values()), default=float("inf"))
        return min(coming, min(self._going.values(), default=float("inf")))


class Chatter:
    """Alarms that come and go more often than anybody can answer them."""

    def __init__(self, rule: ChatterRule) -> None:
        self.rule = rule
        self._came: dict[str, deque[float]] = {}
        self._since: dict[str, float] = {}

    def came(self, key: str, now_s: float) -> None:
        """It came, or bounced back."""
        if not self.rule.times:
            return
        times = self._came.setdefault(key, deque(maxlen=self.rule.times))
        times.append(now_s)
        if len(times) == self.rule.times and now_s - times[0] <= self.rule.within_s:
            self._since[key] = now_s

    def __contains__(self, key: str) -> bool:
        return key in self._since

    def __len__(self) -> int:
        return len(self._since)

    def calm_s(self, key: str) -> float:
        """How long it must be gone to count as gone."""
        return self.rule.quiet_s if key in self._since else 0.0

    def calm_down(self, now_s: float) -> None:
        """Those that were quiet for long enough, gone or standing, chatter no more."""
        for key in [key for key, since_s in self._since.items() if now_s - since_s >= self.rule.quiet_s]:
            del self._since[key]
        kept_s = max(self.rule.within_s, self.rule.quiet_s)
        for key in [key for key, times in self._came.items() if now_s - times[-1] > kept_s]:
            del self._came[key]

    def next_s(self) -> float:
        """When the next one may have calmed down."""
        return min(self._since.values(), default=float("inf")) + self.rule.quiet_s
