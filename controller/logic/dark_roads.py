"""Which roads a cut leaves dark, as people name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.lights import LightClass
from controller.domain.points import TargetId

_Road = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DarkRoad:
    """A road some of whose road-lighting circuits are cut: ``cut`` of ``circuits``."""

    division: str
    road: str
    cut: int
    circuits: int

    @property
    def wholly(self) -> bool:
        """Whether no road light of it is left."""
        return self.cut == self.circuits

    def said_en(self) -> str:
        """For people: ``沈半路 (4 of 4 circuits cut: dark)``."""
        return f"{self.road} ({self.cut} of {self.circuits} circuits cut{': dark' if self.wholly else ''})"

    def said_zh(self) -> str:
        """For people: ``沈半路 (4/4 回路断电, 全暗)``."""
        return f"{self.road} ({self.cut}/{self.circuits} 回路断电{', 全暗' if self.wholly else ''})"


class RoadMap:
    """Which road each road-lighting circuit lights. A cabinet without a road goes by its name."""

    def __init__(self, city: City) -> None:
        self._road: dict[TargetId, _Road] = {
            circuit.id: (cabinet.division, cabinet.road or cabinet.name)
            for cabinet in city.cabinets.values()
            for circuit in cabinet.circuits
            if circuit.light_class is LightClass.ROAD
        }
        self._total = Counter(self._road.values())

    def roads(self) -> Iterable[tuple[TargetId, tuple[str, str]]]:
        """Each road-lighting circuit with its division and road."""
        return self._road.items()

    def dark(self, cut: Iterable[TargetId]) -> tuple[DarkRoad, ...]:
        """Every road with a cut road-lighting circuit, the darkest first."""
        counted = Counter(self._road[circuit] for circuit in cut if circuit in self._road)
        roads = [DarkRoad(*road, cut=count, circuits=self._total[road]) for road, count in counted.items()]
        return tuple(sorted(roads, key=lambda road: (-road.cut / road.circuits, road.division, road.road)))
