"""Deadlines by the site's rules, calendar and time zone."""

from __future__ import annotations

from datetime import date, datetime

from controller.domain.clock import Clock
from controller.logic.handling_rules import HandlingRules, Urgency
from controller.settings.site import Site
from schedules.calendar import DayKind


class Deadlines:
    """Until when what is opened now is to be dealt with."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self._clock = clock
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). Deadlines that were set stay."""
        self.rules: HandlingRules = site.handling
        self._holidays, self._zone = site.lighting.calendar.holidays, site.lighting.tz

    def of(self, urgency: Urgency) -> tuple[datetime, float]:
        """Wall time (UTC) and monotonic moment."""
        now = self._clock.now()
        due = self.rules.due(urgency, now, self._works, self._zone)
        return due, self._clock.monotonic() + (due - now).total_seconds()

    def told(self, due: datetime) -> str:
        """A deadline as people read it, in the site's zone: ``2026-06-21 23:05``."""
        return f"{due.astimezone(self._zone):%Y-%m-%d %H:%M}"

    def _works(self, day: date) -> bool:
        return self._holidays.kind(day) is DayKind.WORKDAY
