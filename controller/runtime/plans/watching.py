"""The field as a run sees it: readings, who holds the plan's slot, what stands in the way and what clears it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.image import View
from controller.domain.intents import Direction
from controller.domain.points import NEVER_READ, DeviceId, Reading, TargetId, bad, device_of, good
from controller.domain.quality import Detail, Quality
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic.alarm_settings import Words
from controller.logic.levels import inner_level
from controller.logic.plans.plan import Plan
from controller.logic.plans.run import Run, Want
from controller.logic.plans.seen import (
    INNER_LEVEL,
    RUNNING_DIVERT,
    RUNNING_DRAIN,
    RUNNING_UNITS,
    Bar,
    Seen,
    TargetSeen,
)
from controller.runtime.book import RequestBook
from controller.runtime.gauge_exclusions.asked import NONE_EXCLUDED, Excluding
from controller.runtime.table import ImageTable
from controller.runtime.undertakings.sight import Gone, Masked, Met, Sight, Waits

BARS: Mapping[str, Bar] = {
    Cause.LOCAL.value: Bar.LOCAL,
    Cause.TAGGED.value: Bar.TAG,
    Cause.INTERLOCK.value: Bar.INTERLOCK,
    Cause.OFFLINE.value: Bar.OFFLINE,
}
_CLEARS: Mapping[Bar, Words] = {
    Bar.LOCAL: Words("现场将控制开关切至远控后继续", "turn the switch to REMOTE on site"),
    Bar.TAG: Words("取下检修挂牌后继续", "the tag has to come down"),
    Bar.INTERLOCK: Words("闭锁条件解除后自动继续", "it goes on when the interlock lets go"),
    Bar.MASKED: Words("待上级指令释放或到期", "it goes on when that order is released or ends"),
    Bar.OFFLINE: Words("通信恢复后自动继续", "it goes on when the device can be reached"),
    Bar.REFUSED: Words("请核实后处理", "see to it"),
}
Refused = Mapping[TargetId, tuple[str, str]]
"""Why targets were refused when the run last tried to order them: (cause, text)."""


class FieldWatch:
    """Looks; changes nothing."""

    def __init__(
        self,
        city: City,
        *,
        clock: Clock,
        book: RequestBook,
        table: ImageTable,
        sight: Sight,
        excluded: Excluding = NONE_EXCLUDED,
    ) -> None:
        self._excluded = excluded
        self._city, self._clock, self._book, self._table, self._sight = city, clock, book, table, sight

    def adopt(self, city: City) -> None:
        """Take a site over (reload)."""
        self._city = city
        self._sight.adopt(city)

    def ready(self, plan: Plan) -> bool:
        """Whether everything the plan speaks of was read since the start."""
        return all(self._view(device).block.complete for device in {*plan.scope.values(), *plan.stations})

    def gone(self, plan: Plan) -> str:
        """Something the plan orders or looks at that is no longer in the site; empty: all of it is there."""
        for target in plan.targets:
            if target not in self._book:
                return target
        return next((device for device in plan.scope.values() if device not in self._table.devices()), "")

    def read(self, device: DeviceId, point: str) -> Reading:
        """A point; of a station also its voted level and how many of its units run. Nothing is believed of a gauge
        that a person took out of the vote."""
        station, view = self._city.stations.get(device), self._view(device)
        if self._excluded.excludes(f"{device}/{point}"):
            return view.read(point).worse(Quality.UNCERTAIN, Detail.INCONSISTENT)
        if station is None:
            return view.read(point)
        if point == INNER_LEVEL:
            return inner_level(station, view, excluded=self._excluded.of(station.id)).reading
        if point == RUNNING_UNITS:
            return _counted(station, view, (Direction.DRAIN, Direction.DIVERT))
        if point in (RUNNING_DRAIN, RUNNING_DIVERT):
            return _counted(station, view, (Direction(point.removeprefix("running_")),))
        return view.read(point)

    def seen(self, plan: Plan, run: Run, refused: Refused) -> Seen:
        """Everything one turn of a run needs."""
        running = {
            (device, way): running_units(self._city.stations[device], self._view(device), way)
            for device in plan.stations
            if device in self._city.stations
            for way in Direction
        }
        targets = {want.target: self._target(want, run.owner, refused) for want in run.wants.values()}
        return Seen(self.read, targets, running)

    def _view(self, device: DeviceId) -> View:
        return self._table.view(device, self._clock.monotonic())

    def _target(self, want: Want, owner: str, refused: Refused) -> TargetSeen:
        held = self._book.holder(want.target, Slot.PLAN) if want.target in self._book else None
        if held is None or held.owner != owner or held.value != want.value:
            holder = "" if held is None else held.owner
            cause, text = refused.get(want.target, ("", ""))
            bar = BARS.get(cause, Bar.REFUSED) if cause else Bar.NONE
            return TargetSeen(holder, bar=bar, why=_told(bar, text) if text else Words())
        match self._sight.look(want.target, Slot.PLAN, owner, held.request_id):
            case Met(text):
                return TargetSeen(owner, met=True, why=Words(text, text))
            case Masked(by):
                said = Words(f"被更高优先级指令屏蔽（{by}）", f"something above it decides: {by}")
                return TargetSeen(owner, bar=Bar.MASKED, why=_with(said, _CLEARS[Bar.MASKED]))
            case Waits(cause, text):
                return self._waits(want.target, owner, cause, text)
            case Gone(_, text):
                return TargetSeen("", why=Words(text, text))

    def _waits(self, target: TargetId, owner: str, cause: str, text: str) -> TargetSeen:
        device = device_of(target)
        if not self._view(device).ready:
            link = self._view(device).block.link.value
            said = Words(f"{device} 无法通信（{link}）", f"{device} cannot be reached ({link})")
            return TargetSeen(owner, bar=Bar.OFFLINE, why=_with(said, _CLEARS[Bar.OFFLINE]))
        bar = BARS.get(cause, Bar.INTERLOCK) if cause else Bar.NONE
        return TargetSeen(owner, bar=bar, why=_told(bar, text))


def running_units(station: Station, view: View, way: Direction) -> int | None:
    """How many units run that way; None when one of them cannot be told."""
    found = [view.read(f"{unit.output}.running") for unit in station.units if unit.direction == way.value]
    return sum(bool(one.value) for one in found) if all(one.good for one in found) else None


def _counted(station: Station, view: View, ways: Sequence[Direction]) -> Reading:
    counts = [running_units(station, view, way) for way in ways]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return bad(Detail.FAILURE, view.now_s)
    return good(sum(known), view.now_s) if view.block.complete else NEVER_READ


def two_languages(text: str) -> Words:
    """A sentence that says it in English, a slash, and Chinese; one in English alone says the same twice."""
    english, slash, chinese = text.partition(" / ")
    return Words(chinese if slash else english, english)


def _told(bar: Bar, text: str) -> Words:
    said = two_languages(text)
    return _with(said, _CLEARS[bar]) if bar is not Bar.NONE else said


def _with(said: Words, clears: Words) -> Words:
    return Words(f"{said.zh}；{clears.zh}", f"{said.en}; {clears.en}")
