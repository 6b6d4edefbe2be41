"""A figure that stays under its limit is alarmed, division by division."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.clock import Clock
from controller.logic.light_rates import (
    NOTHING,
    Cell,
    Figure,
    LightSum,
    RateRules,
    figure_of,
    intact_percent,
    rate_percent,
)
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.light_history.faults import OpenFaults, by_cell, faulted_lights
from controller.runtime.light_totals import LightTotals
from controller.settings.site import Site

_KINDS: Mapping[Figure, str] = {
    Figure.MAIN_ROADS: "lights_on_low",
    Figure.OTHER_ROADS: "lights_on_low_other",
    Figure.INTACT: "intact_low",
    Figure.LANDSCAPE: "landscape_intact_low",
}
_WORDS: Mapping[Figure, tuple[str, str]] = {
    Figure.MAIN_ROADS: ("lights-on rate of main roads", "主要道路亮灯率"),
    Figure.OTHER_ROADS: ("lights-on rate of other roads", "次干路、支路亮灯率"),
    Figure.INTACT: ("road lighting intact", "道路照明设施完好率"),
    Figure.LANDSCAPE: ("landscape lighting intact", "景观照明设施完好率"),
}


class RateWatch:
    """Raises and clears the alarms about rates. Looked at with every sample; what was too low before a restart begins
    anew, an alarm that stood goes on until its figure is right."""

    def __init__(self, site: Site, *, totals: LightTotals, faults: OpenFaults, alarms: AlarmBook, clock: Clock) -> None:
        self._totals, self._faults, self._alarms, self._clock = totals, faults, alarms, clock
        self._since_s: dict[tuple[str, Figure], float] = {}
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._site = site
        self._rules = site.light_rates

    def look(self) -> None:
        """Every division's figures as they are now."""
        cells = self._totals.cells()
        faulted = by_cell(faulted_lights(self._faults.open(), self._totals))
        for code in self._site.divisions:
            own = {cell: state for cell, state in cells.items() if cell.division == code}
            for figure, percent in _figures(own, faulted, self._rules).items():
                self._judge(code, figure, percent)

    def _judge(self, code: str, figure: Figure, percent: float | None) -> None:
        limit = getattr(self._rules.limits, figure.value)
        key, now_s = (code, figure), self._clock.monotonic()
        if percent is None and figure in (Figure.MAIN_ROADS, Figure.OTHER_ROADS):
            # By day nothing is due, and while nothing is known nothing is too low: both are told by others.
            self._since_s.pop(key, None)
            self._alarms.clear(f"division:{code}", _KINDS[figure])
        elif percent is None or percent >= limit:
            self._since_s.pop(key, None)
            self._alarms.clear(f"division:{code}", _KINDS[figure])
        elif now_s - self._since_s.setdefault(key, now_s) >= self._rules.under_for_s:
            self._raise(code, figure, percent, limit)

    def _raise(self, code: str, figure: Figure, percent: float, limit: float) -> None:
        division = self._site.divisions[code]
        (en, zh), shown = _WORDS[figure], _below(percent, limit)
        self._alarms.set(
            f"division:{code}",
            _KINDS[figure],
            f"{division.name_en}: {en} is {shown} %, under {limit:g} %: see `zhadao lights division:{code} --by road`",
            Priority.MEDIUM,
            text_zh=f"{division.name}{zh} {shown}%，低于 {limit:g}%：见 zhadao lights division:{code} --by road",
        )


def _below(percent: float, limit: float) -> str:
    """The figure with as many digits as it takes to look lower than its limit."""
    return next((text for digits in (1, 2, 3) if float(text := f"{percent:.{digits}f}") < limit), f"{percent:.4f}")


def _figures(
    cells: Mapping[Cell, LightSum], faulted: Mapping[Cell, int], rules: RateRules
) -> dict[Figure, float | None]:
    sums = dict.fromkeys((Figure.MAIN_ROADS, Figure.OTHER_ROADS), NOTHING)
    lights, broken = dict.fromkeys((Figure.INTACT, Figure.LANDSCAPE), 0), dict.fromkeys(Figure, 0)
    for cell, state in cells.items():
        figure = figure_of(cell, rules)
        whole = Figure.LANDSCAPE if figure is None else Figure.INTACT
        lights[whole] += state.lights
        broken[whole] += faulted.get(cell, 0)
        if figure is not None:
            sums[figure] = sums[figure].plus(state)
    found: dict[Figure, float | None] = {
        figure: rate_percent(total.due, total.unknown, total.lit) for figure, total in sums.items()
    }
    return found | {whole: intact_percent(count, broken[whole]) for whole, count in lights.items()}
