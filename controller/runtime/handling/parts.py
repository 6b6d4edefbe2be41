"""Everything about handling, put together."""

from __future__ import annotations

from controller.domain.clock import Clock
from controller.runtime.alarms import Alarm, AlarmBook
from controller.runtime.evidence import Evidence
from controller.runtime.handling.book import HandlingBook
from controller.runtime.handling.deadlines import Deadlines
from controller.runtime.handling.desk import HandlingDesk
from controller.runtime.handling.follower import AlarmHandling
from controller.runtime.handling.record import HANDLING, record_of
from controller.runtime.keeper import Keeper
from controller.runtime.stream import ChangeStream
from controller.settings.site import Site
from controller.store.state import StoredState


class HandlingOffice:
    """Made once by the assembly; ``alarm`` is told every change of an alarm."""

    def __init__(
        self,
        site: Site,
        *,
        alarms: AlarmBook,
        evidence: Evidence,
        keeper: Keeper,
        clock: Clock,
        stream: ChangeStream,
    ) -> None:
        self._clock = clock
        self._book = HandlingBook()
        self._deadlines = Deadlines(site, clock)
        self._know(site)
        self._follower = AlarmHandling(
            self._book,
            self._deadlines,
            alarms=alarms,
            evidence=evidence,
            keeper=keeper,
            clock=clock,
            stream=stream,
            known=lambda device: device in self._devices,
        )
        self.desk = HandlingDesk(
            self._book,
            self._deadlines,
            self._follower,
            alarms=alarms,
            evidence=evidence,
            keeper=keeper,
            clock=clock,
            known=lambda name: name in self._names,
        )

    def alarm(self, alarm: Alarm) -> None:
        """An alarm changed."""
        self._follower.alarm(alarm)

    def restore(self, stored: StoredState) -> None:
        """Records of before a restart, with what is left until their deadlines."""
        self._book.restore(record_of(name, body, self._clock) for name, body in stored.of(HANDLING).items())

    def restored(self) -> None:
        """The alarms of before the restart are back too: what stands without a record gets one."""
        self._follower.sweep()

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). To be told before the alarms forget what left it."""
        self._know(site)
        self._deadlines.adopt(site)
        self._follower.sweep()

    async def run(self) -> None:
        """What the passing of time alone does, for ever."""
        await self._follower.run()

    def _know(self, site: Site) -> None:
        assets = {asset.id for asset in site.city.assets()}
        self._devices = assets | {endpoint.name for endpoint in site.endpoints}
        self._names = self._devices | set(site.city.targets)
