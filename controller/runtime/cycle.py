"""The cycle: DESIGN section 2 from left to right, every second and whenever something cannot wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence, Set
from itertools import islice
from typing import Protocol

import structlog

from controller.domain.clock import Clock
from controller.domain.image import Image
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Decision, Request
from controller.logic.contract import Moment
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.book import RequestBook
from controller.runtime.deciding import Deciding, decide
from controller.runtime.dispatch import Act, Dispatcher
from controller.runtime.table import ImageTable, Indifferent
from controller.runtime.verification import Verifier
from controller.runtime.views import CycleStats
from controller.runtime.waker import Waker
from controller.runtime.witnessing import Nobody, Turn, Witness

log = structlog.get_logger("cycle")

GAP_S = 0.1
"""Turns are at least this far apart (clock seconds), so that a thousand proofs in a second are not a thousand turns."""
BEHIND_REAL_S = 0.005
"""Turns that only go on with what the one before left stand this far apart (real seconds): whoever waits comes in."""
DEVICES_A_TURN = 300
"""Devices of which news is taken in one turn; a whole city's, at the start, takes several."""
GAP_REAL_S = 0.01
"""And at least this far in real seconds, which is what counts in a fast demo."""
_NONE: frozenset[str] = frozenset()
CLOCK_STEP_S = 2.0
"""A wall clock that moved this much against the monotonic one was stepped: what is timed by it is due at once."""


class Discipline(Deciding, Protocol):
    """What a cycle runs: it decides, and says what it looks at and when it is due."""

    name: str

    @property
    def devices(self) -> Set[DeviceId]:
        """The devices it looks at."""
        ...

    def next_due_s(self, moment: Moment) -> float:
        """When something is due by time alone (monotonic seconds)."""
        ...

    def forget_times(self) -> None:
        """The wall clock was stepped: everything timed by it is due now."""
        ...

    @property
    def behind(self) -> bool:
        """Whether more was due in the last turn than one turn works out."""
        ...


