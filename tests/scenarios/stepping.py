"""A running city whose controller's wall clock is set by somebody while the field's time goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from controller.runtime.clocks import ScaledClock
from controller.settings.site import Site
from tests.scenarios.city import RunningCity, controlled, running_field


class SteppedClock(ScaledClock):
    """Its wall can be set; its monotonic time knows nothing of that."""

    stepped = timedelta()

    def now(self) -> datetime:
        return super().now() + self.stepped


@contextlib.asynccontextmanager
async def stepping_city(data: Path, start: datetime, site: Site) -> AsyncIterator[tuple[RunningCity, SteppedClock]]:
    """The controller on a clock of its own over a field that keeps its own time."""
    time = asyncio.get_running_loop().time
    async with running_field(site, start) as (_, field, here):
        clock = SteppedClock(start, source=time)
        async with controlled(clock, field, here, data) as city:
            yield city, clock
