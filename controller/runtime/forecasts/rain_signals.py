"""The highest rain signal in force over each station, as a source of ``WaterAround.rain_signal``.

A signal is declared by people or the weather office (``zhadao weather set rainstorm orange``); rain that merely fell is
no signal: it proposes.
"""

from __future__ import annotations

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.daylight_plan import COLOURS
from controller.logic.scopes import Scope, ScopeKind, parse_scope
from controller.logic.weather_signals import WeatherSignal
from controller.runtime.daylight.signal_book import SignalBook
from controller.settings.site import Site


class RainSignals:
    """Rain signals by station; None where none stands."""

    def __init__(self, site: Site, book: SignalBook) -> None:
        self._book = book
        self._count = 0
        self._seen: tuple[WeatherSignal, ...] = ()
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._kinds = site.forecasts.rain_signals
        self._divisions = {name: one.division for name, one in site.city.stations.items()}
        self._divisions |= {name: one.division for name, one in site.city.gauges.items()}
        self._streets = {name: one.street for name, one in site.city.stations.items() if one.street}
        self._streets |= {name: one.street for name, one in site.city.gauges.items() if one.street}
        self._groups = site.access.groups
        self._count += 1

    def look(self, image: Image, moment: Moment) -> int:
        """How often what stands has changed."""
        del image
        standing = tuple(one for one in self._book.all() if one.kind in self._kinds and not one.over(moment.s))
        if standing != self._seen:
            self._seen = standing
            self._count += 1
        return self._count

    def at(self, station: DeviceId) -> str | None:
        """The gravest colour over a station or a gauge."""
        ranks = list(COLOURS)
        colours = [one.colour for one in self._seen if self._covers(parse_scope(one.scope), station)]
        return max(colours, key=ranks.index, default=None)

    def standing(self) -> tuple[WeatherSignal, ...]:
        """Rain signals that stand, oldest first."""
        return self._seen

    def _covers(self, scope: Scope, station: DeviceId) -> bool:
        match scope.kind:
            case ScopeKind.CITY:
                return True
            case ScopeKind.DIVISION:
                return self._divisions.get(station) == scope.name
            case ScopeKind.STREET:
                return self._street(scope.name, station)
            case ScopeKind.GROUP:
                return station in self._groups.get(scope.name, ())
            case _:
                return scope.name == station

    def _street(self, name: str, station: DeviceId) -> bool:
        """Whether it stands in a street (街道): ``文新街道``, or ``330106/文新街道`` where several are so named."""
        street = self._streets.get(station)
        return street is not None and name in (street, f"{self._divisions[station]}/{street}")
