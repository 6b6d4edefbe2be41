"""The small city with a rain gauge and a tide gauge, and files of forecasts for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.unit.runtime.soft_city import DUSK, SoftCity
from tests.unit.settings.small_site import FILES

RG, TG, LG = "330106-RG-0001", "330106-TG-0001", "330106-LG-0001"
_GAUGES = f"""\
  - id: {RG}
    name: 西湖雨量站
    kind: rain
    place: {{lat: 30.25, lon: 120.13}}
    wire: {{profile: gauge-rain, endpoint: gw-1, unit: 10}}
  - id: {TG}
    name: 钱塘江潮位站
    kind: tide
    place: {{lat: 30.25, lon: 120.13}}
    wire: {{profile: gauge, endpoint: gw-1, unit: 11}}
    warning: {{value_m: 4.00, datum: 吴淞, since: 2021-06-01}}
"""
_PROFILE = """\
id: gauge-rain
title: Rain gauge
protocol: modbus
points:
  rain_mm_h: {table: input, address: 0, type: u16, scale: 0.1, unit: mm/h}
"""
_SETTINGS = "forecasts:\n  places:\n    - {name: 城西片区, gauge: 330106-RG-0001}\n"
WEATHER = "weather_signals:\n  - {id: rainstorm, title: {zh: 暴雨, en: rainstorm}, from_colour: orange}\n"
RAINY = {
    "site/assets/water.yaml": FILES["site/assets/water.yaml"] + _GAUGES,
    "profiles/gauge-rain.yaml": _PROFILE,
    "site/water/forecasts.yaml": _SETTINGS,
    "site/lighting/weather.yaml": WEATHER,
}


def steps(*mm_h: float, issued: datetime = DUSK) -> list[dict[str, object]]:
    """Hourly steps from an issue on, as the API takes them."""
    return [
        {
            "begins": (issued + timedelta(hours=hour)).isoformat(),
            "ends": (issued + timedelta(hours=hour + 1)).isoformat(),
            "value": rate,
        }
        for hour, rate in enumerate(mm_h)
    ]


def rain(*mm_h: float, issued: datetime = DUSK, of: str = RG, source: str = "meteo") -> dict[str, object]:
    """One forecast as the API takes it."""
    return {"of": of, "issued": issued.isoformat(), "source": source, "steps": steps(*mm_h, issued=issued)}


def tide(*levels_m: float, issued: datetime = DUSK, of: str = TG) -> dict[str, object]:
    """A tide table from an hour before ``issued`` on, low water first."""
    extremes = [
        {
            "at": (issued + timedelta(hours=6 * n - 1)).isoformat(),
            "level_m": level,
            "high": n % 2 == 1,
        }
        for n, level in enumerate(levels_m)
    ]
    bores = [{"at": (issued + timedelta(hours=4)).isoformat(), "height_m": 0.8}]
    return {"of": of, "issued": issued.isoformat(), "source": "office", "extremes": extremes, "bores": bores}


def csv(*mm: float, issued: datetime = DUSK, of: str = RG) -> str:
    """A file of hourly sums."""
    rows = [f"{of},{issued.isoformat()},{s['begins']},{s['ends']},{s['value']}" for s in steps(*mm, issued=issued)]
    return "\n".join(["of,issued,begins,ends,mm", *rows]) + "\n"


def show(city: SoftCity, gauge: str, value: float) -> None:
    """A gauge shows another value."""
    city.lamps.set(gauge, "rain_mm_h" if gauge == RG else "level_m", value)
