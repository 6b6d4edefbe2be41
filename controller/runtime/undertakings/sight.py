"""What the priority array and the field say of one target of a request now. Looks only; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.image import View
from controller.domain.intents import GateOrder, Intent, StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.points import TargetId, device_of, output_of
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import LastWrite, Verdict
from controller.runtime.actuals import Actual, actual_of
from controller.runtime.book import RequestBook
from controller.runtime.table import ImageTable


@dataclass(frozen=True, slots=True)
class Met:
    """Independent feedback shows the target as it was asked for."""

    text: str


@dataclass(frozen=True, slots=True)
class Masked:
    """Something above it decides the target."""

    by: str


@dataclass(frozen=True, slots=True)
class Waits:
    """It decides the target, which is not there yet; why, as far as anybody knows."""

    cause: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """Its slot is empty, or another's by now."""

    state: CommandState
    text: str


Finding = Met | Masked | Waits | Gone


class Sight:
    """Looks at targets for whoever follows requests."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        table: ImageTable,
        city: City,
        last: Mapping[TargetId, LastWrite],
        phases: Mapping[TargetId, str],
        verdicts: Mapping[TargetId, Sequence[Verdict]],
    ) -> None:
        self._clock = clock
        self._book = book
        self._table = table
        self._city = city
        self._last = last
        self._phases = phases
        self._verdicts = verdicts

    def adopt(self, city: City) -> None:
        """Take a site over (reload)."""
        self._city = city

    def in_steps(self, target: TargetId) -> bool:
        """Whether one confirmed write is not the whole of it: a dimmed circuit has a contactor and a level."""
        found = self._city.targets.get(target)
        return found is not None and found.min_percent is not None

    def held(self, target: TargetId, slot: Slot | None, actor: str, request_id: str) -> Request | None:
        """What this request holds of the target."""
        holder = None if slot is None else self._book.holder(target, slot)
        ours = holder is not None and (holder.owner, holder.request_id) == (actor, request_id)
        return holder if ours else None

    def look(self, target_id: TargetId, slot: Slot, actor: str, request_id: str) -> Finding:
        """How the target stands to what this request asks of it."""
        target = self._city.targets.get(target_id)
        request = self.held(target_id, slot, actor, request_id)
        if request is None or target is None:
            return self._gone(target_id, slot)
        decision = self._book.decision(target_id)
        winner = decision.winner
        if winner.slot < slot:
            return Masked(f"{winner.slot.label} of {winner.owner} ({winner.value}: {winner.reason})")
        if (winner.slot, winner.owner, winner.request_id) != (slot, actor, request_id):
            return Waits(text="not decided yet")
        last = self._last.get(target_id)
        if last is not None and not last.settled:
            return Waits()
        view = self._table.view(device_of(target_id), self._clock.monotonic())
        actual = actual_of(target, request.value, view, self._city)
        agrees = actual.agrees is True and not _limit_unproven(target_id, request.value, view)
        if actual.known and (agrees or _asks_nothing_of_its_own(request.value, actual)):
            return Met(f"its feedback shows it: {actual.text}")
        return self._why(target_id)

    def _gone(self, target: TargetId, slot: Slot) -> Gone:
        holder = self._book.holder(target, slot)
        if holder is not None:
            return Gone(CommandState.SUPERSEDED, f"{holder.owner} filled {slot.label} anew ({holder.value})")
        if target not in self._city.targets:
            return Gone(CommandState.CANCELLED, "the target left the configuration")
        return Gone(CommandState.CANCELLED, f"its slot {slot.label} was emptied")

    def _why(self, target: TargetId) -> Waits:
        phase = self._phases.get(target, "")
        for verdict in self._verdicts.get(target, ()):
            return Waits(verdict.cause.value, verdict.reason or phase)
        return Waits(text=phase)


def _limit_unproven(target: TargetId, wanted: Intent, view: View) -> bool:
    """Closed or open is what a gate's limit switch says, not a position that reads nearly so."""
    if not isinstance(wanted, GateOrder) or wanted.percent not in (0.0, 100.0):
        return False
    limit = view.read(f"{output_of(target)}.{'open' if wanted.percent else 'closed'}_limit")
    return not (limit.good and limit.value is True)


def _asks_nothing_of_its_own(wanted: Intent, actual: Actual) -> bool:
    """AUTO leaves a unit to its station, hold leaves a gate or station as it is, a target level leaves its units to the
    water once the station is REMOTE: nothing else is to be proven."""
    if isinstance(wanted, UnitOrder):
        return wanted.mode is UnitMode.AUTO
    if isinstance(wanted, GateOrder):
        return wanted.percent is None
    if not isinstance(wanted, StationOrder):
        return False
    return wanted.mode is StationMode.HOLD or (wanted.mode is StationMode.LEVEL and actual.agrees is None)
