"""One alarm as the book keeps it, and as people are shown it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.alarm_life import AlarmState
from controller.logic.alarm_settings import AlarmSpec, kind_of
from controller.runtime.views import AlarmView


class Priority:
    """1 is the highest. A person at night reads 1 and 2 first."""

    EMERGENCY = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


@dataclass(frozen=True, slots=True)
class Shelf:
    """An alarm put aside by a person, for a time. ``until`` is wall time for people and restarts; ``until_s`` the
    monotonic moment that decides while the process runs."""

    by: str
    reason: str
    since: datetime
    until: datetime
    until_s: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm, identified by source and condition: ``330106-LC-0001/K1:mismatch``.

    ``state`` is what people see; ``beneath`` its life while it is hidden (None while it is not). ``asked``: the
    priority its raiser gave it; ``priority`` what the site's config and the operating state made of it. ``raised`` is
    when it last came, ``times`` how often it came since it was last normal and seen. ``roots``: the ids of the alarms
    it is suppressed under; ``tag``: the maintenance tag that takes it out of service.
    """

    id: str
    source: str
    condition: str
    text: str
    priority: int
    state: AlarmState
    raised: datetime
    cleared: datetime | None = None
    acknowledged_by: str = ""
    text_zh: str = ""
    asked: int | None = None
    beneath: AlarmState | None = None
    acknowledged: datetime | None = None
    times: int = 1
    shelf: Shelf | None = None
    roots: tuple[str, ...] = ()
    tag: str = ""

    @property
    def life(self) -> AlarmState:
        """Where it stands in its life, hidden or not."""
        return self.state if self.beneath is None else self.beneath

    @property
    def stands(self) -> bool:
        """Whether its condition stands."""
        return self.cleared is None

    @property
    def kind(self) -> str:
        """What kind of alarm it is: what the site's config speaks of."""
        return kind_of(self.condition)

    @property
    def subject(self) -> TargetId:
        """What it is about: the target its condition names (``330102-PS-0001/P1:locked_out``), or its source."""
        return self.condition.rpartition(":")[0] or self.source

    @property
    def device(self) -> DeviceId:
        """The device it is about."""
        return device_of(self.subject)

    @property
    def unseen(self) -> bool:
        """Whether it waits for a person to look: a hidden one never does."""
        if self.state is AlarmState.LATCHED:
            return not self.acknowledged_by
        return self.state in (AlarmState.UNACK, AlarmState.RTNUN)

    def view(self, spec: AlarmSpec | None = None, *, folded: int = 0, chattering: bool = False) -> AlarmView:
        """As it is shown. ``folded``: how many others are hidden behind it."""
        said = AlarmSpec(self.kind) if spec is None else spec
        shelf = self.shelf
        return AlarmView(
            id=self.id,
            source=self.source,
            condition=self.condition,
            text=self.text,
            priority=self.priority,
            state=self.state.value,
            raised=self.raised,
            cleared=self.cleared,
            acknowledged_by=self.acknowledged_by,
            text_zh=self.text_zh or f"{self.subject} {said.title.zh or self.kind}",
            title_zh=said.title.zh,
            title_en=said.title.en,
            consequence_zh=said.consequence.zh,
            consequence_en=said.consequence.en,
            response_zh=said.response.zh,
            response_en=said.response.en,
            respond_by=None if said.allowed_s is None else self.raised + timedelta(seconds=said.allowed_s),
            acknowledged=self.acknowledged,
            times=self.times,
            chattering=chattering,
            folded=folded,
            suppressed_by=self.roots,
            shelved_until=None if shelf is None else shelf.until,
            shelved_by="" if shelf is None else shelf.by,
            shelve_reason="" if shelf is None else shelf.reason,
            tag=self.tag,
            life_safety=said.life_safety,
        )
