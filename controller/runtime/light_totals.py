"""The city's lights added up, kept as they change: whoever asks for sixty thousand circuits does not count them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from math import inf, nextafter
from typing import NamedTuple

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.image import DEFAULT_AGEING, Block, View
from controller.domain.intents import Intent, Switch
from controller.domain.points import DeviceId, Reading, TargetId, device_of
from controller.domain.quality import Quality
from controller.domain.request import Decision
from controller.domain.targets import Target
from controller.logic.light_rates import MILLI, NOTHING, Cell, LightSum, judged, voltage_share, wanted_percent
from controller.logic.scopes import LightEntry, light_entries
from controller.runtime.actuals import actual_read, as_kept, feedback_point
from controller.runtime.book import RequestBook
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.table import ImageTable
from controller.runtime.views import LightingTotals
from controller.runtime.waker import Waker
from controller.settings.site import Site

AT_ONCE = 200
"""Devices counted anew before an answer: up to so many changes are always in it. Beyond, it may be a second old."""
SLICE = 100
GATHER_S = 0.2
"""More changes than are counted at once are counted so soon (real seconds), whether or not anybody asks."""
CROWDED_S = 3.0
"""And so soon while a large switch is under way."""
_NOTHING_UNASKED: frozenset[str] = frozenset()
LOOK_S = 60.0
"""Ages are looked at no less often than this (clock seconds)."""


class _Count(NamedTuple):
    """One cabinet's circuits, or all of them; ``unknown`` are those whose feedback is not GOOD."""

    circuits: int = 0
    on: int = 0
    off: int = 0
    unknown: int = 0
    disagree: int = 0
    lamps: int = 0
    lamps_on: int = 0
    lamps_unknown: int = 0
    power_w: float = 0.0


class Light(NamedTuple):
    """What stays the same of one light, ready to be counted."""

    target: Target
    cell: Cell
    lamps: int
    rated_w: float
    circuit: bool
    """Whether the overview counts it: a cabinet's circuit, not a pole's luminaire."""
    feedback: str
    power: str
    phases: tuple[str, ...]
    dark: _Count
    """What it counts as while its feedback is not GOOD."""


