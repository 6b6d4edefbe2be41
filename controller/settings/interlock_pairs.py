"""The interlocks of one device against each other and against the built-in guards, act by act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from controller.domain.assets import City
from controller.domain.expression import Expression, names
from controller.domain.points import DeviceId
from controller.domain.pumps_and_gates import Gate
from controller.logic.built_in_guards import BuiltIn, cabinet_guards, station_guards
from controller.logic.interlocks import Action, InterlockSpec
from controller.logic.output_states import Part, begin_state, parts_of_device, physics
from controller.logic.reasoning import Claim, Example, find
from controller.logic.truth_table import ACTIONS
from controller.logic.value_ranges import Range
from controller.settings.parsing import Findings, Spot

Ranges = Mapping[str, Range]
Configured = Sequence[tuple[InterlockSpec, Spot]]


@dataclass(frozen=True, slots=True)
class _Condition:
    """One condition of an act; ``spot`` None: it is built in."""

    name: str
    holds: Expression
    spot: Spot | None


def check_together(configured: Configured, device: DeviceId, city: City, ranges: Ranges, findings: Findings) -> None:
    """Note what can never hold together, and gates that could be told to open and to close at the same time.

    Each interlock must be sound by itself.
    """
    built_in = _built_in(device, city, ranges)
    told: set[frozenset[str]] = set()
    parts = list(parts_of_device(device, city))
    for part in parts:
        found = _conditions(configured, built_in, part)
        if any(one.spot is not None for one in found):
            _check_act(part, found, ranges, findings, told)
    for part in parts:
        if part.action is Action.OPEN and isinstance(part.output, Gate):
            _check_both_ways(part, configured, ranges, findings, told)


def _built_in(device: DeviceId, city: City, ranges: Ranges) -> Sequence[BuiltIn]:
    if device in city.stations:
        return station_guards(city.stations[device], ranges.keys())
    return cabinet_guards(city.cabinets[device]) if device in city.cabinets else ()


def _conditions(configured: Configured, built_in: Sequence[BuiltIn], part: Part) -> list[_Condition]:
    own = [
        _Condition(f"the built-in guard {one.id} ({one.condition})", one.holds, None)
        for one in built_in
        if one.target == part.target and ACTIONS.get(one.act) is part.action and one.begins and one.holds is not None
    ]
    said = [
        _Condition(spec.id, spec.condition, spot) for spec, spot in configured if spec.binds(part.target, part.action)
    ]
    return own + said


def _check_act(
    part: Part, found: Sequence[_Condition], ranges: Ranges, findings: Findings, told: set[frozenset[str]]
) -> None:
    """Two conditions that exclude each other, or more where no two do, make the act impossible for ever."""
    pairs = [pair for pair in combinations(found, 2) if any(one.spot for one in pair) and _touch(*pair)]
    excluding = [pair for pair in pairs if _together(pair, part, ranges) is None]
    for pair in excluding:
        _tell(part, pair, findings, told)
    linked = _linked(found)
    if not excluding and len(linked) > 2 and _together(linked, part, ranges) is None:
        _tell(part, _core(linked, part, ranges), findings, told)


def _linked(found: Sequence[_Condition]) -> Sequence[_Condition]:
    """The configured conditions and whatever they share a thing with, directly or through others."""
    linked = [one for one in found if one.spot is not None]
    rest = [one for one in found if one.spot is None]
    while touching := [one for one in rest if any(_touch(one, other) for other in linked)]:
        linked += touching
        rest = [one for one in rest if one not in touching]
    return linked


def _core(found: Sequence[_Condition], part: Part, ranges: Ranges) -> Sequence[_Condition]:
    """The fewest of these that exclude each other."""
    core = list(found)
    for one in found:
        fewer = [other for other in core if other is not one]
        if _together(fewer, part, ranges) is None:
            core = fewer
    return core


def _touch(one: _Condition, other: _Condition) -> bool:
    """Whether two conditions speak of a common thing; otherwise each can be had without the other."""
    return not _things(one.holds).isdisjoint(_things(other.holds))


def _things(condition: Expression) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in names(condition))


def _together(several: Sequence[_Condition], part: Part, ranges: Ranges) -> Example | None:
    used = frozenset(name for one in several for name in names(one.holds))
    conditions = [one.holds for one in several]
    conditions += [*begin_state(part, ranges), *physics(used, ranges)]
    return find([Claim(condition.root) for condition in conditions], ranges)


def _tell(part: Part, several: Sequence[_Condition], findings: Findings, told: set[frozenset[str]]) -> None:
    names_ = frozenset(one.name for one in several)
    if names_ in told:
        return
    told.add(names_)
    last = [one for one in several if one.spot is not None][-1]
    others = " and ".join(one.name for one in several if one is not last)
    message = f"contradicts {others}: together they make {part.action} of {part.target} impossible for ever"
    assert last.spot is not None  # noqa: S101 - narrows: at least one is configured
    findings.add(last.spot.at("condition"), message, "no reading makes all of them true; change one")


def _check_both_ways(
    part: Part, configured: Configured, ranges: Ranges, findings: Findings, told: set[frozenset[str]]
) -> None:
    """Where the water decides both movements of a gate, it must never allow both: the gate would hunt."""
    opening = list(_by_the_water(configured, part, Action.OPEN))
    closing = list(_by_the_water(configured, part, Action.CLOSE))
    if not opening or not closing:
        return
    specs = [spec for spec, _ in (*opening, *closing)]
    ids = frozenset(f"both ways: {spec.id}" for spec in specs)
    used = frozenset(name for spec in specs for name in names(spec.condition))
    claims = [Claim(spec.condition.root) for spec in specs] + [Claim(fact.root) for fact in physics(used, ranges)]
    example = find(claims, ranges)
    if example is None or ids in told:
        return
    told.add(ids)
    spot = closing[-1][1]
    at = f", for example at {example}" if example.values else ""
    message = (
        f"open and close of {part.target} possible together{at}: {', '.join(one.id for one, _ in opening)} allows both"
    )
    findings.add(spot.at("condition"), message, "let the two exclude each other, with a dead band between them")


def _by_the_water(configured: Configured, part: Part, action: Action) -> Iterator[tuple[InterlockSpec, Spot]]:
    """The interlocks of one movement that look at more than the gate itself."""
    own = f"{part.output.output}."
    for spec, spot in configured:
        if spec.binds(part.target, action) and any(not name.startswith(own) for name in names(spec.condition)):
            yield spec, spot
