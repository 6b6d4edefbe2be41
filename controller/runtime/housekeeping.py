"""What has to be looked after once a day and hurries nobody: the calendar's next year, forgotten idempotency keys."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.runtime.alarms import AlarmBook, Priority
from controller.settings.site import Site
from controller.store.changes import ForgetOutcomes
from controller.store.state import StateStore
from schedules.wakeup import WakeUp

log = structlog.get_logger("housekeeping")

HOUR = 12
"""Local hour of the daily round: noon, when the next night begins."""


class Housekeeping:
    """The daily round. It is made at every start too, so that nothing depends on having been awake at noon."""

    def __init__(self, site: Site, alarms: AlarmBook, state: StateStore, clock: Clock) -> None:
        self._alarms = alarms
        self._state = state
        self._clock = clock
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._lighting = site.lighting

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """The round now, and every noon while open (in real time only: a demo's noon may be any moment)."""
        await self.round()
        wake_up = WakeUp()
        if self._clock.speed == 1.0:
            wake_up.daily(HOUR, 0, self.round, self._lighting.tz)
            wake_up.start()
        try:
            yield
        finally:
            await wake_up.stop()

    async def round(self) -> None:
        """One round."""
        self._look_at_calendar()
        try:
            await self._state.apply([ForgetOutcomes(self._clock.now())])
        except StoreError as error:
            log.error("outcomes_not_forgotten", reason=str(error))

    def _look_at_calendar(self) -> None:
        today = self._clock.now().astimezone(self._lighting.tz).date()
        missing = self._lighting.calendar.missing_years(today)
        if missing:
            years = ", ".join(str(year) for year in missing)
            text = f"the calendar has no holidays for {years}: their nights follow the ordinary week until it has"
            self._alarms.set("calendar", "missing_year", text, Priority.LOW)
        else:
            self._alarms.clear("calendar", "missing_year")
