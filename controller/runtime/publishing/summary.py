"""From a year's arrays to what people read: sums, roads that change, what must not be published unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.domain.lights import LightClass
from controller.runtime.publishing.lights import CityLight
from controller.runtime.publishing.report import (
    MOST_CHANGES,
    MOST_ROADS,
    NAMED,
    Finding,
    RoadChange,
    Severity,
    Sums,
)
from schedules.conflicts import Clash
from schedules.plan import LightingPlan
from schedules.proof_conflicts import oddities_of
from schedules.proof_sky import Floats
from schedules.proof_words import change_text, nights_text
from schedules.proof_year import Segment, Tried, YearProof, same_program

WAS, NOW = 0, -1
"""The plan in force, and the draft, among the plans of a proof (one and the same where only one was tried)."""
MOST_OF_A_NIGHT = 0.75
"""A road that savings leave dark for more of a night than this is dark, whatever it is called."""


@dataclass(frozen=True, slots=True)
class LightTotals:
    """Every light's year under one plan; arrays in the lights' order."""

    burn_h: Floats
    full_h: Floats
    kwh: Floats
    day_min: Floats
    gap_h: Floats
    saved_h: Floats
    switchings: Floats


def totals_of(proof: YearProof, which: int, lights: Sequence[CityLight]) -> LightTotals:
    """Hours and energy of every light. A circuit that cannot dim is on at any level."""
    burn_h = proof.of_lights(which, "burn_s") / 3600.0
    dimmed_h = proof.of_lights(which, "full_s") / 3600.0
    full_h = np.where(np.array([light.dimmable for light in lights], dtype=bool), dimmed_h, burn_h)
    rated_kw = np.array([light.rated_w for light in lights]) / 1000.0
    return LightTotals(
        burn_h,
        full_h,
        full_h * rated_kw,
        proof.of_lights(which, "day_s") / 60.0,
        proof.of_lights(which, "gap_s") / 3600.0,
        proof.of_lights(which, "saved_s") / 3600.0,
        proof.of_lights(which, "burns") * 2.0,
    )


def sums_of(lights: Sequence[CityLight], was: LightTotals, now: LightTotals) -> Iterator[Sums]:
    """The city's sums, then by division, class, grade and road."""
    named: Mapping[str, list[str]] = {
        "city": ["" for _ in lights],
        "division": [light.division for light in lights],
        "class": [light.light_class.value for light in lights],
        "grade": [light.grade for light in lights],
        "road": [light.road or "—" for light in lights],
    }
    for by, names in named.items():
        known = sorted(set(names))
        number = {name: position for position, name in enumerate(known)}
        codes = np.array([number[name] for name in names], dtype=np.intp)
        columns = [
            np.bincount(codes, weights=values, minlength=len(known))
            for values in (was.burn_h, now.burn_h, was.full_h, now.full_h, was.kwh, now.kwh)
        ]
        counts = np.bincount(codes, minlength=len(known))
        for position, name in enumerate(known[:MOST_ROADS]):
            yield Sums(by, name, int(counts[position]), *(round(float(column[position]), 3) for column in columns))


def changes_of(proof: YearProof, lights: Sequence[CityLight]) -> tuple[list[RoadChange], int, int]:
    """Roads that change, most energy first; how many lines were left out, and how many lights change at all."""
    found: list[RoadChange] = []
    changed: set[int] = set()
    for segment in proof.segments:
        was, now = segment.tried[WAS], segment.tried[NOW]
        if was is now:
            continue
        members, at_was = proof.members(segment, WAS)
        _, at_now = proof.members(segment, NOW)
        changed.update(members.tolist())
        delta_h = (now.burn_s[at_now] - was.burn_s[at_was]) / 3600.0
        full_h = (now.full_s[at_now] - was.full_s[at_was]) / 3600.0
        found += _roads(proof, segment, [lights[one] for one in members], delta_h, full_h)
    found.sort(key=lambda change: (-abs(change.kwh), -change.lights, change.road))
    return found[:MOST_CHANGES], max(0, len(found) - MOST_CHANGES), len(changed)


def _roads(
    proof: YearProof, segment: Segment, lights: Sequence[CityLight], delta_h: Floats, full_h: Floats
) -> Iterator[RoadChange]:
    night = int(segment.nights[0])
    was, now = (proof.choices[segment.kind][which][night] for which in (WAS, NOW))
    alike = same_program(was) == same_program(now)
    what = "follows the sun of another place" if alike else change_text(was, now)
    which = nights_text(proof.first, segment.nights.tolist(), proof.nights)
    by_road: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for position, light in enumerate(lights):
        by_road[light.division, light.road or "—", light.light_class.value].append(position)
    for (division, road, light_class), positions in by_road.items():
        kwh = sum(
            lights[one].rated_w / 1000.0 * float(full_h[one] if lights[one].dimmable else delta_h[one])
            for one in positions
        )
        yield RoadChange(
            road,
            division,
            light_class,
            len(positions),
            tuple(lights[one].target for one in positions[:NAMED]),
            was.id,
            now.id,
            what,
            len(segment.nights),
            which,
            round(float(np.mean(delta_h[positions])), 2),
            round(kwh, 1),
        )


def findings_of(
    proof: YearProof, lights: Sequence[CityLight], plan: LightingPlan, brought: Collection[str] = ()
) -> Iterator[Finding]:
    """What must not be published unseen, then what somebody should look at. ``brought``: see ``oddities_of``."""
    yield from _dark(proof, lights)
    yield from _by_day(proof, lights)
    yield from _saved_away(proof, lights)
    yield from _calendar(proof, plan, lights, brought)


