"""Photocells and weather from their entries, and what makes them unusable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from types import MappingProxyType

from controller.domain.errors import InvalidValue
from controller.logic.daylight_plan import DarkWeatherRule, DaylightPlan, LuxArea, LuxSettings, Sensor, SignalKind
from controller.logic.lighting_lux import Band
from controller.logic.scopes import Scope, ScopeKind, Scopes, parse_scope
from controller.settings.daylight_models import DarkWeatherModel, LuxAreaModel, LuxModel, SignalModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean

LUX_POINTS = frozenset({"photocell_lux", "lux"})
"""Points that measure daylight: a cabinet's photocell, a pole's light sensor."""


def daylight_of(
    settings: Sequence[Entry[LuxModel]],
    areas: Sequence[Entry[LuxAreaModel]],
    dark: Sequence[Entry[DarkWeatherModel]],
    signals: Sequence[Entry[SignalModel]],
    scopes: Scopes,
    points: Mapping[str, Set[str]],
    findings: Findings,
) -> DaylightPlan:
    """Everything the site says of them; what is wrong is noted.

    ``points``: what each device has.
    """
    for second in settings[1:]:
        findings.add(second.spot, "a second lux", f"{settings[0].spot} says it already; keep one")
    for entries in (areas, dark, signals):
        _once([(entry.value.id, entry.spot.at("id")) for entry in entries], findings)
    return DaylightPlan(
        lux=_settings(settings[0].value) if settings else LuxSettings(),
        areas=tuple(_area(entry, scopes, points, findings) for entry in areas),
        dark=tuple(_dark(entry, scopes, bool(areas), findings) for entry in dark),
        signals=MappingProxyType({entry.value.id: _signal(entry, findings) for entry in signals}),
    )


def _once(named: Sequence[tuple[str, Spot]], findings: Findings) -> None:
    seen: dict[str, Spot] = {}
    for name, spot in named:
        if seen.setdefault(name, spot) is not spot:
            findings.add(spot, "duplicate id", f"{seen[name]} has this id already")


def _settings(model: LuxModel) -> LuxSettings:
    return LuxSettings(model.wanted, model.frozen_after, model.off_median, model.max_age)


def _area(entry: Entry[LuxAreaModel], scopes: Scopes, points: Mapping[str, Set[str]], findings: Findings) -> LuxArea:
    model, spot = entry.value, entry.spot
    seen: set[str] = set()
    sensors = []
    for position, text in enumerate(model.sensors):
        here = spot.at("sensors", position)
        sensor = _sensor(text, points, here, findings)
        if text in seen:
            findings.add(here, "the same sensor twice", "a vote needs different sensors; name another, or leave it out")
        seen.add(text)
        if sensor is not None:
            sensors.append(sensor)
    found = _scopes(model.scopes, scopes, spot, findings)
    return LuxArea(model.id, model.title.zh, model.title.en, found, tuple(sensors))


def _sensor(text: str, points: Mapping[str, Set[str]], spot: Spot, findings: Findings) -> Sensor | None:
    device, slash, point = text.partition("/")
    known = points.get(device)
    if known is None and not points:
        return None  # no device could be made out, and that is said elsewhere
    if known is None:
        lit = [name for name, has in points.items() if has & LUX_POINTS]
        findings.add(spot, "unknown device", did_you_mean(device, lit))
        return None
    measured = known & LUX_POINTS
    if not slash or point not in measured:
        hint = f"write {device}/{min(measured)}" if measured else "name a device whose profile has a light sensor"
        findings.add(spot, f"{device} has no such light sensor", hint)
        return None
    return Sensor(device, point)


def _scopes(texts: Sequence[str], scopes: Scopes, spot: Spot, findings: Findings) -> tuple[Scope, ...]:
    found = []
    for position, text in enumerate(texts):
        here = spot.at("scopes", position)
        try:
            scope = parse_scope(text)
        except InvalidValue as refused:
            findings.add(here, "not a scope", str(refused))
            continue
        if not scopes.known(scope):
            hint = did_you_mean(scope.name, scopes.groups) if scope.kind is ScopeKind.GROUP else "check its name"
            findings.add(here, f"nothing is lit in {scope}", hint)
        found.append(scope)
    return tuple(found)


def _dark(entry: Entry[DarkWeatherModel], scopes: Scopes, any_areas: bool, findings: Findings) -> DarkWeatherRule:
    model, spot = entry.value, entry.spot
    if model.off_above_lx < 1.2 * model.on_below_lx:
        hint = f"at least {1.2 * model.on_below_lx:g}: the lamps of a district must not flicker with a cloud"
        findings.add(spot.at("off_above_lx"), "bright begins too near at dark", hint)
    if not any_areas:
        findings.add(spot, "there is no lux area whose sensors could tell that it is dark", "name them under lux_areas")
    return DarkWeatherRule(
        id=model.id,
        title_zh=model.title.zh,
        title_en=model.title.en,
        scopes=_scopes(model.scopes, scopes, spot, findings),
        band=Band(
            model.on_below_lx,
            model.off_above_lx,
            model.on_hold,
            model.off_hold,
            model.min_burn,
            quorum=True,
            blind_s=model.blind,
        ),
        percent=model.level,
        grades=frozenset(model.grades),
        after_sunrise_min=model.after_sunrise_min,
        until_sunset_min=model.until_sunset_min,
    )


def _signal(entry: Entry[SignalModel], findings: Findings) -> SignalKind:
    model = entry.value
    if not 60.0 <= model.default <= model.longest:
        findings.add(entry.spot.at("default"), "a signal ends by itself", f"between 1m and longest {model.longest:g}s")
    return SignalKind(
        id=model.id,
        title_zh=model.title.zh,
        title_en=model.title.en,
        from_colour=model.from_colour,
        percent=model.level,
        grades=frozenset(model.grades),
        default_s=model.default,
        longest_s=model.longest,
    )
