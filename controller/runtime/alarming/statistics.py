"""How many alarms a person is asked to answer: the measure of whether the alarms themselves are any use (ISA-18.2)."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime

from controller.domain.clock import Clock
from controller.logic.alarm_life import AlarmState
from controller.logic.alarm_settings import AlarmSettings, FloodRule
from controller.runtime.alarming.alarm import Alarm, Priority
from controller.runtime.alarming.book import AlarmBook

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
MOST_COUNTED = 100_000
MOST_FREQUENT = 10
STALE_S = DAY_S
SOURCE, CONDITION = "alarms", "flood"


@dataclass(frozen=True, slots=True)
class AlarmStatisticsView:
    """How the alarms of the last day were, and what is hidden now. Counts are of alarms that began to ask for a person.

    ``per_operator_hour``: over the last hour; ``per_operator_hour_24h``: the mean over the day, or since the start.
    ``worst_10_min``: the most that came within one span of the flood rule. ``stale``: standing for over a day.
    ``frequent``: (alarm id, times), most frequent first. ``by_priority`` counts the day's, 1 … 4.
    """

    since: datetime
    operators: int
    last_10_min: int
    last_hour: int
    last_24_h: int
    per_operator_hour: float
    per_operator_hour_24h: float
    worst_10_min: int
    flood: bool
    floods: int
    flood_limit: int
    by_priority: dict[str, int]
    frequent: tuple[tuple[str, int], ...]
    unacknowledged: int
    standing: int
    stale: int
    chattering: int
    shelved: int
    suppressed: int
    out_of_service: int
    overdue: int


class AlarmStatistics:
    """Counts alarms as they begin to ask for a person, and raises one more when they come too fast to be read."""

    def __init__(self, book: AlarmBook, clock: Clock, settings: AlarmSettings) -> None:
        self._book = book
        self._clock = clock
        self._rule = settings.flood
        self._came: deque[tuple[float, str, int]] = deque(maxlen=MOST_COUNTED)
        self._recent: deque[float] = deque()
        self._since, self._since_s = clock.now(), clock.monotonic()
        self._worst: deque[tuple[float, int]] = deque()
        self._floods = 0
        book.counted_by(self.count)

    def adopt(self, settings: AlarmSettings) -> None:
        """Take another config over (reload)."""
        self._rule = settings.flood

    def count(self, alarm: Alarm) -> None:
        """An alarm begins to ask for a person. The flood's own alarm does not count."""
        if alarm.source == SOURCE:
            return
        now_s = self._clock.monotonic()
        self._came.append((now_s, alarm.id, alarm.priority))
        self._recent.append(now_s)
        self.look()
        self._note_worst(now_s)

    def look(self) -> None:
        """Whether this is a flood, or it is over."""
        rule, now_s = self._rule, self._clock.monotonic()
        while self._recent and now_s - self._recent[0] > rule.within_s:
            self._recent.popleft()
        lately, limit = len(self._recent), rule.alarms * rule.operators
        if self.flood and lately < rule.over_below * rule.operators:
            self._book.clear(SOURCE, CONDITION)
        elif lately >= limit or self.flood:
            self._floods += not self.flood
            self._tell(rule, lately)

    @property
    def flood(self) -> bool:
        """Whether alarms come faster than they can be read."""
        return self._book.standing(SOURCE, CONDITION)

    def next_s(self) -> float:
        """When the flood may be over (monotonic); infinity when there is none."""
        return self._recent[0] + self._rule.within_s if self.flood and self._recent else float("inf")

    def view(self) -> AlarmStatisticsView:
        """The last day's figures."""
        self.look()
        now_s, operators = self._clock.monotonic(), self._rule.operators
        day = [one for one in self._came if now_s - one[0] <= DAY_S]
        hour = sum(now_s - at_s <= HOUR_S for at_s, _, _ in day)
        hours = max(1.0, min(DAY_S, now_s - self._since_s) / HOUR_S)
        priorities = Counter(str(priority) for _, _, priority in day)
        hidden = Counter(alarm.state for alarm in self._book.hidden())
        standing = [alarm for alarm in self._book.all() if alarm.stands]
        now = self._clock.now()
        return AlarmStatisticsView(
            since=self._since,
            operators=operators,
            last_10_min=len(self._recent),
            last_hour=hour,
            last_24_h=len(day),
            per_operator_hour=hour / operators,
            per_operator_hour_24h=len(day) / hours / operators,
            worst_10_min=max((count for at_s, count in self._worst if now_s - at_s <= DAY_S), default=0),
            flood=self.flood,
            floods=self._floods,
            flood_limit=self._rule.alarms * operators,
            by_priority={str(priority): priorities[str(priority)] for priority in range(1, 5)},
            frequent=tuple(Counter(alarm_id for _, alarm_id, _ in day).most_common(MOST_FREQUENT)),
            unacknowledged=self._book.unacknowledged(),
            standing=len(standing),
            stale=sum((now - alarm.raised).total_seconds() > STALE_S for alarm in standing),
            chattering=self._book.chattering(),
            shelved=hidden[AlarmState.SHELVED],
            suppressed=hidden[AlarmState.SUPPRESSED],
            out_of_service=hidden[AlarmState.OUT_OF_SERVICE],
            overdue=sum(self._overdue(alarm, now) for alarm in standing),
        )

    def _overdue(self, alarm: Alarm, now: datetime) -> bool:
        allowed_s = self._book.spec(alarm.condition).allowed_s
        waits = alarm.unseen and allowed_s is not None
        return waits and (now - alarm.raised).total_seconds() > (allowed_s or 0.0)

    def _note_worst(self, now_s: float) -> None:
        """Keep only counts that no later and greater one hides: the first is always the day's worst."""
        count = len(self._recent)
        while self._worst and self._worst[-1][1] <= count:
            self._worst.pop()
        self._worst.append((now_s, count))
        while now_s - self._worst[0][0] > DAY_S:
            self._worst.popleft()

    def _tell(self, rule: FloodRule, lately: int) -> None:
        minutes = rule.within_s / 60
        text = (
            f"{lately} new alarms in {minutes:g} min, more than {rule.operators} operator(s) can read "
            f"({rule.alarms} each): look for the common cause, work down from priority 1"
        )
        text_zh = f"{minutes:g} 分钟内新增告警 {lately} 条，超过可处理上限；先找共同原因，从一级告警处理起"
        self._book.set(SOURCE, CONDITION, text, Priority.HIGH, text_zh=text_zh)
