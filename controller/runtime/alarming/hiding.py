"""What hides an alarm now, how urgent it is now, and the state that comes of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from controller.domain.points import TargetId
from controller.logic.alarm_life import AlarmState, on_hiding, on_showing, shown
from controller.logic.alarm_settings import LEAST_URGENT, MOST_URGENT, AlarmSettings, AlarmSpec
from controller.runtime.alarming.alarm import Alarm
from controller.runtime.alarming.folds import Folds


class Hiding:
    """Root causes, maintenance tags and operating states, asked of one alarm at a time.

    ``tag_on``: the id of the maintenance tag that binds a target, empty for none. ``shift``: how urgent an alarm about
    a target, of a kind, with this priority is under the operating states declared there.
    """

    def __init__(self, settings: AlarmSettings) -> None:
        self.settings = settings
        self.folds = Folds(self.spec)
        self.tag_on: Callable[[TargetId], str] = lambda _: ""
        self.shift: Callable[[TargetId, str, int], int] = lambda _about, _kind, priority: priority

    def spec(self, condition: str) -> AlarmSpec:
        """How this kind of alarm behaves."""
        return self.settings.spec(condition)

    def hides(self, alarm: Alarm) -> bool:
        """Whether anything hides it now."""
        return bool(alarm.shelf or self._roots(alarm) or self._tag(alarm))

    def changed(self, alarm: Alarm) -> bool:
        """Whether it is hidden, or urgent, otherwise than it was when it was placed."""
        now = (self.priority(alarm), self._roots(alarm), self._tag(alarm))
        return now != (alarm.priority, alarm.roots, alarm.tag)

    def placed(self, alarm: Alarm, life: AlarmState) -> Alarm:
        """The alarm with this life, as urgent and as hidden as it is now."""
        roots, tag = self._roots(alarm), self._tag(alarm)
        hidden = bool(roots or tag or alarm.shelf)
        if hidden and alarm.beneath is None:
            life = on_hiding(life)
        elif alarm.beneath is not None and not hidden:
            life = on_showing(life)
        alarm = replace(alarm, priority=self.priority(alarm))
        if life is AlarmState.NORM and alarm.shelf is None:
            return replace(alarm, state=life, beneath=None, roots=(), tag="")
        state = shown(life, tagged=bool(tag), shelved=alarm.shelf is not None, suppressed=bool(roots))
        return replace(alarm, state=state, beneath=life if hidden else None, roots=roots, tag=tag)

    def priority(self, alarm: Alarm) -> int:
        """The site's word, or its raiser's, shifted by the operating state; 1 … 4."""
        asked = alarm.priority if alarm.asked is None else alarm.asked
        said = self.spec(alarm.condition).priority
        wanted = self.shift(alarm.subject, alarm.kind, asked if said is None else said)
        return min(LEAST_URGENT, max(MOST_URGENT, wanted))

    def _roots(self, alarm: Alarm) -> tuple[str, ...]:
        return self.folds.roots(alarm.id, alarm.device, alarm.kind, alarm.subject)

    def _tag(self, alarm: Alarm) -> str:
        return self.tag_on(alarm.subject) if self.spec(alarm.condition).tagged else ""
