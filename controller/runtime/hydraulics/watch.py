"""The waters looked at every minute: measured, estimated, alarmed, kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog

from controller.domain.clock import Clock
from controller.logic.hydraulics.estimate import Estimate, Point
from controller.logic.hydraulics.estimation import estimate
from controller.runtime.alarms import AlarmBook
from controller.runtime.hydraulics.gauge_alarms import GaugeAlarms
from controller.runtime.hydraulics.measuring import Measuring
from controller.runtime.hydraulics.records import KIND, NAME, estimate_body, estimate_of
from controller.runtime.hydraulics.rows import WaterRows
from controller.runtime.table import ImageTable
from controller.settings.site import Site
from controller.store.changes import Change, DropRecord, PutRecord
from controller.store.state import StoredState

log = structlog.get_logger("hydraulics")

LOOK_EVERY_S = 60.0
LOOK_AGAIN_S = 5.0
"""After a start it is looked so often until every gauge was read once, for a minute at most."""
KEEP_EVERY_S = 300.0
"""What is believed is kept this often, and so often a row is written to learn from."""


class NetworkWatch:
    """Level-triggered: a look takes the image as it is, however long ago the last one was.

    ``changes`` is another number after every look.
    """

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        table: ImageTable,
        alarms: AlarmBook,
        keep: Callable[[Change], None],
        data: Path,
        excluded: Callable[[Point], bool] = lambda _: False,
    ) -> None:
        self._excluded = excluded
        self._clock, self._table, self._keep = clock, table, keep
        self._alarms = GaugeAlarms(alarms)
        self._rows = WaterRows(data)
        self._kept_s = float("-inf")
        self.estimate: Estimate | None = None
        self.changes = 0
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). What is believed of waters that stay goes on."""
        self.network = site.network
        self._measuring = None if site.network is None else Measuring(site.network, site.city, self._excluded)
        if site.network is None:
            self.estimate = None
        elif self.estimate is not None:
            self.estimate = self.estimate.within(site.network.reaches)
        self.changes += 1

    def restore(self, stored: StoredState) -> None:
        """What was believed before a restart; a damaged record is as none, and told."""
        body = stored.of(KIND).get(NAME)
        self._alarms.adopt_standing()
        if body is None or self.network is None:
            return
        try:
            self.estimate = estimate_of(body).within(self.network.reaches)
        except (KeyError, ValueError, TypeError) as damaged:
            log.error("estimate_not_restored", reason=repr(damaged))
            self._keep(DropRecord(KIND, NAME))

    async def run(self) -> None:
        """Look for ever.

        A supervision boundary: whatever goes wrong here costs an estimate, and never a pump.
        """
        began_s = self._clock.monotonic()
        while True:
            waits = self._waits_for_gauges(began_s)
            try:
                await self.look()
            except Exception:  # the named supervision boundary of the network's model
                log.exception("network_look_failed")
            await self._clock.sleep(LOOK_AGAIN_S if waits else LOOK_EVERY_S)

    def _waits_for_gauges(self, began_s: float) -> bool:
        """Whether it just began and some gauge was not read yet: what is not known now will be in seconds."""
        if self._measuring is None or self._clock.monotonic() - began_s >= LOOK_EVERY_S:
            return False
        return not self._measuring.all_read(self._table)

    async def look(self) -> None:
        """One look."""
        if self.network is None or self._measuring is None:
            return
        now_s = self._clock.monotonic()
        measured = self._measuring.read(self._table, now_s)
        self.estimate = estimate(self.network, self.estimate, measured, self._clock.now())
        self.changes += 1
        self._alarms.tell(self.network, self.estimate)
        self._rows.add(self.network, self.estimate, measured)
        if now_s - self._kept_s >= KEEP_EVERY_S:
            self._kept_s = now_s
            self._keep(PutRecord(KIND, NAME, estimate_body(self.estimate)))
            await self._rows.write(self.network, self.estimate, measured)
