"""Adding up what a look at the switch's lights showed: feeders and their load, dark roads, staging."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from controller.domain.clock import Clock
from controller.domain.image import View
from controller.domain.points import DeviceId, TargetId, output_of
from controller.logic.dark_roads import DarkRoad, RoadMap
from controller.logic.preview import Effect
from controller.logic.scopes import LightEntry
from controller.logic.staging import Rehearsal, Staging, area_name
from controller.logic.switch_preview import Load, SeenLight, Staged, SwitchSummary, staged_of, summarise
from controller.runtime.commanding.views import Preview
from controller.runtime.table import ImageTable
from controller.settings.site import Site

CHUNK = 2_000
"""Lights looked at before others may go on: some 10 ms."""


class Foreteller:
    """Reads the image and rehearses staging; changes nothing."""

    def __init__(self, site: Site, clock: Clock, table: ImageTable, staging: Staging) -> None:
        self._clock, self._table, self._staging = clock, table, staging
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._lights = site.scopes.lights
        self._roads = RoadMap(site.city)
        self._on_feeder: dict[str, list[LightEntry]] = {}
        for light in self._lights.values():
            self._on_feeder.setdefault(area_name(light), []).append(light)

    async def summary(self, preview: Preview, dark: frozenset[TargetId], *, urgent: bool) -> SwitchSummary:
        """The whole of a preview; ``dark``: the lights that would be off by it."""
        seen = [
            SeenLight(
                light=self._lights[one.target],
                effect=one.effect,
                cause=one.cause,
                text=one.text,
                kw=one.power_kw,
                interlocks=one.interlocks,
                masked_by=one.masked_by,
            )
            for one in preview.targets
            if one.target in self._lights
        ]
        changing = [one.light for one in seen if one.effect is Effect.CHANGE]
        feeders = {area_name(light) for light in changing}
        loads = {name: await self._load(self._on_feeder[name]) for name in feeders}
        rated = {name: sum(light.rated_w for light in self._on_feeder[name]) / 1000.0 for name in feeders}
        taken = {one.light.target for one in seen if one.effect in (Effect.CHANGE, Effect.NO_CHANGE)}
        return summarise(seen, rated, loads, self._dark(dark & taken), await self._staged(changing, urgent=urgent))

    def _dark(self, off: frozenset[TargetId]) -> tuple[DarkRoad, ...]:
        """The roads that lose lights by it: what is off there already is counted with them."""
        touched = {(one.division, one.road) for one in self._roads.dark(off)}
        if not touched:
            return ()
        now_s = self._clock.monotonic()
        others = (
            target
            for target, road in self._roads.roads()
            if road in touched and target not in off and self._off(target, now_s)
        )
        return self._roads.dark([*off, *others])

    def _off(self, target: TargetId, now_s: float) -> bool:
        light = self._lights.get(target)
        if light is None:
            return False
        return self._table.view(light.device, now_s).value(f"{output_of(target)}.feedback") is False

    async def _load(self, lights: Sequence[LightEntry]) -> Load:
        """What these draw now, as far as it is measured."""
        now_s, watts, measured = self._clock.monotonic(), 0.0, 0
        views: dict[DeviceId, View] = {}
        for number, light in enumerate(lights, 1):
            view = views.get(light.device)
            if view is None:
                view = views[light.device] = self._table.view(light.device, now_s)
            power_w = view.number(f"{output_of(light.target)}.power_w")
            if power_w is not None:
                watts, measured = watts + power_w, measured + 1
            if number % CHUNK == 0:
                await asyncio.sleep(0)
        return Load(watts / 1000.0 if measured else None, len(lights) - measured)

    async def _staged(self, changing: Iterable[LightEntry], *, urgent: bool) -> Staged | None:
        targets = sorted(light.target for light in changing)
        usual, hurried = Rehearsal(self._staging, urgent=False), Rehearsal(self._staging, urgent=True)
        for begin in range(0, len(targets), CHUNK):
            usual.add(targets[begin : begin + CHUNK])
            hurried.add(targets[begin : begin + CHUNK])
            await asyncio.sleep(0)
        return staged_of(usual.plan(), hurried.plan(), urgent=urgent)
