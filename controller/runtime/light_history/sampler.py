"""Every five minutes: what each light did since, added up and kept. Survives restarts in the middle of a night.

Level-triggered: a slot counts what stands when it is sampled. A slot already counted (a restart, a clock set back) is
never counted again; one that was missed is a hole, and is shown as one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, timedelta

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.domain.points import DeviceId
from controller.logic.light_rates import Cell, LightSum
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.light_history.faults import OpenFaults
from controller.runtime.light_history.ledger import DeviceNight
from controller.runtime.light_history.slots import Slots, is_day, slot_begin, slot_of
from controller.runtime.light_history.sums import SLOT_S, NightSums
from controller.runtime.light_totals import LightTotals
from controller.runtime.table import ImageTable
from controller.settings.site import Site
from controller.store.light_history import FaultSpan, LateEnergy, LightHistoryStore, Resumed, Tick
from schedules.resolve import DAY_MARGIN_MIN

log = structlog.get_logger("light_history")
SOURCE, UNWRITABLE = "light-history", "unwritable"
METER = "energy_kwh"
IN_ONE_GO = 100
"""Devices looked at between two chances for everybody else."""
SETTLE_S = 5.0
"""A slot is sampled so long after its begin: what switched on the very minute was read by then."""
GIVES_WAY, GIVE_WAY_S = 10, 3.0
"""So often, and for so long each time, a sample waits for a large switch: it still falls into its slot."""
MOST_FAULTS = 20_000


class Sampler:
    """Keeps the night that runs; ``sampled`` is called after each sample that was taken, kept or not."""

    def __init__(
        self,
        site: Site,
        *,
        totals: LightTotals,
        table: ImageTable,
        clock: Clock,
        store: LightHistoryStore,
        alarms: AlarmBook,
        faults: OpenFaults,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self._totals, self._table, self._clock = totals, table, clock
        self._store, self._alarms, self._faults = store, alarms, faults
        self._crowded = crowded
        self._site = site
        self._night: date | None = None
        self._slots = Slots()
        self._cells: dict[Cell, list[int]] = {}
        self._devices: dict[DeviceId, DeviceNight] = {}
        self._open: dict[tuple[str, str], FaultSpan] = {}
        self._late: list[LateEnergy] = []
        self._resumed = False
        self._tidied: date | None = None
        self.sampled: Callable[[], None] = lambda: None

    def adopt(self, site: Site) -> None:
        """Take a site over (reload). Lights that are gone keep what they did so far."""
        self._site = site

    @property
    def night(self) -> date | None:
        """The night that is being kept."""
        return self._night

    def tonight(self) -> tuple[Slots, dict[Cell, NightSums]]:
        """What was counted of the night that runs."""
        return self._slots, {cell: NightSums._make(sums) for cell, sums in self._cells.items()}

    def device(self, device: DeviceId) -> DeviceNight | None:
        """One device's night so far."""
        return self._devices.get(device)

    async def run(self) -> None:
        """Sample for ever, at the begin of each five minutes of the wall clock.

        A supervision boundary: whatever goes wrong here costs figures, and never the lights.
        """
        while True:
            now_s = self._clock.now().timestamp()
            await self._clock.sleep(max(1.0, SLOT_S - (now_s - SETTLE_S) % SLOT_S))
            await self._give_way()
            try:
                await self.sample()
            except Exception as error:  # the named supervision boundary of sampling
                log.exception("light_history_fault")
                self._failed(error)

    async def _give_way(self) -> None:
        """A large switch has the machine to itself, for a while."""
        for _ in range(GIVES_WAY):
            if not self._crowded():
                return
            await self._clock.sleep(GIVE_WAY_S)

    async def sample(self) -> bool:
        """Count the slot of this moment; False when it is counted already, or cannot be kept apart from what is."""
        await self._totals.catch_up()
        night, slot = slot_of(self._clock.now(), self._site.lighting.tz)
        if not self._resumed and not await self._resume(night):
            self.sampled()
            return False
        if self._night is None or night > self._night:
            self._begin(night)
        if night != self._night or slot in self._slots:
            self.sampled()
            return False
        self._slots.add(slot)
        await self._count(night)
        await self._keep(night, slot)
        self.sampled()
        return True

    async def close(self) -> None:
        """Close the file."""
        await self._store.close()

    # -- one sample ---------------------------------------------------------------------------------------------

    def _begin(self, night: date) -> None:
        self._night, self._slots, self._cells = night, Slots(), {}
        said = night.isoformat()
        self._devices = {device: known.next_night(said) for device, known in self._devices.items()}

    async def _count(self, night: date) -> None:
        said, now = night.isoformat(), self._clock.now()
        noon = slot_begin(night, 0, self._site.lighting.tz)
        days = self._days(night, now.timestamp())
        for nth, device in enumerate(self._totals.devices()):
            if nth % IN_ONE_GO == IN_ONE_GO - 1:
                await asyncio.sleep(0)
            lights, states = self._totals.lights(device), self._totals.states(device)
            if not lights or len(lights) != len(states):
                continue
            known = self._devices.get(device)
            if known is None:
                known = self._devices[device] = DeviceNight(device, said)
            late = known.add(
                lights,
                states,
                self._cells,
                day=days.get(lights[0].cell.division, False),
                reading=self._meter(device, int(now.timestamp())),
                noon=noon,
                rules=self._site.energy.meter,
            )
            if late is not None:
                self._late.append(late)

    def _days(self, night: date, now_s: float) -> dict[str, bool]:
        """Whether it is day, by division (at its centre)."""
        tz, margin_s = self._site.lighting.tz, DAY_MARGIN_MIN * 60.0
        return {code: is_day(now_s, one.centre, tz, night, margin_s) for code, one in self._site.divisions.items()}

    def _meter(self, device: DeviceId, at: int) -> tuple[float, int] | None:
        value = self._table.view(device, self._clock.monotonic()).number(METER)
        return None if value is None else (value, at)

    def _fault_spans(self, at: int) -> list[FaultSpan]:
        """Faults that came or went since the last sample."""
        now: dict[tuple[str, str], None] = {}
        for fault in self._faults.open():
            if len(now) < MOST_FAULTS:
                now[fault.source, fault.kind] = None
        begun = [FaultSpan(*key, at) for key in now if key not in self._open]
        over = [key for key in self._open if key not in now]
        ended = [FaultSpan(*key, self._open.pop(key).began, at) for key in over]
        self._open.update({(one.source, one.kind): one for one in begun})
        return begun + ended

    # -- keeping ------------------------------------------------------------------------------------------------

    async def _keep(self, night: date, slot: int) -> None:
        at = slot_begin(night, slot, self._site.lighting.tz)
        before = dict(self._open)
        tick = Tick(
            at=at,
            night=night.isoformat(),
            slots=self._slots.kept(),
            sample={tuple(cell): _sampled(state) for cell, state in self._totals.cells().items() if _tells(state)},
            cells={tuple(cell): tuple(sums) for cell, sums in self._cells.items()},
            devices=await self._records(),
            faults=self._fault_spans(at),
            late=tuple(self._late),
        )
        try:
            await self._store.keep(tick)
        except StoreError as error:
            self._open = before
            self._again(tick.devices)
            self._failed(error)
            return
        self._late.clear()
        self._alarms.clear(SOURCE, UNWRITABLE)
        await self._tidy(night, at)

    async def _records(self) -> dict[str, str]:
        """The devices whose record changed, as they are kept."""
        found: dict[str, str] = {}
        for nth, (device, known) in enumerate(self._devices.items()):
            if nth % IN_ONE_GO == IN_ONE_GO - 1:
                await asyncio.sleep(0)
            if known.dirty:
                found[device] = known.written()
        return found

    def _again(self, devices: Iterable[str]) -> None:
        for device in devices:
            self._devices[device].dirty = True

    async def _tidy(self, night: date, at: int) -> None:
        """Once a night: drop what is past its time."""
        if self._tidied == night:
            return
        rules = self._site.light_rates
        try:
            await self._store.tidy(
                samples_before=at - rules.samples_days * 86_400,
                nights_before=(night - timedelta(days=rules.nights_days)).isoformat(),
            )
        except StoreError as error:
            self._failed(error)
            return
        self._tidied = night

    async def _resume(self, night: date) -> bool:
        """Go on from what is kept of this night. Until the file can be read nothing is counted: it would overwrite."""
        try:
            known = await self._store.resume(night.isoformat())
            self._take_up(night, known)
        except (StoreError, ValueError, TypeError, KeyError) as error:
            self._failed(error)
            return False
        self._resumed = True
        return True

    def _take_up(self, night: date, known: Resumed) -> None:
        said, devices = night.isoformat(), dict[DeviceId, DeviceNight]()
        for device, (of, body) in known.last.items():
            record = DeviceNight.read(device, of, body)
            devices[device] = record if of == said else record.next_night(said)
        cells = {Cell(*name): list(NightSums.read(sums)) for name, sums in known.cells.items()}
        self._night, self._slots, self._cells, self._devices = night, Slots(known.slots), cells, devices
        self._open = {(fault.source, fault.kind): fault for fault in known.faults}

    def _failed(self, error: Exception) -> None:
        log.error("light_history_not_kept", reason=str(error))
        text = f"how the lights burn cannot be kept: {error}; figures of these minutes will be missing in reports"
        text_zh = f"照明运行数据无法保存：{error}；期间的亮灯率、电量将缺失"
        self._alarms.set(SOURCE, UNWRITABLE, text, Priority.LOW, text_zh=text_zh)


def _sampled(state: LightSum) -> tuple[int, ...]:
    return (state.due, state.unknown, state.lit, state.idle, state.burning, state.power_mw)


def _tells(state: LightSum) -> bool:
    """Whether a cell has anything to say: a lawn of dark lamps at noon is not worth a row."""
    return bool(state.due or state.burning or state.power_mw)
