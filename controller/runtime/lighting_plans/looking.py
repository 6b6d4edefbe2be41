"""Nights and years of lights, worked out from the plan they are controlled by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from controller.domain.errors import UnknownTarget
from controller.domain.lights import Cabinet, Circuit, LightClass, Luminaire, Pole
from controller.domain.places import Place
from controller.domain.points import TargetId, device_of
from controller.logic.lighting import spread_s
from controller.runtime.lighting_plans.views import PlannedEdge, PlannedHour, PlannedNight, PlannedSpan, PlannedYear
from controller.settings.site import Site
from schedules.astro import sun_times, utc
from schedules.plan import NightChoice
from schedules.program import ASTRONOMICAL, DARK, Program
from schedules.scenes import SceneStage
from schedules.spans import Sky, Span, spans_of
from schedules.when import MODE_ZH
from schedules.words import cause_en, cause_zh

NAMED = 12
"""Lights of a scope named one by one."""
NIGHTS = 366
FIRST_HOUR, LAST_HOUR = 16, 9
"""An evening is told from 16:00 and a morning until 09:00; what burns outside is told too."""

Light = Circuit | Luminaire


class Alike(NamedTuple):
    """What decides a light's night besides the date: lights of one are shown together."""

    program: str
    standing: int
    stage: SceneStage | None
    dims: bool
    landscape: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A light and where it stands."""

    light: Light
    asset: Cabinet | Pole


class Together:
    """Lights sorted into those the plan treats alike."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kinds: dict[Alike, list[Standing]] = {}

    def add(self, target: TargetId) -> None:
        """One more light.

        Raises:
            UnknownTarget: no such circuit or luminaire.
        """
        one = light_of(self._site, target)
        self._kinds.setdefault(_alike(self._site, one), []).append(one)

    def nights(self, night: date) -> Iterator[PlannedNight]:
        """The night of each kind, the most lights first."""
        for lights in sorted(self._kinds.values(), key=len, reverse=True):
            yield _night(self._site, lights, night)


def nights_of(site: Site, targets: Iterable[TargetId], night: date) -> list[PlannedNight]:
    """The night of these lights, those treated alike together, the most lights first.

    Raises:
        UnknownTarget: one of them is no circuit or luminaire.
    """
    together = Together(site)
    for target in targets:
        together.add(target)
    return list(together.nights(night))


def year_of(site: Site, target: TargetId, first: date, nights: int = NIGHTS) -> PlannedYear:
    """Which program a light has on which nights, and why.

    Raises:
        UnknownTarget: no such circuit or luminaire.
    """
    one = light_of(site, target)
    dates = [first + timedelta(days=n) for n in range(nights)]
    spans = [_span(site, one, list(run)) for _, run in groupby(dates, lambda night: _what(site, one, night))]
    counted: dict[str, int] = {}
    for span in spans:
        counted[span.program] = counted.get(span.program, 0) + span.nights
    known = site.lighting.calendar.holidays.tables
    unknown = tuple(sorted({night.year for night in dates} - known.keys()))
    return PlannedYear(target, dates[0].isoformat(), dates[-1].isoformat(), tuple(spans), counted, unknown)


def light_of(site: Site, target: TargetId) -> Standing:
    """The light and its asset.

    Raises:
        UnknownTarget: no such circuit or luminaire.
    """
    device = device_of(target)
    asset: Cabinet | Pole | None = site.city.cabinets.get(device) or site.city.poles.get(device)
    if asset is None:
        raise UnknownTarget(f"no cabinet or pole {device} in site {site.name}; only lights have programs")
    lights: Sequence[Light] = asset.circuits if isinstance(asset, Cabinet) else asset.luminaires
    for light in lights:
        if light.id == target:
            return Standing(light, asset)
    raise UnknownTarget(f"name one light of {device}: {', '.join(light.id for light in lights)}")


def _alike(site: Site, one: Standing) -> Alike:
    standing = site.lighting.standing(one.light.id, one.asset.place)
    stage = site.lighting.stages.get(one.light.id)
    return Alike(one.light.program, standing.kind, stage, _dims(one.light), _is_landscape(one.light))


def _dims(light: Light) -> bool:
    return isinstance(light, Luminaire) or light.min_percent is not None


def _is_landscape(light: Light) -> bool:
    return isinstance(light, Circuit) and light.light_class is LightClass.LANDSCAPE


def _program(one: Standing, found: NightChoice) -> Program | None:
    """The program in force; where none applies, a road is lit from sunset to sunrise and landscape is dark."""
    return found.program or (None if _is_landscape(one.light) else ASTRONOMICAL)


def _night(site: Site, lights: Sequence[Standing], night: date) -> PlannedNight:
    plan, one = site.lighting, lights[0]
    found = plan.chosen(one.light.program, night, one.light.id)
    program = _program(one, found)
    mode, why = plan.calendar.mode_of(night)
    place = plan.standing(one.light.id, one.asset.place).place
    sun = sun_times(place, night, plan.tz)
    edges = _edges(site, lights, program, night)
    stage = plan.stages.get(one.light.id)
    notes = _notes(program)
    return PlannedNight(
        lights=tuple(standing.light.id for standing in lights[:NAMED]),
        count=len(lights),
        night=night.isoformat(),
        mode=mode.value,
        mode_zh=MODE_ZH[mode],
        because="" if why is None else _both(why.zh, why.en),
        program=found.choice.program,
        title_zh="无方案" if program is None else program.title.zh,
        title_en="no program" if program is None else program.title.en,
        rule=found.choice.rule,
        exceptional=found.choice.exceptional,
        scene="" if stage is None else stage.scene,
        sunset=sun.sunset,
        sunrise=sun.sunrise,
        edges=tuple(edges),
        hours=tuple(_hours(site, one, program, night)),
        notes_zh=tuple(zh for zh, _ in notes),
        notes_en=tuple(en for _, en in notes),
    )


