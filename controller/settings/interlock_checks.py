"""Interlocks against themselves, each other and the built-in guards: what could never act, never hold, never end.

Proven over everything the inputs can read (``controller.logic.reasoning``), not tried with samples; what cannot be
decided is not held against anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.expression import Expression, names
from controller.domain.points import DeviceId, device_of
from controller.domain.pumps_and_gates import Gate, GateRole
from controller.domain.stations import Station
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, OnBad
from controller.logic.output_states import Output, Part, done_state, parts_of, physics, rest_state, under_way_state
from controller.logic.reasoning import Claim, Example, find
from controller.logic.value_ranges import Range
from controller.settings.interlock_pairs import check_together
from controller.settings.parsing import Findings, Spot

Ranges = Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class Placed:
    """An interlock and where it was read."""

    spec: InterlockSpec
    spot: Spot


def check_interlocks(
    placed: Sequence[Placed], city: City, ranges: Mapping[DeviceId, Ranges], findings: Findings
) -> None:
    """Note every interlock that is unreachable, contradictory or incomplete.

    Nothing is concluded from a station whose gates contradict themselves; that is noted with the station.
    """
    sound: list[Placed] = []
    for one in placed:
        station = city.stations.get(device_of(one.spec.target))
        if station is not None and not _gates_fit(station):
            continue
        before = len(findings.problems)
        _check_alone(one, city, ranges[device_of(one.spec.target)], findings)
        if len(findings.problems) == before:
            sound.append(one)
    for device in sorted({device_of(one.spec.target) for one in sound}):
        here = [one for one in sound if device_of(one.spec.target) == device]
        check_together([(one.spec, one.spot) for one in here], device, city, ranges[device], findings)


def _gates_fit(station: Station) -> bool:
    roles = {gate.id: gate.role for gate in station.gates}
    behind = [roles.get(unit.discharge_gate) for unit in station.units if unit.discharge_gate is not None]
    gravity = station.gravity is None or roles.get(station.gravity.gate) is GateRole.GRAVITY
    return gravity and all(role is GateRole.DISCHARGE for role in behind)


def _check_alone(one: Placed, city: City, ranges: Ranges, findings: Findings) -> None:
    _check_texts(one, findings)
    parts = parts_of(one.spec, city)
    if not parts:
        hint = "start for units, open or close for gates, energise for lamps"
        findings.add(one.spot.at("action"), f"{one.spec.target} never does {one.spec.action}: it could never act", hint)
        return
    for check in (_check_range, _check_on_bad, _check_direction, _check_reset, _check_running):
        if check(one, parts, city, ranges, findings):
            return


_HAN, _LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]")


def _check_texts(one: Placed, findings: Findings) -> None:
    spec = one.spec
    said = (("text", spec.text_zh, spec.text_en), ("clear", spec.clear_zh, spec.clear_en))
    for key, chinese, english in said:
        if not _HAN.search(chinese):
            findings.add(one.spot.at(key, "zh"), "no Chinese text: half of the readers are left alone", "say it")
        if not _LATIN.search(english):
            findings.add(one.spot.at(key, "en"), "no English text: half of the readers are left alone", "say it")


def _possible(conditions: Sequence[Expression], refuted: Sequence[Expression], ranges: Ranges) -> Example | None:
    claims = [Claim(each.root) for each in conditions] + [Claim(each.root, holds=False) for each in refuted]
    return find(claims, ranges)


def _check_range(one: Placed, parts: Sequence[Part], city: City, ranges: Ranges, findings: Findings) -> bool:
    """Whether it can be true, and can be false, at all."""
    del parts, city
    spec, here = one.spec, one.spot.at("condition")
    facts = physics(names(spec.condition), ranges)
    if _possible([spec.condition, *facts], [], ranges) is None:
        hint = "no reading its points can have makes it true; see low and high in the profile"
        findings.add(here, f"never true: {spec.action} would be impossible for ever", hint)
        return True
    if _possible(facts, [spec.condition], ranges) is None:
        what = "a trip that can never trip" if spec.kind is InterlockKind.TRIP else "it could never act"
        hint = "no reading its points can have makes it false; see low and high in the profile"
        findings.add(here, f"always true: {what}", hint)
        return True
    return False


def _check_on_bad(one: Placed, parts: Sequence[Part], city: City, ranges: Ranges, findings: Findings) -> bool:
    """A gate's proof that cannot be read blocks a start; nothing else is a proof."""
    del city, ranges
    spec = one.spec
    starts = any(part.action is Action.START for part in parts)
    proof = sorted(name for name in names(spec.condition) if _GATE_PROOF.search(name))
    if not starts or not proof or spec.on_bad is OnBad.BLOCK:
        return False
    message = f"{proof[0]} proves a gate: a start without that proof is never allowed"
    findings.add(one.spot.at("on_bad"), message, "say on_bad: block")
    return True


