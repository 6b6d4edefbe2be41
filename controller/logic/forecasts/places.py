"""What forecasts speak of: rain gauges, catchments, waters outside; and by which other names others call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from controller.domain.points import DeviceId
from controller.logic.forecasts.series import ForecastKind


@dataclass(frozen=True, slots=True)
class ForecastPlace:
    """``name`` as forecasts are kept under, ``gauge`` what measures there (empty: nothing does).

    A gauge is its own place under its id; a catchment or a water outside has its own name.
    """

    name: str
    kind: ForecastKind
    gauge: DeviceId = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ForecastPlaces:
    """Every place, by its name; ``also``: other names that lead to one (a gauge's Chinese name, a foreign number)."""

    places: Mapping[str, ForecastPlace] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    def find(self, kind: ForecastKind, name: str) -> ForecastPlace | None:
        """The place a name means; None for none of this kind."""
        place = self.places.get(self.also.get(name, name))
        return place if place is not None and place.kind is kind else None

    def names_for(self, kind: ForecastKind, name: str) -> tuple[str, ...]:
        """Under which names a forecast for this place may be kept, the nearest first: its own, then those that stand
        for the same gauge."""
        place = self.find(kind, name)
        if place is None:
            return ()
        alike = (
            one.name
            for one in self.places.values()
            if one is not place and one.kind is kind and place.gauge and one.gauge == place.gauge
        )
        return (place.name, *alike)

    def of(self, kind: ForecastKind) -> Iterable[ForecastPlace]:
        """Every place of a kind."""
        return (one for one in self.places.values() if one.kind is kind)
