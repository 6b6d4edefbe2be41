"""The city's lights added up, kept as they change: whoever asks for sixty thousand circuits does not count them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from math import inf, nextafter
from typing import NamedTuple

from controller.domain.assets import Cabinet, Circuit
from controller.domain.clock import Clock
from controller.domain.image import DEFAULT_AGEING, Block, View
from controller.domain.points import DeviceId, device_of
from controller.domain.quality import Quality
from controller.domain.request import Decision
from controller.runtime.actuals import actual_read, feedback_point
from controller.runtime.book import RequestBook
from controller.runtime.schedule_heap import DueHeap
from controller.runtime.table import ImageTable
from controller.runtime.views import LightingTotals
from controller.runtime.waker import Waker
from controller.settings.site import Site

AT_ONCE = 200
"""Cabinets counted anew before an answer: up to so many changes are always in it. Beyond, it may be a second old."""
SLICE = 100
GATHER_S = 0.2
"""More changes than are counted at once are counted so soon (real seconds), whether or not anybody asks."""
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


class LightTotals:
    """Counts cabinet by cabinet what changed: by its readings, their age, or what was decided."""

    def __init__(self, site: Site, table: ImageTable, book: RequestBook, clock: Clock) -> None:
        self._table, self._book, self._clock = table, book, clock
        self._many = Waker(clock)
        self.adopt(site)
        table.listen(self._noticed)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). Until a cabinet was looked at, all of it is unknown."""
        self._cabinets = dict(site.city.cabinets)
        self._targets = site.city.targets
        self._points = {
            name: tuple(
                point
                for circuit in cabinet.circuits
                for point in (feedback_point(circuit.id, self._targets[circuit.id].kind), _power_point(circuit))
            )
            for name, cabinet in self._cabinets.items()
        }
        self._trusted: dict[DeviceId, tuple[str, ...]] = {}
        self._counts = {name: _unknown(cabinet) for name, cabinet in self._cabinets.items()}
        self._sum = _added(self._counts.values())
        self._changed: dict[DeviceId, None] = dict.fromkeys(self._cabinets)
        self._ages = DueHeap()

    def now(self) -> LightingTotals:
        """Circuits and lamps by proven state."""
        self._count(AT_ONCE)
        total = self._sum
        return LightingTotals(*total[:8], power_kw=round(total.power_w / 1000, 1))

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
                await self._catch_up()
            await self._clock.sleep(GATHER_S * self._clock.speed)

    async def _catch_up(self) -> None:
        while self._changed:
            self._count(SLICE)
            await asyncio.sleep(0)

    def _noticed(self, device: DeviceId) -> None:
        if device in self._cabinets:
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
        """Until when none of the cabinet's points loses trust by its age, if nothing is read meanwhile."""
        block = self._table.view(device, 0.0).block
        return min((_ends_s(block, point) for point in points), default=inf)

    def _count(self, most: int) -> None:
        """Count at most so many anew."""
        now_s = self._clock.monotonic()
        self._notice_ages(now_s)
        for device in tuple(islice(self._changed, most)):
            del self._changed[device]
            before = self._counts[device]
            after = self._counts[device] = self._counted(device, now_s)
            self._sum = _Count._make(
                total + new - old for total, new, old in zip(self._sum, after, before, strict=True)
            )

    def _counted(self, device: DeviceId, now_s: float) -> _Count:
        view = self._table.view(device, now_s)
        self._trusted[device] = tuple(one for one in self._points[device] if view.read(one).quality is Quality.GOOD)
        ends_s = self._trusted_until_s(device, self._trusted[device])
        if ends_s < inf:
            self._ages.put(device, nextafter(max(ends_s, now_s), inf))
        return _added(self._circuit(circuit, view) for circuit in self._cabinets[device].circuits)

    def _circuit(self, circuit: Circuit, view: View) -> _Count:
        target = self._targets[circuit.id]
        feedback = view.read(feedback_point(circuit.id, target.kind))
        if feedback.quality is not Quality.GOOD:
            return _dark(circuit)
        agrees = actual_read(target.kind, self._book.decision(circuit.id).winner.value, feedback).agrees
        lit = bool(feedback.value)
        return _Count(
            circuits=1,
            on=lit,
            off=not lit,
            disagree=agrees is False,
            lamps=circuit.lamps,
            lamps_on=circuit.lamps if lit else 0,
            power_w=view.number(_power_point(circuit)) or 0.0,
        )


def _power_point(circuit: Circuit) -> str:
    return f"{circuit.output}.power_w"


def _ends_s(block: Block, point: str) -> float:
    reading = block.readings.get(point)
    if reading is None:
        return -inf
    return max(reading.received_s, block.renewed_s) + block.ageing.get(point, DEFAULT_AGEING).stale_s


def _dark(circuit: Circuit) -> _Count:
    return _Count(circuits=1, unknown=1, lamps=circuit.lamps, lamps_unknown=circuit.lamps)


def _unknown(cabinet: Cabinet) -> _Count:
    return _added(map(_dark, cabinet.circuits))


def _added(counts: Iterable[_Count]) -> _Count:
    return _Count._make(map(sum, zip(_Count(), *counts, strict=True)))
