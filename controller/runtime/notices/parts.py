"""Everything about notices, put together."""

from __future__ import annotations

from controller.domain.clock import Clock
from controller.runtime.alarms import Alarm, AlarmBook
from controller.runtime.conditions.declaration_book import DeclarationBook
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.notices.desk import NoticeDesk
from controller.runtime.notices.notice import NOTICE, notice_of
from controller.runtime.notices.occasions import TOLD, Occasions
from controller.runtime.notices.office import NoticeOffice
from controller.runtime.notices.outbox import Outbox
from controller.settings.site import Site
from controller.store.state import StoredState


class Notices:
    """Made once by the assembly; ``alarm`` is told every change of an alarm, before it is kept."""

    def __init__(
        self,
        site: Site,
        *,
        alarms: AlarmBook,
        declared: DeclarationBook,
        evidence: Evidence,
        keeper: Keeper,
        clock: Clock,
        local: LocalTime,
    ) -> None:
        rules = site.notices.rules
        self._clock = clock
        self._outbox = Outbox(rules, clock, keeper)
        self._occasions = Occasions(
            rules,
            alarms=alarms,
            declared=declared,
            keeper=keeper,
            clock=clock,
            local=local,
            put=self._outbox.put,
        )
        self._office = NoticeOffice(
            site.name, site.notices, self._outbox, self._occasions, alarms=alarms, evidence=evidence, clock=clock
        )
        self.desk = NoticeDesk(self._office, self._outbox, evidence=evidence, keeper=keeper, clock=clock)

    def alarm(self, alarm: Alarm) -> None:
        """An alarm changed."""
        self._occasions.alarm(alarm)

    def declared(self) -> None:
        """Something was declared, or is over."""
        self._office.look_soon()

    def restore(self, stored: StoredState) -> None:
        """What had not arrived before the restart; to be called once the alarms are back."""
        self._outbox.restore(notice_of(name, body, self._clock) for name, body in stored.of(NOTICE).items())
        self._occasions.restore(stored.of(TOLD))

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._outbox.rules = self._occasions.rules = site.notices.rules
        self._office.adopt(site.name, site.notices)

    async def run(self) -> None:
        """Bring notices to their receivers, for ever."""
        await self._office.run()
