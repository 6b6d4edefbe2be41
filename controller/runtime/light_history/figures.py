"""Sums turned into figures: rates of a moment or of nights, energy, by part. Pure but for the site it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from controller.domain.points import TargetId
from controller.logic.energy import EnergyRules, Used, together, used
from controller.logic.light_rates import (
    MILLI,
    NOTHING,
    Cell,
    Figure,
    LightSum,
    RateRules,
    day_burning_percent,
    figure_of,
    intact_percent,
    pessimistic_percent,
    rate_percent,
)
from controller.runtime.light_history.grouping import By, named, part_of
from controller.runtime.light_history.sums import NONE, NightSums
from controller.runtime.light_history.views import EnergyView, RateView
from controller.settings.site import Site

_FIGURES: Mapping[Figure, str] = {
    Figure.MAIN_ROADS: "主要道路 main roads",
    Figure.OTHER_ROADS: "其他道路 other roads",
}
_LOW_WORDS: Mapping[Figure, str] = {
    Figure.MAIN_ROADS: "main_roads",
    Figure.OTHER_ROADS: "other_roads",
    Figure.INTACT: "roads_intact",
    Figure.LANDSCAPE: "landscape_intact",
}
"""What is under its limit among lights of several kinds."""
S = TypeVar("S", LightSum, NightSums)
Rates = tuple[RateView, tuple[RateView, ...], tuple[RateView, ...]]
"""The whole, by kind of road, by part."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What is asked about: whole cells, or lights one by one where only a part of a cell is meant or may be seen.

    ``targets`` are empty where somebody who sees everything asks about cells.
    """

    cells: frozenset[Cell]
    targets: frozenset[TargetId] = frozenset()
    light_by_light: bool = False

    def holds(self, target: TargetId, cell: Cell) -> bool:
        """Whether a light is among them."""
        return target in self.targets if self.light_by_light else cell in self.cells


def live_rates(cells: Iterable[tuple[Cell, LightSum]], faulted: Mapping[Cell, int], by: By, site: Site) -> Rates:
    """Rates of this moment."""

    def one(key: str, name: str, parts: Sequence[tuple[Cell, LightSum]]) -> RateView:
        own, total = {cell for cell, _ in parts}, NOTHING
        for _, state in parts:
            total = total.plus(state)
        return rate_of(key, name, total, _broken(own, faulted), _limits(own, site.light_rates))

    return _arranged(list(cells), by, site, one)


def night_rates(
    sums: Iterable[tuple[Cell, NightSums]],
    live: Iterable[tuple[Cell, LightSum]],
    faulted: Mapping[Cell, int],
    by: By,
    site: Site,
) -> Rates:
    """Rates over nights, in lamp-hours; how many lights there are, and which are intact, is told as of now."""
    now: dict[Cell, LightSum] = {}
    for cell, state in live:
        now[cell] = now.get(cell, NOTHING).plus(state)

    def one(key: str, name: str, parts: Sequence[tuple[Cell, NightSums]]) -> RateView:
        own, total, standing = {cell for cell, _ in parts}, NONE, NOTHING
        for _, night in parts:
            total = total.plus(night)
        for cell in own & now.keys():
            standing = standing.plus(now[cell])
        return _over_nights(key, name, total, standing, _broken(own, faulted), _limits(own, site.light_rates))

    return _arranged([*sums, *((cell, NONE) for cell in now)], by, site, one)


def _arranged(
    known: Sequence[tuple[Cell, S]],
    by: By,
    site: Site,
    one: Callable[[str, str, Sequence[tuple[Cell, S]]], RateView],
) -> Rates:
    parts: dict[str, list[tuple[Cell, S]]] = {}
    kinds: dict[Figure, list[tuple[Cell, S]]] = {}
    for cell, sums in known:
        parts.setdefault(part_of(by, cell), []).append((cell, sums))
        figure = figure_of(cell, site.light_rates)
        if figure is not None:
            kinds.setdefault(figure, []).append((cell, sums))
    figures = tuple(one(figure.value, said, kinds[figure]) for figure, said in _FIGURES.items() if figure in kinds)

    def whole(key: str, name: str, part: Sequence[tuple[Cell, S]]) -> RateView:
        view: RateView = one(key, name, part)
        return replace(view, below=(*view.below, *_low_kinds(view, part, site.light_rates, one)))

    rows = () if by is By.NONE else tuple(whole(key, named(by, key, site), parts[key]) for key in sorted(parts))
    return whole("", "", known), figures, rows


def _low_kinds(
    view: RateView,
    part: Sequence[tuple[Cell, S]],
    rules: RateRules,
    one: Callable[[str, str, Sequence[tuple[Cell, S]]], RateView],
) -> tuple[str, ...]:
    """Lights of several kinds have no limit in common: which of the four figures among them are under their own."""
    common = {"rate": view.limit_percent, "intact": view.intact_limit_percent}
    own: dict[Figure, list[tuple[Cell, S]]] = {}
    for cell, sums in part:
        figure = figure_of(cell, rules)
        for kind in (Figure.LANDSCAPE,) if figure is None else (figure, Figure.INTACT):
            own.setdefault(kind, []).append((cell, sums))
    low = []
    for kind in Figure:
        if kind in own:
            word = "rate" if kind in _FIGURES else "intact"
            if common[word] is None and word in one("", "", own[kind]).below:
                low.append(_LOW_WORDS[kind])
    return tuple(low)


def _broken(own: Iterable[Cell], faulted: Mapping[Cell, int]) -> int:
    return sum(faulted.get(cell, 0) for cell in own)


def _limits(own: Iterable[Cell], rules: RateRules) -> tuple[float | None, float | None]:
    """The limits of the rate and of being intact, where all these lights have the same."""
    kinds = {figure_of(cell, rules) for cell in own}
    if len(kinds) != 1:
        return None, rules.limits.intact if kinds and None not in kinds else None
    (kind,) = kinds
    if kind is None:
        return None, rules.limits.landscape
    return (rules.limits.main_roads if kind is Figure.MAIN_ROADS else rules.limits.other_roads), rules.limits.intact


def rate_of(
    key: str,
    name: str,
    total: LightSum,
    broken: int,
    limits: tuple[float | None, float | None] = (None, None),
) -> RateView:
    """One scope's figures at a moment."""
    rate, intact = rate_percent(total.due, total.unknown, total.lit), intact_percent(total.lights, broken)
    return RateView(
        key=key,
        name=name,
        lights=total.lights,
        lamps=total.lamps // MILLI,
        lamps_due=total.due / MILLI,
        lamps_unknown=total.unknown / MILLI,
        lamps_lit=total.lit / MILLI,
        rate_percent=rate,
        pessimistic_percent=pessimistic_percent(total.due, total.lit),
        limit_percent=limits[0],
        lamps_burning_unwanted=total.burning / MILLI,
        day_burning_percent=day_burning_percent(total.idle, total.burning),
        lights_faulted=broken,
        intact_percent=intact,
        intact_limit_percent=limits[1],
        power_kw=total.power_mw / MILLI / 1000.0,
        below=_below(rate, intact, limits),
    )


