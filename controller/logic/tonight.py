"""Tonight: what the programs will do with many lights, told as a few lines. Pure arithmetic over periods of a night.

Lights that follow one program under the same sun (a tenth of a degree apart, some seconds) are one *crowd*; crowds
whose switching has the same cause are one line with its first and last moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

BUCKET_DEG = 0.1
"""Lights within this are given one sun: at most some 12 s off."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one level, in seconds of the epoch; ``cause``: the line of the program that makes it."""

    start_s: float
    end_s: float
    percent: float
    cause: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """Lights treated alike. ``dims``: levels count, else any above zero is on. ``spread_s``: the last one switches so
    much later than the first."""

    program: str
    title_zh: str
    title_en: str
    rule: str
    lights: int
    lamps: int
    rated_w: float
    dims: bool
    landscape: bool
    spread_s: float = 0.0


@dataclass(slots=True)
class Line:
    """One line of tonight: between ``first_s`` and ``last_s`` so many lights go to ``percent``."""

    first_s: float
    last_s: float
    before: float
    percent: float
    cause: str
    landscape: bool
    lights: int = 0
    lamps: int = 0
    kw: float = 0.0
    programs: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def turns(self) -> str:
        """``on``, ``off``, or the level."""
        return {0.0: "off", 100.0: "on"}.get(self.percent, f"{self.percent:g}%")


@dataclass(slots=True)
class Burning:
    """What the programs burn in a night: light-hours, lamp-hours and kWh by rated power."""

    light_h: float = 0.0
    lamp_h: float = 0.0
    kwh: float = 0.0


def tonight(crowds: Iterable[tuple[Crowd, Sequence[Stretch]]]) -> tuple[list[Line], Burning]:
    """Every switching of these crowds in a night, in order of its first moment, and what they burn."""
    lines: dict[tuple[float, float, str, bool], Line] = {}
    burning = Burning()
    for crowd, periods in crowds:
        percent = 0.0
        for period in periods:
            level = _level(crowd, period.percent)
            _burn(burning, crowd, level, period.end_s - period.start_s)
            if level != percent:
                _add(lines, crowd, period, percent, level)
            percent = level
    return sorted(lines.values(), key=lambda line: (line.first_s, line.landscape, line.percent)), burning


def _add(
    lines: dict[tuple[float, float, str, bool], Line], crowd: Crowd, period: Stretch, before: float, level: float
) -> None:
    key = (before, level, period.cause, crowd.landscape)
    line = lines.get(key)
    if line is None:
        line = lines[key] = Line(period.start_s, period.start_s, before, level, period.cause, crowd.landscape)
    line.first_s = min(line.first_s, period.start_s)
    line.last_s = max(line.last_s, period.start_s + crowd.spread_s)
    line.lights += crowd.lights
    line.lamps += crowd.lamps
    line.kw += crowd.rated_w * (level - before) / 100_000.0
    name = (crowd.title_zh, crowd.title_en)
    line.programs[name] = line.programs.get(name, 0) + crowd.lights


def _level(crowd: Crowd, percent: float) -> float:
    return percent if crowd.dims else (100.0 if percent > 0.0 else 0.0)


def _burn(burning: Burning, crowd: Crowd, level: float, length_s: float) -> None:
    hours = length_s / 3600.0
    if level > 0.0:
        burning.light_h += crowd.lights * hours
        burning.lamp_h += crowd.lamps * hours
        burning.kwh += crowd.rated_w / 1000.0 * hours * level / 100.0
