"""The lights of a scope as crowds: which lights are treated alike tonight, and the periods each crowd has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from controller.domain.lights import Cabinet, Circuit, LightClass, Luminaire, Pole
from controller.domain.places import Place
from controller.domain.points import DeviceId, TargetId
from controller.logic.operating_states import NO_MEASURES, LightMeasures
from controller.logic.tonight import BUCKET_DEG, Crowd, Stretch
from controller.settings.site import Site
from schedules.plan import LightingPlan
from schedules.program import ASTRONOMICAL, Program
from schedules.scenes import SceneStage

IN_ONE_GO = 1_000
"""Lights sorted between two chances for everybody else: some 20 ms."""


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


class Standing(NamedTuple):
    """A light as it is counted: the number of its kind, its device, what it weighs."""

    kind: int
    device: DeviceId
    lamps: int
    rated_w: float


class Sums:
    """So many lights, lamps and watts."""

    __slots__ = ("lamps", "lights", "rated_w")

    def __init__(self) -> None:
        self.lights, self.lamps, self.rated_w = 0, 0, 0.0


class Crowds:
    """Works a site's lights out once and their nights once a night.

    60,000 lights take some 50 ms then; whoever asks first waits a second, in which everybody else goes on.
    """

    def __init__(self, site: Site, measures: Callable[[DeviceId], LightMeasures]) -> None:
        self._measures = measures
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self._lights: dict[TargetId, Standing] | None = None
        self._kinds: list[Alike] = []
        self._examples: list[TargetId] = []
        self._nights: dict[tuple[int, date, str, bool, bool], Night] = {}

    async def ready(self) -> None:
        """Sort the site's lights into kinds, if that is still to be done: in slices, as others want the loop too."""
        while self._lights is None:
            site, numbers = self._site, dict[Alike, int]()
            lights, examples = dict[TargetId, Standing](), list[TargetId]()
            for position, (name, kind) in enumerate(_all_alike(site)):
                number = numbers.setdefault(kind, len(numbers))
                if number == len(examples):
                    examples.append(name)
                entry = site.scopes.lights[name]
                lights[name] = Standing(number, entry.device, entry.lamps, entry.rated_w)
                if position % IN_ONE_GO == IN_ONE_GO - 1:
                    await asyncio.sleep(0)
            if site is self._site:  # else a reload came between
                self._lights, self._kinds, self._examples = lights, list(numbers), examples

    def of(self, targets: Iterable[TargetId], night: date) -> Iterator[tuple[Crowd, Night]]:
        """The crowds these lights make up, each with its night; ``ready`` has to have been waited for."""
        known, plain = self._lights or {}, dict[DeviceId, LightMeasures]()
        counts: dict[tuple[int, str, bool, bool], Sums] = {}
        usual: dict[int, Sums] = {}
        for target in targets:
            light = known.get(target)
            if light is None:
                continue
            measures = plain.get(light.device)
            if measures is None:
                measures = plain[light.device] = self._measures(light.device)
            if measures is NO_MEASURES:
                sums = usual.get(light.kind)
                if sums is None:
                    sums = usual[light.kind] = counts.setdefault(self._key(light.kind, measures), Sums())
            else:
                sums = counts.setdefault(self._key(light.kind, measures), Sums())
            sums.lights += 1
            sums.lamps += light.lamps
            sums.rated_w += light.rated_w
        for (number, key, rests, off), sums in counts.items():
            found = self._night(number, night, key, rests, off)
            yield self._crowd(self._kinds[number], found, sums.lights, sums.lamps, sums.rated_w), found

    def _key(self, number: int, measures: LightMeasures) -> tuple[int, str, bool, bool]:
        """What a light's night depends on besides the date: its kind, and what declared states make of its program."""
        kind = self._kinds[number]
        key = measures.programs.get(kind.key, kind.key)
        return number, key, measures.suspend_savings, measures.landscape_off and kind.landscape

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

    def _night(self, number: int, night: date, key: str, rests: bool, off: bool) -> Night:
        known = (number, night, key, rests, off)
        found = self._nights.get(known)
        if found is None:
            if len(self._nights) > 50_000:
                self._nights.clear()
            found = self._nights[known] = self._worked_out(number, night, key, rests, off)
        return found

    def _worked_out(self, number: int, night: date, key: str, rests: bool, off: bool) -> Night:
        plan, kind, target = self._site.lighting, self._kinds[number], self._examples[number]
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
