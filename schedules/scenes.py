"""Landscape scenes (景观照明): what a group of buildings does through a night, compiled into programs and rules.

A scene is no second way of control. Each of its nights becomes a program (``scene/ID/…``) that calendar rules give to
the members, ahead of every other rule; the members share one place for the sun and have no spread, so that they start
together; and a hard end caps whatever program they have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from controller.domain.errors import InvalidValue
from controller.domain.places import Place
from controller.domain.points import TargetId
from schedules.astro import utc
from schedules.calendar import Rule
from schedules.program import Anchor, Edge, End, Program, ProgramId, Show, TimePoint, Title
from schedules.program_parts import MAX_OFFSET_MIN
from schedules.spans import clock_s
from schedules.when import Always, When

NOON_MIN = 12 * 60
LONGEST_SHOW_MIN = 120


@dataclass(frozen=True, slots=True)
class SceneStage:
    """What a scene fixes for its members: where their sun is taken, and the clock time from which they are dark."""

    scene: str
    place: Place
    hard_end: TimePoint

    def __post_init__(self) -> None:
        if self.hard_end.anchor is not Anchor.CLOCK:
            raise InvalidValue("a hard end is a clock time: 23:30")

    def ends_at(self, night: date, tz: ZoneInfo) -> datetime:
        """The hard end of a night (aware, UTC)."""
        return utc(clock_s(night.toordinal(), self.hard_end.minutes, tz))


@dataclass(frozen=True, slots=True)
class Step:
    """A named step of a scene: 亮灯, 主秀, 静态, 熄灯. From ``at`` on the members are at ``percent``."""

    at: TimePoint
    name: Title
    percent: float


@dataclass(frozen=True, slots=True)
class SceneNight:
    """One kind of night of a scene. ``when`` None: every night no other kind picks. ``curfew`` None: the hard end."""

    name: Title
    when: When | None
    steps: tuple[Step, ...]
    shows: tuple[Show, ...] = ()
    curfew: TimePoint | None = None

    def __post_init__(self) -> None:
        if not self.steps:
            raise InvalidValue(f"scene night {self.name.en!r} has no steps; give it at least one")


@dataclass(frozen=True, slots=True)
class Scene:
    """A building group's scene. ``nights``: the first that applies; the last one applies always."""

    id: str
    title: Title
    members: frozenset[TargetId]
    place: Place
    hard_end: TimePoint
    nights: tuple[SceneNight, ...]
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.nights or self.nights[-1].when is not None:
            raise InvalidValue(f"scene {self.id!r} needs a last kind of night without a condition: every other night")
        if any(night.when is None for night in self.nights[:-1]):
            raise InvalidValue(f"scene {self.id!r}: only its last kind of night goes without a condition")

    @property
    def stage(self) -> SceneStage:
        """What it fixes for its members."""
        return SceneStage(self.id, self.place, self.hard_end)

    def program_id(self, position: int) -> ProgramId:
        """The program of one kind of its nights."""
        return f"scene/{self.id}/{position + 1}"

    def programs(self) -> Iterator[Program]:
        """One program for each kind of night."""
        for position, night in enumerate(self.nights):
            ends = (*((End(night.curfew),) if night.curfew else ()), End(self.hard_end, hard=True))
            yield Program(
                id=self.program_id(position),
                title=Title(f"{self.title.zh} {night.name.zh}", f"{self.title.en}, {night.name.en}"),
                edges=tuple(Edge(step.at, step.percent, step.name) for step in night.steps),
                shows=night.shows,
                ends=ends,
            )

    def rules(self) -> Iterator[Rule]:
        """One rule for each kind of night; they go before all others of the calendar."""
        for position, night in enumerate(self.nights):
            yield Rule(
                name=f"{self.title.zh}{night.name.zh} {self.title.en}, {night.name.en}",
                when=night.when or Always(),
                only=self.members,
                every=self.program_id(position),
                scopes=self.scopes,
                scene=self.id,
            )


def show(start: TimePoint, minutes: int, percent: float, name: Title) -> Show:
    """A show window of so many minutes.

    Raises:
        InvalidValue: no length, or longer than two hours; or it reaches past noon.
    """
    if not 1 <= minutes <= LONGEST_SHOW_MIN:
        raise InvalidValue(f"a show lasts 1 to {LONGEST_SHOW_MIN} minutes, not {minutes}")
    return Show(start, later(start, minutes), percent, name)


def later(point: TimePoint, minutes: int) -> TimePoint:
    """So many minutes after a point of the night.

    Raises:
        InvalidValue: that is past the next noon, or further from the sun's time than an offset may be.
    """
    if point.anchor is not Anchor.CLOCK:
        if point.minutes + minutes > MAX_OFFSET_MIN:
            raise InvalidValue(f"{minutes} minutes after {point} is too far from it; use a clock time")
        return TimePoint(point.anchor, point.minutes + minutes)
    after_noon = (point.minutes - NOON_MIN) % (24 * 60)
    if after_noon + minutes >= 24 * 60:
        raise InvalidValue(f"{minutes} minutes after {point} the night is over (noon)")
    return TimePoint(Anchor.CLOCK, (point.minutes + minutes) % (24 * 60))
