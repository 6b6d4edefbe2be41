"""Everything about alarms but the book itself, put together: counted, timed, answered."""

from __future__ import annotations

import re

from controller.domain.clock import Clock
from controller.runtime.alarming.alarm import Alarm
from controller.runtime.alarming.book import AlarmBook
from controller.runtime.alarming.desk import AlarmDesk
from controller.runtime.alarming.levels import CONDITIONS
from controller.runtime.alarming.rounds import AlarmRounds
from controller.runtime.alarming.statistics import AlarmStatistics
from controller.runtime.conditions.declaration_book import DeclarationBook
from controller.runtime.conditions.tag_book import TagBook
from controller.runtime.evidence import Evidence
from controller.runtime.forecasts.rain_watch import CONDITIONS as RAIN
from controller.runtime.keeper import Keeper
from controller.runtime.light_faults.alarms import OURS as LIGHT_FAULTS
from controller.runtime.local_time import LocalTime
from controller.runtime.opcua_notices import SOURCE as OPCUA
from controller.runtime.timetables.alarms import CLOCK, DIFFERS
from controller.runtime.traffic.news import BUSY, REFUSES, STUCK
from controller.settings.site import Site
from drivers.opcua.notices import Trouble

_ASSET = re.compile(r"\d{6}-[A-Z]{2}-\d+\Z")
_OF_STATIONS = ("rack", "dry_run", "level", "held", "locked_out", "fault", "tripped")
_OF_WIRES = ("offline", BUSY, REFUSES, STUCK, *Trouble)
OF_THE_FIELD = frozenset(
    {
        *("mismatch", CLOCK, DIFFERS, *_OF_WIRES, *CONDITIONS, *RAIN.values(), *_OF_STATIONS),
        *(kind.value for kind in LIGHT_FAULTS),
    }
)
"""Kinds that are about an asset of the site and end with it."""


class Alarming:
    """Made once by the assembly, around its book."""

    def __init__(
        self, site: Site, book: AlarmBook, *, evidence: Evidence, keeper: Keeper, clock: Clock, local: LocalTime
    ) -> None:
        settings = site.alarms
        self._book = book
        self._statistics = AlarmStatistics(book, clock, settings)
        self._rounds = AlarmRounds(book, self._statistics, evidence, clock)
        self.desk = AlarmDesk(
            book=book,
            statistics=self._statistics,
            evidence=evidence,
            keeper=keeper,
            clock=clock,
            local=local,
            settings=settings,
        )
        self._know(site)

    def heed(self, tags: TagBook, declared: DeclarationBook) -> None:
        """Whose tags take alarms out of service, and whose declarations make them more or less urgent."""
        self._book.tagged_by(lambda target: "" if (tag := tags.on(target)) is None else tag.id)
        self._book.shifted_by(declared.priority)

    def hurry(self) -> None:
        """Tags or operating states changed: alarms are looked at anew at once."""
        self._rounds.hurry()

    def restored(self) -> None:
        """The past was taken up: alarms about what is not there any more are over."""
        self._book.forget_gone(self._left)
        self._rounds.look()

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._know(site)
        self.desk.adopt(site.alarms)
        self._book.forget_gone(self._left)

    async def run(self) -> None:
        """Do what the passing of time alone does to alarms, for ever."""
        await self._rounds.run()

    def _know(self, site: Site) -> None:
        self._known = {asset.id for asset in site.city.assets()} | {endpoint.name for endpoint in site.endpoints}

    def _left(self, alarm: Alarm) -> bool:
        if alarm.source.startswith(f"{OPCUA}/") and alarm.kind in OF_THE_FIELD:
            return alarm.source.removeprefix(f"{OPCUA}/") not in self._known
        ours = alarm.kind in OF_THE_FIELD and (alarm.kind == "offline" or _ASSET.match(alarm.device) is not None)
        return ours and alarm.device not in self._known
