"""Examples of lighting figures for the documentation of the API."""

from __future__ import annotations

from datetime import UTC, datetime

from controller.runtime.light_history.views import EnergiesView, EnergyView, RatesView, RateView, SampleView

_RATE = RateView(
    key="330106",
    name="西湖区 Xihu",
    lights=120,
    lamps=960,
    lamps_due=960.0,
    lamps_unknown=8.0,
    lamps_lit=944.2,
    rate_percent=99.18,
    pessimistic_percent=98.35,
    limit_percent=None,
    lamps_burning_unwanted=0.0,
    day_burning_percent=None,
    lights_faulted=1,
    intact_percent=99.17,
    intact_limit_percent=None,
    power_kw=102.4,
)
RATES = RatesView(
    scope="city",
    by="division",
    over="now",
    at=datetime(2026, 6, 21, 13, 0, tzinfo=UTC),
    first_night="2026-06-21",
    last_night="2026-06-21",
    nights=0,
    gap_minutes=0,
    gap_nights=(),
    total=_RATE,
    rows=(_RATE,),
)
SAMPLE = SampleView(datetime(2026, 6, 21, 13, 0, tzinfo=UTC), 960.0, 8.0, 944.2, 99.18, 98.35, 102.4)
_ENERGY = EnergyView(
    key="330106",
    name="西湖区 Xihu",
    measured_kwh=812.4,
    estimated_kwh=3.1,
    before_led_kwh=1900.0,
    undimmed_kwh=815.9,
    saved_led_kwh=1084.5,
    saved_dimming_kwh=0.4,
    carbon_kg=424.1,
    burn_hours=8_900.0,
)
ENERGY = EnergiesView(
    scope="city",
    by="division",
    over="2026-06",
    first_night="2026-06-01",
    last_night="2026-06-30",
    nights=30,
    gap_minutes=15,
    gap_nights=("2026-06-12",),
    total=_ENERGY,
    rows=(_ENERGY,),
    by_night=(_ENERGY,),
    factors=("0.52 kgCO2/kWh 自 since 2026-01-01, 发布 issued 2025-12-31: …",),
    baselines=("LED 改造前 before LED: road special 440 W/灯 lamp",),
    note="",
)
