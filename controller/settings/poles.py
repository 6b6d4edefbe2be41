"""Smart poles from their entries; what makes them unusable: texts no display can show, warnings nobody would see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.gauges import DatedLevel
from controller.domain.intents import Show
from controller.domain.lights import Pole
from controller.domain.points import TargetId
from controller.logic.neighbours import metres_between
from controller.logic.poles import FloodWarning, PoleSettings, SosRules, Template
from controller.logic.wet_zones import GAUGES, FloodZone, ZoneGauge
from controller.settings.context import Context, check_known, place_of
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.poles_models import FloodWarningModel, SmartPolesModel, SosModel, TemplateModel
from controller.settings.problems import did_you_mean

SHORTEST_HOLD_S = 60.0
"""People who called for help are not left in half light sooner than this."""


@dataclass(frozen=True, slots=True)
class PoleEntries:
    """What the files say, before it is looked at."""

    rules: Sequence[Entry[SmartPolesModel]]
    templates: Sequence[Entry[TemplateModel]]
    warnings: Sequence[Entry[FloodWarningModel]]


def poles_settings_of(
    entries: PoleEntries, city: City, zones: Iterable[FloodZone], points: Mapping[str, Set[str]], context: Context
) -> PoleSettings:
    """Everything the site says of smart poles; what is wrong is noted. ``points``: what each device has."""
    findings = context.findings
    for second in entries.rules[1:]:
        findings.add(second.spot, "a second smart_poles", f"{entries.rules[0].spot} says it already; keep one")
    templates = {template.id: template for template in _templates(entries.templates, findings)}
    making = _Warnings(city, {zone.id: zone for zone in zones}, points, templates, context)
    model = entries.rules[0].value if entries.rules else SmartPolesModel()
    _check_sos(entries.rules[:1], findings)
    return PoleSettings(
        sos=_sos(model.sos),
        tilt_alarm_deg=model.tilt_alarm_deg,
        leakage_warn_ma=model.leakage_warn_ma,
        templates=templates,
        warnings=tuple(warning for entry in entries.warnings if (warning := making.made(entry)) is not None),
    )


def _sos(model: SosModel) -> SosRules:
    return SosRules(
        model.hold, model.within_m, model.whole_road, model.neighbours_by_day, model.stuck_after, model.blind_after
    )


def _check_sos(rules: Sequence[Entry[SmartPolesModel]], findings: Findings) -> None:
    for entry in rules:
        sos, spot = entry.value.sos, entry.spot.at("sos")
        if sos.hold < SHORTEST_HOLD_S:
            findings.add(spot.at("hold"), "the light of a call would go too soon", f"at least {SHORTEST_HOLD_S:g}s")
        if sos.stuck_after <= sos.hold:
            findings.add(spot.at("stuck_after"), "every call would be told as a stuck button", "longer than hold: 4h")


def _templates(entries: Sequence[Entry[TemplateModel]], findings: Findings) -> Iterator[Template]:
    seen: dict[str, Spot] = {}
    for entry in entries:
        model, spot = entry.value, entry.spot
        first = seen.setdefault(model.id, spot)
        if first is not spot:
            findings.add(spot.at("id"), "duplicate template", f"{first} has this id already")
            continue
        try:
            Show(model.text)
        except InvalidValue as refused:
            findings.add(spot.at("text"), str(refused), "one line of at most 64 visible characters")
        yield Template(model.id, model.title.zh, model.title.en, model.text)


@dataclass(slots=True)
class _Warnings:
    city: City
    zones: Mapping[str, FloodZone]
    points: Mapping[str, Set[str]]
    templates: Mapping[str, Template]
    context: Context

    def made(self, entry: Entry[FloodWarningModel]) -> FloodWarning | None:
        """The warning; None when it cannot be used, which is noted."""
        model, spot, findings = entry.value, entry.spot, self.context.findings
        zone = self.zones.get(model.zone or "")
        if model.zone is not None and zone is None:
            findings.add(spot.at("zone"), "unknown flood zone", did_you_mean(model.zone, self.zones))
            return None
        gauges = self._gauges(entry, zone)
        text, doubt = self._text(model.template, spot.at("template")), ""
        if model.doubt_template is not None:
            doubt = self._text(model.doubt_template, spot.at("doubt_template"))
        displays = tuple(self._displays(entry))
        self._check_room(displays, (text, doubt), spot)
        name_zh = model.name.zh if model.name else zone.name_zh if zone else model.id
        name_en = model.name.en if model.name else zone.name_en if zone else model.id
        level = model.closes_at
        return FloodWarning(
            id=model.id,
            name_zh=name_zh,
            name_en=name_en,
            gauges=gauges,
            closes_at=DatedLevel(level.value_m, level.datum, level.since),
            displays=displays,
            text=text,
            doubt_text=doubt,
            margin_m=model.margin_m,
            hold_s=model.hold,
            blind_after_s=model.blind_after,
        )

    def _gauges(self, entry: Entry[FloodWarningModel], zone: FloodZone | None) -> tuple[ZoneGauge, ...]:
        model, spot, findings = entry.value, entry.spot, self.context.findings
        if (zone is None) == (model.gauges is None):
            findings.add(
                spot, "a warning goes by a flood zone, or by three gauges of its own", "say zone: … or gauges:"
            )
            return ()
        gauges = zone.gauges if zone else tuple(ZoneGauge(g.device, g.point, g.datum) for g in model.gauges or ())
        if zone is None and len({(one.device, one.point) for one in gauges}) != GAUGES:
            findings.add(spot.at("gauges"), "two of three must be three different gauges", "name three level points")
        for position, gauge in enumerate(gauges if zone is None else ()):
            known = self.points.get(gauge.device)
            if known is None:
                here = spot.at("gauges", position, "device")
                findings.add(here, "unknown device", did_you_mean(gauge.device, self.points))
            elif gauge.point not in known:
                here = spot.at("gauges", position, "point")
                findings.add(here, f"{gauge.device} has no such point", did_you_mean(gauge.point, known))
        for gauge in gauges:
            if gauge.datum != model.closes_at.datum:
                message = f"datum mismatch: {gauge} counts from {gauge.datum}"
                hint = "convert it; metres of different datum cannot be compared"
                findings.add(spot.at("closes_at", "datum"), message, hint)
                break
        return gauges

    def _text(self, name: str, spot: Spot) -> str:
        known = frozenset(self.templates)
        check_known(name, known, "display template", spot, self.context.findings)
        return self.templates[name].text if name in known else ""

    def _displays(self, entry: Entry[FloodWarningModel]) -> Iterator[TargetId]:
        model, spot, findings, poles = entry.value, entry.spot, self.context.findings, self.city.poles
        for position, name in enumerate(model.poles):
            here = spot.at("poles", position)
            check_known(name, frozenset(poles), "pole", here, findings)
            if name in poles and not poles[name].displays:
                findings.add(here, f"{name} has no display", "name a pole with one; nobody would see the warning")
        roads = frozenset(pole.road for pole in poles.values() if pole.displays and pole.road)
        for position, road in enumerate(model.roads):
            check_known(road, roads, "road with a display", spot.at("roads", position), findings)
        chosen = [pole for name, pole in sorted(poles.items()) if _chosen(pole, model, self._near(entry, pole))]
        if not any(pole.displays for pole in chosen):
            findings.add(spot, "no display would show this warning", "name poles, roads, or near: {place: …}")
        for pole in chosen:
            yield from (display.id for display in pole.displays)

    def _near(self, entry: Entry[FloodWarningModel], pole: Pole) -> bool:
        near = entry.value.near
        if near is None:
            return False
        place = place_of(near.place, entry.spot.at("near", "place"), Findings())
        return metres_between(place, pole.place) <= near.within_m

    def _check_room(self, displays: Sequence[TargetId], texts: Iterable[str], spot: Spot) -> None:
        for target in displays:
            room = self.city.targets[target].text_bytes
            for text in texts:
                if room is not None and len(text.encode()) > room:
                    message = f"{target} has room for {room} bytes, the text takes {len(text.encode())}"
                    self.context.findings.add(spot, message, "a shorter template for these displays")
                    return


def _chosen(pole: Pole, model: FloodWarningModel, near: bool) -> bool:
    return pole.id in model.poles or (bool(pole.road) and pole.road in model.roads) or near