def _over_nights(
    key: str, name: str, total: NightSums, standing: LightSum, broken: int, limits: tuple[float | None, float | None]
) -> RateView:
    lamp_hour = MILLI * 3600
    rate, intact = rate_percent(total.due, total.unknown, total.lit), intact_percent(standing.lights, broken)
    return RateView(
        key=key,
        name=name,
        lights=standing.lights,
        lamps=standing.lamps // MILLI,
        lamps_due=total.due / lamp_hour,
        lamps_unknown=total.unknown / lamp_hour,
        lamps_lit=total.lit / lamp_hour,
        rate_percent=rate,
        pessimistic_percent=pessimistic_percent(total.due, total.lit),
        limit_percent=limits[0],
        lamps_burning_unwanted=total.burning_day / lamp_hour,
        day_burning_percent=day_burning_percent(total.idle_day, total.burning_day),
        lights_faulted=broken,
        intact_percent=intact,
        intact_limit_percent=limits[1],
        power_kw=None,
        below=_below(rate, intact, limits),
    )


def _below(rate: float | None, intact: float | None, limits: tuple[float | None, float | None]) -> tuple[str, ...]:
    figures = (("rate", rate, limits[0]), ("intact", intact, limits[1]))
    return tuple(word for word, value, limit in figures if value is not None and limit is not None and value < limit)


