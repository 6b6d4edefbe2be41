"""Signals and photocells put into words and figures for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from controller.domain.clock import Clock
from controller.logic.daylight_plan import LuxArea
from controller.logic.weather_signals import WeatherSignal
from controller.runtime.daylight.sensor_alarms import HOLDS
from controller.runtime.daylight.signal_book import SignalBook
from controller.runtime.daylight.skies import Skies
from controller.runtime.daylight.views import (
    AreaView,
    BandView,
    SensorView,
    SignalKindView,
    SignalView,
    WeatherView,
)
from controller.settings.site import Site


def weather_view(site: Site, book: SignalBook, skies: Skies, clock: Clock) -> WeatherView:
    """Everything at once."""
    kinds = site.daylight.signals.values()
    return WeatherView(
        signals=tuple(signal_view(one, book, clock) for one in book.all()),
        kinds=tuple(
            SignalKindView(one.id, one.title_zh, one.title_en, one.from_colour, one.default_s, one.longest_s)
            for one in kinds
        ),
        areas=tuple(area_view(area, skies, clock) for area in skies.areas.values()),
    )


def signal_view(one: WeatherSignal, book: SignalBook, clock: Clock) -> SignalView:
    """One signal; a kind that left the configuration is shown by its id, and lights nothing."""
    kind = book.kind(one)
    return SignalView(
        id=one.id,
        kind=one.kind,
        title_zh=kind.title_zh if kind else one.kind,
        title_en=kind.title_en if kind else one.kind,
        colour=one.colour,
        scope=one.scope,
        by=one.by,
        reason=one.reason,
        set_at=one.set_at,
        expires=one.expires,
        remaining_s=max(0.0, one.expires_s - clock.monotonic()),
        lights=len(book.lights(one)),
    )


def area_view(area: LuxArea, skies: Skies, clock: Clock) -> AreaView:
    """One area: its sensors, their vote, and what it means."""
    said = skies.said(area.id)
    en, zh = HOLDS[said.trust]
    return AreaView(
        id=area.id,
        title_zh=area.title_zh,
        title_en=area.title_en,
        scopes=tuple(map(str, area.scopes)),
        lux=said.lux,
        trust=said.trust.value,
        text_en=en,
        text_zh=zh,
        sensors=tuple(_sensors(area, skies)),
        bands=tuple(
            BandView(band.on_below_lx, band.off_above_lx, memory.sky.value, _wall(memory.changed_s, clock))
            for band, memory in skies.skies(area.id)
        ),
    )


def _sensors(area: LuxArea, skies: Skies) -> Iterator[SensorView]:
    rejected = {one.sensor: one for one in skies.said(area.id).rejected}
    for name in map(str, area.sensors):
        fault = rejected.get(name)
        if fault is not None:
            yield SensorView(name, fault.lux, fault.fault.value, fault.detail)
        else:
            yield SensorView(name, skies.lux(name))


def _wall(at_s: float, clock: Clock) -> datetime:
    return clock.now() - timedelta(seconds=clock.monotonic() - at_s)
