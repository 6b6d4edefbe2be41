"""Cabinets' clocks on recorded days: good ones, drifting ones, ones that jump, cannot be set or show no time.

The controller's own keeper of clocks looks at them as it does in the field (every 6 h, setting those that are off) over
links that take their time. Beside it the peer: a look a day at noon, an alarm above 5 s, and the clock set.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, timezone
from functools import lru_cache
from random import Random
from typing import Self, cast

from controller.domain.errors import DeviceRefused
from controller.domain.lights import Cabinet, Grade
from controller.domain.places import Place
from controller.domain.timetables import ClockForm, ClockLayout
from controller.logic.timetables_clock import clock_time, clock_words, offset_s
from controller.runtime.alarms import AlarmBook
from controller.runtime.timetables.alarms import CLOCK, show_clock
from controller.runtime.timetables.clocks import Clocks
from controller.runtime.timetables.port import Port
from controller.runtime.timetables.records import TableRecord
from controller.settings.timetables import TimetableSettings
from hil.plants.device_clock import DeviceClock
from tests.bench.fault_scores import FaultScore
from tests.bench.lighting_cell_nights import Stepped, moment_s
from tests.bench.lighting_nights import DAY_S, HOUR_S, demo_site
from tests.bench.registry import benchmark

SEEDS = (11, 23, 37, 41, 59)
CABINETS, DAYS = 30, 30
ZONE = timezone(timedelta(hours=8))
LAYOUT = ClockLayout(0, ClockForm.FIELDS)
WRONG_S = 5.0
"""A clock further off than this is wrong (FACTS: alarm > 5 s)."""
RULES = TimetableSettings()


@dataclass(frozen=True, slots=True)
class ClockBreak:
    """What is broken in a clock. ``make`` is done to it once; ``stuck``: it refuses to be set; ``blank``: no time."""

    name: str
    make: Callable[[DeviceClock, float, Random], None]
    stuck: bool = False
    blank: bool = False


def _drift(clock: DeviceClock, at_s: float, random: Random) -> None:
    clock.drift(at_s, random.choice((-1.0, 1.0)) * random.uniform(12.0, 60.0))


def _jump(low_s: float, high_s: float) -> Callable[[DeviceClock, float, Random], None]:
    def make(clock: DeviceClock, at_s: float, random: Random) -> None:
        clock.set(at_s, clock.shows(at_s) + random.choice((-1.0, 1.0)) * random.uniform(low_s, high_s))

    return make


def _reset(clock: DeviceClock, at_s: float, _random: Random) -> None:
    clock.set(at_s, datetime(2000, 1, 1, tzinfo=UTC).timestamp())


def _nothing(_clock: DeviceClock, _at_s: float, _random: Random) -> None:
    return None


BREAKS = (
    ClockBreak("clock drifts by 12 to 60 s a day", _drift),
    ClockBreak("clock jumps by 10 to 60 s", _jump(10.0, 60.0)),
    ClockBreak("clock jumps by 10 min to 3 h", _jump(600.0, 3 * HOUR_S)),
    ClockBreak("clock lost its time (2000-01-01)", _reset),
    ClockBreak("clock jumps by 10 to 60 s and cannot be set", _jump(10.0, 60.0), stuck=True),
    ClockBreak("clock shows no time and cannot be set", _nothing, stuck=True, blank=True),
)


@dataclass(frozen=True, slots=True)
class ClockCase:
    """An injected fault; when it was alarmed or set right and journalled, or (the peer) alarmed; None: never."""

    name: str
    after_s: float | None
    peer_after_s: float | None


@dataclass(slots=True)
class ClockScore(FaultScore[ClockCase]):
    """What the days of some seeds gave; nights of clocks. ``worst_s``: the furthest a sound clock was off."""

    worst_s: float = 0.0

    def add(self, other: Self) -> None:
        """Take another's in."""
        FaultScore.add(self, other)
        self.worst_s = max(self.worst_s, other.worst_s)


@dataclass(slots=True)
class SlowLine:
    """A cabinet's clock registers behind a link that takes its time: the part of a port that the keeper uses."""

    device: str
    clock: Stepped
    inside: DeviceClock
    random: Random
    broken: ClockBreak | None = None

    async def read(self, _address: int, _count: int) -> tuple[int, ...]:
        """The registers as they are somewhere between question and answer."""
        there_s, back_s = (self._takes_s() for _ in range(2))
        await self.clock.sleep(there_s)
        shown = datetime.fromtimestamp(self.inside.shows(self.clock.at_s), UTC).replace(microsecond=0)
        await self.clock.sleep(back_s)
        if self.broken is not None and self.broken.blank:
            return (2026, 0, 0, 0, 0, 0)
        return clock_words(LAYOUT, shown, ZONE)

    async def write(self, _address: int, words: Sequence[int]) -> None:
        """Set it."""
        await self.clock.sleep(self._takes_s())
        if self.broken is not None and self.broken.stuck:
            raise DeviceRefused(f"{self.device}: clock registers: refused")
        shown = clock_time(LAYOUT, words, ZONE)
        assert shown is not None
        self.inside.set(self.clock.at_s, shown.timestamp())

    def _takes_s(self) -> float:
        slow = self.random.random() < 0.03
        return self.random.uniform(1.0, 6.0) if slow else self.random.uniform(0.02, 0.4)


