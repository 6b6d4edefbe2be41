"""The rows of what was measured, written beside everything else: losing them costs a calibration, nothing more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from controller.domain.errors import StoreError
from controller.logic.hydraulics.estimate import Estimate, Measured
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.rows import Gathering, columns_of
from controller.runtime.hydraulics.files import append, prune

log = structlog.get_logger("hydraulics")

KEEP_FILES = 800
"""Two years of days, roughly; a day is 60 to 200 kB."""


class WaterRows:
    """Writes a row at a time; said once when it cannot, and once when it can again."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._failing = False
        self._day = ""
        self._gathering = Gathering()

    def add(self, network: Network, estimate: Estimate, measured: Measured) -> None:
        """One look, on its way into the next row."""
        self._gathering.add(network, estimate, measured)

    async def write(self, network: Network, estimate: Estimate, measured: Measured) -> None:
        """Write what is measured now."""
        row, columns = self._gathering.row(network, estimate, measured), columns_of(network)
        if not row.values:
            return
        day = estimate.at.date().isoformat()
        try:
            await asyncio.to_thread(append, self._data, columns, row)
            if day != self._day:
                await asyncio.to_thread(prune, self._data, KEEP_FILES)
                self._day = day
        except StoreError as error:
            if not self._failing:
                log.error("water_rows_not_written", reason=str(error))
            self._failing = True
        else:
            if self._failing:
                log.info("water_rows_written_again")
            self._failing = False
