"""Two districts, three cabinets with meters, a pole: a night of known numbers on soft devices."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from controller.domain.points import DeviceId, Value
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import SoftCity, SoftField, soft_city
from tests.unit.settings import small_site

A, B, C = "330106-LC-0001", "330106-LC-0002", "330108-LC-0001"
DUSK = datetime(2026, 6, 21, 10, 30, tzinfo=UTC)
"""18:30 there; sunset is about 19:03."""
LAMP_W = 100.0
LAMPS = {f"{A}/K1": 10, f"{A}/K2": 10, f"{B}/K1": 20, f"{C}/K1": 10}

FILES = {
    "site/site.yaml": """\
name: Night
timezone: Asia/Shanghai
timing:
  {poll_fast_s: 60, poll_normal_s: 120, poll_slow_s: 120, heartbeat_s: 120, lighting_cycle_s: 60, water_cycle_s: 120}
recording: {enabled: false}
""",
    "site/divisions.yaml": """\
divisions:
  - {code: 330106, name: 西湖区, name_en: Xihu, kind: district, centre: {lat: 30.25, lon: 120.13}}
  - {code: 330108, name: 滨江区, name_en: Binjiang, kind: district, centre: {lat: 30.20, lon: 120.20}}
""",
    "site/endpoints.yaml": """\
endpoints:
  - {name: gw-1, url: modbus+tcp://127.0.0.1:20001}
  - {name: gw-2, url: modbus+tcp://127.0.0.1:20002}
""",
    "site/assets/lights.yaml": """\
cabinets:
  - id: 330106-LC-0001
    name: =1+1 甲箱
    road: 文一路
    grade: special
    place: {lat: 30.25, lon: 120.13}
    wire: {profile: cabinet, endpoint: gw-1, unit: 1}
    circuits:
      - {output: K1, name: main, program: all-night, lamps: 10, lamp_w: 100}
      - {output: K2, name: half, program: half-night, lamps: 10, lamp_w: 100}
  - id: 330106-LC-0002
    name: 乙箱
    road: <b>支路</b>
    grade: second
    place: {lat: 30.26, lon: 120.14}
    wire: {profile: cabinet, endpoint: gw-2, unit: 2}
    circuits:
      - {output: K1, name: main, program: all-night, lamps: 20, lamp_w: 100}
  - id: 330108-LC-0001
    name: 丙箱
    road: 江南大道
    grade: first
    place: {lat: 30.20, lon: 120.20}
    wire: {profile: cabinet, endpoint: gw-1, unit: 3}
    circuits:
      - {output: K1, name: main, program: all-night, lamps: 10, lamp_w: 100}
""",
    "site/assets/water.yaml": "gauges: []\n",
    "site/water/interlocks.yaml": "interlocks: []\n",
    "site/lighting/programs.yaml": """\
programs:
  - id: all-night
    title: {zh: 全夜灯, en: All night}
    edges: {sunset: on, sunrise: off}
  - id: half-night
    title: {zh: 半夜灯, en: Half night}
    edges: {sunset: on, 23:30: off}
groups:
  - {name: pair, title: {zh: 一对, en: Pair}, lights: [330106-LC-0001/K1, 330108-LC-0001/K1]}
energy:
  before_led:
    source: acceptance record 12
    lamps: [{lights: road, lamp_w: 250}]
  carbon:
    - {since: 2026-01-01, kg_per_kwh: 0.5, issued: 2025-12-01, source: a test's own}
""",
    "profiles/cabinet.yaml": """\
id: cabinet
title: Cabinet
protocol: modbus
heartbeat_s: 300
points:
  heartbeat: {table: holding, address: 0, type: u16, access: read_write, feedback: none, role: heartbeat, poll: slow}
  control_switch: {table: holding, address: 12, type: enum, labels: {0: LOCAL, 1: REMOTE, 2: OFF}}
  energy_kwh: {table: holding, address: 13, type: u32, scale: 0.01, poll: slow}
groups:
  - name: K
    count: 2
    points:
      command: {table: holding, address: 1, stride: 1, type: bool, access: read_write, feedback: feedback}
      feedback: {table: holding, address: 9, bit_stride: 1, type: bit}
      power_w: {table: holding, address: 20, stride: 1, type: u16, unit: W}
""",
}


class MeteredField(SoftField):
    """Contactors that follow, lamps that take power while theirs is closed, and meters that count it."""

    def __init__(self) -> None:
        super().__init__()
        self.working = dict(LAMPS)
        self.kwh = {A: 1000.0, B: 2000.0, C: 3000.0}
        self.lit: set[str] = set()

    def make(self, *given: object, **named: object) -> SoftDriver:
        driver = super().make(*given, **named)  # type: ignore[arg-type]  # passed on as it comes
        mine = {device for device in self.kwh if (device == B) == (driver is self.drivers.get("gw-2"))}
        for target in LAMPS:
            device, _, output = target.partition("/")
            if device in mine:
                driver.on_write(device, f"{output}.command", partial(self._switched, target))
                self._show(target)
        self.show_meters()
        return driver

    def of(self, device: DeviceId) -> SoftDriver | None:
        """The wire a device hangs on, once it was made."""
        return self.drivers.get("gw-2" if device == B else "gw-1")

    def _switched(self, target: str, on: Value) -> None:
        (self.lit.add if on else self.lit.discard)(target)
        self._show(target)

    def _show(self, target: str) -> None:
        device, _, output = target.partition("/")
        wire, lit = self.of(device), target in self.lit
        if wire is not None:
            wire.set(device, f"{output}.feedback", lit)
            wire.set(device, f"{output}.power_w", self.working[target] * LAMP_W if lit else 0.0)

    def breaks(self, target: str, lamps: int) -> None:
        self.working[target] -= lamps
        self._show(target)

    def burn(self, seconds: float) -> None:
        for target in self.lit:
            self.kwh[target.partition("/")[0]] += self.working[target] * LAMP_W * seconds / 3.6e6

    def show_meters(self) -> None:
        for device, kwh in self.kwh.items():
            wire = self.of(device)
            if wire is not None:
                wire.set(device, "energy_kwh", round(kwh, 2))


@contextlib.asynccontextmanager
async def night_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: datetime = DUSK, field: MeteredField | None = None
) -> AsyncIterator[tuple[SoftCity, MeteredField]]:
    """A running controller on these devices; their meters turn as long as it is open."""
    for name in list(small_site.FILES):
        if name.startswith(("site/", "profiles/")) and name not in FILES:
            monkeypatch.delitem(small_site.FILES, name)
    for name, text in FILES.items():
        monkeypatch.setitem(small_site.FILES, name, text)
    soft = field or MeteredField()
    begins = start - timedelta(seconds=asyncio.get_running_loop().time())  # its clock begins with the loop
    async with soft_city(tmp_path, begins, soft) as city:
        await city.ready()
        turning = asyncio.get_running_loop().create_task(_turn(city, soft))
        try:
            yield city, soft
        finally:
            turning.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await turning


async def _turn(city: SoftCity, field: MeteredField) -> None:
    while True:
        await city.clock.sleep(30.0)
        field.burn(30.0)
        field.show_meters()
