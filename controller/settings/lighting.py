"""The lighting plan from its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from controller.domain.errors import InvalidValue
from controller.settings.lighting_models import HolidayTableModel, ProgramModel, RuleModel, SavingModel, WhenModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from schedules.calendar import (
    Calendar,
    Holidays,
    HolidayTable,
    InRange,
    InSeason,
    OnDates,
    OnDayKinds,
    OnWeekdays,
    Rule,
    When,
)
from schedules.plan import LightingPlan
from schedules.program import Edge, Program, Saving, TimePoint, Title, parse_level, parse_time_point

T = TypeVar("T")


def plan_of(
    programs: Sequence[Entry[ProgramModel]],
    rules: Sequence[Entry[RuleModel]],
    tables: Sequence[Entry[HolidayTableModel]],
    timezone: ZoneInfo,
    names: frozenset[str],
    findings: Findings,
) -> LightingPlan:
    """Programs, calendar and time zone as one; what is wrong is noted. ``names``: every program, usable or not."""
    _check_once([(entry.value.id, entry.spot.at("id")) for entry in programs], "program", findings)
    _check_once([(str(entry.value.year), entry.spot.at("year")) for entry in tables], "holiday table", findings)
    built = {entry.value.id: program for entry in programs if (program := _program(entry, findings))}
    calendar = Calendar(
        rules=tuple(rule for entry in rules if (rule := _rule(entry, names, findings))),
        holidays=Holidays({entry.value.year: table for entry in tables if (table := _table(entry, findings))}),
    )
    return LightingPlan(built, calendar, timezone)


def _check_once(named: Iterable[tuple[str, Spot]], what: str, findings: Findings) -> None:
    first: dict[str, Spot] = {}
    for name, spot in named:
        if first.setdefault(name, spot) is not spot:
            findings.add(spot, f"duplicate {what}", f"{first[name]} has it already")


def _understood(reader: Callable[[str], T], text: str, spot: Spot, findings: Findings) -> T | None:
    try:
        return reader(text)
    except InvalidValue as refused:
        findings.add(spot, str(refused))
        return None


def _program(entry: Entry[ProgramModel], findings: Findings) -> Program | None:
    model, spot = entry.value, entry.spot
    before = len(findings.problems)
    edges: list[Edge] = []
    for at, level in model.edges.items():
        point = _understood(parse_time_point, at, spot.at("edges", at), findings)
        percent = _understood(parse_level, level, spot.at("edges", at), findings)
        if point is not None and percent is not None:
            edges.append(Edge(point, percent))
    savings = [_saving(saving, spot.at("savings", i), findings) for i, saving in enumerate(model.savings)]
    if len(findings.problems) > before:
        return None
    title = Title(model.title.zh, model.title.en)
    return Program(model.id, title, tuple(edges), tuple(filter(None, savings)), model.min_burn_min)


def _saving(model: SavingModel, spot: Spot, findings: Findings) -> Saving | None:
    start = _understood(parse_time_point, model.start, spot.at("from"), findings)
    percent = _understood(parse_level, model.level, spot.at("level"), findings)
    until: TimePoint | None = None
    if model.until is not None:
        until = _understood(parse_time_point, model.until, spot.at("until"), findings)
    if start is None or percent is None:
        return None
    return Saving(start, until, percent)


def _rule(entry: Entry[RuleModel], names: frozenset[str], findings: Findings) -> Rule | None:
    model, spot = entry.value, entry.spot
    for usual, instead in model.use.items():
        for name in (usual, instead):
            if name not in names:
                findings.add(spot.at("use", usual), f"unknown lighting program {name}", did_you_mean(name, names))
    when = _when(model.when, spot.at("when"), findings)
    return None if when is None else Rule(model.name, when, dict(model.use))


def _when(model: WhenModel, spot: Spot, findings: Findings) -> When | None:
    said = [key for key in WhenModel.model_fields if getattr(model, key) is not None]
    if len(said) != 1:
        findings.add(spot, f"{len(said)} conditions", f"exactly one of {', '.join(WhenModel.model_fields)}")
        return None
    try:
        return _condition(model)
    except InvalidValue as refused:
        findings.add(spot.at(said[0]), str(refused))
        return None


def _condition(model: WhenModel) -> When | None:
    if model.days is not None:
        return OnDayKinds(frozenset(model.days))
    if model.weekdays is not None:
        return OnWeekdays(frozenset(model.weekdays))
    if model.dates is not None:
        return OnDates(frozenset(model.dates))
    if model.range is not None:
        return InRange(model.range.first, model.range.last)
    if model.season is not None:
        return InSeason(_month_day(model.season.first), _month_day(model.season.last))
    return None


def _month_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    return int(month), int(day)


def _table(entry: Entry[HolidayTableModel], findings: Findings) -> HolidayTable | None:
    model = entry.value
    try:
        return HolidayTable(model.year, model.issued, frozenset(model.holidays), frozenset(model.make_up_workdays))
    except InvalidValue as refused:
        findings.add(entry.spot, str(refused))
        return None