class LightTotals:
    """Counts device by device what changed: by its readings, their age, or what was decided."""

    def __init__(
        self,
        site: Site,
        table: ImageTable,
        book: RequestBook,
        clock: Clock,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        """``crowded``: whether a large switch is under way, of which every light changes several times."""
        self._table, self._book, self._clock = table, book, clock
        self._crowded = crowded
        self._many = Waker(clock)
        self.adopt(site)
        table.listen(self._noticed, self._indifferent)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). Until a device was looked at, all of it is unknown."""
        self._rules = site.light_rates
        self._lights = _lights(site.city)
        self._unasked = self._not_asked(site)
        self._trusted: dict[DeviceId, tuple[str, ...]] = {}
        self._counts = {
            name: _added(light.dark for light in lights if light.circuit) for name, lights in self._lights.items()
        }
        self._sum = _added(self._counts.values())
        self._changed: dict[DeviceId, None] = dict.fromkeys(self._lights)
        self._ages = DueHeap()
        self._states = {name: tuple(map(_unseen, lights)) for name, lights in self._lights.items()}
        self._members = {name: _by_cell(lights) for name, lights in self._lights.items()}
        self._parts: dict[DeviceId, list[tuple[Cell, list[int]]]] = {}
        self._cells: dict[Cell, Sequence[int]] = {}
        for name in self._lights:
            self._moved(name)

    def now(self) -> LightingTotals:
        """Circuits and lamps by proven state."""
        self._count(AT_ONCE)
        total = self._sum
        return LightingTotals(*total[:8], power_kw=round(total.power_w / 1000, 1))

    def cells(self) -> Mapping[Cell, LightSum]:
        """Every cell of the city with its lights added up; up to ``AT_ONCE`` changes are always in it."""
        self._count(AT_ONCE)
        return {cell: LightSum._make(total) for cell, total in self._cells.items()}

    def lights(self, device: DeviceId) -> tuple[Light, ...]:
        """The lights of a device; none for one that has none."""
        return self._lights.get(device, ())

    def devices(self) -> Sequence[DeviceId]:
        """Every device with lights."""
        return tuple(self._lights)

    def states(self, device: DeviceId) -> tuple[LightSum, ...]:
        """Each of its lights as last counted, in the order of ``lights``."""
        return self._states.get(device, ())

    def of(self, targets: Iterable[TargetId]) -> Iterator[tuple[Cell, LightSum]]:
        """These lights one by one, as last counted: for a group, or one asset."""
        by_device: dict[DeviceId, set[TargetId]] = {}
        for target in targets:
            by_device.setdefault(device_of(target), set()).add(target)
        for device, wanted in by_device.items():
            for light, state in zip(self.lights(device), self.states(device), strict=True):
                if light.target.id in wanted:
                    yield light.cell, state

    def decided(self, decisions: Sequence[Decision]) -> None:
        """Something else is wanted of these."""
        for decision in decisions:
            self._noticed(device_of(decision.target))

    async def run(self) -> None:
        """Keep up with many changes, in slices, for ever; a few are counted when somebody asks."""
        while True:
            aged_in_s = self._ages.next_s() - self._clock.monotonic()
            await self._many.wait(min(max(aged_in_s, 1.0), LOOK_S))
            self._notice_ages(self._clock.monotonic())
            if len(self._changed) > AT_ONCE // 2:
                await self.catch_up()
            await self._clock.sleep((CROWDED_S if self._crowded() else GATHER_S) * self._clock.speed)

    async def catch_up(self) -> None:
        """Count everything that changed, in slices."""
        self._notice_ages(self._clock.monotonic())
        while self._changed:
            self._count(SLICE)
            await asyncio.sleep(0)

    def _not_asked(self, site: Site) -> Mapping[DeviceId, frozenset[str]]:
        """By device: every point nothing is counted by; devices of a kind share their set."""
        shared: dict[frozenset[str], frozenset[str]] = {}
        found = {}
        for device, ages in site.ageings.items():
            lights = self._lights.get(device, ())
            asked = {point for light in lights for point in (light.feedback, light.power)}
            if self._rules.voltage_exponent != 0.0:
                asked.update(phase for light in lights for phase in light.phases)
            unasked = frozenset(ages.keys() - asked)
            found[device] = shared.setdefault(unasked, unasked)
        return found

    def _indifferent(self, device: DeviceId) -> Set[str]:
        return self._unasked.get(device, _NOTHING_UNASKED)

    def _noticed(self, device: DeviceId) -> None:
        if device in self._lights:
            self._changed[device] = None
            if len(self._changed) > AT_ONCE // 2:
                self._many.call()

    def _notice_ages(self, now_s: float) -> None:
        """Count anew where something lost trust by its age; where it was only read again meanwhile, wait on."""
        for device in self._ages.take(now_s):
            ends_s = self._trusted_until_s(device, self._trusted[device])
            if ends_s >= now_s:
                self._ages.put(device, nextafter(ends_s, inf))
            else:
                self._noticed(device)

    def _trusted_until_s(self, device: DeviceId, points: Iterable[str]) -> float:
        """Until when none of the device's points loses trust by its age, if nothing is read meanwhile."""
        block = self._table.view(device, 0.0).block
        return min((_ends_s(block, point) for point in points), default=inf)

    def _count(self, most: int) -> None:
        """Count at most so many anew."""
        now_s = self._clock.monotonic()
        self._notice_ages(now_s)
        gone, come = [], []
        for device in tuple(islice(self._changed, most)):
            del self._changed[device]
            before = self._counts[device]
            after = self._counts[device] = self._counted(device, now_s)
            if after != before:
                gone.append(before)
                come.append(after)
        if come:
            parts = zip(self._sum, _added(come), _added(gone), strict=True)
            self._sum = _Count._make(total + new - old for total, new, old in parts)

    def _counted(self, device: DeviceId, now_s: float) -> _Count:
        view = self._table.view(device, now_s)
        above, by_voltage = self._rules.burning_above, self._rules.voltage_exponent != 0.0
        lights, trusted, states, counts = self._lights[device], list[str](), list[LightSum](), list[_Count]()
        ends_s = inf
        for light in lights:
            feedback, power = view.read(light.feedback), view.read(light.power)
            known, power_w = feedback.quality is Quality.GOOD, None
            if known:
                trusted.append(light.feedback)
                ends_s = min(ends_s, _ends_at(view.block, light.feedback, feedback.received_s))
            if power.quality is Quality.GOOD:
                trusted.append(light.power)
                ends_s = min(ends_s, _ends_at(view.block, light.power, power.received_s))
                power_w = float(power.value) if isinstance(power.value, (int, float)) else None
            wanted = self._book.decision(light.target.id).winner.value
            if light.circuit:
                counts.append(_seen(light, wanted, feedback, power_w) if known else light.dark)
            share = self._voltage_share(light, view) if by_voltage else 1.0
            states.append(judged(light.lamps, light.rated_w, wanted_percent(wanted), known, power_w, above, share))
        self._trusted[device] = tuple(trusted)
        if ends_s < inf:
            self._ages.put(device, nextafter(max(ends_s, now_s), inf))
        before, after = self._states[device], tuple(states)
        if after != before:
            self._states[device] = after
            self._moved(device)
        return _added(counts)

    def _voltage_share(self, light: Light, view: View) -> float:
        return voltage_share((view.number(phase) for phase in light.phases), self._rules.voltage_exponent)

    def _moved(self, device: DeviceId) -> None:
        """Take the device's new states into its cells."""
        states, before = self._states[device], self._parts.get(device)
        parts = [
            (cell, [*map(sum, zip(*[states[nth] for nth in members], strict=True))])
            for cell, members in self._members[device]
        ]
        for nth, (cell, part) in enumerate(parts):
            total = self._cells.get(cell, NOTHING)
            if before is not None:
                part_before = before[nth][1]
                self._cells[cell] = [t + new - old for t, new, old in zip(total, part, part_before, strict=True)]
            else:
                self._cells[cell] = [t + new for t, new in zip(total, part, strict=True)]
        self._parts[device] = parts


