"""One device's night: what each of its lights did, and what its meter says it used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from controller.logic.energy import KWH_MWH, MeterRules, meter_step, shared_out
from controller.logic.light_rates import Cell, LightSum
from controller.runtime.light_history.sums import (
    ESTIMATED,
    MEASURED,
    NONE,
    SLOT_S,
    SWITCHINGS,
    UNSEEN,
    WIDTH,
    NightSums,
    assumed_mw,
    in_one_slot,
    mwh,
)
from controller.runtime.light_totals import Light
from controller.store.light_history import LateEnergy

MORNING_S = 6 * 3600
"""What a meter counted since before this long ahead of noon belongs to the night before that noon."""


class Meter(NamedTuple):
    """A meter's reading, when (POSIX seconds), and the night it belongs to."""

    kwh: float
    at: int
    night: str


class Took(NamedTuple):
    """Energy a light's night grows by: by the meter, estimated, and what of the meter's nothing was recorded beside."""

    measured: int = 0
    estimated: int = 0
    unseen: int = 0


Adds = tuple[tuple[int, int], ...]
"""(position, how much) for each sum that grows."""


class _Slot(NamedTuple):
    """What one slot adds, worked out once for as long as nothing changes (``states`` are then the same object)."""

    states: tuple[LightSum, ...]
    day: bool
    lights: tuple[tuple[str, Adds], ...]
    cells: tuple[tuple[Cell, Adds], ...]
    took: tuple[int, ...]
    quiet: bool


