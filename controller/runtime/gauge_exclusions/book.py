"""Which gauges are out of the vote now: asked by every vote, ended by time, alarmed while they are."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from controller.domain.clock import Clock
from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.gauge_exclusion import EXCLUDES_NOTHING, Excluded
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.evidence import Evidence
from controller.runtime.gauge_exclusions.points import voting_points
from controller.runtime.gauge_exclusions.records import KIND, Exclusion, exclusion_of
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.settings.site import Site
from controller.store.changes import DropRecord
from controller.store.state import StoredState

log = structlog.get_logger("gauges")

EXCLUDED, ENDS_SOON = "gauge_excluded", "gauge_exclusion_ends"
WARN_S = 900.0
"""So long (s) before it ends by itself people are told."""


class ExclusionBook:
    """The source of ``WaterAround.excluded``. ``changes`` is counted for whoever looks for longer than a moment."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        keeper: Keeper,
        evidence: Evidence,
        alarms: AlarmBook,
        stream: ChangeStream,
        local: LocalTime,
    ) -> None:
        self._clock, self._keeper, self._evidence = clock, keeper, evidence
        self._alarms, self._stream, self._local = alarms, stream, local
        self._standing: dict[str, Exclusion] = {}
        self._warned: set[str] = set()
        self._due_s = float("inf")
        self.changes = 0
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). An exclusion stands, also where the longest one became shorter; one of a gauge
        that nobody listens to any more is over."""
        self.rules, self.points = site.gauge_exclusion, voting_points(site)
        self.changes += 1
        for gone in [one for point, one in self._standing.items() if point not in self.points]:
            self._over(gone, "the gauge left the configuration")

    def restore(self, stored: StoredState) -> None:
        """What was excluded before a restart is so still, as long as its time lasts; a damaged record is as none."""
        wall, now_s = self._clock.now(), self._clock.monotonic()
        for point, body in stored.of(KIND).items():
            try:
                one = exclusion_of(point, body, wall, now_s)
            except (KeyError, ValueError, TypeError) as damaged:
                log.error("gauge_exclusion_not_restored", point=point, reason=repr(damaged))
                self._keeper.keep(DropRecord(KIND, point))
                self._alarms.clear(point, EXCLUDED)
                continue
            self.put(one)
            if point not in self.points:
                self._over(one, "the gauge left the configuration")
        self.end_due(now_s)

    # -- asked by votes -------------------------------------------------------------------------------------------

    def look(self, image: Image, moment: Moment) -> int:
        """End what is due; a number that changes with any answer."""
        del image
        if moment.s >= self._due_s:
            self.end_due(moment.s)
        return self.changes

    def at(self, station: DeviceId) -> Excluded | None:
        """What is excluded of a station's own gauges; None: nothing."""
        found = self.of(station)
        return found if found.points else None

    def of(self, station: DeviceId) -> Excluded:
        """What is excluded of a station's own gauges, for whoever votes beside its control."""
        if not self._standing:
            return EXCLUDES_NOTHING
        mine = {one.name: self._said(one) for one in self._standing.values() if one.device == station}
        return Excluded(mine, self.rules.agree_m, self.rules.lively_s) if mine else EXCLUDES_NOTHING

    def excludes(self, point: str) -> bool:
        """Whether a point (``330102-TG-0001/level_m``) is out of the vote."""
        return point in self._standing

    def standing(self) -> Mapping[str, Exclusion]:
        """Every exclusion, by its point."""
        return self._standing

    # -- changed by the desk and by time --------------------------------------------------------------------------

    def put(self, one: Exclusion) -> None:
        """From now on this gauge is out of the vote."""
        self._standing[one.point] = one
        self._alarms.clear(one.point, ENDS_SOON)
        self._warned.discard(one.point)
        self._changed(one)
        until = self._local.day(one.expires)
        self._alarms.set(
            one.point,
            EXCLUDED,
            f"level gauge {one.point} is out of every vote until {until}, by {one.by}: {one.reason}; the others have "
            "to agree. Repair it, then `zhadao gauge include`",
            Priority.MEDIUM,
            text_zh=f"水位计 {one.point} 已由{one.by}剔除（{one.reason}），至 {until}；其余水位计须一致。修复后请恢复",
        )

    def take(self, point: str) -> None:
        """It has its vote again."""
        one = self._standing.pop(point)
        self._warned.discard(point)
        self._alarms.clear(point, EXCLUDED)
        self._alarms.clear(point, ENDS_SOON)
        self._changed(one)

    def end_due(self, now_s: float) -> None:
        """End what ran out, and warn of what soon does."""
        for one in list(self._standing.values()):
            if now_s >= one.expires_s:
                self._over(one, "its time was over")
            elif now_s >= one.expires_s - WARN_S and one.point not in self._warned:
                self._warn(one)
        self._plan()

    def _over(self, one: Exclusion, why: str) -> None:
        self._keeper.keep(DropRecord(KIND, one.point))
        self._evidence.later("gauge_exclusion_over", "controller", one.point, {**one.body(), "why": why})
        self.take(one.point)

    def _warn(self, one: Exclusion) -> None:
        self._warned.add(one.point)
        until = self._local.hour(one.expires)
        self._alarms.set(
            one.point,
            ENDS_SOON,
            f"level gauge {one.point} votes again from {until}: renew its exclusion (`zhadao gauge exclude`) if it "
            "still lies",
            Priority.MEDIUM,
            text_zh=f"水位计 {one.point} 的剔除将于 {until} 到期并重新参与表决；如仍失真请续期",
        )

    def _changed(self, one: Exclusion) -> None:
        self.changes += 1
        self._plan()
        self._stream.publish("gauge_exclusion", one.device, {"gauge": one.point, "out": one.point in self._standing})

    def _plan(self) -> None:
        moments = (
            one.expires_s if one.point in self._warned else one.expires_s - WARN_S for one in self._standing.values()
        )
        self._due_s = min(moments, default=float("inf"))

    def _said(self, one: Exclusion) -> str:
        return f"{one.by} until {self._local.day(one.expires)}, {one.reason}"