def _seen(light: Light, wanted: Intent, feedback: Reading, power_w: float | None) -> _Count:
    """One circuit whose feedback is GOOD."""
    lit = bool(feedback.value)
    if isinstance(wanted, Switch):
        disagrees = lit != wanted.on
    else:
        disagrees = actual_read(light.target.kind, as_kept(light.target, wanted), feedback).agrees is False
    lamps = light.lamps
    return _Count(1, lit, not lit, 0, disagrees, lamps, lamps if lit else 0, 0, power_w or 0.0)


def _ends_s(block: Block, point: str) -> float:
    reading = block.readings.get(point)
    if reading is None:
        return -inf
    return _ends_at(block, point, reading.received_s)


def _ends_at(block: Block, point: str, received_s: float) -> float:
    """When a reading loses trust by its age, if it is not read again."""
    return max(received_s, block.renewed_s) + block.ageing.get(point, DEFAULT_AGEING).stale_s


def _lights(city: City) -> dict[DeviceId, tuple[Light, ...]]:
    entries = {entry.target: entry for entry in light_entries(city)}
    found: dict[DeviceId, tuple[Light, ...]] = {}
    for name, cabinet in city.cabinets.items():
        circuits = cabinet.circuits
        found[name] = tuple(_light(city, entries[one.id], one.output, one.phase) for one in circuits)
    for name, pole in city.poles.items():
        if pole.luminaires:
            found[name] = tuple(_light(city, entries[one.id], one.output, "") for one in pole.luminaires)
    return found


def _light(city: City, entry: LightEntry, output: str, phases: str) -> Light:
    target = city.targets[entry.target]
    lamps = entry.lamps
    return Light(
        target=target,
        cell=Cell(entry.division, entry.street, entry.road, entry.grade, entry.feeder, entry.light_class.value),
        lamps=lamps,
        rated_w=entry.rated_w,
        circuit=entry.device in city.cabinets,
        feedback=feedback_point(target.id, target.kind),
        power=f"{output}.power_w",
        phases=tuple(f"voltage_{phase}_v" for phase in phases),
        dark=_Count(circuits=1, unknown=1, lamps=lamps, lamps_unknown=lamps),
    )


def _by_cell(lights: Sequence[Light]) -> tuple[tuple[Cell, tuple[int, ...]], ...]:
    """Which of a device's lights are in which cell, by their position."""
    members: dict[Cell, list[int]] = {}
    for nth, light in enumerate(lights):
        members.setdefault(light.cell, []).append(nth)
    return tuple((cell, tuple(positions)) for cell, positions in members.items())


def _unseen(light: Light) -> LightSum:
    return NOTHING._replace(lights=1, lamps=light.lamps * MILLI)


def _added(counts: Iterable[_Count]) -> _Count:
    return _Count._make(map(sum, zip(_Count(), *counts, strict=True)))