# -- energy -----------------------------------------------------------------------------------------------------------


def energies(
    nights: Sequence[tuple[str, Cell, NightSums]], by: By, site: Site
) -> tuple[EnergyView, tuple[EnergyView, ...]]:
    """Energy of all of it, and of its parts."""
    parts: dict[str, list[tuple[Used, float]]] = {}
    every: list[tuple[Used, float]] = []
    for night, cell, sums in nights:
        one = _used(night, cell, sums, site.energy)
        every.append(one)
        parts.setdefault(part_of(by, cell), []).append(one)
    rows = () if by is By.NONE else tuple(_energy(key, named(by, key, site), parts[key]) for key in sorted(parts))
    return _energy("", "", every), rows


def energy_nights(nights: Sequence[tuple[str, Cell, NightSums]], site: Site) -> tuple[EnergyView, ...]:
    """Energy night by night."""
    found: dict[str, list[tuple[Used, float]]] = {}
    for night, cell, sums in nights:
        found.setdefault(night, []).append(_used(night, cell, sums, site.energy))
    return tuple(_energy(night, night, found[night]) for night in sorted(found))


def _used(night: str, cell: Cell, sums: NightSums, rules: EnergyRules) -> tuple[Used, float]:
    lamp_hours = sums.burned / MILLI / 3600.0
    watts, factor = rules.before_led.watts(cell.light_class, cell.grade), rules.factor(date.fromisoformat(night))
    kg = factor.kg_per_kwh if factor else None
    return used(sums.measured, sums.estimated, sums.full, lamp_hours, watts, kg, sums.unseen), lamp_hours


def _energy(key: str, name: str, parts: Sequence[tuple[Used, float]]) -> EnergyView:
    total = together([one for one, _ in parts])
    return EnergyView(
        key,
        name,
        total.measured_kwh,
        total.estimated_kwh,
        total.before_led_kwh,
        total.undimmed_kwh,
        total.saved_led_kwh,
        total.saved_dimming_kwh,
        total.carbon_kg,
        sum(hours for _, hours in parts),
        total.unseen_kwh,
    )


def factors_used(nights: Sequence[tuple[str, Cell, NightSums]], rules: EnergyRules) -> tuple[str, ...]:
    """The grid factors these nights were counted with, with their dates and sources; nights without one are named."""
    found = {rules.factor(date.fromisoformat(night)): None for night in sorted({night for night, _, _ in nights})}
    return tuple(
        f"{one.kg_per_kwh:g} kgCO2/kWh 自 since {one.since}, 发布 issued {one.issued}: {one.source}"
        if one
        else "无适用因子的夜晚不计碳 no factor for some nights: their carbon is not stated"
        for one in found
    )


def baselines_of(rules: EnergyRules) -> tuple[str, ...]:
    """What savings are measured against, with sources."""
    led = rules.before_led
    lines = [
        f"LED 改造前 before LED: {light_class} {'其他等级 other grades' if grade == '*' else grade} {watts:g} W/灯 lamp"
        for light_class, grades in led.lamp_w.items()
        for grade, watts in grades.items()
    ]
    source = [f"LED 改造前来源 source: {led.source}"] if led.lamp_w else []
    return (*source, *lines, f"调光前 before dimming: {rules.undimmed_source}")
