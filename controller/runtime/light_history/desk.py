"""What the lights tell, asked by people: rates now and over nights, energy, samples, faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.places import Place
from controller.domain.points import TargetId, device_of
from controller.logic.light_rates import NOTHING, Cell, LightSum
from controller.logic.scopes import Scope, ScopeKind, parse_scope
from controller.runtime.light_history.faults import OpenFaults, by_cell, faulted_lights
from controller.runtime.light_history.figures import (
    Whole,
    baselines_of,
    energies,
    energy_nights,
    factors_used,
    live_rates,
    night_rates,
    rate_of,
)
from controller.runtime.light_history.grouping import LIGHT_BY_LIGHT, matches, parse_by
from controller.runtime.light_history.ledger import DeviceNight
from controller.runtime.light_history.periods import Period, period_of
from controller.runtime.light_history.sampler import Sampler
from controller.runtime.light_history.slots import Slots, dark_slots, slot_begin, slot_of
from controller.runtime.light_history.sums import NightSums
from controller.runtime.light_history.views import EnergiesView, FaultView, RatesView, SampleView
from controller.runtime.light_totals import LightTotals
from controller.settings.site import Site
from controller.store.light_history import LightHistoryStore
from schedules.astro import night_of

Visible = Callable[[TargetId], bool]
"""Whether whoever asks may see a light."""
MINUTES_A_SLOT = 5
IN_ONE_GO = 100
"""Devices looked at between two chances for everybody else."""
HOLE = "minutes of darkness were not recorded and are in no figure 有未记录的时段，未计入"


@dataclass(frozen=True, slots=True)
class Gaps:
    """Darkness of a period in which nothing was recorded."""

    recorded: int
    minutes: int
    nights: tuple[str, ...]


class LightFigures:
    """Answers about rates and energy. What was kept is read from its file, tonight from memory."""

    def __init__(
        self,
        site: Site,
        *,
        totals: LightTotals,
        sampler: Sampler,
        store: LightHistoryStore,
        faults: OpenFaults,
        clock: Clock,
    ) -> None:
        self._totals, self._sampler, self._store = totals, sampler, store
        self._faults, self._clock = faults, clock
        self.site = site

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self.site = site

    # -- rates --------------------------------------------------------------------------------------------------

    async def rates(self, scope: str, by: str, over: str, visible: Visible | None) -> RatesView:
        """Rates of a scope and its parts. ``visible`` None: who asks sees the whole city.

        Raises:
            InvalidValue: a word that is none. UnknownTarget: no such scope. StoreError: the file cannot be read.
        """
        where, parts = self._scope(scope), parse_by(by)
        picked = await self._picked(where, visible)
        faulted = self._faulted(picked)
        now = self._clock.now()
        if over in ("", "now"):
            night = self.tonight().isoformat()
            live = await self._live(picked)
            figures = live_rates(live, faulted, parts, self.site)
            return RatesView(str(where), parts.value, "now", now, night, night, 0, 0, (), *figures)
        period = self.period(over)
        gaps = await self.gaps(period)
        nights = await self._nights(where, picked, period)
        live = await self._live(picked)
        figures = night_rates([(cell, sums) for _, cell, sums in nights], live, faulted, parts, self.site)
        first, last = period.first.isoformat(), period.last.isoformat()
        note = HOLE if gaps.minutes else ""
        said = (str(where), parts.value, period.word, now, first, last, gaps.recorded, gaps.minutes, gaps.nights)
        return RatesView(*said, *figures, note=note)

    async def samples(self, scope: str, night: date | None, visible: Visible | None) -> list[SampleView]:
        """The five-minute samples of a night. Raises InvalidValue, UnknownTarget, StoreError.

        A group's or an asset's own samples are not kept: they are told by night only.
        """
        where, tz = self._scope(scope), self.site.lighting.tz
        if where.kind in LIGHT_BY_LIGHT:
            raise InvalidValue(
                f"{where}: five-minute samples are kept by place and class; ask for its division or road"
            )
        when, picked = night or self.tonight(), await self._picked(where, visible)
        wanted = picked.cells
        if not wanted:
            return []
        begin = slot_begin(when, 0, tz)
        rows = await self._store.samples(begin, slot_begin(when + timedelta(days=1), 0, tz))
        found = []
        for at, cells in rows:
            total = NOTHING
            for name, (due, unknown, lit, idle, burning, power) in cells.items():
                if Cell(*name) in wanted:
                    total = total.plus((0, 0, due, unknown, lit, idle, burning, power, 0))
            rate = rate_of("", "", total, 0)
            found.append(
                SampleView(
                    datetime.fromtimestamp(at, UTC),
                    rate.lamps_due,
                    rate.lamps_unknown,
                    rate.lamps_lit,
                    rate.rate_percent,
                    rate.pessimistic_percent,
                    rate.power_kw or 0.0,
                )
            )
        return found

    # -- energy -------------------------------------------------------------------------------------------------

    async def energy(self, scope: str, by: str, over: str, visible: Visible | None) -> EnergiesView:
        """Energy and carbon of a scope, its parts and its nights. Raises like ``rates``."""
        where, parts = self._scope(scope), parse_by(by)
        period = self.period(over or "tonight")
        picked = await self._picked(where, visible)
        gaps = await self.gaps(period)
        nights = await self._nights(where, picked, period)
        total, rows = energies(nights, parts, self.site)
        return EnergiesView(
            str(where),
            parts.value,
            period.word,
            period.first.isoformat(),
            period.last.isoformat(),
            gaps.recorded,
            gaps.minutes,
            gaps.nights,
            total,
            rows,
            energy_nights(nights, self.site),
            factors_used(nights, self.site.energy),
            baselines_of(self.site.energy),
            HOLE if gaps.minutes else "",
        )

    async def faults(self, scope: str, over: str, visible: Visible | None) -> list[FaultView]:
        """Faults that stood at any time in a period, oldest first. Raises like ``rates``."""
        where, period, tz = self._scope(scope), self.period(over), self.site.lighting.tz
        picked = await self._picked(where, visible)
        spans = await self._store.faults(
            slot_begin(period.first, 0, tz), slot_begin(period.last + timedelta(days=1), 0, tz)
        )
        found = []
        for span in spans:
            device = device_of(span.source)
            about = [one for one in self._totals.lights(device) if span.source in (device, one.target.id)]
            light = next((one for one in about if picked.holds(one.target.id, one.cell)), None)
            if light is None:
                continue
            asset = self.site.city.cabinets.get(device) or self.site.city.poles.get(device)
            ended = None if span.ended is None else datetime.fromtimestamp(span.ended, UTC)
            found.append(
                FaultView(
                    span.source,
                    span.kind,
                    light.cell.division,
                    light.cell.road,
                    asset.name if asset else "",
                    datetime.fromtimestamp(span.began, UTC),
                    ended,
                )
            )
        return found

    async def night_by_night(
        self, scope: str, period: Period, visible: Visible | None
    ) -> Sequence[tuple[str, Cell, NightSums]]:
        """Every night's sums of a scope by cell. Raises like ``rates``."""
        where = self._scope(scope)
        return await self._nights(where, await self._picked(where, visible), period)

    # -- periods and gaps ---------------------------------------------------------------------------------------

    def tonight(self) -> date:
        """The night that runs."""
        return night_of(self._clock.now(), self.site.lighting.tz)

    def period(self, over: str) -> Period:
        """Read ``tonight``, ``7d``, ``month`` (to date) or ``2026-06``. Raises InvalidValue."""
        return period_of(over, self.tonight())

    async def gaps(self, period: Period) -> Gaps:
        """What of the period's darkness was not recorded (at the middle of the city). Raises StoreError."""
        tz, place = self.site.lighting.tz, self._centre()
        kept = await self._store.nights(period.first.isoformat(), period.last.isoformat())
        running, now_slot = slot_of(self._clock.now(), tz)
        minutes, nights, recorded = 0, [], 0
        night = period.first
        while night <= period.last:
            slots = Slots(kept.get(night.isoformat(), b""))
            if night == self._sampler.night:
                slots = self._sampler.tonight()[0]
            recorded += len(slots) > 0
            due = [slot for slot in dark_slots(night, place, tz) if night < running or slot < now_slot]
            missing = sum(slot not in slots for slot in due)
            if missing:
                minutes += missing * MINUTES_A_SLOT
                nights.append(night.isoformat())
            night += timedelta(days=1)
        return Gaps(recorded, minutes, tuple(nights))

    def _centre(self) -> Place:
        centres = [division.centre for division in self.site.divisions.values()]
        return Place(sum(one.lat for one in centres) / len(centres), sum(one.lon for one in centres) / len(centres))

    # -- what is picked -----------------------------------------------------------------------------------------

    def _scope(self, text: str) -> Scope:
        scope = parse_scope(text or "city")
        if not self.site.scopes.known(scope):
            raise UnknownTarget(f"no lights are named {scope} in site {self.site.name}; see `zhadao status`")
        return scope

    async def _picked(self, scope: Scope, visible: Visible | None) -> Whole:
        """The scope's lights that may be seen: whole cells where every light of them is meant and may be."""
        if visible is None and scope.kind not in LIGHT_BY_LIGHT:
            within = matches(scope)
            return Whole(frozenset(cell for cell in self._totals.cells() if within(cell)))
        if scope.kind in LIGHT_BY_LIGHT:
            targets = self.site.scopes.targets(scope)
            return Whole(frozenset(), frozenset(one for one in targets if visible is None or visible(one)), True)
        within, seen, hidden, mine = matches(scope), set[Cell](), set[Cell](), set[TargetId]()
        for nth, device in enumerate(self._totals.devices()):
            if nth % IN_ONE_GO == IN_ONE_GO - 1:
                await asyncio.sleep(0)
            for light in self._totals.lights(device):
                if not within(light.cell):
                    continue
                if visible is None or visible(light.target.id):
                    seen.add(light.cell)
                    mine.add(light.target.id)
                else:
                    hidden.add(light.cell)
        return Whole(frozenset(seen - hidden), frozenset(mine), light_by_light=bool(seen & hidden))

    def _faulted(self, picked: Whole) -> Mapping[Cell, int]:
        broken = faulted_lights(self._faults.open(), self._totals)
        return by_cell({light: cell for light, cell in broken.items() if picked.holds(light, cell)})

    async def _live(self, picked: Whole) -> list[tuple[Cell, LightSum]]:
        await self._totals.catch_up()
        if picked.light_by_light:
            return list(self._totals.of(picked.targets))
        return [(cell, state) for cell, state in self._totals.cells().items() if cell in picked.cells]

    async def _nights(self, scope: Scope, picked: Whole, period: Period) -> list[tuple[str, Cell, NightSums]]:
        first, last = period.first.isoformat(), period.last.isoformat()
        if picked.light_by_light:
            return await self._light_nights(picked.targets, first, last)
        tonight = self._sampler.night.isoformat() if self._sampler.night else ""
        kept = await self._store.cell_nights(first, last)
        found = [(night, Cell(*name), NightSums.read(sums)) for night, name, sums in kept if night != tonight]
        if first <= tonight <= last:
            found += [(tonight, cell, sums) for cell, sums in self._sampler.tonight()[1].items()]
        if scope.kind is ScopeKind.CITY and not picked.targets:
            return found  # also what stood there once
        within = matches(scope)
        gone = {cell for _, cell, _ in found} - self._totals.cells().keys()
        wanted = picked.cells | {cell for cell in gone if within(cell) and not picked.targets}
        return [one for one in found if one[1] in wanted]

    async def _light_nights(
        self, targets: Iterable[TargetId], first: str, last: str
    ) -> list[tuple[str, Cell, NightSums]]:
        wanted = frozenset(targets)
        devices = sorted({device_of(target) for target in wanted})
        cells = {light.target.id: light.cell for device in devices for light in self._totals.lights(device)}
        found, tonight = [], self._sampler.night.isoformat() if self._sampler.night else ""
        for nth, (night, device, body) in enumerate(await self._store.device_nights(devices, first, last)):
            if nth % 100 == 99:
                await asyncio.sleep(0)
            if night != tonight:
                record = _record(device, night, body)
                known = record.lights.items()
                found += [(night, cells[one], sums) for one, sums in known if one in wanted and one in cells]
        if first <= tonight <= last:
            records = (self._sampler.device(device) for device in devices)
            found += [
                (tonight, cells[one], sums)
                for record in records
                if record is not None
                for one, sums in record.lights.items()
                if one in wanted and one in cells
            ]
        return found


def _record(device: str, night: str, body: str) -> DeviceNight:
    try:
        return DeviceNight.read(device, night, body)
    except (ValueError, TypeError, KeyError) as cause:
        raise StoreError(f"the record of {device} in the night {night} cannot be read ({cause})") from cause
