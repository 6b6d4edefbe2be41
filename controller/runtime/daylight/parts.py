"""Light of day and weather, put together once by the assembly."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain.clock import Clock
from controller.runtime.act_requests import ActRequests
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.conditions.parts import Conditions
from controller.runtime.daylight.daylight import Daylight
from controller.runtime.daylight.signal_book import SignalBook
from controller.runtime.daylight.skies import Skies
from controller.runtime.daylight.tonight_desk import TonightDesk
from controller.runtime.daylight.weather_desk import WeatherDesk
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.local_time import LocalTime
from controller.runtime.stream import ChangeStream
from controller.settings.site import Site
from controller.store.state import StoredState


class DaylightParts:
    """``asked`` is for the lighting discipline, the desks for people. ``changed`` wakes the cycles."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock,
        evidence: Evidence,
        alarms: AlarmBook,
        keeper: Keeper,
        stream: ChangeStream,
        acts: ActRequests,
        local: LocalTime,
        book: RequestBook,
        conditions: Conditions,
        changed: Callable[[], None],
    ) -> None:
        self.asked = Daylight(site, Skies(site, alarms=alarms), SignalBook(site))
        self.weather = WeatherDesk(
            site,
            book=self.asked.signals,
            skies=self.asked.skies,
            clock=clock,
            keeper=keeper,
            evidence=evidence,
            stream=stream,
            acts=acts,
            local=local,
            changed=changed,
        )
        self.tonight = TonightDesk(site, asked=self.asked, clock=clock, book=book, conditions=conditions, local=local)

    def restore(self, stored: StoredState) -> None:
        """What stood before a restart."""
        self.weather.restore(stored)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload); before the lighting discipline does."""
        self.asked.skies.adopt(site)
        self.asked.signals.adopt(site)
        self.weather.adopt(site)
        self.tonight.adopt(site)
