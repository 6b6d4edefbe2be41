"""Runs in memory, each with the plan it was begun with; what is over is kept for a while, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.logic.contract import Moment
from controller.logic.plans.plan import Plan
from controller.logic.plans.run import NO_WORDS, Phase, Run
from controller.logic.plans.turn import Telling, Turn
from controller.logic.plans.wording import UNREADABLE
from controller.runtime.plans.records import RUN, record_of, run_of, taken_up
from controller.runtime.plans.watching import Refused
from controller.store.changes import Change, DropRecord, PutRecord

log = structlog.get_logger("plans")

MOST_OVER = 200
"""Runs that are over and still shown; the journal keeps all of them."""


@dataclass(slots=True)
class Going:
    """A run with what belongs to it. ``plan`` None: it cannot be read any more."""

    run: Run
    plan: Plan | None
    source: Mapping[str, Any]
    turn: Turn | None = None
    refused: Refused = field(default_factory=dict)
    told: tuple[Telling, ...] = ()
    """What its last turn told, where that could not be done yet."""


class RunShelf:
    """Every run that is known, by id."""

    def __init__(self) -> None:
        self._runs: dict[str, Going] = {}
        self.unreadable: list[str] = []
        """Runs of before a restart whose record makes no sense: people are told of them."""

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._runs

    def get(self, run_id: str) -> Going:
        """A run. Raises UnknownTarget: none of this id is known."""
        found = self._runs.get(run_id)
        if found is None:
            raise UnknownTarget(f"no run {run_id} of a plan is known; `zhadao plan runs` lists them")
        return found

    def live(self) -> list[Going]:
        """Runs that are not over, oldest first."""
        return [one for one in self._runs.values() if one.run.phase.live]

    def all(self) -> Iterator[Going]:
        """Every run, newest first."""
        yield from sorted(self._runs.values(), key=lambda one: one.run.begun, reverse=True)

    def of_plan(self, plan_id: str) -> str:
        """The live run of a plan; empty: none."""
        return next((one.run.id for one in self.live() if one.run.plan_id == plan_id), "")

    def put(self, run: Run, plan: Plan | None, source: Mapping[str, Any]) -> Going:
        """A new run, or one that went on."""
        known = self._runs.get(run.id)
        if known is None:
            known = self._runs[run.id] = Going(run, plan, source)
        known.run = run
        return known

    def record(self, going: Going, run: Run, moment: Moment) -> PutRecord:
        """The run as it is kept."""
        return record_of(run, going.source, moment)

    def overflow(self) -> list[Change]:
        """Forget the oldest that are over, beyond ``MOST_OVER``; what the state store is to drop."""
        over = [one for one in self.all() if not one.run.phase.live][MOST_OVER:]
        for one in over:
            del self._runs[one.run.id]
        return [DropRecord(RUN, one.run.id) for one in over]

    def restore(
        self, records: Mapping[str, Mapping[str, Any]], moment: Moment, again: Callable[[Mapping[str, Any]], Plan]
    ) -> None:
        """Take up what was kept; ``again`` reads a plan out of its source."""
        for run_id, body in records.items():
            try:
                run = run_of(run_id, body, moment)
            except (KeyError, ValueError, TypeError, InvalidValue) as error:
                log.error("plan_run_unreadable", run=run_id, reason=repr(error))
                self.unreadable.append(run_id)
                continue
            run, plan = taken_up(run, moment), None
            try:
                plan = again(body["source"])
            except InvalidValue as error:
                log.error("plan_of_run_unreadable", run=run_id, reason=str(error))
                if run.phase.live:
                    run = replace(run, phase=Phase.HELD, phase_s=moment.s, why=UNREADABLE, closing=None)
            self._runs[run_id] = Going(run, plan, body["source"])


def clean(going: Going) -> None:
    """A run a person let go on: what it was refused before is asked anew."""
    going.refused = {}
    if going.turn is not None and going.run.why == NO_WORDS:
        going.turn = None
