"""What a selection saw of plain lights: operating it foresees again only what moved since.

Whether a target may be part of the order (rights, lease, owner, declaration, tag, switch, reach) is always asked anew.
Remembered is what would come of it, of lights that nothing stood against: it hangs on the device's readings, on the
book and on the words of people, and each of these tells when it changes. What only time changes, the age of the
feedback, is looked at.
"""

from __future__ import annotations

from dataclasses import replace

from controller.domain.points import TargetId
from controller.domain.quality import Quality
from controller.runtime.actuals import feedback_point
from controller.runtime.commanding.entering import Asking, Entrant
from controller.runtime.commanding.looked import Candidate, Looked, Sighting
from controller.runtime.commanding.meanwhile import Meanwhile, Watched

FEW = 100
"""So few plain lights are simply foreseen again."""
MOST = 3
"""Selections remembered at a time; an older one is looked at as if for the first time."""
KEPT_S = 60.0
"""A selection is operated within half of this (real seconds), or it is void."""


class Memory:
    """The plain lights of one look, by target; ``watched`` since it was made."""

    def __init__(self, sighting: Sighting, watched: Watched, now_s: float) -> None:
        self.plain: dict[TargetId, Looked] = {one.target: one for one in sighting.members if one.plain}
        self.watched = watched
        self.made_s = now_s

    def holds(self) -> bool:
        """Whether it is worth asking: no tag, switch or declaration changed since."""
        if self.plain and not self.watched.same_words():
            self.plain.clear()
        return bool(self.plain)

    def of(self, entrant: Entrant, asking: Asking) -> Looked | None:
        """The light as it would be foreseen again now, with its new request; None: foresee it."""
        known = self.plain.get(entrant.request.target)
        if known is None or known.candidate is None or entrant.member.device in self.watched.devices:
            return None
        before = known.candidate
        if before.replaced is not entrant.holder or before.request.value != entrant.request.value:
            return None
        if known.protects is not entrant.protects or entrant.request.target in asking.doubtful:
            return None
        feedback = feedback_point(entrant.request.target, entrant.member.target.kind)
        if asking.view(entrant.member.device).read(feedback).quality is not Quality.GOOD:
            return None
        return replace(known, candidate=Candidate(entrant.request, entrant.holder))


class Memories:
    """The latest few large selections."""

    def __init__(self, meanwhile: Meanwhile) -> None:
        self._meanwhile = meanwhile
        self._kept: list[Memory] = []

    def keep(self, sighting: Sighting, now_s: float) -> Memory | None:
        """Remember what was seen at this very moment; None where it is not worth it."""
        self.tidy(now_s)
        if sum(one.plain for one in sighting.members) <= FEW:
            return None
        while len(self._kept) >= MOST:
            self._forget(self._kept[0])
        memory = Memory(sighting, self._meanwhile.watch(), now_s)
        self._kept.append(memory)
        return memory

    def tidy(self, now_s: float) -> None:
        """Forget what nobody can operate any more."""
        for memory in [one for one in self._kept if now_s > one.made_s + KEPT_S]:
            self._forget(memory)

    def clear(self) -> None:
        """Forget everything: the site is another."""
        for memory in tuple(self._kept):
            self._forget(memory)

    def _forget(self, memory: Memory) -> None:
        memory.plain.clear()
        self._meanwhile.leave(memory.watched)
        self._kept.remove(memory)
