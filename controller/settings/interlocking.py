"""Interlocks from their entries, each name in them checked against the device it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.expression import Expression, names
from controller.domain.expression_grammar import parse
from controller.domain.intents import Intent, Switch, TargetKind, parse_intent
from controller.domain.points import device_of
from controller.logic.interlocks import STOP_UNIT, InterlockKind, InterlockSpec
from controller.settings.context import Context
from controller.settings.interlock_models import InterlockModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean

Points = Mapping[str, frozenset[str]]
"""The points each device has."""

_TRIP_TO: Mapping[TargetKind, Intent] = {TargetKind.UNIT: STOP_UNIT, TargetKind.CIRCUIT: Switch(on=False)}


def interlocks_of(
    entries: Sequence[Entry[InterlockModel]], city: City, points: Points, context: Context
) -> tuple[InterlockSpec, ...]:
    """All interlocks that can be made out; what is wrong is noted."""
    first: dict[str, Spot] = {}
    for entry in entries:
        here = entry.spot.at("id")
        if first.setdefault(entry.value.id, here) is not here:
            context.findings.add(here, "duplicate interlock", f"{first[entry.value.id]} has this id already")
    return tuple(spec for entry in entries if (spec := _spec(entry, city, points, context)))


def _spec(entry: Entry[InterlockModel], city: City, points: Points, context: Context) -> InterlockSpec | None:
    model, spot, findings = entry.value, entry.spot, context.findings
    device = device_of(model.target)
    known = points.get(device)
    if device not in context.named or (known is not None and model.target not in {device, *city.targets}):
        known_here = [target for target in city.targets if device_of(target) == device] or points
        findings.add(spot.at("target"), "no such device or output", did_you_mean(model.target, known_here))
        return None
    if known is None:
        return None
    condition = _condition(model.condition, known, spot.at("condition"), findings)
    trip_to = _trip_to(entry, city, findings)
    if condition is None or trip_to is None:
        return None
    return InterlockSpec(
        id=model.id,
        kind=model.kind,
        target=model.target,
        action=model.action,
        condition=condition,
        on_bad=model.on_bad,
        text_zh=model.text.zh,
        text_en=model.text.en,
        latched=model.latched,
        bypassable=model.bypassable,
        off_delay_s=model.off_delay_s,
        on_delay_s=model.on_delay_s,
        trip_to=trip_to,
    )


def _condition(text: str, known: frozenset[str], spot: Spot, findings: Findings) -> Expression | None:
    try:
        condition = parse(text)
    except InvalidValue as refused:
        findings.add(spot, str(refused))
        return None
    for name in sorted(names(condition) - known):
        findings.add(spot, f"this device has no point {name}", did_you_mean(name, known))
    return condition


def _trip_to(entry: Entry[InterlockModel], city: City, findings: Findings) -> Intent | None:
    """What a trip requests: said, or the safe way of a unit or circuit. Anything but a trip has no use for it."""
    model, spot = entry.value, entry.spot
    target = city.targets.get(model.target)
    if model.kind is not InterlockKind.TRIP:
        if model.trip_to is not None:
            findings.add(spot.at("trip_to"), f"a {model.kind} requests nothing", "leave it out, or say kind: trip")
        return STOP_UNIT
    if target is None or target.kind is TargetKind.STATION:
        findings.add(spot.at("target"), "a trip acts on one output", "name it, one trip each: DEVICE/P1")
        return None
    if model.trip_to is None:
        safe = _TRIP_TO.get(target.kind)
        if safe is None:
            findings.add(spot, f"a trip of a {target.kind} must say what it asks for", "say trip_to: close")
        return safe
    try:
        return parse_intent(target.kind, model.trip_to)
    except InvalidValue as refused:
        findings.add(spot.at("trip_to"), str(refused))
        return None
