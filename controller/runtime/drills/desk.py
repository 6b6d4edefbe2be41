"""What a drill's own controller says of the drill, and how it is ended. Of a city's controller: that it is none."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

from controller.domain.clock import Clock
from controller.domain.drill import DrillMark
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Caller
from controller.logic.alarm_settings import Words
from controller.logic.drills.drill import Trouble
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.drills.folder import DrillFolder
from controller.runtime.drills.report import report_of
from controller.runtime.drills.views import DrillReport, DrillView
from controller.runtime.evidence import Evidence

NO_DRILL = "this is no drill's controller but the city's own: `zhadao drill list` shows drills, and where they run"
SOURCE = "drill"


class DrillDesk:
    """Looks at the drill this controller was started for, tells those who take part what its script says, ends it."""

    def __init__(
        self, mark: DrillMark | None, data: Path, *, clock: Clock, evidence: Evidence, alarms: AlarmBook
    ) -> None:
        self._mark = mark
        self._folder = DrillFolder(data)
        self._clock = clock
        self._evidence = evidence
        self._alarms = alarms

    async def run(self) -> None:
        """Say the script's messages when their time has come; in a city there are none."""
        if self._mark is None:
            return
        record = self._folder.record
        said = [one for one in record.drill.injections if one.trouble is Trouble.MESSAGE]
        for number, one in enumerate(sorted(said, key=lambda each: each.at_s), start=1):
            due = record.began + timedelta(seconds=one.at_s)
            await self._clock.sleep((due - self._clock.now()).total_seconds())
            text = one.text or Words()
            self._alarms.set(SOURCE, f"message_{number}", text.en, Priority.LOW, text_zh=text.zh)

    def show(self) -> DrillView:
        """The drill, or that there is none."""
        if self._mark is None:
            return DrillView()
        record = self._folder.record
        drill = record.drill
        return DrillView(
            record.run,
            drill.id,
            drill.title.zh,
            drill.title.en,
            drill.purpose.zh,
            drill.purpose.en,
            record.began,
            record.began + timedelta(seconds=drill.lasts_s),
            record.speed,
            record.from_city,
        )

    async def report(self) -> DrillReport:
        """The report so far; worked out beside the cycles.

        Raises:
            UnknownTarget: this is no drill. StoreError: its folder cannot be read.
        """
        self._must_be_one()
        return await asyncio.to_thread(report_of, self._folder)

    async def end(self, caller: Caller) -> DrillView:
        """End the drill: its process stops in order and writes its report.

        Raises:
            UnknownTarget: this is no drill; a city's controller is never ended from here.
        """
        self._must_be_one()
        self._evidence.later("drill_ended", caller.actor, "", {"person": caller.person})
        asyncio.get_running_loop().call_later(0.2, signal.raise_signal, signal.SIGTERM)
        return self.show()

    def _must_be_one(self) -> None:
        if self._mark is None:
            raise UnknownTarget(NO_DRILL)
