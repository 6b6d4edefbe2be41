"""What the programs want of every circuit of a cabinet, night by night, as whole minutes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from controller.domain.errors import InvalidValue
from controller.domain.lights import Cabinet, Circuit, LightClass
from controller.domain.points import DeviceId
from controller.domain.timetables import TimetableLayout
from controller.logic.lighting import spread_s
from controller.logic.timetables import DARK, WHOLE, Fitted, Night, dates_from, fit_table, minutes_of
from controller.logic.timetables_clock import standard_time
from controller.settings.site import Site
from schedules.astro import night_of
from schedules.plan import Standing
from schedules.program import ASTRONOMICAL, Program
from schedules.spans import Sky, spans_of

AT_ONCE = 16
"""Nights worked out in one go (about 1 ms): a year of a city must not hold up what hurries."""
NOON_H = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a cabinet's own table should be from a night on. ``nights`` are the programs', before fitting."""

    fitted: Fitted
    nights: Mapping[str, Sequence[Night]]


class Planner:
    """A site's programs as tables of nights. Asked for one cabinet at a time; nothing of it is kept but the key.

    ``now`` (aware) only tells the zone's standard time.
    """

    def __init__(self, site: Site, now: datetime) -> None:
        self._site = site
        self._plan = site.lighting
        self.zone: timezone = standard_time(now.astimezone(site.lighting.tz))
        plan = (self._plan.programs, self._plan.calendar, str(self._plan.tz), site.timing.spread_s, self._plan.stages)
        self._plan_key = _digest(plan)

    def key(self, cabinet: Cabinet, layout: TimetableLayout) -> str:
        """Changes whenever the wanted table may have changed: programs, calendar, place, circuits, layout."""
        circuits = [(one.output, one.program, one.light_class) for one in cabinet.circuits]
        return _digest((self._plan_key, cabinet.place, cabinet.id, circuits, layout))

    def tonight(self, now: datetime) -> date:
        """The night a moment (aware) belongs to."""
        return night_of(now, self._plan.tz)

    async def wanted(self, cabinet: Cabinet, layout: TimetableLayout, tonight: date) -> Wanted:
        """The table a cabinet should hold from tonight on, worked out in slices."""
        dates = dates_from(tonight, layout)
        made: dict[tuple[str, LightClass, Standing], list[Night]] = {}
        for kind, circuit in {self._kind(cabinet, c): c for c in cabinet.circuits}.items():
            nights: list[Night] = []
            for position, night in enumerate(dates):
                if position % AT_ONCE == 0:
                    await asyncio.sleep(0)
                nights.append(self.night(cabinet, circuit, night))
            made[kind] = nights
        wanted = {c.output: made[self._kind(cabinet, c)] for c in cabinet.circuits}
        return Wanted(fit_table(layout, dates, wanted), wanted)

    def night(self, cabinet: Cabinet, circuit: Circuit, night: date) -> Night:
        """One night of one circuit, with the cabinet's own spread; where the sun cannot be told, lit."""
        program = self._program(circuit, night)
        if program is None:
            return DARK
        standing = self._kind(cabinet, circuit)[2]
        noon_s = datetime.combine(night, time(NOON_H), self.zone).timestamp()
        try:
            spans = spans_of(program, Sky(night, standing.place, self._plan.tz))
        except InvalidValue:
            return WHOLE
        return minutes_of(
            ((span.start_s + standing.shift_s - noon_s) / 60.0, (span.end_s + standing.shift_s - noon_s) / 60.0)
            for span in spans
            if span.percent > 0.0
        )

    def edges(self, cabinet: Cabinet, night: date) -> Iterable[datetime]:
        """The moments (aware) at which any circuit's program switches, from the evening before to the night after."""
        for day in (night + timedelta(days=shift) for shift in (-1, 0, 1)):
            noon = datetime.combine(day, time(NOON_H), self.zone)
            for circuit in cabinet.circuits:
                for window in self.night(cabinet, circuit, day):
                    yield from (noon + timedelta(minutes=minute) for minute in window)

    def _kind(self, cabinet: Cabinet, circuit: Circuit) -> tuple[str, LightClass, Standing]:
        """What decides a circuit's nights: circuits of one kind have the same."""
        spread = spread_s(cabinet.id, self._site.timing.spread_s)
        standing = self._plan.standing(circuit.id, cabinet.place, spread)
        return circuit.program, circuit.light_class, standing

    def _program(self, circuit: Circuit, night: date) -> Program | None:
        """The program in force, as the live control finds it: exception, ordinary week, astronomical default."""
        found = (self._plan.chosen, self._plan.ordinarily)
        known = [program for ask in found if (program := ask(circuit.program, night, circuit.id).program)]
        if known:
            return known[0]
        return None if circuit.light_class is LightClass.LANDSCAPE else ASTRONOMICAL


def cabinets_with_tables(site: Site) -> dict[DeviceId, TimetableLayout]:
    """The cabinets whose profile says where they keep a table."""
    return {
        binding.device: binding.timetable
        for endpoint in site.endpoints
        for binding in endpoint.devices
        if binding.timetable is not None and binding.device in site.city.cabinets
    }


def _digest(thing: Any) -> str:
    return hashlib.blake2b(repr(_plain(thing)).encode(), digest_size=12).hexdigest()


def _plain(thing: Any) -> Any:
    """The thing as tuples and texts, the same in every process: sets and mappings in order."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return type(thing).__name__, tuple((f.name, _plain(getattr(thing, f.name))) for f in fields(thing) if f.compare)
    if isinstance(thing, Mapping):
        return tuple(sorted((repr(_plain(key)), _plain(value)) for key, value in thing.items()))
    if isinstance(thing, (set, frozenset)):
        return tuple(sorted(repr(_plain(one)) for one in thing))
    if isinstance(thing, (list, tuple)):
        return tuple(_plain(one) for one in thing)
    return str(thing)