def _both(zh: str, en: str) -> str:
    return zh if zh == en else f"{zh} {en}"


def _edges(site: Site, lights: Sequence[Standing], program: Program | None, night: date) -> list[PlannedEdge]:
    """Each switching, from the first light to the last. Sun times lie between those of the outermost places."""
    if program is None:
        return []
    if len(lights) == 1:
        timed = [(_switchings(site, lights[0], program, night), _shift_s(site, lights[0]))]
    else:
        timed = [
            (_switchings(site, standing, program, night), shift_s)
            for standing in _outermost(lights)
            for shift_s in (0.0, 0.0 if _in_scene(site, standing) else site.timing.spread_s)
        ]
    same = [(spans, shift_s) for spans, shift_s in timed if len(spans) == len(timed[0][0])]
    found = []
    for position, span in enumerate(timed[0][0]):
        moments = [utc(spans[position].start_s) + timedelta(seconds=shift_s) for spans, shift_s in same]
        value = said(lights[0].light, span.percent)
        found.append(PlannedEdge(min(moments), max(moments), value, cause_en(span.by), cause_zh(span.by)))
    return found


def _in_scene(site: Site, one: Standing) -> bool:
    return one.light.id in site.lighting.stages


def _shift_s(site: Site, one: Standing) -> float:
    return site.lighting.standing(one.light.id, one.asset.place, spread_s(one.asset.id, site.timing.spread_s)).shift_s


def _spans(site: Site, one: Standing, program: Program, night: date) -> list[Span]:
    place = site.lighting.standing(one.light.id, one.asset.place).place
    return spans_of(program, Sky(night, place, site.lighting.tz))


def _switchings(site: Site, one: Standing, program: Program, night: date) -> list[Span]:
    """The stretches that begin with a switching; a night begins dark."""
    found: list[Span] = []
    value = said(one.light, DARK)
    for span in _spans(site, one, program, night):
        if said(one.light, span.percent) != value:
            found.append(span)
            value = said(one.light, span.percent)
    return found


def _outermost(lights: Sequence[Standing]) -> list[Standing]:
    by_place: dict[Place, Standing] = {standing.asset.place: standing for standing in lights}
    ends = [pick(by_place, key=key) for key in (_lon, _lat) for pick in (min, max)]
    return [lights[0], *(by_place[place] for place in dict.fromkeys(ends))]


def _lon(place: Place) -> float:
    return place.lon


def _lat(place: Place) -> float:
    return place.lat


def _hours(site: Site, one: Standing, program: Program | None, night: date) -> Iterator[PlannedHour]:
    """Full hours of the local clock, from the evening to the morning."""
    if program is None:
        return
    shift_s, tz = _shift_s(site, one), site.lighting.tz
    spans = _spans(site, one, program, night)
    for hour in range(12, 36):
        at = datetime(night.year, night.month, night.day, tzinfo=tz) + timedelta(hours=hour)
        second = at.timestamp() - shift_s
        span = next((span for span in reversed(spans) if span.start_s <= second), spans[0])
        if span.percent > DARK or (hour >= FIRST_HOUR and hour <= 24 + LAST_HOUR):
            yield PlannedHour(utc(at.timestamp()), said(one.light, span.percent), cause_en(span.by), cause_zh(span.by))


def said(light: Light, percent: float) -> str:
    """A level as that light follows it: ``on``, ``off``, ``60%``."""
    if _dims(light):
        return f"{percent:g}%"
    return "on" if percent > DARK else "off"


def _notes(program: Program | None) -> list[tuple[str, str]]:
    """What may change the night besides the clock and the sun."""
    if program is None:
        return []
    notes: list[tuple[str, str]] = []
    if program.lux is not None:
        (a, b), (c, d) = program.lux.evening, program.lux.morning
        en = f"a light sensor may act from sunset{a:+d} to {b:+d} min and sunrise{c:+d} to {d:+d} min"
        notes.append((f"光控: 日落{a:+d}至{b:+d}分, 日出{c:+d}至{d:+d}分之间可提前或推迟", en))
    for condition in program.conditions:
        zh = f"{condition.title.zh}: {condition.start}至{condition.until}若 {condition.when} 则{condition.percent:g}%"
        en = f"{condition.title.en}: {condition.percent:g}% if {condition.when}, {condition.start} to {condition.until}"
        notes.append((zh, en))
    return notes


class _What(NamedTuple):
    mode: str
    program: str
    rule: str


def _what(site: Site, one: Standing, night: date) -> _What:
    choice = site.lighting.chosen(one.light.program, night, one.light.id).choice
    return _What(site.lighting.mode(night).value, choice.program, choice.rule)


def _span(site: Site, one: Standing, nights: Sequence[date]) -> PlannedSpan:
    plan, first = site.lighting, nights[0]
    found = plan.chosen(one.light.program, first, one.light.id)
    program = _program(one, found)
    mode, _ = plan.calendar.mode_of(first)
    named = [why for night in nights if (why := plan.calendar.mode_of(night)[1])]
    return PlannedSpan(
        first=first.isoformat(),
        last=nights[-1].isoformat(),
        nights=len(nights),
        mode=mode.value,
        mode_zh=MODE_ZH[mode],
        because=" · ".join(dict.fromkeys(_both(why.zh, why.en) for why in named)),
        program=found.choice.program,
        title_zh="无方案" if program is None else program.title.zh,
        title_en="no program" if program is None else program.title.en,
        rule=found.choice.rule,
    )