class Cycle:
    """Runs one discipline. ``run`` ends only by cancellation; a turn that fails is alarmed and the next one goes on."""

    def __init__(
        self,
        discipline: Discipline,
        *,
        period_s: float,
        clock: Clock,
        table: ImageTable,
        book: RequestBook,
        verifier: Verifier,
        dispatcher: Dispatcher,
        alarms: AlarmBook,
        on_ended: Callable[[list[Request]], None],
        on_decided: Callable[[Sequence[Decision]], None],
        witness: Witness | None = None,
        before: Callable[[Moment], None] | None = None,
        indifferent: Indifferent = lambda _: _NONE,
    ) -> None:
        """``before`` is called before each turn, where others still may call the discipline (on the tape).

        ``indifferent``: the points of a device on which nothing the discipline decides depends.
        """
        self.discipline = discipline
        self._before = before
        self._period_s = period_s
        self._clock = clock
        self._table = table
        self._book = book
        self._verifier = verifier
        self._dispatcher = dispatcher
        self._alarms = alarms
        self._on_ended = on_ended
        self._on_decided = on_decided
        self.witness = witness or Nobody()
        self._waker = Waker(clock)
        self._changed: dict[DeviceId, None] = dict.fromkeys(discipline.devices)
        self._more = False
        self._offset_s: float | None = None
        self._turns = 0
        self._last_ms = 0.0
        self._worst_ms = 0.0
        self._overruns = 0
        self._ended_s = clock.monotonic()
        self._may_ignore = indifferent
        table.listen(self._noticed, self._indifferent)

    def wake(self) -> None:
        """Something cannot wait for the next tick."""
        self._waker.call()

    def start_anew(self) -> None:
        """The site was swapped: look at every device again."""
        self._changed |= dict.fromkeys(self.discipline.devices)
        self.wake()

    def stats(self) -> CycleStats:
        """How it keeps up."""
        age_s = self._clock.monotonic() - self._ended_s
        return CycleStats(self.discipline.name, self._turns, self._last_ms, self._worst_ms, self._overruns, age_s)

    def stuck(self, periods: int) -> bool:
        """Whether no turn has ended for so many periods."""
        patience_s = max(periods * self._period_s, 5.0 * self._clock.speed)
        return self._clock.monotonic() - self._ended_s > patience_s

    async def run(self) -> None:
        """Turn for ever: at least every period, at once when woken, exactly when something is due by time."""
        next_tick_s = self._clock.monotonic()
        while True:
            await self._supervised_turn()
            now_s = self._clock.monotonic()
            if now_s >= next_tick_s:
                missed = int((now_s - next_tick_s) // self._period_s)
                self._overruns += missed
                next_tick_s += (missed + 1) * self._period_s
            if self.behind():
                await self._breathe(BEHIND_REAL_S * self._clock.speed)
                continue
            await self._waker.wait(min(next_tick_s, self._next_due_s()) - now_s)
            await self._breathe(max(GAP_S, GAP_REAL_S * self._clock.speed))

    def behind(self) -> bool:
        """Whether the last turn left something for the next one: it comes at once, others between the two."""
        return self._more or self.discipline.behind or self._book.has_changed(self.discipline.targets)

    async def _breathe(self, gap_s: float) -> None:
        """A turn comes at once after a quiet moment; in a burst what comes together is decided together."""
        since_s = self._clock.monotonic() - self._ended_s
        if since_s < gap_s:
            await self._clock.sleep(gap_s - since_s)

    async def turn(self) -> None:
        """One cycle."""
        moment = self._moment()
        if self._before is not None:
            self._before(moment)
        with Turn(self.witness, self.discipline.name, moment) as witness:
            acts = self._decide(moment, witness)
        await self._dispatcher.dispatch(acts, self.discipline.name)

    def _decide(self, moment: Moment, witness: Witness) -> list[Act]:
        image, changed = self._acquire()
        self._end_leases(moment)
        self._verifier.look(image, moment.s, self._table.take_read())
        settled = self._take_settled()
        witness.given(image, changed, settled)
        decided, acts = decide(self.discipline, self._book, image, changed, settled, moment, self._on_decided)
        witness.ended(decided, acts)
        return acts

    async def _supervised_turn(self) -> None:
        """Supervision boundary: whatever a turn raises is told to people, and the next turn starts from the field."""
        started = time.perf_counter()
        source = f"cycle/{self.discipline.name}"
        try:
            await self.turn()
        except Exception as error:  # the named supervision boundary of the cycle
            log.exception("cycle_fault", discipline=self.discipline.name)
            text = f"the {self.discipline.name} cycle failed and goes on: {type(error).__name__}: {error}"
            self._alarms.set(source, "fault", text, Priority.HIGH)
            self._changed |= dict.fromkeys(self.discipline.devices)
        else:
            self._alarms.clear(source, "fault")
        self._turns += 1
        self._last_ms = (time.perf_counter() - started) * 1000
        self._worst_ms = max(self._worst_ms, self._last_ms)
        self._ended_s = self._clock.monotonic()

    def _moment(self) -> Moment:
        moment = Moment(self._clock.now(), self._clock.monotonic())
        offset_s = moment.wall.timestamp() - moment.s
        if self._offset_s is not None and abs(offset_s - self._offset_s) > CLOCK_STEP_S:
            log.warning("clock_stepped", by_s=round(offset_s - self._offset_s, 1))
            self.discipline.forget_times()
        self._offset_s = offset_s
        return moment

    def _acquire(self) -> tuple[Image, set[DeviceId]]:
        taken = list(islice(self._changed, DEVICES_A_TURN))
        for device in taken:
            del self._changed[device]
        self._more = bool(self._changed)
        return self._table.snapshot(), {device for device in taken if device in self.discipline.devices}

    def _end_leases(self, moment: Moment) -> None:
        over = self._book.expire(moment.s)
        if over:
            self._on_ended(over)

    def _take_settled(self) -> set[TargetId]:
        settled = self._verifier.settled & self.discipline.targets
        self._verifier.settled -= settled
        return settled

    def _next_due_s(self) -> float:
        moment = Moment(self._clock.now(), self._clock.monotonic())
        due_s = (self.discipline.next_due_s(moment), self._book.next_end_s(), self._verifier.next_deadline_s())
        return min(due_s)

    def _indifferent(self, device: DeviceId) -> Set[str]:
        """Nothing is ignored of a device from which a proof is awaited: it may lie in whatever it measures."""
        return _NONE if self._verifier.waits_for(device) else self._may_ignore(device)

    def _noticed(self, device: DeviceId) -> None:
        if device in self.discipline.devices:
            self._changed[device] = None
            if self._verifier.waits_for(device):
                self._waker.call()