@dataclass(slots=True)
class Keeper:
    """One cabinet's clock, kept by the controller; ``told``: alarmed, or set from more than 5 s off, since asked."""

    cabinet: Cabinet
    line: SlowLine
    record: TableRecord = field(default_factory=TableRecord)
    set_from_s: list[float] = field(default_factory=list)

    async def look(self, book: AlarmBook) -> bool:
        """Look once; whether it told something."""
        self.set_from_s.clear()
        clocks = Clocks(self.line.clock, lambda _device, off_s: self.set_from_s.append(off_s))
        port = cast(Port, self.line)  # all the keeper uses of a port is here
        self.record = await clocks.look(
            port, LAYOUT, self.record, rules=RULES.clock, zone=ZONE, edges=lambda: self._edges(), held=""
        )
        show_clock(book, self.cabinet, self.record, RULES)
        book.look()
        return book.standing(self.cabinet.id, CLOCK) or any(abs(off_s) > WRONG_S for off_s in self.set_from_s)

    def _edges(self) -> list[datetime]:
        today = datetime.fromtimestamp(self.line.clock.at_s, ZONE).date()
        days = (today + timedelta(days=one) for one in (-1, 0, 1))
        return [datetime.combine(day, at, ZONE) for day in days for at in (time(5, 30), time(18, 15), time(23, 30))]


@lru_cache
def scored_clocks(seed: int, cabinets: int = CABINETS, days: int = DAYS) -> ClockScore:
    """The days of one seed; two of three clocks break."""
    score = ClockScore()
    for number in range(cabinets):
        random = Random(seed * 1000 + number)  # noqa: S311 - recorded days are made again from their seed
        broken = None if number % 3 == 2 else BREAKS[(number // 3 * 2 + number % 3) % len(BREAKS)]
        asyncio.run(_play(score, number, broken, days, random))
        score.nights += days
    return score


async def _play(score: ClockScore, number: int, broken: ClockBreak | None, days: int, random: Random) -> None:
    start_s = moment_s(60) + random.uniform(0.0, 6 * HOUR_S)
    usual, breaks_s = random.uniform(-3.0, 3.0), start_s + random.uniform(4.0, days - 8.0) * DAY_S
    ours = keeper_of(number, start_s, usual, random)
    plain = keeper_of(number, start_s, usual, random)
    book = AlarmBook(ours.line.clock, lambda _: None, demo_site().alarms)
    told_s: float | None = None
    peer_s: float | None = None
    waits = broken is not None
    for look in range(1, days * 4):
        now_s = start_s + look * RULES.clock.look_every_s
        if broken is not None and waits and now_s > breaks_s:
            waits, what = False, random.random()
            for one in (ours, plain):
                broken.make(one.line.inside, breaks_s, Random(what))  # noqa: S311 - the same fault for both
                one.line.broken = broken
        ours.line.clock.at_s = now_s
        told = await ours.look(book)
        peer = look % 4 == 2 and await _plain_look(plain, now_s)
        if broken is None or waits:
            score.false += [f"clock {number} on day {look // 4}"] if told and look > 1 else []
            score.peer_false += [f"clock {number} on day {look // 4}"] if peer else []
            if look > 1:
                score.worst_s = max(score.worst_s, abs(ours.line.inside.shows(now_s) - now_s))
            continue
        told_s = now_s if told and told_s is None else told_s
        peer_s = now_s if peer and peer_s is None else peer_s
    if broken is not None:
        after = (None if at_s is None else at_s - breaks_s for at_s in (told_s, peer_s))
        score.cases.append(ClockCase(broken.name, next(after), next(after)))


def keeper_of(number: int, start_s: float, usual: float, random: Random) -> Keeper:
    cabinet = Cabinet(f"330106-LC-{8000 + number}", "bench", "330106", Place(30.27, 120.12), Grade.FIRST, ())
    inside = DeviceClock(offset_s=random.uniform(-1.0, 1.0), drift_s_per_day=usual, since_s=start_s)
    return Keeper(cabinet, SlowLine(cabinet.id, Stepped(start_s), inside, Random(random.random())))  # noqa: S311


async def _plain_look(one: Keeper, now_s: float) -> bool:
    """The peer's look: more than 5 s off is an alarm; set as it was read, with no regard to how long it took."""
    line = one.line
    line.clock.at_s = now_s
    asked = line.clock.now()
    shown = clock_time(LAYOUT, await line.read(0, 6), ZONE)
    off_s = None if shown is None else offset_s(shown, asked, line.clock.now())
    if off_s is not None and abs(off_s) <= 1.0:
        return False
    try:
        await line.write(0, clock_words(LAYOUT, line.clock.now(), ZONE))
    except DeviceRefused:
        return off_s is None or abs(off_s) > WRONG_S
    return off_s is None or abs(off_s) > WRONG_S


@lru_cache
def all_clocks() -> ClockScore:
    """All seeds as one."""
    whole = ClockScore()
    for seed in SEEDS:
        whole.add(scored_clocks(seed))
    return whole


@benchmark(
    "lighting.clock_fault_detection_percent",
    unit="%",
    higher=True,
    note="drift, jumps, lost time, clocks that cannot be set; alarmed, or put right and journalled; 5 seeds",
)
def clock_detection_percent() -> list[float]:
    return [scored_clocks(seed).detected_percent() for seed in SEEDS]


@benchmark(
    "lighting.clock_false_alarms_per_1000_nights",
    unit="alarms",
    must=5,
    note="per 1,000 clock-nights: clocks that drift by up to 3 s a day, links that take up to 12 s",
)
def clock_false_alarms() -> list[float]:
    whole = all_clocks()
    return [whole.per_1000(whole.false)]


@benchmark(
    "lighting.clock_fixed_threshold_false_alarms_per_1000_nights",
    unit="alarms",
    note="the peer: a look a day, more than 5 s off; the same clocks",
)
def clock_fixed_threshold_false_alarms() -> list[float]:
    whole = all_clocks()
    return [whole.per_1000(whole.peer_false)]
