"""Calendar rules, modes and holidays from their entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from controller.domain.errors import InvalidValue
from controller.domain.lights import LightClass
from controller.domain.points import TargetId
from controller.logic.scopes import SCOPE_FORMS, ScopeKind, Scopes, no_such, parse_scope
from controller.settings.lighting_models import (
    FestivalsModel,
    HolidayNoticeModel,
    HolidayTableModel,
    ModeModel,
    NthModel,
    RuleModel,
    WhenModel,
)
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from schedules.calendar import ModeRule, Rule
from schedules.holidays import Holidays, HolidayTable, LocalNotice
from schedules.lunar import parse_festival
from schedules.program import Title
from schedules.public_holidays import library_tables
from schedules.when import (
    InModes,
    InRange,
    InSeason,
    OnDates,
    OnDayKinds,
    OnFestivals,
    OnLunarDays,
    OnNthWeekday,
    OnSolarTerms,
    OnWeekdays,
    When,
    all_of,
)


def holidays_of(
    tables: Sequence[Entry[HolidayTableModel]], notices: Sequence[Entry[HolidayNoticeModel]], findings: Findings
) -> Holidays:
    """The library's tables, the site's own in place of them, and what local notices changed."""
    own = {entry.value.year: table for entry in tables if (table := _table(entry, findings))}
    said = tuple(
        LocalNotice(entry.value.issued, entry.value.title, MappingProxyType(dict(entry.value.days)))
        for entry in notices
    )
    return Holidays(MappingProxyType({**library_tables(), **own}), said)


def modes_of(entries: Sequence[Entry[ModeModel]], findings: Findings) -> tuple[ModeRule, ...]:
    """The list of modes; one that hangs on modes itself is refused."""
    found = []
    for entry in entries:
        model, spot = entry.value, entry.spot
        for side in ("when", "unless"):
            said: WhenModel | None = getattr(model, side)
            if said is not None and said.mode is not None:
                findings.add(spot.at(side, "mode"), "a mode cannot hang on modes", "say days, dates, festivals …")
                break
        else:
            when = when_of(model.when, model.unless, spot, findings)
            if when is not None:
                found.append(ModeRule(model.mode, when, Title(model.name.zh, model.name.en)))
    return tuple(found)


def rule_of(entry: Entry[RuleModel], names: frozenset[str], scopes: Scopes, findings: Findings) -> Rule | None:
    """One rule; programs and scopes nobody knows are noted."""
    model, spot = entry.value, entry.spot
    before = len(findings.problems)
    for usual, instead in model.use.items():
        for name in (usual, instead):
            if name not in names:
                findings.add(spot.at("use", usual), f"unknown lighting program {name}", did_you_mean(name, names))
    if model.every is not None and model.every not in names:
        findings.add(spot.at("every"), "unknown lighting program", did_you_mean(model.every, names))
    if (model.every is None) == (not model.use):
        findings.add(spot, "a rule says use or every", "use: {usual: instead}; or only: […] with every: program")
    elif model.every is not None and model.only is None:
        findings.add(spot.at("every"), "for every light of which scope?", "add only: [class:landscape]")
    when = when_of(model.when, model.unless, spot, findings)
    only = None if model.only is None else targets_of(model.only, scopes, spot.at("only"), findings)
    if when is None or len(findings.problems) > before:
        return None
    scoped = tuple(model.only or ())
    return Rule(model.name, when, MappingProxyType(dict(model.use)), only, model.every, scoped)


def targets_of(
    said: Sequence[str], scopes: Scopes, spot: Spot, findings: Findings, light_class: LightClass | None = None
) -> frozenset[TargetId]:
    """The lights of several scopes together; one light (``330102-LC-0003/K7``) has to be of the class that is asked."""
    found: set[TargetId] = set()
    for position, text in enumerate(said):
        here = spot.at(position)
        try:
            scope = parse_scope(text)
        except InvalidValue as refused:
            findings.add(here, str(refused))
            continue
        if not scopes.known(scope):
            hint = did_you_mean(scope.name, scopes.near(scope)) if scope.kind is not ScopeKind.ASSET else SCOPE_FORMS
            findings.add(here, no_such(scope), hint)
        elif light_class is not None and scope.kind is ScopeKind.LIGHT and not scopes.targets(scope, light_class):
            findings.add(here, f"not a {light_class} circuit", f"name {light_class} circuits only")
        else:
            found.update(scopes.targets(scope, light_class))
    return frozenset(found)


def when_of(model: WhenModel, unless: WhenModel | None, spot: Spot, findings: Findings) -> When | None:
    """The condition of a rule: everything ``when`` says, and nothing ``unless`` does."""
    parts = _said(model, spot.at("when"), findings)
    against = [] if unless is None else _said(unless, spot.at("unless"), findings)
    if not parts or (unless is not None and not against):
        return None
    return all_of(parts, against)


def _said(model: WhenModel, spot: Spot, findings: Findings) -> list[When]:
    keys = [key for key in WhenModel.model_fields if getattr(model, key) is not None]
    if not keys:
        findings.add(spot, "no condition", f"one or more of {', '.join(WhenModel.model_fields)}")
    found: list[When] = []
    for key in keys:
        try:
            found.append(_CONDITIONS[key](getattr(model, key)))
        except InvalidValue as refused:
            findings.add(spot.at(key), str(refused))
            return []
    return found


def _on_nth(model: NthModel) -> When:
    months = range(1, 13) if model.months is None else model.months
    return OnNthWeekday(frozenset(model.weekdays), frozenset(model.of_month), frozenset(months))


def _on_festivals(model: FestivalsModel) -> When:
    return OnFestivals(frozenset(map(parse_festival, model.names)), frozenset(model.days))


_CONDITIONS: Mapping[str, Callable[[Any], When]] = {
    "days": lambda said: OnDayKinds(frozenset(said)),
    "mode": lambda said: InModes(frozenset(said)),
    "weekdays": lambda said: OnWeekdays(frozenset(said)),
    "nth": _on_nth,
    "dates": lambda said: OnDates(frozenset(said)),
    "range": lambda said: InRange(said.first, said.last),
    "season": lambda said: InSeason(_month_day(said.first), _month_day(said.last)),
    "festivals": _on_festivals,
    "lunar": lambda said: OnLunarDays(frozenset(said.days), frozenset(said.months)),
    "solar_terms": lambda said: OnSolarTerms(frozenset(said)),
}
"""Each key of ``WhenModel``."""


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
