"""Everything about downloaded timetables, put together."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.points import DeviceId
from controller.logic.switch_guard import Word
from controller.runtime.alarms import AlarmBook
from controller.runtime.channel import Channel
from controller.runtime.conditions.parts import Conditions
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.table import ImageTable
from controller.runtime.timetables.desk import TimetableDesk
from controller.runtime.timetables.office import TimetableOffice
from controller.settings.site import Site
from controller.store.state import StoredState


class Timetables:
    """Made once by the assembly."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        table: ImageTable,
        evidence: Evidence,
        alarms: AlarmBook,
        keeper: Keeper,
        conditions: Conditions,
    ) -> None:
        self._conditions = conditions
        self._office = TimetableOffice(
            site,
            clock=clock,
            table=table,
            evidence=evidence,
            alarms=alarms,
            keep=keeper.keep,
            held=lambda device: (self._cause(device) or (None, ""))[1],
        )
        self.desk = TimetableDesk(self._office, evidence=evidence, cause_held=self._cause)

    def route(self, channels: Mapping[DeviceId, Channel]) -> None:
        """Which channel leads to which device."""
        self._office.route(channels)

    def restore(self, stored: StoredState) -> None:
        """What was known before a restart."""
        self._office.restore(stored)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._office.adopt(site)

    async def run(self) -> None:
        """Look after tables and clocks, for ever."""
        await self._office.run()

    def _cause(self, device: DeviceId) -> tuple[Cause, str] | None:
        """Somebody works there: nothing is changed under their hands."""
        tags = self._conditions.site_book.tags.within(device)
        if tags:
            return Cause.TAGGED, f"a maintenance tag hangs there: {tags[0].owner}, {tags[0].reason} 检修挂牌"
        switch = self._conditions.switches.at(device)
        if switch is not None and switch.word == Word.LOCAL.value:
            return Cause.LOCAL, f"{switch.text_en} {switch.text_zh}"
        return None
