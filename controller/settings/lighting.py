"""The lighting plan from its entries: programs, calendar, scenes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo

from controller.domain.assets import City
from controller.domain.expression import names
from controller.domain.lights import Cabinet, Circuit, LightClass, Luminaire, Pole
from controller.domain.places import Place
from controller.domain.points import DeviceId, TargetId
from controller.logic.scopes import LightEntry, Scopes
from controller.settings.calendars import holidays_of, modes_of, rule_of
from controller.settings.lighting_models import (
    HolidayNoticeModel,
    HolidayTableModel,
    ModeModel,
    ProgramModel,
    RuleModel,
    SceneModel,
)
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from controller.settings.programs import program_of
from controller.settings.scenes import scenes_of
from schedules.calendar import Calendar, Rule
from schedules.conditions import ValueCondition
from schedules.plan import LightingPlan
from schedules.program import Program, ProgramId
from schedules.scenes import Scene

Points = Mapping[DeviceId, Collection[str]]
"""The points each device has."""


@dataclass(frozen=True, slots=True)
class LightingEntries:
    """What the files of ``lighting/`` say of programs and calendars. ``names``: every program, usable or not."""

    programs: Sequence[Entry[ProgramModel]] = ()
    rules: Sequence[Entry[RuleModel]] = ()
    modes: Sequence[Entry[ModeModel]] = ()
    tables: Sequence[Entry[HolidayTableModel]] = ()
    notices: Sequence[Entry[HolidayNoticeModel]] = ()
    scenes: Sequence[Entry[SceneModel]] = ()
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class LightingSpots:
    """Where programs and rules stand, for what is found out about them later. Scenes stand for theirs."""

    programs: dict[ProgramId, Spot] = field(default_factory=dict)
    rules: dict[str, Spot] = field(default_factory=dict)


def plan_of(
    entries: LightingEntries,
    timezone: ZoneInfo,
    city: City,
    scopes: Scopes,
    points: Points,
    findings: Findings,
    spots: LightingSpots | None = None,
) -> LightingPlan:
    """Programs, calendar, scenes and time zone as one; what is wrong is noted.

    Scopes are read out here: the plan holds the lights themselves, and a reload reads them out anew.
    """
    spots = spots or LightingSpots()
    _check_once([(entry.value.id, entry.spot.at("id")) for entry in entries.programs], "program", findings)
    _check_once([(entry.value.id, entry.spot.at("id")) for entry in entries.scenes], "scene", findings)
    _check_once([(entry.value.name, entry.spot.at("name")) for entry in entries.rules], "rule", findings)
    _check_once([(str(one.value.year), one.spot.at("year")) for one in entries.tables], "holiday table", findings)
    programs = {e.value.id: program for e in entries.programs if (program := program_of(e, findings))}
    scenes = scenes_of(entries.scenes, scopes, places_of(city), findings)
    rules = tuple(rule for e in entries.rules if (rule := rule_of(e, entries.names, scopes, findings)))
    calendar = Calendar(
        rules=(*(rule for scene in scenes for rule in scene.rules()), *rules),
        holidays=holidays_of(entries.tables, entries.notices, findings),
        modes=modes_of(entries.modes, findings),
    )
    _note_spots(entries, scenes, spots)
    asked = Asked(programs, calendar, scopes, programs_by_light(city))
    _check_conditions(entries.programs, asked, points, findings)
    return LightingPlan(
        {**programs, **{program.id: program for scene in scenes for program in scene.programs()}},
        calendar,
        timezone,
        MappingProxyType({member: scene.stage for scene in scenes for member in scene.members}),
    )


def places_of(city: City) -> dict[DeviceId, Place]:
    """Where every lighting asset stands."""
    assets: list[Cabinet | Pole] = [*city.cabinets.values(), *city.poles.values()]
    return {asset.id: asset.place for asset in assets}


def _note_spots(entries: LightingEntries, scenes: Sequence[Scene], spots: LightingSpots) -> None:
    spots.programs.update((entry.value.id, entry.spot.at("id")) for entry in entries.programs)
    spots.rules.update((entry.value.name, entry.spot.at("name")) for entry in entries.rules)
    stand = {entry.value.id: entry.spot for entry in entries.scenes}
    for scene in scenes:
        for position, rule in enumerate(scene.rules()):
            spots.rules[rule.name] = stand[scene.id].at("nights", position)
            spots.programs[scene.program_id(position)] = stand[scene.id].at("nights", position)


def _check_once(named: Iterable[tuple[str, Spot]], what: str, findings: Findings) -> None:
    first: dict[str, Spot] = {}
    for name, spot in named:
        if first.setdefault(name, spot) is not spot:
            findings.add(spot, f"duplicate {what}", f"{first[name]} has it already")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lights may ever get a program. ``own``: the program each light has by itself."""

    programs: Mapping[ProgramId, Program]
    calendar: Calendar
    scopes: Scopes
    own: Mapping[TargetId, ProgramId]

    def lights(self, program: ProgramId) -> Iterator[LightEntry]:
        """The lights that may ever get it: by themselves, or by a rule of the calendar."""
        giving = [rule for rule in self.calendar.rules if program == rule.every or program in rule.use.values()]
        for light in self.scopes.lights.values():
            own = self.own.get(light.target, "")
            if own == program or any(_gives(rule, light.target, own, program) for rule in giving):
                yield light


def _gives(rule: Rule, target: TargetId, own: ProgramId, program: ProgramId) -> bool:
    return rule.holds_for(target) and rule.gives(own) == program


def programs_by_light(city: City) -> dict[TargetId, ProgramId]:
    """The program each light has by itself."""
    lights: list[Circuit | Luminaire] = [one for cabinet in city.cabinets.values() for one in cabinet.circuits]
    lights += [lamp for pole in city.poles.values() for lamp in pole.luminaires]
    return {light.id: light.program for light in lights}


def _check_conditions(entries: Sequence[Entry[ProgramModel]], asked: Asked, points: Points, findings: Findings) -> None:
    """Every point a condition asks for is there, and none may darken a road."""
    programs = asked.programs
    asking = {e.value.id: e.spot for e in entries if e.value.id in programs and programs[e.value.id].conditions}
    for program, spot in asking.items():
        lights = list(asked.lights(program)) if not findings.problems else []
        for position, condition in enumerate(programs[program].conditions):
            here = spot.at("values", position)
            roads = [light for light in lights if light.light_class is LightClass.ROAD]
            if condition.may_darken and roads:
                hint = f"{roads[0].target} lights a road: only a landscape program may be darkened by a value"
                findings.add(here.at("may_darken"), "would darken a road", hint)
            _check_points(condition, lights, points, here, findings)


def _check_points(
    condition: ValueCondition, lights: Sequence[LightEntry], points: Points, spot: Spot, findings: Findings
) -> None:
    for name, named in condition.points.items():
        here = spot.at("points", name)
        if named.device not in points:
            findings.add(here, f"no device {named.device}", did_you_mean(named.device, points))
        elif named.point not in points[named.device]:
            findings.add(here, "this device has no such point", did_you_mean(named.point, points[named.device]))
    for name in sorted(names(condition.when) - condition.points.keys()):
        lacking = next((one for one in lights if name not in points.get(one.device, ())), None)
        if lacking is not None:
            known = points.get(lacking.device, ())
            findings.add(spot.at("if"), f"{lacking.device} has no point {name}", did_you_mean(name, known))
