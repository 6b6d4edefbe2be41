"""Turns of all runs that live, about once a second: looked at, decided, journalled, kept, ordered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.domain.rights import Caller
from controller.logic.contract import Moment
from controller.logic.plans.advance import advance, held
from controller.logic.plans.plan import Plan
from controller.logic.plans.run import ACTING, Run
from controller.logic.plans.turn import Kind, Turn
from controller.logic.plans.wording import GIVEN_UP, joined, left
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.plans.alarms import PlanAlarms
from controller.runtime.plans.giving_up import safe_state
from controller.runtime.plans.placing import Placing
from controller.runtime.plans.shelf import Going, RunShelf
from controller.runtime.plans.watching import FieldWatch, Refused
from controller.runtime.waker import Waker
from controller.store.changes import Change

log = structlog.get_logger("plans")

TURN_S = 1.0
"""A turn of every live run as often (clock seconds), and no more than ten a real second in a fast demo."""
REST_S = 3600.0
FAULT_PAUSE_S = 10.0
GIVE_UP_AFTER = 3
"""A run that is to abort and whose turn failed so often in a row is brought to its safe state without its steps."""
GRACE_S = 90.0
"""So long after a start runs wait for everything they speak of to be read; then they go on with what they have."""

Tell = Callable[[str, dict[str, object]], None]
"""Told a run's id and how it stands, for the live stream."""


