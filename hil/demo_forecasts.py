"""Forecasts of the simulated weather and tide, as imperfect as real ones: CSV files put into the controller's inbox.

Every issue mis-scales and shifts the world's own storms a little, the same way for the same issue time; the tide table
is the world's tide without weather. Put in at the start of a demo and anew every three hours of its time.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.gauges import GaugeKind
from controller.runtime.forecasts.inbox import FOLDER, INBOX
from controller.store.folder import PRIVATE_FOLDER
from hil.plants.hyetograph import Hyetograph
from hil.plants.tide import M2_S, Tide
from hil.plants.weather import Rainfall, Storm, Weather
from hil.world import OutsideModel, World

EVERY_S = 3 * 3600.0
AHEAD_H = 36
SCALES = (0.75, 1.30)
LATEST_S = 2400.0
"""A storm may come this much earlier or later than foreseen."""
TABLE_DAYS = 20
STEP_S = 300.0
FOLDER_TAKEN_S = 1.0
"""Real seconds until the controller beside has its folder, or has said why not."""
SOURCE, TIDE_SOURCE = "demo-weather", "demo-tide"


class DemoForecasts:
    """Writes them. ``start``: when the simulated weather began."""

    def __init__(self, city: City, world: World, start: datetime, data: Path) -> None:
        self._rain_gauges = [one.id for one in city.gauges.values() if one.kind is GaugeKind.RAIN]
        self._world, self._start, self._folder = world, start, data / FOLDER / INBOX

    def write(self, now: datetime) -> None:
        """Put the rain as foreseen at ``now``, and the tide table, into the inbox."""
        self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self._put("demo-weather_rain.csv", self._rain(now))
        for water in self._world.outside:
            gauge = next((one.id for one in self._world.gauges if one.of == water.name), "")
            if gauge and (water.m2_m or water.s2_m):
                self._put(f"demo-tide_{water.name}.csv", tide_table(water, gauge, now))

    async def keep_writing(self, clock: Clock, silent: Callable[[datetime], bool] = lambda _: False) -> None:
        """At once and anew every three hours, for ever; not while they are ``silent``.

        The controller takes its data folder first: whether there is one, and whose it is, is its word to say.
        """
        await clock.sleep(FOLDER_TAKEN_S * clock.speed)
        while True:
            if not silent(clock.now()):
                await asyncio.to_thread(self.write, clock.now())
            await clock.sleep(EVERY_S)

    def _put(self, name: str, text: str) -> None:
        """Whole or not at all: the inbox never sees half a file."""
        part = self._folder / f".{name}.part"
        part.write_text(text, encoding="utf-8")
        part.replace(self._folder / name)

    def _rain(self, now: datetime) -> str:
        first = now.replace(minute=0, second=0, microsecond=0)
        rows = []
        for gauge in self._rain_gauges:
            weather = self._foreseen(gauge, now)
            for hour in range(AHEAD_H):
                begins, ends = first + timedelta(hours=hour), first + timedelta(hours=hour + 1)
                mm = weather.fallen_mm(gauge, begins.timestamp(), ends.timestamp())
                rows.append([gauge, _said(now), SOURCE, _said(begins), _said(ends), f"{mm:.1f}"])
        return _csv(["of", "issued", "source", "begins", "ends", "mm"], rows)

    def _foreseen(self, gauge: str, now: datetime) -> Weather:
        """The world's storms as this issue sees them; what already falls is seen best."""
        chance = Random(f"{gauge} {now:%Y-%m-%dT%H}")  # noqa: S311 - a forecast's error, no secret
        storms: list[Rainfall] = []
        for model in self._world.storms:
            storm = Storm(self._start.timestamp() + model.after, model.lasts, model.peak_mm_h, model.factors)
            scale, shift_s = chance.uniform(*SCALES), chance.uniform(-LATEST_S, LATEST_S)
            if storm.start_s > now.timestamp():
                storm = replace(storm, start_s=storm.start_s + shift_s)
            storms.append(replace(storm, peak_mm_h=storm.peak_mm_h * scale))
        for series in self._world.series:
            rain = Hyetograph(self._start.timestamp() + series.from_s, series.every_s, series.mm_h, series.factors)
            storms.append(rain.misjudged(chance.uniform(*SCALES), chance.uniform(-LATEST_S, LATEST_S)))
        return Weather(storms)


def tide_table(water: OutsideModel, gauge: str, now: datetime) -> str:
    """High and low waters of a simulated tide from yesterday on, and its bores."""
    begins_s = now.timestamp() - 86_400.0
    tide = Tide(water.mean_m, water.m2_m, water.m2_high_s, water.s2_m, water.s2_high_s)
    bores = list(_bores(water, begins_s, begins_s + TABLE_DAYS * 86_400.0))
    rows = []
    extremes = list(_extremes(tide, begins_s, begins_s + TABLE_DAYS * 86_400.0))
    for at_s, level_m, high in extremes:
        told = (one for one in bores if 0.0 <= one - at_s < M2_S / 2 and one <= extremes[-1][0])
        bore = next(told, None) if not high else None
        arrival = "" if bore is None else _said(datetime.fromtimestamp(bore, UTC))
        height = "" if bore is None else f"{water.bore_m:.2f}"
        at = _said(datetime.fromtimestamp(at_s, UTC))
        rows.append([gauge, _said(now), TIDE_SOURCE, at, f"{level_m:.2f}", "high" if high else "low", arrival, height])
    return _csv(["of", "issued", "source", "time", "level_m", "high_low", "bore", "bore_m"], rows)


def _extremes(tide: Tide, begins_s: float, ends_s: float) -> Iterator[tuple[float, float, bool]]:
    at_s, before, here = begins_s + STEP_S, tide.level_m(begins_s), tide.level_m(begins_s + STEP_S)
    while at_s < ends_s:
        after = tide.level_m(at_s + STEP_S)
        if before < here >= after or before > here <= after:
            yield at_s, here, before < here
        at_s, before, here = at_s + STEP_S, here, after


def _bores(water: OutsideModel, begins_s: float, ends_s: float) -> Iterator[float]:
    """When its front comes; it comes with the lunar tide."""
    if water.bore_m <= 0.0:
        return
    at_s = water.m2_high_s + water.bore_after
    at_s += M2_S * max(0.0, (begins_s - at_s) // M2_S + 1)
    while at_s < ends_s:
        yield at_s
        at_s += M2_S


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _csv(header: list[str], rows: list[list[str]]) -> str:
    out = StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()
