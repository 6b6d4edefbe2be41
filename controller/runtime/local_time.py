"""The site's own time in texts that people read. Everything kept, compared or sent to machines stays aware UTC."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


class LocalTime:
    """The clock on the control room's wall. Shared by every desk; ``adopt`` swaps the zone for all of them."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def adopt(self, zone: ZoneInfo) -> None:
        """Take another zone over (reload)."""
        self.zone = zone

    def of(self, moment: datetime) -> datetime:
        """The same moment, told in the site's zone."""
        return moment.astimezone(self.zone)

    def day(self, moment: datetime) -> str:
        """Date, hour and minute: ``2026-06-21 23:05``."""
        return f"{self.of(moment):%Y-%m-%d %H:%M}"

    def second(self, moment: datetime) -> str:
        """Date and time to the second: ``2026-06-21 23:05:09``."""
        return f"{self.of(moment):%Y-%m-%d %H:%M:%S}"

    def hour(self, moment: datetime) -> str:
        """Hour and minute: ``23:05``."""
        return f"{self.of(moment):%H:%M}"
