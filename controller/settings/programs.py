"""Lighting programs from their entries: edges, savings, dimming, the light sensor's part, conditions on values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from controller.domain.errors import InvalidValue
from controller.domain.expression import Expression, names
from controller.domain.expression_grammar import parse
from controller.domain.points import device_of, output_of
from controller.settings.lighting_models import LuxModel, ProgramModel, SavingModel, TitleModel, ValueModel
from controller.settings.parsing import Entry, Findings, Spot
from schedules.conditions import DEFAULT_EVENING, DEFAULT_MORNING, LuxMode, LuxRule, PointRef, ValueCondition
from schedules.program import FULL, Edge, Program, Saving, TimePoint, Title, parse_level, parse_time_point

T = TypeVar("T")


def understood(reader: Callable[[str], T], text: str, spot: Spot, findings: Findings) -> T | None:
    """What the text means; None, and the refusal noted, when it means nothing."""
    try:
        return reader(text)
    except InvalidValue as refused:
        findings.add(spot, str(refused))
        return None


def title_of(model: TitleModel) -> Title:
    """A name in both languages."""
    return Title(model.zh, model.en)


def program_of(entry: Entry[ProgramModel], findings: Findings) -> Program | None:
    """One program; None, and everything wrong with it noted, when it can't be used."""
    model, spot = entry.value, entry.spot
    before = len(findings.problems)
    lux = _lux(model.lux, spot.at("lux"), findings) if model.lux else None
    if model.edges and model.lux and model.lux.mode is LuxMode.LUX:
        findings.add(spot.at("edges"), "the light sensor alone decides here", "leave edges out, or say lux: true")
    elif not model.edges and lux is None:
        findings.add(spot, "no edges", "edges: {sunset: on, sunrise: off}")
    edges = lux.edges() if lux and lux.mode is LuxMode.LUX else tuple(_edges(model.edges, spot.at("edges"), findings))
    savings = [_saving(saving, spot.at("savings", i), findings) for i, saving in enumerate(model.savings)]
    savings += _dimming(model.dimming, spot.at("dimming"), findings)
    conditions = [_condition(value, spot.at("values", i), findings) for i, value in enumerate(model.values)]
    if len(findings.problems) > before or (model.lux and not lux):
        return None
    return Program(
        id=model.id,
        title=title_of(model.title),
        edges=edges,
        savings=tuple(filter(None, savings)),
        min_burn_min=model.min_burn_min,
        lux=lux,
        conditions=tuple(filter(None, conditions)),
    )


def _edges(said: Mapping[str, str], spot: Spot, findings: Findings) -> Iterator[Edge]:
    for at, level in said.items():
        point = understood(parse_time_point, at, spot.at(at), findings)
        percent = understood(parse_level, level, spot.at(at), findings)
        if point is not None and percent is not None:
            yield Edge(point, percent)


def _saving(model: SavingModel, spot: Spot, findings: Findings) -> Saving | None:
    start = understood(parse_time_point, model.start, spot.at("from"), findings)
    percent = understood(parse_level, model.level, spot.at("level"), findings)
    until: TimePoint | None = None
    if model.until is not None:
        until = understood(parse_time_point, model.until, spot.at("until"), findings)
    if start is None or percent is None:
        return None
    return Saving(start, until, percent)


def _dimming(said: Mapping[str, str], spot: Spot, findings: Findings) -> list[Saving | None]:
    """Levels through the night: each from its time point until the next; ``on`` ends the dimming."""
    steps = list(_edges(said, spot, findings))
    last: Sequence[tuple[Edge, Edge | None]] = [(steps[-1], None)] if steps else []
    spans: list[tuple[Edge, Edge | None]] = [*pairwise(steps), *last]
    return [Saving(step.at, after.at if after else None, step.percent) for step, after in spans if step.percent < FULL]


def _lux(model: LuxModel, spot: Spot, findings: Findings) -> LuxRule | None:
    try:
        return LuxRule(
            mode=model.mode,
            evening=model.evening or DEFAULT_EVENING,
            morning=model.morning or DEFAULT_MORNING,
            on_below_lx=model.on_below_lx,
            hysteresis_lx=model.hysteresis_lx,
            hold_s=model.hold,
        )
    except InvalidValue as refused:
        findings.add(spot, str(refused))
        return None


def _condition(model: ValueModel, spot: Spot, findings: Findings) -> ValueCondition | None:
    when: Expression | None = understood(parse, model.when, spot.at("if"), findings)
    start = understood(parse_time_point, model.start, spot.at("from"), findings)
    until = understood(parse_time_point, model.until, spot.at("until"), findings)
    percent = understood(parse_level, model.level, spot.at("level"), findings)
    if when is None or start is None or until is None or percent is None:
        return None
    for name in sorted(set(model.points) - names(when)):
        findings.add(spot.at("points", name), "the condition does not ask for it", "leave it out")
        return None
    points = {name: PointRef(device_of(point), output_of(point)) for name, point in model.points.items()}
    return ValueCondition(
        when, start, until, percent, title_of(model.title), model.may_darken, MappingProxyType(points)
    )