class Engine:
    """Runs the runs. ``lock``: one turn or one person's act at a time."""

    def __init__(
        self,
        shelf: RunShelf,
        *,
        clock: Clock,
        watch: FieldWatch,
        placing: Placing,
        evidence: Evidence,
        keeper: Keeper,
        alarms: PlanAlarms,
        tell: Tell,
    ) -> None:
        self._shelf, self._clock, self._watch, self._placing = shelf, clock, watch, placing
        self._evidence, self._keeper, self._alarms, self._tell = evidence, keeper, alarms, tell
        self._waker = Waker(clock)
        self._begun_s = clock.monotonic()
        self._rest_s: dict[str, float] = {}
        """When a run whose turn failed is tried again."""
        self._failed: Counter[str] = Counter()
        """How many turns of a run failed in a row."""
        self.lock = asyncio.Lock()

    def wake(self) -> None:
        """Somebody said something: a turn at once."""
        self._waker.call()

    def moment(self) -> Moment:
        """Now, by both clocks."""
        return Moment(self._clock.now(), self._clock.monotonic())

    async def run(self) -> None:
        """Turn after turn, for ever."""
        self._begun_s = self._clock.monotonic()
        self._alarms.forget_gone((one.plan, one.run) for one in self._shelf.live())
        self._alarms.unreadable(self._shelf.unreadable)
        pause_s = max(TURN_S, 0.1 * self._clock.speed)
        while True:
            live = self._shelf.live()
            for going in live:
                async with self.lock:
                    await self._supervised_turn(going)
            await self._waker.wait(pause_s if live else REST_S * self._clock.speed)

    async def _supervised_turn(self, going: Going) -> None:
        """Supervision boundary: one run that fails is told to people; the others and the controller go on. What it
        ordered stands until its lease ends, and is handed back then."""
        now_s = self._clock.monotonic()
        if now_s < self._rest_s.get(going.run.id, now_s):
            return
        try:
            if going.run.abort_asked and self._failed[going.run.id] >= GIVE_UP_AFTER:
                await self._give_up(going)
            else:
                await self.turn(going)
        except Exception as error:  # the named supervision boundary of runs of plans
            log.exception("plan_fault", run=going.run.id)
            self._failed[going.run.id] += 1
            self._rest_s[going.run.id] = now_s + FAULT_PAUSE_S
            self._alarms.fault(going.plan, going.run, repr(error))
        else:
            self._rest_s.pop(going.run.id, None)
            if self._failed.pop(going.run.id, 0):
                self._alarms.fault(going.plan, going.run, "")

    async def _give_up(self, going: Going) -> None:
        """A run that is to abort and cannot: to its safe state without its steps. People must always get this."""
        why = joined([going.run.why, GIVEN_UP])
        turn = await safe_state(going, self._placing, self.moment(), self._record, why)
        error = await self.end(going, turn)
        if error:
            log.error("plan_not_given_up", run=going.run.id, reason=error)

    async def turn(self, going: Going) -> None:
        """One turn of one run; whoever calls has the lock."""
        run, plan = going.run, going.plan
        if not run.phase.live:
            return
        if plan is None:
            self._alarms.look(None, run, Turn(run), self._clock.monotonic())
            return
        waited_s = self._clock.monotonic() - self._begun_s
        if waited_s < GRACE_S and not run.abort_asked and not self._watch.ready(plan):
            return
        gone = self._watch.gone(plan)
        if gone and run.abort_asked:
            await self._give_up(going)
            return
        if gone:
            turn = held(run, left(gone), self.moment()) if run.phase in ACTING else Turn(run)
        else:
            turn = advance(plan, run, self._watch.seen(plan, run, going.refused), self.moment())
        await self.follow(going, plan, turn)

    async def follow(self, going: Going, plan: Plan, turn: Turn) -> None:
        """Do what a turn gave: written down first, then kept with what is ordered, then in memory."""
        if turn.tellings != going.told:
            await self._write(going.run, plan, turn)
        run = await self._done(going, plan, turn)
        if run is None:
            going.told = turn.tellings
            return  # it could not be written: the next turn finds the same again, and it is told already
        going.told = ()
        moved = run != going.run
        going.run, going.turn = run, turn
        if run.phase in ACTING and run.closing is None:
            await self._placing.extend(plan, run)
        self._alarms.look(plan, run, turn, self._clock.monotonic())
        if moved:
            self._publish(run, turn)
        if not run.phase.live:
            for change in self._shelf.overflow():
                self._keeper.keep(change)

    async def _done(self, going: Going, plan: Plan, turn: Turn) -> Run | None:
        record = partial(self._record, going)
        if turn.release:
            error = await self._placing.release(turn.run, turn.run.why.en, record(turn.run))
            if error:
                log.error("plan_not_released", run=turn.run.id, reason=error)
            return None if error else turn.run
        run = turn.run
        if turn.place:
            placed = await self._placing.place(plan, run, turn.place, record)
            self._note_refused(going, placed.refused)
            if placed.run != run:
                return placed.run  # kept with its orders
        elif going.refused:
            going.refused = {}
        if run != going.run:
            await self._keep(record(run))
        return run

    def _record(self, going: Going, run: Run) -> Change:
        return self._shelf.record(going, run, self.moment())

    async def _keep(self, change: Change) -> None:
        """Automation goes on where the disk does not; what could not be kept is kept as soon as it can be."""
        try:
            await self._keeper.keep_now([change])
        except StoreError as error:
            log.error("plan_run_not_kept", reason=str(error))
            self._keeper.keep(change)

    def _note_refused(self, going: Going, refused: Refused) -> None:
        fresh = {target: said for target, said in refused.items() if going.refused.get(target, ("",))[0] != said[0]}
        if fresh:
            said = {"run": going.run.id, "refused": {target: list(why) for target, why in fresh.items()}}
            self._evidence.later("plan_refused", going.run.owner, "", said)
        going.refused = refused

    async def _write(self, run: Run, plan: Plan, turn: Turn) -> None:
        """What happened in this turn, before anything follows from it."""
        if not turn.tellings:
            return
        lines = [
            {"what": one.kind.value, "step": one.step, "zh": one.text.zh, "en": one.text.en} for one in turn.tellings
        ]
        data = {"run": run.id, "plan": plan.id, "phase": turn.run.phase.value, "said": lines}
        await self._evidence.before_automation("plan", run.owner, "", data)

    def _publish(self, run: Run, turn: Turn) -> None:
        active = [name for name, state in run.steps.items() if not state.over]
        last = [one for one in turn.tellings if one.kind is not Kind.BEGUN][-1:]
        data: dict[str, object] = {
            "plan": run.plan_id,
            "phase": run.phase.value,
            "active": active,
            "asks": [one.step for one in turn.prompts],
            "blocked": [one.text.en for one in turn.blocks if one.bar.value],
            "text_en": last[0].text.en if last else run.why.en,
            "text_zh": last[0].text.zh if last else run.why.zh,
        }
        self._tell(run.id, data)

    async def change(self, going: Going, run: Run, kind: str, actor: str, said: dict[str, object]) -> None:
        """A person's act on a run: journalled and kept before it counts. Whoever calls has the lock.

        Raises:
            StoreError: it could not be written; nothing was done.
        """
        await self._evidence.before(kind, actor, "", {"run": run.id, "plan": run.plan_id, **said})
        try:
            await self._keeper.keep_now([self._record(going, run)])
        except StoreError as error:
            await self._evidence.void(kind, Caller(actor), "", {"run": run.id, "why": str(error)})
            raise
        going.run = run
        going.refused = {}
        self._rest_s.pop(run.id, None)
        self._publish(run, going.turn or Turn(run))
        self.wake()

    async def end(self, going: Going, turn: Turn) -> str:
        """End a run by a person's word, giving up what it holds where the turn says so; why not, when that could not
        be written."""
        error, record = "", self._record(going, turn.run)
        if turn.release:
            error = await self._placing.release(turn.run, turn.run.why.en, record)
        else:
            await self._keep(record)
        if not error:
            if going.plan is not None:
                await self._write(turn.run, going.plan, turn)
            going.run, going.turn = turn.run, replace(turn, prompts=(), blocks=())
            self._alarms.look(going.plan, turn.run, turn, self._clock.monotonic())
            self._publish(turn.run, turn)
        return error
