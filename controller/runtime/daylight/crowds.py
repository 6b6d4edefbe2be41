"""The lights of a scope as crowds: which lights are treated alike tonight, and the periods each crowd has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from controller.domain.lights import Cabinet, Circuit, LightClass, Luminaire, Pole
from controller.domain.places import Place
from controller.domain.points import DeviceId, TargetId, device_of
from controller.logic.operating_states import NO_MEASURES, LightMeasures
from controller.logic.tonight import BUCKET_DEG, Crowd, Stretch
from controller.settings.site import Site
from schedules.plan import LightingPlan
from schedules.program import ASTRONOMICAL, Program
from schedules.scenes import SceneStage


class Alike(NamedTuple):
    """Lights for which all of this is the same have one night."""

    key: str
    kind: int
    lat: float
    lon: float
    landscape: bool
    dims: bool
    stage: SceneStage | None


class Night(NamedTuple):
    """A crowd's night."""

    program: Program
    rule: str
    periods: tuple[Stretch, ...]


class Crowds:
    """Works a site's lights out once and their nights once a night: a whole city is asked for in well under 1 s."""

    def __init__(self, site: Site, measures: Callable[[DeviceId], LightMeasures]) -> None:
        self._measures = measures
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self._alike: dict[TargetId, Alike] | None = None
        self._examples: dict[Alike, TargetId] = {}
        self._nights: dict[tuple[Alike, date, str, bool, bool], Night] = {}

    def of(self, targets: Iterable[TargetId], night: date) -> Iterator[tuple[Crowd, Night]]:
        """The crowds these lights make up, each with its night."""
        alike, lights = self._all(), self._site.scopes.lights
        counts: dict[tuple[Alike, str, bool, bool], list[float]] = {}
        plain: dict[DeviceId, LightMeasures] = {}
        for target in targets:
            if target not in alike:
                continue
            kind, device = alike[target], device_of(target)
            measures = plain.get(device)
            if measures is None:
                measures = plain[device] = self._measures(device)
            key = kind.key if measures is NO_MEASURES else measures.programs.get(kind.key, kind.key)
            off = measures.landscape_off and kind.landscape
            count = counts.setdefault((kind, key, measures.suspend_savings, off), [0, 0, 0.0])
            light = lights[target]
            count[0] += 1
            count[1] += light.lamps
            count[2] += light.rated_w
        for (kind, key, rests, off), (number, lamps, rated_w) in counts.items():
            found = self._night(kind, night, key, rests, off)
            yield self._crowd(kind, found, int(number), int(lamps), rated_w), found

    def _crowd(self, kind: Alike, night: Night, lights: int, lamps: int, rated_w: float) -> Crowd:
        return Crowd(
            program=night.program.id,
            title_zh=night.program.title.zh,
            title_en=night.program.title.en,
            rule=night.rule,
            lights=lights,
            lamps=lamps,
            rated_w=rated_w,
            dims=kind.dims,
            landscape=kind.landscape,
            spread_s=0.0 if kind.stage else self._site.timing.spread_s,
        )

    def _night(self, kind: Alike, night: date, key: str, rests: bool, off: bool) -> Night:
        known = (kind, night, key, rests, off)
        found = self._nights.get(known)
        if found is None:
            if len(self._nights) > 50_000:
                self._nights.clear()
            found = self._nights[known] = self._worked_out(kind, night, key, rests, off)
        return found

    def _worked_out(self, kind: Alike, night: date, key: str, rests: bool, off: bool) -> Night:
        plan, target = self._site.lighting, self._examples[kind]
        chosen = plan.chosen(key, night, target)
        program = chosen.program or ASTRONOMICAL
        place = Place(kind.lat, kind.lon)
        dark = off or (chosen.program is None and kind.landscape)
        periods = [] if dark else plan.night(key, place, night, target)
        stretches = tuple(
            Stretch(
                one.start.timestamp(),
                one.end.timestamp(),
                one.base_percent if rests else one.percent,
                one.base_cause if rests else one.cause,
            )
            for one in periods
        )
        return Night(program, chosen.choice.rule, stretches)

    def _all(self) -> Mapping[TargetId, Alike]:
        if self._alike is None:
            self._alike = dict(_all_alike(self._site))
            for name, kind in self._alike.items():
                self._examples.setdefault(kind, name)
        return self._alike


def _all_alike(site: Site) -> Iterator[tuple[TargetId, Alike]]:
    """Every light with what it is like; the circuits of one cabinet have its place."""
    assets: list[Cabinet | Pole] = [*site.city.cabinets.values(), *site.city.poles.values()]
    for asset in assets:
        here = _rounded(asset.place)
        for light in asset.circuits if isinstance(asset, Cabinet) else asset.luminaires:
            yield light.id, _alike(light, here, site.lighting)


def _alike(light: Circuit | Luminaire, here: tuple[float, float], plan: LightingPlan) -> Alike:
    stage = plan.stages.get(light.id)
    lat, lon = here if stage is None else _rounded(stage.place)
    circuit = light if isinstance(light, Circuit) else None
    landscape = circuit is not None and circuit.light_class is LightClass.LANDSCAPE
    dims = circuit is None or circuit.min_percent is not None
    return Alike(light.program, plan.calendar.standing(light.id), lat, lon, landscape, dims, stage)


def _rounded(place: Place) -> tuple[float, float]:
    return round(place.lat / BUCKET_DEG) * BUCKET_DEG, round(place.lon / BUCKET_DEG) * BUCKET_DEG
