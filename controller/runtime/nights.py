"""One target's program for one night, exactly as the controller will follow it: ``zhadao schedule show``."""

from __future__ import annotations

from datetime import date, timedelta

from controller.domain.points import TargetId
from controller.logic.lighting import spread_s
from controller.runtime.lighting_plans.looking import Light, light_of, said
from controller.runtime.views import Edge, NightView
from controller.settings.site import Site
from schedules.astro import sun_times
from schedules.program import DARK
from schedules.resolve import Period


def night_view(site: Site, target: TargetId, night: date) -> NightView:
    """When the target's program switches it in the night dated by its sunset ``night``; the asset's spread included.

    Raises:
        UnknownTarget: no such circuit or luminaire (or the asset has several: name one).
    """
    found = light_of(site, target)
    asset, light = found.asset, found.light
    standing = site.lighting.standing(light.id, asset.place, spread_s(asset.id, site.timing.spread_s))
    shift = timedelta(seconds=standing.shift_s)
    periods = site.lighting.night(light.program, asset.place, night, light.id)
    sun = sun_times(standing.place, night, site.lighting.tz)
    return NightView(
        target=light.id,
        night=night.isoformat(),
        program=site.lighting.calendar.resolve(light.program, night, light.id),
        sunset=sun.sunset,
        sunrise=sun.sunrise,
        edges=tuple(
            Edge(period.start + shift, said(light, period.percent), period.cause) for period in _changes(light, periods)
        ),
    )


def _changes(light: Light, periods: tuple[Period, ...]) -> list[Period]:
    """The periods that begin with a switching; a night begins dark."""
    found: list[Period] = []
    value = said(light, DARK)
    for period in periods:
        if said(light, period.percent) != value:
            found.append(period)
            value = said(light, period.percent)
    return found
