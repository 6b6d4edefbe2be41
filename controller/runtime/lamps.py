"""Every light of a city as the lighting discipline turns it over: what, where, how much later than its program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.image import View
from controller.domain.lights import Cabinet, Circuit, Display, Luminaire, Pole
from controller.domain.places import Place
from controller.domain.points import TargetId
from controller.logic.lighting import spread_s

Light = Circuit | Luminaire | Display


@dataclass(frozen=True, slots=True)
class Lamp:
    """One light. ``shift_s``: its asset's spread; ``feedback``: the point that shows what it does."""

    light: Light
    place: Place
    shift_s: float
    feedback: str

    def burns(self, view: View) -> bool:
        """Whether a GOOD contact or level proves it on."""
        number = view.number(self.feedback)
        return number is not None and number > 0.0


def lamps_of(city: City, spread_max_s: float) -> dict[TargetId, Lamp]:
    """Every circuit, luminaire and display by its id."""
    lamps: dict[TargetId, Lamp] = {}
    assets: list[Cabinet | Pole] = [*city.cabinets.values(), *city.poles.values()]
    for asset in assets:
        shift_s = spread_s(asset.id, spread_max_s)
        for light in _lights(asset):
            suffix = "feedback" if isinstance(light, Circuit) else "level"
            lamps[light.id] = Lamp(light, asset.place, shift_s, f"{light.output}.{suffix}")
    return lamps


def _lights(asset: Cabinet | Pole) -> Sequence[Light]:
    return asset.circuits if isinstance(asset, Cabinet) else (*asset.luminaires, *asset.displays)