_GATE_PROOF = re.compile(r"^G\d+\.(closed_limit|open_limit|position_percent)$")


def _check_direction(one: Placed, parts: Sequence[Part], city: City, ranges: Ranges, findings: Findings) -> bool:
    """Closing a gate to the river is the protective direction; an underpass unit is stopped by its own PLC alone."""
    del ranges
    spec = one.spec
    station = city.stations.get(device_of(spec.target))
    river = [part for part in parts if part.action is Action.CLOSE and _is_river_gate(part.output)]
    if river:
        message = f"closing {river[0].target} is the protective direction and is never held"
        findings.add(one.spot.at("action"), message, "leave it out; guard opening instead")
        return True
    if station is not None and station.additional_starts_only and spec.kind is not InterlockKind.PERMISSIVE:
        message = "an underpass takes only additional starts from the centre: nothing here may stop a unit"
        findings.add(one.spot.at("kind"), message, "say kind: permissive")
        return True
    return False


def _is_river_gate(output: Output) -> bool:
    return isinstance(output, Gate) and output.role is not GateRole.DISCHARGE


def _check_reset(one: Placed, parts: Sequence[Part], city: City, ranges: Ranges, findings: Findings) -> bool:
    """What latches must be able to come true again once it has acted, and have a target a person can reset."""
    spec = one.spec
    if not spec.latches:
        return False
    here = one.spot.at("latched") if spec.kind is not InterlockKind.TRIP else one.spot.at("condition")
    if spec.target not in city.targets:
        message = "no reset path: what latches on a whole cabinet or pole is nobody's to reset"
        findings.add(here, message, "name one output: DEVICE/K1")
        return True
    for part in parts:
        after = done_state(part, ranges, spec)
        facts = physics(names(spec.condition), ranges)
        if _possible([spec.condition, *after, *facts], [], ranges) is None:
            message = (
                f"no reset path: once {part.target} is stopped, shut or off, the condition can never be true again"
            )
            hint = f"let it hold at rest: not {part.output.output}.running or …"
            findings.add(here, message, hint)
            return True
    return False


def _check_running(one: Placed, parts: Sequence[Part], city: City, ranges: Ranges, findings: Findings) -> bool:
    """What would end an act as soon as it succeeds, or never let it begin."""
    spec = one.spec
    station = city.stations.get(device_of(spec.target))
    facts = physics(names(spec.condition), ranges)
    for part in parts:
        states = [(rest_state(part, station, ranges), f"{part.action} of {part.target} could never begin")]
        if spec.kind is not InterlockKind.PERMISSIVE:
            ended = f"{part.target} would be ended as soon as it is under way"
            states.append((under_way_state(part, station, ranges), ended))
        for state, said in states:
            if _possible([spec.condition, *state, *facts], [], ranges) is None:
                findings.add(one.spot.at("condition"), f"contradicts the act it guards: {said}", "see its own feedback")
                return True
    return False
