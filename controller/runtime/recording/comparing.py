"""Two outcomes of every turn, held against each other: where they part, since when, and what each says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.domain.points import TargetId
from controller.runtime.recording.frames import Outcome, Said

NOTHING = "nothing"


class About(StrEnum):
    """What differs: who wins, which interlock acts, what is written, or whether the turn failed."""

    DECISION = "decision"
    INTERLOCK = "interlock"
    WRITE = "write"
    FAULT = "fault"


@dataclass(slots=True)
class Difference:
    """One difference: it was first seen at ``since``, last at ``until``, in ``turns`` turns."""

    about: About
    target: TargetId
    recorded: str
    now: str
    since: datetime
    until: datetime
    turns: int = 1


class Comparison:
    """Takes turn after turn. Only what ``wanted`` says is compared, and only within the time asked for."""

    def __init__(self, wanted: Callable[[TargetId], bool] = lambda _: True) -> None:
        self._wanted = wanted
        self._then: dict[About, Said] = {About.DECISION: {}, About.INTERLOCK: {}}
        self._now: dict[About, Said] = {About.DECISION: {}, About.INTERLOCK: {}}
        self._apart: dict[tuple[About, TargetId], tuple[str, str]] = {}
        self._found: dict[tuple[About, TargetId, str, str], Difference] = {}
        self.turns = 0

    def differences(self) -> list[Difference]:
        """Every difference, the earliest first."""
        return sorted(self._found.values(), key=lambda one: (one.since, one.target, one.about.value))

    def begin(self, decided: Said, held: Said) -> None:
        """A replay takes up here: both sides stand alike."""
        for side in (self._then, self._now):
            side[About.DECISION], side[About.INTERLOCK] = dict(decided), dict(held)
        self._apart = {}

    def turn(self, at: datetime, then: Outcome, now: Outcome, *, counts: bool) -> None:
        """Compare one turn. ``counts``: whether it lies within the time asked for."""
        self._state(About.DECISION, then.decided, now.decided)
        self._state(About.INTERLOCK, then.held, now.held)
        if not counts:
            return
        self.turns += 1
        for (about, target), (recorded, replayed) in self._apart.items():
            self._note(at, about, target, recorded or NOTHING, replayed or NOTHING)
        for target, write in sorted(set(then.acts) - set(now.acts)):
            self._note(at, About.WRITE, target, write, NOTHING)
        for target, write in sorted(set(now.acts) - set(then.acts)):
            self._note(at, About.WRITE, target, NOTHING, write)
        if then.failed is not now.failed:
            words = {True: "the turn failed", False: "it did not"}
            self._note(at, About.FAULT, "", words[then.failed], words[now.failed])

    def _state(self, about: About, then: Said, now: Said) -> None:
        recorded, replayed = self._then[about], self._now[about]
        recorded |= then
        replayed |= now
        for target in then.keys() | now.keys():
            pair = recorded.get(target, ""), replayed.get(target, "")
            if pair[0] != pair[1] and self._wanted(target):
                self._apart[about, target] = pair
            else:
                self._apart.pop((about, target), None)

    def _note(self, at: datetime, about: About, target: TargetId, recorded: str, now: str) -> None:
        if target and not self._wanted(target):
            return
        key = (about, target, recorded, now)
        known = self._found.get(key)
        if known is None:
            self._found[key] = Difference(about, target, recorded, now, at, at)
        else:
            known.until = at
            known.turns += 1
