"""What photocells, weather and values did so far, against what the programs alone would have done. For people only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.logic.lighting_automatic import Origin, Wish, percent_of
from controller.runtime.daylight.asked import Asked

KEPT_S = 36 * 3600.0
"""What began longer ago is forgotten: tonight and the day before it are asked for."""


@dataclass(slots=True)
class Spell:
    """One origin and source at work, from its first light to its last.

    ``light_s`` and ``kwh`` are what was burnt beyond the programs (negative: less), by rated power; ``lights`` counts
    each light once, ``now`` those it holds at the moment.
    """

    origin: Origin
    source: str
    reason: str
    first: datetime
    last: datetime
    lit: bool
    lights: set[TargetId] = field(default_factory=set)
    now: int = 0
    light_s: float = 0.0
    kwh: float = 0.0


@dataclass(frozen=True, slots=True)
class _Held:
    spell: Spell
    since_s: float
    percent: float
    rated_w: float


class Tally:
    """Told of every light that is worked out. Recomputed by a replay, kept over no restart: ``since`` says so."""

    def __init__(self) -> None:
        self._spells: dict[tuple[Origin, str, bool], list[Spell]] = {}
        self._held: dict[TargetId, _Held] = {}
        self.since: datetime | None = None

    def note(self, asked: Asked, found: tuple[Request, Wish] | None) -> None:
        """A light was worked out: what slot 12 asks of it, or that it asks nothing."""
        wall, at_s, target = asked.moment.wall, asked.at_s, asked.light.id
        if self.since is None:
            self.since = wall
        held = self._held.pop(target, None)
        if held is not None:
            self._book(held, at_s, wall)
        if found is None:
            return
        request, wish = found
        wanted = percent_of(min(asked.below, key=_slot).value) if asked.below else 0.0
        more = percent_of(request.value) - wanted
        spell = self._spell(wish, wall, lit=more > 0.0)
        spell.lights.add(target)
        spell.now += 1
        self._held[target] = _Held(spell, at_s, more, asked.light.rated_w)

    def spells(self, now_s: float) -> Iterator[tuple[Spell, float, float]]:
        """Every spell with what it burnt beyond the programs up to now: light-seconds and kWh."""
        running: dict[int, tuple[float, float]] = {}
        for held in self._held.values():
            light_s, kwh = running.get(id(held.spell), (0.0, 0.0))
            more_s, more_kwh = _burnt(held, now_s)
            running[id(held.spell)] = light_s + more_s, kwh + more_kwh
        for spells in self._spells.values():
            for spell in spells:
                light_s, kwh = running.get(id(spell), (0.0, 0.0))
                yield spell, spell.light_s + light_s, spell.kwh + kwh

    def holding(self, target: TargetId) -> Spell | None:
        """What holds a light now, if anything of this does."""
        held = self._held.get(target)
        return None if held is None else held.spell

    def _book(self, held: _Held, at_s: float, wall: datetime) -> None:
        light_s, kwh = _burnt(held, at_s)
        held.spell.light_s += light_s
        held.spell.kwh += kwh
        held.spell.now -= 1
        held.spell.last = wall

    def _spell(self, wish: Wish, wall: datetime, *, lit: bool) -> Spell:
        spells = self._spells.setdefault((wish.origin, wish.source, lit), [])
        while spells and (wall - spells[0].last).total_seconds() > KEPT_S and not spells[0].now:
            spells.pop(0)
        if not spells or (spells[-1].now == 0 and (wall - spells[-1].last).total_seconds() > _TOGETHER_S):
            spells.append(Spell(wish.origin, wish.source, wish.reason, wall, wall, lit))
        return spells[-1]


_TOGETHER_S = 60.0
"""Lights of one spell come and go within the spread of their cabinets."""


def _burnt(held: _Held, at_s: float) -> tuple[float, float]:
    """Light-seconds and kWh beyond the program; a level counts as its share of rated power."""
    length_s = max(0.0, at_s - held.since_s)
    share = held.percent / 100.0
    return length_s * (1.0 if share > 0 else -1.0), length_s / 3600.0 * held.rated_w * share / 1000.0


def _slot(request: Request) -> int:
    return request.slot
