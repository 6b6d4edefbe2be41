"""One target's program for one night, exactly as the controller will follow it: ``zhadao schedule show``."""

from __future__ import annotations

from datetime import date, timedelta

from controller.domain.assets import Cabinet, Circuit, Luminaire, Pole
from controller.domain.errors import UnknownTarget
from controller.domain.points import TargetId, device_of
from controller.logic.lighting import spread_s
from controller.runtime.views import Edge, NightView
from controller.settings.site import Site
from schedules.astro import sun_times
from schedules.resolve import Period


def night_view(site: Site, target: TargetId, night: date) -> NightView:
    """When the target's program switches it in the night dated by its sunset ``night``; the asset's spread included.

    Raises:
        UnknownTarget: no such circuit or luminaire (or the asset has several: name one).
    """
    asset, light = _find(site, target)
    shift = timedelta(seconds=spread_s(asset.id, site.timing.spread_s))
    periods = site.lighting.night(light.program, asset.place, night)
    sun = sun_times(asset.place, night, site.lighting.tz)
    return NightView(
        target=light.id,
        night=night.isoformat(),
        program=site.lighting.calendar.resolve(light.program, night),
        sunset=sun.sunset,
        sunrise=sun.sunrise,
        edges=tuple(
            Edge(period.start + shift, _said(light, period), period.cause) for period in _changes(light, periods)
        ),
    )


def _changes(light: Circuit | Luminaire, periods: tuple[Period, ...]) -> list[Period]:
    """The periods that begin with a switching; a night begins dark."""
    found: list[Period] = []
    said = "off" if isinstance(light, Circuit) else "0%"
    for period in periods:
        if _said(light, period) != said:
            found.append(period)
            said = _said(light, period)
    return found


def _said(light: Circuit | Luminaire, period: Period) -> str:
    if isinstance(light, Circuit):
        return "on" if period.percent > 0 else "off"
    return f"{period.percent:g}%"


def _find(site: Site, target: TargetId) -> tuple[Cabinet | Pole, Circuit | Luminaire]:
    device = device_of(target)
    asset: Cabinet | Pole | None = site.city.cabinets.get(device) or site.city.poles.get(device)
    if asset is None:
        raise UnknownTarget(f"no cabinet or pole {device} in site {site.name}; only lights have programs")
    lights: tuple[Circuit | Luminaire, ...] = asset.circuits if isinstance(asset, Cabinet) else asset.luminaires
    for light in lights:
        if light.id == target:
            return asset, light
    names = ", ".join(light.id for light in lights)
    raise UnknownTarget(f"name one light of {device}: {names}")
