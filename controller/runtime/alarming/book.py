"""The alarm book: which conditions stand, who has seen them, and what hides those that are not shown.

Whoever knows of a condition says ``set`` while it stands and ``clear`` once it is gone, as often as they like; the
book makes alarms of it after the site's config (``AlarmSpec``) and the life cycle of ``logic.alarm_life``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from controller.domain.clock import Clock
from controller.domain.drill import DrillMark, marked
from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.alarm_life import AlarmState, Event, after
from controller.logic.alarm_settings import AlarmSettings, AlarmSpec
from controller.runtime.alarming.alarm import Alarm, Priority, Shelf
from controller.runtime.alarming.delays import Chatter, Coming, Delays
from controller.runtime.alarming.entries import Entries, in_order
from controller.runtime.alarming.hiding import Hiding
from controller.runtime.views import AlarmView

Listener = Callable[[Alarm], None]

OF_THE_PROCESS = ("alarms", "api", "journal", "state")
"""Sources whose conditions are this process's own: what stood of them when the last one ended is over, and is raised
anew when it is true of this one. The cycles (``cycle/…``) are others."""


class AlarmBook:
    """All alarms. ``listener`` is told every change of one (to journal, keep and publish it). In a ``drill`` every
    text says so."""

    def __init__(
        self,
        clock: Clock,
        listener: Listener,
        settings: AlarmSettings | None = None,
        drill: DrillMark | None = None,
    ) -> None:
        self._clock = clock
        self._tell = listener
        self._drill = drill
        self._hiding = Hiding(AlarmSettings() if settings is None else settings)
        self._folds = self._hiding.folds
        self._alarms = Entries()
        self._delays = Delays()
        self._chatter = Chatter(self._hiding.settings.chatter)
        self._given: set[str] = set()
        self._annunciated: Listener = lambda _: None
        self._sooner: Callable[[], None] = lambda: None

    # -- what it is told besides conditions ---------------------------------------------------------------------

    def tagged_by(self, tag_on: Callable[[TargetId], str]) -> None:
        """Which maintenance tag (its id, empty for none) binds a target: its alarms are then out of service."""
        self._hiding.tag_on = tag_on

    def shifted_by(self, shift: Callable[[TargetId, str, int], int]) -> None:
        """How urgent an alarm is under the operating states declared where it stands, given what it is about, its kind
        and how urgent it is on ordinary days."""
        self._hiding.shift = shift

    def counted_by(self, annunciated: Listener) -> None:
        """Who is told each alarm at the moment it begins to ask for a person."""
        self._annunciated = annunciated

    def hurried_by(self, sooner: Callable[[], None]) -> None:
        """Who is told that something may be due sooner than ``next_s`` said before."""
        self._sooner = sooner

    def adopt(self, settings: AlarmSettings) -> None:
        """Take another config over (reload). Alarms that stand go on standing, as the new config has them."""
        self._hiding.settings = settings
        self._chatter.rule = settings.chatter
        for alarm in self._alarms:
            self._fold_own(alarm)
        self.look_over()

    def spec(self, condition: str) -> AlarmSpec:
        """How this kind of alarm behaves."""
        return self._hiding.spec(condition)

    # -- conditions ---------------------------------------------------------------------------------------------

    def set(
        self, source: str, condition: str, text: str, priority: int = Priority.MEDIUM, *, text_zh: str = ""
    ) -> None:
        """The condition stands. Raises the alarm once; a standing one only renews its text and priority."""
        text, text_zh = marked(self._drill, text), marked(self._drill, text_zh)
        key, spec = f"{source}:{condition}", self.spec(condition)
        alarm = self._alarms.find(key)
        if self._delays.stays(key):
            self._chatter.came(key, self._clock.monotonic())
        if alarm is not None and alarm.stands:
            self._renew(alarm, text, text_zh, priority)
        elif spec.on_delay_s > 0.0:
            due_s = self._clock.monotonic() + spec.on_delay_s
            self._delays.coming(key, Coming(due_s, source, condition, text, text_zh, priority))
            self._sooner()
        else:
            self._raise(source, condition, text, text_zh, priority)

    def clear(self, source: str, condition: str) -> None:
        """The condition is gone."""
        key = f"{source}:{condition}"
        self._delays.never_came(key)
        alarm = self._alarms.find(key)
        if alarm is None or not alarm.stands:
            return
        wait_s = max(self.spec(condition).off_delay_s, self._chatter.calm_s(key))
        if wait_s > 0.0:
            self._delays.going(key, self._clock.monotonic() + wait_s)
            self._sooner()
        else:
            self._return(alarm)

    def above(
        self, source: str, condition: str, value: float, limit: float, text: str, priority: int, *, text_zh: str = ""
    ) -> None:
        """A measured value against its limit: stands from the limit on, and until it is below it by the dead-band."""
        if value >= limit:
            self.set(source, condition, text, priority, text_zh=text_zh)
        elif value < limit - self.spec(condition).deadband:
            self.clear(source, condition)
        elif self.standing(source, condition):
            self.set(source, condition, text, priority, text_zh=text_zh)
        else:
            self._delays.never_came(f"{source}:{condition}")

    def fold(self, source: str, condition: str, members: Iterable[TargetId]) -> None:
        """This alarm is the root cause of what its kind suppresses on these devices or outputs, standing or not."""
        root = f"{source}:{condition}"
        self._given.add(root)
        self._look_over(self._folds.fold(root, condition, members))

    def unfold(self, source: str, condition: str) -> None:
        """It is nobody's root cause any more: what still stands on its devices is shown. Harmless when it was none."""
        root = f"{source}:{condition}"
        self._given.discard(root)
        self._look_over(self._folds.unfold(root))

    def folded(self, source: str, condition: str) -> bool:
        """Whether this alarm is a root cause by ``fold``, also since before a restart."""
        return f"{source}:{condition}" in self._given

    # -- people -------------------------------------------------------------------------------------------------

    def acknowledge(self, alarm_id: str, actor: str) -> Alarm:
        """A person has seen it.

        Raises:
            UnknownTarget: no such alarm.
        """
        seen = self.acknowledged(alarm_id, actor)
        self._keep(seen)
        return seen

    def acknowledged(self, alarm_id: str, actor: str) -> Alarm:
        """The alarm as it will be once this person has seen it; nothing is changed. Raises like ``acknowledge``."""
        alarm = self.get(alarm_id)
        seen = replace(alarm, acknowledged_by=actor, acknowledged=self._clock.now())
        return self._hiding.placed(seen, after(alarm.life, Event.ACKNOWLEDGE))

    def shelve(self, alarm_id: str, shelf: Shelf) -> Alarm:
        """Put it aside until the shelf's time is over. Raises UnknownTarget."""
        aside = self.shelved(alarm_id, shelf)
        self._keep(aside)
        self._sooner()
        return aside

    def shelved(self, alarm_id: str, shelf: Shelf | None) -> Alarm:
        """The alarm as it will be on this shelf (None: on none); nothing is changed. Raises UnknownTarget."""
        alarm = replace(self.get(alarm_id), shelf=shelf)
        return self._hiding.placed(alarm, alarm.life)

    def unshelve(self, alarm_id: str) -> Alarm:
        """Show it again: what still stands is unseen. Raises UnknownTarget."""
        back = self.shelved(alarm_id, None)
        self._keep(back)
        return back

    def reset(self, alarm_id: str, actor: str) -> Alarm:
        """A person resets what is latched. Raises UnknownTarget."""
        free = self.was_reset(alarm_id, actor)
        self._keep(free)
        return free

    def was_reset(self, alarm_id: str, actor: str) -> Alarm:
        """The alarm as it will be once reset; nothing is changed. Raises UnknownTarget."""
        alarm = self.get(alarm_id)
        by = replace(alarm, acknowledged_by=actor, acknowledged=alarm.acknowledged or self._clock.now())
        return self._hiding.placed(by, after(alarm.life, Event.RESET))

    # -- time ---------------------------------------------------------------------------------------------------

    def look(self) -> list[Alarm]:
        """Do what is due: delays, calm after chatter, shelves that end (given back). Tags are looked at anew."""
        now_s = self._clock.monotonic()
        for one in self._delays.take_come(now_s):
            self._raise(one.source, one.condition, one.text, one.text_zh, one.priority)
        for key in self._delays.take_gone(now_s):
            if key in self._alarms:
                self._return(self._alarms.get(key))
        self._chatter.calm_down(now_s)
        over = [alarm for alarm in self._alarms if alarm.shelf is not None and alarm.shelf.until_s <= now_s]
        for alarm in over:
            self.unshelve(alarm.id)
        self.look_over()
        return over

    def next_s(self) -> float:
        """When ``look`` has something to do (monotonic); infinity when nothing waits."""
        shelves = (alarm.shelf.until_s for alarm in self._alarms if alarm.shelf is not None)
        return min(self._delays.next_s(), self._chatter.next_s(), min(shelves, default=float("inf")))

    def look_over(self) -> None:
        """Every alarm anew: priorities after the operating state, tags, root causes."""
        for alarm in self._alarms:
            if self._hiding.changed(alarm):
                self._keep(self._hiding.placed(alarm, alarm.life))

    # -- over restarts and reloads ------------------------------------------------------------------------------

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Alarms of before a restart keep their state; those of the process that ended are over."""
        for alarm in alarms:
            self._alarms.put(alarm)
        for alarm in self._alarms:
            self._fold_restored(alarm)
            self._fold_own(alarm)
        for alarm in self._alarms:
            if alarm.stands and (alarm.source in OF_THE_PROCESS or alarm.source.startswith("cycle/")):
                self._return(alarm)

    def forget_gone(self, gone: Callable[[Alarm], bool]) -> None:
        """Alarms about what left the site: nobody will ever clear them."""
        for alarm in self._alarms:
            if alarm.stands and gone(alarm):
                self._return(replace(alarm, text=f"{alarm.text} ({alarm.device} left the site)"))
                self._folds.unfold(alarm.id)

    # -- questions ----------------------------------------------------------------------------------------------

    def standing(self, source: str, condition: str) -> bool:
        """Whether the condition stands, shown or hidden."""
        alarm = self._alarms.find(f"{source}:{condition}")
        return alarm is not None and alarm.stands

    def __contains__(self, alarm_id: object) -> bool:
        return alarm_id in self._alarms

    def get(self, alarm_id: str) -> Alarm:
        """The alarm of this id.

        Raises:
            UnknownTarget: no such alarm.
        """
        return self._alarms.get(alarm_id)

    def all(self) -> list[Alarm]:
        """Every alarm on the list, most urgent first, the unseen and the newest before the others; none hidden."""
        return in_order(alarm for alarm in self._alarms if not alarm.state.hidden)

    def hidden(self) -> list[Alarm]:
        """Those shelved, suppressed or out of service."""
        return in_order(alarm for alarm in self._alarms if alarm.state.hidden)

    def about(self, device: DeviceId) -> list[Alarm]:
        """Every alarm about a device, shown or hidden."""
        return self._alarms.about(device)

    def of_kind(self, kind: str) -> list[Alarm]:
        """Every alarm of a kind, shown or hidden."""
        return [alarm for alarm in self._alarms if alarm.kind == kind]

    def unacknowledged(self) -> int:
        """How many nobody has seen."""
        return sum(alarm.unseen for alarm in self._alarms)

    def chattering(self) -> int:
        """How many come and go more often than anybody can answer."""
        return len(self._chatter)

    def views(self, alarms: Iterable[Alarm] | None = None) -> list[AlarmView]:
        """As people see them; of those on the list when nothing is said."""
        folded = Counter(root for alarm in self._alarms for root in alarm.roots)
        folded.update({root: len(self._folds.members(root)) - folded[root] for root in self._given})
        listed = self.all() if alarms is None else alarms
        return [
            alarm.view(self.spec(alarm.condition), folded=folded[alarm.id], chattering=alarm.id in self._chatter)
            for alarm in listed
        ]

    # -- one alarm ----------------------------------------------------------------------------------------------

    def _raise(self, source: str, condition: str, text: str, text_zh: str, priority: int) -> None:
        key, now = f"{source}:{condition}", self._clock.now()
        self._chatter.came(key, self._clock.monotonic())
        alarm = Alarm(key, source, condition, text, priority, AlarmState.NORM, now, text_zh=text_zh, asked=priority)
        before = self._alarms.find(key)
        if before is not None:
            alarm = replace(alarm, state=before.state, beneath=before.beneath, shelf=before.shelf)
            alarm = replace(alarm, times=before.times + 1)
        life = after(alarm.life, Event.RAISE, hidden=self._hiding.hides(alarm))
        self._keep(self._hiding.placed(alarm, life))

    def _renew(self, alarm: Alarm, text: str, text_zh: str, priority: int) -> None:
        renewed = replace(alarm, text=text, text_zh=text_zh, asked=priority)
        renewed = replace(renewed, priority=self._hiding.priority(renewed))
        if renewed.priority != alarm.priority:
            self._keep(renewed)
        elif renewed != alarm:
            self._alarms.put(renewed)

    def _return(self, alarm: Alarm) -> None:
        gone = replace(alarm, cleared=self._clock.now())
        latching = self.spec(alarm.condition).latch
        self._keep(self._hiding.placed(gone, after(alarm.life, Event.RETURN, latching=latching)))

    # -- the list -----------------------------------------------------------------------------------------------

    def _keep(self, alarm: Alarm) -> None:
        before = self._alarms.find(alarm.id)
        if alarm.state is AlarmState.NORM:
            self._alarms.drop(alarm)
        else:
            self._alarms.put(alarm)
        self._tell(alarm)
        if alarm.state is AlarmState.UNACK and (before is None or before.state is not AlarmState.UNACK):
            self._annunciated(alarm)
        self._fold_own(alarm)

    def _fold_own(self, alarm: Alarm) -> None:
        """A standing alarm is the root cause of what its kind suppresses on what it is about itself."""
        if alarm.id in self._given:
            return
        if alarm.stands and self.spec(alarm.condition).suppresses:
            self._look_over(self._folds.fold(alarm.id, alarm.condition, (alarm.subject,)))
        else:
            self._look_over(self._folds.unfold(alarm.id))

    def _fold_restored(self, alarm: Alarm) -> None:
        for root in alarm.roots:
            cause = self._alarms.find(root)
            if cause is not None and cause.stands and cause.device != alarm.device:
                self._given.add(root)
                hidden = {one.device for one in self._alarms if root in one.roots}
                self._folds.fold(root, cause.condition, hidden)

    def _look_over(self, members: Iterable[TargetId]) -> None:
        for device in {device_of(member) for member in members}:
            for alarm in self._alarms.about(device):
                if self._hiding.changed(alarm):
                    self._keep(self._hiding.placed(alarm, alarm.life))
