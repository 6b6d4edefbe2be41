"""The lights of a site as a proof takes them, with what people sort them by."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.lights import Cabinet, Circuit, LightClass, Luminaire, Pole
from controller.domain.places import Place


@dataclass(frozen=True, slots=True)
class CityLight:
    """A circuit or luminaire. ``dimmable``: a level below full draws less; a plain circuit is on at any level."""

    target: str
    program: str
    place: Place
    rated_w: float
    dimmable: bool
    light_class: LightClass
    division: str
    road: str
    grade: str


def lights_of(city: City) -> list[CityLight]:
    """Every light of the city, in the order of its assets. A pole's luminaire lights a road."""
    circuits = [_light(cabinet, circuit) for cabinet in city.cabinets.values() for circuit in cabinet.circuits]
    return circuits + [_light(pole, lamp) for pole in city.poles.values() for lamp in pole.luminaires]


def _light(asset: Cabinet | Pole, light: Circuit | Luminaire) -> CityLight:
    return CityLight(
        light.id,
        light.program,
        asset.place,
        light.rated_w,
        light.min_percent is not None if isinstance(light, Circuit) else True,
        light.light_class if isinstance(light, Circuit) else LightClass.ROAD,
        asset.division,
        asset.road,
        asset.grade.value,
    )