Found = dict[str, list[tuple[NDArray[np.intp], NDArray[np.intp], Tried]]]


def _where(proof: YearProof, lights: Sequence[CityLight], measure: str, least: float, *, roads: bool) -> Found:
    """Lights at which a measure of the draft exceeds ``least``, by the program's id: members, their places, tried."""
    found: Found = defaultdict(list)
    for segment in proof.segments:
        tried = segment.tried[NOW]
        if not (getattr(tried, measure) > least).any():
            continue
        members, at = proof.members(segment, NOW)
        bad = getattr(tried, measure)[at] > least
        if roads:
            bad &= np.array([lights[one].light_class is LightClass.ROAD for one in members], dtype=bool)
        if bad.any():
            program = proof.choices[segment.kind][NOW][int(segment.nights[0])].id
            found[program].append((members[bad], at[bad], tried))
    return found


def _worst(
    proof: YearProof, parts: Iterable[tuple[NDArray[np.intp], NDArray[np.intp], Tried]], measure: str
) -> tuple[int, float, str]:
    """Most nights at one light, the worst night's minutes, and that night."""
    nights, worst_s, when = 0, 0.0, 0
    for _, at, tried in parts:
        counted, (positions, seconds) = getattr(tried, f"{measure}_nights")[at], getattr(tried, f"{measure}_worst")
        nights = max(nights, int(counted.max()))
        worst = int(at[seconds[at].argmax()])
        if seconds[worst] > worst_s:
            worst_s, when = float(seconds[worst]), int(positions[worst])
    return nights, round(worst_s / 60.0, 1), proof.night(when).isoformat()


def _named(lights: Sequence[CityLight], parts: Iterable[tuple[NDArray[np.intp], object, object]]) -> list[str]:
    return sorted({lights[one].target for members, _, _ in parts for one in members})


def _dark(proof: YearProof, lights: Sequence[CityLight]) -> Iterator[Finding]:
    for program, parts in _where(proof, lights, "gap_s", 0.0, roads=True).items():
        named = _named(lights, parts)
        nights, minutes, night = _worst(proof, parts, "gap")
        en = (
            f"{program}: {len(named)} road lights are dark between sunset and sunrise, and no saving says so, on up to "
            f"{nights} nights; worst the night of {night} with {minutes:g} min"
        )
        zh = (
            f"{program}: {len(named)} 路道路照明在日落至日出间熄灭 (非节能), "
            f"最多 {nights} 夜, 最长 {night} {minutes:g} 分钟"
        )
        yield Finding(Severity.BLOCKS, "dark_gap", en, zh, len(named), tuple(named[:NAMED]), nights, minutes, night)


def _by_day(proof: YearProof, lights: Sequence[CityLight]) -> Iterator[Finding]:
    for program, parts in _where(proof, lights, "day_s", 0.0, roads=False).items():
        named = _named(lights, parts)
        nights, minutes, night = _worst(proof, parts, "day")
        en = (
            f"{program}: {len(named)} lights burn by day on up to {nights} nights; worst the night of {night} with "
            f"{minutes:g} min"
        )
        zh = f"{program}: {len(named)} 路白天亮灯, 最多 {nights} 夜, 最长 {night} {minutes:g} 分钟"
        yield Finding(Severity.BLOCKS, "day_burning", en, zh, len(named), tuple(named[:NAMED]), nights, minutes, night)


def _saved_away(proof: YearProof, lights: Sequence[CityLight]) -> Iterator[Finding]:
    for program, parts in _where(proof, lights, "saved_most", MOST_OF_A_NIGHT, roads=True).items():
        named = _named(lights, parts)
        part = max(float(tried.saved_most[at].max()) for _, at, tried in parts)
        en = f"{program}: savings leave {len(named)} road lights dark for up to {part:.0%} of a night"
        zh = f"{program}: 节能使 {len(named)} 路道路照明一夜中最多 {part:.0%} 的时间熄灭"
        yield Finding(Severity.BLOCKS, "saved_away", en, zh, len(named), tuple(named[:NAMED]))


_CLASHES = {
    Clash.NEVER: ("picks no night", "不适用于任何夜晚"),
    Clash.SHADOWED: ("never decides: {others} always come first", "从不起作用: {others} 总在其前"),
    Clash.MEETS: ("meets {others} on {nights} nights, first {night}, and wants something else", "与 {others} 冲突"),
}


def _calendar(
    proof: YearProof, plan: LightingPlan, lights: Sequence[CityLight], brought: Collection[str]
) -> Iterator[Finding]:
    kinds = [kind.first for kind in proof.lit.kinds]
    found = oddities_of(plan, kinds, lights, proof.first, proof.nights, brought)
    for one in found.rules:
        en, zh = (
            text.format(others=", ".join(one.others), nights=one.nights, night=one.night)
            for text in _CLASHES[one.clash]
        )
        when = "" if one.night is None else one.night.isoformat()
        severity = Severity.LOOK if one.clash is Clash.MEETS else Severity.INFO
        kind, en, zh = f"rule_{one.clash}", f"rule {one.rule!r} {en}", f"规则 {one.rule} {zh}"
        yield Finding(severity, kind, en, zh, nights=one.nights, worst_night=when)
    for year in found.missing_years:
        en = f"no holiday table for {year}: its holidays and make-up working days are taken for plain days"
        yield Finding(Severity.LOOK, "missing_holidays", en, f"缺 {year} 年节假日表: 按普通日处理")
    if found.unused:
        named = ", ".join(found.unused)
        en, zh = f"no light gets these programs in these nights: {named}", f"这些夜晚未用到的方案: {named}"
        yield Finding(Severity.INFO, "unused_programs", en, zh)
