"""Interlocks from their entries, each name in them checked against the device it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.expression import Expression, names
from controller.domain.expression_grammar import parse
from controller.domain.intents import Dim, GateOrder, Intent, Switch, TargetKind, parse_intent
from controller.domain.points import device_of
from controller.logic.condition_types import misfits
from controller.logic.interlocks import MAX_BYPASS_S, STOP_UNIT, InterlockKind, InterlockSpec
from controller.logic.value_ranges import Range
from controller.settings.context import Context
from controller.settings.interlock_checks import Placed, check_interlocks
from controller.settings.interlock_models import InterlockModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.point_ranges import ranges_of
from controller.settings.problems import did_you_mean
from drivers.profile import PointSpec

Points = Mapping[str, Mapping[str, PointSpec]]
"""The points each device has."""

_TRIP_TO: Mapping[TargetKind, Intent] = {
    TargetKind.UNIT: STOP_UNIT,
    TargetKind.CIRCUIT: Switch(on=False),
    TargetKind.LUMINAIRE: Dim(0.0),
}
_SAFE = (STOP_UNIT, Switch(on=False), Dim(0.0), GateOrder(0.0), GateOrder(None))
"""What slot 2, which no interlock binds, may ask for: it stops, cuts, closes or holds a gate."""


def interlocks_of(
    entries: Sequence[Entry[InterlockModel]], city: City, points: Points, context: Context
) -> tuple[InterlockSpec, ...]:
    """All interlocks that can be made out; what is wrong with them, alone and together, is noted."""
    first: dict[str, Spot] = {}
    for entry in entries:
        here = entry.spot.at("id")
        if first.setdefault(entry.value.id, here) is not here:
            context.findings.add(here, "duplicate interlock", f"{first[entry.value.id]} has this id already")
    spoken_of = {device_of(entry.value.target) for entry in entries}
    ranges = {device: ranges_of(points[device], city.stations.get(device)) for device in spoken_of & points.keys()}
    placed = []
    for entry in entries:
        spec = _spec(entry, city, ranges, context)
        if spec is not None:
            placed.append(Placed(spec, entry.spot))
    check_interlocks(placed, city, ranges, context.findings)
    return tuple(one.spec for one in placed)


def _spec(
    entry: Entry[InterlockModel], city: City, ranges: Mapping[str, Mapping[str, Range]], context: Context
) -> InterlockSpec | None:
    model, spot, findings = entry.value, entry.spot, context.findings
    device = device_of(model.target)
    known = ranges.get(device)
    if device not in context.named or (known is not None and model.target not in {device, *city.targets}):
        known_here = [target for target in city.targets if device_of(target) == device] or context.named
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
        clear_zh=model.clear.zh,
        clear_en=model.clear.en,
        bypass_max_s=_bypass_max_s(model, spot, findings),
    )


def _bypass_max_s(model: InterlockModel, spot: Spot, findings: Findings) -> float:
    most_s = model.bypass_at_most
    if most_s is None:
        return MAX_BYPASS_S
    here, longest_h = spot.at("bypass_at_most"), MAX_BYPASS_S / 3600
    if not model.bypassable:
        findings.add(here, "an interlock nobody may bypass has no longest bypass", "leave it out, or bypassable: true")
    elif not 0 < most_s <= MAX_BYPASS_S:
        findings.add(here, "not a length a bypass may have", f"more than nothing and at most {longest_h:g}h")
    return most_s


def _condition(text: str, known: Mapping[str, Range], spot: Spot, findings: Findings) -> Expression | None:
    try:
        condition = parse(text)
    except InvalidValue as refused:
        findings.add(spot, str(refused))
        return None
    strange = sorted(names(condition) - known.keys())
    for name in strange:
        findings.add(spot, f"this device has no point {name}", did_you_mean(name, known))
    senseless = [] if strange else misfits(condition.root, known)
    for misfit in senseless:
        hint = did_you_mean(misfit.said, misfit.possible) if misfit.possible else "it could never be known"
        findings.add(spot, misfit.message, hint)
    return None if strange or senseless else condition


def _trip_to(entry: Entry[InterlockModel], city: City, findings: Findings) -> Intent | None:
    """What a trip requests: said, or the safe way of a unit or lamp. Anything but a trip has no use for it."""
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
        wanted = parse_intent(target.kind, model.trip_to)
    except InvalidValue as refused:
        findings.add(spot.at("trip_to"), str(refused))
        return None
    if wanted not in _SAFE:
        message = f"a trip acts in slot 2, which no interlock binds: it never asks for {wanted}"
        findings.add(spot.at("trip_to"), message, "stop, off, close or hold")
        return None
    return wanted
