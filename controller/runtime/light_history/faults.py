"""Which lights are not intact: open faults, as the alarm book has them, and what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from controller.domain.points import TargetId
from controller.logic.light_rates import Cell, OpenFault
from controller.runtime.alarms import Alarm, AlarmBook
from controller.runtime.light_totals import LightTotals


class OpenFaults(Protocol):
    """Whoever knows what is broken and has not been mended."""

    def open(self) -> Iterable[OpenFault]:
        """Every fault that stands now."""
        ...


class AlarmedFaults:
    """Faults as alarms: those that stand, of the kinds the site calls faults. Folded and shelved ones count too."""

    def __init__(self, alarms: AlarmBook, kinds: Callable[[], frozenset[str]]) -> None:
        self._alarms, self._kinds = alarms, kinds

    def open(self) -> Iterable[OpenFault]:
        """Every fault that stands now."""
        for kind in sorted(self._kinds()):
            for alarm in self._alarms.of_kind(kind):
                if alarm.stands:
                    yield OpenFault(_about(alarm), kind)


def _about(alarm: Alarm) -> str:
    """What an alarm is about; one about a point (``K1.command:stuck``) is about that output."""
    point = alarm.condition.rpartition(":")[0]
    output = point.partition(".")[0]
    if "/" in alarm.subject or not point or "/" in point:
        return alarm.subject
    return f"{alarm.source}/{output}"


def faulted_lights(faults: Iterable[OpenFault], totals: LightTotals) -> dict[TargetId, Cell]:
    """The lights that have an open fault, each once; a fault of a device is one of all its lights."""
    found: dict[TargetId, Cell] = {}
    for fault in faults:
        device, _, output = fault.source.partition("/")
        for light in totals.lights(device):
            if not output or light.target.id == fault.source:
                found[light.target.id] = light.cell
    return found


def by_cell(faulted: Mapping[TargetId, Cell]) -> dict[Cell, int]:
    """How many lights of each cell are not intact."""
    counts: dict[Cell, int] = {}
    for cell in faulted.values():
        counts[cell] = counts.get(cell, 0) + 1
    return counts
