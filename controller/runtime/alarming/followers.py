"""Who is told every change of an alarm, in order: the announcer first, then those that act on alarms."""

from __future__ import annotations

from controller.runtime.alarming.book import Listener
from controller.runtime.alarms import Alarm


class AlarmFollowers:
    """The alarm book's one listener, on behalf of several.

    What the first keeps of an alarm and what the others keep because of it goes to the disk in one transaction: they
    are told in one turn of the loop.
    """

    def __init__(self, first: Listener) -> None:
        self._all = [first]

    def add(self, follower: Listener) -> None:
        """From now on this one is told too."""
        self._all.append(follower)

    def __call__(self, alarm: Alarm) -> None:
        """An alarm changed."""
        for follower in self._all:
            follower(alarm)