@dataclass(slots=True)
class DeviceNight:
    """Running sums of one device in one night.

    ``pending``: energy by light estimated since the meter was last read: the meter's word replaces it. ``bridged``:
    something was estimated in an earlier night that the meter has said nothing about yet; its word for both nights
    together then replaces neither. ``anew``: how often the meter began anew or was not believed. ``counted``: slots
    counted since the meter was last read.
    """

    device: str
    night: str
    kept: dict[str, list[int]] = field(default_factory=dict)
    """Each light's sums, in the order of ``NightSums``."""
    meter: Meter | None = None
    pending: dict[str, int] = field(default_factory=dict)
    bridged: bool = False
    anew: int = 0
    counted: int = 0
    burned: dict[str, bool] = field(default_factory=dict)
    dirty: bool = False
    _slot: _Slot | None = None

    @property
    def lights(self) -> dict[str, NightSums]:
        """Each light's sums."""
        return {name: NightSums._make(sums) for name, sums in self.kept.items()}

    def add(
        self,
        lights: Sequence[Light],
        states: tuple[LightSum, ...],
        cells: dict[Cell, list[int]],
        *,
        day: bool,
        reading: tuple[float, int] | None,
        noon: int,
        rules: MeterRules,
    ) -> LateEnergy | None:
        """Five minutes more, also into the sums of its ``cells``; gives energy of an older night the meter tells of.

        ``reading``: the meter's (kWh, POSIX seconds), None when it cannot be trusted. ``noon``: the night's begin.
        """
        slot = self._slot
        turned = slot is None or slot.states is not states or slot.day is not day
        if slot is None or turned:
            slot = self._slot = _slot_of(lights, states, day=day)
            self._turn(lights, states, cells)
        for name, light_adds in slot.lights:
            _grow(self.kept.setdefault(name, [0] * WIDTH), light_adds)
        for cell, cell_adds in slot.cells:
            _grow(cells.setdefault(cell, [0] * WIDTH), cell_adds)
        if reading is not None and slot.quiet and self._unmoved(reading[0]):
            self.meter, self.counted = Meter(*reading, self.night), 0
            return None
        self.dirty = True
        self.counted += 1
        energy, late = self._energy(lights, slot.took, reading, noon, rules)
        if reading is not None:
            self.counted = 0
        for light, one in zip(lights, energy, strict=True):
            for sums in (self.kept[light.target.id], cells[light.cell]):
                sums[MEASURED] += one.measured
                sums[ESTIMATED] += one.estimated
                sums[UNSEEN] += one.unseen
        return late

    def _unmoved(self, kwh: float) -> bool:
        return self.meter is not None and self.meter.kwh == kwh and not self.pending and not self.bridged

    def _turn(self, lights: Sequence[Light], states: Sequence[LightSum], cells: dict[Cell, list[int]]) -> None:
        """Count the lights that were switched since they were last known about."""
        for light, state in zip(lights, states, strict=True):
            if self._turned(light.target.id, state):
                self.dirty = True
                for sums in (
                    self.kept.setdefault(light.target.id, [0] * WIDTH),
                    cells.setdefault(light.cell, [0] * WIDTH),
                ):
                    sums[SWITCHINGS] += 1

    def _turned(self, name: str, state: LightSum) -> bool:
        if state.unknown or (not state.due and not state.idle):
            return False
        burns = 2 * (state.lit + state.burning) >= state.lamps > 0
        before = self.burned.get(name)
        self.burned[name] = burns
        return before is not None and before is not burns

    def _energy(
        self,
        lights: Sequence[Light],
        took: Sequence[int],
        reading: tuple[float, int] | None,
        noon: int,
        rules: MeterRules,
    ) -> tuple[list[Took], LateEnergy | None]:
        """Energy each light's night grows by."""
        names = [light.target.id for light in lights]
        if reading is None:
            for name, used in zip(names, took, strict=True):
                self.pending[name] = self.pending.get(name, 0) + used
            return [Took(0, used) for used in took], None
        before, (kwh, at) = self.meter, reading
        self.meter = Meter(kwh, at, self.night)
        pending = [self.pending.get(name, 0) for name in names]
        bridged, self.pending, self.bridged = self.bridged, {}, False
        if before is None or bridged:
            return [Took(0, used) for used in took], None
        rated_kw = sum(light.rated_w for light in lights) / 1000.0
        step = meter_step(before.kwh, kwh, rated_kw, max(at - before.at, 0) / 3600.0, rules)
        if step.kwh is None:
            self.anew += 1
            return [Took(0, used) for used in took], None
        weights = [mine + used for mine, used in zip(pending, took, strict=True)]
        rated = [round(light.rated_w) for light in lights]
        total = round(step.kwh * KWH_MWH)
        if before.night != self.night and noon - before.at > MORNING_S:
            older = shared_out(max(0, total - sum(pending)), rated)  # what was estimated tonight stays tonight's
            return [Took()] * len(names), self._late(before.night, lights, older)
        parts = shared_out(total, weights if any(weights) else rated)
        unseen = shared_out(self._unseen(total, sum(weights), at - before.at), parts)
        return [Took(part, -mine, more) for part, mine, more in zip(parts, pending, unseen, strict=True)], None

    def _unseen(self, total: int, seen: int, since_s: int) -> int:
        """What the meter counted beyond the power that was seen, where slots are missing since it was last read."""
        return max(0, total - seen) if since_s > (self.counted + 0.5) * SLOT_S else 0

    def _late(self, night: str, lights: Sequence[Light], parts: Sequence[int]) -> LateEnergy:
        """What was used while nobody looked, over a noon: it belongs to the night it began in."""
        cells: dict[tuple[str, ...], dict[int, int]] = {}
        for light, part in zip(lights, parts, strict=True):
            into = cells.setdefault(tuple(light.cell), {MEASURED: 0, UNSEEN: 0})
            into[MEASURED] += part
            into[UNSEEN] += part
        by_light = {light.target.id: {MEASURED: part, UNSEEN: part} for light, part in zip(lights, parts, strict=True)}
        return LateEnergy(night, self.device, by_light, cells)

    def written(self) -> str:
        """As it is kept."""
        self.dirty = False
        return json.dumps(
            {
                "lights": self.kept,
                "meter": self.meter,
                "pending": self.pending,
                "bridged": self.bridged,
                "anew": self.anew,
                "counted": self.counted,
                "burned": self.burned,
            },
            separators=(",", ":"),
        )

    @classmethod
    def read(cls, device: str, night: str, body: str) -> DeviceNight:
        """A record as it was kept.

        Raises:
            ValueError, TypeError, KeyError: it is none of ours.
        """
        said: Mapping[str, Any] = json.loads(body)
        return cls(
            device,
            night,
            {str(name): list(NightSums.read(sums)) for name, sums in said["lights"].items()},
            Meter(*said["meter"]) if said["meter"] else None,
            {str(name): int(used) for name, used in said["pending"].items()},
            bool(said["bridged"]),
            int(said["anew"]),
            int(said.get("counted", 0)),  # records of before it was kept
            {str(name): bool(on) for name, on in said["burned"].items()},
        )

    def next_night(self, night: str) -> DeviceNight:
        """The same device, a new night: only the meter and what burns are carried over."""
        over = self.bridged or bool(self.pending)
        return DeviceNight(self.device, night, {}, self.meter, {}, over, burned=dict(self.burned), dirty=True)


def _slot_of(lights: Sequence[Light], states: tuple[LightSum, ...], *, day: bool) -> _Slot:
    """What every slot adds as long as these states stand."""
    cells: dict[Cell, NightSums] = {}
    adds: list[tuple[str, Adds]] = []
    for light, state in zip(lights, states, strict=True):
        more = in_one_slot(state, light.rated_w, day=day)
        adds.append((light.target.id, _adds(more)))
        cells[light.cell] = cells.get(light.cell, NONE).plus(more)
    took = tuple(mwh(assumed_mw(state, light.rated_w)) for light, state in zip(lights, states, strict=True))
    quiet = all(state.idle and not state.burning for state in states)
    by_cell = tuple((cell, _adds(more)) for cell, more in cells.items())
    return _Slot(states, day, tuple(adds), by_cell, took, quiet)


def _adds(more: NightSums) -> Adds:
    return tuple((position, value) for position, value in enumerate(more) if value)


def _grow(sums: list[int], adds: Adds) -> None:
    for position, value in adds:
        sums[position] += value
