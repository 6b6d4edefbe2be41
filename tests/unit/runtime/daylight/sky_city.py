"""The small city with photocells, dark weather, signals and a condition on values: its files, and a hand on its sky."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from controller.domain.clock import Clock
from drivers.base import Endpoint
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import DUSK, LC1, LC2, SoftCity, SoftField, soft_city
from tests.unit.settings import small_site

SP1 = "330106-SP-0001"
K1, K2, LAMP = f"{LC1}/K1", f"{LC1}/K2", f"{SP1}/L1"
SENSORS = {LC1: "photocell_lux", LC2: "photocell_lux", SP1: "lux"}

PLAIN = dict(small_site.FILES)
SITE = """\
name: Small
timezone: Asia/Shanghai
timing:
  lighting_cycle_s: 10
  water_cycle_s: 60
  poll_fast_s: 20
  poll_normal_s: 20
  poll_slow_s: 60
  heartbeat_s: 30
leases:
  city_manual: {default: 2h, maximum: 8h}
api:
  port: 8080
recording: {enabled: false}
"""
"""Hours of virtual time go by in these tests: what is not about seconds turns slowly."""
LUX = """\
lux: {wanted: 3}
lux_areas:
  - id: xihu
    title: {zh: 西湖区, en: Xihu}
    scopes: [division:330106]
    sensors: [330106-LC-0001/photocell_lux, 330106-LC-0002/photocell_lux, 330106-SP-0001/lux]
dark_weather:
  - id: dark-day
    title: {zh: 白天昏暗, en: dark by day}
    scopes: [city]
    on_below_lx: 60
    off_above_lx: 120
    on_hold: 3m
    off_hold: 10m
    min_burn: 20m
weather_signals:
  - {id: rainstorm, title: {zh: 暴雨, en: rainstorm}, from_colour: orange, default: 3h, longest: 12h}
"""


def files(lux: str = "only", more: str = "") -> dict[str, str]:
    """The small site's files with a sky over it. ``lux`` is said of the program of roads; ``more`` comes after it."""
    cabinet, pole, programs = "profiles/cabinet.yaml", "profiles/pole.yaml", "site/lighting/programs.yaml"
    sensor = "  photocell_lux: {table: holding, address: 15, type: u16, unit: lx}\n  energy_kwh:"
    edges = "    edges: {sunset: on, sunrise: off}\n"
    said = f"    lux: {lux}\n{more}" if lux else more
    kept = edges if lux != "only" else ""
    return {
        cabinet: PLAIN[cabinet].replace("  energy_kwh:", sensor),
        pole: PLAIN[pole] + "  lux: {table: holding, address: 30, type: u16, unit: lx}\n",
        programs: PLAIN[programs].replace(edges, kept + said),
        "site/lighting/sky.yaml": LUX,
        "site/site.yaml": SITE,
    }


@dataclass
class SkyField(SoftField):
    """A field whose photocells read ``lux`` from the first moment on; contacts stand as ``burning`` says."""

    lux: float = 500.0
    burning: frozenset[str] = frozenset()

    def make(self, endpoint: Endpoint, clock: Clock, **named: object) -> SoftDriver:
        driver = super().make(endpoint, clock, **named)
        there = {binding.device for binding in endpoint.devices}
        for device, point in SENSORS.items():
            if device in there:
                driver.set(device, point, self.lux)
        for target in self.burning:
            if target.partition("/")[0] in there:
                device, _, output = target.partition("/")
                for point in ("command", "feedback"):
                    driver.set(device, f"{output}.{point}", True)
        return driver


@contextlib.asynccontextmanager
async def sky_city(
    tmp_path: Path,
    patch: pytest.MonkeyPatch,
    start: datetime = DUSK,
    *,
    lux: str = "only",
    more: str = "",
    at_lux: float = 500.0,
    burning: frozenset[str] = frozenset(),
) -> AsyncIterator[SoftCity]:
    """A running city whose photocells all read ``at_lux``."""
    for name, text in files(lux, more).items():
        patch.setitem(small_site.FILES, name, text)
    async with soft_city(tmp_path, start, SkyField(lux=at_lux, burning=burning)) as city:
        await city.ready()
        yield city


def light(city: SoftCity, *lux: float) -> None:
    """What the three photocells read; one figure for all."""
    values = lux if len(lux) == 3 else lux * 3
    for (device, point), value in zip(SENSORS.items(), values, strict=True):
        city.lamps.set(device, point, value)


def wanted(city: SoftCity, target: str = K1) -> tuple[str, str]:
    """What is wanted of a light, and by which slot."""
    shown = city.controller.explain(target)
    return shown.wanted, shown.winner.name
